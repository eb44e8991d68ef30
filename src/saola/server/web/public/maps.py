"""The map of communes, with the list beside it that says the same."""

from typing import Any

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from saola.server.places.models import Place, Shape
from saola.server.recognition.queries import Filters, by_place, register
from saola.server.web.public.machines.versions import LICENCE, versioned
from saola.vietnamese.sorting import word_key


def _communes() -> list[tuple[Place, dict[str, int]]]:
    """Communes in force in Vietnamese order, with their products by class."""
    rows = register(Filters(), timezone.localdate()).filter(product__illustrative=False)
    counts = by_place(rows)
    places = sorted(Place.objects.communes(), key=lambda place: word_key(place.name))
    return [(place, counts.get(place.code, {})) for place in places]


@login_not_required
def products_map(request: HttpRequest) -> HttpResponse:
    """The page: the list is there without a script."""
    rows = _communes()
    shape = Shape.objects.first()
    context = {
        "rows": rows,
        "covered": sum(1 for _, count in rows if count),
        "source": shape.source if shape else "",
        "schematic": bool(shape and shape.schematic),
    }
    return render(request, "public/map.html", context)


@versioned
def map_data(request: HttpRequest) -> HttpResponseBase:
    """Outlines with counts, as GeoJSON."""
    shapes = dict(Shape.objects.values_list("place", "geometry"))
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": shapes[place.pk],
            "properties": {"code": place.code, "name": place.name, **_told(count)},
        }
        for place, count in _communes()
        if place.pk in shapes
    ]
    told = {
        "type": "FeatureCollection",
        "licence": LICENCE,
        "date": timezone.localdate().isoformat(),
        "features": features,
    }
    return HttpResponse(msgspec.json.encode(told), content_type="application/geo+json")


def _told(count: dict[str, int]) -> dict[str, int]:
    told = {"products": count.get("products", 0)}
    return told | {"best": count["best"]} if count.get("best") else told
