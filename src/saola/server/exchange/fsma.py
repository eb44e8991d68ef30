"""The sortable sheet of FSMA 204 (21 CFR 1.1455): a line for each critical tracking event of a lot
and of all that it was made from, with its key data elements."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from saola.server.traceability.lineage import family
from saola.server.traceability.models import Entry, Lot, link_of

COLUMNS = (
    "Critical tracking event", "Traceability lot code", "Traceability lot code source",
    "Product description", "Quantity", "Unit of measure", "Location description",
    "Growing area", "Date (YYYY-MM-DD)", "Time zone", "Input traceability lot codes",
    "Previous source or subsequent recipient", "Reference document", "Event number",
)  # fmt: skip
EVENTS = {
    "harvest": "Harvesting",
    "buy": "Receiving",
    "process": "Transformation",
    "pack": "Transformation (packing)",
    "ship": "Shipping",
}


def rows(lot: Lot) -> Iterator[tuple[Any, ...]]:
    """From the earliest event to the latest."""
    # another producer's partners and papers are that producer's own
    entries = Entry.objects.filter(
        lot__in=[one.pk for one in family(lot)], producer=lot.item.producer
    )
    shipped = Entry.objects.filter(act="ship", uses__lot=lot)
    whole = (entries | shipped).distinct().order_by("at", "received_at")
    whole = whole.select_related("lot__item", "area", "producer__place")
    for entry in whole.prefetch_related("uses__lot__item"):
        yield from _lines(entry)


def _lines(entry: Entry) -> Iterator[tuple[Any, ...]]:
    """One line for what came of it; of a shipment one for each lot that went."""
    uses = list(entry.uses.all())
    if entry.lot is not None:
        inputs = "; ".join(link_of(use.lot.item.gtin, use.lot.code) for use in uses)
        yield _line(entry, entry.lot, entry.lot.quantity, inputs)
    else:
        for use in uses:
            yield _line(entry, use.lot, use.quantity, "")


def _line(entry: Entry, lot: Lot, quantity: Any, inputs: str) -> tuple[Any, ...]:
    place = entry.producer.place
    area = f"{entry.area.name} {entry.area.code}".strip() if entry.area else ""
    return (
        EVENTS[entry.act],
        link_of(lot.item.gtin, lot.code),
        entry.producer.name,
        lot.item.name,
        f"{quantity.normalize():f}",
        lot.item.unit or "C62",
        f"{entry.producer.name}, {place.name_today}" if place else entry.producer.name,
        area,
        timezone.localtime(entry.at).date().isoformat(),
        "UTC+07:00",
        inputs,
        entry.partner,
        entry.document,
        str(entry.seq),
    )
