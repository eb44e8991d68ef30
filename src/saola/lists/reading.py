"""From sheets to rows: headings, sections, totals and notes told apart, each cell understood."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from saola.criteria import Rulebook, rulebook, rulebook_in_force
from saola.criteria.load import RULEBOOKS
from saola.lists import cells
from saola.lists.columns import Header, find_header, header_at
from saola.lists.communes import find_commune
from saola.lists.grid import Grid, Unreadable, read_grids
from saola.vietnamese.folding import fold
from saola.vietnamese.reading import find_year, first_day

TOTAL = re.compile(
    r"(?:[ivx\d]+[.)]? )?(?!tong cong ty)(?:tong(?: cong| so)?|cong)"
    r"(?: *(?:[:\d(].*|(?:cac )?(?:san pham|huyen|xa|nhom|toan tinh|chu the)\b.*))?"
)
NOTE = re.compile(
    r"(ghi chu|nguon|luu y|nguoi lap|lap bieu|ky ten|noi nhan|xac nhan|thu truong|tm\.|kt\.|tl\."
    r"|chu tich|giam doc|\(?ky, ?(ghi ro|dong dau)|danh sach (nay|tren)).*"
)
SIGNATURE = re.compile(r"(uy ban nhan dan|ubnd|son la|.*, ngay .* thang .* nam .*)$")


@dataclass(frozen=True, slots=True)
class Row:
    """One recognised product as the list has it. None: the list does not say."""

    row: int  # as the office counts, from 1
    product: str
    producer: str | None
    stars: int | None
    score: str | None  # as printed, with decimal point
    decision: str | None
    decided_on: str | None  # ISO
    expires_on: str | None  # ISO
    commune_code: str | None
    place: str | None  # as printed
    year: int | None
    warnings: tuple[str, ...] = ()
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that is no product, and why."""

    row: int
    reason: str
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class ListReading:
    """What a list says: columns by meaning, rows, and what was passed over."""

    columns: dict[str, str]
    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class _Context:
    """What headings and lines above say about the rows below."""

    stars: int | None = None
    district: str = ""
    province: str = ""
    decision: str | None = None
    decided_on: str | None = None
    year: int | None = None
    last: dict[str, str] = field(default_factory=dict)  # cells of the product row above


def read_list(content: bytes) -> ListReading:
    """Read an XLSX, XLS, ODS, CSV or pasted table of recognised products.

    Raises Unreadable with a Vietnamese sentence when it is no such table.
    """
    grids = read_grids(content)
    columns: dict[str, str] = {}
    rows: list[Row] = []
    skipped: list[Skipped] = []
    for grid in grids:
        header = find_header(grid.rows, 0)
        if header is None:
            continue
        columns = columns or header.titles
        for found in _Sheet(grid, header, named=len(grids) > 1).lines():
            (rows if isinstance(found, Row) else skipped).append(found)  # type: ignore[arg-type]
    if not columns:
        raise Unreadable(
            "Không tìm thấy dòng tiêu đề có cột tên sản phẩm. Hãy kiểm tra tệp, hoặc dán bảng kèm "
            "dòng tiêu đề."
        )
    return ListReading(columns, tuple(_told_twice(rows)), tuple(skipped))


def list_data(found: ListReading) -> dict[str, Any]:
    """The reading as plain data: columns, rows with all keys, skipped lines."""
    return {
        "columns": found.columns,
        "rows": [asdict(row) | {"warnings": list(row.warnings)} for row in found.rows],
        "skipped": [asdict(line) for line in found.skipped],
    }


def _told_twice(rows: Sequence[Row]) -> Iterator[Row]:
    """Warn where one product of one producer stands more than once."""
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (fold(row.product), fold(row.producer or ""))
        first = seen.setdefault(key, row.row)
        if first != row.row:
            warning = f"trùng sản phẩm và chủ thể với dòng {first}"
            row = replace(row, warnings=(*row.warnings, warning))  # noqa: PLW2901
        yield row


def _law_of(year: int | None) -> Rulebook:
    """The decision in force at the end of that year; the newest one where no year is known."""
    try:
        return rulebook_in_force(date(year or date.max.year, 12, 31))
    except LookupError:
        return rulebook(RULEBOOKS[0])


class _Sheet:
    """One sheet being walked from its heading down."""

    def __init__(self, grid: Grid, header: Header, *, named: bool) -> None:
        self.grid, self.header = grid, header
        self.name = grid.name if named else ""
        self.context = _Context()
        for at in range(header.first):
            self._learn(" ".join(grid.rows[at]))

    def _learn(self, text: str) -> None:
        """What a line above or between the rows tells: decision, day, year, province."""
        number = cells.decision_number(text) if re.search(r"/\s*Q[ĐD]", text) else None
        if number:
            day = first_day(text)
            self.context.decision = number
            self.context.decided_on = day.isoformat() if day else None
        self.context.year = find_year(text) or self.context.year
        province = re.search(r"\btinh ([a-z]+( [a-z]+){0,2})", fold(text))
        if province and not self.context.province:
            self.context.province = province[1]

    def lines(self) -> Iterator[Row | Skipped]:
        """Every line below the heading that is not empty."""
        at = self.header.last + 1
        while at < len(self.grid.rows):
            row = self.grid.rows[at]
            if any(row):
                again = header_at(self.grid.rows, at)
                if again is not None and self._is_heading(again, row):
                    self.header = again
                    yield self._skip(at, "dòng tiêu đề lặp lại")
                    at = again.last + 1
                    continue
                yield self._line(at, row)
            at += 1

    def _is_heading(self, again: Header, row: Sequence[str]) -> bool:
        """A product may be called after a heading's word: most cells must be headings."""
        full = sum(bool(cell) for cell in row)
        return len(again.columns) + len(again.star_marks) >= max(2, full * 0.6)

    def _skip(self, at: int, reason: str) -> Skipped:
        return Skipped(at + 1, reason, self.name)

    def _cell(self, row: Sequence[str], name: str) -> str:
        at = self.header.columns.get(name)
        text = row[at] if at is not None and at < len(row) else ""
        if cells.is_ditto(text):
            return self.context.last.get(name, "")
        return "" if cells.is_nothing(text) else text

    def _line(self, at: int, row: list[str]) -> Row | Skipped:
        full = [cell for cell in row if cell]
        product = self._cell(row, "product")
        if all(re.fullmatch(r"\(?(\d{1,2}|[a-z])\)?", cell) for cell in full) and len(full) > 2:
            return self._skip(at, "dòng đánh số cột")
        text = " ".join(dict.fromkeys(full))
        plain = fold(text)
        words = [fold(cell) for cell in full if re.search(r"[^\W\d]", cell)]
        if any(TOTAL.fullmatch(word) for word in words[:2]):
            return self._skip(at, "dòng tổng cộng")
        if len(full) <= 2 and (NOTE.match(plain) or SIGNATURE.match(plain)):
            return self._skip(at, "dòng ghi chú hoặc chữ ký")
        if self._is_section(at, row, full):
            self._enter(text)
            return self._skip(at, "dòng tiêu đề nhóm")
        if not product:
            return self._skip(at, "không có tên sản phẩm")
        return self._product(at, row, product)

    def _is_section(self, at: int, row: list[str], full: list[str]) -> bool:
        """A heading between rows: merged over many columns, or one text alone, its numbering
        apart, that is not under the product's heading beside other facts."""
        if at in self.grid.across:
            return True
        texts = [c for c in full if not re.fullmatch(r"[ivxIVX]{1,6}\.?|[A-HĐ]\.?|\d{1,3}\.?", c)]
        if len(texts) != 1 or len(full) > 2 or len(self.header.columns) < 3:
            return False
        roman = any(re.fullmatch(r"[ivxIVX]{1,6}\.?|[A-HĐ]\.?", cell) for cell in full)
        place = self.header.columns["product"]
        elsewhere = not (place < len(row) and row[place])
        numbered = re.match(r"([IVX]{1,6}|[A-H])\s*[.):-]\s*\S", texts[0])
        return bool(roman or elsewhere or numbered or cells.stars_in_heading(texts[0]))

    def _enter(self, text: str) -> None:
        """A section says what its rows have in common."""
        plain = re.sub(r"^([ivx]{1,6}|[a-h]|\d{1,2})\s*[.):-]?\s+", "", fold(text))
        self.context.stars = cells.stars_in_heading(text)
        self.context.last.clear()
        district = re.match(r"(huyen|thi xa|thanh pho|tp\.?) [a-z ]+", plain)
        self.context.district = district[0].strip() if district else ""
        if re.search(r"/\s*Q[ĐD]|\bnăm 20\d\d\b", text):
            self._learn(text)

    def _product(self, at: int, row: list[str], product: str) -> Row:
        warnings: list[str] = []
        if self.grid.legacy != "unicode":
            warnings.append(f"đã chuyển từ bảng mã {self.grid.legacy.upper()}")
        producer = self._producer(at, row, warnings)
        decision, decided_on = self._decision(row, warnings)
        year = self._year(row, decided_on)
        stars, score = self._stars(row, warnings), self._score(row, warnings)
        self._against_bands(stars, score, year, warnings)
        code, place = self._commune(row, year, warnings)
        expires = first_day(self._cell(row, "expires"))
        self.context.last = {
            name: row[column]
            if column < len(row) and row[column]
            else self.context.last.get(name, "")
            for name, column in self.header.columns.items()
        }
        if producer:
            self.context.last["producer"] = producer
        return Row(
            at + 1,
            product,
            producer,
            stars,
            score,
            decision,
            decided_on,
            expires.isoformat() if expires else None,
            code,
            place,
            year,
            tuple(warnings),
            self.name,
        )

    def _producer(self, at: int, row: list[str], warnings: list[str]) -> str | None:
        """The producer; in a list for people an empty cell below one means the same again."""
        text = self._cell(row, "producer")
        column = self.header.columns.get("producer")
        if (at, column) in self.grid.filled:
            warnings.append("chủ thể lấy từ ô gộp")
        if text or column is None:
            return text or None
        above = self.context.last.get("producer")
        beside = self._cell(row, "address") or self._cell(row, "commune")
        if above and not beside and not self.header.machine:
            warnings.append(f"ô chủ thể trống, lấy theo dòng trên: {above}")
            return above
        warnings.append("chưa có chủ thể")
        return None

    def _decision(self, row: list[str], warnings: list[str]) -> tuple[str | None, str | None]:
        """Number and day: from the row, else from the row above where cells are merged, else from
        the lines above the table."""
        text = self._cell(row, "decision")
        if not text and "decision" in self.header.columns and not self.header.machine:
            text = self.context.last.get("decision", "")
        number = cells.decision_number(text) if text else self.context.decision
        if text and number is None:
            warnings.append(f"chưa hiểu số quyết định “{text[:60]}”")
        dated = self._cell(row, "decision_date")
        day = first_day(dated) or first_day(text)
        if dated and day is None and find_year(dated) is None:
            warnings.append(f"chưa hiểu ngày “{dated[:40]}”")
        if day is not None:
            return number, day.isoformat()
        return number, self.context.decided_on if not text else None

    def _year(self, row: list[str], decided_on: str | None) -> int | None:
        for name in ("year", "decision_date", "decision"):
            found = find_year(self._cell(row, name))
            if found is not None:
                return found
        if decided_on:
            return int(decided_on[:4])
        return self.context.year

    def _stars(self, row: list[str], warnings: list[str]) -> int | None:
        marks = self.header.star_marks
        ticked = [n for at, n in marks.items() if at < len(row) and row[at].strip(" -–0")]
        if len(ticked) == 1:
            return ticked[0]
        text = self._cell(row, "stars")
        found = cells.stars(text) if text else None
        if found is not None:
            return found
        if text and not re.search(r"không|chưa", text.lower()):
            warnings.append(f"chưa hiểu hạng “{text[:40]}”")
        elif len(ticked) > 1:
            warnings.append("đánh dấu nhiều hạng")
        elif text:
            warnings.append(f"không có hạng: {text[:40]}")
        elif self.context.stars is None:
            warnings.append("chưa có hạng sao")
        return None if text or ticked else self.context.stars

    def _score(self, row: list[str], warnings: list[str]) -> str | None:
        text = self._cell(row, "score")
        if not text:
            return None
        found = cells.score(text)
        if found is None or float(found) > 100:
            warnings.append(f"chưa hiểu điểm “{text[:40]}”")
            return None
        return found

    def _against_bands(
        self, stars: int | None, score: str | None, year: int | None, warnings: list[str]
    ) -> None:
        """A score outside the band of its class is worth a look."""
        if stars is None or score is None:
            return
        exact = Fraction(score)
        band = _law_of(year).band(exact.numerator, exact.denominator)
        if band < stars:
            warnings.append(f"điểm {score} không tới khung {stars} sao")
        elif band > stars:
            warnings.append(f"điểm {score} thuộc khung {band} sao, hạng ghi {stars} sao")

    def _commune(
        self, row: list[str], year: int | None, warnings: list[str]
    ) -> tuple[str | None, str | None]:
        given = self._cell(row, "commune_code")
        text = self._cell(row, "commune")
        address = self._cell(row, "address")
        place = ", ".join(filter(None, (text or address, self._cell(row, "district")))) or None
        if re.fullmatch(r"\d{5}", given):
            return given, place
        if not (text or address):
            return None, place
        district = self._cell(row, "district") or self.context.district
        province = self._cell(row, "province") or self.context.province
        found = find_commune(text or address, district, year, province)
        if found.warning:
            warnings.append(found.warning)
        return found.code, place
