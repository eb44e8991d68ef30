"""Home, the register, a product, a certificate."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from saola.server.places.models import Place
from saola.server.products.models import Product
from saola.server.recognition.exports import REGISTER, register_rows
from saola.server.recognition.labels import STATUS, in_words
from saola.server.recognition.models import Recognition
from saola.server.recognition.queries import Filters, figures, register, with_status
from saola.server.web.common.forms import clean
from saola.server.web.common.tables import table_response

PER_PAGE = 50


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """What the office has, in figures that open their lists."""
    told = Recognition.objects.filter(published_on__isnull=False).exclude(batch="")
    context = {
        "figures": figures(timezone.localdate()),
        "batches": told.values_list("batch", "year").distinct().order_by("year"),
    }
    return render(request, "public/home.html", context)


def _filters(request: HttpRequest) -> Filters:
    """What was asked, with anything unknown left out."""
    stars, status = request.GET.get("sao", ""), request.GET.get("tinh-trang", "")
    place = request.GET.get("xa", "")
    return Filters(
        text=clean(request.GET.get("tim", ""))[:100],
        stars=stars if stars in ("3", "4", "5") else "",
        place=place if place.isdigit() and len(place) == 5 else "",
        status=status if status in STATUS else "",
    )


@login_not_required
def register_list(request: HttpRequest) -> HttpResponse:
    """The register with search and filters."""
    today = timezone.localdate()
    filters = _filters(request)
    rows = register(filters, today)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    for row in page:
        row.words = in_words(row.status, row.expires_on, today, revoked_on=row.revoked_on)
    query = request.GET.copy()
    query.pop("trang", None)
    context = {
        "page": page,
        "filters": filters,
        "places": Place.objects.communes().order_by("folded"),
        "states": STATUS,
        "query": query.urlencode(),
        "today": today,
        "illustrative": any(row.product.illustrative for row in page),
    }
    return render(request, "public/register.html", context)


@login_not_required
def register_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The same rows, all of them, to count with."""
    today = timezone.localdate()
    rows = register_rows(register(_filters(request), today), today)
    return table_response(f"so-dang-ky-ocop-{today}", kind, "Sổ đăng ký", REGISTER, rows)


@login_not_required
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """One product with its recognitions, newest first. Only what is published."""
    today = timezone.localdate()
    found = get_object_or_404(Product.objects.select_related("producer", "place"), pk=pk)
    rows = list(
        with_status(today)
        .filter(product=found, published_on__isnull=False)
        .select_related("certificate", "decision")
        .order_by("-year", "-pk")
    )
    if not rows:
        raise Http404
    for row in rows:
        row.words = in_words(row.status, row.expires_on, today, revoked_on=row.revoked_on)
    context = {"product": found, "rows": rows, "illustrative": found.illustrative}
    return render(request, "public/product.html", context)


@login_not_required
def batch(request: HttpRequest, batch: str) -> HttpResponse:
    """What one source tells of together, unnamed products included."""
    rows = list(
        Recognition.objects.filter(batch=batch, published_on__isnull=False)
        .exclude(batch="")
        .select_related("product__producer", "product__place")
        .order_by("pk")
    )
    if not rows:
        raise Http404
    context = {"rows": rows, "year": rows[0].year, "source": rows[0].source_url}
    return render(request, "public/batch.html", context)
