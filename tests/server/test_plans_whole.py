"""Standing and plans as a province uses them for years: lists behind every figure, two provinces in
one house, sheets of earlier decisions, levels told one by one, limits in words."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from saola.criteria import load, sheet_ids
from saola.lifecycle.machine import Refused
from saola.planning.sheets import ladders
from saola.server.accounts.models import User
from saola.server.dossiers.models import Dossier, SelfAssessment, StepLog
from saola.server.places.models import Place
from saola.server.recognition.models import Recognition
from saola.server.targets import scenarios
from saola.server.targets.models import EffortRow, PlanItem
from saola.server.targets.paths import efforts, set_effort, ways
from saola.server.targets.portfolio import gather
from saola.server.targets.progress import contradictions, progress, targets
from saola.server.targets.rounds import rounds
from saola.server.targets.sheets import last_sheet
from saola.server.targets.terms import terms
from saola.server.web.desk.planning.efforts import labels
from tests.factories import DossierFactory, PlaceFactory, ProductFactory, UserFactory
from tests.server.test_recognition import text_of
from tests.server.test_register import TODAY, browser, recognised
from tests.server.test_scenarios import YEAR, agency, product, solved

__all__ = ["agency"]
pytestmark = pytest.mark.django_db
FIGURES = {
    "cost_from": 1, "cost_to": 3, "months_from": 2, "months_to": 4, "chance": 90, "support": "",
    "first_label": "", "first_points": None, "points": None,
}  # fmt: skip


def elsewhere() -> Place:
    return PlaceFactory(code="09001", name="Xã Tỉnh Khác", province_code="11")


class TestTwoProvinces:
    def test_each_counts_its_own(self, agency: User) -> None:
        recognised(ProductFactory(name="Chè nhà"), stars=5)
        recognised(ProductFactory(name="Chè láng giềng", place=elsewhere()), stars=5)
        told = {one.id: progress(one, terms(TODAY)) for one in targets()}
        assert told["five_star_2030"].count == 1
        assert told["commune_coverage_2025"].out_of == 1
        mine = browser(agency).get("/can-bo/chi-tieu/five_star_2030/").content.decode()
        assert "Chè nhà" in mine
        assert "Chè láng giềng" not in mine
        other = browser(UserFactory(role="province_leader", role__scope="place:11"))
        page = other.get("/can-bo/chi-tieu/").content.decode()
        assert "Xã Tỉnh Khác" in page
        assert "Ít nhất 10 sản phẩm 5 sao" not in page  # nobody there has promised
        assert other.get("/can-bo/chi-tieu/five_star_2030/").status_code == 404
        ministry = browser(UserFactory(role="ministry_viewer", role__scope="country:vn"))
        whole = ministry.get("/can-bo/chi-tieu/").content.decode()
        assert "Xã Tỉnh Khác" in whole

    def test_their_promises_do_not_contradict(self) -> None:
        one = next(t for t in targets() if t.id == "five_star_2030")
        facts = {name: getattr(one, name) for name in one.__slots__}
        assert contradictions([one, type(one)(**facts | {"place": "11", "least": 3})]) == []
        assert contradictions([one, type(one)(**facts | {"least": 3})])


class TestLists:
    def test_what_is_not_known_and_out_of_what(self, agency: User) -> None:
        raised = recognised(ProductFactory(name="Đã lên"), stars=3, year=2022)
        recognised(raised, stars=4, year=2025)
        recognised(
            ProductFactory(name="Chưa rõ năm"),
            stars=3,
            year=None,
            recognised_on=None,
            expires_on=None,
        )
        client, page = browser(agency), "/can-bo/chi-tieu/upgrade_3_to_4_2030/"
        assert "Đã lên" in client.get(page).content.decode()
        unknown = client.get(f"{page}?phan=chua-ro").content.decode()
        assert "Chưa rõ năm" in unknown
        assert "Đã lên" not in unknown
        assert "Đã lên" in client.get(f"{page}?phan=mau-so").content.decode()

    def test_rounds_and_clocks_open_their_dossiers(self, agency: User) -> None:
        day = date(TODAY.year, 5, 4)
        facts = {"proposed_on": day, "filed_on": day, "state": "accepted"}
        dossier = DossierFactory(product__name="Chè đang làm", **facts)
        late = DossierFactory(product__name="Chè trễ", due_on=date(2020, 1, 1), **facts)
        client = browser(agency)
        row = next(r for r in rounds(Dossier.objects.all(), TODAY) if dossier.pk in r.proposed)
        page = client.get(f"/can-bo/chi-tieu/dot/{row.slug}--open/").content.decode()
        assert "Chè đang làm" in page
        waits = client.get(f"/can-bo/chi-tieu/dong-ho/{late.state}--late/").content.decode()
        assert "Chè trễ" in waits
        assert "Chè đang làm" not in waits
        whole = client.get("/can-bo/chi-tieu/").content.decode()
        assert f"/can-bo/chi-tieu/dot/{row.slug}--open/" in whole
        for odd in ("dot/2026-06-30--x", "dot/x--open", "dong-ho/x--late", "dong-ho/draft--days"):
            assert client.get(f"/can-bo/chi-tieu/{odd}/").status_code in (200, 404), odd
        stranger = browser(UserFactory(role="ocop_agency", role__scope="place:11"))
        assert (
            "Chè trễ"
            not in stranger.get(f"/can-bo/chi-tieu/dong-ho/{late.state}--late/").content.decode()
        )

    def test_a_round_as_it_stood_on_a_day(self) -> None:
        day = date(TODAY.year - 1, 5, 4)
        dossier = DossierFactory(proposed_on=day, filed_on=day, state="withdrawn")
        by = UserFactory()
        for at, state in ((5, "accepted"), (9, "withdrawn")):
            moment = datetime(TODAY.year - 1, at, 1, tzinfo=UTC)
            StepLog.objects.create(
                dossier=dossier, step="x", source="draft", target=state, by=by, at=moment
            )
        (then,) = rounds(Dossier.objects.all(), date(TODAY.year - 1, 6, 1))
        (now,) = rounds(Dossier.objects.all(), TODAY)
        assert (then.open, then.ended) == ([dossier.pk], [])
        assert (now.open, now.ended) == ([], [dossier.pk])

    def test_tables_alone_as_papers_and_of_a_past_day(self, agency: User) -> None:
        old = recognised(
            ProductFactory(name="Chè cũ"), stars=3, year=2022, recognised_on=date(2022, 5, 1),
            expires_on=date(2025, 5, 1),
        )  # fmt: skip
        Recognition.objects.filter(product=old).update(published_on=date(2022, 5, 1))
        recognised(ProductFactory(name="Chè mới"), stars=4)
        Recognition.objects.filter(product__name="Chè mới").update(published_on=TODAY)
        client = browser(agency)
        for kind in ("pdf", "docx", "xlsx", "csv"):
            for table in ("/can-bo/ptnt-ocop", "/can-bo/chi-tieu/nong-thon-moi"):
                assert client.get(f"{table}.{kind}?ngay=2024-01-01").status_code == 200
        assert client.get("/can-bo/ptnt-ocop.exe").status_code == 404
        then = text_of(client.get("/can-bo/ptnt-ocop.pdf?ngay=2024-01-01").content)
        assert "Chè cũ" in then
        assert "Chè mới" not in then


class TestLevels:
    def test_a_level_told_by_itself(self, agency: User) -> None:
        name = labels()[0]
        sheet = next(
            s for s in map(load, sheet_ids())
            if s.rulebook == "26-2026" and any(c.label == name for c in s.criteria)
        )  # fmt: skip
        criterion = next(c for c in sheet.criteria if c.label == name)
        top = max(one.points for one in criterion.offered())
        set_effort(name, FIGURES, "14", by=agency)
        own = {"points": top, "cost_from": 70, "cost_to": 90, "months_from": 8, "months_to": 8}
        set_effort(name, FIGURES | own, "14", by=agency)
        assert EffortRow.objects.count() == 2
        rows = ladders(sheet, {}, efforts(sheet, "14"))
        levels = {v.points: v for v in next(r for r in rows if r.criterion == criterion.id).levels}
        assert (levels[top].cost, levels[top].months) == (80, 8)
        low = min(levels)
        assert (levels[low].cost, levels[low].months) == (2 * low, 3)
        page = browser(agency).get("/can-bo/chi-phi/").content.decode()
        assert f"lên mức {top} điểm" in page
        with pytest.raises(Refused, match="nhiều nhất"):
            set_effort(name, FIGURES | {"points": 99}, "14", by=agency)

    def test_rows_that_could_never_be_used(self, agency: User) -> None:
        one, two, three = labels()[:3]
        with pytest.raises(Refused, match="nhiều nhất"):
            set_effort(one, FIGURES | {"first_label": two, "first_points": 100}, "14", by=agency)
        set_effort(one, FIGURES | {"first_label": two, "first_points": 1}, "14", by=agency)
        with pytest.raises(Refused, match="chờ cùng"):
            set_effort(one, FIGURES | {"points": 1, "first_label": three}, "14", by=agency)

    def test_many_that_wait_for_one_are_no_fault(self, agency: User) -> None:
        made = product(50)
        sheet = last_sheet(made)
        assert sheet is not None
        names = [c.label for c in sheet.criteria_set.criteria]
        for name in names[1:]:
            told = FIGURES | {"first_label": names[0], "first_points": 1}
            set_effort(name, told, "14", by=agency)
        found, _source = ways(sheet, "14")
        assert all(way.plan is not None for way in found)
        assert browser(agency).get(f"/can-bo/len-hang/{made.pk}/").status_code == 200

    def test_negative_figures_are_refused(self, agency: User) -> None:
        told = {
            **FIGURES,
            "label": labels()[0],
            "cost_from": "-5",
            "points": "",
            "first_points": "",
        }
        answer = browser(agency).post("/can-bo/chi-phi/", told)
        assert answer.status_code == 400
        assert not EffortRow.objects.exists()


class TestScenarios:
    def of_sheet(self, decision: str) -> Any:
        made = product(50)
        dossier = made.dossiers.get()
        number = load(dossier.sheet_id).number
        sheet = next(
            s for s in map(load, sheet_ids()) if s.rulebook == decision and s.number == number
        )  # fmt: skip
        choices = {c.id: c.offered()[0].id for c in sheet.criteria if not c.cases}
        Dossier.objects.filter(pk=dossier.pk).update(sheet_id=sheet.id)
        SelfAssessment.objects.filter(dossier=dossier).update(choices=choices)
        return made

    def test_sheets_of_earlier_decisions_are_told(self, agency: User) -> None:
        read, over = self.of_sheet("148-2023"), self.of_sheet("1048-2019")
        found = gather("14", 3)
        assert (found.mapped, found.old) == ([read.pk], [over.pk])
        assert found.dated
        assert {int(option.product) for option in found.options} == {read.pk}
        row = solved(agency, budgets=[9000] * 5)
        page = browser(agency).get(f"/can-bo/phuong-an/{row.pk}/").content.decode()
        assert "đọc sang bộ tiêu chí đang áp dụng" in page
        assert "không có bảng đọc sang" in page

    def test_only_promised_products_count_as_raised(self) -> None:
        made = product(68)
        Recognition.objects.filter(product=made).update(year=2026)  # after the promise's years
        made.save()
        assert all(option.gives["upgraded"] == 0 for option in gather("14", 3).options)

    def test_a_year_too_early_is_said(self, agency: User) -> None:
        made = product(50)
        for name in [c.label for c in load(made.dossiers.get().sheet_id).criteria]:
            told = {"months_from": 14, "months_to": 14}
            set_effort(name, FIGURES | told, "14", by=agency)
        row = solved(agency, budgets=[9000] * 5, due_year=YEAR)
        assert row.result is not None
        assert row.result["extra_needed"] is None
        assert row.result["would_do"]["later"] == 0
        page = browser(agency).get(f"/can-bo/phuong-an/{row.pk}/").content.decode()
        assert "Lùi chỉ tiêu đến năm cuối" in page

    def test_the_money_that_fairness_wants_is_told(self, agency: User) -> None:
        product(40)
        row = solved(agency, each_commune=True, budgets=[0] * 5)
        assert row.result is not None
        needed = row.result["fair_needs"]
        assert needed > 0
        page = browser(agency).get(f"/can-bo/phuong-an/{row.pk}/").content.decode()
        assert f"Thêm {needed} triệu đồng thì được" in page
        enough = solved(agency, name="B", each_commune=True, budgets=[needed, 0, 0, 0, 0])
        assert enough.state == "solved"

    def test_what_ran_out_of_time_is_told(self, agency: User) -> None:
        product(68)
        row = solved(agency)
        assert row.result is not None
        client, page = browser(agency), f"/can-bo/phuong-an/{row.pk}/"
        row.result |= {"unproven": "cost", "gap": 0.031}
        row.save()
        told = client.get(page).content.decode()
        assert "Hết giờ tính ở mục tiêu “kinh phí ít nhất”" in told
        assert "nhiều nhất 3,1 %" in told
        row.result = {
            "unassessed": 0, "stuck": [], "old": [], "mapped": 0, "dated": "", "products": 1,
            "nothing_found": True,
        }  # fmt: skip
        row.save()
        assert "Hết giờ tính trước khi tìm được cách nào" in client.get(page).content.decode()

    def test_all_have_lapsed(self, agency: User) -> None:
        made = product(60)
        Recognition.objects.filter(product=made).update(
            year=2020, recognised_on=date(2020, 1, 1), expires_on=date(2023, 1, 1)
        )
        made.save()
        client = browser(agency)
        for page in ("", "du-bao/", "bao-cao.pdf", "bao-cao.xlsx", "nong-thon-moi.csv"):
            assert client.get(f"/can-bo/chi-tieu/{page}").status_code == 200
        row = solved(agency, targets={"products": 1}, budgets=[9000] * 5)
        assert row.result is not None
        assert row.result["targets"][0]["short"] == 0

    def test_work_beside_a_newer_result(self, agency: User) -> None:
        product(68)
        row = solved(agency)
        scenarios.adopt(row, revision=row.revision, by=agency)
        assert scenarios.changed(row) == []
        item = PlanItem.objects.get()
        PlanItem.objects.filter(pk=item.pk).update(planned={"2020": 7})
        (other,) = scenarios.changed(row)
        assert other.now is not None
        assert any(year["year"] == 2020 for year in scenarios.by_year(row))  # not lost
        page = browser(agency).get(f"/can-bo/phuong-an/{row.pk}/viec/").content.decode()
        assert "Kết quả tính mới nhất khác" in page

    def test_who_keeps_work_finds_it(self, agency: User) -> None:
        product(68)
        row = solved(agency)
        scenarios.adopt(row, revision=row.revision, by=agency)
        team = UserFactory(role="advisory_team", role__scope="place:14")
        told = {"keeper": team, "owner": "", "due_on": TODAY, "budget_line": "", "outcome": "open",
                "note": ""}  # fmt: skip
        item = scenarios.keep_item(PlanItem.objects.get(), told, revision=1, by=agency)
        client = browser(team)
        mine = client.get("/can-bo/phuong-an/viec/").content.decode()
        assert item.product.name in mine
        page = f"/can-bo/phuong-an/viec/{item.pk}/"
        shown = client.get(page).content.decode()
        assert "Ghi khoản chi" in shown
        assert 'name="budget_line"' not in shown  # that is the planner's
        posted = {"form": "item", "outcome": "done", "note": "đạt 71 điểm", "revision": "2"}
        assert client.post(page, posted | {"budget_line": "của tôi"}).status_code == 302
        item.refresh_from_db()
        assert (item.outcome, item.note, item.budget_line) == ("done", "đạt 71 điểm", "")
        late = browser(agency).post(page, posted | {"note": "khác"})  # of the revision before
        assert late.status_code == 400
        assert "đạt 71 điểm" in late.content.decode()  # theirs beside the own words
        money = {"form": "money", "on": "2026-03-01", "amount": "3", "token": str(uuid.uuid4())}
        assert client.post(page, money).status_code == 302
        paid = item.spendings.get()
        assert client.post(f"/can-bo/phuong-an/khoan-chi/{paid.pk}/").status_code == 403
        other = browser(UserFactory(role="advisory_team", role__scope="place:14"))
        assert "Ghi khoản chi" not in other.get(page).content.decode()
        other.post(page, money | {"token": str(uuid.uuid4())})
        assert item.spendings.count() == 1
