"""Acts on scenarios: kept by one hand at a time, solved in the background, adopted as work."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import record
from saola.server.products.models import Product
from saola.server.targets.models import YEARS, PlanItem, Scenario
from saola.server.targets.tasks import solve_scenario

STALE = "Người khác vừa sửa phương án này. Bản của họ ở dưới; bấm Ghi lần nữa để dùng bản của bạn."
KEPT = (
    "name", "first_year", "budgets", "days", "rounds", "carry", "days_per_step", "targets",
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
    known = set(Product.objects.filter(pk__in=[one["product"] for one in row.result["chosen"]])
                .values_list("pk", flat=True))  # fmt: skip
    for one in row.result["chosen"]:
        if one["product"] not in known:
            continue
        facts = {
            "stars": one["stars"], "year": row.first_year + one["done"], "planned": one["cost"]
        }  # fmt: skip
        made += PlanItem.objects.get_or_create(
            scenario=row, product_id=one["product"], defaults=facts
        )[1]
    row.adopted_on = row.adopted_on or timezone.localdate()
    row.save(update_fields=["adopted_on", "changed_at"])
    record("adopt_scenario", f"scenario:{row.pk}", {"items": made}, by=by)
    return made


@transaction.atomic
def keep_item(item: PlanItem, facts: Mapping[str, Any], *, by: User) -> None:
    """Who, by when, from which money; what was spent and what came of it."""
    require(by, Permission.PLAN, item)
    for name in ("owner", "due_on", "budget_line", "spent", "outcome", "note"):
        setattr(item, name, facts[name])
    item.save()
    record("keep_plan_item", f"scenario:{item.scenario_id}", {"item": item.pk}, by=by)


def by_year(scenario: Scenario) -> list[dict[str, int]]:
    """Planned beside what came of it: products and money of each year."""
    found = {
        year: {"year": year, "planned": 0, "money": 0, "done": 0, "missed": 0, "spent": 0}
        for year in scenario.years
    }
    for item in scenario.items.all():
        row = found.get(item.year)
        if row is None:
            continue
        row["planned"] += 1
        row["money"] += item.planned
        row["spent"] += item.spent
        row["done"] += item.outcome == PlanItem.Outcome.DONE
        row["missed"] += item.outcome in (PlanItem.Outcome.MISSED, PlanItem.Outcome.DROPPED)
    return list(found.values())
