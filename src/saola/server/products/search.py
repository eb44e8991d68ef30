"""Finding products by what was typed, with or without marks."""

from collections.abc import Iterable

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from saola.server.products.models import Product
from saola.server.products.naming import found_by, place_names, spelled
from saola.vietnamese.folding import fold
from saola.vietnamese.slips import untelex

WORDS = 12  # of a question; more narrow nothing
COLUMNS = ["searched", "spelled", "sort_text"]


def fill(products: Iterable[Product]) -> None:
    """Set what these products are found by; the caller saves them. Names of places are asked once
    for each place."""
    names: dict[int | None, str] = {}
    for product in products:
        if product.place_id not in names:
            names[product.place_id] = place_names(product.place)
        told = product.producer.public_name if product.producer else ""
        vars(product).update(found_by(product.name, told, names[product.place_id]))


def refill(products: QuerySet[Product]) -> int:
    """Fill and save those in which something changed (a producer's name, a merged commune); how
    many."""
    rows = list(products.select_related("producer", "place"))
    before = [[getattr(row, column) for column in COLUMNS] for row in rows]
    fill(rows)
    changed = [
        row
        for row, old in zip(rows, before, strict=True)
        if old != [getattr(row, column) for column in COLUMNS]
    ]
    return Product.objects.bulk_update(changed, COLUMNS, batch_size=500)


def holding(text: str, prefix: str = "") -> Q:
    """Products that hold every word of what was typed; `prefix` is the way to the product
    ("product__")."""
    found = Q()
    for word in fold(text).split()[:WORDS]:
        found &= Q(**{f"{prefix}searched__contains": word})
    return found


def slipped(text: str) -> str:
    """The words meant where Telex was typed uncomposed; "" where nothing changes."""
    meant = untelex(text)
    return "" if meant == fold(text) else meant


def exactness(text: str, prefix: str = "") -> Case:
    """0 where the words stand as typed, marks and all, else 1: to order by."""
    as_typed = Q()
    for word in spelled(text).split()[:WORDS]:
        as_typed &= Q(**{f"{prefix}spelled__contains": word})
    return Case(When(as_typed, then=Value(0)), default=Value(1), output_field=IntegerField())
