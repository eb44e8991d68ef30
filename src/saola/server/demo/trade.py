"""The made-up market of one tea, and a campaign down to its villages; each by the acts of those who
would do it."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.server.demo.sample import person
from saola.server.market import enquiries, fairs, keeping
from saola.server.market.models import Channel, Offer, TradeEvent
from saola.server.outreach import campaigns, news, tasks
from saola.server.outreach.models import Campaign, Material, Task
from saola.server.places.models import Place
from saola.server.products.models import Product
from saola.server.recognition.models import Recognition

STAMP = "dữ liệu minh họa"
COMMUNES = ("03868", "03871", "03910", "04105")
VILLAGES = (("Bản Minh Họa 1", 120, 5), ("Bản Minh Họa 2", 85, 3), ("Bản Minh Họa 3", 0, 0))


@transaction.atomic
def load_trade() -> None:
    """Everything or nothing; a second time changes nothing."""
    if Offer.objects.exists():
        return
    held = Recognition.objects.filter(product__illustrative=True, certificate__isnull=False)
    product = held.select_related("product__producer").order_by("pk")[0].product
    today = timezone.localdate()
    _sold(product, today)
    _at_fair(product, today)
    _told(today)
    _written()


def _sold(product: Product, today: date) -> None:
    seller = person("chuthe")
    offer = keeping.save_offer(
        product,
        {
            "capacity": [20, 20, 60, 120, 120, 100, 100, 90, 90, 60, 40, 20],
            "unit": "kg",
            "minimum": Decimal(5),
            "price_from": Decimal(450_000),
            "price_to": Decimal(900_000),
            "packs": "gói 100 g, hộp 250 g",
            "standards": "VietGAP",
            "markets": "trong nước, Đài Loan",
            "samples": True,
        },
        by=seller,
    )
    asked = enquiries.ask(
        product,
        {
            "name": "Người mua minh họa",
            "organisation": f"Cửa hàng A ({STAMP})",
            "contact": "mua@example.vn",
            "text": "Cần 30 kg mỗi tháng, hộp 250 g.",
        },
        uuid.uuid4(),
    )
    enquiries.advance(asked, "talking", "đã gửi hàng mẫu", by=seller)
    facts: dict[str, Any] = {"partner": f"Cửa hàng A ({STAMP})", "signed_on": today, "unit": "kg"}
    money = {"value": Decimal(162_000_000), "quantity": Decimal(360)}
    sale = {"kind": "sale", "number": "01/HĐ-MH", **facts, **money}
    keeping.sign_contract(product, sale, by=seller, enquiry=asked)
    supply = {"kind": "supply", "number": "02/HĐ-MH", **facts, "raw_share": Decimal(60)}
    partner = {"partner": f"Tổ hợp tác trồng chè B ({STAMP})"}
    keeping.sign_contract(product, supply | partner, by=seller)
    _sought(product, offer)
    _months(product, today)


def _sought(product: Product, offer: Offer) -> None:
    seller, officer = person("chuthe"), person("tinh.ocop")
    sought = {
        "title": "chè xanh sạch, hộp quà",
        "buyer": f"Siêu thị C ({STAMP})",
        "contact": "thu.mua@example.vn",
        "group_number": product.group_number,
        "quantity": Decimal(50),
        "standards": "VietGAP",
        "province_code": "14",
    }
    demand = enquiries.settle_demand(enquiries.seek(sought, uuid.uuid4()), "open", by=officer)
    enquiries.introduce(enquiries.reply(demand, offer, by=seller), by=officer)


def _months(product: Product, today: date) -> None:
    seller = person("chuthe")
    kinds = Channel.Kind
    shop = keeping.add_channel(
        product, {"kind": kinds.OWN_SHOP, "name": "Điểm bán minh họa"}, by=seller
    )
    live: dict[str, Any] = {
        "kind": kinds.SOCIAL,
        "name": "Trang minh họa",
        "url": "https://example.vn/",
    }
    page = keeping.add_channel(product, live, by=seller)
    first = today.replace(day=1)
    for back in range(1, 5):
        first = (first - timedelta(1)).replace(day=1)
        for channel, orders in ((shop, 40 - 3 * back), (page, 30 - 5 * back)):
            told = {"orders": orders, "revenue": Decimal(orders * 220_000), "returns": 1}
            keeping.report_sale(channel, first, told, by=seller)
    abroad = {"country": "TW", "hs_code": "090210", "certificate": "CO minh họa 01"}
    amount = {"quantity_kg": Decimal(120), "value_usd": Decimal(2640)}
    keeping.add_export(product, {"on": today - timedelta(40), **abroad, **amount}, by=seller)
    for back, output, money, workers in ((2, 800, 310, 8), (1, 950, 402, 9)):
        year: dict[str, Any] = {"output": Decimal(output), "revenue": Decimal(money * 1_000_000)}
        year |= {"workers": workers, "hectares": Decimal("1.2"), "investment": Decimal(60_000_000)}
        year |= {"technology": "sao bằng tôn quay (minh họa)"}
        keeping.save_year(product, today.year - back, year, by=seller)
    support = {"year": today.year - 1, "measure": "máy hút chân không (minh họa)"}
    support |= {"money": Decimal(25_000_000), "source": "vốn nông thôn mới (minh họa)"}
    keeping.add_support(product, support, by=person("tinh.ocop"))


def _at_fair(product: Product, today: date) -> None:
    officer, seller = person("tinh.ocop"), person("chuthe")
    event = fairs.plan_event(
        {
            "kind": TradeEvent.Kind.WEEK,
            "name": "Tuần hàng minh họa",
            "where": "Sơn La",
            "starts_on": today - timedelta(3),
            "ends_on": today + timedelta(3),
            "seats": 20,
        },
        "14",
        by=officer,
    )
    assert product.producer is not None  # the sample has one
    fairs.invite(event, [product.producer], by=officer)
    stand = fairs.answer(event.stands.get(), "accepted", by=seller)
    fairs.number_stands(event, {stand.pk: "A07"}, by=officer)
    told = {"revenue": Decimal(18_500_000), "visitors": 210, "deals": 2}
    fairs.report_stand(stand, told, by=seller)


def _told(today: date) -> None:
    lead, officer = person("tinh.ocop"), person("canbo.xa")
    campaign = campaigns.plan_campaign(
        {
            "title": "Mỗi bản biết sản phẩm của xã mình (minh họa)",
            "aim": "Mỗi hộ biết ba sản phẩm OCOP của xã và cách xem sao còn hiệu lực",
            "audience": "hộ dân các bản",
            "programme": Campaign.Programme.BOTH,
            "starts_on": today - timedelta(20),
            "ends_on": today + timedelta(20),
            "budget": Decimal(15_000_000),
            "goal": 500,
        },
        "14",
        by=lead,
    )
    script = {
        "kind": Material.Kind.BROADCAST,
        "title": "Bài phát thanh (minh họa)",
        "text": "Bà con nghe đài! Xã ta có chè đạt sao OCOP. Quét mã trên gói để xem còn hiệu lực.",
    }
    campaigns.add_material(campaign, script, by=lead)
    places = Place.objects.communes().filter(code__in=COMMUNES)
    due = today + timedelta(7)
    campaigns.hand_down(campaign, list(places), "Phát loa năm lần, họp bản một lần", due, by=lead)
    task = Task.objects.get(campaign=campaign, place__code=COMMUNES[0], village="")
    tasks.to_villages(task, [name for name, _people, _times in VILLAGES], by=officer)
    for name, people, times in VILLAGES:
        if times:
            village = task.villages.get(village=name)
            done = {"way": "broadcast", "on": today - timedelta(2), "people": people}
            told = {**done, "times": times, "note": "phát loa sáng và chiều (minh họa)"}
            tasks.prove(village, uuid.uuid4(), told, by=officer)


def _written() -> None:
    lead = person("tinh.ocop")
    news.save_post(
        {
            "kind": "guide",
            "title": "Xem sao OCOP còn hiệu lực (minh họa)",
            "summary": "Quét mã trên bao bì hoặc tìm tên sản phẩm.",
            "source": "## Ba cách\n\n- Quét mã trên bao bì.\n- Tìm tên, không cần dấu.\n- Hỏi xã.",
        },
        "14",
        by=lead,
        publish=True,
    )
    course = {"title": "Viết câu chuyện sản phẩm (minh họa)", "where": "Nhà văn hóa (minh họa)"}
    starts = timezone.now() + timedelta(14)
    news.plan_training({**course, "starts_at": starts, "seats": 30}, "14", by=lead)
