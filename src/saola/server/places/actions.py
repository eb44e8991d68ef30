"""Bringing the lists of the library into the register of places."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola import places
from saola.lifecycle.machine import Refused
from saola.server.places.models import Place, Succession
from saola.vietnamese.folding import fold

CODE, KINDS = 5, ("Xã", "Phường", "Đặc")


@transaction.atomic
def load_places(province_code: str, province_name: str, *, city: bool = False) -> None:
    """Write a province, and what the library knows of its units and their succession; a second time
    changes nothing."""
    if Place.objects.filter(level="province", code=province_code).exists():
        return
    Place.objects.create(
        level="province",
        code=province_code,
        name=f"{'Thành phố' if city else 'Tỉnh'} {province_name}",
        folded=fold(province_name),
        province_code=province_code,
    )
    if province_code != places.PROVINCE_CODE:
        return
    units = places.units()
    rows = Place.objects.bulk_create(
        _commune(
            province_code,
            unit.code,
            unit.name,
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


def _commune(province_code: str, code: str, name: str, **more: Any) -> Place:
    return Place(
        level="commune",
        code=code,
        name=name,
        folded=fold(name),
        province_code=province_code,
        **more,
    )


@transaction.atomic
def add_communes(province_code: str, rows: Sequence[tuple[str, str]]) -> int:
    """Write communes and wards in force as (code, name), "03868" and "Xã Bắc Yên"; how many were
    new. A second time changes nothing; nothing is written where one row is wrong."""
    if not rows:
        raise Refused("Tệp không có xã nào.")
    there = dict(Place.objects.communes().values_list("code", "province_code"))
    names = dict(Place.objects.communes().values_list("code", "name"))
    new: dict[str, Place] = {}
    for line, (code, name) in enumerate(rows, 1):
        kind = name.partition(" ")[0]
        if not (code.isascii() and code.isdecimal() and len(code) == CODE) or kind not in KINDS:
            raise Refused(
                f"Dòng {line}: cần mã 5 chữ số và tên bắt đầu bằng Xã, Phường hoặc Đặc khu; "
                f"tệp ghi “{code}”, “{name}”."
            )
        if (there.get(code, province_code), names.get(code, name)) != (province_code, name):
            raise Refused(f"Dòng {line}: mã {code} đã là của {names[code]}.")
        if code not in there:
            new[code] = _commune(province_code, code, name)
            there[code], names[code] = province_code, name
    Place.objects.bulk_create(new.values())
    return len(new)


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
