"""Inspections of recognised products: plan, findings, remedies, follow-up."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.criteria.rulebook import rulebook_in_force
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.products.models import Product
from saola.server.recognition.queries import with_status
from saola.server.supervision.inspections import (
    Found,
    follow_up,
    lead_to_removal,
    note_finding,
    plan,
)
from saola.server.supervision.models import Inspection, InspectionItem
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person

LONG = forms.Textarea(attrs={"rows": 4})


@needs(Permission.DESK_USE)
def inspections(request: HttpRequest) -> HttpResponse:
    """By year, with what still waits for a remedy."""
    own = InspectionItem.objects.visible_to(request.user)
    rows = Inspection.objects.visible_to(request.user).prefetch_related(Prefetch("items", own))
    context = {"rows": rows, "today": timezone.localdate()}
    return render(request, "desk/inspections.html", context)


class PlanForm(Form):
    """An inspection with its team and products."""

    kind = forms.ChoiceField(label=_("Loại kiểm tra"), choices=Inspection.Kind.choices)
    title = forms.CharField(label=_("Tên đợt kiểm tra"), max_length=200)
    basis = forms.CharField(label=_("Văn bản, lý do"), max_length=300)
    team = forms.CharField(
        label=_("Đoàn kiểm tra"),
        help_text=_("Mỗi dòng một người: họ tên, cơ quan."),
        max_length=5000,
        widget=LONG,
    )
    first_day = DateField(label=_("Từ ngày"))
    last_day = DateField(label=_("Đến ngày"))
    recognitions = forms.ModelMultipleChoiceField(
        with_status(timezone.localdate()).none(),
        label=_("Sản phẩm được kiểm tra"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, rows: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["recognitions"]
        field.queryset = rows
        field.label_from_instance = lambda row: f"{row.product.name} – {row.product.place or ''}"


@needs(Permission.SUPERVISE)
def new(request: HttpRequest) -> HttpResponse:
    """Plan one."""
    by = person(request)
    rows = (
        with_status(timezone.localdate())
        .filter(
            product__in=Product.objects.visible_to(by, Permission.SUPERVISE),
            product__name_known=True,
            status__in=("in_force", "expiring", "extended", "unknown"),
        )
        .select_related("product__place")
        .order_by("product__folded", "pk")
    )
    form = PlanForm(rows, request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = dict(form.cleaned_data)
        chosen = list(data.pop("recognitions"))
        made = form.carry_out(lambda: plan(data, chosen, by=by))
        if made:
            return redirect("desk:inspection", made.pk)
    context = {"form": form}
    return render(request, "desk/inspection_new.html", context, status=409 if form.errors else 200)


@needs(Permission.DESK_USE)
def inspection(request: HttpRequest, pk: int) -> HttpResponse:
    """Its products with findings."""
    found = get_object_or_404(Inspection.objects.visible_to(request.user), pk=pk)
    items = InspectionItem.objects.visible_to(request.user).filter(inspection=found)
    items = items.select_related(
        "recognition__product__producer", "recognition__product__place", "file", "removal"
    )
    context = {
        "inspection": found,
        "items": items,
        "leads": can(request.user, Permission.SUPERVISE, found),
        "illustrative": any(i.recognition.product.illustrative for i in items),
    }
    return render(request, "desk/inspection.html", context)


class FindingForm(Form):
    """The record at one producer's."""

    on = DateField(label=_("Ngày kiểm tra"))
    record = forms.CharField(label=_("Nội dung đã kiểm tra"), max_length=20000, widget=LONG)
    finding = forms.ChoiceField(label=_("Kết luận"), choices=InspectionItem.Finding.choices)
    remedy = forms.CharField(
        label=_("Phải khắc phục gì"), max_length=5000, required=False, widget=LONG
    )
    remedy_by = DateField(label=_("Xong trước hết ngày"), required=False)
    file = forms.FileField(
        label=_("Biên bản có chữ ký (PDF hoặc ảnh)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/*"}),
    )


class FollowForm(Form):
    """Whether it was put right."""

    on = DateField(label=_("Ngày kiểm tra lại"))
    remedied = forms.ChoiceField(
        label=_("Kết quả"), choices=[("1", _("đã khắc phục")), ("0", _("chưa khắc phục"))]
    )
    note = forms.CharField(label=_("Nội dung"), max_length=5000, widget=LONG)


class RemovalForm(Form):
    """Which of the six grounds."""

    ground = forms.ChoiceField(label=_("Căn cứ thu hồi"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grounds = rulebook_in_force(timezone.localdate()).facts["revocation"]["grounds_vi"]
        self.fields["ground"].choices = [(g, g) for g in grounds]  # type: ignore[attr-defined]


def _next_form(item: InspectionItem, request: HttpRequest) -> tuple[Form | None, Any]:
    """The form of the item's next act, with the word on its button."""
    posted, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    today = {"on": timezone.localdate()}
    if not item.finding:
        return FindingForm(posted, files, initial=today), _("Ghi kết luận")
    if item.finding == InspectionItem.Finding.REMEDY and item.followed_on is None:
        return FollowForm(posted, initial=today), _("Ghi kết quả khắc phục")
    may_end = item.finding in ("breach", "ended") or item.remedied is False
    if may_end and item.removal_id is None:
        return RemovalForm(posted), _("Mở việc thu hồi")
    return None, ""


def _carry_out(item: InspectionItem, data: dict[str, Any], by: Any) -> InspectionItem:
    if "finding" in data:
        told = Found(data["on"], data["record"], data["finding"], data["remedy"], data["remedy_by"])
        return note_finding(item, told, by=by, upload=data["file"])
    if "remedied" in data:
        return follow_up(
            item, remedied=data["remedied"] == "1", on=data["on"], note=data["note"], by=by
        )
    return lead_to_removal(item, data["ground"], by=by)


@needs(Permission.SUPERVISE)
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """The next act on one inspected product."""
    rows = InspectionItem.objects.visible_to(request.user)
    rows = rows.select_related("inspection", "recognition__product__producer")
    found = get_object_or_404(rows, pk=pk)
    form, button = _next_form(found, request)
    if form is None:
        return redirect("desk:inspection", found.inspection_id)
    if form.is_valid() and form.carry_out(
        lambda: _carry_out(found, form.cleaned_data, person(request))
    ):
        messages.success(request, _("Đã ghi."))
        return redirect("desk:inspection", found.inspection_id)
    product = found.recognition.product
    context = {
        "title": button,
        "about": product,
        "intro": found.remedy if found.finding == InspectionItem.Finding.REMEDY else "",
        "form": form,
        "button": button,
        "files": True,
        "illustrative": product.illustrative,
    }
    return render(request, "desk/act.html", context, status=409 if form.errors else 200)


@needs(Permission.DESK_USE)
def item_file(request: HttpRequest, pk: int) -> FileResponse:
    """The signed record."""
    rows = InspectionItem.objects.visible_to(request.user).filter(file__isnull=False)
    found = get_object_or_404(rows.select_related("file"), pk=pk)
    assert found.file is not None  # asked for above
    return file_response(found.file)
