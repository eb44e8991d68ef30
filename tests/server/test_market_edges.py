"""The market where it could lose somebody: enquiries that reach no producer, demands nobody sees,
records that change after they were cited, places that changed twice."""

import threading
import uuid
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from saola.criteria import load, sheet_ids
from saola.lifecycle.machine import Refused
from saola.server.dossiers.models import Dossier
from saola.server.market import evidence, fairs, keeping
from saola.server.market.enquiries import advance, ask, introduce, reply, seek, settle_demand
from saola.server.market.links import check
from saola.server.market.models import Contract, Enquiry, Offer, Stand, TradeEvent
from saola.server.market.queries import by_model, markets, year_totals
from saola.server.notices.models import Message
from saola.server.places.models import Succession
from saola.server.products.models import Product
from saola.server.products.naming import place_names
from saola.server.recognition.queries import Filters, listed
from saola.server.targets.report import programme
from saola.server.targets.terms import terms
from saola.server.web.portal.trade.trade_forms import countries
from saola.vietnamese.folding import fold
from tests.factories import DossierFactory, PlaceFactory, ProductFactory, UserFactory
from tests.server.test_market import Seller
from tests.server.test_register import TODAY, browser, recognised

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(settings: Any, tmp_path: Any) -> Seller:
    settings.DATA = tmp_path
    caches["machine"].clear()
    return Seller()


class TestNobodyThere:
    """A producer of the public lists: no account, no e-mail."""

    def asked(self) -> Enquiry:
        product = recognised(ProductFactory(producer__email=""))
        facts = {"name": "Hoa", "organisation": "", "contact": "0900", "text": "Cần 200 hộp"}
        return ask(product, facts, uuid.uuid4())

    def test_the_office_brings_them_together(self) -> None:
        officer = UserFactory(role="ocop_agency", role__scope="place:14")
        enquiry = self.asked()
        told = Message.objects.get(about=f"enquiry:{enquiry.pk}")
        assert told.recipient == officer
        client = browser(officer)
        assert "Hỏi hàng cần chuyển" in client.get("/can-bo/thi-truong/").content.decode()
        page = f"/can-bo/thi-truong/hoi-hang/{enquiry.pk}/"
        assert "0900" in client.get(page).content.decode()
        assert client.post(page, {"form": "passed"}).status_code == 302
        enquiry.refresh_from_db()
        assert enquiry.state == "talking"
        step = {"form": "step", "state": "talking", "text": "hẹn gửi mẫu"}
        assert client.post(page, step).status_code == 302
        assert "hẹn gửi mẫu" in client.get(page).content.decode()
        bad = {"form": "agreed", "partner": "Hoa", "number": "1/HĐ", "signed_on": "2099-01-01"}
        assert client.post(page, bad).status_code == 400
        agreed = bad | {"signed_on": TODAY.isoformat(), "value": "5000000"}
        assert client.post(page, agreed).status_code == 302
        enquiry.refresh_from_db()
        assert enquiry.state == "agreed"
        assert enquiry.contract.value == 5_000_000
        assert client.get(page).status_code == 404  # nothing is left to do

    def test_the_office_does_so_for_nobody_who_can_be_told(self, seller: Seller) -> None:
        enquiry = seller.asked()
        with pytest.raises(Refused):
            advance(enquiry, "talking", "", by=seller.officer)
        facts = {"kind": "sale", "partner": "A", "number": "9", "signed_on": TODAY}
        with pytest.raises(Refused):
            keeping.sign_contract(seller.product, facts, by=seller.officer, enquiry=enquiry)

    def test_others_do_not_see_it(self, seller: Seller) -> None:
        enquiry = self.asked()
        reached = seller.asked()
        page = "/can-bo/thi-truong/hoi-hang/"
        other = browser(UserFactory(role="ocop_agency", role__scope="place:11"))
        assert other.get(f"{page}{enquiry.pk}/").status_code == 404
        assert browser(seller.officer).get(f"{page}{reached.pk}/").status_code == 404

    def test_the_buyer_is_told_so(self) -> None:
        product = recognised(ProductFactory(producer__email=""))
        caches["machine"].clear()
        page, client = f"/san-pham/{product.pk}/hoi-mua/", Client()
        token = client.get(page).content.decode().split('name="token" value="')[1].split('"')[0]
        told = {"name": "Hoa", "contact": "0900", "text": "Cần 200 hộp", "token": token}
        answer = client.post(page, told, follow=True).content.decode()
        assert "cơ quan quản lý OCOP đã nhận" in answer


def test_a_demand_is_followed_down_to_its_contract(seller: Seller) -> None:
    """What a buyer seeks is handed over once the buyer agrees, and ends as a contract."""
    keeping.save_offer(seller.product, {"capacity": []}, by=seller.user)
    facts = {
        "title": "chè Shan khô", "buyer": "Siêu thị A", "contact": "0900 777", "group_number": 11,
        "quantity": Decimal(50), "months": [1, 2], "price_to": Decimal(300_000),
        "standards": "VietGAP",
    }  # fmt: skip
    demand = settle_demand(
        seek(facts | {"province_code": "14"}, uuid.uuid4()), "open", by=seller.officer
    )
    answer = reply(demand, Offer.objects.get(), by=seller.user)
    page, office = f"/can-bo/thi-truong/nhu-cau/{demand.pk}/", browser(seller.officer)
    office.post(page, {"introduce": answer.pk})  # the buyer was not asked
    assert not Enquiry.objects.exists()
    books = f"/chu-the/ban-hang/{seller.product.pk}/"
    assert "0900 777" not in browser(seller.user).get(books).content.decode()
    for _ in range(2):
        assert office.post(page, {"introduce": answer.pk, "agreed": "on"}).status_code == 302
    enquiry = Enquiry.objects.get()
    assert (enquiry.demand, enquiry.contact) == (demand, "0900 777")
    assert "Giá cao nhất 300000 đồng" in enquiry.text
    assert Message.objects.filter(about=f"enquiry:{enquiry.pk}", recipient=seller.user).count() == 1
    assert "0900 777" in browser(seller.user).get(books).content.decode()
    told = {"kind": "sale", "partner": "Siêu thị A", "number": "07/HĐ", "signed_on": TODAY}
    keeping.sign_contract(seller.product, told, by=seller.user, enquiry=enquiry)
    shown = office.get(page).content.decode()
    assert "07/HĐ" in shown
    assert "đã ký hợp đồng" in shown
    with pytest.raises(Refused):
        introduce(answer, by=seller.user)
    assert office.post(page, {"introduce": 999, "agreed": "on"}).status_code == 404
    assert office.post(page, {"state": "nonsense"}).status_code == 302


def test_exports_and_years_are_summed(seller: Seller) -> None:
    other = recognised(ProductFactory(producer=seller.producer))
    for product, year, money in (
        (seller.product, 2024, 100),
        (seller.product, 2025, 150),
        (other, 2025, 900),
    ):
        facts = {"revenue": Decimal(money), "workers": 10, "technology": "sấy lạnh"}
        keeping.save_year(product, year, facts, by=seller.user)
    for on, country, usd in (
        ("2025-03-01", "CN", 10),
        ("2025-04-01", "CN", 20),
        ("2025-05-01", "JP", 25),
    ):
        facts = {"on": date.fromisoformat(on), "country": country, "hs_code": "090240",
                 "quantity_kg": Decimal(5), "value_usd": Decimal(usd)}  # fmt: skip
        keeping.add_export(seller.product, facts, by=seller.user)
    both = Product.objects.all()
    found = [(one.country, one.consignments, one.kg, one.usd) for one in markets(2025, both)]
    assert found == [("Trung Quốc", 2, 10, 30), ("Nhật Bản", 1, 5, 25)]
    totals = year_totals(2025, both)
    assert (totals["revenue"], totals["workers"], totals["adopted"]) == (1050, 20, 2)
    assert totals["changes"] == {"revenue": 50, "workers": 0}  # of what told of both years
    assert by_model(2025, both) == [(seller.producer.kind, 2, 1050, 20)]
    page = browser(seller.officer).get("/can-bo/thi-truong/?nam=2025").content.decode()
    assert "Trung Quốc" in page
    assert "50,0 %" in page
    tables = {
        table.title: table
        for table in programme(terms(date(2025, 12, 31)), Dossier.objects.none(), date(2025, 1, 1))
    }
    assert tables["Xuất khẩu theo thị trường"].rows[0][:3] == (2025, "Trung Quốc", "090240")
    newest = tables["Kết quả năm của sản phẩm được công nhận"].rows[0]
    assert newest[:4] == (2025, 2, 1050, "tăng 50,0 %")


def test_a_new_demand_is_told_to_the_office(seller: Seller) -> None:
    facts = {"title": "Cần mận", "buyer": "A", "contact": "0900", "province_code": "14"}
    demand = seek(facts, uuid.uuid4())
    assert Message.objects.get(about=f"demand:{demand.pk}").recipient == seller.officer


def test_sales_are_cited_again_when_a_month_has_come(seller: Seller) -> None:
    dossier, channel = DossierFactory(product=seller.product), seller.channel()
    for month in (date(2026, 1, 1), date(2026, 2, 1)):
        keeping.report_sale(channel, month, {"orders": 1, "revenue": Decimal(5)}, by=seller.user)
        proof = evidence.of_sales(seller.product)
        assert evidence.cite_record(dossier, proof, ["4.1"], by=seller.user)


def test_fairs_and_channels_are_evidence(seller: Seller) -> None:
    dossier = DossierFactory(product=seller.product)
    seller.channel()
    facts = {
        "kind": "fair", "name": "Tuần hàng", "where": "Hà Nội", "starts_on": TODAY,
        "ends_on": TODAY + timedelta(1), "min_stars": 3,
    }  # fmt: skip
    event = TradeEvent.objects.create(province_code="14", **facts)
    stand = Stand.objects.create(event=event, producer=seller.producer, state="accepted")
    client, page = browser(seller.user), f"/chu-the/su-kien/{stand.pk}/"
    fairs.report_stand(stand, {"revenue": Decimal(9), "visitors": 3, "deals": 1}, by=seller.user)
    stand.refresh_from_db()
    proof = evidence.of_stand(stand)
    assert ("Khách hỏi mua", "3") in proof.facts
    assert evidence.suggested(dossier, proof)
    base = f"/chu-the/ban-hang/{seller.product.pk}/minh-chung/"
    for path in (f"su-kien/{stand.pk}/", "kenh-ban/"):
        shown = client.get(base + path)
        assert shown.status_code == 200, path
        criteria = evidence.suggested(dossier, proof)
        assert client.post(base + path, {"criteria": criteria}).status_code == 302
    assert dossier.citations.count() >= 2
    assert page


def test_names_of_places_that_changed_twice() -> None:
    old, middle, new = (PlaceFactory(code=f"0999{n}", name=f"Xã {n}") for n in "789")
    for before, after in ((old, middle), (middle, new)):
        Succession.objects.create(old=before, new=after, on_day=TODAY, confidence="high")
    assert place_names(new) == "Xã 9 | Xã 7 | Xã 8"
    assert place_names(old) == "Xã 7 | Xã 8 | Xã 9"


def test_products_without_a_commune_belong_to_the_province(seller: Seller) -> None:
    product = recognised(ProductFactory(place=None, producer__place=None))
    Product.objects.filter(pk=product.pk).update(place=None)
    client = browser(seller.officer)
    assert client.get(f"/can-bo/thi-truong/ho-tro/{product.pk}/").status_code == 200
    other = browser(UserFactory(role="ocop_agency", role__scope="place:11"))
    assert other.get(f"/can-bo/thi-truong/ho-tro/{product.pk}/").status_code == 404


def test_goods_may_go_anywhere() -> None:
    codes = [code for code, _name in countries()]
    assert {"MY", "CA", "IT", "IN", "KH"} < set(codes)
    assert codes[0] == "CN"
    assert len(codes) == len(set(codes))
    assert "VN" not in codes


def test_filters_beside_words_find_alike(seller: Seller) -> None:
    recognised(ProductFactory(name="Chè khác"), stars=3)
    assert len(listed(Filters(text="chè"), TODAY)) == 2
    assert len(listed(Filters(text="chè", stars="4"), TODAY)) == 1
    assert len(listed(Filters(text="chè", status="in_force"), TODAY)) >= 1


def test_search_engines_are_led_and_kept_out() -> None:
    text = Client().get("/robots.txt").content.decode()
    assert "Disallow: /can-bo/" in text
    assert "/sitemap.xml" in text


class Shop(BaseHTTPRequestHandler):
    """Leads on as its path says: /to/b to /b, /loop to itself, /in into the house."""

    def do_GET(self) -> None:
        leads = {"/loop": "/loop", "/in": "https://127.0.0.1/", "/to/b": "/b"}.get(self.path)
        self.send_response(302 if leads else 200)
        if leads:
            self.send_header("Location", leads)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    ("path", "fault"),
    [("/b", ""), ("/to/b", ""), ("/loop", "dẫn vòng"), ("/in", "không phải trang web công khai")],
)
def test_a_link_that_loops_does_not_open(
    seller: Seller, settings: Any, path: str, fault: str
) -> None:
    settings.OCOP = {**settings.OCOP, "webhook_hosts": ["localhost"]}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    channel = seller.channel(url="https://san.example/")
    channel.url = f"http://localhost:{server.server_port}{path}"
    assert check(channel) is not bool(fault)
    channel.refresh_from_db()
    assert fault in channel.fault
    server.shutdown()


@pytest.mark.parametrize("sheet", [one for one in sheet_ids() if one.startswith("26-2026")])
def test_records_prove_the_criteria_that_are_about_them(sheet: str) -> None:
    """On every sheet in force a contract of supply is offered for the link, not for promotion."""
    criteria = {one.id: fold(one.label) for one in load(sheet).criteria}
    dossier = DossierFactory(sheet_id=sheet)
    product = dossier.product
    sale = Contract(product=product, kind="sale", signed_on=TODAY, number="1")
    supply = Contract(product=product, kind="supply", signed_on=TODAY, number="2")
    links = evidence.suggested(dossier, evidence.of_contract(supply))
    assert links
    assert all("lien ket" in criteria[one] for one in links)
    assert evidence.suggested(dossier, evidence.of_contract(sale))


def test_who_has_neither_account_nor_mail_is_called(seller: Seller) -> None:
    quiet = recognised(ProductFactory(producer__email="", producer__phone="0212 555"))
    written = recognised(ProductFactory(producer__email="htx@example.vn"))
    event = fairs.plan_event(
        {
            "kind": "fair", "name": "Hội chợ", "where": "Hà Nội", "starts_on": TODAY,
            "ends_on": TODAY, "min_stars": 3,
        },
        "14",
        by=seller.officer,
    )  # fmt: skip
    fairs.invite(event, [quiet.producer, written.producer], by=seller.officer)
    assert Message.objects.get(about=f"event:{event.pk}").address == "htx@example.vn"
    page = browser(seller.officer).get(f"/can-bo/su-kien-ban-hang/{event.pk}/").content.decode()
    assert page.count("hãy gọi") == 1
    assert "0212 555" in page
