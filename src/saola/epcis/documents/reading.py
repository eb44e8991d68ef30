"""EPCIS documents as events in the shape of EPCIS 2.0 JSON, from JSON-LD and from XML 1.2 or 2.0;
no network is asked, no entity of XML is resolved."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from saola.epcis.documents import xml_events
from saola.epcis.documents.shapes import EVENTS, NotEpcis

# prefixes that the standard's own context gives a document
STANDARD = {
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "epcis": "https://ref.gs1.org/epcis/",
    "gs1": "https://gs1.org/voc/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
FOREIGN = "@context"
OWN_CONTEXT = re.compile(r"epcis-context\.jsonld$")
Spaced = tuple[Mapping[str, Any], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Document:
    """What kind of document it is (capture, query, event), its events in their order, each with
    the prefixes that hold for it, where they stand, and what stands around them.

    `events` can be gone through again and again; each time they are decoded one by one, so that a
    large document needs little memory. What is no event comes as an empty mapping. An XML document
    may turn out to be broken half-way: then going through it raises NotEpcis.
    """

    kind: str
    events: Iterable[Spaced]
    head: Mapping[str, Any]
    spaces: Mapping[str, str]
    path: str
    xml: bool = False

    def hashed(self) -> Iterator[Spaced]:
        """The events as they are hashed: without fields that the header of an XML document asks to
        leave out, as the reference generator has it."""
        left_out = self.events.ignored() if isinstance(self.events, xml_events.XmlEvents) else set()
        for event, spaces in self.events:
            kept = {n: v for n, v in event.items() if n not in left_out} if left_out else event
            yield kept, spaces


def read_document(content: bytes) -> Document:
    """A capture document, query document or single event, JSON or XML by its content; NotEpcis
    where it is neither."""
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        return _of_json(content)
    if start == b"<":
        return _of_xml(content)
    raise NotEpcis("neither JSON nor XML")


Raws = dict[str, msgspec.Raw]


@dataclass(frozen=True, slots=True)
class _JsonEvents:
    rows: Sequence[msgspec.Raw]
    spaces: Mapping[str, str]

    def __iter__(self) -> Iterator[Spaced]:
        for row in self.rows:
            try:
                event = msgspec.json.decode(row)
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
                raise NotEpcis(f"JSON cannot be read: {fault}") from None
            if not isinstance(event, dict):
                event = {}
            own = prefixes(event.get("@context"))
            yield event, ({**self.spaces, **own} if own else self.spaces)


def _of_json(content: bytes) -> Document:
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return _json_document(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
        raise NotEpcis(f"JSON cannot be read: {fault}") from None


def _json_document(content: bytes) -> Document:
    raws = msgspec.json.decode(content, type=Raws)
    head = {name: msgspec.json.decode(raw) for name, raw in raws.items() if name != "epcisBody"}
    kind = head.get("type")
    spaces = STANDARD | prefixes(head.get("@context"))
    if kind in EVENTS:
        return Document("event", _JsonEvents([msgspec.Raw(content)], spaces), head, spaces, "$")
    if kind not in ("EPCISDocument", "EPCISQueryDocument") or "epcisBody" not in raws:
        raise NotEpcis("neither a document with epcisBody nor an event", "$.type")
    body, path = raws["epcisBody"], "$.epcisBody"
    steps = ["eventList"]
    if kind == "EPCISQueryDocument":
        steps = ["queryResults", "resultsBody", "eventList"]
    whole = {**head, "epcisBody": {}}
    for step in steps:
        inside = _object(body, path)
        if step == "eventList" and "event" in inside and step not in inside:
            return Document("capture", _JsonEvents([inside["event"]], spaces), whole, spaces, path)
        path += f".{step}"
        if step not in inside:
            raise NotEpcis("a list of events is expected", path)
        body = inside[step]
    try:
        rows = msgspec.json.decode(body, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        raise NotEpcis("a list of events is expected", path) from None
    found = "capture" if kind == "EPCISDocument" else "query"
    return Document(found, _JsonEvents(rows, spaces), whole, spaces, path)


def _object(raw: msgspec.Raw, path: str) -> Raws:
    try:
        return msgspec.json.decode(raw, type=Raws)
    except msgspec.ValidationError:
        raise NotEpcis("an object is expected", path) from None


def prefixes(context: Any) -> dict[str, str]:
    """Prefix to namespace of a JSON-LD context; terms with rules of their own are none. A context
    that only its address tells of stands under `FOREIGN`: it may declare what is not seen here."""
    rows = context if isinstance(context, list) else [context]
    found: dict[str, str] = {}
    for row in rows:
        if isinstance(row, dict):
            told = row.items()
            found |= {n: s for n, s in told if isinstance(s, str) and not n.startswith("@")}
        elif isinstance(row, str) and not OWN_CONTEXT.search(row):
            found[FOREIGN] = row
    return found


def _of_xml(content: bytes) -> Document:
    kind, head, path = xml_events.root(content)
    events = xml_events.XmlEvents(content, kind)
    return Document(kind, events, head, {}, path, xml=True)
