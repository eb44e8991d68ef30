"""Sheets on paper beside the tablets: printed, entered by one person, checked by another."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.councils import blanks
from saola.server.councils.intake import paper as papers
from saola.server.councils.models import AgendaItem, CouncilMember, PaperSheet, Session
from saola.server.councils.presence import conflicted, seats_for, seats_of, waiting_for
from saola.server.councils.queries import agenda
from saola.server.web.common import sheet_form
from saola.server.web.common.forms import clean, whole_number
from saola.server.web.common.papers import file_response
from saola.server.web.common.posted import EVENT_TYPES, posted_sheet
from saola.server.web.common.rights import needs, person, visible_or_404

FIELDS = ("choices", "unfit", "comments")


def _session(request: HttpRequest, pk: int) -> Session:
    return visible_or_404(request, Session, Permission.SESSION_PREPARE, pk)


@needs(Permission.SESSION_PREPARE)
def sheets(request: HttpRequest, pk: int) -> HttpResponse:
    """Who scores on paper: what is entered, what waits for a second person."""
    session = _session(request, pk)
    rows = PaperSheet.objects.filter(item__session=session).select_related(
        "item__dossier__product", "member__user", "entered_by", "checked_by", "sheet"
    )
    context = {
        "session": session,
        "members": seats_of(session),
        "items": [item for item in agenda(session) if not item.left_reason],
        "papers": rows,
        "illustrative": session.illustrative,
    }
    return render(request, "desk/paper.html", context)


@needs(Permission.SESSION_PREPARE)
def blank(request: HttpRequest, pk: int) -> HttpResponse:
    """Sheets to be filled in by pen, one for each product of a member (`thanh-vien`), with the QR
    of the page where they are entered."""
    session = _session(request, pk)
    member = get_object_or_404(
        CouncilMember, pk=whole_number(request.GET.get("thanh-vien", "")), council=session.council
    )
    items = [
        item
        for item in agenda(session)
        if not item.left_reason and member.pk not in conflicted(item)
    ]
    rows = [
        (item, settings.BASE_URL + reverse("desk:paper-enter", args=[item.pk, member.pk]))
        for item in items
    ]
    return HttpResponse(blanks.blank_sheets(member, rows), content_type="application/pdf")


@needs(Permission.SESSION_PREPARE)
def enter(request: HttpRequest, item_pk: int, member_pk: int) -> HttpResponse:
    """Enter the marks of one signed sheet with its scan; what was typed stays on a refusal."""
    item = visible_or_404(request, AgendaItem, Permission.SESSION_PREPARE, item_pk)
    member = next((m for m in seats_for(item) if m.pk == member_pk), None)
    if member is None:
        raise Http404
    shown: dict[str, Any] = {field: {} for field in FIELDS} | {"events": [], "remark": ""}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            shown, errors = posted_sheet(item, request)
            if "scan" not in request.FILES:
                errors["scan"] = "Hãy đính kèm bản quét hoặc ảnh chụp phiếu đã ký."
            if not errors:
                papers.enter(item, member, shown, request.FILES["scan"], by=person(request))
                messages.success(request, _("Đã nhập phiếu giấy; chờ người khác đối chiếu."))
                return redirect("desk:paper", item.session_id)
        except Refused as refused:
            errors = {refused.field or "": refused.reason}
    criteria_set = item.dossier.criteria_set
    context = {
        "item": item,
        "member": member,
        "blocks": sheet_form.lines(criteria_set, shown, cases=item.cases, errors=errors),
        "errors": errors,
        "shown": shown,
        "event": shown["events"][0] if shown["events"] else {},
        "event_types": EVENT_TYPES,
        "illustrative": item.session.illustrative,
    }
    return render(request, "desk/paper_enter.html", context, status=409 if errors else 200)


def _paper(request: HttpRequest, pk: int) -> PaperSheet:
    """A paper sheet that this person may look at: who prepares the session, or its own member."""
    rows = PaperSheet.objects.select_related(
        "item__session__council", "item__dossier__product", "member__user", "entered_by", "scan"
    )
    found = get_object_or_404(rows, pk=pk)
    own = found.member.user_id == person(request).pk
    if not own and not can(request.user, Permission.SESSION_PREPARE, found.item):
        raise Http404
    if not own and any(m.user_id == person(request).pk for m in waiting_for(found.item)):
        raise Http404  # who has a vote hands in the own sheet first
    return found


@needs(Permission.SESSION_PREPARE, Permission.SHEET_SCORE)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold the marks against the scan: they agree and the sheet is sealed, or they go back."""
    paper = _paper(request, pk)
    error = ""
    if request.method == "POST":
        try:
            if "agree" in request.POST:
                papers.check(paper, by=person(request))
                messages.success(request, _("Đã đối chiếu; phiếu đã khóa."))
            else:
                reason = clean(request.POST.get("reason", ""))[:500]
                papers.send_back(paper, reason, by=person(request))
                messages.success(request, _("Đã trả lại để nhập lại."))
            return redirect("jury:session", paper.item.session_id)
        except Refused as refused:
            error = refused.reason
    criteria_set = paper.item.dossier.criteria_set
    shown = {field: paper.data[field] for field in FIELDS}
    context = {
        "paper": paper,
        "item": paper.item,
        "blocks": sheet_form.lines(criteria_set, shown, cases=paper.item.cases),
        "running": sheet_form.running(criteria_set, shown, paper.item.cases),
        "error": error,
        "event_types": EVENT_TYPES,
        "illustrative": paper.item.session.illustrative,
    }
    return render(request, "desk/paper_check.html", context, status=409 if error else 200)


@needs(Permission.SESSION_PREPARE, Permission.SHEET_SCORE)
def scan(request: HttpRequest, pk: int) -> FileResponse:
    """The scan of a signed sheet."""
    return file_response(_paper(request, pk).scan)
