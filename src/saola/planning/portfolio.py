"""Which products to raise, and when, within yearly money, advisers' days and rounds: a
mixed-integer programme of a few options for each product, solved by HiGHS with proof. Aims come one
after the other, each held before the next is asked; nothing is weighed against anything else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

import highspy
import numpy as np

SECONDS = 20.0
NEARLY = 10  # options that are told as almost chosen


@dataclass(frozen=True, slots=True)
class Option:
    """One way to raise a product: money and adviser's days in each year since it begins, the last
    year being that in which it counts; what it gives by indicator ("upgraded": 1); its chance in
    percent."""

    product: str
    name: str
    spend: tuple[int, ...]
    gives: Mapping[str, int]
    days: tuple[int, ...] = ()
    chance: int = 100


@dataclass(frozen=True, slots=True)
class Target:
    """At least so many of an indicator by the end of a year (0 the first)."""

    indicator: str
    least: int
    by: int


@dataclass(frozen=True, slots=True)
class Fair:
    """At least so many of these products are chosen: of a commune, of an area."""

    name: str
    products: frozenset[str]
    least: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What may be done. `budgets` and, where they limit, `days` and `rounds` (products that can
    finish) by year; `carry` where money that is left goes into the next year. With targets they
    are met in their order as far as can be, then at least cost; `most` names indicators of which
    as many as can be are had, in this order, before cost."""

    budgets: tuple[int, ...]
    options: tuple[Option, ...]
    targets: tuple[Target, ...] = ()
    most: tuple[str, ...] = ()
    days: tuple[int, ...] | None = None
    rounds: tuple[int, ...] | None = None
    fair: tuple[Fair, ...] = ()
    carry: bool = False

    def __post_init__(self) -> None:
        years = len(self.budgets)
        limits = (self.days, self.rounds)
        if not years or any(limit is not None and len(limit) != years for limit in limits):
            raise ValueError("budgets, days and rounds need one number for each year")
        for option in self.options:
            if not option.spend or any(money < 0 for money in (*option.spend, *option.days)):
                raise ValueError(f"{option.product}: money and days of {option.name} cannot be")
            if len(option.days) > len(option.spend):
                raise ValueError(f"{option.product}: {option.name} has more days than years")
        if any(not 0 <= target.by < years for target in self.targets):
            raise ValueError("a target's year is not among those of the budgets")


@dataclass(frozen=True, slots=True)
class Chosen:
    """An option that begins in a year; it counts at the end of year `done`."""

    option: Option
    start: int

    @property
    def done(self) -> int:
        """The year in which it counts."""
        return self.start + len(self.option.spend) - 1


@dataclass(frozen=True)
class Portfolio:
    """What to do. `short` says by how much each target is missed, `gap` how far the result may be
    from the best (0 where it is proven), `unfair` which fairness could not be had, `nearly` options
    that a little more would have brought in."""

    chosen: tuple[Chosen, ...]
    spent: tuple[int, ...]
    days: tuple[int, ...]
    short: tuple[int, ...]
    counts: dict[str, tuple[int, ...]]  # by indicator, added up by year
    gap: float
    seconds: float
    nearly: tuple[Chosen, ...] = field(default=())

    @property
    def cost(self) -> int:
        """Money in all years."""
        return sum(self.spent)


class Impossible(ValueError):
    """The fairness that is asked for cannot be had within the limits; the names say which."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"cannot be had together: {', '.join(names)}")


def solve(problem: Problem, *, seconds: float = SECONDS) -> Portfolio:
    """The best portfolio, proven; where the time is over the best found, with its gap."""
    started = monotonic()
    model = _Model(problem)
    gap = 0.0
    for costs, least in model.aims():
        left = seconds - (monotonic() - started)
        value, gap = model.minimise(costs, max(left, 0.1))
        if gap:
            break
        if least is not None:
            model.hold(costs, value)
    chosen = model.chosen()
    nearly = model.nearly(chosen) if not gap else ()
    return _told(problem, chosen, gap, monotonic() - started, nearly)


def extra_needed(problem: Problem, *, seconds: float = SECONDS) -> int | None:
    """The least money beyond the budgets, in whatever years, with which every target is met; None
    where no money would do (too few products, days, rounds). 0 where they are met already."""
    model = _Model(problem, extra=True)
    for costs, _least in model.short_of_each():
        value, gap = model.minimise(costs, seconds)
        if value > 0 or gap:
            return None
        model.hold(costs, 0)
    value, gap = model.minimise(model.extra_costs(), seconds)
    return None if gap else round(value)


def with_more(problem: Problem, *, money: int = 0, days: int = 0) -> Problem:
    """The same with so much more in every year: its result beside the other's is what money or
    days are worth."""
    return replace(
        problem,
        budgets=tuple(one + money for one in problem.budgets),
        days=None if problem.days is None else tuple(one + days for one in problem.days),
    )


def robust(
    problem: Problem,
    portfolio: Portfolio,
    *,
    draws: int = 1000,
    spread: tuple[float, float] = (0.9, 1.4),
    seed: int = 1,
) -> tuple[float, tuple[float, ...]]:
    """Share of draws in which the money lasts in every year, and in which each target is met, when
    what each step costs is drawn evenly from the spread and success by its chance."""
    chance = np.random.default_rng(seed)
    count, years = len(portfolio.chosen), len(problem.budgets)
    factors = chance.uniform(*spread, size=(draws, count))
    came = chance.uniform(0, 100, size=(draws, count)) < [c.option.chance for c in portfolio.chosen]
    money = np.zeros((count, years))
    for at, one in enumerate(portfolio.chosen):
        for year, amount in enumerate(one.option.spend, one.start):
            money[at, year] = amount
    spent = factors @ money if count else np.zeros((draws, years))
    budgets = np.array(problem.budgets, float)
    if problem.carry:
        spent, budgets = spent.cumsum(axis=1), budgets.cumsum()
    lasts = float((spent <= budgets + 1e-9).all(axis=1).mean())
    met = []
    for target in problem.targets:
        gives = np.array(
            [
                one.option.gives.get(target.indicator, 0) if one.done <= target.by else 0
                for one in portfolio.chosen
            ]
        )
        got = came @ gives if count else np.zeros(draws)
        met.append(float((got >= target.least).mean()))
    return lasts, tuple(met)


def _told(
    problem: Problem,
    chosen: Sequence[Chosen],
    gap: float,
    seconds: float,
    nearly: tuple[Chosen, ...],
) -> Portfolio:
    years = len(problem.budgets)
    spent, days = [0] * years, [0] * years
    counts: dict[str, list[int]] = {}
    for one in chosen:
        for at, amount in enumerate(one.option.spend):
            spent[one.start + at] += amount
        for at, amount in enumerate(one.option.days):
            days[one.start + at] += amount
        for name, count in one.option.gives.items():
            row = counts.setdefault(name, [0] * years)
            for year in range(one.done, years):
                row[year] += count
    short = tuple(
        max(
            0,
            target.least
            - (counts[target.indicator][target.by] if target.indicator in counts else 0),
        )
        for target in problem.targets
    )
    return Portfolio(
        tuple(chosen),
        tuple(spent),
        tuple(days),
        short,
        {name: tuple(row) for name, row in counts.items()},
        gap,
        seconds,
        nearly,
    )


Costs = dict[int, float]  # by column


class _Model:
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
        self.solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (
            ("output_flag", False), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0), ("threads", 2),
        ):  # fmt: skip
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
        spend = [self._by_year(lambda option: option.spend, year) for year in self._years]
        for year in self._years:
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
                days = self._by_year(lambda option: option.days, year)
                self._row(-inf, problem.days[year], days)
            if problem.rounds is not None:
                ends = {at: 1.0 for at, one in enumerate(self.columns) if one.done == year}
                self._row(-inf, problem.rounds[year], ends)

    @property
    def _years(self) -> range:
        return range(len(self.problem.budgets))

    def _by_year(self, amounts: Any, year: int) -> Costs:
        found: Costs = {}
        for at, one in enumerate(self.columns):
            row = amounts(one.option)
            if 0 <= year - one.start < len(row) and row[year - one.start]:
                found[at] = row[year - one.start]
        return found

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
            costs = self._gives(target.indicator, target.by)
            costs[self.first_short + number] = 1.0
            self._row(target.least, highspy.kHighsInf, costs)

    def _gives(self, indicator: str, by: int) -> Costs:
        return {
            at: float(one.option.gives[indicator])
            for at, one in enumerate(self.columns)
            if one.done <= by and one.option.gives.get(indicator)
        }

    def short_of_each(self) -> Iterator[tuple[Costs, int | None]]:
        """What is missing of each target, in their order."""
        for number in range(len(self.problem.targets)):
            yield {self.first_short + number: 1.0}, 0

    def aims(self) -> Iterator[tuple[Costs, int | None]]:
        """What is made small, one after the other; None where nothing is to be held after it."""
        yield from self.short_of_each()
        last = len(self.problem.budgets) - 1
        for indicator in self.problem.most:
            yield {at: -amount for at, amount in self._gives(indicator, last).items()}, 0
        yield {at: float(sum(one.option.spend)) for at, one in enumerate(self.columns)}, None

    def extra_costs(self) -> Costs:
        """Money beyond the budgets."""
        return {self.first_extra + year: 1.0 for year in self._years}

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
        if status == highspy.HighsModelStatus.kOptimal:
            return float(info.objective_function_value), 0.0
        gap = float(info.mip_gap)
        return float(info.objective_function_value), gap if gap > 0 else float("inf")

    def hold(self, costs: Costs, value: float) -> None:
        """From now on the aim is at least as good: all its numbers are whole."""
        self._row(-highspy.kHighsInf, round(value), costs)

    def chosen(self) -> list[Chosen]:
        """What the last solution takes."""
        values = self.solver.getSolution().col_value
        picked = [one for at, one in enumerate(self.columns) if values and values[at] > 0.5]
        return sorted(picked, key=lambda one: (one.start, one.option.product))

    def nearly(self, chosen: Sequence[Chosen]) -> tuple[Chosen, ...]:
        """Options of other products that the relaxed programme values most: of smallest reduced
        cost for each đồng it would take. The programme is of no other use afterwards."""
        taken = {one.option.product for one in chosen}
        count = self.first_extra
        if not count:
            return ()
        where = np.arange(count, dtype=np.int32)
        kinds = np.full(count, highspy.HighsVarType.kContinuous)
        self.solver.changeColsIntegrality(count, where, kinds)
        self.solver.run()
        duals = self.solver.getSolution().col_dual
        best: dict[str, tuple[float, int, Chosen]] = {}
        for at, one in enumerate(self.columns):
            if one.option.product in taken or not any(one.option.gives.values()):
                continue
            told = (duals[at] / max(sum(one.option.spend), 1), at, one)
            if one.option.product not in best or told < best[one.option.product]:
                best[one.option.product] = told
        return tuple(one for _, _, one in sorted(best.values(), key=lambda row: row[:2])[:NEARLY])
