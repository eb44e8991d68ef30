"""Levels of criteria joined into ways: combinations within a group of criteria that need each
other, then groups one after the other over the points still missing. Nothing better is lost."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np

from saola.planning.ladders import SURE, Ladder, Level

MOST = 20_000  # combinations of one group whose needs are no tree
NEVER = 10**9  # months
Rank = Callable[["Way"], tuple[int, ...]]  # what is made small; equal parts added keep the order
Chosen = tuple[tuple[str, Level], ...]


class Way(NamedTuple):
    """Levels chosen: points gained, money, steps, product of chances (one factor a criterion)."""

    gain: int
    cost: int
    steps: int
    chance: int
    chosen: Chosen


NOTHING = Way(0, 0, 0, 1, ())


def by_money(way: Way) -> tuple[int, ...]:
    """The least money; of the same the fewest steps."""
    return way.cost, way.steps


def by_chance(way: Way) -> tuple[int, ...]:
    """The greatest chance; of the same the least money."""
    return -way.chance, way.cost


def ways_of_groups(
    ladders: Sequence[Ladder],
    minimums: Mapping[str, int],
    months: int,
    rank: Rank,
    *,
    by_steps: bool = False,
) -> list[list[Way]]:
    """For each group the ways that meet its minimums within so many months, the best by rank for
    each gain (and number of steps)."""
    return [
        _alone(group[0], minimums.get(group[0].criterion, 0), months, rank)
        if len(group) == 1
        else _best(_ways(group, minimums, months, rank, by_steps), rank, by_steps=by_steps)
        for group in sorted(groups(ladders), key=len)
    ]


def _alone(ladder: Ladder, least: int, months: int, rank: Rank) -> list[Way]:
    """Of a criterion that waits for no other: its levels, the highest first, without those that
    gain less for no better; then to leave it as it is."""
    found: list[Way] = []
    for level in sorted(ladder.levels, key=lambda level: -level.points):
        own = all(level.points >= points for _name, points in level.needs)
        if own and level.points >= least and level.months <= months:
            chosen = ((ladder.criterion, level),)
            way = Way(level.points - ladder.now, level.cost, 1, level.chance, chosen)
            if not found or rank(way) < rank(found[-1]):
                found.append(way)
    if ladder.now >= least:
        found.append(Way(0, 0, 0, SURE, ()))
    return found


class Frontier:
    """For each number of steps the cheapest levels that gain `need`. Asked again with other ways it
    begins where they differ: groups that change the least stand first."""

    def __init__(self, need: int, most_steps: int) -> None:
        self.need = need
        start = np.full((need + 1, most_steps + 1), np.inf)
        start[0, 0] = 0
        self.ways: list[list[Way]] = []
        self.tables = [start]

    def of(self, ways: list[list[Way]]) -> list[Chosen]:
        """By growing number of steps, each cheaper than with any fewer; none where nothing gains so
        much."""
        same = 0
        while same < len(self.ways) and self.ways[same] == ways[same]:
            same += 1
        self.ways, self.tables = ways, self.tables[: same + 1]
        for group in ways[same:]:
            after = np.full_like(self.tables[0], np.inf)
            for way in group:
                _add(after, self.tables[-1], way, self.need)
            self.tables.append(after)
        found, least = [], np.inf
        for steps, cost in enumerate(self.tables[-1][self.need]):
            if cost < least:
                least = cost
                found.append(_traced(ways, self.tables, self.need, steps))
        return found


def _add(after: Any, table: Any, way: Way, need: int) -> None:
    """The way taken after each state of the table; more points than needed are as good as
    enough."""
    made = table[:, : after.shape[1] - way.steps] + way.cost
    place = after[:, way.steps :]
    exact = max(need + 1 - way.gain, 0)  # states from which it gains no more than is needed
    if exact:
        np.minimum(place[way.gain :], made[:exact], out=place[way.gain :])
    if exact <= need:
        np.minimum(place[need], made[exact:].min(axis=0), out=place[need])


def _traced(ways: Sequence[Sequence[Way]], tables: Sequence[Any], need: int, steps: int) -> Chosen:
    """The levels behind one state of the last table, found backwards."""
    chosen: Chosen = ()
    gained = need
    for at in range(len(ways) - 1, -1, -1):
        cost, before = tables[at + 1][gained, steps], tables[at]
        gained, steps, way = next(
            (start, steps - way.steps, way)
            for way in ways[at]
            if way.steps <= steps
            for start in _starts(gained, way.gain, need)
            if before[start, steps - way.steps] + way.cost == cost
        )
        chosen += way.chosen
    return chosen


def _starts(gained: int, gain: int, need: int) -> Iterable[int]:
    """States from which a gain leads to this one."""
    if gained < need:
        return (gained - gain,) if gain <= gained else ()
    return range(max(need - gain, 0), need + 1)


def groups(ladders: Sequence[Ladder]) -> list[list[Ladder]]:
    """Criteria joined by what they need of each other."""
    group_of = {ladder.criterion: {ladder.criterion} for ladder in ladders}
    for ladder in ladders:
        for level in ladder.levels:
            for other, _points in level.needs:
                if other not in group_of:
                    raise ValueError(f"{ladder.criterion} needs {other}, which is not there")
                both = group_of[ladder.criterion] | group_of[other]
                for name in both:
                    group_of[name] = both
    found: dict[frozenset[str], list[Ladder]] = {}
    for ladder in ladders:
        found.setdefault(frozenset(group_of[ladder.criterion]), []).append(ladder)
    return list(found.values())


def _ways(
    group: Sequence[Ladder], minimums: Mapping[str, int], months: int, rank: Rank, by_steps: bool
) -> Iterator[Way]:
    """All that could be best. A tree of needs is joined from its leaves; others by trying all."""
    above = _tree(group)
    if above is None:
        yield from _every(group, minimums, months)
        return
    by_name = {ladder.criterion: ladder for ladder in group}
    below: dict[str | None, list[str]] = {}
    for name, parent in above.items():
        below.setdefault(parent, []).append(name)

    @cache
    def ways(name: str, points: int, ends: int) -> list[Way]:
        """Of a criterion and all that wait for it, where what it waits for itself stands at so
        many points and was done after so many months."""
        found: list[Way] = []
        for own, at, done in _own(by_name[name], above[name], points, ends):
            if at < minimums.get(name, 0) or done > months:
                continue
            made = [own]
            for child in below.get(name, ()):
                more = ways(child, at, done)
                pairs = (_sum(a, b, a.chosen + b.chosen) for a in made for b in more)
                made = _best(pairs, rank, by_steps=by_steps)
            found += made
        return _best(found, rank, by_steps=by_steps)

    made = [NOTHING]
    for root in below.get(None, ()):
        made = [_sum(a, b, a.chosen + b.chosen) for a in made for b in ways(root, 0, 0)]
    yield from made


def _own(
    ladder: Ladder, parent: str | None, points: int, ends: int
) -> Iterator[tuple[Way, int, int]]:
    """To leave a criterion as it is, and each level whose needs are met: the way, the points it
    then has, the month in which that is done."""
    yield Way(0, 0, 0, SURE, ()), ladder.now, 0
    for level in ladder.levels:
        stands = {parent: points, ladder.criterion: level.points}
        if all(stands[other] >= least for other, least in level.needs):
            begins = ends if any(other == parent for other, _ in level.needs) else 0
            gain = level.points - ladder.now
            own = Way(gain, level.cost, 1, level.chance, ((ladder.criterion, level),))
            yield own, level.points, begins + level.months


def _tree(group: Sequence[Ladder]) -> dict[str, str | None] | None:
    """What each criterion waits for, where that is one other at most and nothing goes round."""
    above: dict[str, str | None] = {}
    for ladder in group:
        others = {other for level in ladder.levels for other, _ in level.needs}
        others.discard(ladder.criterion)
        if len(others) > 1:
            return None
        above[ladder.criterion] = next(iter(others), None)
    for name, first in above.items():
        seen, at = {name}, first
        while at is not None:
            if at in seen:
                return None
            seen.add(at)
            at = above[at]
    return above


def _every(group: Sequence[Ladder], minimums: Mapping[str, int], months: int) -> Iterator[Way]:
    """Every combination in which minimums are met and needs come before."""
    if prod(len(ladder.levels) + 1 for ladder in group) > MOST:
        raise ValueError("too many criteria need each other")
    for choice in product(*([None, *ladder.levels] for ladder in group)):
        pairs = list(zip(group, choice, strict=True))
        points = {one.criterion: level.points if level else one.now for one, level in pairs}
        chosen = {one.criterion: level for one, level in pairs if level is not None}
        if any(points[name] < minimums.get(name, 0) for name in points) or any(
            points[other] < least for level in chosen.values() for other, least in level.needs
        ):
            continue
        ends = ends_of(chosen)
        if ends is None or max(ends.values(), default=0) > months:
            continue  # each waits for the other, or it takes too long
        yield Way(
            sum(points.values()) - sum(ladder.now for ladder in group),
            sum(level.cost for level in chosen.values()),
            len(chosen),
            prod(level.chance for level in chosen.values()) * SURE ** (len(group) - len(chosen)),
            tuple(chosen.items()),
        )


def ends_of(chosen: Mapping[str, Level]) -> dict[str, int] | None:
    """Month in which each step is done, what it needs before it; None for a circle."""
    ends: dict[str, int] = {}
    left = dict(chosen)
    while left:
        ready = [
            name
            for name, level in left.items()
            if all(other not in left or other == name for other, _points in level.needs)
        ]
        if not ready:
            return None
        for name in ready:
            level = left.pop(name)
            before = max((ends[o] for o, _points in level.needs if o in ends), default=0)
            ends[name] = before + level.months
    return ends


def _sum(one: Way, other: Way, chosen: Chosen) -> Way:
    return Way(
        one.gain + other.gain,
        one.cost + other.cost,
        one.steps + other.steps,
        one.chance * other.chance,
        chosen,
    )


def _best(ways: Iterable[Way], rank: Rank, *, by_steps: bool) -> list[Way]:
    """Of each gain (and number of steps) the best by rank, without those that gain no more than one
    that is as good."""
    best: dict[tuple[int, int], tuple[tuple[int, ...], Way]] = {}
    for way in ways:
        key = (way.gain, way.steps if by_steps else 0)
        told = rank(way)
        if key not in best or told < best[key][0]:
            best[key] = (told, way)
    kept: list[Way] = []
    least: dict[int, tuple[int, ...]] = {}  # by number of steps
    for (_, steps), (told, way) in sorted(best.items(), key=lambda row: (-row[0][0], row[0][1])):
        if steps not in least or told < least[steps]:
            least[steps] = told
            kept.append(way)
    return kept
