"""Sample units from hand-over to disposal, each act with two names."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.dossiers.models import Dossier
from saola.server.examination.actions import on_hand, record_samples
from saola.server.examination.models import SampleRecord
from saola.server.examination.prints import sample_paper
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.papers import FORM_KINDS
from saola.server.web.common.rights import needs, person
from saola.server.web.desk.dossiers import visible_dossier

Act, Level = SampleRecord.Act, SampleRecord.Level


class SamplesForm(Form):
    """One act on sample units."""

    act = forms.ChoiceField(label=_("Việc"))
    level = forms.ChoiceField(label=_("Cấp"), choices=Level.choices)
    units = forms.IntegerField(label=_("Số đơn vị mẫu"), min_value=1, max_value=100)
    on = DateField(label=_("Ngày"))
    giver = forms.CharField(label=_("Bên giao (họ và tên)"), max_length=120)
    taker = forms.CharField(label=_("Bên nhận hoặc người chứng kiến (họ và tên)"), max_length=120)
    code = forms.CharField(label=_("Mã mẫu (khi mã hóa)"), max_length=20, required=False)
    note = forms.CharField(label=_("Tình trạng, nơi lưu"), max_length=300, required=False)

    def __init__(self, dossier: Dossier, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency = bool(can(user, Permission.AGENCY_RECEIVE, dossier))
        commune = bool(can(user, Permission.COMMUNE_RECEIVE, dossier))
        offered = list(Act) if agency else [Act.HAND_OVER]
        self.fields["act"].choices = [(a, a.label) for a in offered]  # type: ignore[attr-defined]
        if not agency:
            del self.fields["level"], self.fields["code"]
        elif not commune:
            self.initial.setdefault("act", Act.KEEP)

    def clean(self) -> dict[str, Any]:
        """A commune hands over to the province."""
        data = super().clean() or {}
        return {"level": Level.PROVINCE, "code": ""} | data


@needs(Permission.COMMUNE_RECEIVE, Permission.AGENCY_RECEIVE)
def samples(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done with the samples, and one act more."""
    dossier = visible_dossier(request, pk)
    initial = {"on": timezone.localdate(), "units": dossier.criteria_set.sample_units}
    posted = request.POST if request.method == "POST" else None
    form = SamplesForm(dossier, request.user, posted, initial=initial)
    if form.is_valid() and form.carry_out(
        lambda: record_samples(dossier, form.cleaned_data, by=person(request))
    ):
        messages.success(request, _("Đã ghi việc với sản phẩm mẫu."))
        return redirect("desk:dossier", pk)
    context = {
        "dossier": dossier,
        "rows": dossier.samples.all(),
        "left": on_hand(dossier, Level.PROVINCE),
        "form": form,
        "illustrative": dossier.illustrative,
    }
    return render(request, "desk/samples.html", context, status=409 if form.errors else 200)


@needs(Permission.DESK_USE)
def paper(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The record of the samples, to be signed by both sides: PDF, or DOCX to be edited."""
    if kind not in FORM_KINDS:
        raise Http404
    content = sample_paper(visible_dossier(request, pk), kind)
    return HttpResponse(content, content_type=FORM_KINDS[kind])
