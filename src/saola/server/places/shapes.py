"""Outlines of communes for the map: read from GeoJSON, refused whole where one is wrong, and made
simple together, so that neighbours keep the border they share."""

import json
from itertools import pairwise
from typing import Any

import shapely
from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.places.models import Place, Shape

LARGEST = 20 * 1024 * 1024  # bytes of a file
MOST_POINTS = 20_000  # of one outline
MOST_TOGETHER = 4_500  # of all: about 85 kB of map
FINEST = 0.0002  # of a degree, about twenty metres: the first that is given up where there are more
DECIMALS = 4  # of a degree, about ten metres: what a map of a province shows
WEST, SOUTH, EAST, NORTH = 102.0, 8.0, 118.0, 24.0  # of Vietnam with its islands
Point = list[float]


@transaction.atomic
def load_shapes(content: bytes, source: str) -> int:
    """Keep the outlines of a FeatureCollection whose features have `code`; how many. Every outline
    is looked at before the first is written; codes of places that are not ours are left out."""
    if len(content) > LARGEST:
        raise Refused(f"Tệp bản đồ lớn hơn {LARGEST // 1024**2} MB.")
    try:
        told = json.loads(content)
        json.dumps(told, ensure_ascii=False).encode()  # no half characters
        features = told["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused("Tệp không phải GeoJSON (FeatureCollection).") from None
    if not isinstance(features, list):
        raise Refused("Tệp không phải GeoJSON (FeatureCollection).")
    shapes = {}
    for number, feature in enumerate(features, 1):
        try:
            facts = feature["properties"]
            if str(facts["code"]) in shapes:
                raise ValueError(f"mã {facts['code']} có hai lần")
            shapes[str(facts["code"])] = (
                _outline(feature["geometry"]),
                bool(facts.get("schematic")),
            )
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as fault:
            raise Refused(f"Hình thứ {number} sai: {fault}. Chưa ghi hình nào.") from None
    places = {place.code: place for place in Place.objects.communes().filter(code__in=shapes)}
    simple = _simple({code: shapes[code][0] for code in places})
    for code, place in places.items():
        geometry, schematic = simple[code], shapes[code][1]
        Shape.objects.update_or_create(
            place=place,
            defaults={"geometry": geometry, "schematic": schematic, "source": source[:200]},
        )
    return len(places)


def _simple(outlines: dict[str, Any]) -> dict[str, Any]:
    """The outlines with so many points together as a map may have."""
    shapes = shapely.from_geojson([json.dumps(one) for one in outlines.values()])
    tolerance, fewer = FINEST, shapes
    while shapely.get_num_coordinates(fewer).sum() > MOST_TOGETHER:
        fewer = shapely.coverage_simplify(shapes, tolerance)
        tolerance *= 2
    if fewer is shapes:
        return outlines
    made = shapely.set_precision(fewer, 10**-DECIMALS)
    return {
        code: _many(json.loads(text))
        for code, text in zip(outlines, shapely.to_geojson(made), strict=True)
    }


def _many(geometry: dict[str, Any]) -> dict[str, Any]:
    """A MultiPolygon of either kind."""
    if geometry["type"] == "MultiPolygon":
        return geometry
    return {"type": "MultiPolygon", "coordinates": [geometry["coordinates"]]}


def _outline(geometry: Any) -> dict[str, Any]:
    kind, told = geometry["type"], geometry["coordinates"]
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"cần Polygon hoặc MultiPolygon, không phải {str(kind)[:30]}")
    made = [
        [_ring(ring) for ring in polygon] for polygon in ([told] if kind == "Polygon" else told)
    ]
    if not made or not all(made):
        raise ValueError("hình rỗng")
    if sum(len(ring) for polygon in made for ring in polygon) > MOST_POINTS:
        raise ValueError(f"hơn {MOST_POINTS} điểm; hãy làm gọn đường ranh giới")
    outline = {"type": "MultiPolygon", "coordinates": made}
    shape = shapely.from_geojson(json.dumps(outline))
    if not shapely.is_valid(shape):
        raise ValueError(
            f"đường ranh giới tự cắt hoặc chồng nhau ({shapely.is_valid_reason(shape)})"
        )
    return outline


def _ring(ring: Any) -> list[Point]:
    points = [[round(float(x), DECIMALS), round(float(y), DECIMALS)] for x, y, *_ in ring]
    for x, y in points:
        if not (WEST <= x <= EAST and SOUTH <= y <= NORTH):  # NaN is nowhere too
            raise ValueError(f"điểm {x}, {y} ở ngoài Việt Nam (cần kinh độ, vĩ độ WGS 84)")
    if len(points) < 4 or points[0] != points[-1]:
        raise ValueError("đường không khép kín")
    if not _area(points):
        raise ValueError("hình không có diện tích")
    return points


def _area(points: list[Point]) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(points))) / 2
