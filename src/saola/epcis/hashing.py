"""The event hash of CBV 2.0: one hash for an event however it is written. The pre-hash text and
its order follow the examples of github.com/RalphTro/epcis-event-hash-generator."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from saola.epcis.identity import canonical_identity
from saola.epcis.vocabulary import on_the_web

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
# tells an event from others only where it was received, or what is said about it later
LEFT_OUT = {
    "type", "recordTime", "eventID", "errorDeclaration", "@context", "rdfs:comment",
    "{http://www.w3.org/2000/01/rdf-schema#}comment",
}  # fmt: skip
TIMES = {"eventTime", "time", "startTime", "endTime"}
QUANTITY = ("epcClass", "quantity", "uom")
METADATA = (
    "time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData",
    "dataProcessingMethod", "bizRules",
)  # fmt: skip
REPORT = (
    "type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time",
    "microorganism", "chemicalSubstance", "value", "component", "stringValue", "booleanValue",
    "hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue", "sDev", "percRank",
    "percValue", "uom", "coordinateReferenceSystem",
)  # fmt: skip
Spaces = Mapping[str, str]  # prefix of the JSON-LD context to namespace


def event_hash(event: Mapping[str, Any], spaces: Spaces) -> str:
    """`ni:///sha-256;…?ver=CBV2.0` of an event in EPCIS JSON; `spaces` are the prefixes of its
    document (names of the form `{namespace}name` need none)."""
    digest = hashlib.sha256(pre_hash(event, spaces).encode()).hexdigest()
    return f"ni:///sha-256;{digest}?ver=CBV2.0"


def pre_hash(event: Mapping[str, Any], spaces: Spaces) -> str:
    """The text that is hashed."""
    return (
        f"eventType={event['type']}"
        + "".join(part(event, spaces) for name, part in PARTS.items() if name in event)
        + "".join(sorted(_rest(event, spaces)))
    )


def _time(text: str) -> str:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    if read.tzinfo is None:
        return text
    return read.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def value_text(value: Any, field: str = "") -> str:
    """A value in its one form: words as web addresses, numbers without needless digits, GS1 keys as
    canonical links, times in UTC with milliseconds."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).strip()
    if field in TIMES:
        return _time(text)
    if text.startswith("https://"):  # most by far: neither a word nor a number
        return canonical_identity(text)
    text = on_the_web(text, field)
    if NUMBER.fullmatch(text):
        number = float(text)
        return str(int(number)) if number.is_integer() else str(number)
    return canonical_identity(text)


def _named(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    return f"{name}={value_text(value, name)}" if value not in (None, "") else ""


def _texts(name: str) -> Callable[[Mapping[str, Any], Spaces], str]:
    return lambda event, spaces: _named(event, name)


def _list(name: str, of: str) -> Callable[[Mapping[str, Any], Spaces], str]:
    """A list of identifiers, in the order of their texts."""

    def part(event: Mapping[str, Any], spaces: Spaces) -> str:
        values = event.get(name)
        if not values:
            return ""
        return name + "".join(sorted(f"{of}={value_text(value)}" for value in values))

    return part


def _quantities(name: str) -> Callable[[Mapping[str, Any], Spaces], str]:
    def part(event: Mapping[str, Any], spaces: Spaces) -> str:
        rows = event.get(name)
        if not rows:
            return ""
        return name + "".join(
            sorted("quantityElement" + _fields(row, QUANTITY, spaces) for row in rows)
        )

    return part


def _fields(row: Mapping[str, Any], known: Iterable[str], spaces: Spaces) -> str:
    """Known fields in their order, what users added behind them."""
    return "".join(_named(row, name) for name in known) + "".join(sorted(_own(row, spaces)))


def _own(row: Mapping[str, Any], spaces: Spaces) -> Iterable[str]:
    for name, value in row.items():
        if (":" in name or name.startswith("{")) and name not in LEFT_OUT:
            yield from _free(whole_name(name, spaces), value, spaces)


def whole_name(name: str, spaces: Spaces) -> str:
    """`{namespace}name` of a name with a prefix of `spaces`, or of a whole address."""
    if name.startswith("{"):
        return name
    prefix, _, local = name.partition(":")
    if prefix in spaces:
        return "{" + spaces[prefix] + "}" + local
    cut = max(name.rfind(mark) for mark in "/#:") + 1
    return "{" + name[:cut] + "}" + name[cut:]


def _free(name: str, value: Any, spaces: Spaces) -> Iterable[str]:
    """Whatever users write: names with values, lists as repeated names, all in order of text."""
    if isinstance(value, list):
        for one in value:
            yield from _free(name, one, spaces)
    elif isinstance(value, Mapping):
        inside = [
            text
            for key, inner in value.items()
            if key != "#text" and key not in LEFT_OUT
            for text in _free(whole_name(key, spaces) if ":" in key else key, inner, spaces)
        ]
        text = value_text(value["#text"]) if value.get("#text") else ""
        yield name + (f"={text}" if text else "") + "".join(sorted(inside))
    elif value is None or str(value).strip() == "":
        yield name
    else:
        yield f"{name}={value_text(value)}"


def _place(name: str) -> Callable[[Mapping[str, Any], Spaces], str]:
    def part(event: Mapping[str, Any], spaces: Spaces) -> str:
        place = event.get(name)
        return name + _fields(place, ("id",), spaces) if place else ""

    return part


def _persistent(event: Mapping[str, Any], spaces: Spaces) -> str:
    found = event.get("persistentDisposition") or {}
    text = "".join(
        one
        for name in ("set", "unset")
        for one in sorted(f"{name}={value_text(v, 'disposition')}" for v in found.get(name, ()))
    )
    return f"persistentDisposition{text}" if text else ""


def _certified(event: Mapping[str, Any], spaces: Spaces) -> str:
    value = event.get("certificationInfo")
    return "".join(sorted(_free("certificationInfo", value, spaces))) if value else ""


def _report(row: Mapping[str, Any], spaces: Spaces) -> str:
    text = "".join(
        f"type={value_text(row['type'], 'sensorReport')}" if name == "type" else _named(row, name)
        for name in REPORT
        if name in row
    )
    return "sensorReport" + text + "".join(sorted(_own(row, spaces)))


def _sensor(row: Mapping[str, Any], spaces: Spaces) -> str:
    metadata = row.get("sensorMetadata")
    text = "sensorElement"
    if metadata:
        text += "sensorMetadata" + _fields(metadata, METADATA, spaces)
    text += "".join(sorted(_report(report, spaces) for report in row.get("sensorReport", ())))
    return text + "".join(sorted(_own(row, spaces)))


def _sensors(event: Mapping[str, Any], spaces: Spaces) -> str:
    rows = event.get("sensorElementList")
    if not rows:
        return ""
    return "sensorElementList" + "".join(sorted(_sensor(row, spaces) for row in rows))


PARTS: dict[str, Callable[[Mapping[str, Any], Spaces], str]] = {
    "eventTime": _texts("eventTime"),
    "eventTimeZoneOffset": _texts("eventTimeZoneOffset"),
    "certificationInfo": _certified,
    "epcList": _list("epcList", "epc"),
    "parentID": _texts("parentID"),
    "inputEPCList": _list("inputEPCList", "epc"),
    "childEPCs": _list("childEPCs", "epc"),
    "quantityList": _quantities("quantityList"),
    "childQuantityList": _quantities("childQuantityList"),
    "inputQuantityList": _quantities("inputQuantityList"),
    "outputEPCList": _list("outputEPCList", "epc"),
    "outputQuantityList": _quantities("outputQuantityList"),
    "action": _texts("action"),
    "transformationID": _texts("transformationID"),
    "bizStep": _texts("bizStep"),
    "disposition": _texts("disposition"),
    "persistentDisposition": _persistent,
    "readPoint": _place("readPoint"),
    "bizLocation": _place("bizLocation"),
    "sensorElementList": _sensors,
}


def _rest(event: Mapping[str, Any], spaces: Spaces) -> Iterable[str]:
    """What stands behind the ordered part in the order of its text: transactions, sources and
    destinations, master data, what users added."""
    for name in ("bizTransaction", "source", "destination"):
        rows = event.get(f"{name}List")
        if rows:
            yield f"{name}List" + "".join(sorted(_typed(row, name, spaces) for row in rows))
    ilmd = event.get("ilmd")
    if ilmd:
        yield "ilmd" + "".join(sorted(_own(ilmd, spaces)))
    yield from _rules_of_reports(event)
    yield from _own(event, spaces)


def _typed(row: Mapping[str, Any], name: str, spaces: Spaces) -> str:
    kind = f"type={value_text(row['type'], name)}" if row.get("type") else ""
    return kind + f"{name}={value_text(row[name])}" + "".join(sorted(_own(row, spaces)))


def _rules_of_reports(event: Mapping[str, Any]) -> Iterable[str]:
    """The one field of a sensor report that the order of the reference does not know."""
    elements = []
    for element in event.get("sensorElementList") or ():
        told = ["sensorReport" + _named(r, "bizRules") for r in element.get("sensorReport", ())]
        found = sorted(text for text in told if text != "sensorReport")
        if found:
            elements.append("sensorElement" + "".join(found))
    if elements:
        yield "sensorElementList" + "".join(sorted(elements))
