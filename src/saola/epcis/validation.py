"""Whether a document is EPCIS 2.0: more than GS1's schema asks, with a path to each fault. Dates
are held to be dates, words to be words of CBV, namespaces to be declared, and an event to say what
it is about."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from saola.epcis.checks import MOST, Check, Fault, Rule
from saola.epcis.documents import EVENTS, Document, NotEpcis, read_document

UNIT = re.compile(r"[A-Z0-9]{2,3}")
HEX = re.compile(r"[0-9A-Fa-f]+")


def _quantity(check: Check) -> Rule:
    rules = {
        "epcClass": check.uri,
        "quantity": check.number,
        "uom": check.like(UNIT, "unit of measure (UN/ECE Recommendation 20)"),
    }
    fields = check.fields(rules, ["epcClass"], own=False)

    def whole(value: Any, path: str) -> None:
        fields(value, path)
        if isinstance(value, Mapping) and "uom" in value and "quantity" not in value:
            check.fault(path, "a unit without a quantity")

    return whole


def _sensor(check: Check) -> Rule:
    metadata = {
        **dict.fromkeys(("time", "startTime", "endTime"), check.moment),
        **dict.fromkeys(
            ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"), check.uri
        ),
    }
    numbers = ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")
    addresses = ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules",
                 "microorganism", "chemicalSubstance", "coordinateReferenceSystem",
                 "uriValue")  # fmt: skip
    report: dict[str, Rule] = {
        **dict.fromkeys(numbers, check.number),
        **dict.fromkeys(addresses, check.uri),
        "type": check.word("measurement"),
        "exception": check.word("exception"),
        "component": check.word("component"),
        "time": check.moment,
        "stringValue": check.words,
        "booleanValue": check.boolean,
        "hexBinaryValue": check.like(HEX, "hexadecimal value"),
        "uom": check.words,
    }
    rules = {
        "sensorMetadata": check.fields(metadata),
        "sensorReport": check.rows(check.fields(report, ["type"]), least=1),
    }
    return check.fields(rules, ["sensorReport"])


def _typed(check: Check, name: str, kind: str, *, needed: bool) -> Rule:
    rules = {"type": check.word(kind), name: check.uri}
    return check.rows(check.fields(rules, ["type", name] if needed else [name], own=False))


def _common(check: Check) -> dict[str, Rule]:
    declared = {
        "declarationTime": check.moment,
        "reason": check.word("reason"),
        "correctiveEventIDs": check.rows(check.uri),
    }
    return {
        "type": lambda value, path: None,
        "@context": lambda value, path: _context(check, value, path),
        "eventTime": check.moment,
        "recordTime": check.moment,
        "eventTimeZoneOffset": check.offset,
        "eventID": check.uri,
        "certificationInfo": check.certified,
        "errorDeclaration": check.fields(declared, ["declarationTime"]),
        "bizStep": check.word("bizStep"),
        "disposition": check.word("disposition"),
        "readPoint": check.fields({"id": check.uri}, ["id"]),
        "bizLocation": check.fields({"id": check.uri}, ["id"]),
        "bizTransactionList": _typed(check, "bizTransaction", "bizTransaction", needed=False),
        "sourceList": _typed(check, "source", "party", needed=True),
        "destinationList": _typed(check, "destination", "party", needed=True),
        "sensorElementList": check.rows(_sensor(check)),
    }


ACTIONS = re.compile("OBSERVE|ADD|DELETE")
# what each type of event has beside the common fields, what it must have
TYPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ObjectEvent": (
        ("epcList", "quantityList", "action", "persistentDisposition", "ilmd"), ("action",)
    ),
    "AggregationEvent": (("parentID", "childEPCs", "childQuantityList", "action"), ("action",)),
    "TransactionEvent": (
        ("parentID", "epcList", "quantityList", "action"), ("action", "bizTransactionList")
    ),
    "TransformationEvent": (
        ("inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList",
         "transformationID", "persistentDisposition", "ilmd"),
        (),
    ),
    "AssociationEvent": (
        ("parentID", "childEPCs", "childQuantityList", "action"), ("action", "parentID")
    ),
}  # fmt: skip


def _special(check: Check) -> dict[str, Rule]:
    quantities = check.rows(_quantity(check))
    things = check.rows(check.uri, once=True)
    state = check.rows(check.word("disposition"), once=True)
    return {
        **dict.fromkeys(("epcList", "inputEPCList", "outputEPCList", "childEPCs"), things),
        **dict.fromkeys(
            ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"),
            quantities,
        ),
        "action": check.like(ACTIONS, "action (OBSERVE, ADD or DELETE)"),
        "parentID": check.uri,
        "transformationID": check.uri,
        "persistentDisposition": check.fields({"set": state, "unset": state}, own=False),
        "ilmd": check.masterdata,
    }


def _about(event: Mapping[str, Any], path: str, check: Check) -> None:
    """What the event is about, and what does not go together."""
    SUBJECTS[event["type"]](event, path, check)
    found = event.get("persistentDisposition")
    if isinstance(found, Mapping) and not (found.get("set") or found.get("unset")):
        check.fault(f"{path}.persistentDisposition", "neither set nor unset")


def _object(event: Mapping[str, Any], path: str, check: Check) -> None:
    seen = "epcList" in event or event.get("quantityList")
    if not seen and not (event.get("sensorElementList") and "readPoint" in event):
        check.fault(path, "what is missing: epcList, quantityList, or sensors at a readPoint")
    if "ilmd" in event and event.get("action") != "ADD":
        check.fault(f"{path}.ilmd", "only an event with action ADD has master data")


def _transaction(event: Mapping[str, Any], path: str, check: Check) -> None:
    if not event.get("bizTransactionList"):
        check.fault(path, "bizTransactionList is empty")
    if not ("epcList" in event or "quantityList" in event or event.get("action") == "DELETE"):
        check.fault(path, "what is missing: epcList or quantityList")


def _children(event: Mapping[str, Any], path: str, check: Check) -> None:
    action = event.get("action")
    if not (event.get("childEPCs") or event.get("childQuantityList") or action == "DELETE"):
        check.fault(path, "what is missing: childEPCs or childQuantityList")
    if event["type"] == "AggregationEvent" and action != "OBSERVE" and "parentID" not in event:
        check.fault(path, "parentID is missing")


def _transformation(event: Mapping[str, Any], path: str, check: Check) -> None:
    there = [
        bool(event.get(f"{side}EPCList") or event.get(f"{side}QuantityList"))
        for side in ("input", "output")
    ]
    if not any(there):
        check.fault(path, "neither input nor output")
    elif not all(there) and not event.get("transformationID"):
        side = "output" if there[0] else "input"
        check.fault(path, f"nothing is {side}: {side}EPCList or {side}QuantityList")


SUBJECTS: dict[str, Callable[[Mapping[str, Any], str, Check], None]] = {
    "ObjectEvent": _object,
    "AggregationEvent": _children,
    "TransactionEvent": _transaction,
    "TransformationEvent": _transformation,
    "AssociationEvent": _children,
}


class Checker:
    """Checks events of one document one by one; its rules are made once. `xml` as in Check."""

    def __init__(self, *, xml: bool = False) -> None:
        self._check = check = Check(xml, {})
        special, common = _special(check), _common(check)
        self._rules = {
            kind: check.fields(
                common | {name: special[name] for name in own},
                ("eventTime", "eventTimeZoneOffset", *needed),
            )
            for kind, (own, needed) in TYPES.items()
        }

    def faults(self, event: Mapping[str, Any], spaces: Mapping[str, str], path: str) -> list[Fault]:
        """Faults of an event in EPCIS JSON; `path` says where it stands."""
        if event.get("type") not in EVENTS:
            return [Fault(path, "no event of EPCIS 2.0")]
        check = self._check
        check.spaces, check.faults = spaces, []
        self._rules[event["type"]](event, path)
        _about(event, path, check)
        return check.faults


def _context(check: Check, value: Any, path: str) -> None:
    rows = value if isinstance(value, list) else [value]
    if not rows:
        check.fault(path, "must not be empty")
    for row in rows:
        if isinstance(row, str):
            check.uri(row, path)
        elif not isinstance(row, Mapping):
            check.fault(path, "an address or an object is expected")


HEADS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "capture": (
        ("@context", "type", "schemaVersion", "creationDate", "epcisBody"),
        ("id", "instanceIdentifier", "sender", "receiver", "epcisHeader"),
    ),
    "query": (
        ("@context", "type", "epcisBody"),
        ("id", "schemaVersion", "creationDate", "epcisHeader"),
    ),
    "event": (("@context",), ()),
}
VERSION = re.compile(r"\d+(?:\.\d+)*")


def head_faults(document: Document) -> list[Fault]:
    """Faults of what stands around the events."""
    check = Check(document.xml, document.spaces)
    head = document.head
    if document.xml:
        if document.kind != "event":
            rules: dict[str, Rule] = {
                "schemaVersion": check.like(VERSION, "version"),
                "creationDate": check.moment,
            }
            told = {name: value for name, value in head.items() if name in rules}
            check.fields(rules, rules)(told, "$")
        return check.faults
    needed, more = HEADS[document.kind]
    for name in needed:
        if name not in head:
            check.fault("$", f"{name} is missing")
    if document.kind == "event":
        return check.faults
    for name, value in head.items():
        if name == "@context":
            _context(check, value, "$.@context")
        elif name == "creationDate":
            check.moment(value, "$.creationDate")
        elif name == "schemaVersion":
            check.like(VERSION, "version")(value, "$.schemaVersion")
        elif not name.startswith("_") and name not in (*needed, *more) and not check.declared(name):
            check.unknown(name, "$")
    return check.faults


def validate(content: bytes) -> list[Fault]:
    """Faults of a document or event, JSON or XML by its content; none where it is EPCIS 2.0."""
    try:
        document = read_document(content)
    except NotEpcis as fault:
        return [Fault(fault.path or "$", fault.reason)]
    faults = head_faults(document)
    checker = Checker(xml=document.xml)
    try:
        for number, (event, spaces) in enumerate(document.events):
            faults += checker.faults(event, spaces, place(document, number))
            if len(faults) >= MOST:
                break
    except NotEpcis as fault:
        faults.append(Fault(fault.path or "$", fault.reason))
    return faults[:MOST]


def place(document: Document, number: int) -> str:
    """Where the event with this number, from 0, stands in its document."""
    return f"{document.path}[{number}]" if document.kind != "event" else "$"
