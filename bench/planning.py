"""Paths and portfolios measured against flat models in the same run: `make bench`."""

import random
import resource
import statistics
import time
from dataclasses import replace

from bench import flat
from saola.planning import Goal, Ladder, Level, Plan, Unreachable, cheapest, fastest, safest
from saola.planning.paths import Step, least_cost, undominated
from saola.planning.portfolio import Fair, Option, Problem, Target, solve

PRODUCTS, CRITERIA = 500, 30
FEW = 8  # products of which a flat model is proven in time


def sheet(chance: random.Random) -> list[Ladder]:
    """A made-up sheet of 30 criteria with three to six levels, 90 to 100 points in all."""
    ladders = []
    for number in range(CRITERIA):
        most = chance.choice((2, 3, 3, 4, 5))
        now = chance.randint(0, most - 1)
        needs = ((f"c{number - 1}", 1),) if number % 10 == 5 else ()
        levels = tuple(
            Level(
                points,
                chance.randint(1, 80),
                chance.randint(0, 12),
                chance.choice((60, 80, 95, 100)),
                needs,
            )
            for points in range(now + 1, most + 1)
        )
        ladders.append(Ladder(f"c{number}", now, levels))
    return ladders


def measure() -> None:
    """Print the rows of docs/performance.md."""
    chance = random.Random(11)
    sheets = [sheet(chance) for _ in range(PRODUCTS)]
    print("\n| plans | measured | goal |\n|---|---|---|")
    _path(cheapest, sheets[0])  # so that the first is not measured with what it loads
    for way in (cheapest, fastest, safest):
        times = sorted(_path(way, one) for one in sheets[:60])
        print(
            f"| {way.__name__} path, {CRITERIA} criteria | median {statistics.median(times):.1f} ms,"
            f" longest {times[-1]:.1f} ms | ≤ 10 ms |"
        )
    started = time.perf_counter()
    options = _options(sheets)
    paths = time.perf_counter() - started
    money = sum(option.cost for option in options) // 12
    problem = Problem((money,), tuple(options), (), ("five", "four"))
    found = solve(problem)
    print(
        f"| {PRODUCTS} products to two classes, the budget alone: {len(options)} ways in "
        f"{paths:.2f} s, portfolio | {found.seconds:.2f} s, gap {found.gap:g} (together "
        f"{found.seconds + paths:.2f} s) | < 1 s |"
    )
    started = time.perf_counter()
    every = _options(sheets, years=5)
    paths = time.perf_counter() - started
    for name, five in _five_years(every, money):
        found = solve(five)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"| five years, {name}: {len(every)} undominated ways in {paths:.2f} s, portfolio | "
            f"{found.seconds:.2f} s, gap {found.gap:g}, short {found.short}, {peak} MiB at most | "
            f"≤ 5 s, ≤ 500 MiB |"
        )
    for count in (FEW, PRODUCTS):
        _against_flat(sheets[:count], money * count // PRODUCTS)


def _against_flat(sheets: list[list[Ladder]], money: int) -> None:
    """Ours and three flat models of the same products and money, without needs among criteria."""
    plain = [
        [Ladder(o.criterion, o.now, tuple(replace(v, needs=()) for v in o.levels)) for o in one]
        for one in sheets
    ]
    started = time.perf_counter()
    found = solve(Problem((money,), tuple(_options(plain)), (), ("five", "four")))
    took = time.perf_counter() - started
    ours = flat.FIVE * found.counts.get("five", (0,))[-1]
    ours += found.counts.get("four", (0,))[-1]
    print(
        f"| {len(sheets)} products, paths and portfolio | {took:.2f} s, value {ours:,}, gap "
        f"{found.gap:g} | – |"
    )
    flat.measure(plain, money, ours, took)


def _path(way: object, ladders: list[Ladder]) -> float:
    goal = Goal(min(sum(one.now for one in ladders) + 25, _most(ladders)), {})
    started = time.perf_counter()
    way(ladders, goal)  # type: ignore[operator]
    return (time.perf_counter() - started) * 1000


def _most(ladders: list[Ladder]) -> int:
    return sum(max([one.now, *(level.points for level in one.levels)]) for one in ladders)


def _options(sheets: list[list[Ladder]], years: int = 1) -> list[Option]:
    """The undominated ways of each product to 70 and to 90 points: in money and years, in more than
    one year in steps too, for days of advisers limit there. Long steps of one year's question count
    as done in it."""
    made = []
    for number, ladders in enumerate(sheets):
        for name, points in (("four", 70), ("five", 90)):
            try:
                plans = (
                    undominated(ladders, Goal(points, {}), years)
                    if years > 1
                    else [cheap_one(ladders, points)]
                )
            except Unreachable:
                continue
            made += [
                Option(
                    f"p{number}", name, plan.cost, max(1, -(-plan.months // 12)) if years > 1 else 1,
                    {name: 1}, len(plan.steps),
                )
                for plan in plans
                if plan.steps
            ]  # fmt: skip
    return made


def cheap_one(ladders: list[Ladder], points: int) -> Plan:
    """What one year's money alone asks for; its order in time is not needed."""
    cost, raised = least_cost(ladders, Goal(points, {}))
    steps = tuple(Step(name, Level(1, 0, 0), 0, 0) for name in raised)
    return Plan(steps, cost, 0, points, 1.0)


def _five_years(options: list[Option], money: int) -> list[tuple[str, Problem]]:
    """Money, advisers' days, products a year, three targets: enough for all, and too little."""
    targets = (Target("four", 150, 4), Target("five", 10, 4), Target("four", 40, 2))
    whole = tuple(options)
    rich = Problem((money // 5,) * 5, whole, targets, (), (400,) * 5, (60,) * 5)
    poor = Problem((money // 20,) * 5, whole, targets, (), (120,) * 5, (30,) * 5)
    places = tuple(
        Fair(f"x{n}", frozenset(f"p{k}" for k in range(n, PRODUCTS, 75)), 1) for n in range(75)
    )
    fair = replace(rich, fair=places, days=(500,) * 5)
    return [("days, rounds, three targets", rich), ("too little of all", poor),
            ("each of 75 communes too", fair)]  # fmt: skip


if __name__ == "__main__":
    measure()
