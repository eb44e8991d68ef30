"""What producer and product say about themselves on Mẫu 01 and 02, kept field by field."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.drafts.merge import OVERWRITES, Merged, Opened, merge
from saola.server.files.pictures import small_jpeg
from saola.server.files.store import keep, open_file, store
from saola.server.journal.record import record
from saola.server.notices.actions import tell
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
LISTS = ("contents", "partners")


@transaction.atomic
def save_producer(
    producer: Producer, posted: Mapping[str, str], *, by: User, opened: Opened = OVERWRITES
) -> Merged:
    """Keep what this page changed of "producer:<id>" since it was opened."""
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
    stored = {field: getattr(producer, field) for field in PRODUCER_FIELDS}
    merged = _merged(name_of(producer), stored, posted, by, opened)
    if merged.changed:
        for field in PRODUCER_FIELDS:
            setattr(producer, field, merged.values[field])
        producer.save(update_fields=list(PRODUCER_FIELDS))
    return merged


@transaction.atomic
def save_product(
    product: Product, posted: Mapping[str, str], *, by: User, opened: Opened = OVERWRITES
) -> Merged:
    """Keep what this page changed of "product:<id>" since it was opened; "contents" and "partners"
    are lists of ids (`ids_text`)."""
    product = Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
    require(by, Permission.PRODUCT_EDIT, product)
    stored = {field: getattr(product, field) for field in PRODUCT_FIELDS}
    stored |= {name: ids_text(getattr(product, name).all()) for name in LISTS}
    merged = _merged(name_of(product), stored, posted, by, opened)
    if merged.changed:
        for field in PRODUCT_FIELDS:
            setattr(product, field, merged.values[field])
        product.save(update_fields=list(PRODUCT_FIELDS))
        if any(merged.values[name] != stored[name] for name in LISTS):
            _keep_lists(product, merged.values, by)
    return merged


def name_of(thing: Producer | Product) -> str:
    """Under which name its changes are kept."""
    return f"{type(thing).__name__.lower()}:{thing.pk}"


def _merged(
    name: str, stored: dict[str, str], posted: Mapping[str, str], by: User, opened: Opened
) -> Merged:
    wanted = {field: value.strip() for field, value in posted.items() if field in stored}
    merged = merge(name, stored, wanted, opened=opened, by=by.full_name)
    if merged.changed:
        changed = sorted(f for f in wanted if merged.values[f] != stored[f])
        record("describe", name, {"fields": changed}, by=by)
    return merged


@transaction.atomic
def set_contents(product: Product, contents: list[Product], *, by: User) -> None:
    """What is inside a gift box: products of the same producer."""
    save_product(product, {"contents": ids_text(contents)}, by=by)


@transaction.atomic
def set_partners(product: Product, partners: list[Producer], *, by: User) -> None:
    """Other producers who make the product too: named on its papers, and told so. The producer that
    files stays answerable, and is alone in seeing its dossiers. A household's name is a person's:
    it is not named by others."""
    save_product(product, {"partners": ids_text(partners)}, by=by)


def ids_text(things: Iterable[Product | Producer]) -> str:
    """A list as the merge compares it: "3,17"."""
    return ",".join(str(pk) for pk in sorted(thing.pk for thing in things))


def _ids(text: str) -> set[int]:
    return {int(part) for part in text.split(",") if part}


def _keep_lists(product: Product, values: dict[str, str], by: User) -> None:
    inside = Product.objects.filter(pk__in=_ids(values["contents"]))
    if inside.exclude(producer=product.producer_id).exists() or product in inside:
        raise Refused("Hộp quà chỉ gồm sản phẩm khác của cùng chủ thể.", field="contents")
    partners = Producer.objects.filter(pk__in=_ids(values["partners"]))
    if product.producer is not None and product.producer in partners:
        raise Refused("Chủ thể đứng tên không ghi thêm lần nữa.", field="partners")
    if partners.filter(kind=Producer.Kind.HOUSEHOLD).exists():
        raise Refused(
            "Tên hộ kinh doanh là tên người nên không do chủ thể khác ghi.", field="partners"
        )
    new = partners.exclude(pk__in=product.partners.values("pk"))
    for partner in new:
        people = User.objects.who(Permission.PRODUCT_EDIT, f"producer:{partner.pk}")
        tell(
            f"partner:{product.pk}:{partner.pk}",
            people,
            f"Được ghi là chủ thể cùng làm: {product.name}",
            f"{product.producer} ghi {partner.name} cùng làm sản phẩm này; tên sẽ có trên giấy tờ "
            "của sản phẩm. Nếu không đúng, hãy báo Ủy ban nhân dân cấp xã.",
            about=name_of(product),
        )
    product.contents.set(inside)
    product.partners.set(partners)


@transaction.atomic
def set_photo(of: Product | Producer, upload: Any, *, by: User) -> None:
    """The picture that buyers see beside the certificate, made small."""
    rows: Any = type(of).objects.select_for_update(of=("self",))
    found = rows.get(pk=of.pk)
    require(by, Permission.PRODUCT_EDIT, found)
    taken = store(upload, by=by.username)
    if not taken.kind.startswith("image/"):
        raise Refused("Hãy chọn ảnh JPEG, PNG hoặc WebP.", field="photo")
    with open_file(taken) as file:
        small = small_jpeg(file)
    found.photo = keep(small, "anh.jpg", "image/jpeg", by=by.username)
    found.save(update_fields=["photo"])
    subject = "product" if isinstance(of, Product) else "producer"
    record("photo", f"{subject}:{of.pk}", {"sha256": found.photo.sha256}, by=by)
