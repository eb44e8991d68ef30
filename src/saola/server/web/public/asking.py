"""A buyer asks about a product, or tells what is sought; no account is needed."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.server.market.enquiries import ask, seek, unreached
from saola.server.market.models import Demand, Enquiry
from saola.server.web.common.forms import DateField
from saola.server.web.common.sending.limits import counted
from saola.server.web.common.sending.open_form import OpenForm, ProvinceForm
from saola.server.web.public.products import published
from saola.server.web.public.register import group_names

MOST = 20  # enquiries and demands from one connection in an hour
SHOWN = 100


class EnquiryForm(OpenForm):
    """A buyer's word to the producer."""

    name = forms.CharField(label=_("Tên của bạn"), max_length=120)
    organisation = forms.CharField(label=_("Đơn vị"), max_length=200, required=False)
    contact = forms.CharField(
        label=_("Điện thoại hoặc thư điện tử"),
        help_text=_("Chỉ chủ thể thấy (hoặc cơ quan chuyển giúp, nếu chủ thể chưa có tài khoản)."),
        max_length=200,
    )
    text = forms.CharField(
        label=_("Bạn cần gì"),
        help_text=_("Số lượng, quy cách, khi nào, giao ở đâu."),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class DemandForm(ProvinceForm):
    """What a buyer seeks."""

    title = forms.CharField(
        label=_("Cần mua"), help_text=_("Ví dụ: chè Shan tuyết khô"), max_length=200
    )
    buyer = forms.CharField(
        label=_("Bên mua"), help_text=_("Hiện công khai cùng nhu cầu."), max_length=200
    )
    contact = forms.CharField(
        label=_("Điện thoại hoặc thư điện tử"),
        help_text=_("Chỉ cơ quan quản lý OCOP thấy; chủ thể chỉ biết khi bạn đồng ý."),
        max_length=200,
    )
    group_number = forms.TypedChoiceField(
        label=_("Bộ sản phẩm"), coerce=int, empty_value=None, required=False
    )
    quantity = forms.DecimalField(
        label=_("Số lượng một tháng"), max_digits=14, decimal_places=3, min_value=0, required=False
    )
    unit = forms.CharField(label=_("Đơn vị tính"), max_length=20, initial="kg")
    months = forms.TypedMultipleChoiceField(
        label=_("Các tháng cần"),
        coerce=int,
        choices=[(n, str(n)) for n in range(1, 13)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    price_to = forms.DecimalField(
        label=_("Giá cao nhất (đồng một đơn vị)"),
        max_digits=15,
        decimal_places=0,
        min_value=0,
        required=False,
    )
    standards = forms.CharField(
        label=_("Tiêu chuẩn cần có"),
        help_text=_("Cách nhau bằng dấu phẩy."),
        max_length=200,
        required=False,
    )
    min_stars = forms.TypedChoiceField(
        label=_("Từ hạng"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "–"), (3, "3 sao"), (4, "4 sao"), (5, "5 sao")],
    )
    market = forms.CharField(
        label=_("Bán lại ở đâu"),
        help_text=_("Ví dụ: Hà Nội, Nhật Bản."),
        max_length=100,
        required=False,
    )
    samples = forms.BooleanField(label=_("Cần hàng mẫu"), required=False)
    until = DateField(label=_("Tìm đến ngày"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["group_number"]
        field.choices = [("", "–"), *group_names().items()]


def _told(enquiry: Enquiry) -> Any:
    """Whom it went to."""
    if unreached().filter(pk=enquiry.pk).exists():
        return _("Chủ thể chưa dùng hệ thống này; cơ quan quản lý OCOP đã nhận và sẽ chuyển giúp.")
    return _("Đã gửi tới chủ thể. Họ sẽ trả lời theo cách bạn để lại.")


@login_not_required
def enquiry(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the producer of a published product."""
    product = published(pk)
    posted = request.POST if request.method == "POST" else None
    form = EnquiryForm(posted, initial={"token": uuid.uuid4()})
    if form.is_valid():
        with_limit = counted(request, "enquiry", MOST)
        done = form.carry_out(
            lambda: with_limit(lambda: ask(product, form.facts(), form.cleaned_data["token"]))
        )
        if done is not None:
            messages.success(request, _told(done))
            return redirect("public:product", pk)
    context = {"product": product, "form": form, "illustrative": product.illustrative}
    return render(request, "public/enquiry.html", context, status=400 if form.errors else 200)


@login_not_required
def demands(request: HttpRequest) -> HttpResponse:
    """What buyers seek, and a form for one more."""
    posted = request.POST if request.method == "POST" else None
    form = DemandForm(posted, initial={"token": uuid.uuid4()})
    if form.is_valid():
        with_limit = counted(request, "demand", MOST)
        done = form.carry_out(
            lambda: with_limit(lambda: seek(form.facts(), form.cleaned_data["token"]))
        )
        if done is not None:
            messages.success(request, _("Đã gửi. Nhu cầu hiện ra sau khi cán bộ xem."))
            return redirect("public:demands")
    today = timezone.localdate()
    rows = Demand.objects.filter(state=Demand.State.OPEN).exclude(until__lt=today)[:SHOWN]
    context = {"rows": rows, "form": form}
    return render(request, "public/demands.html", context, status=400 if form.errors else 200)
