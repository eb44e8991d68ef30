"""One act on a dossier through a page: what it means, what it needs, one button."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from saola.criteria import Round, rulebook
from saola.criteria.forms import proposal_file
from saola.lifecycle.dossier import STEPS
from saola.lifecycle.machine import find
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.dossiers import actions
from saola.server.dossiers.actions import Paper
from saola.server.dossiers.labels import STEPS as STEP_NAMES
from saola.server.dossiers.models import Dossier
from saola.server.dossiers.requests import ASK, Item, ask
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


MOST_ITEMS = 6


class AskForm(StepForm):
    """What is missing, item by item; the rest may be said in words."""

    def __init__(self, found: Dossier, step: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, *args, **kwargs)
        self.fields["note"].required = False
        self.fields["note"].label = _("Lời chung")
        about = [
            ("", _("cả hồ sơ")),
            *((c.id, f"{c.id} {c.label}") for c in found.criteria_set.criteria),
        ]
        for n in range(1, MOST_ITEMS + 1):
            self.fields[f"about_{n}"] = forms.ChoiceField(
                label=format_lazy("{} {}", _("Mục"), n), choices=about, required=False
            )
            if step.key == "ask_agency":
                self.fields[f"who_{n}"] = forms.ChoiceField(
                    label=_("Ai bổ sung"),
                    choices=[("", _("chủ thể")), ("xa", _("xã"))],
                    required=False,
                )
            self.fields[f"text_{n}"] = forms.CharField(
                label=_("Cần bổ sung gì"), max_length=1000, required=False
            )

    def items(self) -> list[Item]:
        """The items that were filled in."""
        data = self.cleaned_data
        return [
            Item(data[f"about_{n}"], data[f"text_{n}"].strip(), data.get(f"who_{n}") == "xa")
            for n in range(1, MOST_ITEMS + 1)
            if data[f"text_{n}"].strip()
        ]


def _form(found: Dossier, row: Any, *args: Any, **kwargs: Any) -> StepForm:
    return (
        AskForm(found, row, *args, **kwargs) if row.key in ASK else StepForm(row, *args, **kwargs)
    )


def _carry_out(found: Dossier, key: str, form: StepForm, request: HttpRequest) -> Dossier:
    """The act by the floor it belongs to."""
    by, data = person(request), form.cleaned_data
    if isinstance(form, AskForm):
        day = data.get("answer_by")
        return ask(found, key, form.items(), note=data["note"], answer_by=day, by=by)
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


LEVELS = {"propose": "province", "forward": "ministry"}


def _round_of_today(found: Dossier, step: str) -> Round | None:
    """The round that a proposal of today would fall in, of the level it goes to."""
    if step not in LEVELS:
        return None
    book = rulebook(found.criteria_set.rulebook)
    return book.round_for(LEVELS[step], timezone.localdate())


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
    form = _form(found, row, request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and form.carry_out(lambda: _carry_out(found, step, form, request)):
        messages.success(request, f"Đã ghi: {STEP_NAMES[step]}.")
        return redirect("desk:dossier", pk)
    context = {
        "dossier": found,
        "form": form,
        "name": STEP_NAMES[step],
        "step": row,
        "target": row.target,
        "round": _round_of_today(found, step),
        "file": proposal_file(found.criteria_set.rulebook, step, found.kind),
        "illustrative": found.illustrative,
    }
    return render(request, "desk/step.html", context, status=409 if form.errors else 200)
