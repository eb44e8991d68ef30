"""What an event is about: the things it names, each in its role, under their one text."""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

from saola.epcis.identity import canonical_identity

Event = Mapping[str, Any]


class Role(IntEnum):
    """In which part of an event a thing is named; kept in databases, so numbers never change."""

    EPC = 1
    PARENT = 2
    CHILD = 3
    INPUT = 4
    OUTPUT = 5
    CLASS = 6
    CHILD_CLASS = 7
    INPUT_CLASS = 8
    OUTPUT_CLASS = 9
    EVENT = 10  # the event's own id
    PLACE = 11  # where it was read
    LOCATION = 12  # where the things are afterwards
    DECLARED = 13  # the id of an event that was in error


LISTS = (
    ("epcList", Role.EPC),
    ("childEPCs", Role.CHILD),
    ("inputEPCList", Role.INPUT),
    ("outputEPCList", Role.OUTPUT),
)
QUANTITIES = (
    ("quantityList", Role.CLASS),
    ("childQuantityList", Role.CHILD_CLASS),
    ("inputQuantityList", Role.INPUT_CLASS),
    ("outputQuantityList", Role.OUTPUT_CLASS),
)
THINGS = frozenset({Role.EPC, Role.PARENT, Role.CHILD, Role.INPUT, Role.OUTPUT})
CLASSES = frozenset({Role.CLASS, Role.CHILD_CLASS, Role.INPUT_CLASS, Role.OUTPUT_CLASS})


def mentions(event: Event) -> Iterator[tuple[Role, str]]:
    """Role and canonical text of each thing named; one thing may come in several roles."""
    for name, role in LISTS:
        for text in event.get(name) or ():
            yield role, canonical_identity(text)
    if event.get("parentID"):
        yield Role.PARENT, canonical_identity(event["parentID"])
    for name, role in QUANTITIES:
        for row in event.get(name) or ():
            yield role, canonical_identity(row["epcClass"])
    for name, role in (("readPoint", Role.PLACE), ("bizLocation", Role.LOCATION)):
        if event.get(name):
            yield role, canonical_identity(event[name]["id"])
