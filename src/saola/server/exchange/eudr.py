"""Regulation (EU) 2023/1115: where the raw material of a lot grew, as GeoJSON, with the fields of a
due diligence statement and what is still missing of them."""

from decimal import Decimal
from typing import Any

import msgspec
from django.utils import timezone

from saola.server.traceability.lineage import family
from saola.server.traceability.models import Entry, GrowingArea, Lot

POINT_UP_TO = Decimal(4)  # hectares that a point may stand for (art. 2(28))
DECIMALS = 6  # of every coordinate (art. 2(28))


def statement(lot: Lot) -> bytes:
    """GeoJSON: a feature for each plot, the fields of the statement beside it."""
    whole = family(lot)
    own = [one.pk for one in whole if one.item.producer_id == lot.item.producer_id]
    harvests = list(
        Entry.objects.filter(act="harvest", lot__in=own)
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
        "missing": [
            *_missing(harvests, list(areas.values()), fields),
            *_from_others(own, len(whole) - len(own)),
        ],
    }
    return msgspec.json.encode(told)


def _feature(area: GrowingArea) -> dict[str, Any]:
    """Coordinates are written with six decimals, zeros at their end too."""
    shape: dict[str, Any] = area.shape
    return {
        "type": "Feature",
        "properties": {
            "ProducerName": area.producer.name,
            "ProducerCountry": "VN",
            "ProductionPlace": f"{area.name} {area.code}".strip(),
            "Area": msgspec.Raw(f"{area.hectares:.4f}".encode()) if area.hectares else None,
        },
        "geometry": {"type": shape["type"], "coordinates": _exact(shape["coordinates"])},
    }


def _exact(value: Any) -> Any:
    if isinstance(value, list):
        return [_exact(one) for one in value]
    return msgspec.Raw(f"{value:.{DECIMALS}f}".encode())


def _from_others(own: list[int], others: int) -> list[str]:
    found = []
    if Entry.objects.filter(act="buy", lot__in=own, partner_producer=None).exists():
        found.append("raw material was bought: its plots are not known here")
    if others:
        found.append(f"{others} lots of other producers went into it: ask them for their plots")
    return found


def _missing(harvests: list[Entry], areas: list[GrowingArea], fields: dict[str, Any]) -> list[str]:
    """What an importer will still ask for."""
    found = []
    if not harvests:
        found.append("no harvest is written down behind this lot")
    if any(entry.area is None for entry in harvests):
        found.append("a harvest without its growing area")
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
