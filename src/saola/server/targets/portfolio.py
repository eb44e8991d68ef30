"""A scenario solved: every product's ways as options, the best choice with its proof, what it would
take to reach more. What is found is kept as data for the pages."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from django.utils import timezone

from saola.planning import Unreachable
from saola.planning.paths import undominated
from saola.planning.portfolio import (
    Chosen,
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
from saola.planning.sheets import goal, ladders
from saola.server.places.models import Place
from saola.server.products.models import Product
from saola.server.recognition.queries import commune_today
from saola.server.targets.models import YEARS, Scenario
from saola.server.targets.paths import efforts
from saola.server.targets.progress import to_raise
from saola.server.targets.sheets import HIGHEST, LOWEST, Sheet, last_sheets
from saola.server.targets.terms import HOLDS, terms

INDICATORS = ("upgraded", "five_star", "products")
ENDLESS = 10**9  # million đồng
MORE_MONEY, MORE_DAYS = 100, 20  # a year, for what a little more is worth
SECONDS = 30.0  # for the plan itself; the looks aside take less
LATER = "later"  # of what would do: the targets' year put off


@dataclass(frozen=True)
class Gathered:
    """Options of all products, the sheet of each; keys of those that have none: nothing was
    assessed yet, no way leads up, the sheet is of a decision that is over. `mapped`: those whose
    sheet was read by the dated table, and its day."""

    options: list[Option]
    sheets: dict[int, str]
    unassessed: list[int]
    stuck: list[int]
    old: list[int]
    mapped: list[int]
    dated: str


def gather(province: str, days_per_step: int, *, by_steps: bool = True) -> Gathered:
    """The undominated ways of each product to each class above its own: in money, years and, where
    advisers' days limit (`by_steps`), steps. A product's class is that of the register where it
    holds one, else none; it counts as raised where it is among the 3 stars of the promise."""
    today = timezone.localdate()
    read = terms(today)
    known = {term.product for term, _state in read.last}
    held = {
        term.product: int(term.stars or 0)
        for term, state in read.last
        if state in (*HOLDS, "unknown")
    }
    promised = to_raise(read)
    products = Product.objects.filter(place__province_code=province).order_by("pk")
    keys = list(products.values_list("pk", flat=True))
    found = Gathered([], {}, [], [], [], [], "")
    told: dict[str, Any] = {}
    seen, dated = set(), ""
    for sheet in last_sheets(keys):
        product = sheet.product_id
        seen.add(product)
        if not sheet.in_force:
            found.old.append(product)
            continue
        if sheet.mapped is not None:
            found.mapped.append(product)
            dated = sheet.mapped.dated
        key = sheet.criteria_set.id
        if key not in told:
            told[key] = efforts(sheet.criteria_set, province)
        now = held.get(product, 0 if product in known else _by_council(sheet))
        standing = Standing(now, product in promised)
        made = list(_options(sheet, standing, told[key], days_per_step, by_steps=by_steps))
        found.options.extend(made)
        found.sheets[product] = key
        if not made and now < HIGHEST:
            found.stuck.append(product)
    found.unassessed.extend(key for key in keys if key not in seen)
    return replace(found, dated=dated)


def _by_council(sheet: Sheet) -> int:
    """A product that the register does not know has the class that the council gave it."""
    return sheet.next_stars - 1 if sheet.by_council and sheet.next_stars > LOWEST else 0


@dataclass(frozen=True, slots=True)
class Standing:
    """The class that a product has (0: none), and whether raising it counts for the promise."""

    stars: int
    promised: bool


def _options(
    sheet: Sheet, now: Standing, told: Any, per_step: int, *, by_steps: bool
) -> Iterator[Option]:
    rows = ladders(sheet.criteria_set, sheet.points, told, cases=sheet.cases)
    for stars in range(max(LOWEST, now.stars + 1), HIGHEST + 1):
        gives = {
            "upgraded": int(now.promised and stars > LOWEST),
            "five_star": int(stars == HIGHEST),
            "products": int(now.stars < LOWEST),
        }
        try:
            plans = undominated(rows, goal(sheet.criteria_set, stars), YEARS, by_steps=by_steps)
        except Unreachable:
            return
        for plan in plans:
            yield Option(
                str(sheet.product_id),
                str(stars),
                plan.cost,
                max(1, -(-plan.months // 12)),
                gives,
                per_step * len(plan.steps),
                max(1, round(plan.chance * 100)),
                tuple((s.criterion, s.level.points, s.level.cost, s.ends) for s in plan.steps),
            )


def problem_of(scenario: Scenario, options: list[Option]) -> Problem:
    """As the library asks it. Targets come in the order of what is first; where none is set, as
    much as can be is had."""
    order = sorted(INDICATORS, key=lambda one: one != scenario.first)
    targets = tuple(
        Target(one, int(scenario.targets[one]), scenario.due_at)
        for one in order
        if scenario.targets.get(one)
    )
    return Problem(
        tuple(scenario.budgets),
        tuple(options),
        targets,
        () if targets else tuple(order),
        tuple(scenario.days) or None,
        tuple(scenario.rounds) or None,
        tuple(_fair(scenario, options)),
    )


def _fair(scenario: Scenario, options: list[Option]) -> Iterator[Fair]:
    """Each commune that has a product with a way; the area that the province named."""
    today = commune_today()
    keys = {int(option.product) for option in options}
    places = Product.objects.filter(pk__in=keys).values_list("pk", "place")
    of: dict[str, set[str]] = {}
    for product, place in places:
        of.setdefault(today(place), set()).add(str(product))
    if scenario.each_commune:
        names = dict(Place.objects.communes().values_list("code", "name"))
        for code, products in sorted(of.items()):
            yield Fair(names.get(code, code), frozenset(products), 1)
    if scenario.area_least:
        area = {place.code for place in scenario.area.all()}
        inside = frozenset(one for code in area for one in of.get(code, ()))
        yield Fair("các xã ưu tiên", inside, scenario.area_least)


def solved(scenario: Scenario) -> dict[str, Any]:
    """What the pages tell. `impossible` names the fairness that cannot be had, with the money that
    would do; `nothing_found`: the time was over before anything was found."""
    gathered = gather(scenario.province_code, scenario.days_per_step, by_steps=bool(scenario.days))
    problem = problem_of(scenario, gathered.options)
    told: dict[str, Any] = {
        "unassessed": len(gathered.unassessed),
        "stuck": gathered.stuck,
        "old": gathered.old,
        "mapped": len(gathered.mapped),
        "dated": gathered.dated,
        "products": len({option.product for option in gathered.options}),
    }
    try:
        found = solve(problem, seconds=SECONDS)
    except OutOfTime:
        return told | {"nothing_found": True}
    except Impossible:
        return told | {"impossible": _cannot(problem), "fair_needs": _fair_needs(problem)}
    lasts, met = robust(problem, found)
    told |= _told(found, gathered.sheets) | {
        "targets": [
            {"indicator": t.indicator, "least": t.least, "short": short, "met": round(share, 3)}
            for t, short, share in zip(problem.targets, found.short, met, strict=True)
        ],
        "money_lasts": round(lasts, 3),
        "worth": worth(problem, found, money=MORE_MONEY, days=MORE_DAYS, seconds=SECONDS / 2),
    }
    if any(found.short):
        try:
            told["extra_needed"] = extra_needed(problem, seconds=SECONDS / 2)
        except OutOfTime:
            told["not_found_out"] = True
        else:
            told["would_do"] = _would_do(problem) if told["extra_needed"] is None else {}
    return told


def _fair_needs(problem: Problem) -> int | None:
    """The least more money with which the fairness can be had; None where none would do."""
    try:
        return extra_needed(replace(problem, targets=(), most=()), seconds=SECONDS / 4)
    except (Impossible, OutOfTime):
        return None


def _would_do(problem: Problem) -> dict[str, Any]:
    """What would make the targets possible where money alone does not: money (beyond the budgets)
    once a limit is gone or the year is put off, and what is short even then: too few products lead
    there."""
    last = len(problem.budgets) - 1
    later = replace(problem, targets=tuple(replace(one, by=last) for one in problem.targets))
    days, rounds = problem.days is not None, problem.rounds is not None
    looks = {
        LATER: later if later != problem else None,
        "days": replace(problem, days=None) if days else None,
        "rounds": replace(problem, rounds=None) if rounds else None,
        "both": replace(problem, days=None, rounds=None) if days and rounds else None,
    }
    made: dict[str, Any] = {}
    for name, look in looks.items():
        if look is not None:
            with suppress(OutOfTime):
                made[name] = extra_needed(look, seconds=SECONDS / 4)
    endless = replace(later, budgets=(ENDLESS,) * YEARS, days=None, rounds=None)
    short = solve(endless, seconds=SECONDS / 4).short
    made["products"] = [
        {"indicator": target.indicator, "most": target.least - missing}
        for target, missing in zip(problem.targets, short, strict=True)
        if missing
    ]
    return made


def _told(found: Portfolio, sheets: Mapping[int, str]) -> dict[str, Any]:
    return {
        "chosen": [_row(one, sheets) for one in found.chosen],
        "nearly": [
            {"product": int(one.product), "stars": int(one.name), "cost": one.cost}
            for one in found.nearly
        ],
        "spent": list(found.spent),
        "days": list(found.days),
        "counts": {one: list(found.counts.get(one, [0] * YEARS)) for one in INDICATORS},
        "cost": found.cost,
        "gap": round(found.gap, 4),
        "unproven": found.unproven,
        "seconds": round(found.seconds, 2),
    }


def _row(one: Chosen, sheets: Mapping[int, str]) -> dict[str, Any]:
    """A chosen product with the money of each year, and its steps: each in the year in which money
    comes to it, but never so late that what waits for it could not be done in time."""
    had, gone = list(accumulate(one.spend)), 0
    begun = next((year for year, money in enumerate(one.spend) if money), one.done)
    months = max((step[3] for step in one.option.steps), default=0)
    steps = []
    for criterion, points, cost, ends in one.option.steps:
        gone += cost
        paid = next((year for year, money in enumerate(had) if money >= gone), one.done)
        latest = max(0, one.done - (months - ends) // 12)  # or what waits for it is late
        steps.append([criterion, points, cost, min(latest, max(paid, begun))])
    product = int(one.option.product)
    return {
        "product": product,
        "stars": int(one.option.name),
        "done": one.done,
        "spend": list(one.spend),
        "cost": one.option.cost,
        "days": one.option.days,
        "chance": one.option.chance,
        "steps": steps,
        "sheet": sheets.get(product, ""),
    }


def _cannot(problem: Problem) -> list[str]:
    """The fairness that cannot be had even alone; where each could, all of them."""
    alone = []
    for fair in problem.fair:
        try:
            solve(replace(problem, fair=(fair,), targets=(), most=()), seconds=2)
        except Impossible:
            alone.append(fair.name)
        except OutOfTime:
            continue
    return alone or [fair.name for fair in problem.fair]


def run(pk: int) -> None:
    """Solve it as it stands and keep what was found, unless it was changed meanwhile: then it is
    solved anew."""
    scenario = Scenario.objects.filter(pk=pk, state=Scenario.State.SOLVING).first()
    while scenario is not None:
        revision = scenario.revision
        try:
            found = solved(scenario)
            state = "impossible" if "impossible" in found else "solved"
        except Exception:
            Scenario.objects.filter(pk=pk).update(state=Scenario.State.FAILED)
            raise
        same = Scenario.objects.filter(pk=pk, revision=revision)
        if same.update(state=state, result=found, solved_revision=revision):
            return
        scenario = Scenario.objects.filter(pk=pk).first()
