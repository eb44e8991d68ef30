"""What a producer keeps on its product: offer, contracts, channels, sales, exports, years."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.events.models import Access
from saola.server.files.store import store
from saola.server.journal.record import record
from saola.server.market.enquiries import noted
from saola.server.market.models import (
    Channel,
    Contract,
    Enquiry,
    Export,
    Offer,
    Sale,
    Support,
    YearRecord,
)
from saola.server.market.reaching import may_follow
from saola.server.products.models import Product

MONTHS = 12
FIRST_YEAR = 2018  # of the programme; nothing of it is older


@transaction.atomic
def save_offer(product: Product, facts: Mapping[str, Any], *, by: User) -> Offer:
    """Keep what can be delivered; `capacity` has an amount for each month, or none at all."""
    require(by, Permission.TRADE_KEEP, product)
    months = [Decimal(amount) for amount in facts.get("capacity") or []]
    if months and len(months) != MONTHS:
        raise Refused("Sản lượng cần đủ 12 tháng.", field="capacity")
    low, high = facts.get("price_from"), facts.get("price_to")
    if low is not None and high is not None and high < low:
        raise Refused("Giá cao nhất đang thấp hơn giá thấp nhất.", field="price_to")
    kept = dict(facts) | {"capacity": [str(amount) for amount in months]}
    offer, _ = Offer.objects.update_or_create(product=product, defaults=kept)
    record("offer", f"product:{product.pk}", {"fields": sorted(facts)}, by=by)
    return offer


@transaction.atomic
def sign_contract(
    product: Product,
    facts: Mapping[str, Any],
    *,
    by: User,
    enquiry: Enquiry | None = None,
    upload: Any = None,
) -> Contract:
    """Keep an agreement; an enquiry that it comes from is closed with it."""
    if enquiry is None:
        require(by, Permission.TRADE_KEEP, product)
    else:
        may_follow(by, product)
    if Contract.objects.filter(product=product, number=facts["number"]).exists():
        raise Refused("Hợp đồng số này đã có.", field="number")
    if facts.get("ends_on") and facts["ends_on"] < facts["signed_on"]:
        raise Refused("Ngày hết hạn không thể trước ngày ký.", field="ends_on")
    if facts["signed_on"] > timezone.localdate():
        raise Refused("Ngày ký ở tương lai. Hãy xem lại.", field="signed_on")
    if enquiry is not None:
        enquiry = Enquiry.objects.select_for_update(of=("self",)).get(pk=enquiry.pk)
        if enquiry.product_id != product.pk or enquiry.state == Enquiry.State.AGREED:
            raise Refused("Việc hỏi hàng này đã thành hợp đồng hoặc của sản phẩm khác.")
        noted(enquiry, Enquiry.State.AGREED, f"Hợp đồng {facts['number']}", by)
    contract = Contract.objects.create(
        product=product,
        enquiry=enquiry,
        file=store(upload, by=by.username) if upload else None,
        by=by,
        **facts,
    )
    record("contract", f"contract:{contract.pk}", {"product": product.pk}, by=by)
    return contract


@transaction.atomic
def add_channel(product: Product, facts: Mapping[str, Any], *, by: User) -> Channel:
    """Say where the product is sold."""
    require(by, Permission.TRADE_KEEP, product)
    if facts["kind"] in Channel.DIGITAL and not facts.get("url"):
        raise Refused("Kênh trên mạng cần địa chỉ trang.", field="url")
    open_ones = Channel.objects.filter(product=product, ended_at=None)
    if open_ones.filter(kind=facts["kind"], name=facts["name"]).exists():
        raise Refused("Kênh này đã có.", field="name")
    channel = Channel.objects.create(product=product, **facts)
    record("add_channel", f"channel:{channel.pk}", {"product": product.pk}, by=by)
    return channel


@transaction.atomic
def end_channel(channel: Channel, *, by: User) -> Channel:
    """The product is no longer sold there; its months stay."""
    require(by, Permission.TRADE_KEEP, channel.product)
    if channel.ended_at is None:
        channel.ended_at = timezone.now()
        channel.save(update_fields=["ended_at"])
        record("end_channel", f"channel:{channel.pk}", {}, by=by)
    return channel


@transaction.atomic
def report_sale(
    channel: Channel,
    month: date,
    facts: Mapping[str, Any],
    *,
    by: User,
    source: str = Sale.Source.TYPED,
) -> Sale:
    """Keep a month of a channel; told again it is replaced."""
    require(by, Permission.TRADE_KEEP, channel.product)
    return _month(channel, month, facts, source, by)


@transaction.atomic
def report_by_machine(
    channel: Channel, month: date, facts: Mapping[str, Any], access: Access
) -> Sale:
    """The same from a machine with a token of the channel's producer."""
    if access.producer_id is None or access.producer_id != channel.product.producer_id:
        raise PermissionDenied("the token is not of the producer of this channel")
    return _month(channel, month, facts, Sale.Source.API, None)


def _month(
    channel: Channel, month: date, facts: Mapping[str, Any], source: str, by: User | None
) -> Sale:
    first = month.replace(day=1)
    if first > timezone.localdate():
        raise Refused("Tháng này chưa đến.", field="month")
    if first.year < FIRST_YEAR:
        raise Refused(f"Chương trình bắt đầu năm {FIRST_YEAR}. Hãy xem lại năm.", field="month")
    if facts.get("returns", 0) > facts["orders"]:
        raise Refused("Số đơn hoàn nhiều hơn số đơn.", field="returns")
    kept = {**facts, "product": channel.product, "source": source}
    sale, _ = Sale.objects.update_or_create(channel=channel, month=first, defaults=kept)
    record("sale", f"channel:{channel.pk}", {"month": str(first), "source": source}, by=by)
    return sale


@transaction.atomic
def add_export(
    product: Product, facts: Mapping[str, Any], *, by: User, upload: Any = None
) -> Export:
    """Keep a consignment that left the country."""
    require(by, Permission.TRADE_KEEP, product)
    if facts["on"] > timezone.localdate():
        raise Refused("Ngày xuất ở tương lai. Hãy xem lại.", field="on")
    if Export.objects.filter(product=product, **facts).exists():
        raise Refused("Lô xuất khẩu này đã ghi rồi.")
    kept = store(upload, by=by.username) if upload else None
    export = Export.objects.create(product=product, file=kept, **facts)
    record("export", f"export:{export.pk}", {"product": product.pk}, by=by)
    return export


@transaction.atomic
def save_year(product: Product, year: int, facts: Mapping[str, Any], *, by: User) -> YearRecord:
    """Keep a year of a product; told again it is replaced."""
    require(by, Permission.TRADE_KEEP, product)
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise Refused(f"Hãy nhập năm từ {FIRST_YEAR} đến năm nay.", field="year")
    kept, _ = YearRecord.objects.update_or_create(product=product, year=year, defaults=dict(facts))
    record("year_record", f"product:{product.pk}", {"year": year}, by=by)
    return kept


@transaction.atomic
def add_support(product: Product, facts: Mapping[str, Any], *, by: User) -> Support:
    """An office notes help that the product got."""
    require(by, Permission.TRADE_OVERSEE, product)
    if Support.objects.filter(product=product, **facts).exists():
        raise Refused("Hỗ trợ này đã ghi rồi.")
    support = Support.objects.create(product=product, by=by, **facts)
    record("support", f"support:{support.pk}", {"product": product.pk}, by=by)
    return support


@transaction.atomic
def take_out(row: Contract | Export | YearRecord | Sale, *, by: User) -> None:
    """What was entered by mistake goes; the journal keeps that it was there. A contract that closed
    an enquiry opens it again."""
    require(by, Permission.TRADE_KEEP, row.product)
    if isinstance(row, Contract) and row.enquiry is not None:
        noted(row.enquiry, Enquiry.State.TALKING, f"Bỏ hợp đồng {row.number}", by)
    subject = f"{row._meta.model_name}:{row.pk}"
    row.delete()
    record("take_out", subject, {"product": row.product_id}, by=by)
