"""Sheets on paper: one person enters the marks from the signed sheet, another holds them against
its scan; both are named."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can, require
from saola.server.councils.models import AgendaItem, CouncilMember, PaperSheet
from saola.server.councils.presence import waiting_for
from saola.server.councils.sheets import (
    SEALED,
    current_sheet,
    locked_item,
    require_complete,
    require_open,
    write,
)
from saola.server.files.store import store
from saola.server.journal.record import digest, record


@transaction.atomic
def enter(
    item: AgendaItem, member: CouncilMember, data: dict[str, Any], scan: Any, *, by: User
) -> PaperSheet:
    """Write down the marks of a sheet signed on paper, with its scan; nothing counts before
    somebody else has checked it."""
    item = locked_item(item)
    require(by, Permission.SESSION_PREPARE, item)
    require_open(item, member)
    sheet = current_sheet(item, member)
    if sheet.sealed_at is not None:
        raise Refused(SEALED)
    _own_first(item, by)
    require_complete(sheet, data)
    try:
        with transaction.atomic():
            made = PaperSheet.objects.create(
                item=item, member=member, scan=store(scan, by=by.username), data=data, entered_by=by
            )
    except IntegrityError:
        raise Refused("Phiếu giấy của thành viên này đã nhập, đang chờ đối chiếu.") from None
    record("enter_paper", f"item:{item.pk}", {"paper": made.pk, "member": member.pk}, by=by)
    return made


def _own_first(item: AgendaItem, by: User) -> None:
    """Who has a vote hands in the own sheet before seeing another's marks."""
    if any(member.user_id == by.pk for member in waiting_for(item)):
        raise Refused("Bạn cũng chấm sản phẩm này: hãy khóa phiếu của mình trước.")


def _waiting(paper: PaperSheet, by: User) -> tuple[AgendaItem, PaperSheet]:
    item = locked_item(paper.item)
    rows = PaperSheet.objects.select_for_update(of=("self",)).select_related("member__user")
    paper = rows.get(pk=paper.pk)
    if paper.member.user_id != by.pk or not can(by, Permission.SHEET_SCORE, item):
        require(by, Permission.SESSION_PREPARE, item)
    if paper.sheet_id is not None or paper.sent_back:
        raise Refused("Phiếu giấy này đã được đối chiếu.")
    if paper.member.user_id != by.pk:
        _own_first(item, by)
    if paper.entered_by_id == by.pk:
        raise Refused("Người nhập không tự đối chiếu: cần một người khác.")
    return item, paper


@transaction.atomic
def check(paper: PaperSheet, *, by: User) -> PaperSheet:
    """The marks agree with the scan: they become the member's sealed sheet."""
    item, paper = _waiting(paper, by)
    require_open(item, paper.member)
    sheet = current_sheet(item, paper.member)
    if sheet.sealed_at is not None:
        raise Refused(SEALED)
    paper.sheet = write(sheet, paper.data, by=by, seal=True)
    paper.checked_by, paper.checked_at = by, timezone.now()
    paper.save(update_fields=["sheet", "checked_by", "checked_at"])
    facts = {"paper": paper.pk, "entered_by": paper.entered_by_id, "sheet": str(sheet.pk)}
    record("check_paper", f"item:{item.pk}", facts, by=by)
    return paper


@transaction.atomic
def send_back(paper: PaperSheet, reason: str, *, by: User) -> None:
    """The marks do not agree with the scan: say where; they are entered again."""
    item, paper = _waiting(paper, by)
    if not reason.strip():
        raise Refused("Hãy ghi chỗ không khớp với phiếu giấy.", field="reason")
    paper.sent_back, paper.checked_by, paper.checked_at = reason.strip(), by, timezone.now()
    paper.save(update_fields=["sent_back", "checked_by", "checked_at"])
    facts = {"paper": paper.pk, "reason": digest(reason)}
    record("send_back_paper", f"item:{item.pk}", facts, by=by)
