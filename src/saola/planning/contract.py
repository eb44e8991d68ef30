"""`saola plan`: a scenario as JSON in, its result as JSON out; docs/planning.md has both."""

import json
from typing import Any

from saola.criteria import UnknownSheet, load
from saola.planning import explain
from saola.planning.paths import Plan, Unreachable, cheapest, fastest, safest
from saola.planning.portfolio import (
    Fair,
    Impossible,
    Option,
    OutOfTime,
    Portfolio,
    Problem,
    Target,
    extra_needed,
    robust,
    solve,
    worth,
)
from saola.planning.sheets import MARGIN, Effort, goal, guess_source, ladders

WAYS = {"cheapest": cheapest, "fastest": fastest, "safest": safest}


class Refused(ValueError):
    """The scenario cannot be understood; the text says where and why."""


def run(text: bytes) -> dict[str, Any]:
    """The result of a scenario: {"path": …} or {"portfolio": …}. Raises Refused."""
    try:
        data = json.loads(text)
        json.dumps(data, ensure_ascii=False).encode()  # no half characters
    except (ValueError, RecursionError) as fault:
        raise Refused(f"no JSON: {fault}") from None
    if not isinstance(data, dict) or not ({"path", "portfolio"} & data.keys()):
        raise Refused("an object with path or portfolio is expected")
    try:
        return _path(data["path"]) if "path" in data else _portfolio(data["portfolio"])
    except (KeyError, TypeError, AttributeError, OverflowError, UnknownSheet) as fault:
        raise Refused(f"{type(fault).__name__}: {fault}") from None
    except Impossible as fault:
        return {"impossible": list(fault.names)}
    except ValueError as fault:
        raise Refused(str(fault)) from None


def _path(data: dict[str, Any]) -> dict[str, Any]:
    criteria_set = load(data["sheet"])
    told = {name: _effort(name, row) for name, row in data.get("efforts", {}).items()}
    needs = {
        name: [(str(other), int(points)) for other, points in rows]
        for name, rows in data.get("needs", {}).items()
    }
    for name, points in data["now"].items():
        if name not in criteria_set.by_id:
            raise Refused(f"{name}: no criterion of this sheet")
        _whole(points, name, 0, criteria_set.by_id[name].max)
    rows = ladders(criteria_set, data["now"], told, cases=data.get("cases", {}), needs=needs)
    stars = int(data["stars"])
    asked = goal(criteria_set, stars, margin=int(data.get("margin", MARGIN)))
    guesses = {ladder.criterion for ladder in rows} - told.keys()
    support = {name: str(row.get("support", "")) for name, row in data.get("efforts", {}).items()}
    made: dict[str, Any] = {
        "sheet": criteria_set.id,
        "fingerprint": criteria_set.fingerprint,
        "stars": stars,
        "points": asked.points,
    }
    for name, way in WAYS.items():
        try:
            plan = way(rows, asked)
        except Unreachable as out:
            made[name] = None
            made["explained"] = explain.why_not(out, criteria_set, stars)
            continue
        lines = explain.explain(plan, criteria_set, stars, guesses, support)
        made[name] = _plan(plan) | {"explained": lines}
        if name == "cheapest":
            made["explained"] = lines
            made["guesses"] = sorted({step.criterion for step in plan.steps} & guesses)
            made["guesses_of"] = guess_source() if made["guesses"] else ""
    return made


def _effort(name: str, row: dict[str, Any]) -> Effort:
    return Effort(
        _range(row["cost"], f"{name}: cost"),
        _range(row["months"], f"{name}: months"),
        _whole(row.get("chance", 100), f"{name}: chance", 1, 100),
    )


def _option(row: dict[str, Any]) -> Option:
    return Option(
        str(row["product"]),
        str(row.get("name", "")),
        _whole(row["cost"], "cost"),
        _whole(row.get("years", 1), "years", 1),
        {str(name): _whole(n, "gives") for name, n in row["gives"].items()},
        _whole(row.get("days", 0), "days"),
        _whole(row.get("chance", 100), "chance", 1, 100),
    )


def _whole(value: Any, what: str, least: int = 0, most: int = 10**12) -> int:
    """A whole number within its limits."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refused(f"{what}: a whole number from {least} to {most} is expected")
    return value


def _range(value: Any, what: str) -> tuple[int, int]:
    """From and to."""
    if not isinstance(value, list) or len(value) != 2:
        raise Refused(f"{what}: two numbers are expected, from and to")
    low, high = (_whole(one, what) for one in value)
    if high < low:
        raise Refused(f"{what}: the second number is below the first")
    return low, high


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "cost": plan.cost,
        "months": plan.months,
        "points": plan.points,
        "chance": round(plan.chance, 6),
        "steps": [
            {
                "criterion": step.criterion,
                "points": step.level.points,
                "cost": step.level.cost,
                "begins": step.begins,
                "ends": step.ends,
            }
            for step in plan.steps
        ],
    }


def _portfolio(data: dict[str, Any]) -> dict[str, Any]:
    limits = {
        name: None if data.get(name) is None else tuple(_whole(n, name) for n in data[name])
        for name in ("days", "rounds")
    }
    problem = Problem(
        tuple(_whole(n, "budgets") for n in data["budgets"]),
        tuple(map(_option, data["options"])),
        tuple(
            Target(row["indicator"], _whole(row["least"], "least"), row["by"])
            for row in data.get("targets", ())
        ),
        tuple(data.get("most", ())),
        limits["days"],
        limits["rounds"],
        tuple(
            Fair(row["name"], frozenset(row["products"]), row["least"])
            for row in data.get("fair", ())
        ),
    )
    try:
        found = solve(problem)
    except OutOfTime:
        return {"out_of_time": True}
    told = _told(found)
    lasts, met = robust(problem, found)
    told["robust"] = {"money_lasts": round(lasts, 3), "targets_met": [round(one, 3) for one in met]}
    more = {n: _whole(data.get("more", {}).get(n, 0), f"more: {n}") for n in ("money", "days")}
    told["worth"] = worth(problem, found, **more)
    if any(found.short):
        try:
            told["extra_needed"] = extra_needed(problem)
        except OutOfTime:
            told["extra_needed"] = "not found out in time"
    return told


def _told(found: Portfolio) -> dict[str, Any]:
    return {
        "chosen": [
            {
                "product": one.option.product,
                "name": one.option.name,
                "done": one.done,
                "spend": list(one.spend),
                "days": list(one.days),
            }
            for one in found.chosen
        ],
        "spent": list(found.spent),
        "days": list(found.days),
        "short": list(found.short),
        "counts": {name: list(counts) for name, counts in found.counts.items()},
        "cost": found.cost,
        "proven": not found.unproven,
        "unproven": found.unproven,
        "gap": round(found.gap, 6),
        "nearly": [{"product": one.product, "name": one.name} for one in found.nearly],
    }
