"""The way of one product to the next star: from its last sheet, with the province's figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Any

from django.db import transaction

from saola.criteria import CriteriaSet, rulebook
from saola.lifecycle.machine import Refused
from saola.planning import Plan, Unreachable, cheapest, fastest, safest
from saola.planning.explain import explain, why_not
from saola.planning.sheets import Effort, goal, guess_source, ladders
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.councils.models import Result
from saola.server.councils.reports.gaps import means
from saola.server.dossiers.completeness import marks
from saola.server.dossiers.models import Dossier, SelfAssessment
from saola.server.journal.record import record
from saola.server.products.models import Product
from saola.server.targets.models import EffortRow, StepDone
from saola.vietnamese.folding import fold

HIGHEST = 5
WAYS = (
    ("cheapest", "Ít tiền nhất", cheapest),
    ("fastest", "Nhanh nhất", fastest),
    ("safest", "Chắc chắn nhất", safest),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where a product stands: points by criterion, whose word it is, the class to reach next."""

    dossier: Dossier
    criteria_set: CriteriaSet
    points: dict[str, int]
    by_council: bool
    next_stars: int


@dataclass(frozen=True, slots=True)
class Way:
    """One way: its name, the plan (None where there is none), its lines for people."""

    key: str
    name: str
    plan: Plan | None
    lines: list[str]


def last_sheet(product: Product) -> Sheet | None:
    """From the council's last concluded result, else from the newest self-assessment; steps that
    were ticked off since raise it. None where nothing was assessed."""
    result = (
        Result.objects.filter(dossier__product=product, status="scored", concluded_at__isnull=False)
        .select_related("dossier")
        .order_by("-pk")
        .first()
    )
    if result is not None:
        dossier = result.dossier
        found = {name: floor(mean) for name, mean in means(dossier.criteria_set, result).items()}
        stars = max(3, min(HIGHEST, (result.stars or 0) + 1))
        return _ticked(Sheet(dossier, dossier.criteria_set, found, True, stars))
    own = (
        SelfAssessment.objects.filter(dossier__product=product)
        .exclude(choices={})
        .select_related("dossier")
        .order_by("-dossier_id")
        .first()
    )
    if own is None:
        return None
    dossier = own.dossier
    points = marks(dossier.sheet_id, own.choices)
    return _ticked(Sheet(dossier, dossier.criteria_set, points, False, dossier.target_stars))


def _ticked(sheet: Sheet) -> Sheet:
    rows = StepDone.objects.filter(product=sheet.dossier.product_id, sheet_id=sheet.criteria_set.id)
    points = dict(sheet.points)
    for row in rows:
        points[row.criterion] = max(points.get(row.criterion, 0), row.points)
    return Sheet(sheet.dossier, sheet.criteria_set, points, sheet.by_council, sheet.next_stars)


def efforts(criteria_set: CriteriaSet, province: str) -> dict[str, Effort]:
    """The province's own figures for the criteria of a sheet."""
    rows = {row.folded: row for row in EffortRow.objects.filter(province_code=province)}
    return {
        criterion.id: Effort(
            (row.cost_from, row.cost_to), (row.months_from, row.months_to), row.chance
        )
        for criterion in criteria_set.criteria
        if (row := rows.get(fold(criterion.label))) is not None
    }


def ways(sheet: Sheet, province: str) -> tuple[list[Way], str]:
    """Three ways to the next class, and whose guesses they rest on ("" where on none)."""
    told = efforts(sheet.criteria_set, province)
    rows = ladders(sheet.criteria_set, sheet.points, told, cases=sheet.dossier.cases)
    asked = goal(sheet.criteria_set, sheet.next_stars)
    guesses = {row.criterion for row in rows} - told.keys()
    found = []
    rests = False
    for key, name, way in WAYS:
        try:
            plan = way(rows, asked)
        except Unreachable as out:
            lines = why_not(out, sheet.criteria_set, sheet.next_stars)
            found.append(Way(key, name, None, lines))
            continue
        rests |= any(step.criterion in guesses for step in plan.steps)
        lines = explain(plan, sheet.criteria_set, sheet.next_stars, guesses)
        found.append(Way(key, name, plan, lines))
    return found, guess_source() if rests else ""


def in_force_still(sheet: Sheet) -> bool:
    """Whether the sheet's decision is still the law."""
    return rulebook(sheet.criteria_set.rulebook).in_force_to is None


@transaction.atomic
def tick(product: Product, criterion: str, points: int, *, by: User) -> StepDone:
    """The producer has done a step; a second time changes nothing."""
    require(by, Permission.PRODUCT_EDIT, product)
    sheet = last_sheet(product)
    if sheet is None or criterion not in sheet.criteria_set.by_id:
        raise Refused("Không có tiêu chí này trên phiếu của sản phẩm.")
    offered = sheet.criteria_set.by_id[criterion].offered(sheet.dossier.cases.get(criterion))
    if points not in {choice.points for choice in offered}:
        raise Refused("Không có mức điểm này.")
    done, made = StepDone.objects.get_or_create(
        product=product,
        sheet_id=sheet.criteria_set.id,
        criterion=criterion,
        points=points,
        defaults={"by": by},
    )
    if made:
        facts = {"criterion": criterion, "points": points}
        record("step_done", f"product:{product.pk}", facts, by=by)
    return done


@transaction.atomic
def untick(product: Product, pk: int, *, by: User) -> None:
    """It was not done after all."""
    require(by, Permission.PRODUCT_EDIT, product)
    if StepDone.objects.filter(product=product, pk=pk).delete()[0]:
        record("step_undone", f"product:{product.pk}", {}, by=by)


@transaction.atomic
def set_effort(label: str, facts: Mapping[str, Any], province: str, *, by: User) -> EffortRow:
    """The province's figures for a criterion; told again they are replaced."""
    row = EffortRow(province_code=province)
    require(by, Permission.PLAN, row)
    if facts["cost_to"] < facts["cost_from"]:
        raise Refused("Kinh phí cao nhất đang thấp hơn kinh phí thấp nhất.", field="cost_to")
    if facts["months_to"] < facts["months_from"]:
        raise Refused("Thời gian dài nhất đang ngắn hơn thời gian ngắn nhất.", field="months_to")
    kept = {**facts, "label": label[:300], "changed_by": by}
    row, _ = EffortRow.objects.update_or_create(
        province_code=province, folded=fold(label)[:300], defaults=kept
    )
    record("set_effort", f"effort:{row.pk}", {"label": row.label}, by=by)
    return row
