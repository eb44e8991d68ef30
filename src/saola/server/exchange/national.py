"""Lots for national systems of traceability, as a list with the ten items of Circular 02/2024: a
file until their interfaces are published."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from saola.server.traceability.labels import ACTS
from saola.server.traceability.models import Entry, Lot, link_of

COLUMNS = (
    "Tên sản phẩm", "Mã GTIN", "Loại mã", "Số lô", "Mã truy xuất", "Tên đơn vị", "Địa chỉ đơn vị",
    "Mã địa điểm", "Công đoạn", "Thời gian công đoạn", "Thời gian sản xuất", "Hạn sử dụng",
    "Thương hiệu", "Tiêu chuẩn áp dụng", "Mã đăng ký ở hệ thống nhận",
)  # fmt: skip


def rows(lots: Iterable[Lot], system: str) -> Iterator[tuple[Any, ...]]:
    """A line for each step of each lot."""
    for lot in lots:
        found = lot.item.registrations.filter(system=system).first()
        code = found.code if found else ""
        entries = (lot.entries.all() | Entry.objects.filter(uses__lot=lot)).distinct()
        for entry in entries.select_related("area", "producer").order_by("at"):
            yield (*_facts(lot), *_step(entry), *_rest(lot), code)


def _facts(lot: Lot) -> tuple[str, ...]:
    producer = lot.item.producer
    household = producer.kind == producer.Kind.HOUSEHOLD
    address = "" if household else producer.address_as_printed
    where = address or (producer.place.name_today if producer.place else "")
    kind = "nội bộ tỉnh" if lot.item.internal else "GS1"
    link = link_of(lot.item.gtin, lot.code)
    return (lot.item.name, lot.item.gtin, kind, lot.code, link, producer.public_name, where)


def _step(entry: Entry) -> tuple[str, ...]:
    place = entry.area.code if entry.area and entry.area.code else f"c{entry.producer_id}"
    at = timezone.localtime(entry.at)
    with override("vi"):  # whoever asks, the systems are Vietnamese
        act = str(ACTS[entry.act])
    return (place, act, at.isoformat(timespec="minutes"))


def _rest(lot: Lot) -> tuple[str, ...]:
    made = timezone.localtime(lot.made_at).date().isoformat()
    best = lot.best_before.isoformat() if lot.best_before else ""
    return (made, best, lot.item.brand, lot.item.standards)
