"""Events of EPCIS XML, 1.2 or 2.0, in the shape of EPCIS 2.0 JSON; one by one, so that a large
document needs little memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from lxml import etree

from saola.epcis.documents.shapes import ENTRIES, EVENTS, LISTS, PAIRS, WRAPPERS, NotEpcis

KINDS = {"EPCISDocument": "capture", "EPCISQueryDocument": "query"}
SPACES = "urn:epcglobal:epcis"  # what the standard's own namespaces begin with
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ASKED = ("Poll", "Subscribe")  # a question, which holds no events
BODIES = (*KINDS, "EPCISBody", "resultsBody")


def root(content: bytes) -> tuple[str, dict[str, Any], str]:
    """Kind of the document, attributes of its root, where its events stand; NotEpcis where it is
    none. Only the root is read."""
    reader = etree.iterparse(
        BytesIO(content), events=("start",), resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        _, top = next(iter(reader))
    except (etree.XMLSyntaxError, StopIteration) as fault:
        raise NotEpcis(f"XML cannot be read: {fault}") from None
    if top.getroottree().docinfo.doctype:
        raise NotEpcis("a document type is not allowed")
    try:
        name = etree.QName(top)
    except ValueError as fault:  # a prefix that nobody declares
        raise NotEpcis(f"XML cannot be read: {fault}") from None
    if name.namespace and not name.namespace.startswith(SPACES):
        raise NotEpcis(f"the namespace {name.namespace} is not that of EPCIS", f"/{name.localname}")
    if name.localname in EVENTS:
        return "event", {}, "/"
    if name.localname not in KINDS:
        raise NotEpcis("the root is no EPCIS document", f"/{name.localname}")
    return KINDS[name.localname], dict(top.attrib.items()), "//EventList/*"


@dataclass(frozen=True, slots=True)
class XmlEvents:
    """Gone through it gives each event with no prefixes (names are `{namespace}name`); an entry of
    the list that is no event comes as an empty mapping."""

    content: bytes
    kind: str

    def __iter__(self) -> Iterator[tuple[Mapping[str, Any], Mapping[str, str]]]:
        whole, ended = False, False
        for element in _elements(self.content):
            name = _own_name(element)
            if self.kind == "event":
                if element.getparent() is None:
                    yield _event(element), {}
            elif _entry(element):
                yield (_event(element) if name in EVENTS else {}), {}
                _forget(element)
            elif name in EVENTS and _own_name(element.getparent()) in BODIES:
                yield {}, {}  # an event outside of a list
            elif name in ("EPCISBody", "resultsBody") and _own_name(element.getparent()) in KINDS:
                # some write results straight below the root
                ended = True
                body = element if name == "EPCISBody" else element.getparent()
                whole = self.kind == "capture" or _answer(body)
        if self.kind != "event" and not ended:
            raise NotEpcis("EPCISBody is missing", "/")
        if self.kind != "event" and not whole:
            raise NotEpcis("neither results nor a question with its name and values", "//EPCISBody")

    def ignored(self) -> set[str]:
        """Fields that the document's header asks to leave out of an event's hash."""
        return {
            str(child.tag)
            for element in _elements(self.content)
            if str(element.tag).rpartition("}")[2] == "ignoreFields"
            and "EventList" not in {_own_name(above) for above in element.iterancestors()}
            for child in element
        }


def _elements(content: bytes) -> Iterator[Any]:
    """All as the reader comes to their ends."""
    reader = etree.iterparse(
        BytesIO(content), events=("end",), resolve_entities=False, no_network=True, load_dtd=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for _, element in reader:
            yield element
    except etree.XMLSyntaxError as fault:
        raise NotEpcis(f"XML cannot be read: {fault.msg}") from None


def _own_name(element: Any) -> str:
    """Its name where it is the standard's own, with or without its namespace; else ""."""
    if element is None:
        return ""
    tag = str(element.tag)
    if not tag.startswith("{"):
        return tag
    space, _, local = tag[1:].rpartition("}")
    return local if space.startswith(SPACES) else ""


def _entry(element: Any) -> bool:
    """Whether it stands in the list of events of the body, and is no mere wrapping."""
    above = element.getparent()
    if above is None or _own_name(element) in WRAPPERS:
        return False
    while _own_name(above) in WRAPPERS:
        above = above.getparent()
    if _own_name(above) != "EventList":
        return False
    return _own_name(above.getparent()) in ("EPCISBody", "resultsBody")


def _answer(body: Any) -> bool:
    """Whether the body of a query document holds results, or a question with its name and values;
    what else the query interface sends is left as it is."""
    for child in (body, *body):
        asked = {_own_name(part): part for part in child}
        if _own_name(child) in ASKED:
            values = [{_own_name(part) for part in param} for param in asked.get("params", ())]
            named = "queryName" in asked and bool(_text(asked["queryName"]))
            return named and all({"name", "value"} <= told for told in values)
        if "resultsBody" in asked:
            return True
    return any(_own_name(child) for child in body)


def _forget(element: Any) -> None:
    """Free what has been read: the element's content and all that stands before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _event(element: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"type": _own_name(element)}
    for part in element.iter():  # some write the standard's namespace at its own elements
        if str(part.tag).startswith("{" + SPACES) and _own_name(part):
            part.tag = _own_name(part)
    for child in _flat(element):
        _put(made, child.tag, _field(child))
        _strangers(made, child)
    return made


def _strangers(made: dict[str, Any], child: Any) -> None:
    """Entries of a list under a name that is not theirs, as a field that nobody knows."""
    names = ENTRIES.get(child.tag)
    if names is not None:
        made |= {f"{child.tag}/{entry.tag}": "" for entry in child if entry.tag not in names}


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
        if child.get(NIL) in ("true", "1"):
            continue
        _put(made, child.tag, [_text(c) for c in child] if child.tag in LISTS else _tree(child))
        _strangers(made, child)
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
