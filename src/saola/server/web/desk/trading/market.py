"""The market of a province or commune: figures of a year, who needs help, what buyers seek."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.lists.writing import plain
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import COUNTRY, can, ids_in
from saola.server.market.enquiries import advance, introduce, passed_on, settle_demand, unreached
from saola.server.market.keeping import FIRST_YEAR, add_support, sign_contract
from saola.server.market.matching import offers_for
from saola.server.market.models import Contract, Demand, Enquiry, Export, Support, YearRecord
from saola.server.market.queries import (
    by_model,
    chain,
    markets,
    needing_help,
    shares,
    year_totals,
)
from saola.server.places.models import Place
from saola.server.places.office import lying_in
from saola.server.products.models import Producer, Product
from saola.server.web.common.figures.charts import links
from saola.server.web.common.figures.tables import table_response
from saola.server.web.common.forms import DateField, Form, whole_number
from saola.server.web.common.rights import needs, person, visible_or_404
from saola.server.web.desk.trading.sets import group_choices
from saola.vietnamese.numbers import decimal_comma

SHOWN = 100


def products_of(request: HttpRequest) -> Any:
    """Recognised products in the person's places."""
    scopes = person(request).scopes_for(Permission.TRADE_OVERSEE)
    rows = Product.objects.filter(recognitions__newest=True)
    if COUNTRY in scopes:
        return rows
    codes = ids_in(scopes, "place")
    mine = Q(place__in=Place.objects.seen_by(codes))
    for code in codes:
        mine |= lying_in(code)
    return rows.filter(mine)


def _year(request: HttpRequest) -> int:
    year, now = whole_number(request.GET.get("nam", "")), timezone.localdate().year
    return year if FIRST_YEAR <= year <= now else now


@needs(Permission.TRADE_OVERSEE)
def market(request: HttpRequest) -> HttpResponse:
    """Figures that open their lists."""
    products, year = products_of(request), _year(request)
    now = timezone.localdate().year
    states = Enquiry.objects.filter(product__in=products).values("state").order_by()
    asked = dict(states.annotate(n=Count("pk")).values_list("state", "n"))
    scopes = person(request).scopes_for(Permission.TRADE_OVERSEE)
    demands = Demand.objects.all()
    if COUNTRY not in scopes:
        demands = demands.filter(province_code__in=ids_in(scopes, "place"))
    lacking = needing_help(products)
    kinds: dict[str, Any] = dict(Producer.Kind.choices)
    context = {
        "year": year,
        "unreached": unreached().filter(product__in=products)[:SHOWN],
        "chain": links(str(_("Hợp đồng dọc chuỗi")), chain(products, timezone.localdate())),
        "years": range(now, max(now - 5, 2017), -1),
        "totals": year_totals(year, products),
        "all": products.count(),
        "made_up": products.filter(illustrative=True).count(),
        "shares": shares(year, products),
        "abroad": markets(year, products),
        "models": [
            (kinds.get(kind, _("chưa rõ")), *rest) for kind, *rest in by_model(year, products)
        ],
        "asked": [(Enquiry.State(key).label, n) for key, n in sorted(asked.items())],
        "lacking": lacking[:SHOWN],
        "lacking_all": len(lacking),
        "demands": demands[:SHOWN],
    }
    return render(request, "desk/trading/market.html", context)


YEARS = (
    "sản phẩm", "chủ thể", "xã, phường", "năm", "sản lượng", "đơn vị", "doanh thu (đồng)",
    "lao động", "diện tích (ha)", "quy trình, công nghệ", "đầu tư (đồng)", "hỗ trợ (đồng)",
    "nội dung, nguồn hỗ trợ", "mô hình tổ chức", "doanh thu năm trước (đồng)",
    "thay đổi doanh thu (%)",
)  # fmt: skip


@needs(Permission.TRADE_OVERSEE)
def years_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """What every product told of a year, with the help that it got."""
    year, products = _year(request), products_of(request)
    helped: dict[int, list[Support]] = {}
    for support in Support.objects.filter(year=year, product__in=products):
        helped.setdefault(support.product_id, []).append(support)
    before = dict(
        YearRecord.objects.filter(year=year - 1, product__in=products).values_list(
            "product", "revenue"
        )
    )
    rows = YearRecord.objects.filter(year=year, product__in=products).select_related(
        "product__producer", "product__place"
    )
    cells = (
        (
            row.product.name,
            row.product.producer.public_name if row.product.producer else "",
            row.product.place.name if row.product.place else "",
            row.year,
            plain(row.output),
            row.unit,
            plain(row.revenue),
            row.workers,
            plain(row.hectares),
            row.technology,
            plain(row.investment),
            plain(sum((s.money or Decimal(0) for s in helped.get(row.product_id, [])), Decimal(0))),
            "; ".join(f"{s.measure} ({s.source})" for s in helped.get(row.product_id, [])),
            str(row.product.producer.get_kind_display()) if row.product.producer else "",
            plain(before.get(row.product_id)),
            _change(row.revenue, before.get(row.product_id)),
        )
        for row in rows.order_by("product__sort_text")
    )
    return table_response(f"ket-qua-nam-{year}", kind, f"Năm {year}", YEARS, cells)


def _change(now: Decimal | None, before: Decimal | None) -> str:
    if now is None or not before:
        return ""
    return decimal_comma(f"{(now / before - 1) * 100:.1f}")


class StepForm(Form):
    """What became of an enquiry that the office follows."""

    state = forms.ChoiceField(
        label=_("Kết quả"),
        choices=[(s.value, s.label) for s in (Enquiry.State.TALKING, Enquiry.State.LOST)],
    )
    text = forms.CharField(label=_("Ghi chú"), max_length=500, required=False)


class AgreedForm(Form):
    """The contract that it became."""

    partner = forms.CharField(label=_("Bên mua"), max_length=200)
    number = forms.CharField(label=_("Số hợp đồng"), max_length=60)
    signed_on = DateField(label=_("Ngày ký"))
    value = forms.DecimalField(
        label=_("Giá trị một năm (đồng)"), max_digits=15, decimal_places=0, min_value=0,
        required=False,
    )  # fmt: skip


@needs(Permission.TRADE_OVERSEE)
def unreached_enquiry(request: HttpRequest, pk: int) -> HttpResponse:
    """An enquiry that reached no producer: both sides' ways to be reached, what became of it."""
    found = get_object_or_404(unreached(), pk=pk)
    if not can(request.user, Permission.TRADE_OVERSEE, found.product):
        raise Http404
    by, which = person(request), request.POST.get("form", "")
    step = StepForm(request.POST if which == "step" else None)
    agreed = AgreedForm(
        request.POST if which == "agreed" else None,
        initial={"partner": found.organisation or found.name, "signed_on": timezone.localdate()},
    )
    done: Any = None
    if which == "passed":
        passed_on(found, by=by)
        done = True
    elif step.is_valid():
        told = step.cleaned_data
        done = step.carry_out(lambda: advance(found, told["state"], told["text"], by=by))
    elif agreed.is_valid():
        facts = {**agreed.cleaned_data, "kind": Contract.Kind.SALE}
        done = agreed.carry_out(lambda: sign_contract(found.product, facts, by=by, enquiry=found))
    if done is not None:
        messages.success(request, _("Đã ghi."))
        return redirect("desk:market")
    context = {
        "enquiry": found, "illustrative": found.product.illustrative, "step": step,
        "agreed": agreed,
    }  # fmt: skip
    status = 400 if step.errors or agreed.errors else 200
    return render(request, "desk/trading/enquiry.html", context, status=status)


EXPORTS = (
    "sản phẩm", "chủ thể", "ngày xuất", "nước, vùng lãnh thổ", "mã HS", "khối lượng (kg)",
    "trị giá (USD)", "tờ khai, chứng nhận",
)  # fmt: skip


@needs(Permission.TRADE_OVERSEE)
def exports_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Every consignment of a year."""
    year = _year(request)
    rows = Export.objects.filter(on__year=year, product__in=products_of(request))
    cells = (
        (
            row.product.name,
            row.product.producer.public_name if row.product.producer else "",
            row.on,
            row.country_name,
            row.hs_code,
            plain(row.quantity_kg),
            plain(row.value_usd),
            row.certificate,
        )
        for row in rows.select_related("product__producer").order_by("on", "pk")
    )
    return table_response(f"xuat-khau-{year}", kind, f"Xuất khẩu {year}", EXPORTS, cells)


@needs(Permission.TRADE_OVERSEE)
def demand(request: HttpRequest, pk: int) -> HttpResponse:
    """What one buyer seeks, who could deliver it, and why; open or close it."""
    found = visible_or_404(request, Demand, Permission.TRADE_OVERSEE, pk)
    by = person(request)
    if request.method == "POST":
        try:
            if "introduce" in request.POST:
                _introduce(request, found)
            else:
                settle_demand(found, request.POST.get("state", ""), by=by)
            messages.success(request, _("Đã ghi."))
        except Refused as refused:
            messages.error(request, refused.reason)
        return redirect("desk:demand", pk)
    enquiries = found.enquiries.select_related("product", "contract").prefetch_related("notes")
    context = {
        "demand": found,
        "group": dict(group_choices()).get(found.group_number or 0),
        "replies": found.replies.select_related("offer__product__producer"),
        "enquiries": enquiries,
        "introduced": {one.product_id for one in enquiries},
        "fits": offers_for(found, timezone.localdate()),
    }
    return render(request, "desk/trading/demand.html", context)


def _introduce(request: HttpRequest, found: Demand) -> None:
    if not request.POST.get("agreed"):
        raise Refused(str(_("Hãy hỏi bên mua trước, rồi đánh dấu là họ đồng ý.")))
    pk = whole_number(request.POST["introduce"])
    introduce(get_object_or_404(found.replies, pk=pk), by=person(request))


class SupportForm(Form):
    """Help that a product got."""

    year = forms.IntegerField(label=_("Năm"), min_value=2018, max_value=2100)
    measure = forms.CharField(label=_("Nội dung hỗ trợ"), max_length=200)
    money = forms.DecimalField(
        label=_("Kinh phí (đồng)"), max_digits=15, decimal_places=0, min_value=0, required=False
    )
    source = forms.CharField(label=_("Nguồn"), max_length=120)


@needs(Permission.TRADE_OVERSEE)
def support(request: HttpRequest, pk: int) -> HttpResponse:
    """Note help for one product."""
    product = get_object_or_404(products_of(request), pk=pk)
    form = SupportForm(
        request.POST if request.method == "POST" else None,
        initial={"year": timezone.localdate().year},
    )
    by = person(request)
    if form.is_valid() and form.carry_out(lambda: add_support(product, form.cleaned_data, by=by)):
        messages.success(request, _("Đã ghi."))
        return redirect("desk:support", pk)
    context = {
        "product": product,
        "form": form,
        "rows": product.support_set.all(),
        "illustrative": product.illustrative,
    }
    return render(request, "desk/trading/support.html", context, status=400 if form.errors else 200)
