"""Reading an office's list and writing it into the register in one transaction; a second time it
changes nothing. Work of the background; the acts of people stand in `list_actions`."""

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.criteria import newest_sets, rulebook, rulebook_in_force
from saola.criteria.load import RULEBOOKS
from saola.lists import Skipped, Unreadable, list_data, read_list
from saola.lists.communes import Finder, FoundCommune, find_commune
from saola.places import PROVINCE_CODE
from saola.server.files.store import keep, open_file
from saola.server.journal.record import record
from saola.server.places.models import Place
from saola.server.places.office import code_of, lying_in, office
from saola.server.products.models import Producer, Product
from saola.server.products.search import fill
from saola.server.recognition.models import ListImport, Recognition
from saola.server.works.progress import Progress, Stopped
from saola.vietnamese.dates import add_months
from saola.vietnamese.folding import fold

CHUNK = 1000
State = ListImport.State


def read(pk: int) -> None:
    """Read the list into rows; a list that is none gets the reason."""
    found = ListImport.objects.select_related("source").get(pk=pk)
    if found.state != State.READING:
        return
    with open_file(found.source) as file:
        content = file.read()
    try:
        data = list_data(read_list(content, _finder(found.province_code)))
    except Unreadable as fault:
        ListImport.objects.filter(pk=pk).update(state=State.UNREADABLE, fault=str(fault))
        return
    if found.province_code != code_of(None):
        data |= _placed(data, found.province_code)
    text = json.dumps(data, ensure_ascii=False).encode()
    rows = data["rows"]
    found.reading = keep(text, f"doc-{pk}.json", "application/json")
    found.state = State.READ
    found.rows, found.skipped = len(rows), len(data["skipped"])
    found.doubtful = sum(bool(row["warnings"]) for row in rows)
    found.save()


NOT_FOUND = (
    "chưa tìm thấy xã, phường trong danh mục của tỉnh; hãy sửa tên hoặc ghi mã xã rồi nộp lại tệp"
)


def _finder(province_code: str) -> Finder:
    """Who knows the communes of a province: the library those of Sơn La through time, the register
    of places those of another, by their whole names of today."""
    if province_code == PROVINCE_CODE:
        return find_commune
    places = Place.objects.communes().filter(province_code=province_code)
    often = Counter(place.folded for place in places)
    named = {place.folded: place for place in places if often[place.folded] == 1}
    own = fold(office(province_code).name)

    def find(text: str, _district: str, _year: int | None, province: str) -> FoundCommune:
        place = named.get(fold(text.partition(",")[0].strip()))
        if place is None or (province and own not in fold(province)):
            return FoundCommune(None, None, NOT_FOUND)
        return FoundCommune(place.code, place.name)

    return find


def _placed(data: dict[str, Any], province_code: str) -> dict[str, Any]:
    """Rows in a commune of the province, the others among the skipped lines: what no commune is
    known of would lie in the house's own province."""
    rows, skipped = [], list(data["skipped"])
    places = Place.objects.communes().filter(province_code=province_code)
    codes = set(places.values_list("code", flat=True))
    for row in data["rows"]:
        if row["commune_code"] in codes:
            rows.append(row)
        else:
            skipped.append(asdict(Skipped(row["row"], NOT_FOUND, row["sheet"])))
    return {"rows": rows, "skipped": skipped}


def reading_of(found: ListImport) -> dict[str, Any]:
    """Columns, rows and skipped lines as they were read."""
    assert found.reading is not None  # asked for only once the list is read
    with open_file(found.reading) as file:
        data: dict[str, Any] = json.load(file)
    return data


@dataclass(slots=True)
class _Known:
    """What the register has already, by the keys that a list can give."""

    places: dict[str, Place]
    producers: dict[tuple[str, int | None], Producer]
    products: dict[tuple[str, int | None, int | None], Product]
    recognitions: set[tuple[int, int | None, int | None]]


def write(pk: int) -> None:
    """Write all rows or none; where somebody stops it, none, and the list stands as it was read."""
    try:
        _write(pk)
    except Stopped:
        ListImport.objects.filter(pk=pk, state=State.WRITING).update(state=State.READ)


@transaction.atomic
def _write(pk: int) -> None:
    """What is there already stays as it is."""
    found = (
        ListImport.objects.select_for_update(of=("self",))
        .select_related("by", "reading")
        .get(pk=pk)
    )
    if found.state != State.WRITING:
        return
    rows = reading_of(found)["rows"]
    known = _known(found.province_code)
    with Progress(f"list-{pk}", 3 * len(rows)) as note:
        _add_producers(rows, known)
        note(len(rows))
        _add_products(rows, known, found)
        note(2 * len(rows))
        found.written = _add_recognitions(rows, known, found)
        note(3 * len(rows))
    found.state, found.written_at = State.WRITTEN, timezone.now()
    found.save()
    facts = {"rows": found.rows, "written": found.written}
    record("write_list", f"import:{found.pk}", facts, by=found.by)


def _known(province_code: str) -> _Known:
    places = Place.objects.communes().filter(province_code=province_code)
    producers = Producer.objects.filter(lying_in(province_code), illustrative=False)
    products = Product.objects.filter(lying_in(province_code), illustrative=False)
    return _Known(
        {place.code: place for place in places},
        {(p.folded, p.place_id): p for p in producers},
        {
            (p.folded, p.producer_id, p.place_id if p.producer_id is None else None): p
            for p in products
        },
        set(Recognition.objects.values_list("product_id", "year", "stars")),
    )


def _place(row: dict[str, Any], known: _Known) -> Place | None:
    return known.places.get(row["commune_code"] or "")


def _producer_key(row: dict[str, Any], known: _Known) -> tuple[str, int | None]:
    place = _place(row, known)
    return fold(row["producer"] or "")[:200], place.pk if place else None


def _add_producers(rows: list[dict[str, Any]], known: _Known) -> None:
    fresh: dict[tuple[str, int | None], Producer] = {}
    for row in rows:
        key = _producer_key(row, known)
        if row["producer"] and key not in known.producers and key not in fresh:
            name = row["producer"][:200]
            kind = kind_of(name)
            if kind == Producer.Kind.UNKNOWN:
                kind = kind_of(row["kind"] or "")
            fresh[key] = Producer(
                name=name,
                folded=key[0],
                kind=kind,
                place_id=key[1],
                address_as_printed=(row["place"] or "")[:200],
                representative=(row["representative"] or "")[:120],
                phone=(row["phone"] or "")[:30],
            )
    for made in Producer.objects.bulk_create(fresh.values(), batch_size=CHUNK):
        known.producers[made.folded, made.place_id] = made


KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (Producer.Kind.COOPERATIVE, ("htx ", "hop tac xa ", "lien hiep hop tac xa ")),
    (Producer.Kind.GROUP, ("tht ", "to hop tac ")),
    (
        Producer.Kind.ENTERPRISE,
        ("cong ty ", "doanh nghiep ", "dntn ", "xi nghiep ", "tong cong ty "),
    ),
    (
        Producer.Kind.HOUSEHOLD,
        ("hkd ", "ho kinh doanh ", "ho gia dinh ", "ho san xuat ", "co so "),
    ),
    (Producer.Kind.FARM, ("trang trai ",)),
    (Producer.Kind.ASSOCIATION, ("hoi ", "hiep hoi ")),
)


def kind_of(name: str) -> str:
    """The kind a producer's name begins with; unknown where it says nothing."""
    plain = f"{fold(name)} "
    for kind, words in KINDS:
        if plain.startswith(words):
            return str(kind)
    return str(Producer.Kind.UNKNOWN)


Key = tuple[str, int | None, int | None]


def _product_key(row: dict[str, Any], known: _Known) -> Key:
    place = _place(row, known)
    producer = known.producers.get(_producer_key(row, known)) if row["producer"] else None
    nobody = place.pk if producer is None and place else None
    return fold(row["product"])[:200], producer.pk if producer else None, nobody


def _add_products(rows: list[dict[str, Any]], known: _Known, found: ListImport) -> None:
    fresh: dict[Key, Product] = {}
    codes = set(Product.objects.exclude(code="").values_list("code", flat=True))
    for row in rows:
        key = _product_key(row, known)
        if key not in known.products and key not in fresh:
            place = _place(row, known)
            fresh[key] = Product(
                producer=known.producers.get(_producer_key(row, known)) if key[1] else None,
                name=row["product"][:200],
                folded=key[0],
                place=place,
                place_as_printed=(row["place"] or "")[:200],
                group_number=_group(row["group"]),
                code=_new_code(row["code"], codes),
                source_note=f"danh sách nhập số {found.pk}, dòng {row['row']}",
            )
    fill(fresh.values())
    for key, made in zip(
        fresh, Product.objects.bulk_create(fresh.values(), batch_size=CHUNK), strict=True
    ):
        known.products[key] = made


def _group(printed: str | None) -> int | None:
    """The set of Phụ lục I that a list names by its number or its whole name; None otherwise."""
    plain = fold(printed or "").strip()
    number = re.fullmatch(r"(?:bo|nhom)?\s*(?:so)?\s*(\d{1,2})\b.*", plain)
    if number and int(number[1]) in _groups().values():
        return int(number[1])
    return _groups().get(plain)


@cache
def _groups() -> dict[str, int]:
    """Number of each set of the newest decision by its folded name."""
    return {fold(one.name): one.number for one in newest_sets()}


def _new_code(printed: str | None, codes: set[str]) -> str:
    """The product's code, once; a second product with it gets none."""
    code = (printed or "").strip()[:40]
    if not code or code in codes:
        return ""
    codes.add(code)
    return code


def _add_recognitions(rows: list[dict[str, Any]], known: _Known, found: ListImport) -> int:
    fresh = []
    for row in rows:
        product = known.products[_product_key(row, known)]
        key = (product.pk, row["year"], row["stars"])
        if key not in known.recognitions:
            known.recognitions.add(key)
            fresh.append(_recognition(row, product, found))
    Recognition.objects.bulk_create(fresh, batch_size=CHUNK)
    Recognition.objects.mark_newest({row.product_id for row in fresh})
    return len(fresh)


def _recognition(row: dict[str, Any], product: Product, found: ListImport) -> Recognition:
    """One recognition as the list tells it; its last day as printed, else 36 months on."""
    decided = date.fromisoformat(row["decided_on"]) if row["decided_on"] else None
    expires = date.fromisoformat(row["expires_on"]) if row["expires_on"] else None
    basis = Recognition.Basis.PRINTED if expires else Recognition.Basis.UNKNOWN
    if expires is None and decided is not None:
        expires = add_months(decided, _months(decided))
        basis = Recognition.Basis.COMPUTED
    if expires is not None and decided is not None and expires <= decided:
        expires, basis = None, Recognition.Basis.UNKNOWN
    return Recognition(
        product=product,
        stars=row["stars"],
        year=row["year"],
        recognised_on=decided,
        expires_on=expires,
        expiry_basis=basis,
        decision_as_printed=(row["decision"] or "")[:120],
        total=row["score"] or "",
        confidence="list",
        note=f"danh sách nhập số {found.pk}, dòng {row['row']}",
        published_on=timezone.localdate(),
    )


def _months(on: date) -> int:
    """Validity under the law of that day; days before the first decision take the first one's."""
    first = rulebook(RULEBOOKS[0])
    return rulebook_in_force(max(on, first.in_force_from)).validity_months
