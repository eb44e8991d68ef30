"""Events written as EPCIS 2.0 documents, JSON-LD and XML; what came as XML in the words of JSON."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from lxml import etree

from saola.epcis.checks import NUMBER, WORDS
from saola.epcis.documents import FOREIGN, LISTS, PAIRS, STANDARD, NotEpcis
from saola.epcis.vocabulary import FIELDS, URNS, on_the_web

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
CAPTURE, QUERY = "urn:epcglobal:epcis:xsd:2", "urn:epcglobal:epcis-query:xsd:2"
OLD = {"bizStep": "bizstep", "disposition": "disp", "bizTransaction": "btt", "source": "sdt",
       "destination": "sdt", "reason": "er"}  # fmt: skip
FIRST = ("eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "errorDeclaration",
         "certificationInfo")  # fmt: skip
HOW = ("action", "bizStep", "disposition", "readPoint", "bizLocation")
LAST = ("sourceList", "destinationList", "sensorElementList", "persistentDisposition", "ilmd")
# the order of XML; all other names are users' own
ORDER = {
    "ObjectEvent": (*FIRST, "epcList", *HOW, "bizTransactionList", "quantityList", *LAST),
    "AggregationEvent": (
        *FIRST, "parentID", "childEPCs", *HOW, "bizTransactionList", "childQuantityList", *LAST
    ),
    "TransactionEvent": (
        *FIRST, "bizTransactionList", "parentID", "epcList", *HOW, "quantityList", *LAST
    ),
    "TransformationEvent": (
        *FIRST, "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList",
        "transformationID", *HOW, "bizTransactionList", *LAST,
    ),
    "AssociationEvent": (
        *FIRST, "parentID", "childEPCs", "childQuantityList", *HOW, "bizTransactionList", *LAST
    ),
}  # fmt: skip
KINDS = {"source": "party", "destination": "party", "sensorReport": "measurement"}
NUMBERS = {"quantity", "value", "minValue", "maxValue", "meanValue", "sDev", "percRank",
           "percValue"}  # fmt: skip


def json_form(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event read from XML as it is written in JSON: bare words of CBV, numbers, names of users
    under prefixes that its own `@context` declares."""
    prefixes: dict[str, str] = {}
    made = _worded({name: _renamed(name, value, prefixes) for name, value in event.items()})
    made = {_short(name, prefixes): value for name, value in made.items()}
    own = {prefix: space for space, prefix in prefixes.items() if prefix not in STANDARD}
    return {"@context": [CONTEXT, own], **made} if own else made


def _short(name: str, prefixes: dict[str, str]) -> str:
    if not name.startswith("{"):
        return name
    space, _, local = name[1:].rpartition("}")
    if space not in prefixes:
        known = [prefix for prefix, one in STANDARD.items() if one == space]
        prefixes[space] = known[0] if known else f"ns{len(prefixes) + 1}"
    return f"{prefixes[space]}:{local}"


def _renamed(name: str, value: Any, prefixes: dict[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {
            _short(inner, prefixes): _renamed(inner, one, prefixes) for inner, one in value.items()
        }
    if isinstance(value, list):
        return [_renamed(name, one, prefixes) for one in value]
    return value


def _word(text: Any, field: str) -> Any:
    """The bare word of a web address or URN of CBV."""
    if not isinstance(text, str) or field not in FIELDS:
        return text
    bare = on_the_web(text, field).removeprefix(FIELDS[field])
    return bare if bare in WORDS[KINDS.get(field, field)] else text


def _worded(event: dict[str, Any]) -> dict[str, Any]:
    for name in ("bizStep", "disposition"):
        if name in event:
            event[name] = _word(event[name], name)
    for name, field in PAIRS.items():
        for row in event.get(name, ()):
            row.update({"type": _word(row["type"], field)} if "type" in row else {})
    for name, rows in event.items():
        if name.endswith("uantityList"):
            event[name] = [_numbered(row) for row in rows]
    states = event.get("persistentDisposition", {})
    for name in states:
        states[name] = [_word(state, "disposition") for state in states[name]]
    if "reason" in event.get("errorDeclaration", {}):
        declared = event["errorDeclaration"]
        declared["reason"] = _word(declared["reason"], "reason")
    for element in event.get("sensorElementList", ()):
        element["sensorReport"] = [_reported(row) for row in element["sensorReport"]]
    return event


def _numbered(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _number(value) if name in NUMBERS and isinstance(value, str) else value
        for name, value in row.items()
    }


def _number(text: str) -> float | int | str:
    if not NUMBER.fullmatch(text):
        return text
    return int(text) if re.fullmatch(r"[+-]?\d{1,15}", text) else float(text)


def _reported(row: Mapping[str, Any]) -> dict[str, Any]:
    made = _numbered(row)
    for name, field in (("type", "sensorReport"), ("exception", "exception")):
        if name in made:
            made[name] = _word(made[name], field)
    if "component" in made:
        made["component"] = _word(made["component"], "component")
    if "booleanValue" in made:
        made["booleanValue"] = made["booleanValue"] in ("true", "1", True)
    return made


def query_document(
    events: Iterable[bytes], name: str, created: str, *, subscription: str = ""
) -> bytes:
    """A query document of events that are JSON already, in the order given; `created` is its time,
    `name` the query's, `subscription` the id of the one that it answers."""
    head = msgspec.json.encode(
        {
            "@context": CONTEXT,
            "type": "EPCISQueryDocument",
            "schemaVersion": "2.0",
            "creationDate": created,
        }
    )
    told = {"subscriptionID": subscription} if subscription else {}
    results = msgspec.json.encode(told | {"queryName": name})
    body = b",".join(events)
    return (
        head[:-1] + b',"epcisBody":{"queryResults":' + results[:-1]
        + b',"resultsBody":{"eventList":[' + body + b"]}}}}"
    )  # fmt: skip


Spaced = tuple[Mapping[str, Any], Mapping[str, str]]


def xml_document(events: Iterable[Spaced], created: str, query: str = "") -> bytes:
    """The same as XML 2.0: a capture document, or a query document where `query` names one;
    NotEpcis where a user's name or text cannot stand in XML."""
    root = etree.Element(
        f"{{{QUERY if query else CAPTURE}}}EPCIS{'Query' * bool(query)}Document",
        {"schemaVersion": "2.0", "creationDate": created},
        nsmap={"epcisq": QUERY} if query else {"epcis": CAPTURE},
    )
    body = etree.SubElement(root, "EPCISBody")
    if query:
        results = etree.SubElement(body, "QueryResults")
        etree.SubElement(results, "queryName").text = query
        body = etree.SubElement(results, "resultsBody")
    rows = etree.SubElement(body, "EventList")
    try:
        for event, spaces in events:
            _element(rows, event, spaces)
    except ValueError as fault:
        raise NotEpcis(f"cannot be written as XML: {fault}") from None
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _element(rows: Any, event: Mapping[str, Any], spaces: Mapping[str, str]) -> None:
    here = {prefix: space for prefix, space in spaces.items() if prefix not in (*STANDARD, FOREIGN)}
    made = etree.SubElement(rows, event["type"], nsmap=here)
    for name in ORDER[event["type"]]:
        if event.get(name) not in (None, ""):
            _known(made, name, event[name], spaces)
    for name, value in event.items():
        if ":" in name:
            _own(made, name, value, spaces)


def _known(made: Any, name: str, value: Any, spaces: Mapping[str, str]) -> None:
    if name == "certificationInfo":
        _texts(made, name, value if isinstance(value, list) else [value])
        return
    child = etree.SubElement(made, name)
    if name in LISTS:
        _texts(child, "epc", value)
    elif name in PAIRS:
        _pairs(child, PAIRS[name], value)
    elif name in ROWS or name.endswith("uantityList"):
        tag, write = ROWS.get(name, ("quantityElement", _fields))
        for row in value:
            write(etree.SubElement(child, tag), row, spaces)
    elif name == "persistentDisposition":
        for state in ("set", "unset"):
            _texts(child, state, [_urn(one, "disposition") for one in value.get(state, ())])
    elif isinstance(value, Mapping):
        _fields(child, value, spaces)
    else:
        child.text = _urn(_plain(value), name)


def _pairs(made: Any, name: str, rows: Iterable[Mapping[str, str]]) -> None:
    for row in rows:
        kind = {"type": _urn(row["type"], name)} if "type" in row else {}
        etree.SubElement(made, name, kind).text = row[name]


def _texts(made: Any, name: str, values: Iterable[str]) -> None:
    for value in values:
        etree.SubElement(made, name).text = value


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _urn(text: str, field: str) -> str:
    """A word of CBV as XML writes it."""
    if ":" not in text:
        return f"urn:epcglobal:cbv:{OLD[field]}:{text}" if field in OLD else text
    for urn, web in URNS.items():
        if text.startswith(web) and "inchikey" not in urn:
            return urn + text[len(web) :]
    return text


def _fields(made: Any, row: Mapping[str, Any], spaces: Mapping[str, str]) -> None:
    for name, value in row.items():
        if ":" in name or isinstance(value, Mapping):
            _own(made, name, value, spaces)
        elif name == "correctiveEventIDs":
            _texts(etree.SubElement(made, name), "correctiveEventID", value)
        else:
            etree.SubElement(made, name).text = _urn(_plain(value), name)


def _sensor(made: Any, row: Mapping[str, Any], spaces: Mapping[str, str]) -> None:
    for name in ("sensorMetadata", "sensorReport"):
        rows = row.get(name, ())
        for one in [rows] if isinstance(rows, Mapping) else rows:
            child = etree.SubElement(made, name)
            for field, value in one.items():
                child.set(_tag(field, spaces), _report(field, value))
    for name, value in row.items():
        if ":" in name:
            _own(made, name, value, spaces)


ROWS = {"sensorElementList": ("sensorElement", _sensor)}


def _report(field: str, value: Any) -> str:
    text = _plain(value)
    if field in ("type", "exception", "component") and ":" not in text:
        return ("cbv:Comp-" if field == "component" else "gs1:") + text
    return text


def _tag(name: str, spaces: Mapping[str, str]) -> str:
    prefix, colon, local = name.partition(":")
    if not colon:
        return name
    if prefix in spaces:
        return f"{{{spaces[prefix]}}}{local}"
    cut = max(name.rfind(mark) for mark in "/#:") + 1
    return f"{{{name[:cut]}}}{name[cut:]}"


def _own(made: Any, name: str, value: Any, spaces: Mapping[str, str]) -> None:
    """What users added, at any depth."""
    if isinstance(value, list):
        for one in value:
            _own(made, name, one, spaces)
        return
    child = etree.SubElement(made, _tag(name, spaces))
    if not isinstance(value, Mapping):
        child.text = None if value is None else _plain(value)
        return
    for inner, one in value.items():
        if inner == "#text":
            child.text = _plain(one)
        else:
            _own(child, inner, one, spaces)
