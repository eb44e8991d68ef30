"""The way to the next star: which criteria to raise to which level. Exact, by dynamic programming.

Criteria that need each other are taken together (every combination of a group), groups are then
joined by the points that are still missing; docs/planning.md has the formulas.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

MOST = 200_000  # combinations of one group of criteria
SURE = 100


@dataclass(frozen=True, slots=True)
class Level:
    """A level that a criterion could be raised to: its points; what it takes from today, in a unit
    of money and in months of its own; how likely it succeeds, in percent; what other criteria need
    before it as (criterion, points)."""

    points: int
    cost: int
    months: int
    chance: int = SURE
    needs: tuple[tuple[str, int], ...] = ()
    what: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """A criterion as it stands, and the higher levels of it."""

    criterion: str
    now: int
    levels: tuple[Level, ...] = ()

    def __post_init__(self) -> None:
        for level in self.levels:
            if level.points <= self.now:
                raise ValueError(f"{self.criterion}: level {level.points} is not above {self.now}")
            if level.cost < 0 or level.months < 0 or not 0 < level.chance <= SURE:
                raise ValueError(f"{self.criterion}: cost, months or chance cannot be")


@dataclass(frozen=True, slots=True)
class Goal:
    """Points in all (the class's threshold and a margin for what scorers differ by), and the least
    of single criteria."""

    points: int
    minimums: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """Raise one criterion; it begins after so many months and ends after so many."""

    criterion: str
    level: Level
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in their order, what they take together, the points reached, the chance in all (0–1)
    that every one succeeds."""

    steps: tuple[Step, ...]
    cost: int
    months: int
    points: int
    chance: float


class Unreachable(ValueError):
    """No combination of levels does it: `points` is the most that can be had, `minimums` those that
    no level meets."""

    def __init__(self, points: int, minimums: Mapping[str, int]) -> None:
        self.points, self.minimums = points, dict(minimums)
        super().__init__(f"at most {points} points; minimums out of reach: {sorted(minimums)}")


@dataclass(frozen=True, slots=True)
class _Way:
    """One combination of levels within a group."""

    gain: int
    cost: int
    months: int
    chance: int  # product of percents, one factor for each criterion of the group
    chosen: tuple[tuple[str, Level], ...]


Ways = list[list[_Way]]  # by group


def cheapest(ladders: Sequence[Ladder], goal: Goal) -> Plan:
    """Least money; of plans of the same cost the quickest."""
    ways, need = _prepared(ladders, goal)
    cost, _raised = least_cost(ladders, goal)
    return _plan(ladders, _soonest(ways, need, cost))


def least_cost(ladders: Sequence[Ladder], goal: Goal) -> tuple[int, tuple[str, ...]]:
    """The cost of `cheapest` alone and the criteria that one such way raises: half the work, for
    whoever compares many products. Raises Unreachable."""
    ways, need = _prepared(ladders, goal)
    least = _cheapest(ways, need)
    assert least is not None  # _prepared
    raised = tuple(name for way in least for name, _level in way.chosen)
    return sum(way.cost for way in least), raised


def fastest(ladders: Sequence[Ladder], goal: Goal) -> Plan:
    """Fewest months; of plans as quick the cheapest."""
    ways, need = _prepared(ladders, goal)
    return _plan(ladders, _soonest(ways, need, None))


def safest(ladders: Sequence[Ladder], goal: Goal) -> Plan:
    """Greatest chance that every step succeeds; of plans as safe the cheapest."""
    ways, need = _prepared(ladders, goal)
    found = _safest(ways, need)
    assert found is not None
    return _plan(ladders, found)


def _prepared(ladders: Sequence[Ladder], goal: Goal) -> tuple[Ways, int]:
    """Ways of each group that meet its minimums, and the points still missing. Raises Unreachable
    where they do not suffice."""
    need = max(0, goal.points - sum(ladder.now for ladder in ladders))
    ways = [list(_ways(group, goal.minimums)) for group in _groups(ladders)]
    most = sum(max((way.gain for way in group), default=0) for group in ways)
    if not all(ways) or most < need:
        out = {
            ladder.criterion: goal.minimums[ladder.criterion]
            for ladder in ladders
            if max([ladder.now, *(level.points for level in ladder.levels)])
            < goal.minimums.get(ladder.criterion, 0)
        }
        raise Unreachable(goal.points - need + most, out)
    return ways, need


def _groups(ladders: Sequence[Ladder]) -> list[list[Ladder]]:
    """Criteria joined by what they need of each other."""
    group_of = {ladder.criterion: {ladder.criterion} for ladder in ladders}
    for ladder in ladders:
        for level in ladder.levels:
            for other, _points in level.needs:
                if other not in group_of:
                    raise ValueError(f"{ladder.criterion} needs {other}, which is not there")
                joined = group_of[ladder.criterion] | group_of[other]
                for name in joined:
                    group_of[name] = joined
    found: dict[frozenset[str], list[Ladder]] = {}
    for ladder in ladders:
        found.setdefault(frozenset(group_of[ladder.criterion]), []).append(ladder)
    return list(found.values())


def _ways(group: Sequence[Ladder], minimums: Mapping[str, int]) -> Iterator[_Way]:
    """Every combination in which minimums are met and needs come before."""
    if len(group) == 1:
        yield from _alone(group[0], minimums.get(group[0].criterion, 0))
        return
    if prod(len(ladder.levels) + 1 for ladder in group) > MOST:
        raise ValueError("too many criteria need each other")
    for choice in product(*([None, *ladder.levels] for ladder in group)):
        points = {
            ladder.criterion: level.points if level else ladder.now
            for ladder, level in zip(group, choice, strict=True)
        }
        if any(points[name] < minimums.get(name, 0) for name in points):
            continue
        chosen = {
            ladder.criterion: level
            for ladder, level in zip(group, choice, strict=True)
            if level is not None
        }
        if any(points[o] < least for level in chosen.values() for o, least in level.needs):
            continue
        ends = _ends(chosen)
        if ends is None:
            continue  # each waits for the other
        yield _Way(
            sum(points.values()) - sum(ladder.now for ladder in group),
            sum(level.cost for level in chosen.values()),
            max(ends.values(), default=0),
            prod(level.chance for level in chosen.values()) * SURE ** (len(group) - len(chosen)),
            tuple(chosen.items()),
        )


def _alone(ladder: Ladder, least: int) -> Iterator[_Way]:
    """The levels of a criterion that needs no other, and to leave it as it is."""
    if ladder.now >= least:
        yield _Way(0, 0, 0, SURE, ())
    for level in ladder.levels:
        own = all(level.points >= points for _name, points in level.needs)
        if level.points >= least and own:
            gain = level.points - ladder.now
            chosen = ((ladder.criterion, level),)
            yield _Way(gain, level.cost, level.months, level.chance, chosen)


def _ends(chosen: Mapping[str, Level]) -> dict[str, int] | None:
    """Month in which each step is done, what it needs before it; None for a circle."""
    ends: dict[str, int] = {}
    left = dict(chosen)
    while left:
        ready = [
            name
            for name, level in left.items()
            if all(other not in left for other, _points in level.needs)
        ]
        if not ready:
            return None
        for name in ready:
            level = left.pop(name)
            before = max((ends[o] for o, _points in level.needs if o in ends), default=0)
            ends[name] = before + level.months
    return ends


def _soonest(ways: Ways, need: int, cost: int | None) -> list[_Way]:
    """The cheapest ways within the fewest months that do (and, where a cost is given, cost no
    more): what is possible in a time is possible in a longer one, so it is halved."""
    months = sorted({way.months for group in ways for way in group})
    low, high = 0, len(months) - 1
    found: list[_Way] | None = None
    while low <= high:
        middle = (low + high) // 2
        within = [[way for way in group if way.months <= months[middle]] for group in ways]
        tried = _cheapest(within, need) if all(within) else None
        if tried is not None and (cost is None or sum(way.cost for way in tried) <= cost):
            found, high = tried, middle - 1
        else:
            low = middle + 1
    assert found is not None  # the longest time allows everything
    return found


# what a state holds: its worth, the last way taken, the state before; a chain of them is a plan
Held = tuple[Any, _Way | None, Any]


def _cheapest(ways: Ways, need: int) -> list[_Way] | None:
    """One way of each group, together at least `need` points, of the least cost; None where none
    does. `best[n]` is the cheapest of the groups so far with n points still missing (0: none)."""
    best: dict[int, Held] = {need: (0, None, None)}
    for group in ways:
        options = _undominated(group)
        after: dict[int, Held] = {}
        for missing, before in best.items():
            spent = before[0]
            for gain, cost, way in options:
                left = missing - gain if gain < missing else 0
                made = spent + cost
                held = after.get(left)
                if held is None or made < held[0]:
                    after[left] = (made, way, before)
        best = after
    return _unlinked(best.get(0))


def _undominated(group: Sequence[_Way]) -> list[tuple[int, int, _Way]]:
    """Gain, cost and way of those that no other beats in both."""
    kept: list[tuple[int, int, _Way]] = []
    for way in sorted(group, key=lambda way: (-way.gain, way.cost)):
        if not kept or way.cost < kept[-1][1]:
            kept.append((way.gain, way.cost, way))
    return kept


def _safest(ways: Ways, need: int) -> list[_Way] | None:
    """The same for the greatest product of chances, then the least cost."""
    best: dict[int, Held] = {need: ((-1, 0), None, None)}
    for group in ways:
        after: dict[int, Held] = {}
        for missing, before in best.items():
            chance, spent = before[0]
            for way in group:
                left = max(0, missing - way.gain)
                made = (chance * way.chance, spent + way.cost)
                held = after.get(left)
                if held is None or made < held[0]:
                    after[left] = (made, way, before)
        best = after
    return _unlinked(best.get(0))


def _unlinked(held: Held | None) -> list[_Way] | None:
    if held is None:
        return None
    found: list[_Way] = []
    while held[1] is not None:
        found.append(held[1])
        held = held[2]
    return found


def _plan(ladders: Sequence[Ladder], ways: Sequence[_Way]) -> Plan:
    chosen = dict(pair for way in ways for pair in way.chosen)
    ends = _ends(chosen) or {}
    steps = sorted(
        (
            Step(name, level, ends[name] - level.months, ends[name])
            for name, level in chosen.items()
        ),
        key=lambda step: (step.begins, step.ends, step.criterion),
    )
    return Plan(
        tuple(steps),
        sum(level.cost for level in chosen.values()),
        max(ends.values(), default=0),
        sum(
            chosen[lad.criterion].points if lad.criterion in chosen else lad.now for lad in ladders
        ),
        prod(level.chance / SURE for level in chosen.values()),
    )
