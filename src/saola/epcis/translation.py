"""Events with their things as URNs or as Digital Links, as a reader wishes."""

from collections.abc import Callable, Mapping
from typing import Any

from saola.epcis.mentions import LISTS, QUANTITIES
from saola.gs1 import BadGs1, link_of, urn_of

FORMS: dict[str, Callable[[str], str]] = {
    "Always_EPC_URN": urn_of,
    "Always_GS1_Digital_Link": link_of,
}
PARTIES = (("sourceList", "source"), ("destinationList", "destination"))


def translated(event: Mapping[str, Any], form: str) -> dict[str, Any]:
    """The event with GS1 keys in the form (of FORMS) asked for; what has no such form, or is in it
    already, stays as it is."""
    turn = FORMS[form]

    def one(text: str) -> str:
        if text.startswith("urn:epc:") is (turn is urn_of):
            return text
        try:
            return turn(text)
        except BadGs1:
            return text

    made = dict(event)
    for name, _ in LISTS:
        if name in made:
            made[name] = [one(text) for text in made[name]]
    for name, _ in QUANTITIES:
        if name in made:
            made[name] = [{**row, "epcClass": one(row["epcClass"])} for row in made[name]]
    for name in ("readPoint", "bizLocation"):
        if name in made:
            made[name] = {**made[name], "id": one(made[name]["id"])}
    for name, part in PARTIES:
        if name in made:
            made[name] = [{**row, part: one(row[part])} for row in made[name]]
    if "parentID" in made:
        made["parentID"] = one(made["parentID"])
    return made
