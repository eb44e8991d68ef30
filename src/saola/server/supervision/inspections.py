"""Inspections (art. 9): plan, team, record, finding, remedy, follow-up."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.files.store import store
from saola.server.journal.record import digest, record
from saola.server.notices.actions import tell
from saola.server.places.office import code_of
from saola.server.recognition.models import Recognition
from saola.server.recognition.revocation import Conclusion, open_removal
from saola.server.supervision.models import Inspection, InspectionItem

Finding = InspectionItem.Finding


@transaction.atomic
def plan(data: dict[str, Any], recognitions: list[Recognition], *, by: User) -> Inspection:
    """Set up an inspection with its team over recognised products of the province."""
    if not recognitions:
        raise Refused("Hãy chọn ít nhất một sản phẩm.", field="recognitions")
    codes = {code_of(row.product.place) for row in recognitions}
    if len(codes) > 1:
        raise Refused("Một đợt kiểm tra chỉ gồm sản phẩm của một tỉnh.", field="recognitions")
    told = data | {"province_code": min(codes)}
    made = Inspection(made_by=by, year=data["first_day"].year, **told)
    require(by, Permission.SUPERVISE, made)
    if made.last_day < made.first_day:
        raise Refused("Ngày cuối không thể trước ngày đầu.", field="last_day")
    for row in recognitions:
        require(by, Permission.SUPERVISE, row)
    made.save()
    InspectionItem.objects.bulk_create(
        InspectionItem(inspection=made, recognition=row) for row in recognitions
    )
    record("plan_inspection", f"inspection:{made.pk}", {"products": len(recognitions)}, by=by)
    return made


@dataclass(frozen=True, slots=True)
class Found:
    """What the team wrote down at one producer's."""

    on: date
    record: str
    finding: str
    remedy: str = ""
    remedy_by: date | None = None


def _locked(item: InspectionItem, by: User) -> InspectionItem:
    rows = InspectionItem.objects.select_for_update(of=("self",))
    row = rows.select_related("inspection", "recognition__product").get(pk=item.pk)
    require(by, Permission.SUPERVISE, row.inspection)
    return row


@transaction.atomic
def note_finding(
    item: InspectionItem, found: Found, *, by: User, upload: Any = None
) -> InspectionItem:
    """The record of the visit with its finding; written once."""
    item = _locked(item, by)
    if item.finding:
        raise Refused("Đã có kết luận kiểm tra cho sản phẩm này.")
    if found.on > timezone.localdate() or found.on < item.inspection.first_day:
        raise Refused("Ngày kiểm tra phải từ ngày bắt đầu đợt đến hôm nay.", field="on")
    if not found.record.strip():
        raise Refused("Hãy ghi nội dung đã kiểm tra.", field="record")
    if found.finding == Finding.REMEDY and not (found.remedy.strip() and found.remedy_by):
        raise Refused("Hãy ghi phải khắc phục gì, xong trước ngày nào.", field="remedy")
    item.visited_on, item.record, item.finding = found.on, found.record, found.finding
    item.remedy, item.remedy_by = found.remedy, found.remedy_by
    if upload is not None:
        item.file = store(upload, by=by.username)
    item.save()
    facts = {"finding": found.finding, "record": digest(found.record)}
    record("note_finding", f"inspection:{item.inspection_id}", facts, by=by)
    if found.finding == Finding.REMEDY:
        _tell_producer(item)
    return item


def _tell_producer(item: InspectionItem) -> None:
    product = item.recognition.product
    people = User.objects.who(Permission.DOSSIER_FILE, f"producer:{product.producer_id}")
    last = f" Xong trước hết ngày {item.remedy_by:%d/%m/%Y}." if item.remedy_by else ""
    tell(
        f"remedy:{item.pk}",
        people,
        f"Cần khắc phục sau kiểm tra: {product.name}",
        f"{item.remedy}{last}",
        about=f"recognition:{item.recognition_id}",
        path=reverse("portal:home"),
    )


@transaction.atomic
def follow_up(
    item: InspectionItem, *, remedied: bool, on: date, note: str, by: User
) -> InspectionItem:
    """Whether what had to be put right is put right."""
    item = _locked(item, by)
    if item.finding != Finding.REMEDY or item.followed_on is not None:
        raise Refused("Không có yêu cầu khắc phục nào đang chờ ở sản phẩm này.")
    if on > timezone.localdate() or (item.visited_on and on < item.visited_on):
        raise Refused("Ngày kiểm tra lại phải từ ngày kiểm tra đến hôm nay.", field="on")
    item.followed_on, item.remedied, item.follow_note = on, remedied, note
    item.save()
    record("follow_up", f"inspection:{item.inspection_id}", {"remedied": remedied}, by=by)
    return item


@transaction.atomic
def lead_to_removal(item: InspectionItem, ground: str, *, by: User) -> InspectionItem:
    """The finding is the conclusion from which the days for a revocation run."""
    item = _locked(item, by)
    unmended = item.finding == Finding.REMEDY and item.remedied is False
    if item.finding not in (Finding.BREACH, Finding.ENDED) and not unmended:
        raise Refused("Kết luận kiểm tra này chưa phải căn cứ thu hồi.")
    if item.removal_id is not None:
        raise Refused("Đã mở việc thu hồi từ kết luận này.")
    on = item.followed_on if unmended else item.visited_on
    assert on is not None  # a finding has its day
    basis = f"{item.inspection.title}: {item.follow_note if unmended else item.record}"
    found = Conclusion("revoke", ground, basis, on)
    item.removal = open_removal(item.recognition, found, by=by)
    item.save(update_fields=["removal"])
    return item
