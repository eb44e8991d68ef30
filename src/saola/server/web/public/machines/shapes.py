"""What the open answers hold: their shapes, from which the OpenAPI description is made."""

from datetime import date
from typing import Any

import msgspec
from django.conf import settings

from saola.server.places.office import code_of
from saola.server.products.models import Product
from saola.server.web.public.machines.versions import LICENCE, VERSION
from saola.server.web.public.products import recognised


class OpenRecognition(msgspec.Struct):
    """One recognition; `status` is that of the day asked."""

    stars: int | None
    year: int | None
    recognised_on: date | None
    expires_on: date | None
    status: str


class OpenProduct(OpenRecognition):
    """A product with its newest recognition. `null` means: no source says so."""

    id: int
    name: str
    code: str | None
    producer: str | None
    producer_kind: str | None
    commune: str | None
    commune_code: str | None
    province_code: str
    set: int | None
    illustrative: bool
    source: str | None
    url: str


class Head(msgspec.Struct):
    """What stands before every answer."""

    date: date
    version: str = VERSION
    licence: str = LICENCE


class ProductList(Head, kw_only=True):
    """The register, all of it or as filtered."""

    products: list[OpenProduct]


class WholeProduct(OpenProduct, kw_only=True):
    """One product with all its published recognitions, newest first."""

    date: date
    version: str = VERSION
    licence: str = LICENCE
    recognitions: list[OpenRecognition]


def _recognition(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in OpenRecognition.__struct_fields__}


def _facts(row: Any, product: Any) -> dict[str, Any]:
    return _recognition(row) | {
        "id": product.pk,
        "name": product.name,
        "code": product.code or None,
        "producer": product.producer.public_name if product.producer else None,
        "producer_kind": product.producer.kind if product.producer else None,
        "commune": product.place.name if product.place else None,
        "commune_code": product.place.code if product.place else None,
        "province_code": code_of(product.place),
        "set": product.group_number,
        "illustrative": product.illustrative,
        "source": row.source_url or None,
        "url": f"{settings.BASE_URL}/san-pham/{product.pk}/",
    }


def as_open(row: Any) -> OpenProduct:
    """A row of the register."""
    return OpenProduct(**_facts(row, row.product))


def whole(product: Product, today: date) -> WholeProduct:
    """All that is published of one."""
    rows = recognised(product, today)
    return WholeProduct(
        **_facts(rows[0], product),
        date=today,
        recognitions=[OpenRecognition(**_recognition(row)) for row in rows],
    )


PARAMETERS = (
    ("tim", "Words of name, producer or commune; marks may be left out", {"type": "string"}),
    ("sao", "Class", {"type": "string", "enum": ["3", "4", "5"]}),
    ("xa", "Code of a commune (places that it followed count) or province", {"type": "string"}),
    ("bo", "Number of the product set", {"type": "string"}),
    ("tinh-trang", "State of the recognition", {"type": "string"}),
    ("loai", "Kind of producer", {"type": "string"}),
    ("truy-xuat", "1: a lot can be traced", {"type": "string", "enum": ["1"]}),
    ("xuat-khau", "1: exported", {"type": "string", "enum": ["1"]}),
)


def openapi() -> dict[str, Any]:
    """The description of the two questions, their answers made from the shapes above."""
    asked = [
        {"name": name, "in": "query", "description": text, "schema": schema}
        for name, text, schema in PARAMETERS
    ]
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    (many, one), shapes = msgspec.json.schema_components(
        [ProductList, WholeProduct], ref_template="#/components/schemas/{name}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OCOP register",
            "version": VERSION,
            "license": {"name": "CC BY 4.0", "url": LICENCE},
        },
        "servers": [{"url": settings.BASE_URL}],
        "paths": {
            "/du-lieu-mo/v1/san-pham": {"get": _question("products", "All products", asked, many)},
            "/du-lieu-mo/v1/san-pham/{id}": {
                "get": _question("product", "One product", [number], one, missing=True)
            },
        },
        "components": {"schemas": shapes},
    }


def _question(
    name: str, summary: str, parameters: Any, answer: Any, *, missing: bool = False
) -> dict[str, Any]:
    responses: dict[str, Any] = {
        "200": {
            "description": "with ETag, licence and date",
            "content": {"application/json": {"schema": answer}},
        },
        "304": {"description": "not changed since the ETag"},
    }
    if missing:
        responses["404"] = {"description": "not published"}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": responses,
    }
