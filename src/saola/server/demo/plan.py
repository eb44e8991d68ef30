"""A made-up scenario of the province; the worker solves it as any other."""

from django.db import transaction
from django.utils import timezone

from saola.server.demo.sample import person
from saola.server.targets.models import YEARS, Scenario
from saola.server.targets.scenarios import begin, keep


@transaction.atomic
def load_plan() -> None:
    """Once; a second time changes nothing."""
    if Scenario.objects.exists():
        return
    by = person("tinh.ocop")
    facts = {
        "name": "Phương án minh họa",
        "first_year": timezone.localdate().year + 1,
        "budgets": [60] * YEARS,
        "days": [60] * YEARS,
        "rounds": [],
        "days_per_step": 3,
        "targets": {"five_star": 2, "products": 4},
        "due_year": 2030,
        "first": Scenario.First.UPGRADED,
        "each_commune": False,
        "area": [],
        "area_least": 0,
    }
    begin(keep(facts, "14", by=by), by=by)
