"""The commune's Mẫu 03."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.dossiers import actions
from saola.server.dossiers.models import CommuneReport, Dossier, RequestItem
from saola.server.dossiers.requests import answer_item
from saola.server.web.common.forms import DateField, Form, clean
from saola.server.web.common.rights import needs, person
from saola.server.web.desk.dossiers import visible_dossier

AREA = forms.Textarea(attrs={"rows": 4})
CONTENTS = {
    "material": "Nguồn gốc sản phẩm, nguyên liệu địa phương",
    "labour": "Sử dụng lao động địa phương",
    "idea": "Nguồn gốc ý tưởng sản phẩm",
    "identity": "Bản sắc, trí tuệ địa phương",
}


class ReportForm(Form):
    """Four contents, the check of the file, a meeting if there was one."""

    needed = frozenset({*CONTENTS, "file_checked"})  # asked for when the leader signs

    material = forms.CharField(label=CONTENTS["material"], widget=AREA, required=False)
    labour = forms.CharField(label=CONTENTS["labour"], widget=AREA, required=False)
    idea = forms.CharField(label=CONTENTS["idea"], widget=AREA, required=False)
    identity = forms.CharField(label=CONTENTS["identity"], widget=AREA, required=False)
    file_checked = forms.BooleanField(label=_("Đã kiểm tra thành phần hồ sơ"), required=False)
    met_on = DateField(label=_("Ngày họp"), required=False)


@needs(Permission.COMMUNE_RECEIVE)
def commune_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft Mẫu 03; what is written so far is kept each time."""
    dossier = visible_dossier(request, pk)
    report = CommuneReport.objects.filter(dossier=dossier).first()
    names = (*CONTENTS, "file_checked", "met_on")
    initial = {name: getattr(report, name) for name in names} if report else None
    form = ReportForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and form.carry_out(
        lambda: actions.save_commune_report(dossier, form.cleaned_data, by=person(request))
    ):
        messages.success(request, "Đã lưu báo cáo Mẫu 03.")
        return redirect("desk:dossier", pk)
    context = {"dossier": dossier, "form": form, "illustrative": dossier.illustrative}
    return render(request, "desk/commune_report.html", context, status=409 if form.errors else 200)


@needs(Permission.COMMUNE_RECEIVE)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The commune says what it did about an item that the agency asked of it."""
    rows = RequestItem.objects.filter(dossier__in=Dossier.objects.visible_to(request.user))
    found = get_object_or_404(rows.select_related("dossier"), pk=pk)
    if request.method == "POST":
        answer_item(found, clean(request.POST.get("answer", ""))[:2000], by=person(request))
        messages.success(request, _("Đã ghi trả lời."))
    return redirect("desk:dossier", found.dossier_id)
