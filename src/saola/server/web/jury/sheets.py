"""The member's sheet beside the evidence: save, seal, print."""

import uuid as uuids
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from saola.lifecycle.machine import Refused
from saola.reading import Unreadable
from saola.server.accounts.permissions import Permission
from saola.server.councils import prints, seats, sheets
from saola.server.councils.models import AgendaItem, CouncilMember, ScoreSheet, Session
from saola.server.councils.opinions import taste_note
from saola.server.councils.queries import matrix
from saola.server.dossiers.models import Evidence
from saola.server.files.pages import picture
from saola.server.papers.forms import DOCX
from saola.server.papers.official import as_docx
from saola.server.web.common import sheet_form
from saola.server.web.common.forms import clean, whole_number
from saola.server.web.common.papers import dossier_papers, file_response, whole_response
from saola.server.web.common.posted import EVENT_TYPES, posted_sheet
from saola.server.web.common.rights import needs, person
from saola.server.web.common.writing.kept import of_sheet


def visible_item(request: HttpRequest, pk: int) -> AgendaItem:
    """An agenda item of a session the person may see; otherwise not found."""
    rows = AgendaItem.objects.filter(
        session__in=Session.objects.visible_to(request.user)
    ).select_related("session__council", "dossier__product__producer", "dossier__place")
    return get_object_or_404(rows, pk=pk)


def _open_item(request: HttpRequest, pk: int) -> AgendaItem:
    """A visible item whose papers may be read: not one that is tasted blind."""
    item = visible_item(request, pk)
    if item.purpose == AgendaItem.Purpose.DUPLICATE:
        raise Http404
    return item


def _evidence(item: AgendaItem) -> dict[str, list[dict[str, Any]]]:
    if item.purpose == AgendaItem.Purpose.DUPLICATE:
        return {}  # tasted blind
    return sheet_form.evidence_lines(
        item.dossier, lambda c: reverse("jury:evidence", args=[item.pk, c.evidence_id])
    )


@needs(Permission.SHEET_SCORE)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Score one product. Nothing typed is lost: what cannot be kept is shown again."""
    item = visible_item(request, pk)
    shown: dict[str, Any] | None = None
    errors: dict[str, str] = {}
    newer: int | None = None
    if request.method == "POST":
        try:
            shown, errors = posted_sheet(item, request)
            if not errors:
                return _receive(item, shown, request)
        except sheets.Stale as stale:
            errors, newer = {"": stale.reason}, stale.current.revision
        except Refused as refused:
            errors = {refused.field or "": refused.reason}
        if "X-Autosave" in request.headers:
            return sheet_form.unsaved_answer(next(iter(errors.values())))
    member = sheets.seat_of(person(request), item)
    stored = ScoreSheet.objects.filter(item=item, member=member, current=True).first()
    context = _context(item, member, shown or _stored(stored), errors, stored) | {
        "revision": newer if newer is not None else stored.revision if stored else 0,
        "taste": taste_note(item.session.council) if item.session.mode == "written" else "",
        "illustrative": item.session.illustrative,
    }
    return render(request, "jury/sheet.html", context, status=409 if errors else 200)


def _stored(sheet: ScoreSheet | None) -> dict[str, Any]:
    """What is kept so far; an empty sheet when nothing is."""
    kept = sheet or ScoreSheet()
    return {field: getattr(kept, field) for field in sheets.FIELDS}


def _receive(item: AgendaItem, data: dict[str, Any], request: HttpRequest) -> HttpResponse:
    posted = request.POST
    kept = sheets.receive(
        item,
        data,
        by=person(request),
        revision=whole_number(posted.get("revision", "")),
    )
    if "X-Autosave" in request.headers:
        criteria_set = item.dossier.criteria_set
        return sheet_form.saved_answer(criteria_set, data, item.cases, kept.revision)
    if "seal" in posted:
        return redirect("jury:seal", item.pk)
    messages.success(request, f"Đã lưu {timezone.localtime():%H:%M}.")
    missing = sheet_form.running(item.dossier.criteria_set, data, item.cases).missing
    there = f"#tc-{missing[0]}" if missing else ""
    return redirect(reverse("jury:sheet", args=[item.pk]) + there)


@needs(Permission.SHEET_SCORE)
def recuse(request: HttpRequest, pk: int) -> HttpResponse:
    """A member's own declaration, before or during the session: no part in this product."""
    item = visible_item(request, pk)
    if request.method != "POST":
        context = {"item": item, "illustrative": item.session.illustrative}
        return render(request, "jury/recuse.html", context)
    by = person(request)
    reason = clean(request.POST.get("reason", ""))[:500]
    seats.recuse(item, sheets.seat_of(by, item), reason, by=by)
    messages.success(request, _("Đã ghi: bạn không tham gia chấm sản phẩm này."))
    return redirect("jury:session", item.session_id)


@needs(Permission.SHEET_SCORE)
def seal(request: HttpRequest, pk: int) -> HttpResponse:
    """Look the sheet over once more, then lock it for good."""
    item = visible_item(request, pk)
    member = sheets.seat_of(person(request), item)
    stored = get_object_or_404(ScoreSheet, item=item, member=member, current=True)
    data, error = _stored(stored), ""
    if request.method == "POST":
        try:
            kept = sheets.receive(
                item,
                data,
                by=person(request),
                revision=whole_number(request.POST.get("revision", "")),
                seal=True,
            )
        except Refused as refused:
            error = refused.reason
        else:
            messages.success(request, f"Đã khóa và nộp phiếu: {_points(kept)}.")
            return redirect("jury:session", item.session_id)
    context = {
        "item": item,
        "sheet": stored,
        "running": sheet_form.running(item.dossier.criteria_set, data, item.cases),
        "event_types": EVENT_TYPES,
        "error": error,
        "illustrative": item.session.illustrative,
    }
    return render(request, "jury/seal.html", context, status=409 if error else 200)


def _points(sheet: ScoreSheet) -> str:
    return "không tính điểm" if sheet.total is None else f"{sheet.total} điểm"


@needs(Permission.SESSION_VIEW)
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """What the council has before it: the commune's report, advice, the self-assessment."""
    item = _open_item(request, pk)
    context = dossier_papers(item.dossier) | {
        "item": item,
        "dossier": item.dossier,
        "claimed": sheet_form.claims(
            item.dossier.criteria_set, item.dossier.self_assessment, _evidence(item)
        ),
        "illustrative": item.session.illustrative,
    }
    return render(request, "jury/dossier.html", context)


def _context(
    item: AgendaItem,
    member: CouncilMember,
    shown: dict[str, Any],
    errors: dict[str, str],
    stored: ScoreSheet | None,
) -> dict[str, Any]:
    criteria_set = item.dossier.criteria_set
    items = list(item.session.items.values_list("pk", flat=True))
    at = items.index(item.pk)
    evidence = _evidence(item)
    return {
        "item": item,
        "dossier": item.dossier,
        "blocks": sheet_form.lines(
            criteria_set, shown, cases=item.cases, errors=errors, evidence=evidence
        ),
        "first_evidence": next((rows[0] for rows in evidence.values()), None),
        "running": sheet_form.running(criteria_set, shown, item.cases),
        "bands": sheet_form.bands(criteria_set),
        "photos": item.photos.filter(member=member).count(),
        "errors": errors,
        "shown": shown,
        "event": shown["events"][0] if shown["events"] else {},
        "event_types": EVENT_TYPES,
        "stored": stored,
        "saved_at": stored.saved_at if stored else None,
        "sealed": stored is not None and stored.sealed_at is not None,
        "sheet_id": stored.pk if stored else sheets.first_id(item, member),
        "next_item": items[at + 1] if at + 1 < len(items) else None,
    }


@needs(Permission.SHEET_SCORE, Permission.SESSION_VIEW)
def whole(request: HttpRequest, pk: int, kind: str) -> FileResponse:
    """All that was filed, in one file, to read beside the sheet."""
    return whole_response(_open_item(request, pk).dossier, kind)


def _cited(item: AgendaItem, evidence_pk: int) -> Evidence:
    """Evidence cited in the dossier of an agenda item."""
    rows = Evidence.objects.select_related("file").filter(citations__dossier=item.dossier)
    return get_object_or_404(rows.distinct(), pk=evidence_pk)


@needs(Permission.SHEET_SCORE, Permission.SESSION_VIEW)
def evidence(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """A cited paper to read beside the sheet, page under page."""
    item = _open_item(request, pk)
    found = _cited(item, evidence_pk)
    context = {
        "item": item,
        "evidence": found,
        "pages": range(1, (found.file.pages or 1) + 1),
        "sound": found.file.kind.startswith("audio/"),
        "illustrative": item.session.illustrative,
    }
    return render(request, "jury/evidence.html", context)


@needs(Permission.SHEET_SCORE, Permission.SESSION_VIEW)
def evidence_page(request: HttpRequest, pk: int, evidence_pk: int, number: int) -> HttpResponse:
    """One page of it as a picture."""
    found = _cited(_open_item(request, pk), evidence_pk)
    try:
        shown = picture(found.file, number)
    except Unreadable:
        raise Http404 from None
    headers = {"Cache-Control": "private, max-age=86400"}
    return HttpResponse(shown, content_type="image/jpeg", headers=headers)


@needs(Permission.SHEET_SCORE, Permission.SESSION_VIEW)
def evidence_file(request: HttpRequest, pk: int, evidence_pk: int) -> FileResponse:
    """All of it, as it was filed."""
    return file_response(_cited(_open_item(request, pk), evidence_pk).file)


def _shown_sheet(request: HttpRequest, uuid: uuids.UUID) -> ScoreSheet:
    """A sealed sheet; others' only where the matrix would show their points."""
    rows = ScoreSheet.objects.filter(
        sealed_at__isnull=False, item__session__in=Session.objects.visible_to(request.user)
    ).select_related("item__session__council", "item__dossier__product__producer", "member__user")
    found = get_object_or_404(rows, pk=uuid)
    own = found.member.user_id == request.user.pk
    if not own and not any(
        row.shown
        for row in matrix(found.item.session, request.user)
        if row.item.pk == found.item_id
    ):
        raise Http404
    return found


@needs(Permission.SESSION_VIEW)
def sheet_file(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """A sealed sheet as printed."""
    content = prints.score_sheet(_shown_sheet(request, uuid))
    return HttpResponse(content, content_type="application/pdf")


@needs(Permission.SESSION_VIEW)
def sheet_word(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """The same for a word processor."""
    with override("vi"):  # papers are Vietnamese
        content = as_docx(of_sheet(_shown_sheet(request, uuid)))
    return HttpResponse(content, content_type=DOCX)
