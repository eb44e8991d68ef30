"""Papers of the council: a member's sheet, the minutes."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from saola.scoring.explain import stars_text
from saola.scoring.words import in_words
from saola.server.councils.discussion import points
from saola.server.councils.models import (
    AgendaItem,
    Attendance,
    DiscussionPoint,
    ScoreSheet,
    Session,
    SheetPaper,
)
from saola.server.councils.opinions import taste_note
from saola.server.councils.presence import presided
from saola.server.councils.queries import agenda, histories
from saola.server.files.models import StoredFile
from saola.server.files.store import keep
from saola.server.journal.record import record
from saola.server.papers.signing.making import prepare
from saola.server.papers.typeset import typeset
from saola.server.places.office import office
from saola.vietnamese.dates import long
from saola.vietnamese.numbers import decimal_comma


@override("vi")
def score_sheet(sheet: ScoreSheet) -> bytes:
    """The sealed sheet as PDF; papers are Vietnamese, whatever the reader's pages are in."""
    return typeset("score_sheet", sheet_data(sheet))


@override("vi")
def sheet_data(sheet: ScoreSheet) -> dict[str, Any]:
    """What the sealed sheet says."""
    dossier = sheet.item.dossier
    criteria_set, product, session = dossier.criteria_set, dossier.product, sheet.item.session
    blind = sheet.item.purpose == AgendaItem.Purpose.DUPLICATE
    return {
        "illustrative": dossier.illustrative,
        "council": session.council.name,
        "set_name": f"{criteria_set.number}. {criteria_set.name}",
        "criteria_decision": criteria_set.decision,
        "product": sheet.item.shown_name,
        "producer": "" if blind or not product.producer else product.producer.name,
        "code": "" if blind else product.code,
        "member": sheet.member.user.full_name,
        "seat": sheet.member.get_seat_display(),
        "session": session.title,
        "held": long(session.held_on),
        "lines": _lines(sheet),
        "total": str(sheet.total) if sheet.total is not None else "–",
        "remark": sheet.remark,
        "sealed": f"{timezone.localtime(sheet.sealed_at):%H:%M %d/%m/%Y}"
        if sheet.sealed_at
        else "",
        "reopened": sheet.reopened_reason,
        "fingerprint": sheet.fingerprint,
        "uuid": str(sheet.uuid),
    }


def _lines(sheet: ScoreSheet) -> list[dict[str, Any]]:
    """Parts, groups and criteria with the chosen option in the law's words."""
    lines: list[dict[str, Any]] = []
    for part in sheet.item.dossier.criteria_set.parts:
        head = {"kind": "part", "id": part.id, "label": part.label, "max": part.max, "points": 0}
        lines.append(head)
        for group in part.groups:
            line = {
                "kind": "group",
                "id": group.id,
                "label": group.label,
                "max": group.max,
                "points": 0,
            }
            lines.append(line)
            for criterion in group.criteria:
                row = _criterion_line(sheet, criterion)
                points = int(row["points"] or 0)
                line["points"] += points  # type: ignore[operator]
                head["points"] += points  # type: ignore[operator]
                lines.append(row)
    return lines


def _criterion_line(sheet: ScoreSheet, criterion: Any) -> dict[str, Any]:
    chosen = sheet.choices.get(criterion.id)
    if chosen is not None:
        choice = criterion.choice(chosen)
        text, points = choice.text, str(choice.points)
    elif criterion.id in sheet.unfit:
        text, points = f"Không mức nào phù hợp: {sheet.unfit[criterion.id]}", "0"
    else:
        text, points = "không áp dụng", ""
    return {
        "kind": "criterion",
        "id": criterion.id,
        "label": criterion.label,
        "max": criterion.max,
        "choice": text,
        "points": points,
        "comment": sheet.comments.get(criterion.id, ""),
    }


@override("vi")
def minutes(session: Session) -> bytes:
    """The minutes, written from what was recorded."""
    return typeset("minutes", minutes_data(session))


@override("vi")
def minutes_data(session: Session) -> dict[str, Any]:
    """What the minutes say."""
    council = session.council
    rows = list(
        session.attendance.select_related("member__user", "member__replaces__user").order_by(
            "member__order"
        )
    )
    now = [row.member for row in rows if row.member.left_at is None]
    chair = presided(session)
    secretary = next((member for member in now if member.secretary), None)
    return {
        "illustrative": session.illustrative,
        "issuer": council.name,
        "body": council.name,
        "number": "……/BB-HĐ",
        "place": office(council.province_code).name,
        "date": long(session.held_on),
        "session": session.title,
        "opened": _moment(session.opened_at),
        "closed": _moment(session.closed_at),
        "venue": session.place,
        "mode": session.get_mode_display(),
        "council_decision": f"{council.decision_number}, {long(council.decided_on)}",
        "rules": in_words(council.rules()),
        "notes": [taste_note(council)] if session.mode == Session.Mode.WRITTEN else [],
        "regulation": f"{council.regulation_number}, {long(council.regulation_dated)}",
        "present_count": sum(row.present for row in rows),
        "member_count": len(now),
        "members": [_seat(row) for row in rows],
        "items": [
            _item(item, [row.member_id for row in rows]) for item in agenda(session) if item.counted
        ],
        "head": session.chain_head,
        "secretary": secretary.user.full_name if secretary else "",
        "chair": chair.user.full_name if chair else "",
        "presides": "CHỦ TỌA"
        if chair is None or chair.seat == "chair"
        else "KT. CHỦ TỊCH HỘI ĐỒNG\nPHÓ CHỦ TỊCH",
    }


@transaction.atomic
def kept_minutes(session: Session) -> StoredFile:
    """The minutes of a closed session as a file to be signed: made once, kept."""
    session = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if session.minutes is None:
        content = prepare(minutes(session))
        session.minutes = keep(content, f"Bien-ban-{session.pk}.pdf", "application/pdf")
        session.save(update_fields=["minutes"])
        record("print", f"minutes:{session.pk}", {"sha256": session.minutes.sha256})
    return session.minutes


@transaction.atomic
def kept_sheet(sheet: ScoreSheet) -> StoredFile:
    """A sealed sheet as a file to be signed by its member: made once, kept."""
    sheet = ScoreSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    found = SheetPaper.objects.select_related("file").filter(sheet=sheet).first()
    if found is None:
        content = prepare(score_sheet(sheet))
        file = keep(content, f"Phieu-{sheet.pk}.pdf", "application/pdf")
        found = SheetPaper.objects.create(sheet=sheet, file=file)
        record("print", f"sheet:{sheet.pk}", {"sha256": file.sha256})
    return found.file


def _seat(row: Attendance) -> dict[str, Any]:
    """One line of who was there."""
    member = row.member
    seat = member.get_seat_display() + (", Thư ký" if member.secretary else "")
    if member.replaces:
        seat += f" (thay {member.replaces.user.full_name})"
    there = "có mặt" if row.present else "vắng"
    return {
        "order": member.order,
        "name": member.user.full_name,
        "seat": seat,
        "agency": member.agency,
        "present": "rời giữa phiên" if member.left_at else there,
    }


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%H:%M} {long(timezone.localdate(at))}" if at else "chưa ghi"


def _item(item: AgendaItem, member_ids: list[int]) -> dict[str, Any]:
    result = getattr(item, "result", None)
    product = item.dossier.product
    sheets = {s.member_id: s for s in item.sheets.filter(current=True, sealed_at__isnull=False)}
    concluded = result is not None and result.concluded_at is not None
    total = result.total_decimal if result else None
    return {
        "product": product.name,
        "producer": product.producer.name if product.producer else "",
        "totals": [
            str(sheets[pk].total) if pk in sheets and sheets[pk].total is not None else "–"
            for pk in member_ids
        ],
        "total": decimal_comma(f"{total:.2f}") if total is not None else "–",
        "stars": f"{result.stars} sao" if concluded and result and result.stars else "–",
        "outcome": _outcome(result) if concluded and result else "chưa kết luận",
        "reasons": [
            *(r for r in (result.reasons if concluded and result else []) if _kept(r)),
            *_discussed(item),
            *(
                f"Mức thống nhất tiêu chí {criterion}: {points} điểm"
                for criterion, points in item.agreed.items()
            ),
        ],
    }


def _discussed(item: AgendaItem) -> Iterator[str]:
    """Who had no part, what was talked over and what came of it, second sheets beside the first,
    sheets on paper with both names."""
    for recusal in item.recusals.select_related("member__user"):
        yield f"{recusal.member.user.full_name} không tham gia chấm: {recusal.reason}"
    newest = points.round_of(item)
    for point in item.points.all():
        kind = DiscussionPoint.Kind(point.kind).label
        said = point.note or ("chấm lại, lý do ghi ở dưới" if point.round < newest else "–")
        yield f"Thảo luận (lần {point.round}), {kind}: {point.text}. Ý kiến: {said}"
    for history in histories(item):
        totals = " → ".join("–" if s.total is None else str(s.total) for s in history.sheets)
        last = history.sheets[-1]
        yield f"{history.member.user.full_name} chấm lại: {totals} điểm ({last.reopened_reason})"
    for paper in item.paper_sheets.exclude(sheet=None).select_related(
        "member__user", "entered_by", "checked_by"
    ):
        checked = paper.checked_by.full_name if paper.checked_by else ""
        yield (
            f"Phiếu giấy của {paper.member.user.full_name}: người nhập "
            f"{paper.entered_by.full_name}, người đối chiếu {checked}"
        )


def _outcome(result: Any) -> str:
    """The class, or why there is none."""
    if result.status != "scored":
        return str(result.status_text)
    return stars_text(result.stars)


def _kept(reason: str) -> bool:
    """Sentences of the result that belong in minutes; the table of points has its own place."""
    return reason.startswith(("Lý do", "Tổng điểm", "Khung", "Từ 90", "Bị giới hạn", "Chênh lệch"))
