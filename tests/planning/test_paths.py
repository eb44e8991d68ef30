"""Paths to the next star: exact against every combination, with needs, minimums and margins."""

from itertools import product
from math import prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saola.planning import Goal, Ladder, Level, Plan, Unreachable, cheapest, fastest, safest
from saola.planning.paths import undominated


@st.composite
def cases(draw: Any) -> tuple[list[Ladder], Goal]:
    """A few criteria, some of which need others."""
    count = draw(st.integers(1, 4))
    ladders = []
    for at in range(count):
        now = draw(st.integers(0, 3))
        levels = []
        for points in sorted(draw(st.sets(st.integers(now + 1, now + 5), max_size=3))):
            other = draw(st.integers(0, count - 1))
            needs = ((f"c{other}", draw(st.integers(0, 5))),) if other != at else ()
            levels.append(
                Level(
                    points,
                    draw(st.integers(0, 20)),
                    draw(st.integers(0, 6)),
                    draw(st.sampled_from([50, 80, 90, 100])),
                    needs if draw(st.booleans()) else (),
                )
            )
        ladders.append(Ladder(f"c{at}", now, tuple(levels)))
    minimums = {f"c{at}": draw(st.integers(0, 3)) for at in range(count) if draw(st.booleans())}
    return ladders, Goal(draw(st.integers(0, 18)), minimums)


def finished(chosen: dict[str, Level]) -> dict[str, int] | None:
    """When each step is done, by waiting month after month; None where steps wait for ever."""
    ends: dict[str, int] = {}
    for month in range(sum(level.months for level in chosen.values()) + 1):
        for _ in chosen:  # a step of no months lets the next begin at once
            for name, level in chosen.items():
                waits = [other for other, _ in level.needs if other in chosen and other != name]
                begins = [ends[other] for other in waits if other in ends]
                if name not in ends and len(begins) == len(waits):
                    done = max(begins, default=0) + level.months
                    if done == month:
                        ends[name] = done
    return ends if len(ends) == len(chosen) else None


def all_plans(ladders: list[Ladder], goal: Goal) -> list[tuple[int, int, float, int]]:
    """Cost, months, chance and steps of every combination that reaches the goal."""
    found = []
    for choice in product(*([None, *ladder.levels] for ladder in ladders)):
        points = {
            lad.criterion: lvl.points if lvl else lad.now
            for lad, lvl in zip(ladders, choice, strict=True)
        }
        chosen = {lad.criterion: lvl for lad, lvl in zip(ladders, choice, strict=True) if lvl}
        ends = finished(chosen)
        if (
            ends is None
            or sum(points.values()) < goal.points
            or any(points[name] < least for name, least in goal.minimums.items())
            or any(points[o] < least for lvl in chosen.values() for o, least in lvl.needs)
        ):
            continue
        chance = prod(lvl.chance for lvl in chosen.values()) * 100 ** (len(ladders) - len(chosen))
        found.append(
            (
                sum(lvl.cost for lvl in chosen.values()),
                max(ends.values(), default=0),
                chance,
                len(chosen),
            )
        )
    return found


@settings(max_examples=400, deadline=None)
@given(cases())
def test_no_combination_is_better(case: tuple[list[Ladder], Goal]) -> None:
    ladders, goal = case
    plans = all_plans(ladders, goal)
    if not plans:
        for way in (cheapest, fastest, safest):
            with pytest.raises(Unreachable):
                way(ladders, goal)
        return
    cheap, fast, safe = (way(ladders, goal) for way in (cheapest, fastest, safest))
    assert (cheap.cost, cheap.months) == min((cost, months) for cost, months, _, _ in plans)
    assert (fast.months, fast.cost) == min((months, cost) for cost, months, _, _ in plans)
    chance, cost = min((-chance, cost) for cost, _, chance, _ in plans)
    assert safe.chance == pytest.approx(-chance / 100 ** len(ladders))
    assert safe.cost == cost
    for plan in (cheap, fast, safe):
        holds(plan, ladders, goal)


@settings(max_examples=300, deadline=None)
@given(cases(), st.integers(1, 3))
def test_nothing_undominated_is_lost(case: tuple[list[Ladder], Goal], years: int) -> None:
    ladders, goal = case
    every = {
        (cost, steps, max(1, -(-months // 12)))
        for cost, months, _, steps in all_plans(ladders, goal)
    }
    if not every:
        with pytest.raises(Unreachable):
            undominated(ladders, goal, years)
        return
    within = {one for one in every if one[2] <= years}
    best = {
        one for one in within
        if not any(all(a <= b for a, b in zip(two, one, strict=True)) for two in within - {one})
    }  # fmt: skip
    found = undominated(ladders, goal, years)
    assert {(p.cost, len(p.steps), max(1, -(-p.months // 12))) for p in found} == best
    assert len(found) == len(best)
    for plan in found:
        holds(plan, ladders, goal)


@pytest.mark.parametrize("count", [8, 25])
def test_one_criterion_that_many_wait_for(count: int) -> None:
    """A star, and a chain beside it: no combination has to be tried one by one."""
    waits = (("root", 2),)
    levels = (Level(1, 3, 2, 90, waits), Level(3, 8, 5, 80, waits))
    ladders = [Ladder("root", 0, (Level(2, 5, 4), Level(3, 6, 9)))]
    ladders += [Ladder(f"c{n}", 0, levels) for n in range(count)]
    ladders += [Ladder("end", 0, (Level(1, 1, 30, 100, (("c0", 3),)),))]
    least = min(
        root + 3 * ones + 8 * threes + end
        for gain, root in ((2, 5), (3, 6))
        for threes in range(count + 1)
        for ones in range(count + 1 - threes)
        for end in range(min(threes, 1) + 1)
        if gain + ones + 3 * threes + end >= 2 + count
    )
    assert cheapest(ladders, Goal(2 + count, {})).cost == least
    plan = fastest(ladders, Goal(0, {"end": 1}))
    assert (plan.cost, plan.months) == (5 + 8 + 1, 4 + 5 + 30)
    assert len(undominated(ladders, Goal(2 + count, {}), 2)) > 1


def holds(plan: Plan, ladders: list[Ladder], goal: Goal) -> None:
    """What the plan says of itself is so."""
    reached = {ladder.criterion: ladder.now for ladder in ladders}
    done: dict[str, int] = {}
    for step in plan.steps:
        assert step.ends - step.begins == step.level.months
        for other, _points in step.level.needs:
            assert step.begins >= done.get(other, 0)
        reached[step.criterion], done[step.criterion] = step.level.points, step.ends
    assert sum(reached.values()) == plan.points >= goal.points
    assert all(reached[name] >= least for name, least in goal.minimums.items())
    assert plan.cost == sum(step.level.cost for step in plan.steps)
    assert plan.months == max((step.ends for step in plan.steps), default=0)


def test_what_is_reached_already_takes_nothing() -> None:
    plan = cheapest([Ladder("a", 5, (Level(6, 1, 1),))], Goal(5, {}))
    assert (plan.steps, plan.cost, plan.months, plan.points) == ((), 0, 0, 5)


def test_a_minimum_caps_whatever_the_points() -> None:
    ladders = [Ladder("a", 0, (Level(1, 9, 1),)), Ladder("b", 9)]
    assert cheapest(ladders, Goal(9, {"a": 1})).cost == 9
    with pytest.raises(Unreachable) as out:
        cheapest(ladders, Goal(9, {"a": 2}))
    assert out.value.minimums == {"a": 2}
    with pytest.raises(Unreachable) as out:
        cheapest(ladders, Goal(20, {}))
    assert out.value.points == 10


def test_what_needs_another_comes_after_it() -> None:
    ladders = [
        Ladder("claim", 0, (Level(3, 1, 1, needs=(("certificate", 2),)),)),
        Ladder("certificate", 0, (Level(2, 10, 6),)),
    ]
    plan = cheapest(ladders, Goal(3, {}))
    assert [step.criterion for step in plan.steps] == ["certificate", "claim"]
    assert (plan.cost, plan.months, plan.points) == (11, 7, 5)


def test_a_circle_of_needs_is_no_way() -> None:
    ladders = [
        Ladder("a", 0, (Level(1, 1, 1, needs=(("b", 1),)),)),
        Ladder("b", 0, (Level(1, 1, 1, needs=(("a", 1),)),)),
    ]
    with pytest.raises(Unreachable):
        cheapest(ladders, Goal(1, {}))


@pytest.mark.parametrize(
    "level",
    [Level(0, 1, 1), Level(2, -1, 1), Level(2, 1, -1), Level(2, 1, 1, 0), Level(2, 1, 1, 101)],
)
def test_what_cannot_be_is_refused(level: Level) -> None:
    with pytest.raises(ValueError, match="a:"):
        Ladder("a", 1, (level,))


def test_an_unknown_need_is_refused() -> None:
    with pytest.raises(ValueError, match="not there"):
        cheapest([Ladder("a", 0, (Level(1, 1, 1, needs=(("x", 1),)),))], Goal(1, {}))
