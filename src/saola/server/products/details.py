"""What producer and product say about themselves on Mẫu 01 and 02, kept field by field."""

from collections.abc import Mapping

from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.drafts.merge import Merged, merge, revision_of
from saola.server.journal.record import record
from saola.server.products.models import Producer, Product
from saola.vietnamese.tax_codes import is_tax_code

PRODUCER_FIELDS = (
    "representative",
    "representative_position",
    "phone",
    "email",
    "tax_code",
    "registration_number",
)
PRODUCT_FIELDS = ("description", "packing", "yearly_output")


@transaction.atomic
def save_producer(
    producer: Producer, posted: Mapping[str, str], *, by: User, base: int | None = None
) -> Merged:
    """Keep what this person changed since revision `base` of "producer:<id>"."""
    producer = Producer.objects.select_for_update(of=("self",)).get(pk=producer.pk)
    require(by, Permission.PRODUCT_EDIT, producer)
    code = posted.get("tax_code", "")
    if code and not is_tax_code(code):
        raise Refused(
            "Mã số thuế không đúng: cần 10 chữ số (chi nhánh thêm 3 số sau dấu gạch) và chữ số "
            "kiểm tra phải khớp. Nếu mã số thuế là số định danh cá nhân, hãy để trống và ghi tay "
            "vào bản in.",
            field="tax_code",
        )
    return _save(producer, PRODUCER_FIELDS, posted, by, base)


@transaction.atomic
def save_product(
    product: Product, posted: Mapping[str, str], *, by: User, base: int | None = None
) -> Merged:
    """Keep what this person changed since revision `base` of "product:<id>"."""
    product = Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
    require(by, Permission.PRODUCT_EDIT, product)
    return _save(product, PRODUCT_FIELDS, posted, by, base)


def name_of(thing: Producer | Product) -> str:
    """Under which name its changes are kept."""
    return f"{type(thing).__name__.lower()}:{thing.pk}"


def _save(
    thing: Producer | Product,
    fields: tuple[str, ...],
    posted: Mapping[str, str],
    by: User,
    base: int | None,
) -> Merged:
    name = name_of(thing)
    stored = {field: getattr(thing, field) for field in fields}
    wanted = {field: value.strip() for field, value in posted.items() if field in stored}
    since = revision_of(name) if base is None else base
    merged = merge(name, stored, wanted, base=since, by=by.full_name)
    if merged.changed:
        for field in fields:
            setattr(thing, field, merged.values[field])
        thing.save(update_fields=list(fields))
        record("describe", name, {"fields": sorted(wanted)}, by=by)
    return merged


@transaction.atomic
def set_contents(product: Product, contents: list[Product], *, by: User) -> None:
    """What is inside a gift box: products of the same producer."""
    require(by, Permission.PRODUCT_EDIT, product)
    if any(p.producer_id != product.producer_id or p.pk == product.pk for p in contents):
        raise Refused("Hộp quà chỉ gồm sản phẩm khác của cùng chủ thể.", field="contents")
    before = set(product.contents.values_list("pk", flat=True))
    if before != {p.pk for p in contents}:
        product.contents.set(contents)
        record("set_contents", name_of(product), {"products": [p.pk for p in contents]}, by=by)


@transaction.atomic
def set_partners(product: Product, partners: list[Producer], *, by: User) -> None:
    """Other producers who make the product too: named on its papers. The producer that files stays
    answerable, and is alone in seeing its dossiers."""
    require(by, Permission.PRODUCT_EDIT, product)
    if any(p.pk == product.producer_id for p in partners):
        raise Refused("Chủ thể đứng tên không ghi thêm lần nữa.", field="partners")
    before = set(product.partners.values_list("pk", flat=True))
    if before != {p.pk for p in partners}:
        product.partners.set(partners)
        record("set_partners", name_of(product), {"producers": [p.pk for p in partners]}, by=by)
