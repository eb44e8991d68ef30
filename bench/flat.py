"""The portfolio as one flat programme with a column for each level of each criterion, by HiGHS,
SciPy and CP-SAT: what paths and portfolio are measured against."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from saola.planning import Ladder

SECONDS = 20.0
FIVE = 1000  # one aim only: a product of 90 points counts so many of 70
Row = tuple[float, float, dict[int, int]]


@dataclass
class Flat:
    """Make `costs` small; all columns are 0 or 1."""

    costs: list[int]
    rows: list[Row]


def flat(sheets: Sequence[Sequence[Ladder]], money: int) -> Flat:
    """The same question as the budget alone asks."""
    costs: list[int] = []
    rows: list[Row] = []
    spend: dict[int, int] = {}
    for ladders in sheets:
        points: dict[int, int] = {}
        for one in ladders:
            own = {}
            for level in one.levels:
                at = len(costs)
                points[at], spend[at], own[at] = level.points - one.now, level.cost, 1
                costs.append(0)
            if own:
                rows.append((0, 1, own))
        now = sum(one.now for one in ladders)
        four, five = len(costs), len(costs) + 1
        costs += [-1, -FIVE]
        rows.append((-now, highspy.kHighsInf, {**points, four: -70, five: -90}))
        rows.append((0, 1, {four: 1, five: 1}))
    rows.append((0, money, spend))
    return Flat(costs, rows)


def by_highs(model: Flat) -> tuple[float, float]:
    """Value and gap."""
    solver = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 2), ("time_limit", SECONDS)):
        solver.setOptionValue(name, value)
    where = np.arange(len(model.costs), dtype=np.int32)
    for _cost in model.costs:
        solver.addVar(0, 1)
    kinds = np.full(len(where), highspy.HighsVarType.kInteger)
    solver.changeColsIntegrality(len(where), where, kinds)
    solver.changeColsCost(len(where), where, np.array(model.costs, float))
    for low, high, row in model.rows:
        index = np.fromiter(row, np.int32, len(row))
        solver.addRow(low, high, len(row), index, np.fromiter(row.values(), float, len(row)))
    solver.run()
    info = solver.getInfo()
    return -info.objective_function_value, info.mip_gap


def by_scipy(model: Flat) -> tuple[float, float]:
    """Value and gap."""
    table = csr_matrix(
        (
            [value for _, _, row in model.rows for value in row.values()],
            (
                [number for number, (_, _, row) in enumerate(model.rows) for _ in row],
                [column for _, _, row in model.rows for column in row],
            ),
        ),
        shape=(len(model.rows), len(model.costs)),
    )
    limits = LinearConstraint(table, [r[0] for r in model.rows], [r[1] for r in model.rows])
    found = milp(
        model.costs, integrality=np.ones(len(model.costs)), bounds=Bounds(0, 1),
        constraints=limits, options={"time_limit": SECONDS, "mip_rel_gap": 0.0},
    )  # fmt: skip
    return -(found.fun or 0), found.mip_gap if found.mip_gap is not None else 1.0


def by_cp_sat(model: Flat) -> tuple[float, float]:
    """Value and gap."""
    made = cp_model.CpModel()
    columns = [made.new_bool_var("") for _ in model.costs]
    for low, high, row in model.rows:
        told = sum(value * columns[at] for at, value in row.items())
        made.add(told >= int(low))
        if high != highspy.kHighsInf:
            made.add(told <= int(high))
    made.minimize(sum(c * columns[at] for at, c in enumerate(model.costs) if c))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = SECONDS
    solver.parameters.num_workers = 2
    solver.solve(made)
    value, bound = -solver.objective_value, -solver.best_objective_bound
    return value, abs(bound - value) / max(abs(value), 1)


SOLVERS: tuple[tuple[str, Callable[[Flat], tuple[float, float]]], ...] = (
    ("HiGHS", by_highs), ("SciPy", by_scipy), ("CP-SAT", by_cp_sat),
)  # fmt: skip


def measure(
    sheets: Sequence[Sequence[Ladder]], money: int, ours: int, seconds: float
) -> None:  # fmt: skip
    """One row for each solver; `ours` is the value by paths and portfolio, in so many seconds."""
    model = flat(sheets, money)
    for name, solve in SOLVERS:
        started = time.perf_counter()
        value, gap = solve(model)
        took = time.perf_counter() - started
        print(
            f"| the same {len(sheets)} products as one flat programme of {len(model.costs):,} "
            f"columns, {name} | {took:.1f} s ({took / seconds:.0f} × ours): {value / ours:.0%} of "
            f"our value, gap {gap:.1%} | – |"
        )
