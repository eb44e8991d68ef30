"""EPCIS 2.0 events: read, checked, hashed (CBV 2.0) and written, JSON-LD and XML."""

from saola.epcis.checks import Fault
from saola.epcis.documents import Document, NotEpcis, read_document
from saola.epcis.hashing import event_hash, pre_hash
from saola.epcis.identity import canonical_identity
from saola.epcis.validation import Checker, validate
from saola.epcis.writing import json_form, query_document, xml_document

__all__ = [
    "Checker",
    "Document",
    "Fault",
    "NotEpcis",
    "canonical_identity",
    "event_hash",
    "json_form",
    "pre_hash",
    "query_document",
    "read_document",
    "validate",
    "xml_document",
]
