"""What a farmer or cooperative writes down (harvest, buy in, process, pack, ship) as EPCIS events:
one fixed template for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from saola.epcis.writing import CONTEXT

NAMESPACE = "https://saola.vn/epcis/"  # of what CBV has no word for
OWN = "saola"
ACTS = ("harvest", "buy", "process", "pack", "ship")


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of one lot: its Digital Link, a number, a unit of UN/ECE Recommendation 20 ("KGM")
    or "" where pieces are counted."""

    lot: str
    quantity: Decimal
    unit: str = ""

    @property
    def element(self) -> dict[str, Any]:
        """As EPCIS has it."""
        told: dict[str, Any] = {"epcClass": self.lot, "quantity": _number(self.quantity)}
        return told | ({"uom": self.unit} if self.unit else {})


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the log.

    `act` one of ACTS; `at` with its time zone; `place` the address of where it was done; `into`
    what came of it, `of` what was used. `lot_code`, `best_before` (ISO day) and `facts` (own
    names, e.g. growingAreaCode) describe the new lot; `certificates` are addresses.
    """

    event_id: str
    act: str
    at: datetime
    place: str
    into: Sequence[Amount] = ()
    of: Sequence[Amount] = ()
    lot_code: str = ""
    best_before: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    certificates: Sequence[str] = ()
    receiver: str = ""  # address of the party the goods go to


def event_of(deed: Deed) -> dict[str, Any]:
    """The event, as EPCIS JSON with its own context."""
    event: dict[str, Any] = {
        "@context": [CONTEXT, {OWN: NAMESPACE}],
        "type": "ObjectEvent",
        "eventID": deed.event_id,
        **_when(deed.at),
        "readPoint": {"id": deed.place},
    }
    if deed.certificates:
        event["certificationInfo"] = list(deed.certificates)
    return event | TEMPLATES[deed.act](deed)


def _when(at: datetime) -> dict[str, str]:
    """The time and its zone, +07:00."""
    text = at.isoformat(timespec="seconds")
    return {"eventTime": text, "eventTimeZoneOffset": text[-6:]}


def _number(quantity: Decimal) -> int | float:
    return int(quantity) if quantity == int(quantity) else float(quantity)


def _ilmd(deed: Deed) -> dict[str, Any]:
    told: dict[str, str] = {}
    if deed.lot_code:
        told["cbvmda:lotNumber"] = deed.lot_code
    if deed.act == "harvest":
        day = deed.at.date().isoformat()
        told |= {"cbvmda:harvestStartDate": day, "cbvmda:harvestEndDate": day}
    if deed.act in ("harvest", "process", "pack"):
        told["cbvmda:countryOfOrigin"] = "VN"
    if deed.best_before:
        told["cbvmda:bestBeforeDate"] = deed.best_before
    told |= {f"{OWN}:{name}": value for name, value in deed.facts.items() if value}
    return {"ilmd": told} if told else {}


def _come(deed: Deed, step: str) -> dict[str, Any]:
    """Goods that are there from now on."""
    return {
        "action": "ADD",
        "bizStep": step,
        "disposition": "active",
        "quantityList": [amount.element for amount in deed.into],
        "bizLocation": {"id": deed.place},
    } | _ilmd(deed)


def _made(deed: Deed, step: str) -> dict[str, Any]:
    """Goods made from others, which are used up by it."""
    return {
        "type": "TransformationEvent",
        "bizStep": step,
        "disposition": "active",
        "inputQuantityList": [amount.element for amount in deed.of],
        "outputQuantityList": [amount.element for amount in deed.into],
        "bizLocation": {"id": deed.place},
    } | _ilmd(deed)


def _gone(deed: Deed) -> dict[str, Any]:
    """Goods on their way to somebody."""
    told = {
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "quantityList": [amount.element for amount in deed.of],
    }
    if deed.receiver:
        party = {"type": "owning_party", "destination": deed.receiver}
        told["destinationList"] = [party]
    return told


TEMPLATES = {
    "harvest": lambda deed: _come(deed, "commissioning"),
    # where the seller's lot is known, the own lot is made of it, so that a recall goes through
    "buy": lambda deed: _made(deed, "receiving") if deed.of else _come(deed, "receiving"),
    "process": lambda deed: _made(deed, "creating_class_instance"),
    "pack": lambda deed: _made(deed, "packing"),
    "ship": _gone,
}


def recall_of(
    event_id: str, at: datetime, lots: Sequence[str], place: str, *, ended: bool = False
) -> dict[str, Any]:
    """Lots that are called back (or that are free again): a disposition that outlives later
    events."""
    return {
        "@context": [CONTEXT],
        "type": "ObjectEvent",
        "eventID": event_id,
        **_when(at),
        "action": "OBSERVE",
        "bizStep": "holding",
        "persistentDisposition": {"unset" if ended else "set": ["recalled"]},
        "quantityList": [{"epcClass": lot} for lot in lots],
        "readPoint": {"id": place},
    }
