"""The real lists: Sơn La's products as public sources name them, and the session of 2024."""

import csv
from datetime import date
from importlib.resources import files
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.criteria import rulebook
from saola.server.places.models import Place, Shape
from saola.server.places.shapes import load_shapes
from saola.server.products.models import Producer, Product
from saola.server.recognition.models import Recognition
from saola.vietnamese.dates import add_months

KINDS = {
    "hop_tac_xa": Producer.Kind.COOPERATIVE,
    "doanh_nghiep": Producer.Kind.ENTERPRISE,
    "ho_kinh_doanh": Producer.Kind.HOUSEHOLD,
    "": Producer.Kind.UNKNOWN,
}
UNNAMED = "Chưa rõ tên (nguồn không nêu)"
SESSION_2024 = "phien-2024"


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("saola.server.demo") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@transaction.atomic
def load_products() -> None:
    """Write the 71 products with what their sources say; a second time changes nothing."""
    if Product.objects.filter(source_key="SL001").exists():
        return
    dates = {row["id"]: row for row in _rows("son_la_dates.csv")}
    for row in _rows("son_la_products.csv"):
        product = Product.objects.create(
            producer=_producer(row),
            name=row["product"],
            place=_place(row["commune_code_2025"]),
            place_as_printed=", ".join(
                filter(None, (row["commune_source"], row["district_source"]))
            ),
            line=row["product_group"],
            source_key=row["id"],
            source_url=row["source_url"],
            source_note="" if row["producer_type"] == "ho_kinh_doanh" else row["note"],
        )
        Recognition.objects.create(product=product, **_recognition(row, dates.get(row["id"])))


def _place(code: str) -> Place | None:
    return Place.objects.communes().filter(code=code).first() if code else None


def _producer(row: dict[str, str]) -> Producer | None:
    if not row["producer"]:
        return None
    place = _place(row["commune_code_2025"])
    producer, _ = Producer.objects.get_or_create(
        name=row["producer"],
        place=place,
        defaults={
            "kind": KINDS[row["producer_type"]],
            "source_url": row["source_url"],
            "address_as_printed": row.get("commune_source", ""),
        },
    )
    return producer


def _recognition(row: dict[str, str], given: dict[str, str] | None) -> dict[str, Any]:
    """Fields of the recognition; a day only where a source has one."""
    # scored at district level with the province still to decide: no class yet
    undecided = row["deciding_level"] == "de_nghi_tinh"
    fields: dict[str, Any] = {
        "stars": int(row["star"]) if row["star"] and not undecided else None,
        "year": int(row["recognition_year"]) if row["recognition_year"] else None,
        "decision_as_printed": row["decision_no"],
        "confidence": row["confidence"],
        "source_url": row["source_url"],
        "published_on": timezone.localdate(),
    }
    if given:
        fields["recognised_on"] = date.fromisoformat(given["recognised_on"])
        fields["expires_on"] = date.fromisoformat(given["expires_on"])
        fields["expiry_basis"] = given["basis"]
        fields["year"] = fields["recognised_on"].year
    elif len(row["decision_date"]) == len("2020-12-31"):  # some rows know only the month
        signed = date.fromisoformat(row["decision_date"])
        fields["recognised_on"] = signed
        fields["expires_on"] = add_months(signed, rulebook("1048-2019").validity_months)
        fields["expiry_basis"] = Recognition.Basis.COMPUTED
    return fields


SCHEMATIC = "ô quanh một điểm của mỗi xã, dựng cho bản minh họa"


def load_map() -> None:
    """Where communes lie, as a schematic map."""
    if Shape.objects.exists():
        return
    cells = files("saola.server.demo") / "data" / "son_la_units_2025_schematic.geojson"
    load_shapes(cells.read_bytes(), SCHEMATIC)


@transaction.atomic
def load_session_2024() -> None:
    """The ten products of the 2024 session, nine of them unnamed, with their known facts."""
    if Recognition.objects.filter(batch=SESSION_2024).exists():
        return
    for row in _rows("session_2024.csv"):
        known = Product.objects.filter(name=row["product"], producer__name=row["producer"]).first()
        product = known or Product.objects.create(
            name=row["product"] or UNNAMED,
            name_known=bool(row["product"]),
            place=_place(row["commune_code_2025"]),
            source_key=f"S2024-{row['no']}",
            source_url=row["source_url"],
            source_note=row["note"],
        )
        Recognition.objects.create(
            product=product,
            stars=int(row["star_result"]),
            year=2024,
            confidence="high",
            source_url=row["source_url"],
            note=row["unknown_fields"],
            batch=SESSION_2024,
            published_on=timezone.localdate(),
        )
