"""A file or a pasted text becomes sheets of text cells; merged cells are filled."""

import csv
import html
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from html.parser import HTMLParser

from saola.vietnamese.legacy import Encoding, to_unicode

MOST_ROWS, MOST_COLUMNS = 200_000, 400
LONGEST = 120  # seconds for a workbook
MOST_UNPACKED = 400 * 1024 * 1024  # of an XLSX, against zip bombs


class Unreadable(ValueError):
    """A file that is no table we can read; the text is a Vietnamese sentence."""


@dataclass(slots=True)
class Grid:
    """One sheet: rows of texts. `number` of row i is i + 1, as the office sees it."""

    name: str
    rows: list[list[str]]
    filled: set[tuple[int, int]] = field(default_factory=set)  # cells filled from a merged one
    across: set[int] = field(default_factory=set)  # rows whose first cell is merged over many
    legacy: Encoding = "unicode"


def read_grids(content: bytes) -> list[Grid]:
    """The sheets of an XLSX, XLS, ODS, CSV or pasted table, told apart by content.

    Raises Unreadable.
    """
    if not content.strip():
        raise Unreadable("Tệp rỗng. Hãy chọn tệp có bảng danh sách.")
    if content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        grids = _workbook(content)
    elif content[:5] == b"%PDF-":
        raise Unreadable("Tệp PDF không phải bảng. Hãy chép bảng rồi dán, hoặc dùng XLSX, CSV.")
    else:
        grids = _text(decode(content))
    for grid in grids:
        _compose(grid)
    return grids


def _workbook(content: bytes) -> list[Grid]:
    """Read apart: a small file can make the reader ask for more memory than there is, which ends
    its process and no other."""
    _check_size(content)
    command = [sys.executable, "-m", "saola.lists.workbook"]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command, input=content, capture_output=True, timeout=LONGEST, check=False
        )
        told = json.loads(done.stdout) if done.returncode == 0 else {}
    except (subprocess.TimeoutExpired, ValueError):
        told = {}
    if "grids" not in told:
        reason = told.get("reason") or "Không mở được tệp Excel. Hãy lưu lại."
        raise Unreadable(reason)
    return [
        Grid(name, rows, {(at, column) for at, column in filled}, set(across))
        for name, rows, filled, across in told["grids"]
    ]


def _check_size(content: bytes) -> None:
    """A small file that unpacks into a very large one is refused."""
    if content[:2] != b"PK":
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile:
        raise Unreadable("Tệp bị hỏng, không mở được. Hãy lưu lại tệp.") from None
    if size > MOST_UNPACKED:
        raise Unreadable("Tệp nén quá lớn khi mở ra nên không đọc.")


def one_line(text: str) -> str:
    """One line, single blanks, nothing that cannot be seen but the soft hyphen: it is ư in an old
    font."""
    kept = "".join(c if c.isprintable() or c == "\xad" else " " for c in text)
    return " ".join(kept.split())


def decode(content: bytes) -> str:
    """Text of a CSV or pasted table: UTF-8, UTF-16 by its mark, else Windows-1252, the bytes of
    the old fonts."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _text(text: str) -> list[Grid]:
    if re.search(r"<t[dr]\b", text, re.IGNORECASE):
        return _pasted_html(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    delimiter = _delimiter(lines)
    if delimiter is None:
        rows = [re.split(r"\s{2,}|\t", line.strip()) for line in lines.split("\n")]
    elif delimiter == "|":
        rows = [_piped(line) for line in lines.split("\n")]
    else:
        csv.field_size_limit(1 << 20)
        try:
            rows = list(csv.reader(io.StringIO(lines), delimiter=delimiter))
        except csv.Error:
            raise Unreadable(
                "Tệp CSV có dòng không đọc được. Hãy lưu lại dạng CSV UTF-8."
            ) from None
    if len(rows) > MOST_ROWS:
        raise Unreadable(f"Bảng dài quá {MOST_ROWS} dòng. Hãy chia thành nhiều tệp.")
    return [Grid("", [[one_line(cell) for cell in row[:MOST_COLUMNS]] for row in rows])]


def _piped(line: str) -> list[str]:
    """A line of a table drawn with bars; a line of dashes is none."""
    if re.fullmatch(r"[\s|:+-]*", line):
        return []
    return [part.strip() for part in line.strip().strip("|").split("|")]


def _delimiter(text: str) -> str | None:
    """The separator that parts most lines into the same number of columns; None for none."""
    lines = [line for line in text.split("\n") if line.strip()][:200]
    best, found = 0.0, None
    for candidate in "\t;,|":
        counts = [line.count(candidate) for line in lines]
        used = [count for count in counts if count]
        if not used:
            continue
        usual = max(set(used), key=used.count)
        share = used.count(usual) / len(lines)
        weight = share * (1 + min(usual, 10) / 10) * (1.2 if candidate == "\t" else 1)
        if weight > best and share > 0.3:
            best, found = weight, candidate
    return found


class _Cells(HTMLParser):
    """Cells of pasted HTML tables, spans filled."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.spans: dict[int, tuple[int, str]] = {}  # column → rows left, text
        self.cell: list[str] | None = None
        self.size = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
            self._spanned()
        elif tag in ("td", "th") and self.rows:
            said = dict(attrs)
            self.size = (_span(said.get("rowspan")), _span(said.get("colspan")))
            self.cell = []
        elif tag == "br" and self.cell is not None:
            self.cell.append(" ")

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("td", "th") or self.cell is None:
            return
        text = html.unescape("".join(self.cell))
        down, across = self.size
        for _ in range(across):
            if down > 1:
                self.spans[len(self.rows[-1])] = (down - 1, text)
            self.rows[-1].append(text)
            text = text if down > 1 else ""
            self._spanned()
        self.cell = None

    def _spanned(self) -> None:
        """Cells that hang down from rows above."""
        row = self.rows[-1]
        while len(row) in self.spans and len(row) < MOST_COLUMNS:
            left, text = self.spans[len(row)]
            if left == 0:
                del self.spans[len(row)]
                return
            self.spans[len(row)] = (left - 1, text)
            row.append(text)


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 1000) if text and text.isdecimal() and len(text) < 5 else 1


def _pasted_html(text: str) -> list[Grid]:
    cells = _Cells()
    cells.feed(text)
    return [Grid("", [[one_line(cell) for cell in row] for row in cells.rows])]


def _compose(grid: Grid) -> None:
    """Every text in composed Unicode, old fonts turned; the usual encoding decides doubts."""
    seen: dict[Encoding, int] = {"unicode": 0, "tcvn3": 0, "vni": 0}
    for row in grid.rows[:2000]:
        for cell in row:
            if not cell.isascii():
                seen[to_unicode(cell)[1]] += 1
    usual = max(seen, key=lambda name: seen[name])
    grid.legacy = usual
    known: dict[str, str] = {}
    for row in grid.rows:
        for at, cell in enumerate(row):
            if not cell.isascii():
                if cell not in known:
                    known[cell] = one_line(to_unicode(cell, usual)[0].replace("\xad", ""))
                row[at] = known[cell]
