"""Visits to the place of production and tests that are asked for."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.examination.actions import ask_test, receive_result, record_visit
from saola.server.examination.models import ExtraTest, SiteVisit
from saola.server.files.models import StoredFile
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person
from saola.server.web.desk.dossiers import visible_dossier

LONG = forms.Textarea(attrs={"rows": 4})


class ManyFiles(forms.FileInput):
    """Several photos at once."""

    allow_multiple_selected = True


class Photos(forms.FileField):
    """A list of photos, each one a file as any other."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each one checked; none is an empty list."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(Photos, self).clean(one, initial) for one in given if one]


class VisitForm(Form):
    """What was seen."""

    reason = forms.CharField(
        label=_("Vì sao đến"),
        help_text=_("Đánh giá lại: chỉ khi quy mô thay đổi lớn hoặc minh chứng chưa rõ."),
        max_length=300,
        required=False,
    )
    visited_on = DateField(label=_("Ngày đến"))
    team = forms.CharField(label=_("Những người đi"), max_length=2000, widget=LONG)
    findings = forms.CharField(label=_("Đã thấy gì"), max_length=20000, widget=LONG)
    photos = Photos(
        label=_("Ảnh tại chỗ"), required=False, widget=ManyFiles(attrs={"accept": "image/*"})
    )


@needs(Permission.ADVISE, Permission.AGENCY_RECEIVE)
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a visit."""
    dossier = visible_dossier(request, pk)
    posted, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = VisitForm(posted, files, initial={"visited_on": timezone.localdate()})
    if form.is_valid():
        data = {k: v for k, v in form.cleaned_data.items() if k != "photos"}
        photos = form.cleaned_data["photos"]
        if form.carry_out(lambda: record_visit(dossier, data, photos, by=person(request))):
            messages.success(request, _("Đã ghi chuyến kiểm tra thực tế."))
            return redirect("desk:dossier", pk)
    return _act(request, dossier, form, _("Ghi kiểm tra thực tế"))


class TestForm(Form):
    """Which test, by when."""

    what = forms.CharField(label=_("Chỉ tiêu cần kiểm nghiệm"), max_length=300)
    laboratory = forms.CharField(label=_("Nơi kiểm nghiệm"), max_length=200, required=False)
    due_on = DateField(label=_("Có kết quả trước hết ngày"))


@needs(Permission.ADVISE, Permission.AGENCY_RECEIVE)
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a test."""
    dossier = visible_dossier(request, pk)
    form = TestForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.carry_out(
        lambda: ask_test(dossier, form.cleaned_data, by=person(request))
    ):
        messages.success(request, _("Đã ghi yêu cầu kiểm nghiệm."))
        return redirect("desk:dossier", pk)
    return _act(request, dossier, form, _("Yêu cầu kiểm nghiệm thêm"))


class ResultForm(Form):
    """The laboratory's answer."""

    result = forms.CharField(label=_("Kết quả"), max_length=5000, widget=LONG)
    received_on = DateField(label=_("Ngày nhận"))
    file = forms.FileField(
        label=_("Phiếu kết quả (PDF hoặc ảnh)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/*"}),
    )


@needs(Permission.ADVISE, Permission.AGENCY_RECEIVE, Permission.COMMUNE_RECEIVE)
def result(request: HttpRequest, pk: int, test_pk: int) -> HttpResponse:
    """Write down the result of a test."""
    dossier = visible_dossier(request, pk)
    found = get_object_or_404(ExtraTest, pk=test_pk, dossier=dossier)
    posted, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ResultForm(posted, files, initial={"received_on": timezone.localdate()})
    if form.is_valid():
        data = form.cleaned_data
        kept = form.carry_out(
            lambda: receive_result(
                found,
                data["result"],
                data["received_on"],
                by=person(request),
                upload=data["file"],
            )
        )
        if kept:
            messages.success(request, _("Đã ghi kết quả kiểm nghiệm."))
            return redirect("desk:dossier", pk)
    return _act(request, dossier, form, _("Ghi kết quả kiểm nghiệm"), found.what)


def _act(
    request: HttpRequest, dossier: Any, form: Form, title: Any, intro: str = ""
) -> HttpResponse:
    context = {
        "title": title,
        "about": dossier.product,
        "intro": intro,
        "form": form,
        "button": title,
        "files": True,
        "illustrative": dossier.illustrative,
    }
    return render(request, "desk/act.html", context, status=409 if form.errors else 200)


@needs(Permission.DESK_USE)
def file(request: HttpRequest, pk: int, file_pk: int) -> FileResponse:
    """A photo of a visit or a paper of a test of this dossier."""
    dossier = visible_dossier(request, pk)
    photos = SiteVisit.objects.filter(dossier=dossier).values("photos")
    papers = ExtraTest.objects.filter(dossier=dossier, file__isnull=False).values("file")
    rows = StoredFile.objects.filter(pk__in=photos) | StoredFile.objects.filter(pk__in=papers)
    return file_response(get_object_or_404(rows, pk=file_pk))
