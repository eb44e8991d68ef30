"""Acts on scenarios: kept by one hand at a time, solved in the background, adopted as work."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can, require
from saola.server.journal.record import record
from saola.server.notices.actions import tell
from saola.server.products.models import Product
from saola.server.targets.models import YEARS, PlanItem, Scenario, Spending
from saola.server.targets.tasks import solve_scenario

STALE = "Người khác vừa sửa phương án này. Bản của họ ở dưới; bấm Ghi lần nữa để dùng bản của bạn."
KEPT = (
    "name", "first_year", "budgets", "days", "rounds", "days_per_step", "targets",
    "due_year", "first", "each_commune", "area_least",
)  # fmt: skip


class Stale(Refused):
    """Somebody else kept the scenario in between; `now` is theirs."""

    def __init__(self, now: Scenario) -> None:
        self.now = now
        super().__init__(STALE)


@transaction.atomic
def keep(
    facts: Mapping[str, Any], province: str, *, by: User, pk: int | None = None, revision: int = 0
) -> Scenario:
    """A new scenario, or another state of one. Raises Stale where `revision` is not the one that
    stands; Refused where the numbers cannot be."""
    if pk is None:
        row = Scenario(province_code=province)
    else:
        row = Scenario.objects.select_for_update().get(pk=pk)
        if row.revision != revision:
            raise Stale(row)
        row.revision += 1
    require(by, Permission.PLAN, row)
    for name in ("budgets", "days", "rounds"):
        numbers = facts[name]
        if numbers and (len(numbers) != YEARS or min(numbers) < 0):
            raise Refused(f"Cần {YEARS} số không âm, mỗi năm một số.", field=name)
    if not facts["budgets"]:
        raise Refused("Hãy ghi kinh phí từng năm.", field="budgets")
    if not facts["first_year"] <= facts["due_year"] < facts["first_year"] + YEARS:
        raise Refused("Năm đạt chỉ tiêu phải nằm trong năm năm của phương án.", field="due_year")
    if facts["area_least"] and not facts["area"]:
        raise Refused("Hãy chọn các xã ưu tiên.", field="area")
    for name in KEPT:
        setattr(row, name, facts[name])
    row.changed_by = by
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused("Đã có phương án mang tên này.", field="name") from None
    row.area.set(facts["area"])
    record("keep_scenario", f"scenario:{row.pk}", {"revision": row.revision}, by=by)
    return row


@transaction.atomic
def begin(scenario: Scenario, *, by: User) -> None:
    """It is to be solved; asked again while it is, nothing happens."""
    require(by, Permission.PLAN, scenario)
    rows = Scenario.objects.filter(pk=scenario.pk).exclude(state=Scenario.State.SOLVING)
    if rows.update(state=Scenario.State.SOLVING):
        record("solve_scenario", f"scenario:{scenario.pk}", {}, by=by)
        transaction.on_commit(lambda: solve_scenario.enqueue(scenario.pk))


def resume() -> int:
    """After a start: scenarios whose worker ended while it solved are solved anew; how many."""
    rows = Scenario.objects.filter(state=Scenario.State.SOLVING)
    left = list(rows.values_list("pk", flat=True))
    for pk in left:
        solve_scenario.enqueue(pk)
    return len(left)


@transaction.atomic
def adopt(scenario: Scenario, *, revision: int, by: User) -> int:
    """What was chosen becomes work; done again it adds what is missing. Returns how many. Refused
    where the scenario is not the one that was looked at."""
    require(by, Permission.PLAN, scenario)
    row = Scenario.objects.select_for_update().get(pk=scenario.pk)
    if row.revision != revision:
        raise Refused("Phương án vừa được sửa. Hãy xem lại kết quả rồi chọn.")
    if row.state != Scenario.State.SOLVED or not row.fresh or row.result is None:
        raise Refused("Hãy tính phương án trước; kết quả phải là của bản đang ghi.")
    made = 0
    chosen = {one["product"]: one for one in row.result["chosen"]}
    for product in Product.objects.filter(pk__in=chosen):
        one = chosen[product.pk]
        year = row.first_year + one["done"]
        facts = {
            "stars": one["stars"],
            "year": year,
            "planned": {str(y): n for y, n in enumerate(one["spend"], row.first_year) if n},
            "steps": [[*step[:3], row.first_year + step[3]] for step in one["steps"]],
            "sheet_id": one["sheet"],
            "due_on": date(year, 12, 31),
        }
        made += PlanItem.objects.get_or_create(scenario=row, product=product, defaults=facts)[1]
    row.adopted_on = row.adopted_on or timezone.localdate()
    row.save(update_fields=["adopted_on", "changed_at"])
    record("adopt_scenario", f"scenario:{row.pk}", {"items": made}, by=by)
    return made


@dataclass(frozen=True, slots=True)
class Changed:
    """A plan's item that the newest result sees otherwise: not chosen any more (`now` None), or to
    another class, year or money."""

    item: PlanItem
    now: dict[str, Any] | None


def changed(scenario: Scenario) -> list[Changed]:
    """Items of work beside what the newest result says of their products."""
    chosen = {one["product"]: one for one in (scenario.result or {}).get("chosen", ())}
    found = []
    for item in scenario.items.select_related("product"):
        now = chosen.get(item.product_id)
        if now is None:
            found.append(Changed(item, None))
            continue
        year = scenario.first_year + now["done"]
        if (now["stars"], year, now["cost"]) != (item.stars, item.year, item.money):
            found.append(Changed(item, {"stars": now["stars"], "year": year, "cost": now["cost"]}))
    return found


@transaction.atomic
def keep_item(item: PlanItem, facts: Mapping[str, Any], *, revision: int, by: User) -> PlanItem:
    """Who, by when, from which money, what came of it; the person is told of new work. Whoever
    keeps it tells the outcome alone. Refused where somebody else kept it in between."""
    row = PlanItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    names: tuple[str, ...] = ("keeper", "owner", "due_on", "budget_line", "outcome", "note")
    if row.keeper_id == by.pk and not can(by, Permission.PLAN, row):
        names = ("outcome", "note")  # who does the work tells what came of it
    else:
        require(by, Permission.PLAN, row)
    if row.revision != revision:
        raise Refused(
            "Người khác vừa sửa việc này. Mở trang ở thẻ khác để xem; chữ bạn nhập vẫn còn ở đây."
        )
    before = row.keeper_id
    for name in names:
        setattr(row, name, facts[name])
    row.revision += 1
    row.save()
    record("keep_plan_item", f"scenario:{row.scenario_id}", {"item": row.pk}, by=by)
    if row.keeper is not None and row.keeper_id != before:
        due = f" Hạn {row.due_on:%d/%m/%Y}." if row.due_on else ""
        tell(
            f"plan-item:{row.pk}:{row.revision}",
            [row.keeper],
            f"Việc mới: {row.product.name} lên {row.stars} sao",
            f"Bạn được giao việc này trong phương án {row.scenario.name}.{due}",
            about=f"plan-item:{row.pk}",
            path=f"/can-bo/phuong-an/viec/{row.pk}/",
        )
    return row


@transaction.atomic
def spend(item: PlanItem, facts: Mapping[str, Any], token: uuid.UUID, *, by: User) -> Spending:
    """Money that went out on a day; the same form sent twice is kept once. `facts` has on, amount,
    what. Whoever plans notes it, or does the work."""
    if item.keeper_id != by.pk:
        require(by, Permission.PLAN, item)
    if facts["on"] > timezone.localdate():
        raise Refused("Ngày chi ở tương lai. Hãy xem lại.", field="on")
    row, made = Spending.objects.get_or_create(
        token=token, defaults={**facts, "item": item, "by": by}
    )
    if row.item_id != item.pk:
        raise Refused("Khoản chi này đã ghi cho việc khác. Hãy mở lại trang.")
    if made:
        record("spend", f"scenario:{item.scenario_id}", {"item": item.pk}, by=by)
    return row


@transaction.atomic
def take_back(spending: Spending, *, by: User) -> None:
    """What was entered by mistake goes; the journal keeps that it was there."""
    require(by, Permission.PLAN, spending.item)
    subject = f"scenario:{spending.item.scenario_id}"
    record("take_back_spending", subject, {"item": spending.item_id}, by=by)
    spending.delete()


def by_year(scenario: Scenario) -> list[dict[str, int]]:
    """Planned beside what came of it: products by the year in which they are due, money by the
    years in which it was planned and in which it went out."""
    items = scenario.items.prefetch_related("spendings")
    names = ("planned", "money", "done", "missed", "spent")
    found = {year: dict.fromkeys(names, 0) for year in scenario.years}

    def of(year: int) -> dict[str, int]:
        return found.setdefault(year, dict.fromkeys(names, 0))

    for item in items:
        row = of(item.year)
        row["planned"] += 1
        row["done"] += item.outcome == PlanItem.Outcome.DONE
        row["missed"] += item.outcome in (PlanItem.Outcome.MISSED, PlanItem.Outcome.DROPPED)
        for year, amount in item.planned.items():
            of(int(year))["money"] += amount
        for spending in item.spendings.all():
            of(spending.on.year)["spent"] += spending.amount
    return [{"year": year, **row} for year, row in sorted(found.items())]
