"""EPCIS documents read: JSON-LD and XML as events of one shape."""

from saola.epcis.documents.reading import (
    FOREIGN,
    STANDARD,
    Document,
    Spaced,
    prefixes,
    read_document,
)
from saola.epcis.documents.shapes import EVENTS, LISTS, PAIRS, NotEpcis

__all__ = [
    "EVENTS",
    "FOREIGN",
    "LISTS",
    "PAIRS",
    "STANDARD",
    "Document",
    "NotEpcis",
    "Spaced",
    "prefixes",
    "read_document",
]
