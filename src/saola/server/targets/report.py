"""The periodic report on the programme as tables: what was reached, how dossiers went, trade,
communications, communes of the new-countryside programme. Its layout is ours: no form was found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from saola.lists.writing import Cell, plain
from saola.server.dossiers.models import Dossier
from saola.server.market.models import Contract, Export, Sale, Stand, TradeEvent
from saola.server.market.queries import by_model, markets, year_totals
from saola.server.outreach.models import Campaign, Proof
from saola.server.places.office import lying_in
from saola.server.products.models import Producer, Product
from saola.server.recognition.models import Recognition
from saola.server.recognition.queries import commune_on
from saola.server.targets.outlook import turns
from saola.server.targets.progress import (
    communes,
    coverage,
    producers,
    progress,
    taken_back,
    targets,
)
from saola.server.targets.rounds import rounds
from saola.server.targets.terms import HOLDS, Terms
from saola.vietnamese.numbers import decimal_comma
from saola.vietnamese.sorting import word_key

CLASSES = (3, 4, 5)


@dataclass(frozen=True)
class Table:
    """One table of the report; `widths` are parts of the page's width, `note` says what the reader
    has to know."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]
    note: str = ""


def programme(read: Terms, seen: QuerySet[Dossier], first: date, province: str = "") -> list[Table]:
    """From `first` to the day of `read`, of one province ("": of all)."""
    read = read.of(province)
    return [
        _targets(read, province),
        _classes(read, first),
        _types(read),
        _ends(read),
        _rounds(seen, read.on),
        _facts("Xúc tiến thương mại, doanh số chủ thể đã khai", _trade(first, read.on, province)),
        *_years(read.on, province),
        _facts("Truyền thông", _told(first, read.on, province)),
        countryside(read, province),
    ]


def _targets(read: Terms, province: str) -> Table:
    rows = []
    for target in targets(province):
        row = progress(target, read)
        percent = target.unit == "percent"
        value = f"{decimal_comma(f'{row.value:.1f}')} %" if percent else str(row.count)
        least = f"{target.least} %" if percent else str(target.least)
        rows.append(
            (
                target.name,
                target.period,
                least,
                value,
                row.unknown,
                "đạt" if row.met else "chưa đạt",
            )
        )
    head = ("Chỉ tiêu", "Mốc", "Cần đạt", "Đã đạt", "Chưa rõ", "So với chỉ tiêu")
    note = (
        "Chưa rõ: nguồn không nêu ngày nên có thể còn hoặc hết hiệu lực; với xuất khẩu là chưa ai "
        "khai đã xuất khẩu hay chưa."
    )
    return Table("Chỉ tiêu của tỉnh", head, rows, (5, 1, 1, 1, 1, 2), note)


def _classes(read: Terms, first: date) -> Table:
    new = {
        stars: sum(
            term.stars == stars
            and term.recognised_on is not None
            and term.recognised_on >= first
            and not taken_back(term, read.on)
            for own in read.by_product
            for term in own
        )
        for stars in CLASSES
    }
    rows = [
        (f"{stars} sao", len(read.held(stars)), len(read.unknown(stars)), new[stars])
        for stars in CLASSES
    ]
    head = ("Hạng", "Còn hiệu lực", "Chưa rõ", "Công nhận trong kỳ (đã rõ ngày)")
    return Table("Sản phẩm theo hạng", head, rows, (2, 2, 2, 3))


def _types(read: Terms) -> Table:
    names = {key: str(label) for key, label in Producer.Kind.choices} | {"": "chưa rõ"}
    rows = [(names[kind], people, products) for kind, people, products in producers(read)]
    return Table("Chủ thể theo loại hình", ("Loại hình", "Chủ thể", "Sản phẩm"), rows, (4, 1, 1))


def _ends(read: Terms) -> Table:
    rows = [(year, of["renewed"], of["upgraded"], of["lost"]) for year, of in turns(read)]
    head = ("Năm", "Giữ hạng", "Lên hạng", "Mất hạng")
    note = "Mất hạng: không thấy công nhận lại trong nguồn, bị thu hồi hoặc xuống hạng."
    return Table("Giấy chứng nhận hết hạn", head, rows, (1, 1, 1, 1), note)


def _rounds(seen: QuerySet[Dossier], on: date) -> Table:
    rows = [
        (
            row.results_before,
            len(row.proposed),
            len(row.recognised),
            len(row.ended),
            len(row.open),
            row.median_days,
        )
        for row in rounds(seen.filter(illustrative=False), on)
    ]
    head = (
        "Kết quả trước", "Đề nghị", "Công nhận", "Kết thúc khác", "Đang làm", "Số ngày (trung vị)"
    )  # fmt: skip
    return Table("Các đợt đánh giá", head, rows, (2, 1, 1, 1, 1, 1))


def _facts(title: str, rows: list[tuple[str, Cell]]) -> Table:
    return Table(title, ("Nội dung", "Số"), rows, (4, 1))


def _trade(first: date, last: date, province: str) -> list[tuple[str, Cell]]:
    real: dict[str, Any] = {"product__illustrative": False}
    events = TradeEvent.objects.filter(starts_on__lte=last, ends_on__gte=first)
    if province:
        real["product__in"] = _products(province)
        events = events.filter(province_code=province)
    stands = Stand.objects.filter(event__in=events, producer__illustrative=False)
    sold = stands.aggregate(n=Count("pk"), money=Sum("revenue"))
    signed = Contract.objects.filter(signed_on__range=(first, last), **real)
    digital = Sale.objects.filter(month__range=(first.replace(day=1), last), **real)
    abroad = Export.objects.filter(on__range=(first, last), **real)
    sums = abroad.aggregate(
        products=Count("product", distinct=True), countries=Count("country", distinct=True),
        money=Sum("value_usd"),
    )  # fmt: skip
    return [
        ("Sự kiện bán hàng", events.count()),
        ("Gian hàng", sold["n"]),
        ("Bán được tại sự kiện (đồng)", int(sold["money"] or 0)),
        ("Hợp đồng ký trong kỳ", signed.count()),
        (
            "Giá trị một năm của hợp đồng bán ký trong kỳ (đồng)",
            int(signed.filter(kind=Contract.Kind.SALE).aggregate(s=Sum("value"))["s"] or 0),
        ),
        ("Doanh số qua các kênh (đồng)", int(digital.aggregate(s=Sum("revenue"))["s"] or 0)),
        ("Sản phẩm xuất khẩu", sums["products"]),
        ("Nước, vùng lãnh thổ xuất khẩu", sums["countries"]),
        ("Trị giá xuất khẩu (USD)", int(sums["money"] or 0)),
    ]


def _products(province: str) -> QuerySet[Product]:
    """Real ones of a province ("": of all); where no source names a commune, of this house's."""
    rows = Product.objects.filter(illustrative=False)
    if not province:
        return rows
    return rows.filter(lying_in(province))


def _years(on: date, province: str) -> Iterator[Table]:
    """What products recognised by the day did in its year and the one before; who made them; where
    they went."""
    recognised = Recognition.objects.filter(published_on__lte=on).values("product")
    real = _products(province).filter(pk__in=recognised)
    both = [(one, year_totals(one, real, on)) for one in (on.year, on.year - 1)]
    rows = [
        (
            one, of["products"], plain(of["revenue"]), _percent(of["changes"]["revenue"]),
            of["workers"], _percent(of["changes"]["workers"]), plain(of["investment"]),
            plain(of["support"]), of["adopted"],
        )
        for one, of in both
    ]  # fmt: skip
    head: Sequence[str] = (
        "Năm", "Sản phẩm đã khai", "Doanh thu (đồng)", "So với năm trước", "Lao động",
        "So với năm trước", "Đầu tư (đồng)", "Hỗ trợ (đồng)", "Áp dụng công nghệ",
    )  # fmt: skip
    note = "So với năm trước: chỉ những sản phẩm khai cả hai năm."
    yield Table("Kết quả năm của sản phẩm được công nhận", head, rows, (2,) * 9, note)
    yield from _by_model_and_market((on.year, on.year - 1), real, on)


def _by_model_and_market(
    years: Sequence[int], real: QuerySet[Product], on: date
) -> Iterator[Table]:
    names = {key: str(label) for key, label in Producer.Kind.choices} | {"": "chưa rõ"}
    models = [
        (one, names[kind], products, plain(money), people)
        for one in years
        for kind, products, money, people in by_model(one, real)
    ]
    head: Sequence[str] = (
        "Năm", "Mô hình tổ chức", "Sản phẩm đã khai", "Doanh thu (đồng)", "Lao động"
    )  # fmt: skip
    yield Table("Kết quả năm theo mô hình tổ chức", head, models, (1, 4, 2, 3, 2))
    abroad = [
        (
            one, row.country, row.hs_code, row.products, row.consignments, plain(row.kg),
            plain(row.usd),
        )
        for one in years
        for row in markets(one, real, on)
    ]  # fmt: skip
    head = ("Năm", "Nước, vùng lãnh thổ", "Mã HS", "Sản phẩm", "Số lô", "kg", "USD")
    yield Table("Xuất khẩu theo thị trường", head, abroad, (1, 3, 2, 1, 1, 2, 2))


def _percent(change: Decimal | None) -> str | None:
    if change is None:
        return None
    word = "tăng" if change >= 0 else "giảm"
    return f"{word} {decimal_comma(f'{abs(change):.1f}')} %"


def _told(first: date, last: date, province: str) -> list[tuple[str, Cell]]:
    proofs = Proof.objects.filter(on__range=(first, last), returned=False)
    campaigns = Campaign.objects.filter(starts_on__lte=last, ends_on__gte=first)
    if province:
        proofs = proofs.filter(task__place__province_code=province)
        campaigns = campaigns.filter(province_code=province)
    sums = proofs.aggregate(times=Sum("times"), people=Sum("people"))
    return [
        ("Chiến dịch", campaigns.count()),
        ("Buổi, lần phát, bài", sums["times"] or 0),
        ("Lượt người dự, nghe, xem", sums["people"] or 0),
    ]


def countryside(read: Terms, province: str) -> Table:
    """By commune, for the new-countryside programme: has it a product that holds?"""
    held, maybe = coverage(read)
    here, best = commune_on(read.on), dict[str, int]()
    for term, state in read.last:
        if state in HOLDS:
            code = here(term.place)
            best[code] = max(best.get(code, 0), term.stars or 0)
    places = communes(province, read.on)
    rows: list[tuple[Cell, ...]] = [
        (
            place.code, place.name, held[place.code], maybe[place.code], best.get(place.code),
            "có" if held[place.code] else "chưa rõ" if maybe[place.code] else "chưa có",
        )
        for place in sorted(places, key=lambda place: word_key(place.name))
    ]  # fmt: skip
    head = ("Mã", "Xã, phường", "Còn hiệu lực", "Chưa rõ", "Hạng cao nhất", "Có sản phẩm OCOP")
    note = "Chưa có trong nguồn văn bản quy định chỉ tiêu này cho 2026–2030; bảng chỉ đếm."
    return Table("OCOP trong nông thôn mới, theo xã", head, rows, (1, 3, 1, 1, 1, 2), note)


def as_form(
    tables: Sequence[Table], first: date, last: date, title: str = "Báo cáo Chương trình OCOP"
) -> dict[str, Any]:
    """The report, or one table of it, as `papers.forms` sets it."""
    blocks: list[dict[str, Any]] = []
    for number, table in enumerate(tables, 1):
        blocks.append({"kind": "heading", "text": f"{number}. {table.title}"})
        if table.rows:
            cells = [[_shown(cell) for cell in row] for row in table.rows]
            blocks.append(
                {
                    "kind": "table",
                    "widths": list(table.widths),
                    "head": list(table.head),
                    "rows": cells,
                }
            )
        else:
            blocks.append({"kind": "text", "text": "Không có số liệu."})
        if table.note:
            blocks.append({"kind": "text", "text": table.note})
    return {
        "title": title,
        "subtitle": f"Từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}",
        "form": "Mẫu trình bày của phần mềm",
        "illustrative": False,
        "national": True,
        "blocks": blocks,
    }


def _shown(cell: Cell) -> str:
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, int):
        return f"{cell:,}".replace(",", ".") if cell >= 10_000 else str(cell)
    return "–" if cell is None else str(cell)
