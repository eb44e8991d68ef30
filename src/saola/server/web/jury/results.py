"""Matrix, result with its reasons, the chair's acts, minutes, export of all marks."""

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from saola.lifecycle.dossier import State
from saola.lifecycle.machine import Refused
from saola.scoring.contract import panel_from
from saola.scoring.explain import breakdown
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.councils import actions, prints, seats, sheets
from saola.server.councils.discussion import points
from saola.server.councils.models import (
    AgendaItem,
    LateSheet,
    PaperSheet,
    Result,
    Session,
    SheetPhoto,
)
from saola.server.councils.opinions import differing
from saola.server.councils.presence import (
    lacks_quorum,
    marked_present,
    may_preside,
    members_of,
    seats_for,
    waiting_for,
)
from saola.server.councils.queries import board_mark, histories, matrix
from saola.server.councils.reports import exports
from saola.server.councils.sheets import NOBODY
from saola.server.web.common import sheet_form
from saola.server.web.common.figures.tables import table_response
from saola.server.web.common.forms import clean, whole_number
from saola.server.web.common.papers import file_response, signed_response
from saola.server.web.common.posted import EVENT_TYPES
from saola.server.web.common.rights import needs, person
from saola.server.web.jury.sessions import visible_session
from saola.server.web.jury.sheets import visible_item


@needs(Permission.SESSION_VIEW)
def matrix_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Products × members; a page that is open asks again every few seconds for the table alone,
    and is answered 304 while nothing has changed."""
    session = visible_session(request, pk)
    asks_again, mark = "X-Fragment" in request.headers, ""
    if asks_again:
        # what may be seen depends on who looks, and on the own sheet
        mark = f'"{board_mark(session)}-{request.user.pk}-{get_language()}"'
        if request.headers.get("If-None-Match", "").removeprefix("W/") == mark:
            return HttpResponseNotModified(headers={"ETag": mark})
    oversees = bool(can(request.user, Permission.SHEETS_OVERSEE, session))
    context = {
        # asked once, not for each of the cells
        "sheets_at": reverse("jury:sheet-file", args=[NOBODY]).removesuffix(f"{NOBODY}.pdf"),
        "present": len(marked_present(session)),
        "lacking": lacks_quorum(session) if session.state != "closed" else "",
        "late": _late(session) if oversees else [],
        "papers": _papers(session) if oversees else [],
        "session": session,
        "members": members_of(session),
        "rows": matrix(session, request.user),
        "closed": session.state == "closed",
        "illustrative": session.illustrative,
    }
    page = "components/board.html" if asks_again else "jury/matrix.html"
    response = render(request, page, context)
    if mark:
        response["ETag"] = mark
    return response


def _late(session: Session) -> list[LateSheet]:
    rows = LateSheet.objects.filter(item__session=session).defer("data")
    return list(rows.select_related("item__dossier__product", "member__user")[:200])


def _papers(session: Session) -> list[PaperSheet]:
    rows = PaperSheet.objects.filter(item__session=session, sheet=None, sent_back="")
    return list(rows.select_related("item__dossier__product", "member__user", "entered_by"))


@needs(Permission.SESSION_VIEW)
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """One product: who has handed in, figures once they may be seen, what the chair can do."""
    item = visible_item(request, pk)
    conducts = may_preside(item.session, person(request)) and not item.left_reason
    prepares = bool(can(request.user, Permission.SESSION_PREPARE, item))
    error = _tried(item, request) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        return redirect("jury:result", pk)
    row = next(r for r in matrix(item.session, request.user) if r.item.pk == item.pk)
    stored = getattr(item, "result", None)
    lines, names = _lines(stored) if stored and row.shown else ([], [])
    context = {
        "item": item,
        "dossier": item.dossier,
        "row": row,
        "result": stored,
        "reasons": stored.reasons if stored else [],
        "lines": lines,
        "names": names,
        "conducts": conducts,
        "waiting": waiting_for(item) if item.dossier.state == State.SCHEDULED else [],
        "members": [cell.member for cell in row.cells if cell.state == "sealed"],
        "differing": differing(item) if item.session.mode == "written" and row.shown else [],
        "event_types": EVENT_TYPES,
        "agreed_text": "; ".join(f"{k}={v}" for k, v in item.agreed.items()),
        "posted": request.POST,
        "error": error,
        "photos": _photos(item, request, shown=row.shown),
        "histories": histories(item),
        "points": item.points.select_related("noted_by"),
        "recusals": item.recusals.select_related("member__user", "by"),
        "seats": seats_for(item) if conducts or prepares else [],
        "prepares": prepares,
        "papers": _checked_papers(item),
        "illustrative": item.session.illustrative,
    }
    return render(request, "jury/result.html", context, status=409 if error else 200)


def _tried(item: AgendaItem, request: HttpRequest) -> str:
    """Do what the chair asks; why not, or nothing."""
    try:
        _act(item, request)
    except Refused as refused:
        return refused.reason
    return ""


def _photos(item: AgendaItem, request: HttpRequest, *, shown: bool) -> list[SheetPhoto]:
    """Pictures of all where points may be seen, else the own."""
    rows = item.photos.select_related("member__user")
    if not can(request.user, Permission.SHEETS_OVERSEE, item):
        rows = rows.filter(late=False)
    return list(rows if shown else rows.filter(member__user=request.user.pk))


@needs(Permission.SESSION_VIEW)
def photo_file(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """One picture, under the same rule."""
    sessions = Session.objects.visible_to(request.user)
    rows = SheetPhoto.objects.filter(item__session__in=sessions)
    found = get_object_or_404(rows.select_related("file", "member", "item__session"), pk=uuid)
    own = found.member.user_id == person(request).pk
    if not own and not any(
        row.shown
        for row in matrix(found.item.session, request.user)
        if row.item.pk == found.item_id
    ):
        raise Http404
    return file_response(found.file)


@needs(Permission.SHEETS_OVERSEE)
def late(request: HttpRequest, pk: int) -> HttpResponse:
    """The marks of a sheet that came too late, for those who oversee the sheets; whoever has a vote
    sees them once points may be seen."""
    rows = LateSheet.objects.select_related("item__session__council", "member__user")
    found = get_object_or_404(rows, pk=pk)
    item = found.item
    if not can(request.user, Permission.SHEETS_OVERSEE, item) or not any(
        row.shown for row in matrix(item.session, request.user) if row.item.pk == item.pk
    ):
        raise Http404
    criteria_set, data = item.dossier.criteria_set, found.data
    shown = {field: data.get(field, {}) for field in ("choices", "unfit", "comments")}
    context = {
        "late": found,
        "item": item,
        "blocks": sheet_form.lines(criteria_set, shown, cases=item.cases),
        "running": sheet_form.running(criteria_set, shown, item.cases),
        "illustrative": item.session.illustrative,
    }
    return render(request, "jury/late.html", context)


def _checked_papers(item: AgendaItem) -> list[PaperSheet]:
    rows = item.paper_sheets.exclude(sheet=None)
    return list(rows.select_related("member__user", "entered_by", "checked_by"))


def _lines(result: Result) -> tuple[list[Any], list[str]]:
    """Points by part, group, criterion and member, from the very input of the result."""
    if result.output["parts"] is None:
        return [], []
    made = panel_from(result.input)
    return breakdown(made), [member.name for member in made.present]


def _act(item: AgendaItem, request: HttpRequest) -> None:
    """The chair's deed of the pressed button, or the secretary's on who takes part."""
    by, data = person(request), request.POST
    reason = clean(data.get("reason", "")).strip()[:500]
    if "close" in data:
        actions.close_scores(item, by=by)
        messages.success(request, "Đã chốt điểm.")
    elif "conclude" in data:
        actions.conclude(item, by=by)
        messages.success(request, "Đã kết luận.")
    elif "note" in data:
        point = get_object_or_404(item.points, pk=whole_number(data["note"]))
        points.note(point, clean(data.get("text", ""))[:2000], by=by)
        messages.success(request, "Đã ghi ý kiến của Hội đồng.")
    elif "again" in data:
        chosen = {whole_number(value) for value in data.getlist("member")}
        actions.discuss_again(item, reason, by=by, members=chosen)
        messages.success(request, "Đã mở phiếu mới cạnh phiếu cũ để chấm lại.")
    elif "postpone" in data:
        actions.postpone(item, reason, by=by)
        messages.success(request, "Đã đưa sản phẩm ra khỏi phiên này; có thể đưa vào phiên khác.")
    elif "settle" in data:
        actions.settle(item, agreed=agreed_from(clean(data.get("agreed", ""))), by=by)
        messages.success(request, "Đã ghi mức điểm thống nhất.")
    elif "exclude" in data:
        event = {
            "type": data.get("event", ""),
            "criterion": data.get("criterion") or None,
            "reason": reason,
        }
        actions.exclude(item, event, by=by)
        messages.success(request, "Đã ghi quy định được áp dụng.")
    else:
        _act_on_member(item, request, reason)


def _act_on_member(item: AgendaItem, request: HttpRequest, reason: str) -> None:
    """Reopening a sheet, leaving a member out, taking that back."""
    by, data = person(request), request.POST
    if "included" in data:
        seats.end_recusal(
            get_object_or_404(item.recusals, pk=whole_number(data["included"])), by=by
        )
        messages.success(request, "Đã bỏ ghi chú không tham gia chấm.")
        return
    member = get_object_or_404(
        item.session.council.members, pk=whole_number(data.get("member", ""))
    )
    if "reopen" in data:
        sheets.reopen(item, member, reason, by=by)
        messages.success(request, "Đã mở phiếu mới cạnh phiếu cũ.")
    elif "recuse" in data:
        seats.recuse(item, member, reason, by=by)
        messages.success(request, "Đã ghi: không tham gia chấm sản phẩm này.")


def agreed_from(text: str) -> dict[str, int]:
    """ "5.1=5; 7=3" → levels by criterion; Refused for anything else."""
    agreed = {}
    for pair in filter(None, (part.strip() for part in text.split(";"))):
        criterion, equals, points = pair.partition("=")
        if not equals or not re.fullmatch(r"\s*[0-9]{1,3}\s*", points):
            raise Refused("Ghi dạng: tiêu chí=điểm; ví dụ 5.1=5; 7=3.", field="agreed")
        agreed[criterion.strip()] = int(points)
    return agreed


@needs(Permission.SESSION_VIEW)
def minutes_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The minutes, once the session is closed; signed where they have been signed."""
    session = visible_session(request, pk)
    if session.state != "closed":
        raise Http404
    return signed_response(prints.kept_minutes(session))


@needs(Permission.SESSION_VIEW)
def package_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The closed session as a package to be verified elsewhere; for who oversees the sheets, and
    for the offices."""
    session = visible_session(request, pk)
    may = any(can(request.user, p, session) for p in EXPORTERS)
    if session.package is None or not may:
        raise Http404
    response = file_response(session.package)
    response["Content-Disposition"] = f'attachment; filename="phien-{session.pk}.json"'
    return response


EXPORTERS = (Permission.SHEETS_OVERSEE, Permission.SESSION_PREPARE)


@needs(*EXPORTERS)
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Every mark of a session as CSV or XLSX, of items whose points may be seen."""
    session = visible_session(request, pk)
    may = any(can(request.user, p, session) for p in EXPORTERS)
    if not may:
        raise Http404
    shown = {row.item.pk for row in matrix(session, request.user) if row.shown}
    rows = exports.marks_rows(session, shown)
    return table_response(f"diem-phien-{session.pk}", kind, "Điểm", exports.HEAD, rows)
