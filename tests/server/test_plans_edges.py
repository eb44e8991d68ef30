"""Plans where they could mislead: what was taken back, ticked before, stopped, lapsed, long ago."""

import json
import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from saola.criteria import load
from saola.lifecycle.machine import Refused
from saola.planning.sheets import goal
from saola.server.accounts.models import User
from saola.server.councils.models import Result
from saola.server.places.models import Succession
from saola.server.recognition.models import Recognition
from saola.server.targets import scenarios
from saola.server.targets.models import Scenario, StepDone
from saola.server.targets.paths import set_effort
from saola.server.targets.portfolio import gather
from saola.server.targets.progress import coverage, progress, targets, to_raise
from saola.server.targets.sheets import last_sheet
from saola.server.targets.terms import terms
from saola.server.web.desk.planning.efforts import labels
from tests.factories import PlaceFactory, ProductFactory, UserFactory
from tests.server.conftest import Office
from tests.server.test_register import TODAY, browser, recognised
from tests.server.test_scenarios import agency, asked, product, solved

__all__ = ["agency"]
pytestmark = pytest.mark.django_db
UPGRADED = next(one for one in targets() if one.indicator == "upgraded")


def test_a_class_that_was_taken_back_raised_nothing() -> None:
    made = recognised(stars=3, year=2022, recognised_on=date(2022, 5, 1), expires_on=None)
    recognised(made, stars=4, year=2024, recognised_on=date(2024, 5, 1), expires_on=None)
    assert progress(UPGRADED, terms(TODAY)).count == 1
    assert to_raise(terms(TODAY)) == set()
    row = Recognition.objects.get(product=made, stars=4)
    row.withdrawn_on, row.withdrawn_reason = date(2025, 1, 1), "trái quy định"
    row.save()
    assert progress(UPGRADED, terms(TODAY)).count == 0
    assert progress(UPGRADED, terms(date(2024, 12, 31))).count == 1
    assert to_raise(terms(TODAY)) == {made.pk}


def test_a_product_that_holds_three_stars_looks_higher() -> None:
    made = product(60)
    made.dossiers.update(target_stars=3)
    sheet = last_sheet(made)
    assert sheet is not None
    assert sheet.next_stars == 4


def test_only_what_was_ticked_since_the_council_counts(office: Office) -> None:
    dossier = office.concluded(60, 60, 60)
    by = office["producer"]
    sheet = last_sheet(dossier.product)
    assert sheet is not None
    assert sheet.by_council
    one = next(c for c in sheet.criteria_set.criteria if sheet.points[c.id] < c.max)
    most = max(x.points for x in one.offered())
    facts = {"product": dossier.product, "sheet_id": sheet.criteria_set.id, "points": most}
    step = StepDone.objects.create(criterion=one.id, by=by, **facts)
    StepDone.objects.filter(pk=step.pk).update(at=timezone.now() - timedelta(900))
    again = last_sheet(dossier.product)
    assert again is not None
    assert again.points[one.id] == sheet.points[one.id]
    StepDone.objects.filter(pk=step.pk).update(at=timezone.now())
    since = last_sheet(dossier.product)
    assert since is not None
    assert since.points[one.id] == most


def test_a_product_that_was_stopped_has_no_way_of_its_own_word(office: Office) -> None:
    dossier = office.concluded(60, 60, 60)
    Result.objects.filter(dossier=dossier).update(status="stopped")
    assert last_sheet(dossier.product) is None


def test_lapsed_products_start_anew() -> None:
    made = product(60)
    past = TODAY - timedelta(400)
    Recognition.objects.filter(product=made).update(
        year=past.year - 3, recognised_on=past - timedelta(1095), expires_on=past
    )
    made.save()  # a new edition of the register
    (three, *_) = gather("14", 3).options
    assert (three.name, three.gives["products"]) == ("3", 1)


def test_places_are_those_of_the_day() -> None:
    new = PlaceFactory(code="09999", name="Xã Mới", valid_from=date(2025, 7, 1))
    old = PlaceFactory(code="09998", name="Xã Cũ", valid_to=date(2025, 6, 30))
    Succession.objects.create(old=old, new=new, on_day=date(2025, 7, 1), confidence="high")
    recognised(
        ProductFactory(place=old), year=2024, recognised_on=date(2024, 1, 1),
        expires_on=date(2027, 1, 1),
    )  # fmt: skip
    assert coverage(terms(date(2025, 6, 1)))[0] == {"09998": 1}
    assert coverage(terms(date(2025, 8, 1)))[0] == {"09999": 1}


@pytest.mark.parametrize("day", ["0001-01-01", "0003-01-01", "9999-12-31", "1970-01-01"])
def test_days_of_long_ago(day: str) -> None:
    client = browser(UserFactory(role="province_leader", role__scope="place:14"))
    for page in ("", "du-bao/", "bao-cao.xlsx", "nong-thon-moi.csv", "ban-do.geojson"):
        assert client.get(f"/can-bo/chi-tieu/{page}?ngay={day}").status_code == 200


def test_what_stops_a_sheet_is_a_minimum() -> None:
    sheet = load("26-2026-nuoc-khoang-nuoc-dong-chai")
    assert sheet.zero_stops
    assert set(sheet.zero_stops) <= goal(sheet, 3).minimums.keys()
    assert goal(load("26-2026-du-lich"), 4).minimums


def test_criteria_do_not_wait_in_circles(agency: User) -> None:
    names = labels()
    facts = {
        "cost_from": 1, "cost_to": 2, "months_from": 1, "months_to": 2, "chance": 90,
        "support": "", "first_points": 1,
    }  # fmt: skip
    set_effort(names[0], facts | {"first_label": names[1]}, "14", by=agency)
    with pytest.raises(Refused, match="vòng"):
        set_effort(names[1], facts | {"first_label": names[0]}, "14", by=agency)
    for at in range(1, 4):
        set_effort(names[at], facts | {"first_label": names[at + 1]}, "14", by=agency)
    with pytest.raises(Refused, match="quá dài"):
        set_effort(names[4], facts | {"first_label": names[5]}, "14", by=agency)


def test_another_s_result_is_not_adopted_unseen(agency: User) -> None:
    product(68)
    row = solved(agency)
    scenarios.keep(asked(budgets=[9] * 5), "14", by=agency, pk=row.pk, revision=1)
    Scenario.objects.filter(pk=row.pk).update(state="solved", solved_revision=2)
    with pytest.raises(Refused, match="vừa được sửa"):
        scenarios.adopt(row, revision=1, by=agency)


def test_a_scenario_whose_worker_ended_is_solved_after_a_start(agency: User) -> None:
    row = scenarios.keep(asked(), "14", by=agency)
    Scenario.objects.filter(pk=row.pk).update(state="solving")
    assert scenarios.resume() == 1
    row.refresh_from_db()
    assert row.state == "solved"


def test_fewer_days_are_found_where_they_are_what_is_short(agency: User) -> None:
    product(30)
    whole = solved(agency, budgets=[9000] * 5)
    assert whole.result is not None
    least = min(option.days for option in gather("14", 3).options if option.name == "4")
    row = solved(agency, name="B", budgets=[9000] * 5, days=[least, 0, 0, 0, 0])
    assert row.result is not None
    assert row.result["targets"][0]["short"] == 0


@pytest.mark.slow
def test_the_command_says_json_alone(tmp_path: Any) -> None:
    file = tmp_path / "ok.json"
    option = {"product": "p", "name": "4", "cost": 5, "gives": {"upgraded": 1}}
    told = {"portfolio": {"budgets": [9], "options": [option], "most": ["upgraded"]}}
    file.write_text(json.dumps(told))
    saola = str(sys.executable).replace("python", "saola")
    done = subprocess.run([saola, "plan", str(file)], capture_output=True, check=True)
    assert json.loads(done.stdout)["chosen"]
    for wrong in ({"budgets": [-1]}, {"budgets": [1.5]}, {"options": [option | {"chance": 500}]}):
        file.write_text(json.dumps({"portfolio": told["portfolio"] | wrong}))
        refused = subprocess.run([saola, "plan", str(file)], capture_output=True, check=False)
        assert refused.returncode == 2
