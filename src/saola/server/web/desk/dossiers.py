"""The officer's queue and one dossier with the acts open to the person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.criteria import Round, rulebook
from saola.lifecycle.dossier import STEPS, State
from saola.lifecycle.machine import find
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can, require
from saola.server.dossiers import actions
from saola.server.dossiers.actions import Paper
from saola.server.dossiers.completeness import self_assessed
from saola.server.dossiers.labels import STATES
from saola.server.dossiers.labels import STEPS as STEP_NAMES
from saola.server.dossiers.models import CommuneReport, Dossier, Evidence
from saola.server.dossiers.queries import citations_by_criterion, steps_open_to
from saola.server.dossiers.queries import queue as queue_of
from saola.server.files.store import open_file
from saola.server.recognition import actions as recognition
from saola.server.recognition.models import Notice
from saola.server.web.common.forms import CAPACITIES, DateField, Form
from saola.server.web.common.rights import needs, person

PER_PAGE = 50
# acts with a page of their own; the rest take the plain form of `step`
OWN_PAGE = {
    "certify": "desk:certify",
    "notify": "desk:notify",
    "notify_unrecognised": "desk:notify",
    "notify_excluded": "desk:notify",
    "notify_forwarded": "desk:notify",
    "notify_central": "desk:notify",
    "record_central": "desk:central",
    "recognise_central": "desk:decide-central",
    "recognise_on_central": "desk:decide-central",
}
ELSEWHERE = {"recognise", "approve_result", "schedule", "unschedule"}
WITH_PAPER = {"propose", "submit", "forward", "report", "receive_agency", "accept"}


@needs(Permission.DESK_USE)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for this person's move; by wish all, or one state."""
    state = request.GET.get("buoc", "")
    everything = "tat-ca" in request.GET
    state = state if state in STATES else ""
    rows = queue_of(request.user, mine=not everything, state=state)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    query = request.GET.copy()
    query.pop("trang", None)
    context = {
        "page": page,
        "state": state,
        "everything": everything,
        "states": STATES,
        "query": query.urlencode(),
        "decides": can(request.user, Permission.PROVINCE_DECIDE),
        "illustrative": any(dossier.illustrative for dossier in page),
    }
    return render(request, "desk/queue.html", context)


def visible_dossier(request: HttpRequest, pk: int) -> Dossier:
    """A dossier the person may see; otherwise not found."""
    rows = Dossier.objects.visible_to(request.user).select_related("product__producer", "place")
    return get_object_or_404(rows, pk=pk)


@needs(Permission.DESK_USE)
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper, its history, and what can be done now."""
    found = visible_dossier(request, pk)
    steps = steps_open_to(request.user, found)
    acts = [
        {"key": s.key, "name": STEP_NAMES[s.key], "page": OWN_PAGE.get(s.key)}
        for s in steps
        if s.key not in ELSEWHERE
    ]
    context = {
        "dossier": found,
        "acts": acts,
        "decide_kind": next(
            (s.key for s in steps if s.key in ("recognise", "approve_result")), None
        ),
        "progress": self_assessed(found),
        "cited": sorted(citations_by_criterion(found).items()),
        "report": CommuneReport.objects.filter(dossier=found).first(),
        "history": found.steps.select_related("by"),
        "versions": found.versions.all(),
        "result": found.results.filter(concluded_at__isnull=False).order_by("-pk").first(),
        "recognition": found.recognitions.select_related("certificate", "decision").first(),
        "notice": Notice.objects.filter(dossier=found).order_by("-pk").first(),
        "step_names": STEP_NAMES,
        "today": timezone.localdate(),
        "reporting": found.state == State.COMMUNE_RECEIVED
        and can(request.user, Permission.COMMUNE_RECEIVE, found),
        "sampling": found.state in (State.COMMUNE_RECEIVED, State.REPORTED)
        and can(request.user, Permission.COMMUNE_RECEIVE, found)
        and found.criteria_set.sample_units,
        "illustrative": found.illustrative,
    }
    return render(request, "desk/dossier.html", context)


class StepForm(Form):
    """Reason, paper and deadline, as the act needs them."""

    note = forms.CharField(
        label=_("Nội dung, lý do"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    number = forms.CharField(label=_("Số văn bản"), max_length=60, required=False)
    dated = DateField(label=_("Ngày văn bản"), required=False)
    capacity = forms.ChoiceField(label=_("Tư cách ký"), choices=CAPACITIES, required=False)
    samples_on = DateField(label=_("Ngày giao sản phẩm mẫu cho Bộ"), required=False)
    answer_by = DateField(label=_("Trả lời trước hết ngày"), required=False)

    def __init__(self, step: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if step.needs_note:
            self.fields["note"].required = True
            self.fields["note"].error_messages["required"] = "Hãy ghi rõ nội dung, lý do."
        if "answer_by" in step.guards:
            self.fields["answer_by"].required = True
            self.fields["answer_by"].error_messages["required"] = "Hãy ghi ngày phải trả lời."
        else:
            del self.fields["answer_by"]
        if step.key not in WITH_PAPER:
            del self.fields["number"], self.fields["dated"], self.fields["capacity"]
        if "central_samples" not in step.guards:
            del self.fields["samples_on"]


def _carry_out(found: Dossier, key: str, data: dict[str, Any], request: HttpRequest) -> Dossier:
    """The act by the floor it belongs to."""
    by = person(request)
    paper = Paper(data.get("number", ""), data.get("dated"), data.get("capacity", ""))
    if key == "submit":
        return recognition.submit(found, paper, by=by)
    if key == "forward":
        return recognition.forward(found, paper, by=by, samples_on=data.get("samples_on"))
    if key == "publish":
        recognition.publish(found, by=by)
        return found
    return actions.advance(
        found, key, by=by, note=data["note"], paper=paper, answer_by=data.get("answer_by")
    )


def _round_of_today(found: Dossier) -> Round | None:
    """The round a proposal of today would fall in."""
    book = rulebook(found.criteria_set.rulebook)
    return book.round_for("province", timezone.localdate())


@needs(Permission.DESK_USE)
def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One act: what it means, what it needs, one button."""
    found = visible_dossier(request, pk)
    if step not in {s.key for s in STEPS} or step in OWN_PAGE or step in ELSEWHERE:
        raise Http404
    row = find(STEPS, step, found.state, found.kind)
    require(request.user, row.permission, found)
    form = StepForm(row, request.POST if request.method == "POST" else None)
    if form.is_valid() and form.carry_out(
        lambda: _carry_out(found, step, form.cleaned_data, request)
    ):
        messages.success(request, f"Đã ghi: {STEP_NAMES[step]}.")
        return redirect("desk:dossier", pk)
    context = {
        "dossier": found,
        "form": form,
        "name": STEP_NAMES[step],
        "step": row,
        "target": row.target,
        "round": _round_of_today(found) if step == "propose" else None,
        "illustrative": found.illustrative,
    }
    return render(request, "desk/step.html", context, status=409 if form.errors else 200)


@needs(Permission.DESK_USE)
def evidence_file(request: HttpRequest, pk: int, evidence_pk: int) -> FileResponse:
    """Evidence cited in a dossier the person may see."""
    found = visible_dossier(request, pk)
    evidence = get_object_or_404(
        Evidence.objects.select_related("file").filter(citations__dossier=found).distinct(),
        pk=evidence_pk,
    )
    return FileResponse(
        open_file(evidence.file), content_type=evidence.file.kind, filename=evidence.file.name
    )
