"""The JSON of `saola score`: strict reading of a product's sheets, exact writing of its result."""

import json
import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NoReturn

from saola.criteria import CriteriaSet, UnknownSheet, load
from saola.scoring.panels import (
    Event,
    Invalid,
    MemberSheet,
    Panel,
    check_cases,
    member_sheet,
    panel,
)
from saola.scoring.regulation import Quorum, Regulation, Rounding, SpreadLimit, decimal_text
from saola.scoring.result import Because, Missed, Result

Object = dict[str, Any]

ENUMS = {
    "average": ("mean",),
    "minimum_test": ("agreed_or_mean", "mean", "each_member"),
    "minimum_effect": ("cumulative_cap",),
    "missed_three_star": ("two_stars", "not_met"),
    "zero_stops": ("all", "any"),
    "capped_from_90": ("forward", "province"),
    "missing": ("exclude_member", "refuse"),
}


def loads(text: bytes) -> Object:
    """One JSON object; Invalid for anything else, duplicate keys and not-a-number included."""
    try:
        data = json.loads(
            text.decode("utf-8-sig"),
            object_pairs_hook=_unique,
            parse_constant=lambda name: _fail("input", f"{name} is not JSON"),
        )
        _check_text(data)
    except Invalid:
        raise
    except RecursionError:
        raise Invalid("input", "nested too deeply") from None
    except ValueError as error:
        raise Invalid("input", f"not JSON: {error}".splitlines()[0]) from None
    return _object(data, "input", ())


def _check_text(data: Any) -> None:
    """Half characters (lone surrogates) are no text: they could not be stored or printed."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Invalid("input", "has half a character (a lone surrogate)") from None


def _unique(pairs: list[tuple[str, Any]]) -> Object:
    found: Object = {}
    for key, value in pairs:
        if key in found:
            raise Invalid("input", f"key {key!r} appears twice")
        found[key] = value
    return found


def _fail(place: str, what: str) -> NoReturn:
    raise Invalid(place, what)


def _object(
    value: Any, place: str, known: tuple[str, ...], required: tuple[str, ...] = ()
) -> Object:
    """The value as an object with none but the known keys (any key when none are named)."""
    if type(value) is not dict:
        raise Invalid(place, "an object is expected")
    dot = "" if place == "input" else f"{place}."
    for key in value:
        if known and key not in known:
            raise Invalid(f"{dot}{key}", "unknown key")
    for key in required:
        if key not in value:
            raise Invalid(f"{dot}{key}", "missing")
    return value


def _list(value: Any, place: str) -> list[Any]:
    if type(value) is not list:
        raise Invalid(place, "a list is expected")
    return value


def _text(value: Any, place: str) -> str:
    if type(value) is not str:
        raise Invalid(place, "text is expected")
    return value


def _flag(value: Any, place: str) -> bool:
    if type(value) is not bool:
        raise Invalid(place, "true or false is expected")
    return value


def _one_of(value: Any, place: str, allowed: tuple[str, ...]) -> Any:
    if type(value) is not str or value not in allowed:
        raise Invalid(place, f"{value!r} is none of {', '.join(allowed)}")
    return value


def _fraction(value: Any, place: str) -> Fraction:
    # the pattern is narrow on purpose: Fraction("1e999999999") would take all memory
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6}|/0{0,3}[1-9][0-9]{0,3})?", _text(value, place)):
        raise Invalid(place, f"{value!r} is not a number")
    return Fraction(value)


def panel_from(data: Object) -> Panel:
    """The checked panel of one input object; Invalid with the place of the first fault."""
    known = ("sheet", "cases", "agreed", "regulation", "events", "members")
    _object(data, "input", known, required=("sheet", "members"))
    try:
        criteria_set = load(_text(data["sheet"], "sheet"))
    except UnknownSheet:
        raise Invalid("sheet", f"no criteria set {data['sheet']!r}") from None
    cases = _texts(data.get("cases", {}), "cases")
    check_cases(criteria_set, cases)
    events = _events(data.get("events", []), "events")
    members = [
        _member(criteria_set, member, f"members[{index}]", cases, may_leave_out=bool(events))
        for index, member in enumerate(_list(data["members"], "members"))
    ]
    return panel(
        criteria_set,
        members,
        regulation=regulation_from(data.get("regulation", {})),
        cases=cases,
        agreed=_object(data.get("agreed", {}), "agreed", ()),
        events=events,
    )


def _texts(value: Any, place: str) -> dict[str, str]:
    return {key: _text(v, f"{place}.{key}") for key, v in _object(value, place, ()).items()}


def _events(value: Any, place: str) -> list[Event]:
    events = []
    for index, item in enumerate(_list(value, place)):
        where = f"{place}[{index}]"
        _object(item, where, ("type", "criterion", "reason"), required=("type", "reason"))
        criterion = item.get("criterion")
        events.append(
            Event(
                _text(item["type"], f"{where}.type"),
                None if criterion is None else _text(criterion, f"{where}.criterion"),
                _text(item["reason"], f"{where}.reason"),
            )
        )
    return events


MEMBER_KEYS = (
    "name",
    "points",
    "choices",
    "no_option_fits",
    "events",
    "cases",
    "chair",
    "absent",
)


def _member(
    criteria_set: CriteriaSet, value: Any, place: str, cases: dict[str, str], *, may_leave_out: bool
) -> MemberSheet:
    member = _object(value, place, MEMBER_KEYS, required=("name",))
    if "cases" in member and _texts(member["cases"], f"{place}.cases") != cases:
        raise Invalid(f"{place}.cases", "differs from the product's cases")
    marks = dict(_object(member.get("points", {}), f"{place}.points", ()))
    for criterion_id, points in _chosen(criteria_set, member, place, cases).items():
        if criterion_id in marks:
            raise Invalid(f"{place}.choices.{criterion_id}", "has points as well")
        marks[criterion_id] = points
    return member_sheet(
        criteria_set,
        unicodedata.normalize("NFC", _text(member["name"], f"{place}.name")).strip(),
        marks,
        cases=cases,
        unfit=_texts(member.get("no_option_fits", {}), f"{place}.no_option_fits"),
        events=_events(member.get("events", []), f"{place}.events"),
        chair=_flag(member.get("chair", False), f"{place}.chair"),
        absent=_flag(member.get("absent", False), f"{place}.absent"),
        may_leave_out=may_leave_out,
        place=place,
    )


def _chosen(
    criteria_set: CriteriaSet, member: Object, place: str, cases: dict[str, str]
) -> dict[str, int]:
    """Points of the options named by id."""
    points = {}
    for criterion_id, choice_id in _texts(member.get("choices", {}), f"{place}.choices").items():
        where = f"{place}.choices.{criterion_id}"
        criterion = criteria_set.by_id.get(criterion_id)
        if criterion is None:
            raise Invalid(where, "no such criterion on this sheet")
        offered = {
            choice.id: choice.points for choice in criterion.offered(cases.get(criterion_id))
        }
        if choice_id not in offered:
            raise Invalid(where, f"{choice_id!r} is none of {', '.join(offered)}")
        points[criterion_id] = offered[choice_id]
    return points


def regulation_from(value: Any) -> Regulation:
    """The Quy chế from its JSON object; what is absent takes the default of the contract."""
    data = _object(value, "regulation", (*ENUMS, *REGULATION_READERS))
    settings = {}
    for key, setting in data.items():
        place = f"regulation.{key}"
        if key in ENUMS:
            settings[key] = _one_of(setting, place, ENUMS[key])
        else:
            settings[key] = REGULATION_READERS[key](setting, place)
    return Regulation(**settings)


def _rounding(value: Any, place: str) -> Rounding | None:
    if value is None:
        return None
    keys = ("decimals", "mode", "place")
    _object(value, place, keys, required=keys)
    decimals = value["decimals"]
    if type(decimals) is not int or not 0 <= decimals <= 6:
        raise Invalid(f"{place}.decimals", f"{decimals!r} is not a whole number from 0 to 6")
    return Rounding(
        decimals,
        _one_of(value["mode"], f"{place}.mode", ("half_up", "half_even", "down")),
        _one_of(value["place"], f"{place}.place", ("total", "member")),
    )


def _spread_limit(value: Any, place: str) -> SpreadLimit | None:
    if value is None:
        return None
    keys = ("points", "breaks", "effect")
    _object(value, place, keys, required=keys)
    points = _fraction(value["points"], f"{place}.points")
    if points < 0:
        raise Invalid(f"{place}.points", "below 0")
    return SpreadLimit(
        points,
        _one_of(value["breaks"], f"{place}.breaks", ("over", "at")),
        _one_of(value["effect"], f"{place}.effect", ("block", "flag")),
    )


def _quorum(value: Any, place: str) -> Quorum | None:
    if value is None:
        return None
    _object(value, place, ("fraction", "chair"), required=("fraction",))
    fraction = _fraction(value["fraction"], f"{place}.fraction")
    if not 0 < fraction <= 1:
        raise Invalid(f"{place}.fraction", "must be above 0 and at most 1")
    return Quorum(fraction, _flag(value.get("chair", False), f"{place}.chair"))


REGULATION_READERS: dict[str, Callable[[Any, str], Any]] = {
    "number": _text,
    "sheet26_markers": _flag,
    "rounding": _rounding,
    "spread_limit": _spread_limit,
    "quorum": _quorum,
}


def regulation_data(regulation: Regulation) -> Object:
    """The Quy chế as the JSON object that `regulation_from` reads; every setting is there."""
    rounding, limit, quorum = regulation.rounding, regulation.spread_limit, regulation.quorum
    return {
        "number": regulation.number,
        "sheet26_markers": regulation.sheet26_markers,
        **{key: getattr(regulation, key) for key in ENUMS},
        "rounding": rounding
        and {"decimals": rounding.decimals, "mode": rounding.mode, "place": rounding.place},
        "spread_limit": limit
        and {"points": str(limit.points), "breaks": limit.breaks, "effect": limit.effect},
        "quorum": quorum and {"fraction": str(quorum.fraction), "chair": quorum.chair},
    }


def result_data(result: Result) -> Object:
    """The result as the output object of the contract; every key is always present."""
    spread = result.spread
    return {
        "status": result.status,
        "total": None if result.total is None else str(result.total),
        "total_decimal": None if result.total is None else decimal_text(result.total),
        "parts": result.parts and {part: str(points) for part, points in result.parts.items()},
        "band": result.band,
        "stars": result.stars,
        "capped_by": [_missed_data(missed) for missed in result.capped_by],
        "spread": spread and {"max": str(spread.max), "members": list(spread.members)},
        "certificate": result.certificate,
        "forwarded": result.forwarded,
        "because": [_because_data(because) for because in result.because],
        "fingerprint": result.fingerprint,
        "regulation": result.panel.regulation.number,
    }


def _missed_data(missed: Missed) -> Object:
    return {
        "stars": missed.stars,
        "criterion": missed.criterion,
        "needed": missed.needed,
        "reached": str(missed.reached),
    }


def _because_data(because: Because) -> Object:
    return {"criterion": because.criterion, "reason": because.reason, "member": because.member}
