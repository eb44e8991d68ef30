"""The member's sheet beside the evidence: save, seal, print."""

import uuid as uuids
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.councils import prints, sheets
from saola.server.councils.models import AgendaItem, ScoreSheet, Session
from saola.server.councils.queries import matrix
from saola.server.dossiers.models import Evidence
from saola.server.dossiers.queries import citations_by_criterion
from saola.server.files.store import open_file
from saola.server.web.common import sheet_form
from saola.server.web.common.forms import composed, whole_number
from saola.server.web.common.rights import needs, person

EVENT_TYPES = {
    "stop_evaluation": "Dừng đánh giá (tạp chất hoặc lỗi không chấp nhận được)",
    "disqualify": "Loại hồ sơ, sản phẩm",
    "not_eligible": "Không thuộc diện đánh giá",
    "requirement_not_met": "Không đạt điều kiện bắt buộc của bộ tiêu chí",
}


def visible_item(request: HttpRequest, pk: int) -> AgendaItem:
    """An agenda item of a session the person may see; otherwise not found."""
    rows = AgendaItem.objects.filter(
        session__in=Session.objects.visible_to(request.user)
    ).select_related("session__council", "dossier__product__producer", "dossier__place")
    return get_object_or_404(rows, pk=pk)


def _evidence(item: AgendaItem) -> dict[str, list[dict[str, Any]]]:
    today = timezone.localdate()
    return {
        criterion: [
            {
                "title": c.evidence.title,
                "page": c.page,
                "lapsed": c.evidence.lapsed(today),
                "address": reverse("jury:evidence-file", args=[item.pk, c.evidence_id])
                + (f"#page={c.page}" if c.page else ""),
            }
            for c in citations
        ]
        for criterion, citations in citations_by_criterion(item.dossier).items()
    }


def _posted(item: AgendaItem, request: HttpRequest) -> tuple[dict[str, Any], dict[str, str]]:
    """What the member sent, as `receive` takes it, and what is missing in it by place."""
    data = composed(request.POST)
    sheet: dict[str, Any] = dict(sheet_form.read(item.dossier.criteria_set, data))
    sheet_form.without_story(item.dossier.criteria_set, sheet)
    errors = dict.fromkeys(sheet_form.reasons_missing(sheet["unfit"]), "Hãy ghi lý do.")
    sheet["remark"] = data.get("remark", "")[:5000]
    sheet["events"] = []
    if data.get("event") in EVENT_TYPES:
        reason = data.get("event_reason", "").strip()
        criterion = data.get("event_criterion") or None
        sheet["events"] = [{"type": data["event"], "criterion": criterion, "reason": reason}]
        if not reason:
            errors["event"] = "Hãy ghi lý do dừng hoặc loại."
    return sheet, errors


@needs(Permission.SHEET_SCORE)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Score one product. Nothing typed is lost: what cannot be kept is shown again."""
    item = visible_item(request, pk)
    shown: dict[str, Any] | None = None
    errors: dict[str, str] = {}
    newer: int | None = None
    if request.method == "POST":
        try:
            shown, errors = _posted(item, request)
            if not errors:
                return _receive(item, shown, request)
        except sheets.Stale as stale:
            errors, newer = {"": stale.reason}, stale.current.revision
        except Refused as refused:
            errors = {refused.field or "": refused.reason}
    member = sheets.seat_of(person(request), item)
    stored = ScoreSheet.objects.filter(item=item, member=member, current=True).first()
    context = _context(item, shown or _stored(stored), errors, stored) | {
        "revision": newer if newer is not None else stored.revision if stored else 0,
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
        sheet_id=_uuid(posted.get("uuid", "")),
        revision=whole_number(posted.get("revision", "")),
        seal="seal" in posted,
    )
    if "seal" in posted:
        messages.success(request, f"Đã khóa và nộp phiếu: {kept.total} điểm.")
        return redirect("jury:session", item.session_id)
    messages.success(request, f"Đã lưu {timezone.localtime():%H:%M}.")
    missing = sheet_form.running(item.dossier.criteria_set, data, item.cases).missing
    there = f"#tc-{missing[0]}" if missing else ""
    return redirect(reverse("jury:sheet", args=[item.pk]) + there)


def _uuid(text: str) -> uuids.UUID | None:
    try:
        return uuids.UUID(text)
    except ValueError:
        return None


def _context(
    item: AgendaItem, shown: dict[str, Any], errors: dict[str, str], stored: ScoreSheet | None
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
        "errors": errors,
        "shown": shown,
        "event": shown["events"][0] if shown["events"] else {},
        "event_types": EVENT_TYPES,
        "stored": stored,
        "saved_at": stored.saved_at if stored else None,
        "sealed": stored is not None and stored.sealed_at is not None,
        "new_uuid": stored.pk if stored else uuids.uuid4(),
        "next_item": items[at + 1] if at + 1 < len(items) else None,
    }


@needs(Permission.SHEET_SCORE, Permission.SESSION_VIEW)
def evidence_file(request: HttpRequest, pk: int, evidence_pk: int) -> FileResponse:
    """Evidence cited in the dossier of an agenda item."""
    item = visible_item(request, pk)
    evidence = get_object_or_404(
        Evidence.objects.select_related("file").filter(citations__dossier=item.dossier).distinct(),
        pk=evidence_pk,
    )
    return FileResponse(
        open_file(evidence.file), content_type=evidence.file.kind, filename=evidence.file.name
    )


@needs(Permission.SESSION_VIEW)
def sheet_file(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """A sealed sheet as printed; others' only where the matrix would show their points."""
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
    return HttpResponse(prints.score_sheet(found), content_type="application/pdf")
