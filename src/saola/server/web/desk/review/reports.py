"""The commune's Mẫu 03."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.dossiers import actions
from saola.server.dossiers.models import (
    CommuneReport,
    Dossier,
    Evidence,
    RequestItem,
    SelfAssessment,
)
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
# questions that help to write; the decision names the four contents and no more
QUESTIONS = {
    "material": _("Nguyên liệu lấy ở đâu, phần nào của xã, có hợp đồng hoặc giấy xác nhận không?"),
    "labour": _("Bao nhiêu người làm, bao nhiêu người của xã, làm thường xuyên hay mùa vụ?"),
    "idea": _("Sản phẩm bắt đầu từ nghề, giống, cách làm nào; ai nghĩ ra, từ bao giờ?"),
    "identity": _("Điều gì chỉ nơi này có: giống, nước, cách làm, câu chuyện, bao bì?"),
}
# papers of the dossier that speak of each content
PAPERS = {
    "material": ("nguon-goc-lien-ket",),
    "labour": ("lao-dong",),
    "idea": ("so-huu-tri-tue",),
    "identity": ("cau-chuyen",),
}


def _content(name: str) -> forms.CharField:
    return forms.CharField(
        label=CONTENTS[name], help_text=QUESTIONS[name], widget=AREA, required=False
    )


class ReportForm(Form):
    """Four contents, the check of the file, a meeting if there was one."""

    needed = frozenset({*CONTENTS, "file_checked"})  # asked for when the leader signs

    material = _content("material")
    labour = _content("labour")
    idea = _content("idea")
    identity = _content("identity")
    file_checked = forms.BooleanField(label=_("Đã kiểm tra thành phần hồ sơ"), required=False)
    met_on = DateField(label=_("Ngày họp"), required=False)


def _papers(dossier: Dossier) -> list[tuple[str, list[Evidence]]]:
    """The dossier's papers by the content they speak of."""
    rows = list(Evidence.objects.filter(citations__dossier=dossier).distinct().order_by("pk"))
    return [
        (CONTENTS[name], [row for row in rows if row.kind in kinds])
        for name, kinds in PAPERS.items()
    ]


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
    context = {
        "dossier": dossier,
        "form": form,
        "told": SelfAssessment.objects.filter(dossier=dossier).first(),
        "papers": _papers(dossier),
        "illustrative": dossier.illustrative,
    }
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
