"""Goods, growing areas and lots of a producer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.forms import model_to_dict
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.exchange.actions import register, systems
from saola.server.exchange.models import Registration
from saola.server.exchange.ports import ports
from saola.server.labels.rolls import balance_of
from saola.server.products.models import Producer, Product
from saola.server.traceability import recalls
from saola.server.traceability.goods import (
    LINK_KINDS,
    add_area,
    add_item,
    add_link,
    change_area,
    change_item,
)
from saola.server.traceability.lineage import lineage
from saola.server.traceability.models import UNITS, GrowingArea, Lot, TradeItem
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.papers import file_response
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


class StopForm(Form):
    """Hold, recall, or free again."""

    deed = forms.ChoiceField(
        label=_("Việc"),
        choices=[
            ("held", _("Tạm giữ lô và mọi lô làm từ nó")),
            ("recalled", _("Thu hồi lô và mọi lô làm từ nó")),
            ("free", _("Gỡ tạm giữ, thu hồi")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Lý do"), help_text=_("Hiện công khai trên trang của mã."), max_length=500
    )


class LinkForm(Form):
    """A link beside the page of the code."""

    kind = forms.ChoiceField(label=_("Loại đường dẫn"), choices=list(LINK_KINDS.items()))
    href = forms.URLField(label=_("Địa chỉ (https)"), max_length=400, assume_scheme="https")
    title = forms.CharField(label=_("Tên hiện cho người mua"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="link-%s", **kwargs)


def own_lot(request: HttpRequest, pk: int) -> Lot:
    """A lot of a producer whose log the person writes."""
    rows = Lot.objects.select_related("item__producer", "item__product", "area", "cause__item")
    found = rows.filter(pk=pk, item__producer__in=loggers(request)).first()
    if found is None:
        raise Http404
    return found


class RegistrationForm(Form):
    """With which system, under which code, since when."""

    item = forms.ModelChoiceField(TradeItem.objects.none(), label=_("Hàng"), empty_label=None)
    system = forms.ChoiceField(label=_("Hệ thống"))
    code = forms.CharField(label=_("Mã đăng ký"), max_length=80)
    registered_on = DateField(label=_("Ngày đăng ký"))
    evidence = forms.FileField(label=_("Giấy xác nhận, ảnh màn hình"), required=False)

    def __init__(self, producer: Producer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="reg-%s", **kwargs)
        self.fields["item"].queryset = producer.items.order_by("name")  # type: ignore[attr-defined]
        self.fields["system"].choices = list(systems().items())  # type: ignore[attr-defined]


@needs(Permission.TRACE_LOG)
def registrations(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the producer's goods are registered."""
    producer = get_object_or_404(loggers(request), pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = RegistrationForm(producer, posted, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        facts = (data["item"], data["system"], data["code"], data["registered_on"])
        upload = data["evidence"]
        if form.carry_out(lambda: register(*facts, by=person(request), upload=upload)):
            messages.success(request, _("Đã ghi."))
            return redirect("portal:registrations", producer.pk)
    rows = Registration.objects.filter(item__producer=producer).select_related("item")
    names = systems()
    context = {
        "producer": producer,
        "form": form,
        "rows": [(row, names.get(row.system, row.system)) for row in rows],
        "illustrative": producer.illustrative,
    }
    failed = bool(form.errors)
    return render(
        request, "portal/trace/registrations.html", context, status=400 if failed else 200
    )


@needs(Permission.TRACE_LOG)
def registration_file(request: HttpRequest, pk: int) -> FileResponse:
    """The proof of a registration."""
    rows = Registration.objects.filter(item__producer__in=loggers(request))
    found = get_object_or_404(rows, pk=pk, evidence__isnull=False)
    assert found.evidence is not None  # asked for
    return file_response(found.evidence)


@needs(Permission.TRACE_LOG)
def export(request: HttpRequest, pk: int, port: str) -> HttpResponse:
    """A lot in a form that others ask for."""
    found, made = own_lot(request, pk), ports().get(port)
    if made is None:
        raise Http404
    answer = HttpResponse(made.make(found), content_type=made.media)
    name = f"lo-{found.pk}-{port}.{made.suffix}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@needs(Permission.TRACE_LOG)
def lot(request: HttpRequest, pk: int) -> HttpResponse:
    """One lot: its tree both ways, its balance, its labels; holding and recalling it."""
    found = own_lot(request, pk)
    posted = request.POST if request.method == "POST" else None
    which = request.POST.get("form", "")
    stop = StopForm(posted if which == "stop" else None)
    link = LinkForm(posted if which == "link" else None)
    by = person(request)
    done: Any = None
    if stop.is_valid():
        done = stop.carry_out(lambda: carried_out(found, stop.cleaned_data, by))
    elif link.is_valid():
        facts = link.cleaned_data
        done = link.carry_out(lambda: add_link(found.item, facts, by=by, lot=found) or True)
    if done:
        messages.success(request, _("Đã ghi."))
        return redirect("portal:lot", found.pk)
    context = {
        "lot": found,
        "tree": lineage(found),
        "labels": balance_of(found),
        "rolls": found.rolls.all(),
        "stop": stop,
        "link": link,
        "links": found.links.all(),
        "ports": [(key, port.title) for key, port in ports().items()],
        "illustrative": found.item.producer.illustrative,
    }
    failed = stop.errors or link.errors
    return render(request, "portal/trace/lot.html", context, status=400 if failed else 200)


def carried_out(found: Lot, data: dict[str, str], by: Any) -> list[Lot]:
    """What the form asks for."""
    if data["deed"] == "free":
        return recalls.free(found, data["reason"], by=by)
    return recalls.stop(found, data["deed"], data["reason"], by=by)
