"""The way to the next star: which criteria to raise to which level. Exact, by dynamic programming
over the points that are still missing; docs/planning.md has the formulas."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from saola.planning.joining import (
    NEVER,
    Chosen,
    Frontier,
    Way,
    by_chance,
    by_money,
    ends_of,
    ways_of_groups,
)
from saola.planning.ladders import SURE, Goal, Ladder, Level, Plan, Step, Unreachable

__all__ = [
    "Goal",
    "Ladder",
    "Level",
    "Plan",
    "Step",
    "Unreachable",
    "cheapest",
    "fastest",
    "least_cost",
    "safest",
    "undominated",
]
Ways = list[list[Way]]  # by group


def cheapest(ladders: Sequence[Ladder], goal: Goal) -> Plan:
    """Least money; of plans of the same cost the quickest."""
    need, ways = _prepared(ladders, goal)
    least = _cheapest(ways, need)
    assert least is not None  # _prepared
    cost = sum(way.cost for way in least)
    return _plan(ladders, _soonest(ladders, goal, need, cost))


def least_cost(ladders: Sequence[Ladder], goal: Goal) -> tuple[int, tuple[str, ...]]:
    """The cost of `cheapest` alone and the criteria that one such way raises: half the work, for
    whoever compares many products. Raises Unreachable."""
    need, ways = _prepared(ladders, goal)
    least = _cheapest(ways, need)
    assert least is not None  # _prepared
    raised = tuple(name for way in least for name, _level in way.chosen)
    return sum(way.cost for way in least), raised


def fastest(ladders: Sequence[Ladder], goal: Goal) -> Plan:
    """Fewest months; of plans as quick the cheapest."""
    need, _ways = _prepared(ladders, goal)
    return _plan(ladders, _soonest(ladders, goal, need, None))


def safest(ladders: Sequence[Ladder], goal: Goal) -> Plan:
    """Greatest chance that every step succeeds; of plans as safe the cheapest."""
    need, _ways = _prepared(ladders, goal)
    found = _safest(ways_of_groups(ladders, goal.minimums, NEVER, by_chance), need)
    assert found is not None
    return _plan(ladders, _levels(found))


def undominated(
    ladders: Sequence[Ladder], goal: Goal, years: int, *, by_steps: bool = True
) -> list[Plan]:
    """Every plan within so many years that no other beats in money, years and (`by_steps`: where
    advisers' days limit) steps: what a portfolio has to choose among, so that nothing better is
    lost. Raises Unreachable."""
    need = max(0, goal.points - sum(ladder.now for ladder in ladders))
    found: list[Plan] = []
    seen: Ways = []
    table = Frontier(need, len(ladders))
    longest = max(_months(ladders), default=0)  # in more years than that nothing new is possible
    for year in range(1, min(years, max(1, -(-longest // 12))) + 1):
        ways = ways_of_groups(ladders, goal.minimums, 12 * year, by_money, by_steps=by_steps)
        if ways == seen or not all(ways):
            continue
        seen = ways
        if by_steps:
            made = table.of(ways)
        else:
            cheap = _cheapest(ways, need)
            made = [] if cheap is None else [_levels(cheap)]
        for levels in made:
            plan = _plan(ladders, levels)
            if all(
                one.cost > plan.cost or (by_steps and len(one.steps) > len(plan.steps))
                for one in found
            ):
                found.append(plan)
    if not found:
        _prepared(ladders, goal)  # raises where more years would not do either
    return found


def _within(ladders: Sequence[Ladder], goal: Goal, months: int) -> Ways:
    return ways_of_groups(ladders, goal.minimums, months, by_money)


def _prepared(ladders: Sequence[Ladder], goal: Goal) -> tuple[int, Ways]:
    """The points still missing, and the ways of all groups by money. Raises Unreachable where they
    do not suffice."""
    need = max(0, goal.points - sum(ladder.now for ladder in ladders))
    ways = _within(ladders, goal, NEVER)
    most = sum(max((way.gain for way in group), default=0) for group in ways)
    if not all(ways) or most < need:
        out = {
            ladder.criterion: goal.minimums[ladder.criterion]
            for ladder in ladders
            if max([ladder.now, *(level.points for level in ladder.levels)])
            < goal.minimums.get(ladder.criterion, 0)
        }
        raise Unreachable(goal.points - need + most, out)
    return need, ways


def _months(ladders: Sequence[Ladder]) -> Iterator[int]:
    """Those after which something more is possible: sums along what waits for what."""
    by_name = {ladder.criterion: ladder for ladder in ladders}
    found: dict[str, set[int]] = {}

    def ends(name: str, above: frozenset[str]) -> set[int]:
        if name in found:
            return found[name]
        made = {0}
        for level in by_name[name].levels:
            begins = {0}
            for other, _points in level.needs:
                if other not in above and other != name:
                    begins |= ends(other, above | {name})
            made |= {begin + level.months for begin in begins}
        if not above:
            found[name] = made
        return made

    for name in by_name:
        yield from ends(name, frozenset())


def _soonest(ladders: Sequence[Ladder], goal: Goal, need: int, cost: int | None) -> Chosen:
    """The cheapest levels within the fewest months that do (and, where a cost is given, cost no
    more): what is possible in a time is possible in a longer one, so it is halved."""
    months = sorted(set(_months(ladders)))
    low, high = 0, len(months) - 1
    found: list[Way] | None = None
    while low <= high:
        middle = (low + high) // 2
        within = _within(ladders, goal, months[middle])
        tried = _cheapest(within, need) if all(within) else None
        if tried is not None and (cost is None or sum(way.cost for way in tried) <= cost):
            found, high = tried, middle - 1
        else:
            low = middle + 1
    assert found is not None  # the longest time allows everything
    return _levels(found)


# what a state holds: its worth, the last way taken, the state before; a chain of them is a plan
Held = tuple[Any, Way | None, Any]


def _cheapest(ways: Sequence[Sequence[Way]], need: int) -> list[Way] | None:
    """One way of each group, together at least `need` points, of the least cost; None where none
    does. `best[n]` is the cheapest of the groups so far with n points still missing (0: none)."""
    best: dict[int, Held] = {need: (0, None, None)}
    for group in ways:
        options = [(way.gain, way.cost, way) for way in group]
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


def _safest(ways: Sequence[Sequence[Way]], need: int) -> list[Way] | None:
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


def _unlinked(held: Held | None) -> list[Way] | None:
    if held is None:
        return None
    found: list[Way] = []
    while held[1] is not None:
        found.append(held[1])
        held = held[2]
    return found


def _levels(ways: Sequence[Way]) -> Chosen:
    return tuple(pair for way in ways for pair in way.chosen)


def _plan(ladders: Sequence[Ladder], levels: Chosen) -> Plan:
    chosen = dict(levels)
    ends = ends_of(chosen) or {}
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
