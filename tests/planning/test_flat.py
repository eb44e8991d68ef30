"""Paths and portfolio together against one flat programme that knows nothing of ways: a column for
each level of each criterion, money and days of each product and year, months along what waits."""

from dataclasses import dataclass
from typing import Any

import highspy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saola.planning import Goal, Ladder, Level, Unreachable
from saola.planning.paths import undominated
from saola.planning.portfolio import Fair, Impossible, Option, Problem, Target, solve

MUCH = 500  # more than any money, days or months here
CLASSES = (("four", 5), ("five", 8))


@dataclass
class Case:
    """Sheets of a few products; limits; targets in their order."""

    sheets: list[list[Ladder]]
    minimum: dict[str, int]
    budgets: tuple[int, ...]
    days: tuple[int, ...] | None
    rounds: tuple[int, ...] | None
    targets: tuple[Target, ...]
    most: tuple[str, ...]
    fair: tuple[Fair, ...]


@st.composite
def cases(draw: Any) -> Case:
    years = draw(st.integers(1, 3))
    sheets = []
    for _ in range(draw(st.integers(1, 3))):
        ladders = []
        for number in range(3):
            now = draw(st.integers(0, 2))
            needs = ((f"c{number - 1}", draw(st.integers(1, 3))),) if number else ()
            levels = tuple(
                Level(
                    points,
                    draw(st.integers(0, 9)),
                    draw(st.integers(0, 20)),
                    needs=needs if draw(st.booleans()) else (),
                )
                for points in sorted(draw(st.sets(st.integers(now + 1, 5), min_size=1, max_size=2)))
            )
            ladders.append(Ladder(f"c{number}", now, levels))
        sheets.append(ladders)
    yearly = st.lists(st.integers(0, 30), min_size=years, max_size=years).map(tuple)
    few = st.lists(st.integers(0, 2), min_size=years, max_size=years).map(tuple)
    names = draw(st.sampled_from([(), ("four",), ("five", "four"), ("four", "five")]))
    targets = tuple(
        Target(name, draw(st.integers(1, 3)), draw(st.integers(0, years - 1))) for name in names
    )
    return Case(
        sheets,
        {"c0": draw(st.integers(0, 2))},
        draw(yearly),
        draw(st.none() | st.lists(st.integers(0, 3), min_size=years, max_size=years).map(tuple)),
        draw(st.none() | few),
        targets,
        draw(st.sampled_from([("four",), ("five", "four")])) if not names else (),
        (Fair("xã A", frozenset({"p0", "p1"}), 1),) if draw(st.booleans()) else (),
    )


def options(case: Case) -> list[Option]:
    """As the server makes them."""
    made = []
    for number, ladders in enumerate(case.sheets):
        for name, points in CLASSES:
            try:
                plans = undominated(
                    ladders, Goal(points, case.minimum), len(case.budgets),
                    by_steps=case.days is not None,
                )  # fmt: skip
            except Unreachable:
                break
            gives = {"four": 1, "five": int(name == "five")}
            made += [
                Option(
                    f"p{number}", name, plan.cost, max(1, -(-plan.months // 12)), gives,
                    len(plan.steps),
                )
                for plan in plans
            ]  # fmt: skip
    return made


class Flat:
    """The programme; each product adds its columns."""

    def __init__(self, case: Case) -> None:
        self.case, self.years = case, range(len(case.budgets))
        self.model = highspy.Highs()
        for name, value in (("output_flag", False), ("mip_rel_gap", 0.0)):
            self.model.setOptionValue(name, value)
        self.money: list[list[Any]] = [[] for _ in self.years]
        self.days: list[list[Any]] = [[] for _ in self.years]
        self.done: dict[tuple[str, int], list[Any]] = {}  # class and year
        self.cost: list[Any] = []
        self.ended: list[Any] = []  # by product, whether it is done
        for ladders in case.sheets:
            self.product(ladders)
        self.limits()
        for fair in case.fair:
            among = [e for n, e in enumerate(self.ended) if f"p{n}" in fair.products]
            self.model.addConstr(sum(among) >= fair.least)

    def product(self, ladders: list[Ladder]) -> None:
        model = self.model
        ends = {(name, year): model.addBinary() for name, _ in CLASSES for year in self.years}
        for key, column in ends.items():
            self.done.setdefault(key, []).append(column)
        ended = sum(ends.values())
        model.addConstr(ended <= 1)
        self.ended.append(ended)
        taken = {
            (one.criterion, level.points): model.addBinary()
            for one in ladders
            for level in one.levels
        }
        finished = {one.criterion: model.addVariable(0, MUCH) for one in ladders}
        gained, spent, steps = 0 * ended, 0 * ended, 0 * ended
        limit = sum(12 * (year + 1) * column for (_, year), column in ends.items())
        for one in ladders:
            own = [taken[one.criterion, level.points] for level in one.levels]
            raised = sum(own, 0 * ended)
            model.addConstr(raised <= ended)
            gain = sum(
                ((v.points - one.now) * taken[one.criterion, v.points] for v in one.levels),
                0 * ended,
            )
            model.addConstr(one.now + gain >= self.case.minimum.get(one.criterion, 0) * ended)
            model.addConstr(finished[one.criterion] <= limit + MUCH * (1 - ended))
            gained, steps = gained + gain, steps + raised
            for level in one.levels:
                spent = spent + level.cost * taken[one.criterion, level.points]
                self.level(one, level, ladders, taken, finished)
        now = sum(one.now for one in ladders)
        for name, points in CLASSES:
            reached = sum(ends[name, year] for year in self.years)
            model.addConstr(now + gained >= points * reached)
        for amount, table in ((spent, self.money), (steps, self.days)):
            parts = [model.addVariable(0, MUCH) for _ in self.years]
            model.addConstr(sum(parts) >= amount)
            for year in self.years:
                later = sum(column for (_, end), column in ends.items() if end >= year)
                model.addConstr(parts[year] <= MUCH * later)
                table[year].append(parts[year])
        self.cost.append(spent)

    def level(self, one: Ladder, level: Level, ladders: Any, taken: Any, finished: Any) -> None:
        """What it waits for stands high enough, and was done before."""
        column, end = taken[one.criterion, level.points], finished[one.criterion]
        self.model.addConstr(end >= level.months * column)
        for other, points in level.needs:
            before = next(row for row in ladders if row.criterion == other)
            enough = [taken[other, v.points] for v in before.levels if v.points >= points]
            if before.now < points:
                self.model.addConstr(column <= sum(enough) if enough else column <= 0)
            for v in before.levels:
                both = 2 - column - taken[other, v.points]
                self.model.addConstr(end >= finished[other] + level.months - MUCH * both)

    def limits(self) -> None:
        case = self.case
        for year in self.years:
            self.model.addConstr(sum(self.money[year]) <= case.budgets[year])
            if case.days is not None:
                self.model.addConstr(sum(self.days[year]) <= case.days[year])
            if case.rounds is not None:
                ends = self.done["four", year] + self.done["five", year]
                self.model.addConstr(sum(ends) <= case.rounds[year])

    def solved(self) -> tuple[int, ...] | None:
        """What is short of each target, the negative of what is had most of, then the money, one
        after the other; None where fairness cannot be had."""
        found = []
        self.model.minimize(0 * sum(self.ended))
        if self.model.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return None
        for target in self.case.targets:
            short = self.model.addVariable(0, target.least)
            names = ("four", "five") if target.indicator == "four" else ("five",)
            years = range(target.by + 1)
            got = sum(column for n in names for year in years for column in self.done[n, year])
            self.model.addConstr(got + short >= target.least)
            self.model.minimize(short)
            found.append(round(self.model.getInfo().objective_function_value))
            self.model.addConstr(short <= found[-1])
        for name in self.case.most:
            names = ("four", "five") if name == "four" else ("five",)
            had = sum(c for n in names for year in self.years for c in self.done[n, year])
            self.model.maximize(had)
            value = round(self.model.getInfo().objective_function_value)
            self.model.addConstr(had >= value)
            found.append(-value)
        self.model.minimize(sum(self.cost))
        return (*found, round(self.model.getInfo().objective_function_value))


@settings(max_examples=500, deadline=None)
@given(cases())
def test_nothing_is_lost_by_collapsing_products(case: Case) -> None:
    problem = Problem(
        case.budgets, tuple(options(case)), case.targets, case.most, case.days, case.rounds,
        case.fair,
    )  # fmt: skip
    wanted = Flat(case).solved()
    if wanted is None:
        with pytest.raises(Impossible):
            solve(problem)
        return
    found = solve(problem)
    assert found.unproven == ""
    most = [-found.counts.get(name, (0,))[-1] for name in case.most]
    assert (*found.short, *most, found.cost) == wanted
