"""The acts of a council: seats, session, agenda, closing the scores, conclusion."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.lifecycle.dossier import Kind, State
from saola.lifecycle.machine import Refused
from saola.scoring import Invalid
from saola.scoring.contract import panel_from
from saola.scoring.explain import STATUS_TEXT
from saola.scoring.panels import STATUS_OF_EVENT, check_cases, check_points
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.councils import consolidate, sheets
from saola.server.councils.discussion import points
from saola.server.councils.models import (
    AgendaItem,
    Attendance,
    Council,
    Result,
    ScoreSheet,
    Session,
)
from saola.server.councils.presence import (
    lacks_quorum,
    require_presiding,
    waiting_for,
)
from saola.server.councils.prints import kept_minutes
from saola.server.councils.reports.package import seal_package
from saola.server.dossiers.actions import advance
from saola.server.dossiers.models import Dossier
from saola.server.journal.record import record


@transaction.atomic
def call_session(council: Council, data: dict[str, Any], *, by: User) -> Session:
    """Prepare a session; attendance rows for all members are made with it."""
    require(by, Permission.SESSION_PREPARE, council)
    if data["held_on"] < council.decided_on:
        raise Refused("Ngày họp không thể trước ngày thành lập Hội đồng.", field="held_on")
    last = data.get("opinions_by")
    if data.get("mode") == Session.Mode.WRITTEN and (last is None or last < data["held_on"]):
        raise Refused(
            "Lấy ý kiến bằng văn bản cần ngày cuối nộp ý kiến, từ ngày gửi trở đi.",
            field="opinions_by",
        )
    session = Session.objects.create(council=council, illustrative=council.illustrative, **data)
    Attendance.objects.bulk_create(
        Attendance(session=session, member=member)
        for member in council.members.filter(left_at=None)
    )
    record("call_session", f"session:{session.pk}", {"council": council.pk}, by=by)
    return session


@transaction.atomic
def schedule(session: Session, dossier: Dossier, *, by: User, reason: str = "") -> AgendaItem:
    """Put a dossier on the agenda of a session that is not closed; a renewal comes before a
    meeting only with the reason."""
    session = _locked(session)
    if session.state == Session.State.CLOSED:
        raise Refused("Phiên đã bế mạc.")
    if dossier.place.province_code != session.council.province_code:
        raise Refused("Hồ sơ này thuộc tỉnh khác.")
    if session.mode == Session.Mode.WRITTEN and dossier.kind != Kind.RENEWAL:
        raise Refused(
            "Lấy ý kiến bằng văn bản chỉ dùng cho đánh giá, phân hạng lại (điều 7.6); hồ sơ lần "
            "đầu, nâng hạng phải đưa vào phiên họp."
        )
    sits = session.mode == Session.Mode.MEETING and not reason.strip()
    fact = (
        "Đánh giá, phân hạng lại lấy ý kiến bằng văn bản; chỉ đưa vào phiên họp khi ý kiến khác "
        "nhau hoặc nội dung phức tạp (điều 7.6). Hãy ghi lý do."
        if sits
        else None
    )
    dossier = advance(
        dossier, "schedule", by=by, note=reason, within=session, facts={"renewal_meeting": fact}
    )
    if dossier.illustrative and not session.illustrative:
        raise Refused("Hồ sơ minh họa không đưa vào phiên thật được.")
    if session.items.filter(
        dossier=dossier, left_reason="", purpose=AgendaItem.Purpose.COUNTED
    ).exists():
        raise Refused("Hồ sơ đã có kết luận ở phiên này. Hãy đưa vào một phiên khác.")
    last = session.items.order_by("-order").first()
    return AgendaItem.objects.create(
        session=session,
        dossier=dossier,
        order=last.order + 1 if last else 1,
        cases=dossier.cases,
    )


@transaction.atomic
def unschedule(item: AgendaItem, *, by: User) -> None:
    """Take a dossier off the agenda before the session opens: afterwards a tablet without a network
    may hold a sheet that nobody here knows of."""
    item = sheets.locked_item(item)
    _require_here(item)
    fact = None
    if ScoreSheet.objects.filter(item=item).exists():
        fact = "Đã có phiếu chấm nên không rút khỏi chương trình được."
    elif item.session.state != Session.State.PREPARED:
        fact = (
            "Phiên đã khai mạc, thiết bị của thành viên có thể đang giữ phiếu chưa gửi. Chủ tọa có "
            "thể chuyển sản phẩm sang phiên khác, kèm lý do."
        )
    advance(item.dossier, "unschedule", by=by, within=item.session, facts={"not_scored": fact})
    item.delete()


@transaction.atomic
def postpone(item: AgendaItem, reason: str, *, by: User) -> None:
    """Take a product whose scoring has begun off this agenda, so that it can come before another
    session; sheets and result stay where they are. Written opinions that differ lead so to a
    meeting."""
    item = sheets.locked_item(item)
    require_presiding(item.session, by)
    _require_here(item)
    if item.session.state == Session.State.CLOSED:
        raise Refused("Phiên đã bế mạc.")
    advance(item.dossier, "postpone", by=by, note=reason, within=item)
    item.left_reason = reason
    item.save(update_fields=["left_reason"])


def _locked(session: Session) -> Session:
    return (
        Session.objects.select_for_update(of=("self",)).select_related("council").get(pk=session.pk)
    )


@transaction.atomic
def mark_attendance(session: Session, present: set[int], *, by: User) -> None:
    """Write who is there: ids of members. Who leaves after handing in a sheet still counts for
    that product, and is absent for the others."""
    session = _locked(session)
    require(by, Permission.SESSION_PREPARE, session)
    if session.state == Session.State.CLOSED:
        raise Refused("Phiên đã bế mạc nên không sửa điểm danh được.")
    if session.state == Session.State.PREPARED:
        _seat_newcomers(session)
    rows = list(session.attendance.filter(member__left_at=None))
    if present - {row.member_id for row in rows}:
        raise Refused("Danh sách điểm danh có người không thuộc phiên này. Hãy tải lại trang.")
    for row in rows:
        row.present = row.member_id in present
        row.save(update_fields=["present"])
    record("attendance", f"session:{session.pk}", {"present": sorted(present)}, by=by)


def _seat_newcomers(session: Session) -> None:
    """Members who got their seat after the session was called, and before it opens."""
    known = session.attendance.values("member")
    Attendance.objects.bulk_create(
        Attendance(session=session, member=member)
        for member in session.council.members.filter(left_at=None).exclude(pk__in=known)
    )


@transaction.atomic
def open_session(session: Session, *, by: User) -> Session:
    """Open when the quorum of the Quy chế is there."""
    session = _locked(session)
    require_presiding(session, by)
    if session.state != Session.State.PREPARED:
        raise Refused("Phiên đã khai mạc.")
    _seat_newcomers(session)
    lacking = lacks_quorum(session)
    if lacking:
        raise Refused(lacking)
    session.state, session.opened_at = Session.State.OPEN, timezone.now()
    session.save()
    record("open_session", f"session:{session.pk}", by=by)
    return session


@transaction.atomic
def close_session(session: Session, *, by: User) -> Session:
    """Close when every item is concluded or out, and the quorum still holds."""
    session = _locked(session)
    require_presiding(session, by)
    if session.state != Session.State.OPEN:
        raise Refused("Phiên chưa khai mạc hoặc đã bế mạc.")
    lacking = lacks_quorum(session)
    if lacking:
        raise Refused(f"Không bế mạc được: {lacking}")
    waiting = [State.SCHEDULED, State.SCORED]
    counted = session.items.filter(left_reason="", purpose=AgendaItem.Purpose.COUNTED)
    left = counted.filter(dossier__state__in=waiting).count()
    if left:
        raise Refused(
            f"Còn {left} sản phẩm chưa kết luận. Hãy kết luận, hoặc chuyển sang phiên khác."
        )
    session.state, session.closed_at = Session.State.CLOSED, timezone.now()
    session.package, session.chain_head = seal_package(session)
    session.save()
    session.minutes = kept_minutes(session)  # they say how things stood now
    record("close_session", f"session:{session.pk}", {"head": session.chain_head}, by=by)
    return session


def _require_sitting(item: AgendaItem) -> None:
    """Results come only from an open session, of a counted product on its agenda, with a quorum."""
    if item.session.state != Session.State.OPEN:
        raise Refused("Phiên họp chưa khai mạc hoặc đã bế mạc.")
    _require_here(item)
    lacking = lacks_quorum(item.session, item)
    if lacking:
        raise Refused(lacking)


def _require_here(item: AgendaItem) -> None:
    if not item.counted:
        raise Refused("Mục này chỉ để hiệu chuẩn, không có kết quả.")
    if item.left_reason:
        raise Refused("Sản phẩm này đã rời chương trình của phiên.")


@transaction.atomic
def settle(
    item: AgendaItem, *, cases: dict[str, str] | None = None, agreed: dict[str, int], by: User
) -> AgendaItem:
    """Record the cases of two-case criteria and the levels the council agreed on."""
    item = sheets.locked_item(item)
    require_presiding(item.session, by)
    _require_here(item)
    if item.dossier.state != State.SCHEDULED:
        raise Refused("Đã chốt điểm nên không sửa được mức điểm thống nhất.")
    criteria_set = item.dossier.criteria_set
    if cases is not None and cases != item.cases:
        if item.sheets.exists():
            raise Refused("Đã có phiếu chấm nên không đổi trường hợp được.")
        item.cases = cases
    try:
        check_cases(criteria_set, item.cases)
        for criterion_id, points in agreed.items():
            criterion = criteria_set.by_id[criterion_id]
            check_points(criterion, item.cases.get(criterion_id), points, criterion_id)
    except (Invalid, KeyError):
        raise Refused(
            "Mức thống nhất không hợp lệ: hãy ghi tiêu chí và điểm của một mức có trong bộ tiêu "
            "chí.",
            field="agreed",
        ) from None
    item.agreed = agreed
    item.save()
    record("settle", f"item:{item.pk}", {"agreed": agreed, "cases": item.cases}, by=by)
    return item


@transaction.atomic
def close_scores(item: AgendaItem, *, by: User) -> Result:
    """Take all sealed sheets together and compute; refused while one is missing. What the figures
    call for is opened as points of discussion."""
    item = sheets.locked_item(item)
    require_presiding(item.session, by)
    _require_sitting(item)
    fact = None
    waiting = waiting_for(item)
    if waiting:
        names = ", ".join(member.user.full_name for member in waiting)
        fact = f"Còn {len(waiting)} thành viên chưa khóa phiếu: {names}."
    elif _paper_waits(item):
        fact = "Còn phiếu giấy đã nhập mà chưa ai đối chiếu."
    elif _asks_for_place(item):
        fact = "Du lịch chấm tại chỗ: hãy ghi ngày Hội đồng đến nơi."
    item.dossier = advance(item.dossier, "score", by=by, within=item, facts={"all_sealed": fact})
    result, computed = consolidate.store(item)
    points.open_points(item, computed)
    record("score_result", f"item:{item.pk}", consolidate.facts(result), by=by)
    return result


def _paper_waits(item: AgendaItem) -> bool:
    """Whether a sheet entered from paper waits for its check, of a member without another."""
    sealed = item.sheets.filter(current=True, sealed_at__isnull=False).values("member")
    rows = item.paper_sheets.filter(sheet=None, sent_back="")
    return bool(rows.exclude(member__in=sealed).exists())


def _asks_for_place(item: AgendaItem) -> bool:
    """Tourism (no samples) is scored where it is, if the council's practice says so."""
    there = item.session.council.practice.get("tourism_on_site")
    on_paper = item.session.mode == Session.Mode.WRITTEN
    return bool(
        there
        and not on_paper
        and not item.dossier.criteria_set.sample_units
        and item.scored_on_site is None
    )


@transaction.atomic
def discuss_again(
    item: AgendaItem, reason: str, *, by: User, members: set[int] | None = None
) -> None:
    """Go back to scoring with the reason: each of the members named (ids; all when None) gets a
    new sheet beside the sealed one. The others' sheets stay as they are."""
    item = sheets.locked_item(item)
    require_presiding(item.session, by)
    _require_here(item)
    item.dossier = advance(item.dossier, "rescore", by=by, note=reason, within=item)
    rows = item.sheets.filter(current=True, sealed_at__isnull=False).select_related("member")
    for sheet in list(rows):
        if members is None or sheet.member_id in members:
            sheets.reopen(item, sheet.member, reason, by=by)


@transaction.atomic
def conclude(item: AgendaItem, *, by: User) -> Result:
    """Make the computed result the council's; only a final one, once every point of discussion
    has its note."""
    item = sheets.locked_item(item)
    require_presiding(item.session, by)
    _require_here(item)
    result = Result.objects.select_for_update(of=("self",)).filter(item=item).first()
    fact = None
    if result is None:
        fact = "Chưa chốt điểm."
    elif result.status != "scored":
        fact = f"{STATUS_TEXT[result.status]}. Hội đồng chưa kết luận hạng được."
    facts = {"lawful_result": fact, "discussed": points.unnoted(item)}
    advance(item.dossier, "conclude", by=by, within=item, facts=facts)
    assert result is not None  # the guard has refused otherwise
    result.concluded_at = timezone.now()
    result.save(update_fields=["concluded_at"])
    record("conclude_result", f"item:{item.pk}", consolidate.facts(result), by=by)
    return result


@transaction.atomic
def exclude(item: AgendaItem, event: dict[str, Any], *, by: User) -> Result:
    """Apply a rule of exclusion or stop of the set, found by the council, with its reason."""
    item = sheets.locked_item(item)
    require_presiding(item.session, by)
    _require_sitting(item)
    known = event.get("type") in STATUS_OF_EVENT
    fact = None if known else "Hãy chọn quy định được áp dụng."
    advance(
        item.dossier,
        "disqualify",
        by=by,
        note=str(event.get("reason", "")),
        within=item,
        facts={"rule_of_set": fact},
    )
    item.events = [event]
    try:
        panel_from({**consolidate.input_of(item), "events": [event]})
    except Invalid:
        raise Refused(
            "Không áp dụng được: tiêu chí không có trong bộ, hoặc chưa ghi lý do."
        ) from None
    item.save(update_fields=["events"])
    result, _computed = consolidate.store(item)
    result.concluded_at = timezone.now()
    result.save(update_fields=["concluded_at"])
    rule = {"type": event["type"], "criterion": event.get("criterion")}
    record("exclude", f"item:{item.pk}", rule | consolidate.facts(result), by=by)
    return result
