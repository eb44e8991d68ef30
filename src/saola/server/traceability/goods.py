"""Goods and growing areas: entered once, under a number that is theirs."""

import json
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.encoding import iri_to_uri

from saola.gs1.identifiers import BadGs1, check_value
from saola.gs1.internal import internal_gtin, is_internal
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import record
from saola.server.places.models import NumberSeries
from saola.server.products.models import Producer, Product
from saola.server.traceability import tasks
from saola.server.traceability.models import GrowingArea, ItemLink, Lot, TradeItem

MOST_POINTS = 2000


@transaction.atomic
def add_item(
    producer: Producer,
    facts: dict[str, Any],
    *,
    by: User,
    gtin: str = "",
    product: Product | None = None,
) -> TradeItem:
    """New goods. Without a GTIN of the producer's own they get a number of the province's, which
    other systems do not know."""
    require(by, Permission.TRACE_LOG, producer)
    if product is not None and product.producer_id != producer.pk:
        raise Refused("Sản phẩm này không phải của chủ thể.", field="product")
    number = _given(gtin) if gtin else internal_gtin(NumberSeries.next("country:vn", "gtin", 0))
    try:
        with transaction.atomic():
            item = TradeItem.objects.create(
                producer=producer, product=product, gtin=number, **facts
            )
    except IntegrityError:
        raise Refused(
            "Đã có hàng tên này hoặc mã GTIN này. Hãy chọn trong danh sách, hoặc sửa tên, mã.",
            field="name",
        ) from None
    record("add_item", f"item:{item.pk}", {"gtin": number}, by=by)
    transaction.on_commit(tasks.publish.enqueue)
    return item


LINK_KINDS = {
    "sustainabilityInfo": "thông tin về môi trường, bền vững",
    "instructions": "hướng dẫn sử dụng",
    "recipeInfo": "công thức món ăn",
    "hasRetailers": "nơi bán",
    "certificationInfo": "giấy chứng nhận",
    "relatedVideo": "phim giới thiệu",
    "traceability": "hệ thống truy xuất khác",
}


@transaction.atomic
def add_link(item: TradeItem, facts: dict[str, Any], *, by: User, lot: Lot | None = None) -> None:
    """A link that the resolver offers beside the page; entered twice it is there once."""
    require(by, Permission.TRACE_LOG, item)
    if lot is not None and lot.item_id != item.pk:
        raise Refused("Lô này là của hàng khác.", field="lot")
    if facts["kind"] not in LINK_KINDS or not facts["href"].startswith("https://"):
        raise Refused("Hãy chọn loại đường dẫn; địa chỉ bắt đầu bằng https://.", field="href")
    facts = facts | {"href": iri_to_uri(facts["href"])}
    ItemLink.objects.get_or_create(item=item, lot=lot, **facts)
    record("add_link", f"item:{item.pk}", {"kind": facts["kind"]}, by=by)
    transaction.on_commit(tasks.publish.enqueue)


def _given(text: str) -> str:
    gtin = text.strip().replace(" ", "").zfill(14)
    try:
        check_value("01", gtin)
    except BadGs1 as fault:
        raise Refused(
            f"Mã GTIN không đúng ({fault.reason}). Hãy nhập đủ các số dưới mã vạch.", field="gtin"
        ) from None
    if is_internal(gtin):
        raise Refused("Mã này là mã nội bộ, không phải GTIN của doanh nghiệp.", field="gtin")
    return gtin


@transaction.atomic
def add_area(producer: Producer, facts: dict[str, Any], shape: str, *, by: User) -> GrowingArea:
    """A growing area; `shape` is GeoJSON of a point or polygon, or "latitude, longitude", or ""."""
    require(by, Permission.TRACE_LOG, producer)
    if producer.areas.filter(name=facts["name"]).exists():
        raise Refused("Đã có vùng trồng tên này. Hãy đặt tên khác.", field="name")
    area = GrowingArea.objects.create(producer=producer, shape=read_shape(shape), **facts)
    record("add_area", f"area:{area.pk}", {"code": area.code}, by=by)
    return area


@transaction.atomic
def change_area(area: GrowingArea, facts: dict[str, Any], shape: str, *, by: User) -> GrowingArea:
    """What is known better now, a renewed certificate among it; an empty `shape` leaves the place
    as it is. Events keep what they said."""
    require(by, Permission.TRACE_LOG, area)
    if area.producer.areas.exclude(pk=area.pk).filter(name=facts["name"]).exists():
        raise Refused("Đã có vùng trồng tên này. Hãy đặt tên khác.", field="name")
    for name, value in facts.items():
        setattr(area, name, value)
    area.shape = read_shape(shape) or area.shape
    area.save()
    area.lot_set.update(changed_at=timezone.now())  # their pages are made anew
    record("change_area", f"area:{area.pk}", {"fields": sorted(facts)}, by=by)
    return area


@transaction.atomic
def change_item(item: TradeItem, facts: dict[str, Any], *, by: User) -> TradeItem:
    """What is known better now; number and unit stay, for lots were counted by them."""
    require(by, Permission.TRACE_LOG, item)
    if item.producer.items.exclude(pk=item.pk).filter(name=facts["name"]).exists():
        raise Refused("Đã có hàng tên này. Hãy đặt tên khác.", field="name")
    for name, value in facts.items():
        if name != "unit":
            setattr(item, name, value)
    item.save()
    item.lots.update(changed_at=timezone.now())
    record("change_item", f"item:{item.pk}", {"fields": sorted(facts)}, by=by)
    transaction.on_commit(tasks.publish.enqueue)
    return item


BAD_SHAPE = (
    "Vị trí không đọc được. Hãy nhập vĩ độ và kinh độ, ví dụ “21,2501, 104,6000” viết là "
    "“21.2501, 104.6000”, hoặc dán GeoJSON dạng Point hay Polygon."
)


def read_shape(text: str) -> dict[str, Any] | None:
    """A GeoJSON geometry from what was typed; Refused where it is none within Vietnam's frame."""
    if not text.strip():
        return None
    try:
        shape = json.loads(text) if text.lstrip().startswith("{") else _point(text)
        if shape.get("type") == "Feature":
            shape = shape["geometry"]
        points = _points(shape)
        fits = 0 < len(points) <= MOST_POINTS and all(map(_here, points))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise Refused(BAD_SHAPE, field="shape") from None
    if not fits:
        raise Refused(BAD_SHAPE, field="shape")
    return {"type": shape["type"], "coordinates": shape["coordinates"]}


def _point(text: str) -> dict[str, Any]:
    latitude, longitude = (float(part) for part in text.split(","))
    return {"type": "Point", "coordinates": [longitude, latitude]}


def _points(shape: dict[str, Any]) -> list[list[float]]:
    if shape["type"] == "Point":
        return [shape["coordinates"]]
    if shape["type"] != "Polygon":
        raise ValueError
    rings: list[list[list[float]]] = shape["coordinates"]
    if any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings):
        raise ValueError
    return [point for ring in rings for point in ring]


def _here(point: list[float]) -> bool:
    """Longitude and latitude within the frame of the country."""
    longitude, latitude = point
    return 102 <= longitude <= 118 and 6 <= latitude <= 24
