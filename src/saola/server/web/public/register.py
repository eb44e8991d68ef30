"""Home, the register, what one source tells of together."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from saola.criteria import newest_sets
from saola.server.market.queries import exported
from saola.server.places.models import Place
from saola.server.places.office import DIGITS, provinces
from saola.server.products.models import Producer
from saola.server.recognition.labels import STATUS, in_words
from saola.server.recognition.models import Recognition
from saola.server.recognition.queries import Filters, figures, listed, register, with_status
from saola.server.recognition.register.shelf import meant
from saola.server.web.common.forms import clean

PER_PAGE, COMMUNE = 50, 5  # rows; digits of a code
SHOWN = (
    "stars", "year", "expires_on", "revoked_on", "product__name", "product__illustrative",
    "product__producer__name", "product__producer__kind", "product__place__name",
)  # fmt: skip


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """What the office has, in figures that open their lists."""
    told = Recognition.objects.filter(published_on__isnull=False).exclude(batch="")
    rows = provinces()
    context = {
        "figures": figures(timezone.localdate()),
        "batches": told.values_list("batch", "year").distinct().order_by("year"),
        "provinces": rows if len(rows) > 1 else (),
    }
    return render(request, "public/home.html", context)


def asked(request: HttpRequest) -> Filters:
    """What was asked, with anything unknown left out."""
    stars, status = request.GET.get("sao", ""), request.GET.get("tinh-trang", "")
    place, group = request.GET.get("xa", ""), request.GET.get("bo", "")
    kind = request.GET.get("loai", "")
    return Filters(
        text=clean(request.GET.get("tim", ""))[:100],
        stars=stars if stars in ("3", "4", "5") else "",
        place=place if place.isdigit() and len(place) == COMMUNE else "",
        province=place if place.isdigit() and len(place) == DIGITS else "",
        status=status if status in STATUS else "",
        group=group if group in group_names() else "",
        kind=kind if kind in Producer.Kind.values else "",
        traceable=request.GET.get("truy-xuat") == "1",
        among=exported() if request.GET.get("xuat-khau") == "1" else None,
    )


def found(request: HttpRequest, on: date) -> tuple[Filters, Any]:
    """The filters as they were meant, and the rows in Vietnamese order."""
    filters = asked(request)
    filters = replace(filters, text=meant(filters.text))
    return filters, register(filters, on)


def _page(request: HttpRequest, on: date) -> tuple[Filters, Any]:
    """The filters, and one page of recognitions with their state: only its rows are fetched."""
    filters = asked(request)
    filters = replace(filters, text=meant(filters.text))
    page = Paginator(listed(filters, on), PER_PAGE).get_page(request.GET.get("trang"))
    rows = with_status(on).filter(pk__in=list(page.object_list)).only(*SHOWN)
    by_pk = rows.select_related("product__producer", "product__place").in_bulk()
    page.object_list = [by_pk[pk] for pk in page.object_list if pk in by_pk]
    return filters, page


@cache
def group_names() -> dict[str, str]:
    """Sets of the newest decision by their number."""
    return {str(one.number): one.name for one in newest_sets()}


def _places(filters: Filters) -> dict[str, Any]:
    """Communes to choose from; in a house of several provinces those of the chosen one, beside the
    provinces."""
    rows, communes = provinces(), Place.objects.communes().order_by("folded")
    if len(rows) <= 1:
        return {"places": communes}
    chosen = Place.objects.filter(code=filters.place).values("province_code")
    inside = Q(province_code=filters.province) | Q(province_code__in=chosen)
    return {"provinces": rows, "places": communes.filter(inside)}


@login_not_required
def register_list(request: HttpRequest) -> HttpResponse:
    """The register with search and filters; the results alone for a page that asks as one types."""
    today = timezone.localdate()
    filters, page = _page(request, today)
    for row in page:
        row.words = in_words(row.status, row.expires_on, today, revoked_on=row.revoked_on)
    query = request.GET.copy()
    query.pop("trang", None)
    part = "X-Part" in request.headers
    context = {
        "page": page,
        "filters": filters,
        "typed": asked(request).text,
        "exported": request.GET.get("xuat-khau") == "1",
        "groups": group_names(),
        "kinds": Producer.Kind.choices,
        **({} if part else _places(filters)),
        "states": STATUS,
        "query": query.urlencode(),
        "today": today,
        "illustrative": any(row.product.illustrative for row in page),
    }
    page_of = "public/results.html" if part else "public/register.html"
    answer = render(request, page_of, context)
    patch_vary_headers(answer, ["X-Part"])
    return answer


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
