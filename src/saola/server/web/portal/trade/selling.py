"""Selling: the producer's products with what is asked, agreed, sold and exported of each."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import ids_in
from saola.server.market import enquiries, keeping
from saola.server.market.evidence import open_dossier
from saola.server.market.matching import demands_for
from saola.server.market.models import (
    Channel,
    Contract,
    Demand,
    Enquiry,
    Export,
    Offer,
    Sale,
    Stand,
    YearRecord,
)
from saola.server.market.queries import chain, compared
from saola.server.products.models import Product
from saola.server.recognition.queries import current_recognition
from saola.server.web.common.forms import whole_number
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.trade import trade_forms as forms

SHOWN = 60  # enquiries, months, consignments on one page


def sellers(request: HttpRequest) -> list[int]:
    """Producers whose books this person keeps."""
    return [int(i) for i in ids_in(person(request).scopes_for(Permission.TRADE_KEEP), "producer")]


def own_product(request: HttpRequest, pk: int) -> Product:
    """One of theirs; a stranger's is not found."""
    rows = Product.objects.filter(producer__in=sellers(request))
    return get_object_or_404(rows.select_related("producer", "place"), pk=pk)


@needs(Permission.TRADE_KEEP)
def overview(request: HttpRequest) -> HttpResponse:
    """All products with what waits; invitations."""
    mine = sellers(request)
    products = Product.objects.filter(producer__in=mine).order_by("sort_text")
    waiting = Enquiry.objects.filter(product__producer__in=mine, state=Enquiry.State.NEW)
    asked: dict[int, int] = {}
    for product in waiting.values_list("product", flat=True):
        asked[product] = asked.get(product, 0) + 1
    stands = Stand.objects.filter(producer__in=mine).select_related("event", "producer")
    context = {
        "rows": [(product, asked.get(product.pk, 0)) for product in products],
        "stands": stands.order_by("-event__starts_on")[:SHOWN],
        "today": timezone.localdate(),
    }
    return render(request, "portal/trade/overview.html", context)


def _forms(request: HttpRequest, product: Product) -> dict[str, forms.TradeForm]:
    """All forms of the page; the posted one has the input."""
    posted = request.POST.get("form", "") if request.method == "POST" else ""

    def given(form: type[forms.TradeForm]) -> tuple[Any, Any]:
        return (request.POST, request.FILES) if form.key == posted else (None, None)

    made: list[forms.TradeForm] = [
        forms.OfferForm(*given(forms.OfferForm), initial=_offered(product)),
        forms.ContractForm(product, *given(forms.ContractForm)),
        forms.SaleForm(product, *given(forms.SaleForm)),
        forms.SalesFileForm(product, *given(forms.SalesFileForm)),
    ]
    plain = (forms.StepForm, forms.ChannelForm, forms.ExportForm, forms.YearForm)
    made += [form(*given(form)) for form in plain]
    return {form.key: form for form in made}


def _offered(product: Product) -> dict[str, Any]:
    offer = Offer.objects.filter(product=product).first()
    if offer is None:
        return {}
    told = {name: getattr(offer, name) for name in forms.OfferForm.base_fields}
    return told | {f"month_{n}": amount for n, amount in enumerate(offer.capacity, 1)}


@needs(Permission.TRADE_KEEP)
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """The books of one product; each form is kept by itself."""
    found = own_product(request, pk)
    made = _forms(request, found)
    asked = made.get(request.POST.get("form", "")) if request.method == "POST" else None
    by = person(request)
    if asked and asked.is_valid() and asked.carry_out(lambda: asked.keep(found, by)) is not None:
        messages.success(request, _("Đã ghi."))
        return redirect(f"{request.path}#{asked.key}")
    today = timezone.localdate()
    offer = Offer.objects.filter(product=found).select_related("product").first()
    recognition = current_recognition(found, today)
    stars = recognition.stars if recognition else None
    same = Product.objects.filter(producer=found.producer)
    context = {
        "product": found,
        "forms": made,
        "failed": asked.key if asked and asked.errors else "",
        "offer": offer,
        "demands": demands_for(offer, today, stars) if offer else [],
        "enquiries": found.enquiry_set.prefetch_related("notes")[:SHOWN],
        "contracts": found.contract_set.all()[:SHOWN],
        "channels": found.channel_set.filter(ended_at=None),
        "sales": found.sale_set.select_related("channel")[:SHOWN],
        "exports": found.export_set.all()[:SHOWN],
        "years": compared(found.yearrecord_set.all()),
        "supports": found.support_set.all()[:SHOWN],
        "chain": chain(same, today) if found.producer else [],
        "dossier": open_dossier(found),
        "illustrative": found.illustrative,
    }
    return render(
        request, "portal/trade/product.html", context, status=400 if context["failed"] else 200
    )


@needs(Permission.TRADE_KEEP)
def end_channel(request: HttpRequest, pk: int) -> HttpResponse:
    """The product is no longer sold there."""
    channel = get_object_or_404(Channel, pk=pk, product__producer__in=sellers(request))
    if request.method == "POST":
        keeping.end_channel(channel, by=person(request))
    return redirect("portal:trade", channel.product_id)


KINDS: dict[str, Any] = {
    "hop-dong": Contract,
    "xuat-khau": Export,
    "nam": YearRecord,
    "thang": Sale,
}


@needs(Permission.TRADE_KEEP)
def take_out(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Take out what was entered by mistake, after a look at it."""
    if kind not in KINDS:
        raise Http404
    rows = KINDS[kind].objects.filter(product__producer__in=sellers(request))
    found = get_object_or_404(rows.select_related("product"), pk=pk)
    if request.method == "POST":
        keeping.take_out(found, by=person(request))
        messages.success(request, _("Đã bỏ."))
        return redirect("portal:trade", found.product_id)
    context = {"product": found.product, "row": found, "kind": kind}
    return render(request, "portal/trade/take_out.html", context)


@needs(Permission.TRADE_KEEP)
def offer_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one can deliver what a buyer seeks."""
    rows = Offer.objects.filter(product__producer__in=sellers(request)).select_related("product")
    offer = get_object_or_404(rows, pk=whole_number(request.POST.get("offer", "")))
    demand = get_object_or_404(Demand, pk=pk)
    try:
        enquiries.reply(demand, offer, by=person(request))
        messages.success(request, _("Đã báo cơ quan quản lý OCOP; họ nối bạn với bên mua."))
    except Refused as refused:
        messages.error(request, refused.reason)
    return redirect("portal:trade", offer.product_id)
