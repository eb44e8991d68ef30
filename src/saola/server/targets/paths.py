"""The way of one product to the next star: from its last sheet, with the province's figures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.criteria import CriteriaSet, Criterion, Round, newest_sets, rulebook
from saola.lifecycle.machine import Refused
from saola.planning import Plan, Unreachable, cheapest, fastest, safest
from saola.planning.explain import explain, why_not
from saola.planning.paths import Step
from saola.planning.sheets import Effort, goal, guess_source, guessed, ladders
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import record
from saola.server.places.calendar import work_calendar
from saola.server.products.models import Product
from saola.server.targets.models import EffortRow, PathComment, StepDone
from saola.server.targets.sheets import Sheet, last_sheet
from saola.vietnamese.folding import fold

DAYS_A_MONTH = 365.25 / 12
MOST_ROUNDS = 4
WAYS = (
    ("cheapest", "Ít tiền nhất", cheapest),
    ("fastest", "Nhanh nhất", fastest),
    ("safest", "Chắc chắn nhất", safest),
)


@dataclass(frozen=True, slots=True)
class FileBy:
    """A round, and the day by which the dossier lies with the commune to be in it."""

    round: Round
    commune: date


@dataclass(frozen=True, slots=True)
class Way:
    """One way: its name, the plan (None where there is none), its lines for people."""

    key: str
    name: str
    plan: Plan | None
    lines: list[str]
    file_by: FileBy | None

    @property
    def steps(self) -> list[tuple[str, Step | None]]:
        """Each line after the first, with its step where there is a plan."""
        steps = self.plan.steps if self.plan else ()
        return list(zip_longest(self.lines[1:], steps))


def efforts(criteria_set: CriteriaSet, province: str) -> dict[str, Effort]:
    """The province's own figures for the criteria of a sheet."""
    rows: dict[str, dict[int, EffortRow]] = {}
    for row in EffortRow.objects.filter(province_code=province):
        rows.setdefault(row.folded, {})[row.points] = row
    ids = {fold(criterion.label): criterion for criterion in criteria_set.criteria}
    found = {}
    for name, criterion in ids.items():
        told = rows.get(name)
        if told:
            levels = {points: _effort(row, ids) for points, row in told.items() if points}
            each = _effort(told[0], ids) if 0 in told else guessed(criterion.label)
            if each is not None:
                found[criterion.id] = replace(each, at=levels)
    return found


def _effort(row: EffortRow, ids: Mapping[str, Criterion]) -> Effort:
    first = ids.get(row.first_folded)
    needs = ((first.id, row.first_points),) if first and row.first_folded != row.folded else ()
    return Effort(
        (row.cost_from, row.cost_to), (row.months_from, row.months_to), row.chance,
        support=row.support, needs=needs,
    )  # fmt: skip


def ways(sheet: Sheet, province: str) -> tuple[list[Way], str]:
    """Three ways to the next class, and whose guesses they rest on ("" where on none)."""
    told = efforts(sheet.criteria_set, province)
    rows = ladders(sheet.criteria_set, sheet.points, told, cases=sheet.cases)
    asked = goal(sheet.criteria_set, sheet.next_stars)
    support = {name: effort.support for name, effort in told.items()}
    for criterion in sheet.criteria_set.criteria:
        guess = guessed(criterion.label)
        if not support.get(criterion.id) and guess and guess.support:
            support[criterion.id] = f"{guess.support} (gợi ý)"
    found = []
    rests = False
    for key, name, way in WAYS:
        try:
            plan = way(rows, asked)
        except Unreachable as out:
            lines = why_not(out, sheet.criteria_set, sheet.next_stars)
            found.append(Way(key, name, None, lines, None))
            continue
        guesses = {step.criterion for step in plan.steps if _guessed(step, told)}
        rests |= bool(guesses)
        lines = explain(plan, sheet.criteria_set, sheet.next_stars, guesses, support)
        when = file_by(sheet.criteria_set, plan.months, timezone.localdate())
        found.append(Way(key, name, plan, lines, when))
    return found, guess_source() if rests else ""


def _guessed(step: Step, told: Mapping[str, Effort]) -> bool:
    """Whether the figures of a step are not the province's own."""
    own = told.get(step.criterion)
    return own is None or (own.guess and step.level.points not in own.at)


@dataclass(frozen=True, slots=True)
class Standing:
    """One criterion as it stands: points of at most so many, and what the next class asks."""

    criterion: Criterion
    points: int
    minimum: int

    @property
    def caps(self) -> bool:
        """Whether it keeps the product from the class."""
        return self.points < self.minimum


def levels(sheet: Sheet) -> list[Standing]:
    """All criteria of the sheet, against the minimums of the class to reach next."""
    minimums = goal(sheet.criteria_set, sheet.next_stars).minimums
    return [
        Standing(one, sheet.points.get(one.id, 0), minimums.get(one.id, 0))
        for one in sheet.criteria_set.criteria
    ]


def file_by(criteria_set: CriteriaSet, months: int, today: date) -> FileBy | None:
    """The first round that takes what is ready after so many months, and the last day on which the
    commune can receive the dossier and still have its working days. None where the decision has no
    rounds."""
    book = rulebook(criteria_set.rulebook)
    ready = today + timedelta(round(months * DAYS_A_MONTH))
    review = int(book.facts["commune_review"]["days"]) if "commune_review" in book.facts else 0
    asked = ready
    for _ in range(MOST_ROUNDS):
        one = book.round_for("province", asked)
        if one is None:
            return None
        day = work_calendar(ready).latest(one.proposals_before - timedelta(1), review)
        if day >= ready:
            return FileBy(one, day)
        asked = one.proposals_before
    return None


@transaction.atomic
def tick(product: Product, criterion: str, points: int, *, by: User) -> StepDone:
    """The producer has done a step; a second time changes nothing."""
    require(by, Permission.PRODUCT_EDIT, product)
    sheet = last_sheet(product)
    if sheet is None or criterion not in sheet.criteria_set.by_id:
        raise Refused("Không có tiêu chí này trên phiếu của sản phẩm.")
    offered = sheet.criteria_set.by_id[criterion].offered(sheet.cases.get(criterion))
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
def comment(product: Product, text: str, *, by: User) -> PathComment:
    """The advisory team's word on the way of a product."""
    require(by, Permission.ADVISE, product)
    if not text.strip():
        raise Refused("Hãy viết ý kiến.", field="text")
    row = PathComment.objects.create(product=product, text=text.strip()[:2000], by=by)
    record("path_comment", f"product:{product.pk}", {"comment": row.pk}, by=by)
    return row


MOST_WAITING = 5  # criteria that may wait one after the other


def _no_circle(name: str, first: str, province: str) -> None:
    """What comes first may not wait, itself or further on, for what waits for it."""
    waits = dict(
        EffortRow.objects.filter(province_code=province)
        .exclude(first_folded="")
        .values_list("folded", "first_folded")
    )
    if first:
        waits[name] = first
    for begun in waits:
        at, steps = begun, 0
        while waits.get(at):
            at, steps = waits[at], steps + 1
            if at == begun or steps >= MOST_WAITING:
                raise Refused(
                    "Các tiêu chí đang chờ nhau thành vòng hoặc quá dài; nhiều nhất "
                    f"{MOST_WAITING} tiêu chí nối nhau.",
                    field="first_label",
                )


def _most(label: str) -> int:
    """The most points that a criterion of this name has on a sheet in force."""
    name = fold(label)
    told = (c.max for one in newest_sets() for c in one.criteria if fold(c.label) == name)
    return max(told, default=0)


def _allowed(label: str, first: str, facts: Mapping[str, Any], province: str) -> None:
    """Refused where the row could never be used as it is meant."""
    if first and fold(first) == fold(label):
        raise Refused("Tiêu chí không thể đứng trước chính nó.", field="first_label")
    for name, of in (("points", label), ("first_points", first)):
        most = _most(of)
        if of and (facts.get(name) or 0) > most:
            raise Refused(f"Tiêu chí này nhiều nhất {most} điểm.", field=name)
    others = EffortRow.objects.filter(province_code=province, folded=fold(label)[:300])
    others = others.exclude(points=facts.get("points") or 0).exclude(first_folded="")
    if first and others.exclude(first_folded=fold(first)[:300]).exists():
        raise Refused(
            "Mọi mức của một tiêu chí phải chờ cùng một tiêu chí; mức khác đang chờ tiêu chí khác.",
            field="first_label",
        )


@transaction.atomic
def set_effort(label: str, facts: Mapping[str, Any], province: str, *, by: User) -> EffortRow:
    """The province's figures for a criterion; told again they are replaced."""
    row = EffortRow(province_code=province)
    require(by, Permission.PLAN, row)
    if facts["cost_to"] < facts["cost_from"]:
        raise Refused("Kinh phí cao nhất đang thấp hơn kinh phí thấp nhất.", field="cost_to")
    if facts["months_to"] < facts["months_from"]:
        raise Refused("Thời gian dài nhất đang ngắn hơn thời gian ngắn nhất.", field="months_to")
    first = str(facts.get("first_label", ""))
    _allowed(label, first, facts, province)
    _no_circle(fold(label)[:300], fold(first)[:300], province)
    told = {"first_folded": fold(first)[:300], "first_points": facts.get("first_points") or 0}
    kept = {**facts, **told, "label": label[:300], "changed_by": by}
    row, _ = EffortRow.objects.update_or_create(
        province_code=province,
        folded=fold(label)[:300],
        points=kept.pop("points", 0) or 0,
        defaults=kept,
    )
    record("set_effort", f"effort:{row.pk}", {"label": row.label}, by=by)
    return row
