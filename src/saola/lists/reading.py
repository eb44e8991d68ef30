"""From sheets to rows: headings, sections, totals and notes told apart, each cell understood."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from saola.lists import cells
from saola.lists.columns import Header, find_header, header_at
from saola.lists.communes import Finder, find_commune
from saola.lists.grid import Grid, Unreadable, read_grids
from saola.lists.rows import Row, RowReader
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


def read_list(content: bytes, find: Finder = find_commune) -> ListReading:
    """Read an XLSX, XLS, ODS, CSV or pasted table of recognised products; `find` knows the communes
    of another province than Sơn La.

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
        for found in _Sheet(grid, header, find, named=len(grids) > 1).lines():
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


class _Sheet:
    """One sheet being walked from its heading down."""

    def __init__(self, grid: Grid, header: Header, find: Finder, *, named: bool) -> None:
        self.grid, self.name = grid, grid.name if named else ""
        self.reader = RowReader(grid, header, self.name, find)
        self.context = self.reader.context
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
        at = self.reader.header.last + 1
        while at < len(self.grid.rows):
            row = self.grid.rows[at]
            if any(row):
                again = header_at(self.grid.rows, at)
                if again is not None and self._is_heading(again, row):
                    self.reader.header = again
                    yield self._skip(at, "dòng tiêu đề lặp lại")
                    at = again.last + 1
                    continue
                yield self._line(at, row)
            at += 1

    def _is_heading(self, again: Header, row: Sequence[str]) -> bool:
        """A product may be called after a heading's word: most cells must be headings, and none a
        number or a class."""
        if any(re.fullmatch(r"\d+([.,]\d+)?", cell) or cells.stars(cell) for cell in row):
            return False
        full = sum(bool(cell) for cell in row)
        return len(again.columns) + len(again.star_marks) >= max(2, full * 0.6)

    def _skip(self, at: int, reason: str) -> Skipped:
        return Skipped(at + 1, reason, self.name)

    def _line(self, at: int, row: list[str]) -> Row | Skipped:
        full = [cell for cell in row if cell]
        product = self.reader.cell(row, "product")
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
        return self.reader.product(at, row, product)

    def _is_section(self, at: int, row: list[str], full: list[str]) -> bool:
        """A heading between rows: merged over many columns, or one text alone, its numbering
        apart, that is not under the product's heading beside other facts."""
        if at in self.grid.across:
            return True
        texts = [c for c in full if not re.fullmatch(r"[ivxIVX]{1,6}\.?|[A-HĐ]\.?|\d{1,3}\.?", c)]
        if len(texts) != 1 or len(full) > 2 or len(self.reader.header.columns) < 3:
            return False
        roman = any(re.fullmatch(r"[ivxIVX]{1,6}\.?|[A-HĐ]\.?", cell) for cell in full)
        place = self.reader.header.columns["product"]
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
