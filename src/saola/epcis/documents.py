"""EPCIS documents as events in the shape of EPCIS 2.0 JSON, from JSON-LD and from XML 1.2 or 2.0;
no network is asked, no entity of XML is resolved."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import msgspec
from lxml import etree

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
EVENTS = (
    "ObjectEvent",
    "AggregationEvent",
    "TransactionEvent",
    "TransformationEvent",
    "AssociationEvent",
)
LISTS = {"epcList", "inputEPCList", "outputEPCList", "childEPCs", "correctiveEventIDs"}
PAIRS = {
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
}
WRAPPERS = {"extension", "baseExtension"}  # of EPCIS 1


class NotEpcis(ValueError):
    """The content is no EPCIS document; the message says why, `path` where."""

    def __init__(self, reason: str, path: str = "") -> None:
        self.reason, self.path = reason, path
        super().__init__(f"{path}: {reason}" if path else reason)


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
            event = msgspec.json.decode(row)
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
    """Prefix to namespace of a JSON-LD context; terms with rules of their own are none."""
    rows = context if isinstance(context, list) else [context]
    return {
        name: space
        for row in rows
        if isinstance(row, dict)
        for name, space in row.items()
        if isinstance(space, str) and not name.startswith("@")
    }


KINDS = {"EPCISDocument": "capture", "EPCISQueryDocument": "query"}


@dataclass(frozen=True, slots=True)
class _XmlEvents:
    content: bytes

    def __iter__(self) -> Iterator[Spaced]:
        left_out: set[str] = set()
        for element in _elements(self.content):
            if etree.QName(element).localname == "ignoreFields":
                left_out = {str(child.tag) for child in element}
            elif element.tag in EVENTS:
                yield _event(element, left_out), {}
                _forget(element)


def _elements(content: bytes) -> Iterator[Any]:
    """Events, and what stands before them, as the reader comes to their ends."""
    reader = etree.iterparse(
        BytesIO(content), events=("end",), tag=(*EVENTS, "{*}ignoreFields"), resolve_entities=False,
        no_network=True, load_dtd=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for _, element in reader:
            yield element
    except etree.XMLSyntaxError as fault:
        raise NotEpcis(f"XML cannot be read: {fault.msg}") from None


def _forget(element: Any) -> None:
    """Free what has been read: the element's content and all that stands before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _of_xml(content: bytes) -> Document:
    """Only the root is read here; its events are as somebody goes through them."""
    reader = etree.iterparse(
        BytesIO(content), events=("start",), resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        _, root = next(iter(reader))
    except (etree.XMLSyntaxError, StopIteration) as fault:
        raise NotEpcis(f"XML cannot be read: {fault}") from None
    if root.getroottree().docinfo.doctype:
        raise NotEpcis("a document type is not allowed")
    name = etree.QName(root).localname
    if name in EVENTS:
        return Document("event", _XmlEvents(content), {}, {}, "/", xml=True)
    if name not in KINDS:
        raise NotEpcis("the root is no EPCIS document", f"/{name}")
    head = dict(root.attrib)
    return Document(KINDS[name], _XmlEvents(content), head, {}, "//EventList/*", xml=True)


def _event(element: Any, left_out: Collection[str] = ()) -> dict[str, Any]:
    made: dict[str, Any] = {"type": etree.QName(element).localname}
    for child in _flat(element):
        if child.tag not in left_out:
            _put(made, child.tag, _field(child))
    return made


def _flat(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag in WRAPPERS:
            yield from _flat(child)
        else:
            yield child


def _put(made: dict[str, Any], name: str, value: Any) -> None:
    """A name that comes again becomes a list."""
    if name not in made:
        made[name] = value
    elif isinstance(made[name], list):
        made[name].append(value)
    else:
        made[name] = [made[name], value]


def _field(child: Any) -> Any:
    name = child.tag
    if name in LISTS:
        return [_text(c) for c in child]
    if name.endswith("uantityList"):
        return [_row(c) for c in child]
    if name in PAIRS:
        return [{**dict(c.attrib), PAIRS[name]: _text(c)} for c in child]
    if name in ("readPoint", "bizLocation", "errorDeclaration"):
        return _row(child)
    if name == "sensorElementList":
        return [_sensor(c) for c in child]
    return _states(child) if name == "persistentDisposition" else _tree(child)


def _states(child: Any) -> dict[str, Any]:
    found = {name: [_text(c) for c in child.iter(name)] for name in ("set", "unset")}
    return {name: states for name, states in found.items() if states}


def _row(element: Any) -> dict[str, Any]:
    made: dict[str, Any] = dict(element.attrib)
    for child in _flat(element):
        _put(made, child.tag, [_text(c) for c in child] if child.tag in LISTS else _tree(child))
    return made


def _sensor(element: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"sensorReport": []}
    for child in element:
        if child.tag == "sensorReport":
            made["sensorReport"].append(_row(child))
        elif child.tag == "sensorMetadata":
            made["sensorMetadata"] = _row(child)
        else:
            _put(made, child.tag, _tree(child))
    return made


def _text(element: Any) -> str:
    return (element.text or "").strip()


def _tree(element: Any) -> Any:
    """Text, or a mapping of attributes and children with "#text" beside them."""
    if not len(element) and not element.attrib:
        return _text(element)
    made = _row(element)
    if _text(element):
        made["#text"] = _text(element)
    return made
