"""A portfolio as a mixed-integer programme of HiGHS: one column for each option and year in which
it is done, one for what is missing of each target, one for money beyond each year's budget."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import highspy
import numpy as np

from saola.planning.problem import Chosen, Impossible, Option, Problem

Costs = dict[int, float]  # by column
INFINITE = highspy.kHighsInf
FEASIBLE = 2  # HiGHS has a solution that keeps every limit
WHOLE_APART = 0.999  # values of aims are whole: what is nearer than 1 is the same


def _solver() -> Any:
    """A silent one: the first option that is set prints who made it, whatever the option."""
    kept, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 1)
        made: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        made.setOptionValue("output_flag", False)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nothing)
    return made


def needed(problem: Problem) -> list[Option]:
    """Options that no other of the same product beats: as much of everything for no more."""
    days = problem.days is not None
    kept: dict[tuple[str, tuple[tuple[str, int], ...]], list[Option]] = {}
    for option in sorted(problem.options, key=lambda one: (one.cost, one.days, one.years)):
        rows = kept.setdefault((option.product, tuple(sorted(option.gives.items()))), [])
        if not any(
            row.years <= option.years and (not days or row.days <= option.days) for row in rows
        ):
            rows.append(option)
    return [option for rows in kept.values() for option in rows]


def years_that_count(problem: Problem) -> list[int]:
    """Years in which something may be done so that nothing is lost. Where rounds do not limit, a
    later end within the same target's time only eases every limit."""
    last = len(problem.budgets) - 1
    if problem.rounds is not None:
        return list(range(last + 1))
    return sorted({last, *(target.by for target in problem.targets)})


def columns(problem: Problem) -> list[Chosen]:
    """Each option with each year in which it may be done."""
    years = years_that_count(problem)
    return [
        Chosen(option, done)
        for option in needed(problem)
        for done in years
        if done >= option.years - 1
    ]


class Programme:
    """The programme. With `extra` there is a column for money beyond each year's budget; without
    `whole` parts of options may be taken."""

    def __init__(self, problem: Problem, *, extra: bool = False, whole: bool = True) -> None:
        self.problem = problem
        years = len(problem.budgets)
        self.columns = columns(problem)
        self.solver = _solver()
        self.values: list[float] = []  # of the last solution that keeps every limit
        for name, value in (
            ("mip_rel_gap", 0.0), ("mip_abs_gap", WHOLE_APART), ("threads", 2)
        ):  # fmt: skip
            self.solver.setOptionValue(name, value)
        self.first_short = len(self.columns)
        self.first_extra = self.first_short + len(problem.targets)
        for _column in self.columns:
            self.solver.addVar(0, 1)
        for target in problem.targets:
            self.solver.addVar(0, target.least)
        for _year in range(years if extra else 0):
            self.solver.addVar(0, INFINITE)
        where = np.arange(self.solver.getNumCol(), dtype=np.int32)
        if len(where) and whole:
            kinds = np.full(len(where), highspy.HighsVarType.kInteger)
            self.solver.changeColsIntegrality(len(where), where, kinds)
        self._limits(extra=extra)
        self._rows_of_products()
        for number, target in enumerate(problem.targets):
            costs = self.gives(target.indicator, target.by) | {self.first_short + number: 1.0}
            self._row(target.least, INFINITE, costs)

    def _row(self, low: float, high: float, costs: Costs) -> None:
        where = np.fromiter(costs, np.int32, len(costs))
        values = np.fromiter(costs.values(), float, len(costs))
        self.solver.addRow(low, high, len(costs), where, values)

    def _limits(self, *, extra: bool) -> None:
        """What is done by a year takes no more than there was until then; rounds year by year."""
        problem = self.problem
        for year in range(len(problem.budgets)):
            by = [(at, one.option) for at, one in enumerate(self.columns) if one.done <= year]
            money: Costs = {at: float(option.cost) for at, option in by if option.cost}
            if extra:
                money |= {self.first_extra + before: -1.0 for before in range(year + 1)}
            self._row(-INFINITE, sum(problem.budgets[: year + 1]), money)
            if problem.days is not None:
                days = {at: float(option.days) for at, option in by if option.days}
                self._row(-INFINITE, sum(problem.days[: year + 1]), days)
            if problem.rounds is not None:
                ends = {at: 1.0 for at, one in enumerate(self.columns) if one.done == year}
                self._row(-INFINITE, problem.rounds[year], ends)

    def _rows_of_products(self) -> None:
        """Each product once at most; fairness."""
        by_product: dict[str, Costs] = {}
        for at, one in enumerate(self.columns):
            by_product.setdefault(one.option.product, {})[at] = 1.0
        for costs in by_product.values():
            self._row(-INFINITE, 1, costs)
        for fair in self.problem.fair:
            among: Costs = {}
            for product in fair.products:
                among |= by_product.get(product, {})
            self._row(fair.least, INFINITE, among)

    def gives(self, indicator: str, by: int) -> Costs:
        """What each column gives of an indicator by the end of a year."""
        return {
            at: float(one.option.gives[indicator])
            for at, one in enumerate(self.columns)
            if one.done <= by and one.option.gives.get(indicator)
        }

    def aims(self) -> Iterator[tuple[str, Costs]]:
        """What is made small, one after the other, each with its name: what is missing of each
        target, the negative of what is to be had most of, money."""
        for number, target in enumerate(self.problem.targets):
            yield target.indicator, {self.first_short + number: 1.0}
        last = len(self.problem.budgets) - 1
        for indicator in self.problem.most:
            yield indicator, {at: -n for at, n in self.gives(indicator, last).items()}
        yield "cost", {at: float(one.option.cost) for at, one in enumerate(self.columns)}

    def reached(self, number: int) -> bool:
        """Whether the last solution meets a target as it is, so that nothing is left to make
        small."""
        target = self.problem.targets[number]
        got = sum(
            one.option.gives.get(target.indicator, 0)
            for one in self.chosen()
            if one.done <= target.by
        )
        return bool(self.values) and got >= target.least

    def extra_costs(self) -> Costs:
        """Money beyond the budgets."""
        return {self.first_extra + year: 1.0 for year in range(len(self.problem.budgets))}

    def minimise(self, costs: Costs, seconds: float) -> tuple[float, float]:
        """The value and how far it may be from the best, as a part of it. Raises Impossible where
        nothing fits."""
        solver = self.solver
        count = solver.getNumCol()
        if not count:
            if any(fair.least > 0 for fair in self.problem.fair):
                raise Impossible([fair.name for fair in self.problem.fair])
            return 0.0, 0.0
        row = np.zeros(count)
        for column, amount in costs.items():
            row[column] = amount
        solver.changeColsCost(count, np.arange(count, dtype=np.int32), row)
        solver.setOptionValue("time_limit", solver.getRunTime() + seconds)
        solver.run()
        status, info = solver.getModelStatus(), solver.getInfo()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Impossible([fair.name for fair in self.problem.fair] or ["limits"])
        if info.primal_solution_status == FEASIBLE:
            self.values = list(solver.getSolution().col_value)
        if status == highspy.HighsModelStatus.kOptimal:
            return float(info.objective_function_value), 0.0
        if not self.values and self.problem.fair:
            return float("inf"), float("inf")
        if not self.values:  # to do nothing is allowed, and meets nothing
            self.values = [0.0] * count
            for number, target in enumerate(self.problem.targets):
                self.values[self.first_short + number] = float(target.least)
        value = float(row @ np.array(self.values))
        bound = max(float(info.mip_dual_bound), value - max(abs(value), 1.0))
        return value, (value - bound) / max(abs(value), 1.0)

    def hold(self, costs: Costs, value: float) -> None:
        """From now on the aim is at least as good: all its numbers are whole."""
        self._row(-INFINITE, round(value), costs)

    def chosen(self) -> list[Chosen]:
        """What the last solution takes."""
        return [one for at, one in enumerate(self.columns) if self.values and self.values[at] > 0.5]

    def reduced_costs(self) -> Sequence[float]:
        """Of each column where parts may be taken: by how much the aim gets worse for each whole
        one that is forced in."""
        return list(self.solver.getSolution().col_dual)
