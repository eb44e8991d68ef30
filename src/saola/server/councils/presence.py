"""Who counts: the members of a session, who is there for a product, who presides."""

from django.db.models import Q

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import Grant, User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.councils.models import (
    AgendaItem,
    Attendance,
    Council,
    CouncilMember,
    ScoreSheet,
    Session,
)

CHAIR, DEPUTY = CouncilMember.Seat.CHAIR, CouncilMember.Seat.DEPUTY


def members_of(session: Session) -> list[CouncilMember]:
    """Everybody who held a seat while the session was held, in order; who was replaced half-way
    and who took the seat are both there."""
    rows = session.attendance.select_related("member__user").order_by("member__order")
    return [row.member for row in rows]


def seats_of(session: Session) -> list[CouncilMember]:
    """One member a seat, the one who holds it now."""
    return [member for member in members_of(session) if member.left_at is None]


def seats_for(item: AgendaItem) -> list[CouncilMember]:
    """One member a seat for one product: of two who held it one after the other, the one whose
    sealed sheet is there, else the later."""
    members, handed_in = members_of(item.session), _handed_in(item)
    earlier = {m.replaces_id for m in members if m.replaces_id}
    seats = []
    for member in members:
        successor_counts = member.pk in earlier and member.pk not in handed_in
        predecessor_counts = member.replaces_id is not None and _before(member, handed_in)
        if not successor_counts and not predecessor_counts:
            seats.append(member)
    return seats


def _before(member: CouncilMember, handed_in: set[int]) -> bool:
    """Whether somebody who held this seat earlier has handed in."""
    earlier = member.replaces
    while earlier is not None:
        if earlier.pk in handed_in:
            return True
        earlier = earlier.replaces
    return False


def _handed_in(item: AgendaItem) -> set[int]:
    rows = ScoreSheet.objects.filter(item=item, current=True, sealed_at__isnull=False)
    return set(rows.values_list("member_id", flat=True))


def marked_present(session: Session) -> set[int]:
    """Ids of members whom the secretary has marked as being there now."""
    rows = session.attendance.filter(present=True)
    return set(rows.values_list("member_id", flat=True))


def conflicted(item: AgendaItem) -> set[int]:
    """Ids of members who have no part in a product: they act for its producer, by themselves or
    as its helper, or have been recused."""
    producer = item.dossier.product.producer_id
    tied = Grant.objects.filter(scope=f"producer:{producer}").values("user")
    rows = CouncilMember.objects.filter(
        Q(user__in=tied) | Q(pk__in=item.recusals.values("member")),
        council=item.session.council_id,
    )
    return set(rows.values_list("pk", flat=True))


def present_for(item: AgendaItem) -> set[int]:
    """Ids of members who count for a product: marked present now, or gone after handing in the
    sheet for it."""
    seats = {member.pk for member in seats_for(item)}
    return ((marked_present(item.session) | _handed_in(item)) & seats) - conflicted(item)


def waiting_for(item: AgendaItem) -> list[CouncilMember]:
    """Members who are there and have not handed in yet."""
    expected = marked_present(item.session) - conflicted(item) - _handed_in(item)
    return [member for member in seats_for(item) if member.pk in expected]


def presiding(
    council: Council, members: list[CouncilMember], present: set[int]
) -> CouncilMember | None:
    """The chair when present; else a present deputy, where the Quy chế lets the deputy preside."""
    seats = (CHAIR, DEPUTY) if council.deputy_presides else (CHAIR,)
    for seat in seats:
        for member in members:
            if member.seat == seat and member.pk in present:
                return member
    return None


def presided(session: Session) -> CouncilMember | None:
    """Who presided over the session: the chair where there, else the deputy who stood in."""
    there = marked_present(session)
    members = seats_of(session)
    found = presiding(session.council, members, there)
    return found or next((member for member in members if member.seat == CHAIR), None)


def lacks_quorum(session: Session, item: AgendaItem | None = None) -> str | None:
    """None when enough members are there (for one product: those who count), else why not."""
    council = session.council
    members = seats_of(session) if item is None else seats_for(item)
    there = marked_present(session) if item is None else present_for(item)
    quorum = council.rules().quorum
    if quorum is None:
        return None if there else "Chưa có thành viên nào có mặt."
    if len(there) < quorum.fraction * len(members):
        return (
            f"Có mặt {len(there)}/{len(members)} thành viên, chưa đủ {quorum.fraction} theo "
            f"Quy chế {council.regulation_number}."
        )
    if quorum.chair and presiding(council, members, there) is None:
        return "Quy chế yêu cầu Chủ tịch Hội đồng có mặt."
    return None


def require_presiding(session: Session, by: User) -> None:
    """The acts of the chair: the chair's own, or the deputy's while the chair is away and the
    Quy chế lets the deputy preside."""
    require(by, Permission.SESSION_CONDUCT, session)
    refusal = _deputy_must_wait(session, by)
    if refusal:
        raise Refused(refusal)


def may_preside(session: Session, user: User) -> bool:
    """The same as a question, for pages."""
    conducts = session.scopes() & user.scopes_for(Permission.SESSION_CONDUCT)
    return bool(conducts) and _deputy_must_wait(session, user) is None


def _deputy_must_wait(session: Session, user: User) -> str | None:
    rows = CouncilMember.objects.filter(council=session.council_id, user=user.pk, left_at=None)
    seat = rows.first()
    if seat is None or seat.seat != DEPUTY:
        return None
    if not session.council.deputy_presides:
        return "Quy chế không cho Phó Chủ tịch chủ trì."
    chair_is_there = Attendance.objects.filter(
        session=session, member__seat=CHAIR, present=True
    ).exists()
    return "Chủ tịch Hội đồng đang có mặt nên chủ trì." if chair_is_there else None
