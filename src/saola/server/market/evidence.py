"""One click turns a record of the market into evidence of a dossier, with its source on it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.dossiers.evidence import OPEN, add_evidence
from saola.server.dossiers.models import Dossier, Evidence
from saola.server.files.store import open_file
from saola.server.market.models import Channel, Contract, Export, Sale, Stand, YearRecord
from saola.server.papers.typeset import typeset
from saola.server.products.models import Product
from saola.vietnamese.dates import short
from saola.vietnamese.folding import fold
from saola.vietnamese.numbers import decimal_comma


@dataclass(frozen=True, slots=True)
class Proof:
    """A record as a paper: its title, its facts, its file where one was kept; `words` are found in
    the names of the criteria that it may prove."""

    kind: str
    title: str
    facts: list[tuple[str, str]]
    words: tuple[str, ...]
    number: str = ""
    day: date | None = None
    until: date | None = None
    file: Any = None


def _number(value: Any, unit: str = "") -> str:
    return f"{decimal_comma(f'{value.normalize():f}')} {unit}".strip()


# as the sheets name them: production's links (1.4 or 1.5), those of a tourist region (4.2)
SALE_WORDS = ("phan phoi", "thu hut khach")
LINK_WORDS = ("lien ket chuoi trong san xuat", "lien ket san xuat", "lien ket vung")


def of_contract(contract: Contract) -> Proof:
    """A contract: of sale under markets and customers, of supply under links along the chain."""
    sale = contract.kind == Contract.Kind.SALE
    facts = [("Bên kia", contract.partner), ("Ngày ký", short(contract.signed_on))]
    if contract.ends_on:
        facts.append(("Hết hạn", short(contract.ends_on)))
    if contract.value is not None:
        facts.append(("Giá trị một năm", _number(contract.value, "đồng")))
    if contract.quantity is not None:
        facts.append(("Số lượng một năm", _number(contract.quantity, contract.unit)))
    if contract.raw_share is not None:
        facts.append(("Tỷ lệ nguyên liệu theo hợp đồng", _number(contract.raw_share, "%")))
    return Proof(
        "thi-truong-xuc-tien" if sale else "nguon-goc-lien-ket",
        f"Hợp đồng {contract.get_kind_display()} số {contract.number}",
        facts,
        SALE_WORDS if sale else LINK_WORDS,
        contract.number,
        contract.signed_on,
        contract.ends_on,
        contract.file,
    )


def of_export(export: Export) -> Proof:
    """A consignment abroad."""
    country = export.country_name
    facts = [
        ("Ngày xuất", short(export.on)), ("Nước, vùng lãnh thổ", country),
        ("Mã HS", export.hs_code), ("Khối lượng", _number(export.quantity_kg, "kg")),
        ("Trị giá", _number(export.value_usd, "USD")), ("Tờ khai, chứng nhận", export.certificate),
    ]  # fmt: skip
    return Proof(
        "thi-truong-xuc-tien",
        f"Xuất khẩu {country}, {short(export.on)}",
        [(name, value) for name, value in facts if value],
        ("thi truong toan cau", "phan phoi"),
        export.certificate or f"lô {export.pk}",
        export.on,
        None,
        export.file,
    )


def of_sales(product: Product) -> Proof:
    """All months of all channels."""
    rows = Sale.objects.filter(product=product).select_related("channel").order_by("month")
    facts = [
        (
            f"{sale.month:%m/%Y}, {sale.channel.name}",
            f"{sale.orders} đơn, {_number(sale.revenue, 'đồng')}, hoàn {sale.returns}",
        )
        for sale in rows
    ]
    return Proof(
        "thi-truong-xuc-tien",
        f"Doanh số theo kênh của {product.name}"[:200],
        facts,
        ("phan phoi", "quang ba"),
        number=f"đến {max(sale.month for sale in rows):%m/%Y}" if rows else "",
        day=timezone.localdate(),
    )


def of_channels(product: Product) -> Proof:
    """Where it is sold now, with addresses of pages and the day they were last tried."""
    rows = Channel.objects.filter(product=product, ended_at=None).order_by("kind", "pk")
    facts = []
    for row in rows:
        told = row.url or row.where
        if row.url and row.checked_at:
            state = f"không mở được: {row.fault}" if row.fault else "mở được"
            told += f" (thử ngày {short(timezone.localdate(row.checked_at))}: {state})"
        facts.append((f"{row.get_kind_display().capitalize()}: {row.name}", told or "–"))
    return Proof(
        "thi-truong-xuc-tien",
        f"Các kênh bán của {product.name}"[:200],
        facts,
        ("phan phoi", "quang ba"),
        number=f"{len(facts)} kênh, {short(timezone.localdate())}",
        day=timezone.localdate(),
    )


def of_stand(stand: Stand) -> Proof:
    """A fair or week of goods that the producer took part in."""
    event = stand.event
    facts = [
        ("Nơi tổ chức", event.where),
        ("Thời gian", f"{short(event.starts_on)} – {short(event.ends_on)}"),
        ("Gian số", stand.number),
        ("Bán được", _number(stand.revenue, "đồng") if stand.revenue is not None else ""),
        ("Khách hỏi mua", str(stand.visitors) if stand.visitors is not None else ""),
        ("Hợp đồng, thỏa thuận", str(stand.deals) if stand.deals is not None else ""),
    ]
    return Proof(
        "thi-truong-xuc-tien",
        f"{event.get_kind_display().capitalize()}: {event.name}"[:200],
        [(name, value) for name, value in facts if value],
        ("quang ba",),
        day=min(event.ends_on, timezone.localdate()),
    )


def of_year(record: YearRecord) -> Proof:
    """One year's output, money, people."""
    facts = []
    for name, value, unit in (
        ("Sản lượng", record.output, record.unit),
        ("Doanh thu", record.revenue, "đồng"),
        ("Diện tích vùng nguyên liệu", record.hectares, "ha"),
        ("Đầu tư", record.investment, "đồng"),
    ):
        if value is not None:
            facts.append((name, _number(value, unit)))
    if record.workers is not None:
        facts.append(("Lao động", str(record.workers)))
    if record.technology:
        facts.append(("Quy trình, công nghệ", record.technology))
    return Proof(
        "tang-truong",
        f"Kết quả năm {record.year}",
        facts,
        ("tang truong", "nang luc san xuat", "lao dong"),
        day=min(date(record.year, 12, 31), timezone.localdate()),
    )


def open_dossier(product: Product) -> Dossier | None:
    """The dossier of the product to which papers can be added now."""
    return Dossier.objects.filter(product=product, state__in=OPEN).order_by("-pk").first()


def suggested(dossier: Dossier, proof: Proof) -> list[str]:
    """Criteria whose names bear the words."""
    found = []
    for criterion in dossier.criteria_set.criteria:
        name = fold(criterion.label)
        if any(word in name for word in proof.words):
            found.append(criterion.id)
    return found


@transaction.atomic
def cite_record(dossier: Dossier, proof: Proof, criteria: list[str], *, by: User) -> Evidence:
    """Add it to the dossier: the file that was kept with it, else a page that says what the record
    holds and whence it is."""
    if not proof.facts and proof.file is None:
        raise Refused("Bản ghi này chưa có số liệu nào để làm minh chứng.")
    same = Evidence.objects.filter(
        citations__dossier=dossier, title=proof.title[:200], number=proof.number[:80]
    )
    if same.exists():
        raise Refused("Bản ghi này đã là minh chứng của hồ sơ.")
    if proof.file is not None:
        with open_file(proof.file) as file:
            upload = SimpleUploadedFile(proof.file.name, file.read(), proof.file.kind)
    else:
        upload = SimpleUploadedFile("ban-ghi.pdf", _page(dossier, proof, by), "application/pdf")
    data = {
        "kind": proof.kind,
        "title": proof.title[:200],
        "number": proof.number[:80],
        "issued_on": proof.day,
        "expires_on": proof.until,
    }
    return add_evidence(dossier, upload, data, criteria, by=by)


def _page(dossier: Dossier, proof: Proof, by: User) -> bytes:
    producer = dossier.product.producer
    return typeset(
        "record",
        {
            "title": proof.title,
            "product": dossier.product.name,
            "producer": producer.name if producer else "",
            "facts": proof.facts,
            "source": (
                f"Trích từ sổ bán hàng của chủ thể trên Saola, {short(timezone.localdate())}, "
                f"người trích: {by.full_name}. Chủ thể tự khai và chịu trách nhiệm."
            ),
            "illustrative": dossier.illustrative,
        },
    )
