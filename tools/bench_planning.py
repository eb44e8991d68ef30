"""Paths and portfolios measured against flat models in the same run: `make bench`."""

import random
import resource
import statistics
import time
from dataclasses import replace

from saola.planning import Goal, Ladder, Level, Unreachable, cheapest, fastest, safest
from saola.planning.paths import least_cost
from saola.planning.portfolio import Option, Problem, Target, solve
from tools import bench_flat

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
    for way in (cheapest, fastest, safest):
        times = sorted(_path(way, one) for one in sheets[:60])
        print(
            f"| {way.__name__} path, {CRITERIA} criteria | median {statistics.median(times):.1f} ms,"
            f" longest {times[-1]:.1f} ms | ≤ 10 ms |"
        )
    started = time.perf_counter()
    options = _options(sheets)
    paths = time.perf_counter() - started
    print(
        f"| paths of {PRODUCTS} products to two classes | {paths:.2f} s, {len(options)} options | – |"
    )
    money = sum(option.spend[0] for option in options) // 12
    problem = Problem((money,), tuple(options), (), ("five", "four"))
    found = solve(problem)
    print(
        f"| portfolio of {PRODUCTS} products, the budget alone | {found.seconds:.2f} s, gap "
        f"{found.gap:g} (with the paths {found.seconds + paths:.2f} s) | < 1 s |"
    )
    five = _over_years(options, money)
    found = solve(five)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"| five years, advisers' days, rounds, three targets | {found.seconds:.2f} s, gap "
        f"{found.gap:g}, {peak} MiB at most | ≤ 5 s, ≤ 500 MiB |"
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
    ours = bench_flat.FIVE * found.counts.get("five", (0,))[-1]
    ours += found.counts.get("four", (0,))[-1]
    print(
        f"| {len(sheets)} products, paths and portfolio | {took:.2f} s, value {ours:,}, gap "
        f"{found.gap:g} | – |"
    )
    bench_flat.measure(plain, money, ours, took)


def _path(way: object, ladders: list[Ladder]) -> float:
    goal = Goal(min(sum(one.now for one in ladders) + 25, _most(ladders)), {})
    started = time.perf_counter()
    way(ladders, goal)  # type: ignore[operator]
    return (time.perf_counter() - started) * 1000


def _most(ladders: list[Ladder]) -> int:
    return sum(max([one.now, *(level.points for level in one.levels)]) for one in ladders)


def _options(sheets: list[list[Ladder]]) -> list[Option]:
    """The cheapest way of each product to 70 and to 90 points."""
    made = []
    for number, ladders in enumerate(sheets):
        for name, points in (("four", 70), ("five", 90)):
            try:
                cost, raised = least_cost(ladders, Goal(points, {}))
            except Unreachable:
                continue
            if raised:
                made.append(Option(f"p{number}", name, (cost,), {name: 1}, (len(raised),)))
    return made


def _over_years(options: list[Option], money: int) -> Problem:
    """Each way parted over one or two years, with days, rounds and targets."""
    longer = [
        Option(o.product, o.name, (o.spend[0] - o.spend[0] // 2, o.spend[0] // 2), o.gives, o.days)
        for o in options
    ]
    return Problem(
        (money // 5,) * 5,
        tuple(longer),
        (Target("four", 150, 4), Target("five", 10, 4), Target("four", 40, 2)),
        (),
        (400,) * 5,
        (60,) * 5,
    )


if __name__ == "__main__":
    measure()
