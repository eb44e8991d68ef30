"""Scenarios of the province: asked, solved, kept apart from each other's hands, turned into work."""

import uuid
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from docx import Document
from python_calamine import CalamineWorkbook

from saola.criteria import load
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.dossiers.models import SelfAssessment
from saola.server.market.models import YearRecord
from saola.server.notices.models import Message
from saola.server.products.models import Product
from saola.server.targets import scenarios
from saola.server.targets.models import PlanItem, Scenario
from saola.server.targets.portfolio import gather, run
from saola.server.targets.progress import Target, contradictions, targets
from tests.factories import DossierFactory, PlaceFactory, ProductFactory, UserFactory
from tests.server.test_recognition import text_of
from tests.server.test_register import browser, recognised

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year + 1


def product(total: int, **fields: Any) -> Product:
    """A product that holds 3 stars and has judged itself at about so many points."""
    made = ProductFactory(**fields)
    recognised(made, stars=3)
    dossier = DossierFactory(product=made, target_stars=4)
    choices, points = {}, 0
    for criterion in load(dossier.sheet_id).criteria:
        by_points = sorted(criterion.offered(), key=lambda one: one.points)
        best = by_points[-1] if points < total else by_points[0]
        choices[criterion.id], points = best.id, points + best.points
    SelfAssessment.objects.update_or_create(dossier=dossier, defaults={"choices": choices})
    return made


@pytest.fixture
def agency() -> User:
    return UserFactory(role="ocop_agency", role__scope="place:14")


def asked(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": "Phương án A", "first_year": YEAR, "budgets": [500] * 5, "days": [], "rounds": [],
        "days_per_step": 3, "targets": {"upgraded": 1}, "first": "upgraded",
        "due_year": YEAR + 4, "each_commune": False, "area": [], "area_least": 0,
    }  # fmt: skip
    return facts | changes


def solved(agency: User, **changes: Any) -> Scenario:
    row = scenarios.keep(asked(**changes), "14", by=agency)
    Scenario.objects.filter(pk=row.pk).update(state="solving")
    run(row.pk)
    row.refresh_from_db()
    return row


def test_the_cheapest_product_is_raised(agency: User) -> None:
    product(50)
    near = product(68)
    recognised(ProductFactory(), stars=3)  # nothing was assessed
    row = solved(agency)
    assert row.state == "solved"
    assert row.result is not None
    assert row.result["unproven"] == ""
    assert [one["product"] for one in row.result["chosen"]] == [near.pk]
    assert (row.result["unassessed"], row.result["products"]) == (1, 2)
    assert row.result["targets"][0]["short"] == 0


def test_a_small_budget_says_what_is_missing(agency: User) -> None:
    product(30)
    row = solved(agency, budgets=[0] * 5)
    assert row.result is not None
    assert row.result["chosen"] == []
    assert row.result["targets"][0]["short"] == 1
    assert row.result["extra_needed"] > 0
    none = solved(agency, name="B", targets={"upgraded": 9})
    assert none.result is not None
    assert none.result["extra_needed"] is None
    assert none.result["would_do"]["products"] == [{"indicator": "upgraded", "most": 1}]
    tight = solved(agency, name="C", budgets=[9000] * 5, days=[0] * 5)
    assert tight.result is not None
    assert (tight.result["extra_needed"], tight.result["would_do"]["days"]) == (None, 0)


def test_without_targets_as_much_as_can_be(agency: User) -> None:
    product(60)
    product(65)
    row = solved(agency, targets={}, budgets=[5000] * 5)
    assert row.result is not None
    assert row.result["counts"]["upgraded"][-1] == 2


def test_without_products_nothing_is_chosen(agency: User) -> None:
    row = solved(agency)
    assert row.state == "solved"
    assert row.result is not None
    assert row.result["chosen"] == []


def test_fairness_that_cannot_be_had_is_named(agency: User) -> None:
    product(40)
    other = PlaceFactory(code="03871", name="Xã Pắc Ngà")
    product(40, place=other)
    fair = solved(agency, each_commune=True, budgets=[4000] * 5)
    assert fair.result is not None
    assert len(fair.result["chosen"]) == 2
    row = solved(agency, name="B", each_commune=True, budgets=[0] * 5)
    assert row.state == "impossible"
    assert row.result is not None
    assert "Xã Pắc Ngà" in row.result["impossible"]
    area = solved(agency, name="C", area=[other], area_least=1, targets={}, budgets=[4000] * 5)
    assert area.result is not None
    assert area.state == "solved"


def test_a_plan_may_be_drawn_out_over_small_budgets(agency: User) -> None:
    one = product(40)
    whole = solved(agency, budgets=[4000] * 5)
    assert whole.result is not None
    cost = whole.result["chosen"][0]["cost"]
    row = solved(agency, name="B", budgets=[-(-cost * 7 // 10)] * 5)
    assert row.result is not None
    assert [r["product"] for r in row.result["chosen"]] == [one.pk]
    assert sum(money > 0 for money in row.result["spent"]) > 1


def test_two_hands_do_not_overwrite_each_other(agency: User) -> None:
    row = scenarios.keep(asked(), "14", by=agency)
    scenarios.keep(asked(budgets=[1] * 5), "14", by=agency, pk=row.pk, revision=1)
    with pytest.raises(scenarios.Stale):
        scenarios.keep(asked(budgets=[2] * 5), "14", by=agency, pk=row.pk, revision=1)
    row.refresh_from_db()
    assert (row.revision, row.budgets) == (2, [1] * 5)


@pytest.mark.parametrize(
    "changes",
    [
        {"budgets": []}, {"budgets": [1, 2]}, {"budgets": [-1] * 5}, {"days": [1]},
        {"area_least": 1}, {"due_year": YEAR + 5}, {"due_year": YEAR - 1},
    ],
)  # fmt: skip
def test_numbers_that_cannot_be(agency: User, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        scenarios.keep(asked(**changes), "14", by=agency)


def test_a_name_is_there_once_and_only_for_those_who_plan(agency: User) -> None:
    scenarios.keep(asked(), "14", by=agency)
    with pytest.raises(Refused):
        scenarios.keep(asked(), "14", by=agency)
    leader = UserFactory(role="province_leader", role__scope="place:14")
    with pytest.raises(Exception):  # noqa: B017, PT011 - Django's or ours, nothing is kept
        scenarios.keep(asked(name="X"), "14", by=leader)
    assert Scenario.objects.count() == 1


def test_what_was_chosen_becomes_work(agency: User) -> None:
    near = product(68)
    row = solved(agency)
    assert scenarios.adopt(row, revision=row.revision, by=agency) == 1
    assert scenarios.adopt(row, revision=row.revision, by=agency) == 0
    (item,) = PlanItem.objects.all()
    assert (item.product_id, item.stars, item.outcome) == (near.pk, 4, "open")
    assert item.due_on == date(item.year, 12, 31)
    assert row.result is not None
    chosen = row.result["chosen"][0]
    assert item.money == chosen["cost"]
    assert [step[:3] for step in item.steps] == [step[:3] for step in chosen["steps"]]
    facts = {
        "keeper": agency, "owner": "", "due_on": None, "budget_line": "NTM 2027",
        "outcome": "done", "note": "",
    }  # fmt: skip
    scenarios.keep_item(item, facts, revision=1, by=agency)
    assert Message.objects.filter(recipient=agency, about=f"plan-item:{item.pk}").count() == 1
    with pytest.raises(Refused, match="Người khác"):
        scenarios.keep_item(item, facts, revision=1, by=agency)
    token, paid = uuid.uuid4(), {"on": date(2026, 3, 1), "amount": 12, "what": "máy sấy"}
    for _ in range(2):
        scenarios.spend(item, paid, token, by=agency)
    with pytest.raises(Refused, match="tương lai"):
        scenarios.spend(item, paid | {"on": date(2099, 1, 1)}, uuid.uuid4(), by=agency)
    years = {year["year"]: year for year in scenarios.by_year(row)}
    assert (years[item.year]["planned"], years[item.year]["done"]) == (1, 1)
    assert years[2026]["spent"] == 12  # in the year in which it went out
    assert {str(y): told["money"] for y, told in years.items() if told["money"]} == item.planned
    scenarios.keep(asked(budgets=[1] * 5), "14", by=agency, pk=row.pk, revision=1)
    row.refresh_from_db()
    with pytest.raises(Refused):
        scenarios.adopt(
            row, revision=row.revision, by=agency
        )  # what was found is of the scenario before


def test_options_ask_few_statements(
    agency: User, django_assert_max_num_queries: Any
) -> None:  # fmt: skip
    for _ in range(6):
        product(60)
    with django_assert_max_num_queries(12):
        found = gather("14", 3)
    assert len({option.product for option in found.options}) == 6


class TestPages:
    def form(self, **changes: str) -> dict[str, str]:
        return {
            "name": "Phương án trang", "first_year": str(YEAR), "budgets": "500", "days": "",
            "days_per_step": "3", "rounds": "", "upgraded": "1", "first": "upgraded",
            "due_year": str(YEAR + 4),
        } | changes  # fmt: skip

    def walk(self, client: Client) -> Scenario:
        answer = client.post("/can-bo/phuong-an/", self.form())
        assert answer.status_code == 302, answer.content.decode()
        row: Scenario = Scenario.objects.get()
        Scenario.objects.filter(pk=row.pk).update(state="solving")
        run(row.pk)
        return row

    def test_from_the_question_to_the_work(self, agency: User) -> None:
        near = product(68, name="Chè gần bốn sao")
        client = browser(agency)
        assert 'value="1"' in client.get("/can-bo/phuong-an/").content.decode()  # of 1, 50 %
        row = self.walk(client)
        page = client.get(f"/can-bo/phuong-an/{row.pk}/").content.decode()
        assert "Chè gần bốn sao" in page
        assert "Đã chứng minh không có cách nào tốt hơn" in page
        assert " bước</summary>" in page
        assert (
            client.post(f"/can-bo/phuong-an/{row.pk}/", {"adopt": "1", "revision": "1"}).status_code
            == 302
        )
        (item,) = PlanItem.objects.all()
        page = f"/can-bo/phuong-an/viec/{item.pk}/"
        told = {"form": "item", "owner": "A", "outcome": "done", "due_on": "", "keeper": agency.pk}
        assert client.post(page, {**told, "revision": "9"}).status_code == 400
        assert client.post(page, {**told, "revision": "1"}).status_code == 302
        money = {"form": "money", "on": "2026-03-01", "amount": "3", "token": str(uuid.uuid4())}
        assert client.post(page, money).status_code == 302
        assert "3 triệu đồng" in client.get(page).content.decode()
        taken = item.spendings.get()
        other = browser(UserFactory(role="ocop_agency", role__scope="place:11"))
        assert other.get(page).status_code == 404
        assert other.post(f"/can-bo/phuong-an/khoan-chi/{taken.pk}/").status_code == 404
        assert client.post(f"/can-bo/phuong-an/khoan-chi/{taken.pk}/").status_code == 302
        assert not item.spendings.exists()
        mine = client.get("/can-bo/phuong-an/viec/").content.decode()
        assert "Không có việc nào" in mine  # it is done
        work = client.get(f"/can-bo/phuong-an/{row.pk}/viec/").content.decode()
        assert "đạt hạng" in work
        both = client.get(f"/can-bo/phuong-an/so-sanh/?pa={row.pk}&pa=x&pa=99").content.decode()
        assert "Phương án trang" in both
        assert client.get(f"/can-bo/len-hang/{near.pk}/").status_code == 200

    def test_numbers_in_words_lose_nothing(self, agency: User) -> None:
        client = browser(agency)
        for budgets in ("năm trăm", "-5", "1,2", "", "99999999"):
            answer = client.post("/can-bo/phuong-an/", self.form(budgets=budgets))
            assert answer.status_code == 400
            assert "Phương án trang" in answer.content.decode()
        assert not Scenario.objects.exists()

    def test_the_other_hand_is_shown(self, agency: User) -> None:
        client = browser(agency)
        row = self.walk(client)
        client.post(f"/can-bo/phuong-an/{row.pk}/", self.form(budgets="700", revision="1"))
        late = client.post(f"/can-bo/phuong-an/{row.pk}/", self.form(budgets="900", revision="1"))
        assert late.status_code == 409
        page = late.content.decode()
        assert "700, 700, 700, 700, 700" in page
        assert 'value="900"' in page
        assert 'value="2"' in page  # said again it is kept
        again = client.post(f"/can-bo/phuong-an/{row.pk}/", self.form(budgets="900", revision="2"))
        assert again.status_code == 302
        row.refresh_from_db()
        assert row.budgets == [900] * 5

    def test_who_may(self, agency: User) -> None:
        row = self.walk(browser(agency))
        leader = browser(UserFactory(role="province_leader", role__scope="place:14"))
        page = leader.get(f"/can-bo/phuong-an/{row.pk}/").content.decode()
        assert "Ghi và tính" not in page
        leader.post(f"/can-bo/phuong-an/{row.pk}/", {"adopt": "1", "revision": "1"})
        assert not PlanItem.objects.exists()
        other = browser(UserFactory(role="ocop_agency", role__scope="place:11"))
        assert other.get(f"/can-bo/phuong-an/{row.pk}/").status_code == 404
        producer = browser(UserFactory(role="producer", role__scope="producer:1"))
        assert producer.get("/can-bo/phuong-an/").status_code == 403

    def test_the_advisers_word_reaches_the_producer(self) -> None:
        one = product(50)
        team = browser(UserFactory(role="advisory_team", role__scope="place:14"))
        assert team.post(f"/can-bo/len-hang/{one.pk}/", {"text": " "}).status_code == 400
        team.post(f"/can-bo/len-hang/{one.pk}/", {"text": "Làm nhãn hai thứ tiếng trước."})
        user = UserFactory(role="producer", role__scope=f"producer:{one.producer_id}")
        page = browser(user).get(f"/chu-the/ban-hang/{one.pk}/len-hang/").content.decode()
        assert "Làm nhãn hai thứ tiếng trước." in page
        assert "nộp hồ sơ ở xã chậm nhất" in page
        agency = browser(UserFactory(role="ocop_agency", role__scope="place:14"))
        assert "<textarea" not in agency.get(f"/can-bo/len-hang/{one.pk}/").content.decode()


def test_targets_that_contradict_are_told() -> None:
    assert contradictions(targets()) == []

    def target(indicator: str, least: int, unit: str = "products") -> Target:
        return Target(
            f"{indicator}{least}", indicator, 2030, "14", indicator, least, unit, "", "", ""
        )

    found = contradictions(
        [
            target("products", 10), target("four_star", 9), target("five_star", 2),
            target("five_star", 3), target("communes", 120, "percent"),
        ]
    )  # fmt: skip
    assert len(found) == 3


class TestReports:
    def test_the_report_in_three_forms(self, agency: User) -> None:
        made = product(50, name="Chè báo cáo")
        YearRecord.objects.create(product=made, year=2025, revenue=1_234_500_000)
        client = browser(agency)
        pdf = client.get("/can-bo/chi-tieu/bao-cao.pdf?tu=2026-01-01").content
        assert "Báo cáo Chương trình OCOP".upper() in text_of(pdf)
        docx = client.get("/can-bo/chi-tieu/bao-cao.docx").content
        words = "\n".join(p.text for p in Document(BytesIO(docx)).paragraphs)
        assert "OCOP trong nông thôn mới, theo xã" in words
        book = CalamineWorkbook.from_filelike(
            BytesIO(client.get("/can-bo/chi-tieu/bao-cao.xlsx").content)
        )
        assert len(book.sheet_names) == 11
        held = book.get_sheet_by_name("Sản phẩm theo hạng").to_python()
        assert held[1][:2] == ["3 sao", 1.0]
        assert client.get("/can-bo/chi-tieu/bao-cao.exe").status_code == 404
        assert (
            client.get("/can-bo/chi-tieu/bao-cao.pdf?tu=hom-qua&ngay=2031-99-99").status_code == 200
        )
        ministry = b"".join(client.get("/can-bo/ptnt-ocop.csv")).decode()  # type: ignore[arg-type]
        assert "1234.50" in ministry

    def test_communes_for_the_new_countryside(self, agency: User) -> None:
        product(50)
        PlaceFactory(code="03871", name="Xã Pắc Ngà")
        answer = browser(agency).get("/can-bo/chi-tieu/nong-thon-moi.csv")
        rows = b"".join(answer).decode().splitlines()  # type: ignore[arg-type]
        assert sum(",có" in row for row in rows) == 1
        assert any("Xã Pắc Ngà" in row and "chưa có" in row for row in rows)
