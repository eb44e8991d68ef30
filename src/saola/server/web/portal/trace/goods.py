"""Goods and growing areas of a producer: entered, changed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.products.models import Producer, Product
from saola.server.traceability.goods import (
    add_area,
    add_item,
    change_area,
    change_item,
)
from saola.server.traceability.models import UNITS, GrowingArea, TradeItem
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.trace.log import loggers


class ItemForm(Form):
    """New goods."""

    name = forms.CharField(label=_("Tên hàng"), max_length=120)
    product = forms.ModelChoiceField(
        Product.objects.none(), label=_("Sản phẩm OCOP"), required=False, empty_label="–"
    )
    unit = forms.ChoiceField(label=_("Đơn vị tính"), choices=UNITS, required=False)
    net_kg = forms.DecimalField(
        label=_("Khối lượng tịnh một cái, gói, hộp (kg)"),
        max_digits=9,
        decimal_places=4,
        min_value=0,
        required=False,
    )
    shelf_life_days = forms.IntegerField(
        label=_("Hạn dùng (ngày)"), min_value=1, max_value=36500, required=False
    )
    gtin = forms.CharField(
        label=_("Mã GTIN dưới mã vạch"),
        help_text=_("Chưa có thì để trống: tỉnh cấp mã nội bộ, chỉ dùng trong hệ thống này."),
        max_length=20,
        required=False,
    )
    brand = forms.CharField(label=_("Thương hiệu, nhãn hiệu"), max_length=120, required=False)
    standards = forms.CharField(
        label=_("Tiêu chuẩn công bố áp dụng"), max_length=300, required=False
    )
    warnings = forms.CharField(label=_("Cảnh báo an toàn"), max_length=300, required=False)

    def __init__(self, producer: Producer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="item-%s", **kwargs)
        self.fields["product"].queryset = producer.products.order_by("folded")  # type: ignore[attr-defined]


class AreaForm(Form):
    """A growing area."""

    name = forms.CharField(
        label=_("Tên vùng trồng"),
        help_text=_("Hiện cho người mua: đừng ghi tên riêng của người dân."),
        max_length=120,
    )
    code = forms.CharField(label=_("Mã số vùng trồng"), max_length=40, required=False)
    shape = forms.CharField(
        label=_("Vị trí"),
        help_text=_("Vĩ độ, kinh độ: “21.2501, 104.6000”; hoặc GeoJSON của đường bao."),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    hectares = forms.DecimalField(
        label=_("Diện tích (ha)"), max_digits=9, decimal_places=4, min_value=0, required=False
    )
    species = forms.CharField(label=_("Tên khoa học của cây"), max_length=120, required=False)
    certificate = forms.CharField(
        label=_("Chứng nhận (VietGAP, hữu cơ…)"), max_length=80, required=False
    )
    certificate_number = forms.CharField(label=_("Số chứng nhận"), max_length=80, required=False)
    certificate_until = DateField(label=_("Chứng nhận có hiệu lực đến"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="area-%s", **kwargs)


@needs(Permission.TRACE_LOG)
def goods(request: HttpRequest, pk: int) -> HttpResponse:
    """What the producer makes and where it grows."""
    producer = get_object_or_404(loggers(request), pk=pk)
    posted = request.POST if request.method == "POST" else None
    which = request.POST.get("form", "")
    item = ItemForm(producer, posted if which == "item" else None)
    area = AreaForm(posted if which == "area" else None)
    by = person(request)
    done: Any = None
    if item.is_valid():
        facts = dict(item.cleaned_data)
        gtin, product = facts.pop("gtin"), facts.pop("product")
        done = item.carry_out(lambda: add_item(producer, facts, by=by, gtin=gtin, product=product))
    elif area.is_valid():
        facts = dict(area.cleaned_data)
        shape = facts.pop("shape")
        done = area.carry_out(lambda: add_area(producer, facts, shape, by=by))
    if done is not None:
        messages.success(request, _("Đã thêm %(name)s.") % {"name": done.name})
        return redirect("portal:goods", producer.pk)
    context = {
        "producer": producer,
        "items": producer.items.order_by("name").select_related("product"),
        "areas": producer.areas.order_by("name"),
        "item_form": item,
        "area_form": area,
        "illustrative": producer.illustrative,
    }
    failed = item.errors or area.errors
    return render(request, "portal/trace/goods.html", context, status=400 if failed else 200)


@needs(Permission.TRACE_LOG)
def area(request: HttpRequest, pk: int) -> HttpResponse:
    """A growing area, to be changed."""
    rows = GrowingArea.objects.filter(producer__in=loggers(request)).select_related("producer")
    found = get_object_or_404(rows, pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = AreaForm(posted, initial=model_to_dict(found, exclude=["shape"]))
    if form.is_valid():
        facts = dict(form.cleaned_data)
        shape = facts.pop("shape")
        if form.carry_out(lambda: change_area(found, facts, shape, by=person(request))):
            messages.success(request, _("Đã ghi."))
            return redirect("portal:goods", found.producer_id)
    return _changing(request, found, form)


@needs(Permission.TRACE_LOG)
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """Goods, to be changed; number and unit stay."""
    rows = TradeItem.objects.filter(producer__in=loggers(request)).select_related("producer")
    found = get_object_or_404(rows, pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = ItemForm(found.producer, posted, initial=model_to_dict(found))
    for name in ("gtin", "unit"):
        del form.fields[name]
    if form.is_valid():
        facts = form.cleaned_data
        if form.carry_out(lambda: change_item(found, facts, by=person(request))):
            messages.success(request, _("Đã ghi."))
            return redirect("portal:goods", found.producer_id)
    return _changing(request, found, form)


def _changing(request: HttpRequest, found: GrowingArea | TradeItem, form: Form) -> HttpResponse:
    context = {"found": found, "form": form, "illustrative": found.producer.illustrative}
    failed = bool(form.errors)
    return render(request, "portal/trace/change.html", context, status=400 if failed else 200)
