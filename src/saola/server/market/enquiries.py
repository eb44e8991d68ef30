"""A buyer asks a producer; the producer tells what became of it, down to the contract."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import digest, record
from saola.server.market.matching import offers_for
from saola.server.market.models import Demand, Enquiry, EnquiryNote, Offer, Reply
from saola.server.market.reaching import may_follow, silent, told
from saola.server.notices.actions import tell
from saola.server.places.office import code_of
from saola.server.products.models import Product

SENT_BEFORE = (
    "Biểu mẫu này đã gửi rồi. Hãy mở lại trang để gửi nội dung mới; chữ đã nhập vẫn còn ở đây."
)
AN_HOUR = timedelta(hours=1)
MOST_OF_PRODUCT = 60  # enquiries on one product in an hour; a flood is no demand
MOST_OF_PRODUCER = 200  # on all of its products


@transaction.atomic
def ask(product: Product, facts: Mapping[str, str], token: uuid.UUID) -> Enquiry:
    """Keep a buyer's question and tell the producer. The same form sent twice is kept once.
    `facts` has name, organisation, contact, text."""
    found = Enquiry.objects.filter(token=token).first()
    if found is not None:
        if (found.product_id, found.text) != (product.pk, facts["text"]):
            raise Refused(SENT_BEFORE)
        return found
    if product.producer is None:
        raise Refused("Sản phẩm này chưa rõ chủ thể nên chưa nhận hỏi hàng.")
    lately = Enquiry.objects.filter(
        product__producer=product.producer, received_at__gt=timezone.now() - AN_HOUR
    )
    if (
        lately.filter(product=product).count() >= MOST_OF_PRODUCT
        or lately.count() >= MOST_OF_PRODUCER
    ):
        raise Refused("Sản phẩm đang có quá nhiều người hỏi. Hãy gửi lại sau một giờ.")
    enquiry = Enquiry.objects.create(product=product, token=token, **facts)
    record("ask", f"enquiry:{enquiry.pk}", {"product": product.pk, "text": digest(facts["text"])})
    _reach(enquiry)
    return enquiry


def _reach(enquiry: Enquiry) -> None:
    """Tell the producer; where there is neither account nor e-mail, the office."""
    product = enquiry.product
    subject = f"Hỏi hàng: {product.name}"
    body = (
        "Có người hỏi mua sản phẩm. Đăng nhập Saola, mục Bán hàng, để xem và trả lời; người hỏi "
        "chỉ để lại cách liên hệ cho bạn."
    )
    key, path = f"enquiry:{enquiry.pk}", f"/chu-the/ban-hang/{product.pk}/"
    if product.producer is None or not told(
        product.producer, key, subject, body, about=key, path=path
    ):
        _hand_over(enquiry)


def unreached() -> QuerySet[Enquiry]:
    """Enquiries not at an end about products whose producer can be told neither in the site nor by
    e-mail: the office follows them."""
    over = (Enquiry.State.AGREED, Enquiry.State.LOST)
    rows = Enquiry.objects.filter(product__producer__in=silent()).exclude(state__in=over)
    return rows.select_related("product__producer").prefetch_related("notes")


@transaction.atomic
def passed_on(enquiry: Enquiry, *, by: User) -> None:
    """The office has brought buyer and producer together."""
    require(by, Permission.TRADE_OVERSEE, enquiry.product)
    row = Enquiry.objects.select_for_update(of=("self",)).get(pk=enquiry.pk)
    if row.state == Enquiry.State.NEW:
        noted(row, Enquiry.State.TALKING, "Cơ quan đã chuyển cho hai bên.", by)
        record("pass_on_enquiry", f"enquiry:{row.pk}", {}, by=by)


def _hand_over(enquiry: Enquiry) -> None:
    """The producer has neither account nor e-mail: the office brings the two together."""
    product = enquiry.product
    place = product.place or (product.producer.place if product.producer else None)
    scopes = place.own_scopes() if place else set()
    province = f"place:{code_of(place)}"
    tell(
        f"enquiry:{enquiry.pk}",
        User.objects.who_in(Permission.TRADE_OVERSEE, {*scopes, province}),
        f"Hỏi hàng cần chuyển: {product.name}",
        "Chủ thể chưa có tài khoản và chưa có thư điện tử. Hãy chuyển giúp người hỏi và chủ thể.",
        about=f"enquiry:{enquiry.pk}",
        path=f"/can-bo/thi-truong/hoi-hang/{enquiry.pk}/",
    )


@transaction.atomic
def advance(enquiry: Enquiry, state: str, text: str, *, by: User) -> Enquiry:
    """The producer notes a step: answered, talking, lost. A contract closes it by itself."""
    enquiry = Enquiry.objects.select_for_update(of=("self",)).get(pk=enquiry.pk)
    may_follow(by, enquiry.product)
    if enquiry.state == Enquiry.State.AGREED:
        raise Refused("Việc hỏi hàng này đã thành hợp đồng.")
    if state not in (Enquiry.State.ANSWERED, Enquiry.State.TALKING, Enquiry.State.LOST):
        raise Refused("Hãy chọn kết quả.", field="state")
    noted(enquiry, state, text, by)
    record("advance_enquiry", f"enquiry:{enquiry.pk}", {"state": state}, by=by)
    return enquiry


def noted(enquiry: Enquiry, state: str, text: str, by: User) -> None:
    """Keep the step and the state that it leads to; the caller has asked for the right."""
    EnquiryNote.objects.create(enquiry=enquiry, state=state, text=text[:500], by=by)
    enquiry.state = state
    enquiry.save(update_fields=["state"])


@transaction.atomic
def seek(facts: Mapping[str, Any], token: uuid.UUID) -> Demand:
    """A buyer tells what is sought, and which province; an officer looks at it before all see it.
    Sent twice, kept once."""
    demand, made = Demand.objects.get_or_create(token=token, defaults=facts)
    if not made and demand.title != facts["title"]:
        raise Refused(SENT_BEFORE)
    if made:
        record("seek", f"demand:{demand.pk}", {"title": digest(demand.title)})
        tell(
            f"demand-new:{demand.pk}",
            User.objects.who(Permission.TRADE_OVERSEE, f"place:{demand.province_code}"),
            "Có nhu cầu mua mới cần xem",
            f"{demand.title}. Mở cho mọi người hoặc đóng.",
            about=f"demand:{demand.pk}",
            path=f"/can-bo/thi-truong/nhu-cau/{demand.pk}/",
        )
    return demand


@transaction.atomic
def settle_demand(demand: Demand, state: str, *, by: User) -> Demand:
    """An officer opens a demand to all, which tells the producers that fit, or closes it."""
    require(by, Permission.TRADE_OVERSEE, demand)
    if state not in (Demand.State.OPEN, Demand.State.CLOSED):
        raise Refused("Hãy chọn mở hoặc đóng.")
    demand.state = state
    demand.save(update_fields=["state"])
    record("settle_demand", f"demand:{demand.pk}", {"state": state}, by=by)
    if state == Demand.State.OPEN:
        for fit in offers_for(demand, timezone.localdate()):
            product = fit.thing.product
            told(
                product.producer,
                f"demand:{demand.pk}",
                f"Có người cần mua: {demand.title}",
                f"Có thể hợp với {product.name}. Giao được thì vào mục Bán hàng bấm “Tôi có hàng”.",
                about=f"demand:{demand.pk}",
                path=f"/chu-the/ban-hang/{product.pk}/",
            )
    return demand


@transaction.atomic
def reply(demand: Demand, offer: Offer, *, by: User) -> Reply:
    """A producer can deliver: the office is told. A second time changes nothing."""
    require(by, Permission.TRADE_KEEP, offer)
    if demand.state != Demand.State.OPEN:
        raise Refused("Nhu cầu này đã đóng.")
    made, new = Reply.objects.get_or_create(demand=demand, offer=offer)
    if new:
        record("reply", f"demand:{demand.pk}", {"product": offer.product_id}, by=by)
        tell(
            f"reply:{made.pk}",
            User.objects.who(Permission.TRADE_OVERSEE, f"place:{demand.province_code}"),
            f"Có chủ thể giao được: {demand.title}",
            f"{offer.product.name}. Hãy nối hai bên.",
            about=f"demand:{demand.pk}",
            path=f"/can-bo/thi-truong/nhu-cau/{demand.pk}/",
        )
    return made


@transaction.atomic
def introduce(answer: Reply, *, by: User) -> Enquiry:
    """The buyer agrees that a producer that can deliver gets the contact: the demand becomes an
    enquiry, followed as any other down to the contract. A second time changes nothing."""
    demand = Demand.objects.select_for_update(of=("self",)).get(pk=answer.demand_id)
    require(by, Permission.TRADE_OVERSEE, demand)
    product = answer.offer.product
    found = Enquiry.objects.filter(demand=demand, product=product).first()
    if found is not None:
        return found
    if demand.state != Demand.State.OPEN:
        raise Refused("Nhu cầu này chưa mở hoặc đã đóng.")
    made = Enquiry.objects.create(
        product=product,
        token=uuid.uuid5(demand.token, str(product.pk)),
        name=demand.buyer[:120],
        organisation=demand.buyer if len(demand.buyer) > 120 else "",
        contact=demand.contact,
        text=_as_text(demand),
        demand=demand,
    )
    record("introduce", f"demand:{demand.pk}", {"enquiry": made.pk}, by=by)
    _reach(made)
    return made


def _as_text(demand: Demand) -> str:
    """What was sought, in lines."""
    lines = [demand.title]
    if demand.quantity is not None:
        lines.append(f"Mỗi tháng {demand.quantity.normalize():f} {demand.unit}")
    if demand.months:
        lines.append("Các tháng " + ", ".join(str(month) for month in demand.months))
    if demand.price_to is not None:
        lines.append(f"Giá cao nhất {demand.price_to:f} đồng một đơn vị")
    if demand.standards:
        lines.append(f"Tiêu chuẩn cần có: {demand.standards}")
    return "\n".join(lines)
