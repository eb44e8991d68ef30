"""Petitions, complaints and reports that wait for the office."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import ids_in
from saola.server.products.models import Product
from saola.server.supervision.grievances import answer, decline, last_day, take_up
from saola.server.supervision.models import Grievance
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person

ADDRESSES = {"kien-nghi": "petition", "khieu-nai": "complaint", "phan-anh": "report"}


def visible(request: HttpRequest) -> Any:
    """Grievances about products the person may see, and about the mark in the person's province."""
    codes = ids_in(person(request).scopes_for(Permission.SUPERVISE), "place")
    mine = Q(product__in=Product.objects.visible_to(request.user, Permission.SUPERVISE))
    mine |= Q(product=None, place__province_code__in=codes)
    return Grievance.objects.filter(mine).select_related(
        "product__producer", "product__place", "place", "sender", "decision", "handled_by"
    )


@needs(Permission.SUPERVISE)
def grievances(request: HttpRequest) -> HttpResponse:
    """One kind at a time, what waits first."""
    kind = ADDRESSES.get(request.GET.get("loai", ""), "petition")
    rows = list(visible(request).filter(kind=kind))
    waiting = ("sent", "taken")
    rows.sort(key=lambda r: (r.state not in waiting, r.due_on or timezone.localdate(), r.pk))
    counts = {
        key: visible(request).filter(kind=value, state__in=waiting).count()
        for key, value in ADDRESSES.items()
    }
    context = {
        "rows": rows,
        "kind": kind,
        "tabs": [(key, Grievance.Kind(ADDRESSES[key]).label, counts[key]) for key in ADDRESSES],
        "illustrative": any(r.product and r.product.illustrative for r in rows),
    }
    return render(request, "desk/grievances.html", context)


class TakeForm(Form):
    """By when it is answered."""

    due_on = DateField(
        label=_("Trả lời trước hết ngày"),
        help_text=_("Theo luật áp dụng cho loại đơn thư này; tỉnh đặt sẵn số ngày thì máy tính."),
    )


class AnswerForm(Form):
    """What is answered and what comes of it."""

    answer = forms.CharField(
        label=_("Nội dung trả lời"), max_length=20000, widget=forms.Textarea(attrs={"rows": 6})
    )
    effect = forms.ChoiceField(label=_("Kết quả"), choices=Grievance.Effect.choices)
    number = forms.CharField(label=_("Số văn bản trả lời"), max_length=60, required=False)


class DeclineForm(Form):
    """Why it is not taken up."""

    reason = forms.CharField(
        label=_("Lý do không thụ lý"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )


@needs(Permission.SUPERVISE)
def grievance(request: HttpRequest, pk: int) -> HttpResponse:
    """One grievance, and the next act."""
    found = get_object_or_404(visible(request), pk=pk)
    posted = request.POST if request.method == "POST" else None
    declining = posted is not None and "decline" in posted
    by = person(request)
    form: Form | None = None
    refuse: DeclineForm | None = None
    if found.state == Grievance.State.SENT:
        proposed = {"due_on": last_day(found, timezone.localdate())}
        form = TakeForm(None if declining else posted, initial=proposed)
        refuse = DeclineForm(posted if declining else None)
    elif found.state == Grievance.State.TAKEN:
        form = AnswerForm(posted)
    done = None
    if form is not None and form.is_valid():
        done = form.carry_out(lambda: _carry_out(found, form.cleaned_data, by))
    if refuse is not None and refuse.is_valid():
        reason = refuse.cleaned_data["reason"]
        done = refuse.carry_out(lambda: decline(found, reason, by=by))
    if done:
        messages.success(request, _("Đã ghi."))
        return redirect("desk:grievance", pk)
    context = {
        "grievance": found,
        "form": form,
        "refuse": refuse,
        "illustrative": bool(found.product and found.product.illustrative),
    }
    wrong = any(f is not None and f.errors for f in (form, refuse))
    return render(request, "desk/grievance.html", context, status=409 if wrong else 200)


def _carry_out(found: Grievance, data: dict[str, Any], by: Any) -> Grievance:
    if found.state == Grievance.State.SENT:
        return take_up(found, data["due_on"], by=by)
    return answer(found, data["answer"], data["effect"], number=data["number"], by=by)


@needs(Permission.SUPERVISE)
def photo(request: HttpRequest, pk: int) -> FileResponse:
    """The picture sent with a report."""
    rows = visible(request).filter(photo__isnull=False).select_related("photo")
    return file_response(get_object_or_404(rows, pk=pk).photo)
