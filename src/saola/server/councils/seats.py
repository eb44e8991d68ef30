"""Seats of a council: given, handed on half-way, and who stays out of a product."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from saola.lifecycle.dossier import State
from saola.lifecycle.machine import Refused
from saola.scoring import Invalid
from saola.server.accounts.actions import grant, take_back
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can, require
from saola.server.councils.models import (
    AgendaItem,
    Attendance,
    Council,
    CouncilMember,
    Recusal,
    Session,
)
from saola.server.councils.sheets import locked_item, require_in_hand
from saola.server.journal.record import digest, record


@transaction.atomic
def establish(data: dict[str, Any], *, by: User) -> Council:
    """Write down a council set up by a decision, with its Quy chế as settings."""
    council = Council(**data)
    require(by, Permission.COUNCIL_APPOINT, council)
    try:
        council.rules()
    except Invalid as fault:
        raise Refused(f"Quy chế không đọc được ở {fault.place}.") from None
    try:
        with transaction.atomic():
            council.save()
    except IntegrityError:
        raise Refused("Số quyết định thành lập này đã dùng.", field="decision_number") from None
    facts = {"decision": council.decision_number, "regulation": council.regulation}
    record("establish", f"council:{council.pk}", facts, by=by)
    return council


@transaction.atomic
def seat(
    council: Council,
    user: User,
    *,
    by: User | None,
    kind: str = "member",
    secretary: bool = False,
    agency: str = "",
) -> CouncilMember:
    """Give a seat with its vote; the rights of the seat and its duties follow."""
    if by is not None:
        require(by, Permission.COUNCIL_APPOINT, council)
    if council.sessions.filter(state=Session.State.OPEN).exists():
        raise Refused("Hội đồng đang họp nên không thêm ghế được; chỉ thay người của một ghế.")
    try:
        with transaction.atomic():
            member = CouncilMember.objects.create(
                council=council,
                user=user,
                order=council.members.count() + 1,
                seat=kind,
                secretary=secretary,
                agency=agency,
            )
    except IntegrityError:
        raise Refused("Người này đã có ghế, hoặc Hội đồng đã có Chủ tịch.") from None
    for duty in _duties(member):
        grant(user, duty, f"council:{council.pk}", by=by)
    return member


def _duties(member: CouncilMember) -> list[str]:
    """The duties that go with a seat."""
    duties = ["council_member"]
    if member.seat in (CouncilMember.Seat.CHAIR, CouncilMember.Seat.DEPUTY):
        duties.append(member.seat)
    return [*duties, "secretary"] if member.secretary else duties


@transaction.atomic
def hand_on(member: CouncilMember, user: User, reason: str, *, by: User) -> CouncilMember:
    """Give a member's seat to another person, also while a session is open: sealed sheets of the
    one who leaves stay and count; the successor scores what is left."""
    # sheets that are being sealed in open sessions come first
    open_ones = Session.objects.filter(council=member.council_id).exclude(
        state=Session.State.CLOSED
    )
    list(open_ones.select_for_update(of=("self",)).order_by("pk"))
    member = CouncilMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    council = member.council
    require(by, Permission.COUNCIL_APPOINT, council)
    if member.left_at is not None:
        raise Refused("Ghế này đã có người khác thay.")
    if not reason.strip():
        raise Refused("Hãy ghi lý do thay và số văn bản cử người.", field="reason")
    if council.members.filter(user=user).exists():
        raise Refused("Người này đã có ghế trong Hội đồng.", field="username")
    scope = f"council:{council.pk}"
    duties = _duties(member)
    member.left_at, member.left_reason = timezone.now(), reason
    member.save(update_fields=["left_at", "left_reason"])
    for duty in duties:
        take_back(member.user, duty, scope, by=by)
    grant(member.user, "former_member", scope, by=by)
    successor = CouncilMember.objects.create(
        council=council,
        user=user,
        order=council.members.count() + 1,
        seat=member.seat,
        secretary=member.secretary,
        agency=member.agency,
        replaces=member,
    )
    for duty in duties:
        grant(user, duty, scope, by=by)
    _follow(member, successor)
    facts = {"left": member.pk, "came": successor.pk, "reason": digest(reason)}
    record("hand_on", f"council:{council.pk}", facts, by=by)
    return successor


def _follow(member: CouncilMember, successor: CouncilMember) -> None:
    for row in member_rows(member):
        Attendance.objects.create(session=row.session, member=successor)
        row.present = False
        row.save(update_fields=["present"])


def member_rows(member: CouncilMember) -> list[Attendance]:
    """The member's places in sessions that have not ended."""
    rows = Attendance.objects.filter(member=member).exclude(session__state=Session.State.CLOSED)
    return list(rows.select_related("session"))


@transaction.atomic
def recuse(item: AgendaItem, member: CouncilMember, reason: str, *, by: User) -> Recusal:
    """Leave a member out of a product, with the reason: the member's own declaration, or what the
    secretary or the chair finds. A sheet that is there is kept and does not count."""
    item = locked_item(item)
    own = member.user_id == by.pk and bool(can(by, Permission.SHEET_SCORE, item))
    if not own and not can(by, Permission.SESSION_CONDUCT, item):
        require(by, Permission.SESSION_PREPARE, item)
    if member.council_id != item.session.council_id:
        raise Refused("Người này không thuộc Hội đồng của phiên.")
    if not reason.strip():
        raise Refused("Hãy ghi lý do không tham gia chấm.", field="reason")
    _require_undecided(item)
    made, new = Recusal.objects.get_or_create(
        item=item, member=member, defaults={"reason": reason.strip(), "by": by}
    )
    if new:
        facts = {"member": member.pk, "own": own, "reason": digest(reason)}
        record("recuse", f"item:{item.pk}", facts, by=by)
    return made


@transaction.atomic
def end_recusal(recusal: Recusal, *, by: User) -> None:
    """Take a mistaken recusal back; the chair's or the secretary's act, told in the journal."""
    item = locked_item(recusal.item)
    if not can(by, Permission.SESSION_CONDUCT, item):
        require(by, Permission.SESSION_PREPARE, item)
    _require_undecided(item)
    facts = {"member": recusal.member_id, "reason": digest(recusal.reason)}
    recusal.delete()
    record("end_recusal", f"item:{item.pk}", facts, by=by)


def _require_undecided(item: AgendaItem) -> None:
    require_in_hand(item)
    if item.counted and item.dossier.state != State.SCHEDULED:
        raise Refused("Đã chốt điểm sản phẩm này nên không thay đổi người chấm được.")
