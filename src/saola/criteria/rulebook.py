"""What a decision says beside its sheets: bands, validity, clocks, rounds, forms, grounds."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from saola.criteria.load import RULEBOOKS, SETS, sheet_ids
from saola.criteria.load import load as load_set
from saola.criteria.model import CriteriaSet


@dataclass(frozen=True, slots=True)
class Band:
    """A range of points of one class, from `start` up to the start of the class above."""

    stars: int
    start: int


@dataclass(frozen=True, slots=True)
class RoundRule:
    """Last days of a yearly round as (month, day): results and the proposals it takes."""

    results_before: tuple[int, int]
    proposals_before: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Round:
    """One round between two days: proposals before the first, results before the second."""

    number: int
    proposals_before: date
    results_before: date


@dataclass(frozen=True)
class Rulebook:
    """One decision between two dates. `facts` is its data as stored, sources included."""

    id: str
    decision: str
    decided_on: date
    in_force_from: date
    in_force_to: date | None
    bands: tuple[Band, ...]  # from the highest class; half-open
    validity_months: int
    facts: dict[str, Any]

    def band(self, total_times: int, times: int = 1) -> int:
        """Class of a total given as the fraction total_times/times, without rounding."""
        for band in self.bands:
            if total_times >= band.start * times:
                return band.stars
        raise ValueError("a total is never below 0")

    def in_force(self, on: date) -> bool:
        """Whether the decision is the law on that day; it ceases on `in_force_to`."""
        return self.in_force_from <= on and (self.in_force_to is None or on < self.in_force_to)

    @property
    def commune_review_days(self) -> int:
        """Working days of the commune's review."""
        days: int = self.facts["commune_review"]["days"]
        return days

    def rounds(self, level: str) -> tuple[RoundRule, ...]:
        """Rounds of a level ("province" or "ministry"); empty where the decision has none."""
        return tuple(
            RoundRule(_month_day(r["before"]), _month_day(r["for_dossiers_before"]))
            for r in self.facts.get("rounds", {}).get(level, ())
        )

    def round_for(self, level: str, proposed_on: date) -> Round | None:
        """The round that takes a proposal of that day: the first whose last day is ahead.

        None where the decision has no rounds.
        """
        rounds = [
            Round(number, last, _following(last, rule.results_before))
            for number, rule in enumerate(self.rounds(level), 1)
            for year in (proposed_on.year, proposed_on.year + 1)
            if proposed_on < (last := date(year, *rule.proposals_before))
        ]
        return min(rounds, key=lambda r: r.proposals_before, default=None)

    def evidence_label(self, evidence_id: str) -> str:
        """Vietnamese name of a kind of evidence."""
        for kind in self.facts.get("evidence_catalogue", ()):
            if kind["id"] == evidence_id:
                return str(kind["label_vi"])
        raise KeyError(evidence_id)


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def _following(day: date, month_day: tuple[int, int]) -> date:
    """The first such day of a year after the given day."""
    same_year = date(day.year, *month_day)
    return same_year if same_year > day else date(day.year + 1, *month_day)


@cache
def rulebook(book_id: str) -> Rulebook:
    """The decision of this id ("26-2026"); KeyError when unknown.

    148 and 1048 print closed whole-number bands; they are read as half-open, as 26/2026 writes,
    so that a total of 69.5 has a class (law.md 1.2). `checks` names this reading.
    """
    if book_id not in RULEBOOKS:
        raise KeyError(book_id)
    facts = json.loads((SETS / book_id / "rulebook.json").read_bytes())
    ceases = facts["in_force"]["to"]
    return Rulebook(
        id=book_id,
        decision=facts["decision"],
        decided_on=date.fromisoformat(facts["decision_date"]),
        in_force_from=date.fromisoformat(facts["in_force"]["from"]),
        in_force_to=date.fromisoformat(ceases) if ceases else None,
        bands=tuple(Band(b["stars"], b["from"]) for b in facts["score"]["stars"]),
        validity_months=facts["certificate"]["validity_months"],
        facts=facts,
    )


def rulebook_in_force(on: date) -> Rulebook:
    """The newest decision in force on that day; LookupError before the first.

    148 and 26/2026 overlap from 22 May to 21 July 2026: new dossiers follow the newer one.
    """
    for book_id in reversed(RULEBOOKS):
        if rulebook(book_id).in_force(on):
            return rulebook(book_id)
    raise LookupError(f"no decision on criteria was in force on {on.isoformat()}")


def in_force(group: int | str, *, on: date) -> CriteriaSet:
    """The criteria set of a product group on a day.

    `group` is the number of the set (1 to 26), its slug ("che-tuoi-che-che-bien") or the id of a
    set of the same slug. Raises LookupError when the law of that day has no such set.
    """
    book = rulebook_in_force(on)
    for sheet_id in sheet_ids():
        if sheet_id.startswith(f"{book.id}-"):
            found = load_set(sheet_id)
            if group in (found.number, found.slug, found.id) or (
                isinstance(group, str) and _slug(group) == found.slug
            ):
                return found
    raise LookupError(f"{book.decision} has no criteria set {group!r}")


def _slug(sheet_id: str) -> str:
    for book_id in RULEBOOKS:
        if sheet_id.startswith(f"{book_id}-"):
            return sheet_id.removeprefix(f"{book_id}-")
    return sheet_id
