"""Ending a certificate or taking back a recognition: opened, reported, submitted, decided."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.criteria.rulebook import rulebook_in_force
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.products.models import Product
from saola.server.recognition.models import Recognition, Removal
from saola.server.recognition.revocation import (
    Conclusion,
    decide_removal,
    drop_removal,
    open_removal,
    report_removal,
    submit_removal,
)
from saola.server.web.common.forms import DateField, Form, SignedForm
from saola.server.web.common.rights import needs, person
from saola.server.web.desk.decisions import signed

LONG = forms.Textarea(attrs={"rows": 5})
HANDLERS = (Permission.SUPERVISE, Permission.PROVINCE_DECIDE)


def visible(request: HttpRequest) -> Any:
    """Removals of products the person may see."""
    return Removal.objects.filter(
        recognition__product__in=Product.objects.visible_to(request.user)
    ).select_related("recognition__product__producer", "recognition__product__place", "decision")


@needs(*HANDLERS)
def removals(request: HttpRequest) -> HttpResponse:
    """All of them, open ones first by their last day."""
    rows = sorted(
        visible(request), key=lambda r: (r.state in ("decided", "dropped"), r.due_on, -r.pk)
    )
    context = {
        "rows": rows,
        "illustrative": any(r.recognition.product.illustrative for r in rows),
    }
    return render(request, "desk/removals.html", context)


class OpenForm(Form):
    """What was concluded, by whom, when."""

    kind = forms.ChoiceField(label=_("Thu hồi gì"), choices=Removal.Kind.choices)
    ground = forms.ChoiceField(label=_("Căn cứ thu hồi giấy chứng nhận (điều 8)"), required=False)
    rule_broken = forms.CharField(
        label=_("Quy định bị làm trái khi công nhận (điều 10)"), max_length=200, required=False
    )
    basis = forms.CharField(
        label=_("Kết luận của cơ quan có thẩm quyền hoặc xác nhận của xã"),
        max_length=5000,
        widget=LONG,
    )
    concluded_on = DateField(label=_("Ngày kết luận, xác nhận"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grounds = rulebook_in_force(timezone.localdate()).facts["revocation"]["grounds_vi"]
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            ("", _("chọn căn cứ")),
            *((ground, ground) for ground in grounds),
        ]


@needs(Permission.SUPERVISE)
def open_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to verify, on a conclusion that is there."""
    rows = Recognition.objects.filter(product__in=Product.objects.visible_to(request.user))
    found = get_object_or_404(rows.select_related("product__producer", "product__place"), pk=pk)
    form = OpenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        revoking = data["kind"] == Removal.Kind.REVOKE
        ground = data["ground"] if revoking else data["rule_broken"]
        told = Conclusion(data["kind"], ground, data["basis"], data["concluded_on"])
        made = form.carry_out(lambda: open_removal(found, told, by=person(request)))
        if made:
            return redirect("desk:removal", made.pk)
    context = {
        "title": _("Mở việc thu hồi"),
        "about": found.product,
        "intro": _("Chỉ mở khi đã có kết luận hoặc xác nhận, không mở theo nghi ngờ."),
        "form": form,
        "button": _("Mở việc thu hồi"),
        "illustrative": found.product.illustrative,
    }
    return render(request, "desk/act.html", context, status=409 if form.errors else 200)


class PaperForm(Form):
    """A paper's number and day; for the report its text."""

    text = forms.CharField(label=_("Nội dung đã xác minh"), max_length=20000, widget=LONG)
    number = forms.CharField(label=_("Số văn bản"), max_length=60)
    dated = DateField(label=_("Ngày văn bản"))


class DropForm(Form):
    """Why nothing is ended."""

    note = forms.CharField(label=_("Lý do không thu hồi"), max_length=5000, widget=LONG)


def _form(removal: Removal, posted: Any) -> Form | None:
    """The form of the next act."""
    today = {"dated": timezone.localdate()}
    if removal.state == Removal.State.OPENED:
        return PaperForm(posted, initial=today)
    if removal.state == Removal.State.REPORTED:
        form: Form = PaperForm(posted, initial=today)
        del form.fields["text"]
        return form
    if removal.state == Removal.State.SUBMITTED:
        return SignedForm(posted, initial=today)
    return None


BUTTONS = {
    "opened": _("Ghi báo cáo xác minh"),
    "reported": _("Trình UBND tỉnh"),
    "submitted": _("Ký quyết định thu hồi"),
}
NEEDED = {
    "opened": Permission.SUPERVISE,
    "reported": Permission.AGENCY_SUBMIT,
    "submitted": Permission.PROVINCE_DECIDE,
}


def _carry_out(removal: Removal, data: dict[str, Any], by: Any) -> Any:
    if removal.state == Removal.State.OPENED:
        return report_removal(
            removal, data["text"], number=data["number"], dated=data["dated"], by=by
        )
    if removal.state == Removal.State.REPORTED:
        return submit_removal(removal, number=data["number"], dated=data["dated"], by=by)
    return decide_removal(removal, signed(data), by=by)


@needs(*HANDLERS)
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it stands, and the next act for who may take it."""
    found = get_object_or_404(visible(request), pk=pk)
    dropping = "drop" in request.POST
    mine = bool(found.state in NEEDED and can(request.user, NEEDED[found.state], found))
    posted = request.POST if request.method == "POST" else None
    form = _form(found, None if dropping else posted) if mine else None
    drop = DropForm(posted if dropping else None) if mine else None
    if form is not None and form.is_valid():
        data = form.cleaned_data
        if form.carry_out(lambda: _carry_out(found, data, person(request))):
            messages.success(request, _("Đã ghi."))
            return redirect("desk:removal", pk)
    if drop is not None and drop.is_valid():
        note = drop.cleaned_data["note"]
        if drop.carry_out(lambda: drop_removal(found, note, by=person(request))):
            return redirect("desk:removal", pk)
    context = {
        "removal": found,
        "form": form,
        "drop": drop,
        "button": BUTTONS.get(found.state),
        "illustrative": found.recognition.product.illustrative,
    }
    wrong = (form is not None and form.errors) or (drop is not None and drop.errors)
    return render(request, "desk/removal.html", context, status=409 if wrong else 200)
