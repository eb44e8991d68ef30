"""One click: a record of the books becomes evidence of the open dossier."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.market import evidence
from saola.server.market.models import Stand
from saola.server.products.models import Product
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.trade.selling import own_product
from saola.server.web.portal.trade.trade_forms import CiteForm

SHEETS, CHANNELS, STANDS = "doanh-so", "kenh-ban", "su-kien"


def _proof(product: Product, kind: str, pk: int) -> evidence.Proof:
    if kind == SHEETS:
        return evidence.of_sales(product)
    if kind == CHANNELS:
        return evidence.of_channels(product)
    if kind == STANDS:
        stands = Stand.objects.filter(producer=product.producer, reported_at__isnull=False)
        return evidence.of_stand(get_object_or_404(stands.select_related("event"), pk=pk))
    rows: dict[str, tuple[Any, Any]] = {
        "hop-dong": (product.contract_set, evidence.of_contract),
        "xuat-khau": (product.export_set, evidence.of_export),
        "nam": (product.yearrecord_set, evidence.of_year),
    }
    if kind not in rows:
        raise Http404
    found, made = rows[kind]
    proof: evidence.Proof = made(get_object_or_404(found, pk=pk))
    return proof


@needs(Permission.TRADE_KEEP)
def cite(request: HttpRequest, pk: int, kind: str, record_pk: int = 0) -> HttpResponse:
    """Show what the record says and which criteria it may prove; add it."""
    product = own_product(request, pk)
    dossier = evidence.open_dossier(product)
    if dossier is None:
        messages.error(request, _("Chưa có hồ sơ nào đang mở để thêm minh chứng."))
        return redirect("portal:trade", pk)
    proof = _proof(product, kind, record_pk)
    form = CiteForm(
        request.POST if request.method == "POST" else None,
        initial={"criteria": evidence.suggested(dossier, proof)},
    )
    field: Any = form.fields["criteria"]
    field.choices = [(c.id, f"{c.id} {c.label}") for c in dossier.criteria_set.criteria]
    by = person(request)
    if form.is_valid():
        chosen = form.cleaned_data["criteria"]
        if form.carry_out(lambda: evidence.cite_record(dossier, proof, chosen, by=by)):
            messages.success(request, _("Đã thêm vào minh chứng của hồ sơ."))
            return redirect("portal:evidence", dossier.pk)
    context = {
        "product": product,
        "dossier": dossier,
        "proof": proof,
        "form": form,
        "illustrative": product.illustrative,
    }
    return render(request, "portal/trade/cite.html", context, status=400 if form.errors else 200)
