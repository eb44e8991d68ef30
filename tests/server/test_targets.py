"""Targets on any day with the lists behind them; ways of products; the province's own figures."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from saola.criteria import load
from saola.lifecycle.machine import Refused
from saola.planning import cheapest
from saola.planning.sheets import goal, ladders
from saola.server.dossiers.models import SelfAssessment
from saola.server.market.models import Export
from saola.server.products.models import Product
from saola.server.targets.models import EffortRow, StepDone
from saola.server.targets.outlook import ended_terms, expiring, held_now, turns
from saola.server.targets.paths import set_effort, tick, untick, ways
from saola.server.targets.progress import progress, targets
from saola.server.targets.sheets import last_sheet
from saola.server.targets.terms import terms
from tests.factories import DossierFactory, PlaceFactory, ProductFactory, UserFactory
from tests.server.test_register import browser, recognised

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def counted(key: str, on: date = TODAY) -> tuple[int, int | None, int]:
    row = progress(next(one for one in targets() if one.id == key), terms(on))
    return row.count, row.out_of, row.unknown


class TestPromises:
    def test_every_target_has_its_source_and_its_words(self) -> None:
        assert len({one.id for one in targets()}) == len(targets()) == 8
        for one in targets():
            assert one.source
            assert one.denominator
            assert progress(one, terms(TODAY)).count == 0

    def test_classes_in_force_and_what_is_not_known(self) -> None:
        recognised(stars=4)
        recognised(stars=5)
        recognised(stars=3, expires_on=date(2026, 1, 1))  # over
        recognised(stars=4, expires_on=None, recognised_on=None, year=2025)
        recognised(ProductFactory(illustrative=True), stars=4)
        assert counted("products_2025") == (2, None, 1)
        assert counted("four_star_2025") == (1, None, 1)
        assert counted("five_star_2030") == (1, None, 0)

    def test_a_past_day_is_replayed(self) -> None:
        product = recognised(
            stars=3, year=2022, recognised_on=date(2022, 5, 1), expires_on=date(2025, 5, 1)
        )
        recognised(
            product, stars=4, year=2025, recognised_on=date(2025, 4, 1), expires_on=date(2028, 4, 1)
        )
        assert counted("products_2025", date(2021, 1, 1)) == (0, None, 0)
        assert counted("four_star_2025", date(2024, 1, 1)) == (0, None, 0)
        assert counted("products_2025", date(2024, 1, 1)) == (1, None, 0)
        assert counted("four_star_2025", date(2026, 1, 1)) == (1, None, 0)
        assert counted("upgrade_3_to_4_2030", date(2024, 1, 1)) == (0, 1, 0)
        assert counted("upgrade_3_to_4_2030", date(2026, 1, 1)) == (1, 1, 0)

    def test_the_denominator_is_each_product_once(self) -> None:
        product = recognised(stars=3, year=2021, recognised_on=date(2021, 5, 1), expires_on=None)
        recognised(product, stars=3, year=2024, recognised_on=date(2024, 5, 1))
        recognised(stars=3, year=2020, recognised_on=date(2020, 5, 1), expires_on=None)
        assert counted("upgrade_3_to_4_2030") == (0, 1, 0)

    def test_communes_and_exports(self) -> None:
        product = recognised()
        PlaceFactory(code="03871", name="Xã Pắc Ngà")
        assert counted("commune_coverage_2025") == (1, 2, 0)
        row = progress(
            next(one for one in targets() if one.id == "commune_coverage_2025"), terms(TODAY)
        )
        assert [place.name for place in row.places or []] == ["Xã Pắc Ngà"]
        assert row.value == 50
        Export.objects.create(
            product=product, on=TODAY, country="JP", hs_code="0902", quantity_kg=1, value_usd=1
        )
        assert counted("exported_2030") == (1, None, 0)
        assert counted("exported_2030", date(2020, 1, 1)) == (0, None, 0)

    def test_the_pages(self) -> None:
        recognised(ProductFactory(name="Chè thật"), stars=4)
        leader = UserFactory(role="province_leader", role__scope="place:14")
        client = browser(leader)
        page = client.get("/can-bo/chi-tieu/").content.decode()
        assert "Mỗi xã, phường có ít nhất một sản phẩm" in page
        assert "Chè thật" in client.get("/can-bo/chi-tieu/four_star_2025/").content.decode()
        assert client.get("/can-bo/chi-tieu/khac/").status_code == 404
        for what, key, status in (
            ("cong-nhan", TODAY.year, 200), ("ket-thuc", 2020, 200), ("loai-hinh", "cooperative", 200),
            ("loai-hinh", "chua-ro", 200), ("loai-hinh", "x", 404), ("khac", "1", 404),
        ):  # fmt: skip
            assert client.get(f"/can-bo/chi-tieu/{what}/{key}/").status_code == status
        assert client.get("/can-bo/chi-tieu/?ngay=hom-qua").status_code == 200
        past = client.get("/can-bo/chi-tieu/four_star_2025/?ngay=2020-01-01").content.decode()
        assert "Chè thật" not in past
        table = b"".join(client.get("/can-bo/chi-tieu.csv")).decode()  # type: ignore[arg-type]
        assert "280" in table
        producer = UserFactory(role="producer", role__scope="producer:1")
        assert browser(producer).get("/can-bo/chi-tieu/").status_code == 403


class TestOutlook:
    def test_how_terms_ended(self) -> None:
        def term(product: Product, stars: int, year: int) -> None:
            day = date(year, 5, 1)
            recognised(
                product, stars=stars, year=year, recognised_on=day,
                expires_on=date(year + 3, 5, 1),
            )  # fmt: skip

        kept, raised, fell, lost = (ProductFactory() for _ in range(4))
        for product, stars, year in (
            (kept, 3, 2019), (kept, 3, 2022), (raised, 3, 2020), (raised, 4, 2023),
            (fell, 4, 2020), (fell, 3, 2023), (lost, 3, 2019),
        ):  # fmt: skip
            term(product, stars, year)
        recognised(ProductFactory(illustrative=True), stars=3, year=2019, expires_on=None)
        recognised(stars=4, year=2020, recognised_on=None, expires_on=None)
        ends = ended_terms(terms(date(2024, 1, 1)))
        assert dict(ends[3]) == {"renewed": 1, "upgraded": 1, "lost": 1}
        assert dict(ends[4]) == {"lost": 2}
        assert not ended_terms(terms(date(2019, 12, 1)))[3]
        assert held_now(terms(date(2024, 1, 1))) == {(3, 2025): 1, (4, 2026): 1, (3, 2026): 1}
        assert [(m, len(rows)) for m, rows in expiring(terms(date(2025, 1, 1)))] == [
            (6, 1),
            (12, 1),
        ]
        assert [(year, dict(of)) for year, of in turns(terms(date(2024, 1, 1)))] == [
            (2022, {"renewed": 1, "lost": 1}), (2023, {"upgraded": 1, "lost": 2}),
        ]  # fmt: skip

    def test_its_page(self, django_assert_max_num_queries: Any) -> None:
        recognised(stars=4)
        recognised(stars=3, recognised_on=None, expires_on=None, year=TODAY.year)
        client = browser(UserFactory(role="province_leader", role__scope="place:14"))
        with django_assert_max_num_queries(14):
            page = client.get("/can-bo/chi-tieu/du-bao/").content.decode()
        assert page.count('data-kind="fan"') == 3
        assert "Dưới 30 lần" in page
        assert ">giữa<" not in page  # with few cases the middle is not shown
        assert client.get("/can-bo/chi-tieu/du-bao/?ngay=2000-01-01").status_code == 200
        producer = UserFactory(role="producer", role__scope="producer:1")
        assert browser(producer).get("/can-bo/chi-tieu/du-bao/").status_code == 403


class Way:
    """A tea with a self-assessment at the lowest levels."""

    def __init__(self) -> None:
        self.product: Product = ProductFactory()
        self.user = UserFactory(role="producer", role__scope=f"producer:{self.product.producer_id}")
        self.agency = UserFactory(role="ocop_agency", role__scope="place:14")
        self.dossier = DossierFactory(product=self.product, target_stars=4)
        self.set = load(self.dossier.sheet_id)
        choices = {c.id: min(c.offered(), key=lambda x: x.points).id for c in self.set.criteria}
        SelfAssessment.objects.update_or_create(dossier=self.dossier, defaults={"choices": choices})


class TestWays:
    def test_from_the_self_assessment_to_three_ways(self) -> None:
        way = Way()
        sheet = last_sheet(way.product)
        assert sheet is not None
        assert (sheet.by_council, sheet.next_stars) == (False, 4)
        found, source = ways(sheet, "14")
        assert [one.key for one in found] == ["cheapest", "fastest", "safest"]
        assert source
        plan = found[0].plan
        assert plan is not None
        assert plan == cheapest(ladders(way.set, sheet.points), goal(way.set, 4))

    def test_steps_are_ticked_off_and_back(self) -> None:
        way = Way()
        client, page = browser(way.user), f"/chu-the/ban-hang/{way.product.pk}/len-hang/"
        assert "Ít tiền nhất" in client.get(page).content.decode()
        sheet = last_sheet(way.product)
        assert sheet is not None
        plan = ways(sheet, "14")[0][0].plan
        assert plan is not None
        step = plan.steps[0]
        posted = {"criterion": step.criterion, "points": step.level.points}
        for _ in range(2):
            assert client.post(page, posted).status_code == 302
        done = StepDone.objects.get()
        sheet = last_sheet(way.product)
        assert sheet is not None
        assert sheet.points[step.criterion] == step.level.points
        again = ways(sheet, "14")[0][0].plan
        assert again is not None
        assert again.cost <= plan.cost
        other = UserFactory(role="producer", role__scope="producer:999")
        assert browser(other).get(page).status_code == 404
        with pytest.raises(Refused):
            untick(way.product, done.pk, by=other)
        assert client.post(page, {"untick": done.pk}).status_code == 302
        assert StepDone.objects.count() == 0
        for criterion, points in (("9.9", 1), (step.criterion, 99)):
            with pytest.raises(Refused):
                tick(way.product, criterion, points, by=way.user)

    def test_the_province_s_figures_replace_the_guesses(self) -> None:
        way = Way()
        label = way.set.criteria[0].label
        facts = {
            "cost_from": 2, "cost_to": 4, "months_from": 1, "months_to": 1, "chance": 100,
        }  # fmt: skip
        for _ in range(2):
            set_effort(label, facts, "14", by=way.agency)
        assert EffortRow.objects.count() == 1
        with pytest.raises(Refused):
            set_effort(label, facts, "14", by=way.user)
        for wrong in ({"cost_to": 1}, {"months_to": 0}):
            with pytest.raises(Refused):
                set_effort(label, facts | wrong, "14", by=way.agency)
        client = browser(way.agency)
        page = client.get("/can-bo/chi-phi/").content.decode()
        assert "2–4" in page
        posted = {**facts, "label": way.set.criteria[1].label, "chance": "101"}
        assert client.post("/can-bo/chi-phi/", posted).status_code == 400
        assert client.post("/can-bo/chi-phi/", posted | {"chance": "90"}).status_code == 302
        assert browser(way.user).get("/can-bo/chi-phi/").status_code == 403

    def test_without_a_sheet_the_page_says_so(self) -> None:
        product = ProductFactory()
        user = UserFactory(role="producer", role__scope=f"producer:{product.producer_id}")
        page = browser(user).get(f"/chu-the/ban-hang/{product.pk}/len-hang/")
        assert "chưa có phiếu nào" in page.content.decode()
        assert last_sheet(product) is None
