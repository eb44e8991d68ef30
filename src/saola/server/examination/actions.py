"""Handing over, keeping and disposing of samples; visits; tests."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from saola.lifecycle.dossier import ENDED, Kind, State
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can, require
from saola.server.dossiers.actions import hand_over_samples
from saola.server.dossiers.models import Dossier
from saola.server.dossiers.queries import locked
from saola.server.examination.models import ExtraTest, SampleRecord, SiteVisit
from saola.server.files.store import store
from saola.server.journal.record import record

MOST_PHOTOS = 20
Act, Level = SampleRecord.Act, SampleRecord.Level
EXAMINED = {State.AGENCY_RECEIVED, State.AGENCY_ASKED, State.ACCEPTED}


def on_hand(dossier: Dossier, level: str) -> int:
    """Units handed over at that level and neither returned nor disposed of."""
    units = 0
    for row in dossier.samples.filter(level=level):
        if row.act == Act.HAND_OVER:
            units += row.units
        elif row.act in (Act.RETURN, Act.DISPOSE):
            units -= row.units
    return units


@transaction.atomic
def record_samples(dossier: Dossier, data: dict[str, Any], *, by: User) -> SampleRecord:
    """One act on sample units, with the names of both sides.

    Handing over to the province is the commune's and sets the day that its proposal asks for; all
    that follows is the agency's.
    """
    dossier = locked(dossier)
    _who_may(dossier, data, by)
    needed = dossier.criteria_set.sample_units or 0
    if not needed:
        raise Refused("Bộ tiêu chí này không có sản phẩm mẫu.")
    if data["on"] > timezone.localdate():
        raise Refused("Ngày không thể sau hôm nay.", field="on")
    left = on_hand(dossier, data["level"])
    if data["act"] == Act.HAND_OVER and left + data["units"] < needed:
        raise Refused(f"Cần giao đủ {needed} đơn vị sản phẩm mẫu.", field="units")
    if data["act"] == Act.HAND_OVER and data["level"] == Level.PROVINCE:
        hand_over_samples(dossier, data["on"], by=by)
    elif data["act"] != Act.HAND_OVER and data["units"] > left:
        raise Refused(f"Chỉ còn {left} đơn vị mẫu.", field="units")
    if data["act"] == Act.CODE and not data.get("code"):
        raise Refused("Hãy ghi mã mẫu.", field="code")
    try:
        with transaction.atomic():
            made = SampleRecord.objects.create(dossier=dossier, by=by, **data)
    except IntegrityError:
        raise Refused("Mã mẫu này đã dùng.", field="code") from None
    facts = {"act": made.act, "level": made.level, "units": made.units}
    record("samples", f"dossier:{dossier.pk}", facts, by=by)
    return made


def _who_may(dossier: Dossier, data: dict[str, Any], by: User) -> None:
    if data["act"] == Act.HAND_OVER and data["level"] == Level.PROVINCE:
        require(by, Permission.COMMUNE_RECEIVE, dossier)
    else:
        require(by, Permission.AGENCY_RECEIVE, dossier)


def may_examine(user: Any, dossier: Dossier) -> bool:
    """Whether this person visits and asks for tests now: the advisory team for a first dossier or
    an upgrade, the agency for a renewal (art. 7.4, 7.6)."""
    allowed = Permission.AGENCY_RECEIVE if dossier.kind == Kind.RENEWAL else Permission.ADVISE
    return dossier.state in EXAMINED and bool(can(user, allowed, dossier))


def _examining(dossier: Dossier, by: User) -> Dossier:
    dossier = locked(dossier)
    if not may_examine(by, dossier):
        raise Refused("Việc này của Tổ tư vấn (đánh giá lại: của cơ quan tham mưu) khi thẩm định.")
    return dossier


@transaction.atomic
def record_visit(
    dossier: Dossier, data: dict[str, Any], photos: Sequence[Any], *, by: User
) -> SiteVisit:
    """What was seen at the place of production, with photos. A renewal is visited only where scale
    changed much or evidence is unclear: its reason is asked."""
    dossier = _examining(dossier, by)
    if data["visited_on"] > timezone.localdate():
        raise Refused("Ngày đến không thể sau hôm nay.", field="visited_on")
    if dossier.kind == Kind.RENEWAL and not data["reason"].strip():
        raise Refused(
            "Đánh giá lại chỉ kiểm tra thực tế khi quy mô thay đổi lớn hoặc minh chứng chưa rõ: "
            "hãy ghi lý do.",
            field="reason",
        )
    if len(photos) > MOST_PHOTOS:
        raise Refused(f"Tối đa {MOST_PHOTOS} ảnh một chuyến.", field="photos")
    made = SiteVisit.objects.create(dossier=dossier, by=by, **data)
    made.photos.set([store(photo, by=by.username) for photo in photos])
    record("visit", f"dossier:{dossier.pk}", {"photos": len(photos)}, by=by)
    return made


@transaction.atomic
def ask_test(dossier: Dossier, data: dict[str, Any], *, by: User) -> ExtraTest:
    """Ask for a test with a day by which its result is there."""
    dossier = _examining(dossier, by)
    if data["due_on"] < timezone.localdate():
        raise Refused("Ngày phải có kết quả không thể trước hôm nay.", field="due_on")
    made = ExtraTest.objects.create(dossier=dossier, by=by, **data)
    record("ask_test", f"dossier:{dossier.pk}", {"test": made.pk}, by=by)
    return made


@transaction.atomic
def receive_result(
    test: ExtraTest, result: str, received_on: date, *, by: User, upload: Any = None
) -> ExtraTest:
    """The laboratory's answer, once."""
    test = ExtraTest.objects.select_for_update(of=("self",)).get(pk=test.pk)
    dossier = locked(test.dossier)
    require(by, Permission.DESK_USE, dossier)
    if dossier.state in ENDED:
        raise Refused("Hồ sơ đã kết thúc.")
    if test.received_on is not None:
        raise Refused("Đã có kết quả của kiểm nghiệm này.")
    if received_on > timezone.localdate():
        raise Refused("Ngày nhận không thể sau hôm nay.", field="received_on")
    test.result, test.received_on = result, received_on
    if upload is not None:
        test.file = store(upload, by=by.username)
    test.save()
    record("test_result", f"dossier:{dossier.pk}", {"test": test.pk}, by=by)
    return test
