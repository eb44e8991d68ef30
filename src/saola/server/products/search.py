"""Keeping what products are found by, where many change at once."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from saola.server.products.models import Edition, Product
from saola.server.products.naming import found_by, place_names

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


@transaction.atomic
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
    if changed:
        Product.objects.bulk_update(changed, COLUMNS, batch_size=500)
        Edition.renew()
    return len(changed)
