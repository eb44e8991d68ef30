"""The producer's own assessment, on the legal table itself."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.dossiers.actions import save_self_assessment
from saola.server.dossiers.models import Dossier, SelfAssessment
from saola.server.web.common import sheet_form
from saola.server.web.common.forms import composed, whole_number
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.dossiers import FILE_STEP, own_dossier


@needs(Permission.DOSSIER_EDIT)
def self_assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose options; what is there is kept even when something is missing."""
    dossier = own_dossier(request, pk)
    if set(dossier.cases) != set(dossier.criteria_set.two_case):
        messages.info(
            request, "Trước hết hãy chọn trường hợp chấm của các tiêu chí hai trường hợp."
        )
        return redirect("portal:registration", pk)
    stored, _ = SelfAssessment.objects.get_or_create(dossier=dossier)
    shown = {field: getattr(stored, field) for field in FIELDS}
    errors: dict[str, str] = {}
    if request.method == "POST":
        data = composed(request.POST)
        try:
            shown = _posted(dossier, data)
            errors = dict.fromkeys(sheet_form.reasons_missing(shown["unfit"]), "Hãy ghi lý do.")
            if not errors:
                revision = whole_number(data.get("revision", ""))
                kept = save_self_assessment(dossier, shown, by=person(request), revision=revision)
                if "X-Autosave" in request.headers:
                    return sheet_form.saved_answer(
                        dossier.criteria_set, shown, dossier.cases, kept.revision
                    )
                messages.success(request, f"Đã lưu {timezone.localtime():%H:%M}.")
                if "done" in data:
                    return redirect("portal:dossier", pk)
                return redirect(reverse("portal:assessment", args=[pk]) + _next(dossier, shown))
        except Refused as refused:
            errors = {refused.field or "": refused.reason}
        if "X-Autosave" in request.headers:
            return sheet_form.unsaved_answer(next(iter(errors.values())))
    stored.refresh_from_db()
    context = _context(dossier, shown, errors) | {
        "stored": stored,
        "saved_at": stored.saved_at if stored.revision else None,
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "portal/assessment.html", context, status=status)


def _next(dossier: Dossier, shown: dict[str, Any]) -> str:
    """The place of the first criterion without a choice."""
    missing = sheet_form.running(dossier.criteria_set, shown, dossier.cases).missing
    return f"#tc-{missing[0]}" if missing else ""


FIELDS = ("choices", "unfit", "comments", "plan", "results")


def _posted(dossier: Dossier, data: QueryDict) -> dict[str, Any]:
    """Options and words as they are stored."""
    sheet = sheet_form.read(dossier.criteria_set, data)
    sheet_form.without_story(dossier.criteria_set, sheet)
    return {**sheet, **{name: data.get(name, "")[:20000] for name in ("plan", "results")}}


def _context(dossier: Dossier, shown: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    blocks = sheet_form.lines(
        dossier.criteria_set,
        shown,
        cases=dossier.cases,
        errors=errors,
        evidence=sheet_form.evidence_lines(
            dossier, lambda c: reverse("portal:evidence-file", args=[dossier.pk, c.evidence_id])
        ),
    )
    return {
        "dossier": dossier,
        "blocks": blocks,
        "running": sheet_form.running(dossier.criteria_set, shown, dossier.cases),
        "errors": errors,
        "texts": shown,
        "open": dossier.state in FILE_STEP,
        "closed": dossier.state not in FILE_STEP,
        "illustrative": dossier.illustrative,
    }
