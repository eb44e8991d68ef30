"""A scenario solved: every product's ways as options, the best choice with its proof, what it would
take to reach more. What is found is kept as data for the pages."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from saola.planning import Level, Plan, Unreachable, cheapest, fastest
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
    with_more,
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
DEAR = 10**6  # million đồng, more than all steps of a sheet
ENDLESS = 10**9  # million đồng
MORE_MONEY, MORE_DAYS = 100, 20  # a year, for what a little more is worth
LATER = 2  # years that a plan may be drawn out
SECONDS = 30.0  # for the plan itself; the looks aside take less


@dataclass(frozen=True)
class Gathered:
    """Options of all products, and keys of those that have none: nothing was assessed yet, or no
    way leads up."""

    options: list[Option]
    unassessed: list[int]
    stuck: list[int]


def gather(province: str, days_per_step: int) -> Gathered:
    """The ways (cheapest, quickest, fewest steps) of each product to each class above its own. A
    product's class is that of the register where it holds one, else none."""
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
    options: list[Option] = []
    stuck: list[int] = []
    told: dict[str, Any] = {}
    seen = set()
    for sheet in last_sheets(keys):
        seen.add(sheet.product_id)
        key = sheet.criteria_set.id
        if key not in told:
            told[key] = efforts(sheet.criteria_set, province)
        product = sheet.product_id
        now = held.get(product, 0 if product in known else _by_council(sheet))
        mine = product in promised if product in known else now == LOWEST
        try:
            found = list(_options(sheet, Standing(now, mine), told[key], days_per_step))
        except ValueError:  # criteria of the province's table that wait for each other
            found = []
        options += found
        if not found and now < HIGHEST:
            stuck.append(sheet.product_id)
    return Gathered(options, [key for key in keys if key not in seen], stuck)


def _by_council(sheet: Sheet) -> int:
    """A product that the register does not know has the class that the council gave it."""
    return sheet.next_stars - 1 if sheet.by_council and sheet.next_stars > LOWEST else 0


@dataclass(frozen=True, slots=True)
class Standing:
    """The class that a product has (0: none), and whether raising it counts for the promise."""

    stars: int
    promised: bool


def _options(sheet: Sheet, now: Standing, told: Any, per_step: int) -> Iterator[Option]:
    """Its cheapest way to each class, its quickest, and that of the fewest steps, which takes the
    least of the advisers' days."""
    rows = ladders(sheet.criteria_set, sheet.points, told, cases=sheet.cases)
    few = [replace(row, levels=tuple(_dear(level) for level in row.levels)) for row in rows]
    for stars in range(max(LOWEST, now.stars + 1), HIGHEST + 1):
        asked = goal(sheet.criteria_set, stars)
        try:
            plans = [cheapest(rows, asked), fastest(rows, asked)]
        except Unreachable:
            return
        plans.append(_with_costs(cheapest(few, asked)))
        gives = {
            "upgraded": int(now.promised and stars > LOWEST),
            "five_star": int(stars == HIGHEST),
            "products": int(now.stars < LOWEST),
        }
        seen = set()
        for plan in plans:
            chance = max(1, round(plan.chance * 100))
            for spend, days in _spread(plan, per_step):
                if (spend, days) not in seen:
                    seen.add((spend, days))
                    yield Option(str(sheet.product_id), str(stars), spend, gives, days, chance)


def _dear(level: Level) -> Level:
    """So dear that one step less is always cheaper."""
    return replace(level, cost=level.cost + DEAR)


def _with_costs(plan: Plan) -> Plan:
    """A plan of dear levels with what they cost in truth."""
    steps = tuple(
        replace(step, level=replace(step.level, cost=step.level.cost - DEAR)) for step in plan.steps
    )
    return replace(plan, steps=steps, cost=sum(step.level.cost for step in steps))


def _spread(plan: Plan, per_step: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Money and advisers' days in each year since the first: as soon as can be, and with the same
    steps in the same order parted over up to two years more, for budgets that are small. A step is
    paid in the year in which it begins; the last year is that in which all are done."""
    soonest = max(1, -(-plan.months // 12))
    seen = set()
    for years in range(soonest, min(soonest + LATER, YEARS) + 1):
        spend, days, gone, end = [0] * YEARS, [0] * YEARS, 0, 1
        for step in plan.steps:
            even = gone * years // max(plan.cost, 1) if years > soonest else 0
            at = min(max(even, step.begins // 12), YEARS - 1)
            spend[at] += step.level.cost
            days[at] += per_step
            gone += step.level.cost
            end = max(end, at + max(1, -(-(step.begins % 12 + step.level.months) // 12)))
        found = (tuple(spend[:end]), tuple(days[:end]))
        if end <= YEARS and found not in seen:
            seen.add(found)
            yield found


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
        scenario.carry,
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
    """What the pages tell. `impossible` names the fairness that cannot be had."""
    gathered = gather(scenario.province_code, scenario.days_per_step)
    problem = problem_of(scenario, gathered.options)
    told: dict[str, Any] = {
        "unassessed": len(gathered.unassessed),
        "stuck": gathered.stuck,
        "products": len({option.product for option in gathered.options}),
    }
    try:
        found = solve(problem, seconds=SECONDS)
    except Impossible:
        return told | {"impossible": _cannot(problem)}
    lasts, met = robust(problem, found)
    told |= _told(found) | {
        "targets": [
            {"indicator": t.indicator, "least": t.least, "short": short, "met": round(share, 3)}
            for t, short, share in zip(problem.targets, found.short, met, strict=True)
        ],
        "money_lasts": round(lasts, 3),
        "worth": _worth(problem, found),
    }
    if any(found.short):
        try:
            told["extra_needed"] = extra_needed(problem, seconds=SECONDS / 2)
            if told["extra_needed"] is None:
                told["would_do"] = _would_do(problem)
        except OutOfTime:
            told["not_found_out"] = True
    return told


def _would_do(problem: Problem) -> dict[str, Any]:
    """What would make the targets possible where money alone does not: money (beyond the budgets)
    once a limit is gone, and what is short even without any limit: too few products lead there."""
    made: dict[str, Any] = {}
    if problem.days is not None:
        made["days"] = extra_needed(replace(problem, days=None), seconds=SECONDS / 4)
    if problem.rounds is not None:
        made["rounds"] = extra_needed(replace(problem, rounds=None), seconds=SECONDS / 4)
    if problem.days is not None and problem.rounds is not None:
        both = replace(problem, days=None, rounds=None)
        made["both"] = extra_needed(both, seconds=SECONDS / 4)
    endless = replace(problem, budgets=(ENDLESS,) * YEARS, days=None, rounds=None)
    short = solve(endless, seconds=SECONDS / 4).short
    made["products"] = [
        {"indicator": target.indicator, "most": target.least - missing}
        for target, missing in zip(problem.targets, short, strict=True)
        if missing
    ]
    return made


def _told(found: Portfolio) -> dict[str, Any]:
    def row(one: Chosen) -> dict[str, Any]:
        return {
            "product": int(one.option.product),
            "stars": int(one.option.name),
            "start": one.start,
            "done": one.done,
            "cost": sum(one.option.spend),
            "days": sum(one.option.days),
            "chance": one.option.chance,
        }

    return {
        "chosen": [row(one) for one in found.chosen],
        "nearly": [row(one) for one in found.nearly],
        "spent": list(found.spent),
        "days": list(found.days),
        "counts": {one: list(found.counts.get(one, [0] * YEARS)) for one in INDICATORS},
        "cost": found.cost,
        "gap": None if found.gap == float("inf") else found.gap,
        "proven": found.gap == 0,
        "seconds": round(found.seconds, 2),
    }


def _worth(problem: Problem, found: Portfolio) -> list[dict[str, Any]]:
    """What a little more money or time of advisers in every year would bring: more of each
    indicator, less short, less money."""
    looks = [("money", MORE_MONEY, with_more(problem, money=MORE_MONEY))]
    if problem.days is not None:
        looks.append(("days", MORE_DAYS, with_more(problem, days=MORE_DAYS)))
    rows = []
    for name, amount, more in looks:
        other = solve(more, seconds=SECONDS / 2)
        gained = {
            one: other.counts.get(one, (0,))[-1] - found.counts.get(one, (0,))[-1]
            for one in INDICATORS
        }
        rows.append(
            {
                "of": name,
                "more": amount,
                "gained": gained,
                "short": sum(found.short) - sum(other.short),
                "saved": found.cost - other.cost,
                "proven": other.gap == 0 and found.gap == 0,
            }
        )
    return rows


def _cannot(problem: Problem) -> list[str]:
    """The fairness that cannot be had even alone; where each could, all of them."""
    alone = []
    for fair in problem.fair:
        try:
            solve(replace(problem, fair=(fair,), targets=(), most=()), seconds=2)
        except Impossible:
            alone.append(fair.name)
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
