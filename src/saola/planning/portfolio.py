"""Which products to raise, and when, within yearly money, advisers' days and rounds: a
mixed-integer programme of a few options for each product, solved by HiGHS with proof. Aims come one
after the other, each held before the next is asked; nothing is weighed against anything else."""

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

import numpy as np

from saola.planning.problem import (
    Chosen,
    Fair,
    Impossible,
    Option,
    Portfolio,
    Problem,
    Target,
)
from saola.planning.programme import Programme

__all__ = [
    "Chosen",
    "Fair",
    "Impossible",
    "Option",
    "OutOfTime",
    "Portfolio",
    "Problem",
    "Target",
    "extra_needed",
    "robust",
    "solve",
    "with_more",
]
SECONDS = 20.0
NEARLY = 10  # options that are told as almost chosen


class OutOfTime(Exception):
    """The time was over before anything was found out."""


def solve(problem: Problem, *, seconds: float = SECONDS) -> Portfolio:
    """The best portfolio, proven; where the time is over the best found, with its gap."""
    started = monotonic()
    model = Programme(problem)
    gap = 0.0
    for costs, least in model.aims():
        left = seconds - (monotonic() - started)
        value, gap = model.minimise(costs, max(left, 0.1))
        if gap:
            break
        if least is not None:
            model.hold(costs, value)
    chosen = model.chosen()
    nearly: tuple[Chosen, ...] = ()
    if not gap and model.columns:
        asked = {target.indicator for target in problem.targets} | set(problem.most)
        nearly = _nearly(model.columns, chosen, model.reduced_costs(), asked)
    return _told(problem, chosen, gap, monotonic() - started, nearly)


def extra_needed(problem: Problem, *, seconds: float = SECONDS) -> int | None:
    """The least money beyond the budgets, in whatever years, with which every target is met; None
    where no money would do (too few products, days, rounds). 0 where they are met already. Raises
    OutOfTime where neither was found out."""
    model = Programme(problem, extra=True)
    for costs, _least in model.short_of_each():
        value, gap = model.minimise(costs, seconds)
        if gap:
            raise OutOfTime
        if value > 0:
            return None
        model.hold(costs, 0)
    value, gap = model.minimise(model.extra_costs(), seconds)
    if gap:
        raise OutOfTime
    return round(value)


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
    """Share of draws in which the money lasts in every year, and in which it does and each target
    is met, when what each step costs is drawn evenly from the spread and success by its chance."""
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
    holds = (spent <= budgets + 1e-9).all(axis=1)
    lasts = float(holds.mean())
    met = []
    for target in problem.targets:
        gives = np.array(
            [
                one.option.gives.get(target.indicator, 0) if one.done <= target.by else 0
                for one in portfolio.chosen
            ]
        )
        got = came @ gives if count else np.zeros(draws)
        met.append(float(((got >= target.least) & holds).mean()))
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


def _nearly(
    columns: Sequence[Chosen],
    chosen: Sequence[Chosen],
    reduced: Sequence[float],
    asked: set[str],
) -> tuple[Chosen, ...]:
    """Options of other products, giving something that was asked for, that the relaxed programme
    values most: of smallest reduced cost for each đồng they would take."""
    taken = {one.option.product for one in chosen}
    best: dict[str, tuple[float, int, Chosen]] = {}
    for at, one in enumerate(columns):
        if one.option.product in taken or not any(one.option.gives.get(n) for n in asked):
            continue
        told = (reduced[at] / max(sum(one.option.spend), 1), at, one)
        if one.option.product not in best or told < best[one.option.product]:
            best[one.option.product] = told
    return tuple(one for _, _, one in sorted(best.values(), key=lambda row: row[:2])[:NEARLY])
