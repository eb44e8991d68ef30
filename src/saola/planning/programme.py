"""A portfolio as a mixed-integer programme of HiGHS: one column for each option and year of
beginning, one for what is missing of each target, one for money beyond each year's budget."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import highspy
import numpy as np

from saola.planning.problem import Chosen, Impossible, Option, Problem

Costs = dict[int, float]  # by column

FEASIBLE = 2  # HiGHS has a solution that keeps every limit


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


def _by_year(
    columns: Sequence[Chosen], year: int, amounts: Callable[[Option], Sequence[int]]
) -> Costs:
    """What each column takes in that year."""
    found: Costs = {}
    for at, one in enumerate(columns):
        row = amounts(one.option)
        if 0 <= year - one.start < len(row) and row[year - one.start]:
            found[at] = row[year - one.start]
    return found


def gives(columns: Sequence[Chosen], indicator: str, by: int) -> Costs:
    """What each column gives of an indicator by the end of a year."""
    return {
        at: float(one.option.gives[indicator])
        for at, one in enumerate(columns)
        if one.done <= by and one.option.gives.get(indicator)
    }


class Programme:
    """The programme: one column for each option and year of beginning, one for what is missing of
    each target, with `extra` one for money beyond each year's budget."""

    def __init__(self, problem: Problem, *, extra: bool = False) -> None:
        self.problem = problem
        years = len(problem.budgets)
        self.columns = [
            Chosen(option, start)
            for option in problem.options
            for start in range(years - len(option.spend) + 1)
        ]
        self.solver = _solver()
        self.values: list[float] = []  # of the last solution that keeps every limit
        for name, value in (("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0), ("threads", 2)):
            self.solver.setOptionValue(name, value)
        for _column in self.columns:
            self.solver.addVar(0, 1)
        self.first_short = len(self.columns)
        for target in problem.targets:
            self.solver.addVar(0, target.least)
        self.first_extra = self.first_short + len(problem.targets)
        for _year in range(years if extra else 0):
            self.solver.addVar(0, highspy.kHighsInf)
        whole = np.arange(self.first_extra, dtype=np.int32)
        if len(whole):
            kinds = np.full(len(whole), highspy.HighsVarType.kInteger)
            self.solver.changeColsIntegrality(len(whole), whole, kinds)
        self._limits(extra=extra)
        self._rows_of_products()
        self._rows_of_targets()

    def _row(self, low: float, high: float, costs: Costs) -> None:
        where = np.fromiter(costs, np.int32, len(costs))
        values = np.fromiter(costs.values(), float, len(costs))
        self.solver.addRow(low, high, len(costs), where, values)

    def _limits(self, *, extra: bool) -> None:
        """Money, days and rounds of each year."""
        problem, inf = self.problem, highspy.kHighsInf
        spend = [
            _by_year(self.columns, year, lambda option: option.spend)
            for year in range(len(self.problem.budgets))
        ]
        for year in range(len(self.problem.budgets)):
            costs = dict(spend[year])
            limit = problem.budgets[year]
            if problem.carry:
                limit = sum(problem.budgets[: year + 1])
                for before in range(year):
                    for column, amount in spend[before].items():
                        costs[column] = costs.get(column, 0) + amount
            if extra:
                earlier = range(year + 1) if problem.carry else [year]
                costs |= {self.first_extra + one: -1 for one in earlier}
            self._row(-inf, limit, costs)
            if problem.days is not None:
                days = _by_year(self.columns, year, lambda option: option.days)
                self._row(-inf, problem.days[year], days)
            if problem.rounds is not None:
                ends = {at: 1.0 for at, one in enumerate(self.columns) if one.done == year}
                self._row(-inf, problem.rounds[year], ends)

    def _rows_of_products(self) -> None:
        """Each product once at most; fairness."""
        by_product: dict[str, Costs] = {}
        for at, one in enumerate(self.columns):
            by_product.setdefault(one.option.product, {})[at] = 1.0
        for costs in by_product.values():
            self._row(-highspy.kHighsInf, 1, costs)
        for fair in self.problem.fair:
            costs = {
                at: 1.0
                for at, one in enumerate(self.columns)
                if one.option.product in fair.products
            }
            self._row(fair.least, highspy.kHighsInf, costs)

    def _rows_of_targets(self) -> None:
        for number, target in enumerate(self.problem.targets):
            costs = gives(self.columns, target.indicator, target.by)
            costs[self.first_short + number] = 1.0
            self._row(target.least, highspy.kHighsInf, costs)

    def short_of_each(self) -> Iterator[tuple[Costs, int | None]]:
        """What is missing of each target, in their order."""
        for number in range(len(self.problem.targets)):
            yield {self.first_short + number: 1.0}, 0

    def aims(self) -> Iterator[tuple[Costs, int | None]]:
        """What is made small, one after the other; None where nothing is to be held after it."""
        yield from self.short_of_each()
        last = len(self.problem.budgets) - 1
        for indicator in self.problem.most:
            yield {at: -amount for at, amount in gives(self.columns, indicator, last).items()}, 0
        yield {at: float(sum(one.option.spend)) for at, one in enumerate(self.columns)}, 0
        # of plans that cost the same the one that is done the soonest
        yield {at: float(one.done + 1) for at, one in enumerate(self.columns)}, None

    def extra_costs(self) -> Costs:
        """Money beyond the budgets."""
        return {self.first_extra + year: 1.0 for year in range(len(self.problem.budgets))}

    def minimise(self, costs: Costs, seconds: float) -> tuple[float, float]:
        """The value and the gap that is left. Raises Impossible where nothing fits."""
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
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Impossible([fair.name for fair in self.problem.fair] or ["limits"])
        info = solver.getInfo()
        if info.primal_solution_status == FEASIBLE:
            self.values = list(solver.getSolution().col_value)
        if status == highspy.HighsModelStatus.kOptimal:
            return float(info.objective_function_value), 0.0
        gap = float(info.mip_gap)
        return float(info.objective_function_value), gap if gap > 0 else float("inf")

    def hold(self, costs: Costs, value: float) -> None:
        """From now on the aim is at least as good: all its numbers are whole."""
        self._row(-highspy.kHighsInf, round(value), costs)

    def chosen(self) -> list[Chosen]:
        """What the last solution takes; nothing where none was found in time."""
        picked = [
            one for at, one in enumerate(self.columns) if self.values and self.values[at] > 0.5
        ]
        return sorted(picked, key=lambda one: (one.start, one.option.product))

    def reduced_costs(self) -> list[float]:
        """Of each column in the relaxed programme; it is of no other use afterwards."""
        where = np.arange(self.first_extra, dtype=np.int32)
        kinds = np.full(len(where), highspy.HighsVarType.kContinuous)
        self.solver.changeColsIntegrality(len(where), where, kinds)
        self.solver.run()
        return list(self.solver.getSolution().col_dual)
