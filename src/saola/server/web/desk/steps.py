"""One act on a dossier through a page: what it means, what it needs, one button."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.criteria import Round, rulebook
from saola.lifecycle.dossier import STEPS
from saola.lifecycle.machine import find
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.dossiers import actions
from saola.server.dossiers.actions import Paper
from saola.server.dossiers.labels import STEPS as STEP_NAMES
from saola.server.dossiers.models import Dossier
from saola.server.recognition import actions as recognition
from saola.server.web.common.forms import CAPACITIES, DateField, Form
from saola.server.web.common.rights import needs, person
from saola.server.web.desk.dossiers import DECIDED_TOGETHER, ELSEWHERE, OWN_PAGE, visible_dossier

# acts that carry a paper; those after the bar may do without
MUST_HAVE_PAPER = {"propose", "submit", "forward", "report"}
WITH_PAPER = MUST_HAVE_PAPER | {"receive_agency", "accept"}


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
        if step.key in MUST_HAVE_PAPER:
            for name, asked in (("number", "Hãy ghi số văn bản."), ("dated", "Hãy ghi ngày.")):
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = asked
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
    others = OWN_PAGE.keys() | ELSEWHERE | DECIDED_TOGETHER
    if step not in {s.key for s in STEPS} - others:
        raise Http404
    row = find(STEPS, step, found.state, found.kind)
    require(request.user, row.permission, found)
    initial = {"dated": timezone.localdate()} if step in MUST_HAVE_PAPER else None
    form = StepForm(row, request.POST if request.method == "POST" else None, initial=initial)
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
