"""From a lawful sheet to a way: levels reached, levels above with what they take, what a class
asks. What a level takes is the province's table; where it says nothing, a guess that says so."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from saola.criteria import CriteriaSet, rulebook
from saola.planning.paths import Goal, Ladder, Level
from saola.vietnamese.folding import fold

MARGIN = 2  # points beyond the threshold, for what scorers differ by


@dataclass(frozen=True, slots=True)
class Effort:
    """What one more point of a criterion takes; `guess` where nobody has told."""

    cost: tuple[int, int]  # from, to; a unit of money
    months: tuple[int, int]
    chance: int  # percent
    guess: bool = False
    support: str = ""  # who can help
    needs: tuple[tuple[str, int], ...] = ()  # criteria that come first, with their points
    at: Mapping[int, "Effort"] = field(default_factory=dict)  # of one level as a whole, by points


@cache
def _guesses() -> dict[str, Any]:
    text = resources.files("saola.planning").joinpath("efforts.json").read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def guess_source() -> str:
    """Whose guesses they are."""
    return str(_guesses()["source"])


def guessed(label: str) -> Effort | None:
    """The guess for a criterion by words of its name; None for what money does not change."""
    name, data = fold(label), _guesses()
    if any(word in name for word in data["fixed"]):
        return None
    row = next((r for r in data["of"] if any(w in name for w in r["words"])), data["other"])
    return Effort(
        tuple(row["cost"]), tuple(row["months"]), row["chance"], True, row.get("support", "")
    )


def ladders(
    criteria_set: CriteriaSet,
    now: Mapping[str, int],
    told: Mapping[str, Effort] | None = None,
    *,
    cases: Mapping[str, str] | None = None,
    needs: Mapping[str, Sequence[tuple[str, int]]] | None = None,
) -> list[Ladder]:
    """Each criterion as it stands with the options of the law above it. `now` has points by
    criterion (0 where it has none), `told` the province's table, `needs` what other criteria come
    first. The middle of a range counts, for each point that is gained; where the table has a row
    for the level itself, for the whole of it."""
    found = []
    for criterion in criteria_set.criteria:
        points = now.get(criterion.id, 0)
        effort = (told or {}).get(criterion.id) or guessed(criterion.label)
        options = criterion.offered((cases or {}).get(criterion.id))
        above = sorted({choice.points for choice in options if choice.points > points})
        texts = {choice.points: choice.short or choice.text for choice in options}
        first = (needs or {}).get(criterion.id)
        levels = tuple(_level(effort, points, at, first, texts[at]) for at in above if effort)
        found.append(Ladder(criterion.id, points, levels))
    return found


def _level(
    effort: Effort, points: int, at: int, first: Sequence[tuple[str, int]] | None, text: str
) -> Level:
    own = effort.at.get(at)
    whole = own or effort
    cost = sum(whole.cost) // 2 if own else (at - points) * sum(effort.cost) // 2
    needs = tuple(whole.needs if first is None else first)
    return Level(at, cost, sum(whole.months) // 2, whole.chance, needs, text)


def goal(criteria_set: CriteriaSet, stars: int, *, margin: int = MARGIN) -> Goal:
    """What a class asks: its threshold with the margin, and every minimum up to it; minimums that a
    sheet only marks are held too, as the Quy chế does unless it says otherwise."""
    starts = {band.stars: band.start for band in rulebook(criteria_set.rulebook).bands}
    if stars not in starts:
        raise ValueError(f"no class of {stars} stars")
    start = starts[stars]
    minimums = dict.fromkeys(criteria_set.zero_stops, 1)  # a 0 there ends the evaluation
    for criterion in criteria_set.criteria:
        least = [m.points for m in criterion.minimums if m.stars <= stars]
        if least:
            minimums[criterion.id] = max(least)
    return Goal(min(start + margin, criteria_set.max), minimums)


def rough(criterion_ids: Sequence[str], told: Mapping[str, Effort]) -> list[str]:
    """Of these criteria those whose effort is a guess."""
    return [one for one in criterion_ids if one not in told or told[one].guess]
