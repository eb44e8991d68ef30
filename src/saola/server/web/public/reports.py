"""A citizen tells of a wrong seen on a product; no account is needed, no name is asked."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.places.models import Place
from saola.server.places.office import provinces
from saola.server.products.models import Product
from saola.server.recognition.models import Recognition
from saola.server.supervision.grievances import Find, send
from saola.server.supervision.models import Grievance
from saola.server.web.common.forms import Form
from saola.server.web.common.sending.limits import counted

MOST = 30  # reports from one connection, which a whole village may share


class ReportForm(Form):
    """What was seen; how to be answered, if one wishes."""

    text = forms.CharField(
        label=_("Bạn thấy điều gì"),
        help_text=_("Khi nào, sản phẩm nào; có số lô trên tem thì ghi."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    where = forms.CharField(
        label=_("Thấy ở đâu"),
        help_text=_("Tên chợ, cửa hàng, xã; bán trên mạng thì ghi địa chỉ trang."),
        max_length=200,
        required=False,
    )
    photo = forms.FileField(
        label=_("Ảnh sản phẩm, tem hoặc nơi bán"),
        help_text=_("Vị trí và tên máy ghi trong ảnh được xóa khi gửi."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    contact = forms.CharField(
        label=_("Điện thoại hoặc thư điện tử để trả lời bạn"),
        help_text=_("Chỉ cơ quan xử lý thấy."),
        max_length=200,
        required=False,
    )
    token = forms.UUIDField(widget=forms.HiddenInput())
    # people do not see this field; machines that fill in everything do
    website = forms.CharField(required=False, widget=forms.HiddenInput())


class MisuseForm(ReportForm):
    """The mark on goods that nobody recognised: where, above all."""

    place = forms.ModelChoiceField(
        label=_("Xã, phường nơi thấy"), queryset=Place.objects.none(), empty_label="–"
    )
    field_order = ["text", "place", "where", "photo", "contact"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places: Any = self.fields["place"]
        places.queryset = Place.objects.communes().order_by("folded", "code")
        names = {row.code: row.name for row in provinces()}
        if len(names) > 1:
            places.label_from_instance = lambda row: (
                f"{row.name}, {names.get(row.province_code, row.province_code)}"
            )


@login_not_required
def misuse(request: HttpRequest) -> HttpResponse:
    """Tell of the mark on goods that are not in the register."""
    posted = request.POST if request.method == "POST" else None
    form = MisuseForm(posted, request.FILES or None, initial={"token": uuid.uuid4()})
    with_limit = counted(request, "report", MOST)
    if form.is_valid() and form.carry_out(
        lambda: with_limit(lambda: _send(None, form.cleaned_data))
    ):
        messages.success(request, _("Đã gửi phản ánh tới cơ quan quản lý OCOP của tỉnh."))
        return redirect("public:register")
    context = {"form": form}
    return render(request, "public/misuse.html", context, status=400 if form.errors else 200)


@login_not_required
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a report about a published product."""
    shown = Recognition.objects.filter(published_on__isnull=False).values("product")
    product = get_object_or_404(Product.objects.filter(pk__in=shown), pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = ReportForm(posted, request.FILES or None, initial={"token": uuid.uuid4()})
    with_limit = counted(request, "report", MOST)
    if form.is_valid() and form.carry_out(
        lambda: with_limit(lambda: _send(product, form.cleaned_data))
    ):
        messages.success(request, _("Đã gửi phản ánh tới cơ quan quản lý OCOP của tỉnh."))
        return redirect("public:product", pk)
    context = {"product": product, "form": form, "illustrative": product.illustrative}
    return render(request, "public/report.html", context, status=400 if form.errors else 200)


def _send(product: Product | None, data: dict[str, Any]) -> Grievance:
    if data["website"]:
        raise Refused("Không gửi được. Hãy tải lại trang rồi gửi lại.")
    return send(
        Grievance.Kind.REPORT,
        product,
        data["text"],
        data["token"],
        by=None,
        contact=data["contact"],
        find=Find(data["where"], data["photo"], data.get("place")),
    )
