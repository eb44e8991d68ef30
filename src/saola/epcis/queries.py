"""Questions to events in the parameters of EPCIS 2.0 (8.2.7.1): read strictly, and asked of one
event at a time. Databases may narrow a search first; what is found is decided here."""

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from saola.epcis.checks import NUMBER
from saola.epcis.documents import EVENTS
from saola.epcis.hashing import value_text, whole_name
from saola.epcis.identity import canonical_identity
from saola.epcis.mentions import CLASSES, THINGS, Event, Role, mentions
from saola.epcis.vocabulary import on_the_web
from saola.gs1.link import CANONICAL

Spaces = Mapping[str, str]
Test = Callable[[Event, Spaces], bool]


class BadQuery(ValueError):
    """A parameter that is none, or has a value that it cannot have; `name` says which."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name}: {reason}")


CONTROLS = {"orderBy", "orderDirection", "eventCountLimit", "maxEventCount", "perPage",
            "nextPageToken", "@context"}  # fmt: skip
ORDERS = {"eventTime": "eventTime", "recordTime": "recordTime", "captureTime": "recordTime"}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "GT": operator.gt, "GE": operator.ge, "LT": operator.lt, "LE": operator.le,
}  # fmt: skip
MATCHES = {
    "epc": {Role.EPC, Role.CHILD},
    "parentID": {Role.PARENT},
    "inputEPC": {Role.INPUT},
    "outputEPC": {Role.OUTPUT},
    "anyEPC": THINGS,
    "epcClass": {Role.CLASS, Role.CHILD_CLASS},
    "inputEPCClass": {Role.INPUT_CLASS},
    "outputEPCClass": {Role.OUTPUT_CLASS},
    "anyEPCClass": CLASSES,
}
REPORTED = ("deviceID", "dataProcessingMethod", "microorganism", "chemicalSubstance", "bizRules",
            "stringValue", "hexBinaryValue", "uriValue", "booleanValue")  # fmt: skip
MEASURED = ("value", "minValue", "maxValue", "meanValue", "sDev", "percValue", "percRank")
QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
OWN = re.compile(
    r"(?P<inner>INNER_)?(?P<part>ILMD_|ERROR_DECLARATION_|readPoint_|bizLocation_|SENSORELEMENT_"
    r"|SENSORMETADATA_|SENSORREPORT_)?(?P<name>[^\W\d_][\w.-]*:.+)"
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question that was understood. `tests` all hold for what is found; `asked` are its
    parameters as they came, for whoever narrows the search; `order` is "" where any will do;
    `limit` the most events wanted, `most` the number above which the answer is refused."""

    asked: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    tests: tuple[Test, ...] = ()
    order: str = ""
    descending: bool = True
    limit: int | None = None
    most: int | None = None

    def finds(self, event: Event, spaces: Spaces) -> bool:
        """Whether the event, with its `recordTime`, is one of those asked for."""
        return all(test(event, spaces) for test in self.tests)


def read_query(given: Mapping[str, Any], spaces: Spaces) -> Query:
    """Parameters as HTTP or a named query gives them (single values or lists; numbers may be
    texts) with the prefixes that user-defined names use; BadQuery where one is none."""
    asked = {
        name: list(value) if isinstance(value, list | tuple) else [value]
        for name, value in given.items()
        if name not in CONTROLS
    }
    tests = tuple(_test(name, values, spaces) for name, values in asked.items())
    order, limit, most = given.get("orderBy", ""), *_counts(given)
    if order != "" and (not isinstance(order, str) or order not in ORDERS):
        raise BadQuery("orderBy", "eventTime or recordTime")
    direction = given.get("orderDirection", "DESC")
    if direction not in ("ASC", "DESC"):
        raise BadQuery("orderDirection", "ASC or DESC")
    if limit is not None and most is not None:
        raise BadQuery("maxEventCount", "not together with eventCountLimit")
    return Query(asked, tests, ORDERS.get(order, ""), direction == "DESC", limit, most)


def _counts(given: Mapping[str, Any]) -> Iterator[int | None]:
    for name in ("eventCountLimit", "maxEventCount"):
        if name not in given:
            yield None
            continue
        text = str(given[name])
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
            raise BadQuery(name, "a whole number from 1")
        yield int(text)


def _test(name: str, values: list[Any], spaces: Spaces) -> Test:
    if not values or any(isinstance(value, list | dict) for value in values):
        raise BadQuery(name, "a value or a list of values is expected")
    if name == "eventType":
        for value in values:
            if value not in EVENTS:
                raise BadQuery(name, f"{value!r} is no type of event")
        return lambda event, _: event["type"] in values
    kind, _, subject = name.partition("_")
    if kind == "EXISTS":
        return _there(name, subject, spaces, wanted=str(values[0]).lower() not in ("false", "0"))
    if kind == "HASATTR" or name.startswith("EQ_ATTR_"):
        return _attribute(name, subject.removeprefix("ATTR_"), values, spaces)
    texts = [str(value) for value in values]
    if kind == "MATCH" and subject in MATCHES:
        return _matching(name, MATCHES[subject], texts)
    if kind == "WD" and subject in ("readPoint", "bizLocation"):
        return _within(subject, [canonical_identity(text) for text in texts])
    return _by_values(name, kind, subject, values, spaces)


def _by_values(name: str, kind: str, subject: str, values: list[Any], spaces: Spaces) -> Test:
    found = _values_of(name, subject, spaces) if kind == "EQ" or kind in COMPARE else None
    if found is None:
        raise BadQuery(name, "no such parameter")
    if kind == "EQ":
        return _equal(subject, found, values)
    return _compared(name, kind, found, values)


Extract = Callable[[Event, Spaces], Iterable[Any]]


def _equal(subject: str, found: Extract, values: list[Any]) -> Test:
    word = _field_of(subject)
    wanted = {_form(value, word) for value in values}
    return lambda event, spaces: any(_form(value, word) in wanted for value in found(event, spaces))


def _form(value: Any, word: str) -> str:
    return on_the_web(str(value), word) if word else value_text(value)


def _field_of(subject: str) -> str:
    """For words of CBV the field that says what a bare word stands for."""
    if subject.startswith("persistentDisposition_"):
        return "disposition"
    known = {"bizStep": "bizStep", "disposition": "disposition", "errorReason": "reason",
             "type": "sensorReport"}  # fmt: skip
    return known.get(subject, "")


def _compared(name: str, kind: str, found: Extract, values: list[Any]) -> Test:
    compare, bound = COMPARE[kind], _measure(values[0])
    if bound is None:
        raise BadQuery(name, "a number, or a date and time with its zone")
    if isinstance(bound, float) and name.endswith(("Time", "_time")) and ":" not in name:
        raise BadQuery(name, "a date and time with its zone")

    def test(event: Event, spaces: Spaces) -> bool:
        read = (_measure(value) for value in found(event, spaces))
        return any(type(one) is type(bound) and compare(one, bound) for one in read)

    return test


def _measure(value: Any) -> float | datetime | None:
    """A number or a moment; None where it is neither."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:  # hundreds of digits
            return math.inf if value > 0 else -math.inf
    if NUMBER.fullmatch(str(value)):
        return float(str(value))
    try:
        read = datetime.fromisoformat(str(value))
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _matching(name: str, roles: Iterable[Role], patterns: list[str]) -> Test:
    exact = {canonical_identity(p) for p in patterns if "*" not in p}
    shapes = [_shape(name, pattern) for pattern in patterns if "*" in pattern]
    wanted = frozenset(roles)

    def test(event: Event, _: Spaces) -> bool:
        return any(
            role in wanted and (text in exact or any(shape.fullmatch(text) for shape in shapes))
            for role, text in mentions(event)
        )

    return test


def _shape(name: str, pattern: str) -> re.Pattern[str]:
    """A pattern of EPCs (`urn:epc:idpat:sgtin:4012345.011111.*`) as canonical links have it."""
    whole = canonical_identity(pattern)
    if whole != pattern:  # a class: itself or any of its things
        return re.compile(re.escape(whole) + r"(?:/.*)?")
    found = re.fullmatch(r"urn:epc:idpat:(sgtin|lgtin):(\d{4,12})\.\*\.\*", pattern)
    if not found:
        raise BadQuery(name, f"{pattern[:60]!r} is no pattern that can be looked for")
    return re.compile(rf"{re.escape(CANONICAL)}/01/\d{found[2]}\d*(?:/.*)?")


def _attribute(name: str, subject: str, values: list[Any], spaces: Spaces) -> Test:
    """A user's field that has an attribute (of XML; in JSON a name within it), or one of a value:
    `HASATTR_ex:field=attribute`, `EQ_ATTR_ex:field_attribute=value`."""
    field_name, attribute = subject, ""
    if name.startswith("EQ_ATTR_"):
        field_name, _, attribute = subject.rpartition("_")
    found = OWN.fullmatch(field_name)
    if found is None or found["part"] or found["inner"]:
        raise BadQuery(name, "no such parameter")
    wanted = whole_name(field_name, spaces)

    def test(event: Event, own: Spaces) -> bool:
        rows = [row for key, row in event.items() if _same(key, wanted, own)]
        rows = [row for row in rows if isinstance(row, Mapping)]
        if not attribute:
            return any(value in row for row in rows for value in values)
        told = {value_text(row[attribute]) for row in rows if attribute in row}
        return not told.isdisjoint(value_text(value) for value in values)

    return test


def _within(subject: str, places: list[str]) -> Test:
    """The place itself or a part of it: a location with an extension lies within its location."""

    def test(event: Event, _: Spaces) -> bool:
        place = event.get(subject)
        text = canonical_identity(place["id"]) if place else ""
        return any(text == one or text.startswith(f"{one}/") for one in places)

    return test


def _there(name: str, subject: str, spaces: Spaces, *, wanted: bool) -> Test:
    if subject in ("errorDeclaration", "sensorElementList"):
        return lambda event, _: bool(event.get(subject)) is wanted
    found = _own(subject, spaces)
    if found is None:
        raise BadQuery(name, "no such parameter")
    return lambda event, own: any(True for _ in found(event, own)) is wanted


def _values_of(name: str, subject: str, spaces: Spaces) -> Extract | None:
    """How to take the values that a parameter speaks of out of an event."""
    for known in (_simple, _of_lists, _of_sensors):
        found = known(subject)
        if found is not None:
            return found
    return _own(subject, spaces)


def _simple(subject: str) -> Extract | None:
    if subject in ("action", "bizStep", "disposition", "eventTime", "recordTime", "eventID",
                   "transformationID"):  # fmt: skip
        return lambda event, _: [event[subject]] if event.get(subject) else []
    if subject in ("readPoint", "bizLocation"):
        return lambda event, _: [event[subject]["id"]] if event.get(subject) else []
    declared = {"errorDeclarationTime": "declarationTime", "errorReason": "reason",
                "errorDeclaration_Time": "declarationTime"}.get(subject)  # fmt: skip
    if declared:
        return lambda event, _: [
            value for value in [(event.get("errorDeclaration") or {}).get(declared)] if value
        ]
    if subject == "correctiveEventID":
        return lambda event, _: (event.get("errorDeclaration") or {}).get("correctiveEventIDs", ())
    return None


def _of_lists(subject: str) -> Extract | None:
    part, _, rest = subject.partition("_")
    if part == "persistentDisposition" and rest in ("set", "unset"):
        return lambda event, _: (event.get(part) or {}).get(rest, ())
    if part in ("bizTransaction", "source", "destination") and rest and ":" not in subject[:20]:
        kind = on_the_web(rest, part)
        return lambda event, _: [
            row[part]
            for row in event.get(f"{part}List") or ()
            if on_the_web(row.get("type", ""), part) == kind
        ]
    if part == "quantity":
        return lambda event, _: [
            row["quantity"]
            for name in QUANTITY_LISTS
            for row in event.get(name) or ()
            if "quantity" in row and (not rest or row.get("uom") == rest)
        ]
    return None


def _of_sensors(subject: str) -> Extract | None:
    part, _, unit = subject.partition("_")
    if subject in ("time", "startTime", "endTime", *REPORTED, "type"):
        return lambda event, _: (
            row[subject] for row in _sensor_rows(event) if row.get(subject) not in (None, "")
        )
    if part in MEASURED and (unit or part == "percRank") and ":" not in subject:
        return lambda event, _: (
            row[part]
            for row in _sensor_rows(event)
            if part in row and (not unit or row.get("uom") == unit)
        )
    return None


def _sensor_rows(event: Event) -> Iterator[Mapping[str, Any]]:
    for element in event.get("sensorElementList") or ():
        if element.get("sensorMetadata"):
            yield element["sensorMetadata"]
        yield from element.get("sensorReport") or ()


def _own(subject: str, spaces: Spaces) -> Extract | None:
    """Values of a name that users have added, at the top of its part or (INNER) below."""
    found = OWN.fullmatch(subject)
    if found is None:
        return None
    name, inner, part = found["name"], bool(found["inner"]), found["part"] or ""
    wanted = whole_name(name, spaces) if name.partition(":")[0] in spaces else name

    def values(event: Event, own: Spaces) -> Iterator[Any]:
        for place in _parts(event, part):
            for key, value in place.items():
                if (key == name and wanted == name) or _same(key, wanted, own):
                    yield from () if inner else _flat(value)
                if inner and ":" in key:
                    yield from _below(value, wanted, own)

    return values


def _same(key: str, wanted: str, spaces: Spaces) -> bool:
    return (":" in key or key.startswith("{")) and whole_name(key, spaces) == wanted


def _parts(event: Event, part: str) -> Iterator[Mapping[str, Any]]:
    simple = {"": event, "ILMD_": event.get("ilmd"), "readPoint_": event.get("readPoint"),
              "ERROR_DECLARATION_": event.get("errorDeclaration"),
              "bizLocation_": event.get("bizLocation")}  # fmt: skip
    if part in simple:
        yield simple[part] or {}
        return
    for element in event.get("sensorElementList") or ():
        if part == "SENSORELEMENT_":
            yield element
        elif part == "SENSORMETADATA_":
            yield element.get("sensorMetadata") or {}
        else:
            yield from element.get("sensorReport") or ()


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _flat(one)
    elif isinstance(value, Mapping):
        yield value.get("#text", "")
    else:
        yield value


def _below(value: Any, wanted: str, spaces: Spaces) -> Iterator[Any]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Mapping):
            for key, inside in one.items():
                if _same(key, wanted, spaces):
                    yield from _flat(inside)
                yield from _below(inside, wanted, spaces)
