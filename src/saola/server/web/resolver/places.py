"""What an event's place is: the address in the event opens a page that says where, no more."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation

from saola.server.products.models import Producer
from saola.server.traceability.models import Entry, GrowingArea
from saola.server.web.resolver.facts import area_name


@login_not_required
def place(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """A growing area ("v") or a producer's own place ("c"), its commune, its certificate."""
    context: dict[str, Any]
    if kind == "v":
        areas = GrowingArea.objects.select_related("producer__place", "place")
        area = get_object_or_404(areas, pk=pk)
        producer = area.producer
        context = {"name": area_name(area), "place": area.place or producer.place, "area": area}
    else:
        known = Producer.objects.filter(pk__in=Entry.objects.values("producer"))
        producer = get_object_or_404(known.select_related("place"), pk=pk)
        context = {"name": producer.public_name, "place": producer.place}
    context |= {
        "code": f"{kind}{pk}",
        "illustrative": producer.illustrative,
        "LANGUAGE": translation.get_language(),
    }
    return render(request, "resolver/place.html", context)
