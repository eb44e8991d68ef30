"""Paths and portfolios measured against flat models in the same run: `make bench`."""

import random
import resource
import statistics
import time

import highspy
import numpy as np

from saola.planning import Goal, Ladder, Level, Unreachable, cheapest, fastest, safest
from saola.planning.paths import least_cost
from saola.planning.portfolio import Option, Problem, Target, solve

PRODUCTS, CRITERIA = 500, 30
FLAT_SECONDS = 20.0


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
    _flat(sheets, money, solve(problem).counts)


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


def _flat(sheets: list[list[Ladder]], money: int, best: dict[str, tuple[int, ...]]) -> None:
    """The same in one programme with a column for each level: HiGHS for a fixed time. Products that
    reach 90 points count 1,000 times one that reaches 70, for it has one aim only."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 2)
    solver.setOptionValue("time_limit", FLAT_SECONDS)
    columns, spend, rows, costs = 0, {}, [], []
    for ladders in sheets:
        points: dict[int, float] = {}
        for one in ladders:
            of_one = []
            for level in one.levels:
                points[columns], spend[columns] = level.points - one.now, level.cost
                of_one.append(columns)
                costs.append(0.0)
                columns += 1
            rows.append((0.0, 1.0, dict.fromkeys(of_one, 1.0)))
        now = sum(one.now for one in ladders)
        four, five = columns, columns + 1
        columns += 2
        costs += [-1.0, -1000.0]
        rows.append((-now, highspy.kHighsInf, {**points, four: -70.0, five: -90.0}))
        rows.append((0.0, 1.0, {four: 1.0, five: 1.0}))
    rows.append((0.0, money, spend))
    for _cost in costs:
        solver.addVar(0, 1)
    where = np.arange(columns, dtype=np.int32)
    kinds = np.full(columns, highspy.HighsVarType.kInteger)
    solver.changeColsIntegrality(columns, where, kinds)
    solver.changeColsCost(columns, where, np.array(costs))
    for low, high, row in rows:
        index = np.fromiter(row, np.int32, len(row))
        solver.addRow(low, high, len(row), index, np.fromiter(row.values(), float, len(row)))
    started = time.perf_counter()
    solver.run()
    value = -solver.getInfo().objective_function_value
    ours = 1000 * best.get("five", (0,))[-1] + best.get("four", (0,))[-1]
    print(
        f"| the budget alone as one flat programme of {columns:,} columns, HiGHS | "
        f"{time.perf_counter() - started:.0f} s: value {value:,.0f} of {ours:,} by paths and "
        f"portfolio ({value / ours:.0%}), gap {solver.getInfo().mip_gap:.0%} | – |"
    )


if __name__ == "__main__":
    measure()
