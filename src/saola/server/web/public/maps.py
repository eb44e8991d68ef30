"""The map of communes, with the list beside it that says the same."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import condition

from saola.server.journal.models import Head
from saola.server.places.models import Place, Shape
from saola.server.recognition.queries import Filters, by_place, register
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


def _version(request: HttpRequest) -> str:
    """Changes with every act and every day."""
    head = Head.objects.get(pk=1)
    return f'"{head.number}-{timezone.localdate()}"'


@login_not_required
@condition(etag_func=_version)
def map_data(request: HttpRequest) -> HttpResponse:
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
    told = {"type": "FeatureCollection", "features": features}
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})


def _told(count: dict[str, int]) -> dict[str, int]:
    return {"products": count.get("products", 0), "best": count.get("best", 0)}
