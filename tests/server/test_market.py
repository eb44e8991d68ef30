"""Selling: enquiries to contracts and evidence, offers matched, events, sales, figures."""

import io
import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from django.core import mail
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.lists.writing import workbook
from saola.server.accounts.models import User
from saola.server.dossiers.models import Citation
from saola.server.files.store import open_file
from saola.server.market import evidence, keeping
from saola.server.market.channel_files import months_of, read_file
from saola.server.market.enquiries import advance, ask, seek, settle_demand
from saola.server.market.fairs import answer, invite, plan_event, report_stand
from saola.server.market.links import check, check_due
from saola.server.market.matching import demands_for, fit_for, offers_for
from saola.server.market.models import (
    Channel,
    Contract,
    Demand,
    Enquiry,
    Export,
    Offer,
    Sale,
    Stand,
    YearRecord,
)
from saola.server.market.queries import chain, compared, needing_help, shares, year_totals
from saola.server.notices.models import Message
from saola.server.papers.typeset import typeset
from saola.server.products.models import Product
from tests.factories import (
    DossierFactory,
    ProducerFactory,
    ProductFactory,
    UserFactory,
)
from tests.server.test_register import browser, recognised

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


class Seller:
    """A cooperative with a recognised tea, and its people."""

    def __init__(self) -> None:
        self.product: Product = recognised(
            ProductFactory(name="Chè Shan tuyết"), expires_on=TODAY + timedelta(700)
        )
        assert self.product.producer is not None
        self.producer = self.product.producer
        self.user: User = UserFactory(role="producer", role__scope=f"producer:{self.producer.pk}")
        self.officer: User = UserFactory(role="ocop_agency", role__scope="place:14")

    def asked(self, **facts: Any) -> Enquiry:
        told = {
            "name": "Chị Hoa", "organisation": "Siêu thị A", "contact": "0900 000 000",
            "text": "Cần 200 hộp", **facts,
        }  # fmt: skip
        return ask(self.product, told, uuid.uuid4())

    def contract(self, **facts: Any) -> Contract:
        told = {
            "kind": "sale", "partner": "Siêu thị A", "number": f"HĐ-{Contract.objects.count()}",
            "signed_on": TODAY, "value": Decimal(120_000_000), **facts,
        }  # fmt: skip
        return keeping.sign_contract(self.product, told, by=self.user)

    def channel(self, **facts: Any) -> Channel:
        told = {"kind": "ecommerce", "name": "Sàn A", "url": "https://san.example/che", **facts}
        return keeping.add_channel(self.product, told, by=self.user)


@pytest.fixture
def seller(settings: Any, tmp_path: Any) -> Seller:
    settings.DATA = tmp_path
    caches["machine"].clear()  # how often a connection sent something
    return Seller()


class TestEnquiry:
    def test_it_becomes_a_contract_and_evidence(self, seller: Seller) -> None:
        enquiry = seller.asked()
        told = Message.objects.get(about=f"enquiry:{enquiry.pk}")
        assert told.recipient == seller.user
        assert "Chị Hoa" not in told.body
        advance(enquiry, "talking", "đã gửi mẫu", by=seller.user)
        facts = {"kind": "sale", "partner": "Siêu thị A", "number": "12/2026", "signed_on": TODAY}
        contract = keeping.sign_contract(seller.product, facts, by=seller.user, enquiry=enquiry)
        enquiry.refresh_from_db()
        assert enquiry.state == "agreed"
        assert [note.state for note in enquiry.notes.all()] == ["talking", "agreed"]
        dossier = DossierFactory(product=seller.product)
        proof = evidence.of_contract(contract)
        chosen = evidence.suggested(dossier, proof)
        names = {c.id: c.label for c in dossier.criteria_set.criteria}
        assert chosen
        assert all("phân phối" in names[c] for c in chosen)
        kept = evidence.cite_record(dossier, proof, chosen, by=seller.user)
        assert Citation.objects.filter(dossier=dossier, evidence=kept).count() == len(chosen)
        with open_file(kept.file) as file:
            text = pypdfium2.PdfDocument(io.BytesIO(file.read()))[0].get_textpage().get_text_range()
        assert "Siêu thị A" in text
        assert "Trích từ sổ bán hàng" in text

    def test_the_own_paper_is_taken_where_it_was_kept(self, seller: Seller) -> None:
        paper = SimpleUploadedFile("hop-dong.pdf", _pdf("Hợp đồng thật"))
        facts = {"kind": "supply", "partner": "Tổ hợp tác B", "number": "7", "signed_on": TODAY}
        contract = keeping.sign_contract(
            seller.product, facts | {"raw_share": Decimal(60)}, by=seller.user, upload=paper
        )
        dossier = DossierFactory(product=seller.product)
        proof = evidence.of_contract(contract)
        names = {c.id: c.label for c in dossier.criteria_set.criteria}
        chosen = evidence.suggested(dossier, proof)
        assert {names[c] for c in chosen} == {"Liên kết chuỗi trong sản xuất"}
        kept = evidence.cite_record(dossier, proof, chosen, by=seller.user)
        assert contract.file is not None
        assert kept.file.sha256 == contract.file.sha256

    def test_a_form_sent_twice_is_kept_once(self, seller: Seller) -> None:
        page = f"/san-pham/{seller.product.pk}/hoi-mua/"
        posted = {
            "token": str(uuid.uuid4()), "name": "A", "contact": "b@c.vn", "text": "mua",
            "website": "",
        }  # fmt: skip
        for _ in range(2):
            assert Client().post(page, posted).status_code == 302
        assert Enquiry.objects.count() == 1

    def test_other_words_under_the_same_token_are_not_swallowed(self, seller: Seller) -> None:
        page = f"/san-pham/{seller.product.pk}/hoi-mua/"
        posted = {"token": str(uuid.uuid4()), "name": "A", "contact": "b@c.vn", "text": "mua"}
        assert Client().post(page, posted).status_code == 302
        changed = Client().post(page, posted | {"text": "mua gấp đôi"})
        assert changed.status_code == 400
        assert "mua gấp đôi" in changed.content.decode()
        assert Enquiry.objects.count() == 1

    def test_machines_and_floods_are_refused(self, seller: Seller) -> None:
        page = f"/san-pham/{seller.product.pk}/hoi-mua/"

        def send(**more: str) -> int:
            posted = {"token": str(uuid.uuid4()), "name": "A", "contact": "b", "text": "c"}
            return Client().post(page, posted | more).status_code

        assert send(website="https://spam.example") == 400
        assert Enquiry.objects.count() == 0
        answers = [send() for _ in range(25)]
        assert answers[:20] == [302] * 20
        assert set(answers[20:]) == {400}
        for _ in range(40):
            seller.asked()
        with pytest.raises(Refused, match="quá nhiều người hỏi"):
            seller.asked()
        assert Message.objects.filter(recipient=seller.user).count() == 60

    def test_heads_of_mail_cannot_be_slipped_in(self, seller: Seller, settings: Any) -> None:
        settings.OCOP = {**settings.OCOP}
        seller.user.delete()
        seller.producer.email = "htx@example.vn"
        seller.producer.save()
        seller.product.name = "Chè\r\nBcc: x@y.z"
        seller.asked(name="A\nBcc: x@y.z", contact="x\r\nTo: q@r.s")
        message = Message.objects.get(address="htx@example.vn")
        assert "\n" not in message.subject
        assert "Bcc: x@y.z" not in message.body
        assert len(mail.outbox) == 0

    def test_only_the_seller_sees_and_answers(self, seller: Seller) -> None:
        enquiry, other = seller.asked(), Seller()
        with pytest.raises(Refused, match="phạm vi"):
            advance(enquiry, "answered", "", by=other.user)
        assert browser(other.user).get(f"/chu-the/ban-hang/{seller.product.pk}/").status_code == 404
        page = browser(seller.user).get(f"/chu-the/ban-hang/{seller.product.pk}/")
        assert "0900 000 000" in page.content.decode()
        assert (
            "0900 000 000" not in Client().get(f"/san-pham/{seller.product.pk}/").content.decode()
        )

    def test_what_is_agreed_is_agreed(self, seller: Seller) -> None:
        enquiry = seller.asked()
        facts = {"kind": "sale", "partner": "A", "number": "1", "signed_on": TODAY}
        keeping.sign_contract(seller.product, facts, by=seller.user, enquiry=enquiry)
        with pytest.raises(Refused, match="đã thành hợp đồng"):
            advance(enquiry, "lost", "", by=seller.user)
        with pytest.raises(Refused, match="đã thành hợp đồng"):
            keeping.sign_contract(
                seller.product, facts | {"number": "2"}, by=seller.user, enquiry=enquiry
            )
        with pytest.raises(Refused, match="đã có"):
            keeping.sign_contract(seller.product, facts, by=seller.user)
        assert Contract.objects.count() == 1


def _pdf(text: str) -> bytes:
    data = {
        "title": text, "product": "", "producer": "", "facts": [], "source": "",
        "illustrative": False,
    }  # fmt: skip
    return typeset("record", data)


class TestMatching:
    def demand(self, **facts: Any) -> Demand:
        told = {
            "title": "chè Shan khô", "buyer": "Siêu thị A", "contact": "b", "group_number": 11,
            "unit": "kg", "quantity": Decimal(50), "months": [1, 2], "price_to": Decimal(300_000),
            "standards": "VietGAP", "min_stars": 4, "until": None, **facts,
        }  # fmt: skip
        return seek(told | {"province_code": "14"}, uuid.uuid4())

    def test_reasons_for_and_against(self, seller: Seller) -> None:
        facts = {
            "capacity": [60, 40, *[0] * 10], "unit": "kg", "minimum": Decimal(20),
            "price_from": Decimal(250_000), "price_to": None, "standards": "VietGAP, ISO 22000",
        }  # fmt: skip
        keeping.save_offer(seller.product, facts, by=seller.user)
        demand = self.demand()
        fit = offers_for(demand, TODAY)[0]
        assert "cùng bộ sản phẩm" in fit.good
        assert "VietGAP" in fit.good
        assert "hạng 4 sao" in fit.good
        assert fit.bad == ("mỗi tháng ít nhất 40 kg",)
        enough = self.demand(months=[1])
        assert offers_for(enough, TODAY)[0].bad == ()
        other = self.demand(title="Mật ong hoa nhãn", group_number=4)
        assert offers_for(other, TODAY) == []

    def test_an_officer_opens_what_is_sought(self, seller: Seller) -> None:
        keeping.save_offer(seller.product, {"capacity": []}, by=seller.user)
        demand = self.demand()
        offer = Offer.objects.get()
        assert demands_for(offer, TODAY, 4) == []
        assert "chè Shan khô" not in Client().get("/nhu-cau/").content.decode()
        with pytest.raises(Refused):
            settle_demand(demand, "open", by=seller.user)
        settle_demand(demand, "open", by=seller.officer)
        assert [fit.thing.pk for fit in demands_for(offer, TODAY, 4)] == [demand.pk]
        page = Client().get("/nhu-cau/").content.decode()
        assert "chè Shan khô" in page
        assert Message.objects.filter(recipient=seller.user).count() == 1
        for _ in range(2):
            answer_ = browser(seller.user).post(
                f"/chu-the/ban-hang/nhu-cau/{demand.pk}/", {"offer": offer.pk}
            )
            assert answer_.status_code == 302
        assert demand.replies.count() == 1
        told = Message.objects.filter(recipient=seller.officer)
        assert told.exclude(subject__startswith="Có nhu cầu").count() == 1
        other = Seller()
        stolen = browser(other.user).post(
            f"/chu-the/ban-hang/nhu-cau/{demand.pk}/", {"offer": offer.pk}
        )
        assert stolen.status_code == 404
        assert (
            browser(seller.officer).get(f"/can-bo/thi-truong/nhu-cau/{demand.pk}/").status_code
            == 200
        )

    def test_prices_and_months_are_in_order(self, seller: Seller) -> None:
        with pytest.raises(Refused, match="thấp hơn"):
            keeping.save_offer(
                seller.product, {"price_from": Decimal(9), "price_to": Decimal(1)}, by=seller.user
            )
        with pytest.raises(Refused, match="12 tháng"):
            keeping.save_offer(seller.product, {"capacity": [1]}, by=seller.user)


def planned(seller: Seller, **facts: Any) -> Any:
    """An event of the province from today on."""
    told = {
        "kind": "week", "name": "Tuần hàng Tây Bắc", "where": "Hà Nội",
        "starts_on": TODAY, "ends_on": TODAY + timedelta(3), "min_stars": 3, "seats": 2, **facts,
    }  # fmt: skip
    return plan_event(told, "14", by=seller.officer)


class TestEvents:
    def test_from_fit_to_results(self, seller: Seller) -> None:
        event = planned(seller)
        keeping.save_offer(seller.product, {"capacity": [10] * 12, "unit": "kg"}, by=seller.user)
        fits = fit_for(event, TODAY)
        assert [fit.thing.product for fit in fits] == [seller.product]
        assert fits[0].bad == ()
        assert invite(event, [seller.producer], by=seller.officer) == 1
        assert invite(event, [seller.producer], by=seller.officer) == 0
        assert Message.objects.filter(recipient=seller.user).count() == 1
        stand = Stand.objects.get()
        with pytest.raises(Refused, match="nhận lời"):
            report_stand(stand, {"revenue": 1}, by=seller.user)
        client, page = browser(seller.user), f"/chu-the/ban-hang/gian-hang/{stand.pk}/"
        assert client.post(page, {"answer": "accepted"}).status_code == 302
        assert client.post(page, {"revenue": "abc"}).status_code == 400
        assert client.post(page, {"revenue": "5000000", "deals": "2"}).status_code == 302
        stand.refresh_from_db()
        assert (stand.revenue, stand.deals) == (5_000_000, 2)
        with pytest.raises(Refused, match="đã báo"):
            answer(stand, "declined", by=seller.user)
        shown = browser(seller.officer).get(f"/can-bo/su-kien-ban-hang/{event.pk}/")
        assert "5.000.000" in shown.content.decode()
        table = browser(seller.officer).get(f"/can-bo/su-kien-ban-hang/{event.pk}/gian-hang.csv")
        assert "5000000" in b"".join(table).decode()  # type: ignore[arg-type]

    def test_no_more_than_there_are_stands(self, seller: Seller) -> None:
        event = planned(seller, seats=1)
        others = [seller.producer, ProducerFactory()]
        with pytest.raises(Refused, match="1 gian"):
            invite(event, others, by=seller.officer)
        assert Stand.objects.count() == 0

    def test_who_declined_keeps_no_seat_and_who_does_not_fit_is_not_invited(
        self, seller: Seller
    ) -> None:
        event = planned(seller, seats=1)
        invite(event, [seller.producer], by=seller.officer)
        answer(Stand.objects.get(), "declined", by=seller.user)
        other = Seller()
        assert invite(event, [other.producer], by=seller.officer) == 1
        roomy = planned(seller, name="Hội chợ khác", seats=9)
        with pytest.raises(Refused, match="không đủ hạng"):
            invite(roomy, [ProducerFactory()], by=seller.officer)
        with pytest.raises(Refused, match="đã có"):
            planned(seller)

    def test_what_ends_before_speaks_against(self, seller: Seller) -> None:
        event = planned(seller, ends_on=TODAY + timedelta(900))
        assert any("hết hạn trước" in text for text in fit_for(event, TODAY)[0].bad)
        with pytest.raises(Refused):
            plan_event(
                {
                    "kind": "fair", "name": "x", "where": "y", "starts_on": TODAY,
                    "ends_on": TODAY - timedelta(1), "min_stars": 3,
                },
                "14",
                by=seller.officer,
            )  # fmt: skip
        with pytest.raises(Refused):
            invite(event, [], by=seller.user)


def orders(*rows: tuple[str, ...], head: tuple[str, ...] = ()) -> bytes:
    head = head or ("Mã đơn hàng", "Ngày đặt hàng", "Trạng thái đơn hàng", "Thành tiền")
    return workbook("Báo cáo đơn hàng", head, rows)


class TestSales:
    def test_a_month_is_replaced_when_told_again(self, seller: Seller) -> None:
        channel = seller.channel()
        month = TODAY.replace(day=1)
        for revenue in (1, 2):
            keeping.report_sale(
                channel, month, {"orders": 3, "revenue": Decimal(revenue)}, by=seller.user
            )
        assert Sale.objects.get().revenue == 2
        with pytest.raises(Refused, match="chưa đến"):
            keeping.report_sale(
                channel, TODAY + timedelta(40), {"orders": 1, "revenue": 1}, by=seller.user
            )
        with pytest.raises(Refused, match="hoàn nhiều hơn"):
            keeping.report_sale(
                channel, month, {"orders": 1, "revenue": 1, "returns": 2}, by=seller.user
            )

    def test_the_list_of_a_shop_is_added_up_by_month(self, seller: Seller) -> None:
        content = orders(
            ("A1", "2026-09-02 08:00", "Hoàn thành", "150000"),
            ("A1", "2026-09-02 08:00", "Hoàn thành", "50000"),
            ("A2", "30/09/2026 23:59", "Đã hủy", "999000"),
            ("A3", "2026-10-01 00:01", "Trả hàng/Hoàn tiền", "100000"),
            ("A4", "2026-10-05", "Hoàn thành", "1.250.000 ₫"),
            ("", "2026-10-05", "Hoàn thành", "7"),
        )
        sales = read_file(seller.channel(), SimpleUploadedFile("don.xlsx", content), by=seller.user)
        told = [(sale.month, sale.orders, sale.revenue, sale.returns) for sale in sales]
        assert told == [
            (date(2026, 9, 1), 1, 200_000, 0),
            (date(2026, 10, 1), 2, 1_250_000, 1),
        ]

    def test_totals_of_orders_products_of_others_and_refunds(self) -> None:
        head = (
            "Mã đơn hàng", "Ngày đặt hàng", "Trạng thái đơn hàng", "Trạng thái trả hàng/hoàn tiền",
            "Tên sản phẩm", "Tổng giá trị đơn hàng",
        )  # fmt: skip
        day = "2026-09-02"
        tea, honey = "Chè Shan tuyết 100 g", "Mật ong rừng"
        rows = [
            ("A1", day, "Hoàn thành", "", tea, "₫300.000"),
            ("A1", day, "Hoàn thành", "", tea, "₫300.000"),
            ("A2", day, "Hoàn thành", "Đã hoàn tiền", tea, "VND 120,000"),
            ("A3", day, "Hoàn thành", "", honey, "90000"),
        ]
        month = months_of(orders(*rows, head=head), "Chè Shan tuyết")[date(2026, 9, 1)]
        assert month.orders == {"A1": 300_000, "A2": 120_000}
        assert month.back == {"A2"}
        mixed = [*rows, ("A1", day, "Hoàn thành", "", honey, "₫300.000")]
        with pytest.raises(Refused, match="không tách được"):
            months_of(orders(*mixed, head=head), "Chè Shan tuyết")

    def test_what_was_typed_is_not_replaced_by_half_a_month(self, seller: Seller) -> None:
        channel, day = seller.channel(), date(2026, 9, 1)
        keeping.report_sale(channel, day, {"orders": 9, "revenue": Decimal(9)}, by=seller.user)
        content = orders(("A1", "2026-09-02", "Hoàn thành", "50000"))
        with pytest.raises(Refused, match="09/2026 đã nhập tay"):
            read_file(channel, SimpleUploadedFile("a.xlsx", content), by=seller.user)
        assert Sale.objects.get().orders == 9
        file = SimpleUploadedFile("a.xlsx", content)
        read_file(channel, file, by=seller.user, replace=True)
        assert Sale.objects.get().orders == 1

    @pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"a,b\n1,2\n", b"\x00" * 100, orders()])
    def test_other_files_are_refused_in_words(self, content: bytes) -> None:
        with pytest.raises(Refused) as refused:
            months_of(content)
        assert "tệp" in str(refused.value).lower()

    def test_shares_and_who_needs_help(self, seller: Seller) -> None:
        shelf = seller.channel(kind="shelf", name="Cửa hàng", url="")
        net = seller.channel()
        facts = {"orders": 1, "revenue": Decimal(300)}
        keeping.report_sale(shelf, TODAY, facts, by=seller.user)
        keeping.report_sale(net, TODAY, facts | {"revenue": Decimal(100)}, by=seller.user)
        share = shares(TODAY.year, Product.objects.all())[0]
        assert (share.place, share.percent) == ("Xã Tà Xùa", Decimal(25))
        lacks = {p.pk: what for p, what in needing_help(Product.objects.all())}
        assert lacks[seller.product.pk] == ["ảnh", "quy cách đóng gói", "chào hàng"]
        page = browser(seller.officer).get("/can-bo/thi-truong/").content.decode()
        assert "25,0 %" in page

    def test_links_are_tried_weekly_and_never_inside(self, seller: Seller) -> None:
        channel = seller.channel(url="https://127.0.0.1/")
        assert check_due() == 1
        channel.refresh_from_db()
        assert "không phải trang web công khai" in channel.fault
        assert check_due() == 0
        channel.url = "http://san.example/"
        assert check(channel) is False
        with pytest.raises(Refused, match="cần địa chỉ"):
            seller.channel(name="Sàn B", url="")


class TestYears:
    def test_compared_with_the_year_before(self, seller: Seller) -> None:
        for year, output in ((2024, 100), (2025, 150)):
            facts = {"output": Decimal(output), "revenue": Decimal(output * 1000), "workers": None}
            keeping.save_year(seller.product, year, facts, by=seller.user)
        newest, oldest = compared(YearRecord.objects.all())
        assert (newest.output, newest.revenue, newest.workers) == (50, 50, None)
        assert oldest.output is None
        totals = year_totals(2025, Product.objects.all())
        assert (totals["products"], totals["revenue"], totals["exported"]) == (1, 150_000, 0)
        keeping.add_support(
            seller.product,
            {"year": 2025, "measure": "Máy sấy", "money": Decimal(50), "source": "Nông thôn mới"},
            by=seller.officer,
        )
        table = browser(seller.officer).get("/can-bo/thi-truong/nam.csv?nam=2025")
        text = b"".join(table).decode()  # type: ignore[arg-type]
        assert "Nông thôn mới" in text
        with pytest.raises(Refused, match="Hãy nhập năm"):
            keeping.save_year(seller.product, 1999, {}, by=seller.user)

    def test_who_is_linked_with_whom(self, seller: Seller) -> None:
        seller.contract()
        seller.contract(kind="supply", partner="Tổ hợp tác B", raw_share=Decimal(60))
        seller.contract(partner="Cũ", signed_on=date(2020, 1, 1), ends_on=date(2021, 1, 1))
        links = chain(Product.objects.filter(producer=seller.producer), TODAY)
        assert [(link.origin, link.target) for link in links] == [
            ("Tổ hợp tác B", seller.producer.name),
            (seller.producer.name, "Siêu thị A"),
        ]

    def test_evidence_of_sales_exports_and_years(self, seller: Seller) -> None:
        dossier = DossierFactory(product=seller.product)
        keeping.report_sale(
            seller.channel(), TODAY, {"orders": 1, "revenue": Decimal(300)}, by=seller.user
        )
        export = keeping.add_export(
            seller.product,
            {
                "on": TODAY, "country": "JP", "hs_code": "0902", "quantity_kg": Decimal(10),
                "value_usd": Decimal("123.40"),
            },
            by=seller.user,
        )  # fmt: skip
        year = keeping.save_year(seller.product, 2025, {"workers": 12}, by=seller.user)
        client = browser(seller.user)
        for path in (
            "doanh-so/", f"xuat-khau/{export.pk}/", f"nam/{year.pk}/",
        ):  # fmt: skip
            page = f"/chu-the/ban-hang/{seller.product.pk}/minh-chung/{path}"
            assert client.get(page).status_code == 200, path
            assert client.post(page, {}).status_code == 400
            criterion = dossier.criteria_set.criteria[0].id
            assert client.post(page, {"criteria": criterion}).status_code == 302
        assert Citation.objects.filter(dossier=dossier).count() == 3
        assert Export.objects.get().value_usd == Decimal("123.40")
        wrong = f"/chu-the/ban-hang/{seller.product.pk}/minh-chung/khac/1/"
        assert client.get(wrong).status_code == 404

    def test_without_an_open_dossier_nothing_is_cited(self, seller: Seller) -> None:
        page = f"/chu-the/ban-hang/{seller.product.pk}/minh-chung/doanh-so/"
        assert browser(seller.user).get(page).status_code == 302
