"""Regulation (EU) 2023/1115: where the raw material of a lot grew, as GeoJSON, with the fields of a
due diligence statement and what is still missing of them."""

import json
from decimal import Decimal
from typing import Any

from django.utils import timezone

from saola.server.traceability.lineage import family
from saola.server.traceability.models import Entry, GrowingArea, Lot

POINT_UP_TO = Decimal(4)  # hectares that a point may stand for (art. 2(28))
DECIMALS = 6  # of every coordinate (art. 2(28))


def statement(lot: Lot) -> str:
    """GeoJSON text: a feature for each plot, the fields of the statement beside it."""
    harvests = list(
        Entry.objects.filter(act="harvest", lot__in=[one.pk for one in family(lot)])
        .select_related("area__place", "lot__item", "producer__place")
        .order_by("at")
    )
    areas = {entry.area_id: entry.area for entry in harvests if entry.area}
    days = [timezone.localtime(entry.at).date().isoformat() for entry in harvests]
    weight = lot.item.kilograms(lot.quantity)
    fields = {
        "productDescription": lot.item.name,
        "lot": lot.code,
        "netMassKg": f"{weight.normalize():f}" if weight is not None else None,
        "countryOfProduction": "VN",
        "scientificNames": sorted({area.species for area in areas.values() if area.species}),
        "productionFrom": min(days, default=None),
        "productionTo": max(days, default=None),
        "producers": sorted({entry.producer.name for entry in harvests}),
        "dueDiligenceReference": None,
    }
    features = [_feature(area) for _, area in sorted(areas.items()) if area.shape]
    told = {
        "type": "FeatureCollection",
        "features": features,
        "dueDiligence": fields,
        "missing": _missing(lot, harvests, list(areas.values()), fields),
    }
    return (
        json.dumps(told, ensure_ascii=False, indent=1, default=str)
        .replace('"§', "")
        .replace('§"', "")
    )


def _feature(area: GrowingArea) -> dict[str, Any]:
    """Coordinates keep six decimals; json itself would drop the zeros at their end."""
    shape: dict[str, Any] = area.shape
    return {
        "type": "Feature",
        "properties": {
            "ProducerName": area.producer.name,
            "ProducerCountry": "VN",
            "ProductionPlace": f"{area.name} {area.code}".strip(),
            "Area": f"§{area.hectares:.4f}§" if area.hectares else None,
        },
        "geometry": {"type": shape["type"], "coordinates": _exact(shape["coordinates"])},
    }


def _exact(value: Any) -> Any:
    if isinstance(value, list):
        return [_exact(one) for one in value]
    return f"§{value:.{DECIMALS}f}§"


def _missing(
    lot: Lot, harvests: list[Entry], areas: list[GrowingArea], fields: dict[str, Any]
) -> list[str]:
    """What an importer will still ask for."""
    found = []
    if not harvests:
        found.append("no harvest is written down behind this lot")
    if any(entry.area is None for entry in harvests):
        found.append("a harvest without its growing area")
    bought = Entry.objects.filter(act="buy", lot__in=[one.pk for one in family(lot)])
    if bought.exists():
        found.append("raw material was bought: its plots are not known here")
    for area in areas:
        if not area.shape:
            found.append(f"{area.name}: no geolocation")
        elif area.shape["type"] == "Point" and (area.hectares or 0) > POINT_UP_TO:
            found.append(f"{area.name}: over {POINT_UP_TO} ha, a polygon is needed")
        if not area.species:
            found.append(f"{area.name}: no scientific name")
    if fields["netMassKg"] is None:
        found.append("net mass of a piece")
    return found
