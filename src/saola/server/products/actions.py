"""Registering a product."""

from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import record
from saola.server.products.models import Producer, Product
from saola.vietnamese.folding import fold


@transaction.atomic
def place_in_group(product: Product, group_number: int, *, by: User) -> Product:
    """Say which set of Phụ lục I the product belongs to, where nobody has said it yet."""
    require(by, Permission.PRODUCT_EDIT, product)
    if product.group_number is None:
        product.group_number = group_number
        product.save(update_fields=["group_number"])
        record("place_in_group", f"product:{product.pk}", {"group": group_number}, by=by)
    return product


@transaction.atomic
def add_product(producer: Producer, name: str, group_number: int, *, by: User) -> Product:
    """A new product of the producer, at the producer's place; one of the same name is refused."""
    require(by, Permission.PRODUCT_EDIT, producer)
    if producer.products.filter(folded=fold(name)).exists():
        raise Refused(
            "Chủ thể đã có sản phẩm tên này. Hãy chọn sản phẩm trong danh sách, hoặc đặt tên khác.",
            field="name",
        )
    product = Product.objects.create(
        producer=producer,
        name=name,
        place=producer.place,
        group_number=group_number,
        illustrative=producer.illustrative,
    )
    record("add_product", f"product:{product.pk}", {"producer": producer.pk}, by=by)
    return product
