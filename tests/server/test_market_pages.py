"""Selling on its pages: every form, odd input, who sees what, what the office notes."""

import json
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from saola.server.events.tokens import make_token
from saola.server.market import keeping
from saola.server.market.enquiries import advance
from saola.server.market.fairs import invite
from saola.server.market.matching import fit_for
from saola.server.market.models import Channel, Contract, Offer, Sale, Stand
from tests.factories import PlaceFactory, UserFactory
from tests.server.test_market import TODAY, Seller, planned
from tests.server.test_register import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(settings: Any, tmp_path: Any) -> Seller:
    settings.DATA = tmp_path
    return Seller()


class TestPages:
    def test_every_form_keeps_what_it_says(self, seller: Seller) -> None:
        client, page = browser(seller.user), f"/chu-the/ban-hang/{seller.product.pk}/"
        enquiry = seller.asked()
        sent: list[tuple[str, dict[str, Any]]] = [
            ("offer", {"unit": "kg", "month_1": "5", "price_from": "1000", "samples": "on"}),
            ("channel", {"kind": "social", "name": "Nhóm bán", "url": "https://mxh.example/a"}),
            ("step", {"enquiry": enquiry.pk, "state": "answered", "text": "đã gọi"}),
            ("contract", {
                "kind": "sale", "enquiry": enquiry.pk, "partner": "Siêu thị A", "number": "9",
                "signed_on": TODAY.isoformat(), "unit": "kg", "value": "1000000",
            }),
            ("export", {
                "on": TODAY.isoformat(), "country": "JP", "hs_code": "090210", "quantity_kg": "5",
                "value_usd": "10.50",
            }),
            ("year", {"year": "2025", "unit": "kg", "output": "12.5", "workers": "4"}),
        ]  # fmt: skip
        for form, fields in sent:
            answer_ = client.post(page, {"form": form, **fields})
            assert answer_.status_code == 302, (form, answer_.content.decode()[-3000:])
        channel = Channel.objects.get()
        sale = {
            "form": "sale",
            "channel": channel.pk,
            "month": "2026-10",
            "orders": "4",
            "revenue": "9",
        }
        assert client.post(page, sale).status_code == 302
        assert Sale.objects.get().month == date(2026, 10, 1)
        assert Offer.objects.get().capacity[0] == "5"
        text = client.get(page).content.decode()
        for word in ("Nhóm bán", "Siêu thị A", "090210", "10/2026", "đã gọi"):
            assert word in text, word
        assert client.post(f"/chu-the/ban-hang/kenh/{channel.pk}/dung/").status_code == 302
        assert "Nhóm bán" not in Client().get(f"/san-pham/{seller.product.pk}/").content.decode()

    def test_what_is_wrong_is_told_and_nothing_typed_is_lost(self, seller: Seller) -> None:
        client, page = browser(seller.user), f"/chu-the/ban-hang/{seller.product.pk}/"
        wrong = {"form": "export", "on": "mai", "hs_code": "12", "buyer": "Công ty Nhật"}
        answer_ = client.post(page, wrong)
        assert answer_.status_code == 400
        text = answer_.content.decode()
        assert "Công ty Nhật" in text
        assert "Mã HS gồm" in text

    def test_queries_do_not_grow(self, seller: Seller, django_assert_max_num_queries: Any) -> None:
        client, page = browser(seller.user), f"/chu-the/ban-hang/{seller.product.pk}/"
        for _ in range(6):
            advance(seller.asked(), "answered", "x", by=seller.user)
            seller.contract()
        with django_assert_max_num_queries(26):
            client.get(page)

    def test_mistakes_are_taken_out(self, seller: Seller) -> None:
        enquiry = seller.asked()
        facts = {"kind": "sale", "partner": "A", "number": "1", "signed_on": TODAY}
        contract = keeping.sign_contract(seller.product, facts, by=seller.user, enquiry=enquiry)
        page = f"/chu-the/ban-hang/bo/hop-dong/{contract.pk}/"
        other = Seller()
        assert browser(other.user).post(page).status_code == 404
        client = browser(seller.user)
        assert client.get(page).status_code == 200
        assert Contract.objects.count() == 1
        assert client.post(page).status_code == 302
        assert Contract.objects.count() == 0
        enquiry.refresh_from_db()
        assert enquiry.state == "talking"
        assert client.get("/chu-the/ban-hang/bo/khac/1/").status_code == 404

    @pytest.mark.parametrize(
        ("path", "fields"),
        [
            ("sale", {"month": "2026-10", "orders": "9" * 25, "revenue": "1"}),
            ("year", {"year": "2025", "unit": "kg", "workers": "9" * 25}),
            ("channel", {"kind": "ecommerce", "name": "a", "url": "ftp://10.0.0.1/x"}),
            ("channel", {"kind": "ecommerce", "name": "a", "url": "http://san.example/x"}),
        ],
    )
    def test_odd_figures_and_addresses_are_told(
        self, seller: Seller, path: str, fields: dict[str, str]
    ) -> None:
        channel = seller.channel()
        posted = {"form": path, "channel": channel.pk, **fields}
        page = f"/chu-the/ban-hang/{seller.product.pk}/"
        assert browser(seller.user).post(page, posted).status_code == 400

    def test_odd_years_and_ids_of_the_office(self, seller: Seller) -> None:
        client = browser(seller.officer)
        assert client.get(f"/can-bo/thi-truong/?nam={'9' * 5000}").status_code == 200
        event = planned(seller)
        page = f"/can-bo/su-kien-ban-hang/{event.pk}/"
        assert client.post(page, {"producer": "9" * 5000}).status_code == 302
        assert Stand.objects.count() == 0

    def test_a_commune_sees_its_own_stands(self, seller: Seller) -> None:
        event = planned(seller)
        invite(event, [seller.producer], by=seller.officer)
        path = f"/can-bo/su-kien-ban-hang/{event.pk}/gian-hang.csv"
        far = UserFactory(role="commune_officer", role__scope="place:03871")
        PlaceFactory(code="03871", name="Xã Pắc Ngà")
        near = UserFactory(role="commune_officer", role__scope="place:03868")
        for officer, seen in ((far, False), (near, True)):
            text = b"".join(browser(officer).get(path)).decode()  # type: ignore[arg-type]
            assert (seller.producer.name in text) is seen
        foreign = UserFactory(role="ocop_agency", role__scope="place:11")
        assert browser(foreign).get(path).status_code == 404

    def test_the_office_notes_help(self, seller: Seller) -> None:
        page = f"/can-bo/thi-truong/ho-tro/{seller.product.pk}/"
        posted = {"year": "2026", "measure": "Máy sấy", "money": "5", "source": "OCOP"}
        assert browser(seller.officer).post(page, posted).status_code == 302
        assert browser(seller.user).get(page).status_code == 403
        events = browser(seller.officer).get("/can-bo/su-kien-ban-hang/")
        assert events.status_code == 200
        call_command("tend", "--once")


class TestMachines:
    def test_a_month_from_the_shop_s_own_machine(self, seller: Seller) -> None:
        channel = seller.channel()
        _, secret = make_token("cửa hàng", 14, producer=seller.producer)
        told = {"channel": channel.pk, "month": "2026-10", "orders": 3, "revenue": 90_000}

        def post(token: str, body: Any) -> int:
            answer = Client(enforce_csrf_checks=True).post(
                "/api/doanh-so",
                json.dumps(body) if not isinstance(body, bytes) else body,
                content_type="application/json",
                headers={"Authorization": f"Bearer {token}"} if token else {},
            )
            return answer.status_code

        for _ in range(2):
            assert post(secret, told) == 200
        assert (Sale.objects.get().source, Sale.objects.get().revenue) == ("api", 90_000)
        assert post("", told) == 401
        assert post("khac", told) == 401
        _, foreign = make_token("khác", 14, producer=Seller().producer)
        assert post(foreign, told) == 403
        assert post(secret, told | {"channel": 10**30}) in (400, 404)
        assert post(secret, told | {"channel": 999}) == 404
        for wrong in (
            {"month": "2026-13"}, {"orders": -1}, {"orders": 10**12}, {"revenue": "x"},
            {"returns": 9}, {"more": 1}, {"month": "2090-01"},
        ):  # fmt: skip
            assert post(secret, told | wrong) == 400, wrong
        for odd in (b"", b"[]", b"[" * 100_000, b"\xff"):
            assert post(secret, odd) == 400
        assert Client().get("/api/doanh-so").status_code == 405

    def test_stands_are_numbered_and_sets_narrow_an_event(self, seller: Seller) -> None:
        event = planned(seller, groups=[4])
        assert fit_for(event, TODAY) == []
        event = planned(seller, groups=[11], name="Hội chợ chè")
        invite(event, [seller.producer], by=seller.officer)
        stand = Stand.objects.get()
        page = f"/can-bo/su-kien-ban-hang/{event.pk}/"
        client = browser(seller.officer)
        posted = {"numbers": "1", f"so-{stand.pk}": "A12", "so-x": "B"}
        assert client.post(page, posted).status_code == 302
        assert (
            "A12"
            in browser(seller.user).get(f"/chu-the/ban-hang/gian-hang/{stand.pk}/").content.decode()
        )
        far = UserFactory(role="commune_officer", role__scope="place:03868")
        assert browser(far).post(page, posted | {f"so-{stand.pk}": "Z"}).status_code in (
            302,
            403,
            409,
        )
        stand.refresh_from_db()
        assert stand.number == "A12"
