"""EPCIS documents as events in the shape of EPCIS 2.0 JSON, from JSON-LD and from XML 1.2 or 2.0;
no network is asked, no entity of XML is resolved."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Document:
    """What kind of document it is (capture, query, event), its events in their order, each with
    the prefixes that hold for it, where they stand, and what stands around them."""

    kind: str
    events: tuple[tuple[Mapping[str, Any], Mapping[str, str]], ...]
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


def _of_json(content: bytes) -> Document:
    try:
        data = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError) as fault:
        raise NotEpcis(f"JSON cannot be read: {fault}") from None
    if not isinstance(data, dict):
        raise NotEpcis("a JSON object is expected", "$")
    kind = data.get("type")
    spaces = STANDARD | prefixes(data.get("@context"))
    if kind in EVENTS:
        return Document("event", ((data, spaces),), data, spaces, "$")
    body = data.get("epcisBody")
    if kind == "EPCISDocument" and isinstance(body, dict):
        events = body.get("eventList", [body["event"]] if "event" in body else None)
        path = "$.epcisBody.eventList"
        return Document("capture", tuple(_each(events, spaces, path)), data, spaces, path)
    if kind == "EPCISQueryDocument" and isinstance(body, dict):
        found: Any = body.get("queryResults")
        for name in ("resultsBody", "eventList"):
            found = found.get(name) if isinstance(found, dict) else None
        path = "$.epcisBody.queryResults.resultsBody.eventList"
        return Document("query", tuple(_each(found, spaces, path)), data, spaces, path)
    raise NotEpcis("neither a document with epcisBody nor an event", "$.type")


def _each(
    events: Any, spaces: dict[str, str], path: str
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, str]]]:
    if not isinstance(events, list):
        raise NotEpcis("a list of events is expected", path)
    for number, event in enumerate(events):
        if not isinstance(event, dict) or event.get("type") not in EVENTS:
            raise NotEpcis("no event of EPCIS 2.0", f"{path}[{number}]")
        own = prefixes(event.get("@context"))
        yield event, (spaces | own if own else spaces)


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


def _of_xml(content: bytes) -> Document:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as fault:
        raise NotEpcis(f"XML cannot be read: {fault.msg}") from None
    if root.getroottree().docinfo.doctype:
        raise NotEpcis("a document type is not allowed")
    name = etree.QName(root).localname
    kinds = {"EPCISDocument": "capture", "EPCISQueryDocument": "query"}
    if name in EVENTS:
        return Document("event", ((_event(root), {}),), {}, {}, "/", xml=True)
    if name not in kinds:
        raise NotEpcis("the root is no EPCIS document", f"/{name}")
    left_out = {str(c.tag) for e in root.iter("{*}ignoreFields") for c in e}
    each: list[tuple[dict[str, Any], dict[str, str]]] = []
    for found in root.iter("EventList", "{*}EventList"):
        each += [(_event(e, left_out), {}) for e in found.iter(*EVENTS)]
    return Document(kinds[name], tuple(each), dict(root.attrib), {}, "//EventList/*", xml=True)


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
