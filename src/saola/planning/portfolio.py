"""Which products to raise, and when, within yearly money, advisers' days and rounds: a
mixed-integer programme of the undominated ways of each product, solved by HiGHS with proof. Aims
come one after the other, each held before the next is asked; nothing is weighed against anything
else."""

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

import numpy as np

from saola.planning.problem import (
    Chosen,
    Fair,
    Impossible,
    Option,
    Portfolio,
    Problem,
    Target,
    shared_out,
)
from saola.planning.programme import Costs, Programme

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
    "worth",
]
SECONDS = 20.0
FOR_ORDER = 3.0  # seconds to find the soonest order, and the options that come next
NEARLY = 10  # options that are told as almost chosen


class OutOfTime(Exception):
    """The time was over before anything was found out."""


def solve(problem: Problem, *, seconds: float = SECONDS) -> Portfolio:
    """The best portfolio, proven; where the time is over the best found, with its gap. Raises
    OutOfTime where not even one was found."""
    started = monotonic()
    model = Programme(problem)
    gap, unproven = 0.0, ""
    held: list[tuple[str, Costs, float]] = []
    for number, (name, costs) in enumerate(model.aims()):
        left = seconds - (monotonic() - started)
        value, gap = 0.0, 0.0
        if not (number < len(problem.targets) and model.reached(number)):
            value, gap = model.minimise(costs, max(left, 0.1))
        if gap:
            unproven = name
            break
        model.hold(costs, value)
        held.append((name, costs, value))
    if gap == float("inf"):
        raise OutOfTime
    chosen = shared_out(problem, _soonest(problem, model.chosen()))
    nearly = () if unproven or not model.columns else _nearly(problem, chosen, held)
    told = _added_up(problem, chosen)
    return replace(told, gap=gap, unproven=unproven, seconds=monotonic() - started, nearly=nearly)


def _soonest(problem: Problem, chosen: Sequence[Chosen]) -> Sequence[Chosen]:
    """The same options done as soon as the limits allow, all together; as they are where that is
    not found in time."""
    counts = dict(_added_up(problem, chosen).counts)
    years = len(problem.budgets)
    rounds = problem.rounds or (len(chosen),) * years
    options = tuple(one.option for one in chosen)
    every = tuple(Fair("", frozenset({one.product}), 1) for one in options)
    targets = tuple(
        replace(one, least=min(one.least, counts.get(one.indicator, (0,) * years)[one.by]))
        for one in problem.targets
    )
    model = Programme(replace(problem, options=options, targets=targets, rounds=rounds, fair=every))
    for _name, costs in list(model.aims())[: len(targets)]:
        model.hold(costs, 0)
    late = {at: float(one.done) for at, one in enumerate(model.columns)}
    model.minimise(late, FOR_ORDER)
    return model.chosen() or chosen


def _nearly(
    problem: Problem, chosen: Sequence[Chosen], held: Sequence[tuple[str, Costs, float]]
) -> tuple[Option, ...]:
    """Options of other products that come next: at the first aim that could be better yet, where
    parts of options may be taken, those which would make it least worse."""
    model = Programme(problem, whole=False)
    shorts = len(problem.targets)
    at = next((n for n, row in enumerate(held) if n >= shorts or row[2] > 0), len(held) - 1)
    for _name, costs, value in held[:at]:
        model.hold(costs, value)
    model.minimise(held[at][1], FOR_ORDER)
    reduced = model.reduced_costs()
    taken = {one.option.product for one in chosen}
    asked = {target.indicator for target in problem.targets} | set(problem.most)
    best: dict[str, tuple[float, int, str, Option]] = {}
    for column, one in enumerate(model.columns):
        option = one.option
        if (
            option.product in taken
            or option.cost > sum(problem.budgets)
            or not any(option.gives.get(name) for name in asked)
        ):
            continue
        told = (round(reduced[column], 6), option.cost, option.name, option)
        if option.product not in best or told[:3] < best[option.product][:3]:
            best[option.product] = told
    return tuple(row[3] for row in sorted(best.values(), key=lambda row: row[:3])[:NEARLY])


def extra_needed(problem: Problem, *, seconds: float = SECONDS) -> int | None:
    """The least money beyond the budgets, in whatever years, with which every target is met; None
    where no money would do (too few products, days, rounds). 0 where they are met already. Raises
    OutOfTime where neither was found out."""
    model = Programme(problem, extra=True)
    for _name, costs in list(model.aims())[: len(problem.targets)]:
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


def worth(
    problem: Problem, found: Portfolio, *, money: int = 0, days: int = 0, seconds: float = SECONDS
) -> list[dict[str, Any]]:
    """What so much more money, and so many more days where they limit, in every year would bring:
    for each what is gained by indicator, less short, less money, and whether both are proven. What
    is not found out in time is left out. Where targets are met alike nothing is gained: the rest
    would be ties."""
    rows: list[dict[str, Any]] = []
    for name, amount in (("money", money), ("days", days if problem.days is not None else 0)):
        if not amount:
            continue
        try:
            other = solve(with_more(problem, **{name: amount}), seconds=seconds)
        except OutOfTime:
            continue
        moved = not problem.targets or found.short != other.short
        gained = {
            one: other.counts.get(one, (0,))[-1] - found.counts.get(one, (0,))[-1]
            for one in sorted(found.counts.keys() | other.counts.keys())
            if moved
        }
        rows.append(
            {
                "of": name,
                "more": amount,
                "gained": gained,
                "short": sum(found.short) - sum(other.short),
                "saved": found.cost - other.cost,
                "proven": not (other.unproven or found.unproven),
            }
        )
    return rows


def robust(
    problem: Problem,
    portfolio: Portfolio,
    *,
    draws: int = 1000,
    spread: tuple[float, float] = (0.9, 1.4),
    seed: int = 1,
) -> tuple[float, tuple[float, ...]]:
    """Share of draws in which the money lasts for all that is done by each year, and in which it
    does and each target is met, when what each product costs is drawn evenly from the spread and
    success by its chance."""
    chance = np.random.default_rng(seed)
    chosen, years = portfolio.chosen, len(problem.budgets)
    factors = chance.uniform(*spread, size=(draws, len(chosen)))
    came = chance.uniform(0, 100, size=(draws, len(chosen))) < [c.option.chance for c in chosen]
    money = np.zeros((len(chosen), years))
    for at, one in enumerate(chosen):
        money[at, one.done :] = one.option.cost
    spent = factors @ money if chosen else np.zeros((draws, years))
    holds = (spent <= np.cumsum(problem.budgets) + 1e-9).all(axis=1)
    met = []
    for target in problem.targets:
        gives = np.array(
            [
                one.option.gives.get(target.indicator, 0) if one.done <= target.by else 0
                for one in chosen
            ]
        )
        got = came @ gives if chosen else np.zeros(draws)
        met.append(float(((got >= target.least) & holds).mean()))
    return float(holds.mean()), tuple(met)


def _added_up(problem: Problem, chosen: Sequence[Chosen]) -> Portfolio:
    years = len(problem.budgets)
    spent, days = [0] * years, [0] * years
    counts: dict[str, list[int]] = {}
    for one in chosen:
        for year, amount in enumerate(one.spend):
            spent[year] += amount
        for year, amount in enumerate(one.days):
            days[year] += amount
        for name, count in one.option.gives.items():
            row = counts.setdefault(name, [0] * years)
            for year in range(one.done, years):
                row[year] += count
    short = tuple(
        max(0, target.least - counts.get(target.indicator, [0] * years)[target.by])
        for target in problem.targets
    )
    totals = {name: tuple(row) for name, row in counts.items()}
    return Portfolio(tuple(chosen), tuple(spent), tuple(days), short, totals, 0.0, "", 0.0)
