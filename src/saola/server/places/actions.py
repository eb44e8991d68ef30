"""Bringing the lists of the library into the register of places."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from saola import places
from saola.lifecycle.machine import Refused
from saola.server.places.models import Place, Succession
from saola.vietnamese.folding import fold


@transaction.atomic
def load_places(province_code: str, province_name: str) -> None:
    """Write province, units and successions; a second time changes nothing."""
    if Place.objects.filter(level="province", code=province_code).exists():
        return
    Place.objects.create(
        level="province",
        code=province_code,
        name=f"Tỉnh {province_name}",
        folded=fold(province_name),
        province_code=province_code,
    )
    units = places.units()
    rows = Place.objects.bulk_create(
        Place(
            level="commune",
            code=unit.code,
            name=unit.name,
            folded=fold(unit.name),
            province_code=province_code,
            district=unit.district or "",
            valid_from=unit.valid_from,
            valid_to=unit.valid_to,
        )
        for unit in units
    )
    row_of = dict(zip(units, rows, strict=True))
    Succession.objects.bulk_create(
        Succession(
            old=row_of[change.old],
            new=row_of[change.new],
            on_day=change.on,
            confidence=change.confidence,
            note=change.note,
        )
        for change in places.changes()
    )


@transaction.atomic
def merge_communes(olds: list[Place], code: str, name: str, on: date, note: str) -> Place:
    """One commune takes the place of several from a day on, by a decision named in `note`; a second
    time changes nothing. Its code may be that of one of them."""
    province = olds[0].province_code
    found = Place.objects.filter(code=code, valid_from=on, folded=fold(name)).first()
    if found is not None:
        return found
    if on > timezone.localdate():
        raise Refused("Việc nhập xã ghi từ ngày có hiệu lực, không ghi trước.")
    if len({old.province_code for old in olds}) > 1:
        raise Refused("Các xã thuộc nhiều tỉnh.")
    Place.objects.filter(pk__in=[old.pk for old in olds]).update(valid_to=on - timedelta(1))
    new = Place.objects.create(
        level="commune",
        code=code,
        name=name,
        folded=fold(name),
        province_code=province,
        valid_from=on,
    )
    Succession.objects.bulk_create(
        Succession(old=old, new=new, on_day=on, confidence="decision", note=note) for old in olds
    )
    return new
