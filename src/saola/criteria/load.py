"""Reads criteria sets and rulebooks from the JSON files beside this module."""

import hashlib
import json
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from saola.criteria.model import (
    Choice,
    CriteriaSet,
    Criterion,
    Group,
    Minimum,
    Part,
    Rule,
    Subgroup,
)

SETS = files("saola.criteria") / "sets"
RULEBOOKS = ("1048-2019", "148-2023", "26-2026")  # oldest first


class UnknownSheet(LookupError):
    """No criteria set has this id."""


@cache
def sheet_ids() -> tuple[str, ...]:
    """Ids of all criteria sets, by rulebook from the oldest, in each by the number of the set."""
    return tuple(s.id for book in RULEBOOKS for s in _sets_of(book))


def _sets_of(rulebook: str) -> list[CriteriaSet]:
    slugs = [
        file.name.removesuffix(".json")
        for file in (SETS / rulebook).iterdir()
        if file.name != "rulebook.json"
    ]
    return sorted((load(f"{rulebook}-{slug}") for slug in slugs), key=lambda s: s.number)


@cache
def load(sheet_id: str) -> CriteriaSet:
    """The criteria set of this id, e.g. "26-2026-che-tuoi-che-che-bien".

    Raises UnknownSheet. The result is shared: it cannot be changed.
    """
    return read(raw(sheet_id), sheet_id)


@cache
def newest_sets() -> tuple[CriteriaSet, ...]:
    """Those of the newest decision, by their numbers."""
    sets = (load(one) for one in sheet_ids())
    return tuple(one for one in sets if one.rulebook == RULEBOOKS[-1])


def raw(sheet_id: str) -> dict[str, Any]:
    """The data of a criteria set as stored; UnknownSheet when there is none."""
    file = _file_of(sheet_id)
    if file is None:
        raise UnknownSheet(sheet_id)
    data: dict[str, Any] = json.loads(file.read_bytes())
    return data


def _file_of(sheet_id: str) -> Traversable | None:
    for rulebook in RULEBOOKS:
        slug = sheet_id.removeprefix(f"{rulebook}-")
        # an id is input of strangers: only short plain names may reach the file system
        if (
            slug != sheet_id
            and len(slug) < 60
            and slug.replace("-", "").isalnum()
            and slug.isascii()
        ):
            file = SETS / rulebook / f"{slug}.json"
            if slug != "rulebook" and file.is_file():
                return file
    return None


def canonical(data: Any) -> bytes:
    """One byte string for equal data: keys sorted, no blanks, UTF-8."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def fingerprint(data: Any) -> str:
    """SHA-256 of the canonical JSON, with its name in front."""
    return "sha256:" + hashlib.sha256(canonical(data)).hexdigest()


def read(data: dict[str, Any], sheet_id: str) -> CriteriaSet:
    """A criteria set from its stored data."""
    rulebook = next(book for book in RULEBOOKS if sheet_id.startswith(f"{book}-"))
    derived = data["derived"]
    ceases = data["in_force"]["to"]
    return CriteriaSet(
        id=data["id"],
        rulebook=rulebook,
        slug=sheet_id.removeprefix(f"{rulebook}-"),
        decision=data["decision"],
        decided_on=date.fromisoformat(data["decision_date"]),
        in_force_from=date.fromisoformat(data["in_force"]["from"]),
        in_force_to=date.fromisoformat(ceases) if ceases else None,
        number=data["set_no"],
        code=data.get("class_code"),
        name=data["name_vi"],
        product_line=data.get("product_line_vi"),
        agencies=tuple(data.get("managing_agencies_vi") or ()),
        sample_units=data.get("sample_units"),
        max=data["max"],
        minimum_rule=data.get("min_for_rule_vi"),
        disqualified_when=data.get("disqualified_when_vi"),
        verified=data["verified"],
        verification=data["verification"],
        source=data["source"],
        anomalies=tuple(data["anomalies"]),
        parts=tuple(_part(part, derived["cases"]) for part in data["parts"]),
        story=derived["story"],
        story_dependents=tuple(derived["story_dependents"]),
        zero_stops=tuple(derived["zero_stops"]),
        fingerprint=fingerprint(data),
    )


def _part(data: dict[str, Any], cases: dict[str, list[str]]) -> Part:
    return Part(
        id=data["id"],
        label=data["label_vi"],
        max=data["max"],
        groups=tuple(_group(group, cases) for group in data["groups"]),
    )


def _group(data: dict[str, Any], cases: dict[str, list[str]]) -> Group:
    return Group(
        id=data["id"],
        label=data["label_vi"],
        max=data["max"],
        criteria=tuple(_criterion(c, cases.get(c["id"], [])) for c in data["criteria"]),
        subgroups=tuple(
            Subgroup(s["id"], s["label_vi"], s["max"]) for s in data.get("subgroups", ())
        ),
        rules=_rules(data),
        notes=tuple(data.get("notes_vi", ())),
    )


def _criterion(data: dict[str, Any], cases: list[str]) -> Criterion:
    names = data.get("cases", {})
    return Criterion(
        id=data["id"],
        label=data["label_vi"],
        max=data["max"],
        choices=_choices(data["id"], data["options"]),
        cases={case: names.get(case, f"Trường hợp {case}") for case in cases},
        minimums=tuple(Minimum(m["stars"], m["points"]) for m in data.get("minimums", ())),
        rules=_rules(data),
        notes=tuple(data.get("notes_vi", ())),
        evidence=tuple(data.get("evidence", ())),
        commune_review=data.get("commune_review", False),
        personal_data=data.get("personal_data"),
        subgroup=data.get("parent"),
        published_id=data.get("published_id"),
        heading_marker_stars=data.get("heading_marker_stars"),
    )


def _choices(criterion: str, options: list[dict[str, Any]]) -> tuple[Choice, ...]:
    ordinal: dict[str | None, int] = {}
    choices = []
    for option in options:
        case = option.get("case")
        ordinal[case] = ordinal.get(case, 0) + 1
        prefix = f"{criterion}[{case}]" if case else criterion
        choices.append(
            Choice(
                f"{prefix}#{ordinal[case]}",
                option["points"],
                option["label_vi"],
                option.get("short_vi"),
                option.get("min_for"),
                case,
                option.get("as_published"),
                option.get("implied", False),
            )
        )
    return tuple(choices)


def _rules(data: dict[str, Any]) -> tuple[Rule, ...]:
    return tuple(Rule(rule["type"], rule["text_vi"]) for rule in data.get("rules", ()))
