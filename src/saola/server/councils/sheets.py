"""Score sheets: receiving, sealing, reopening. The one way in, for form and machine alike."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from saola.lifecycle.dossier import State
from saola.lifecycle.machine import Refused
from saola.scoring import Event, Invalid, MemberSheet, member_sheet
from saola.scoring.panels import check_cases, left_out
from saola.server.accounts.models import Grant, User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.councils.models import (
    AgendaItem,
    Attendance,
    CouncilMember,
    Recusal,
    ScoreSheet,
    Session,
)
from saola.server.councils.presence import require_presiding, seats_for
from saola.server.dossiers.completeness import marks
from saola.server.journal.record import digest, record


class NotYet(Refused):
    """This member cannot score now, but may soon: what was scored on a device waits there."""


class Stale(Refused):
    """The sheet was changed elsewhere since it was opened; `current` is what is stored."""

    def __init__(self, current: ScoreSheet) -> None:
        super().__init__(
            "Phiếu này đã được lưu ở thẻ hoặc thiết bị khác sau khi bạn mở trang. "
            "Những gì bạn vừa chọn còn ở dưới; hãy kiểm tra rồi lưu lại."
        )
        self.current = current


def seat_of(user: User, item: AgendaItem) -> CouncilMember:
    """The person's seat in the council of the item; Refused without one."""
    rows = CouncilMember.objects.filter(council__sessions=item.session_id, left_at=None)
    member = rows.filter(user=user).first()
    if member is None:
        raise Refused("Bạn không phải thành viên của Hội đồng này.")
    return member


def checked(sheet: ScoreSheet) -> MemberSheet:
    """The stored sheet as the library reads it; Invalid when it does not fit its set."""
    criteria_set = sheet.item.dossier.criteria_set
    return member_sheet(
        criteria_set,
        sheet.member.sheet_name,
        marks(criteria_set.id, sheet.choices),
        cases=sheet.item.cases,
        unfit=sheet.unfit,
        events=[Event(e["type"], e.get("criterion"), e["reason"]) for e in sheet.events],
        chair=sheet.member.seat == CouncilMember.Seat.CHAIR,
        may_leave_out=True,
    )


def locked_item(item: AgendaItem) -> AgendaItem:
    """The item as stored now, locked with its session: sheets, attendance, the closing of scores
    and of the session wait for each other."""
    Session.objects.select_for_update(of=("self",)).get(pk=item.session_id)
    rows = AgendaItem.objects.select_related("session__council", "dossier__product")
    return rows.select_for_update(of=("self",)).get(pk=item.pk)


SEALED = "Phiếu đã khóa nên không sửa được. Muốn chấm lại, Chủ tịch phải mở lại."
NOBODY = uuid.UUID(int=0)  # an id that no sheet has
FIELDS = ("choices", "unfit", "comments", "events", "remark")


def require_in_hand(item: AgendaItem) -> None:
    """Refused where the session has ended or the product has left its agenda."""
    if item.session.state == Session.State.CLOSED:
        raise Refused("Phiên đã bế mạc.")
    if item.left_reason:
        raise Refused("Sản phẩm này đã rời chương trình của phiên.")


@transaction.atomic
def receive(
    item: AgendaItem,
    data: dict[str, Any],
    *,
    by: User,
    revision: int,
    seal: bool = False,
) -> ScoreSheet:
    """Take in a member's sheet from a page; the same message a second time changes nothing.

    `revision` is that of the sheet the member had before them. A sealed sheet is refused, except
    for the very same content. Raises Refused, or Stale when somebody saved in between.
    """
    item = locked_item(item)
    require(by, Permission.SHEET_SCORE, item)
    member, row = place_of(by, item)
    sheet = current_sheet(item, member)
    same = holds(sheet, data)
    if sheet.sealed_at is not None:
        if same:
            return sheet
        raise Refused(SEALED)
    require_open(item, member, row)
    if revision != sheet.revision and not same:
        raise Stale(sheet)
    sheet.device = None  # a page of the browser wrote last, no tablet goes on from here unseen
    return write(sheet, data, by=by, seal=seal)


def holds(sheet: ScoreSheet, data: dict[str, Any]) -> bool:
    """Whether the sheet has this content already."""
    return all(getattr(sheet, field) == data.get(field, getattr(sheet, field)) for field in FIELDS)


def write(
    sheet: ScoreSheet, data: dict[str, Any], *, by: User, seal: bool, revision: int | None = None
) -> ScoreSheet:
    """Put the content on an open sheet of a locked item, under the next revision or the one given;
    raises Refused where it does not fit its set or, to be sealed, is not complete."""
    if revision is not None or not holds(sheet, data) or sheet.revision == 0:
        for field in FIELDS:
            setattr(sheet, field, data.get(field, getattr(sheet, field)))
        sheet.revision = sheet.revision + 1 if revision is None else revision
    row = _totalled(sheet)
    if seal:
        _seal(sheet, row)
    sheet.save(force_insert=sheet._state.adding)
    if seal:
        record("seal", f"item:{sheet.item_id}", sealed_facts(sheet), by=by)
    return sheet


def require_complete(sheet: ScoreSheet, data: dict[str, Any]) -> None:
    """Refused where this content could not be sealed on the sheet; the sheet is left as it is."""
    for field in FIELDS:
        setattr(sheet, field, data.get(field, getattr(sheet, field)))
    _seal(sheet, _totalled(sheet))


def _totalled(sheet: ScoreSheet) -> MemberSheet:
    """The checked sheet, its total written down when it is complete."""
    try:
        row = checked(sheet)
    except Invalid as fault:
        where = fault.place.rpartition("points.")[2]
        raise Refused(f"Phiếu không hợp lệ ở {where}. Hãy chọn lại mức.") from None
    complete = not left_out(sheet.item.dossier.criteria_set, row.points)
    sheet.total = sum(points or 0 for points in row.points) if complete else None
    return row


def sealed_facts(sheet: ScoreSheet) -> dict[str, Any]:
    """What the journal keeps of a sealed sheet: figures, no words."""
    return {
        "sheet": str(sheet.pk),
        "member": sheet.member_id,
        "total": sheet.total,
        "choices": sheet.choices,
        "unfit": sorted(sheet.unfit),
        "fingerprint": sheet.fingerprint,
    }


def current_sheet(item: AgendaItem, member: CouncilMember) -> ScoreSheet:
    """The member's sheet for the item, locked; made on first use."""
    rows = ScoreSheet.objects.select_for_update(of=("self",)).select_related(
        "item__dossier", "member__user"
    )
    sheet = rows.filter(item=item, member=member, current=True).first()
    if sheet is None:
        sheet = ScoreSheet(
            uuid=first_id(item, member),
            item=item,
            member=member,
            fingerprint=item.dossier.fingerprint,
        )
    return sheet


def _place(item: AgendaItem, **whose: Any) -> Any:
    """Somebody's place in the session, with `tied` (acts for the producer) and `why` (recused)."""
    producer = item.dossier.product.producer_id
    tied = Grant.objects.filter(user=OuterRef("member__user"), scope=f"producer:{producer}")
    recused = Recusal.objects.filter(item=item, member=OuterRef("member"))
    rows = Attendance.objects.filter(session=item.session_id, **whose)
    told = rows.annotate(tied=Exists(tied), why=Subquery(recused.values("reason")[:1]))
    return told.select_related("member__user").first()


def place_of(user: User, item: AgendaItem) -> tuple[CouncilMember, Any]:
    """The person's seat, and its place in the session where it has one; Refused without a seat."""
    row = _place(item, member__user=user, member__left_at=None)
    return (row.member, row) if row else (seat_of(user, item), None)


def require_open(item: AgendaItem, member: CouncilMember, row: Any = None) -> None:
    """Refused where this member cannot score this product now; `row` is the member's place when it
    has been read already."""
    if item.session.state == Session.State.PREPARED:
        raise NotYet("Phiên họp chưa khai mạc nên chưa chấm được.")
    if item.session.state == Session.State.CLOSED:
        raise Refused("Phiên họp đã bế mạc nên không chấm thêm được.")
    if item.left_reason:
        raise Refused("Sản phẩm này đã rời chương trình của phiên nên không chấm ở đây nữa.")
    if item.counted and item.dossier.state != State.SCHEDULED:
        raise Refused("Sản phẩm này đã chốt điểm nên không chấm thêm được.")
    if member.replaces_id and member.pk not in {seat.pk for seat in seats_for(item)}:
        raise Refused("Người giữ ghế này trước đó đã chấm sản phẩm này.")
    seat = row or _place(item, member=member)
    if seat is not None and (seat.tied or seat.why):
        why = seat.why or "đại diện cho chủ thể của sản phẩm"
        raise Refused(f"Thành viên này không tham gia chấm sản phẩm này: {why}.")
    if seat is None or not seat.present:
        raise NotYet("Chưa điểm danh có mặt. Hãy báo Thư ký Hội đồng.")
    try:
        check_cases(item.dossier.criteria_set, item.cases)
    except Invalid:
        raise NotYet("Chưa chọn trường hợp chấm của các tiêu chí hai trường hợp.") from None


def _seal(sheet: ScoreSheet, row: MemberSheet) -> None:
    missing = left_out(sheet.item.dossier.criteria_set, row.points)
    if missing and not row.events:
        raise Refused(
            f"Chưa khóa được phiếu: còn {len(missing)} tiêu chí chưa chấm: {', '.join(missing)}.",
            field=missing[0],
        )
    sheet.sealed_at = timezone.now()


def first_id(item: AgendaItem, member: CouncilMember) -> uuid.UUID:
    """The id of a member's first sheet for a product: known before it is there, so that every
    device of the member writes on the same sheet."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"saola sheet {item.pk} {member.pk}")


@transaction.atomic
def reopen(item: AgendaItem, member: CouncilMember, reason: str, *, by: User) -> ScoreSheet:
    """Put a new sheet with the same choices beside the member's sealed one; the old is kept."""
    item = locked_item(item)
    require_presiding(item.session, by)
    require_in_hand(item)
    if not reason.strip():
        raise Refused("Hãy ghi lý do mở lại phiếu.", field="reason")
    old = current_sheet(item, member)
    if old.sealed_at is None:
        raise Refused("Phiếu này chưa khóa nên không cần mở lại.")
    if item.dossier.state != State.SCHEDULED:
        raise Refused("Đã chốt điểm. Hãy chọn “Thảo luận và chấm lại” trước.")
    old.current = False
    old.save(update_fields=["current"])
    new = ScoreSheet.objects.create(
        item=item,
        member=member,
        number=old.number + 1,
        fingerprint=old.fingerprint,
        choices=old.choices,
        unfit=old.unfit,
        comments=old.comments,
        events=old.events,
        remark=old.remark,
        total=old.total,
        reopened_reason=reason,
    )
    record(
        "reopen",
        f"item:{item.pk}",
        {"old": str(old.pk), "new": str(new.pk), "member": member.pk, "reason": digest(reason)},
        by=by,
    )
    return new
