"""What the columns of a list mean, told by their headings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from saola.vietnamese.folding import fold

# folded headings by meaning; the first pattern that fits the whole heading wins
MEANINGS: tuple[tuple[str, str], ...] = (
    ("order", r"(stt|tt|so tt|so thu tu|no|id|#)"),
    ("address", r"(dia (chi|ban|diem)\b.*|noi (san xuat|o)\b.*|address.*|tru so.*)"),
    ("commune_code", r"(ma (so )?(xa|phuong|xa phuong|don vi hanh chinh)( moi)?|commune code.*)"),
    ("product_code", r"(ma san pham|ma so san pham|ma ocop)"),
    ("previous_stars", r"((hang|so|hang sao|so sao) (cu|truoc)\b.*|previous star|star before)"),
    ("province", r"(tinh|tinh,? thanh( pho)?|province.*)"),
    ("kind", r"(.*\bloai hinh\b.*|producer type|hinh thuc to chuc)"),
    ("stars", r"(.*\b(hang|so|cap|dat|xep|muc) ?sao\b.*|sao|hang|(phan|xep) (hang|loai)"
     r"|hang (san pham|dat|de nghi|cong nhan|ocop).*|ocop|cap do|star|stars|star result|rating"
     r"|ket qua( danh gia| phan hang| xep hang| cong nhan)*|(danh gia,? )?(phan|xep) hang.*)"),
    ("score", r"(?!.*\b(dac|thoi|uu|dia) diem\b)(.*\bdiem\b.*|score)"),
    ("expires", r"(.*\b(het han|thoi han|hieu luc)\b.*|.*\bgia tri den\b.*|expires?.*)"),
    ("decision_date", r"(ngay (quyet dinh|qd|ky|cong nhan|ban hanh|cap)\b.*|decision date"
     r"|thoi gian cong nhan|ngay,? thang.*)"),
    ("decision", r"(.*\b(quyet dinh|so qd|qd|van ban)\b.*|decision( no)?|so giay chung nhan.*)"),
    ("year", r"(nam|nam (cong nhan|danh gia|dat|cap|duoc)\b.*|year|recognition year)"),
    ("product", r"(ten (cac )?(san pham|sp|hang hoa)\b.*|san pham( ocop| du thi| tham gia.*"
     r"| dat.*| duoc.*)?|sp|product|danh muc san pham.*)"),
    ("representative", r"(.*\b(nguoi )?dai dien\b.*|giam doc|chu ho|ho( va)? ten.*)"),
    ("producer", r"(.*\b(chu the|co so|don vi|nha san xuat|doanh nghiep|hop tac xa|htx)\b.*"
     r"|to chuc,? ca nhan.*|producer|ten to chuc.*)"),
    ("district", r"(?!.*\b(xa|commune)\b)(.*\b(huyen|quan|district)\b.*)"),
    ("commune", r"(.*\b(xa|phuong|thi tran|commune)\b.*)"),
    ("group", r"(.*\b(nhom|bo|nganh|linh vuc|phan loai)\b.*|product group)"),
    ("phone", r"(.*\b(dien thoai|sdt|so dt|lien he)\b.*)"),
    ("note", r"(ghi chu.*|note|chu thich)"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in MEANINGS)
STAR_COLUMN = re.compile(r"(?:hang |dat |ocop )?([1-5]) ?(?:sao|\*)")
# a table without a product is none of ours; one of these must stand beside it
BESIDE = {"stars", "producer", "score", "decision", "year", "order", "commune", "address"}
LONGEST_HEADING = 90
_NAMES_PRODUCT = re.compile(r"san pham|\bsp\b|product|hang hoa").search


@dataclass(frozen=True, slots=True)
class Header:
    """Columns by meaning, and the rows the heading takes."""

    columns: dict[str, int]
    star_marks: dict[int, int]  # column → class, where each class has a column to tick
    titles: dict[str, str]  # meaning → heading as printed
    first: int
    last: int
    machine: bool  # headings of an export, where an empty cell means "not known"


def meaning(heading: str) -> str | None:
    """What a heading says its column holds; None when it says nothing we know."""
    if not heading or len(heading) > LONGEST_HEADING:
        return None
    plain = " ".join(re.sub(r"[^\w,#]+", " ", fold(heading).replace("_", " ")).split()).strip(", ")
    plain = re.sub(r"\b20\d\d\b", "", plain).strip() or plain
    for name, pattern in _COMPILED:
        if pattern.fullmatch(plain):
            return name
    return None


def find_header(rows: Sequence[Sequence[str]], start: int, within: int = 40) -> Header | None:
    """The next heading from row `start` on, of one or two rows; None when there is none."""
    for at in range(start, min(len(rows), start + within)):
        header = header_at(rows, at)
        if header is not None:
            return header
    return None


def header_at(rows: Sequence[Sequence[str]], at: int) -> Header | None:
    """The heading that begins at this row, if it is one."""
    if not any(len(cell) <= LONGEST_HEADING and _NAMES_PRODUCT(fold(cell)) for cell in rows[at]):
        return None  # cheap, for most lines are none
    one = _columns(rows[at])
    if not _is_header(one[0], rows[at]):
        return None
    if at + 1 < len(rows):
        both = [_joined(upper, lower) for upper, lower in _pairs(rows[at], rows[at + 1])]
        two = _columns(both, rows[at + 1])
        if "product" in two[0] and _is_second(rows[at + 1], two, one):
            return _made(two, both, at, at + 1)
    return _made(one, rows[at], at, at)


Found = tuple[dict[str, int], dict[int, int]]


def _columns(headings: Sequence[str], lower: Sequence[str] = ()) -> Found:
    columns: dict[str, int] = {}
    marks: dict[int, int] = {}
    for at, heading in enumerate(headings):
        own = lower[at] if at < len(lower) and lower[at] else heading
        star = STAR_COLUMN.fullmatch(fold(own).strip())
        if star:
            marks[at] = int(star[1])
            continue
        name = meaning(own) or meaning(heading)
        if name == "commune" and "commune" in columns and "code" not in fold(heading):
            name = "commune_now"
        if name and name not in columns:
            columns[name] = at
    if len(marks) < 2:
        if marks and "stars" not in columns:
            columns["stars"] = next(iter(marks))
        marks = {}
    return columns, marks


def _is_header(columns: dict[str, int], row: Sequence[str]) -> bool:
    full = [cell for cell in row if cell]
    short = sum(len(cell) <= LONGEST_HEADING for cell in full)
    return (
        "product" in columns
        and bool(BESIDE & columns.keys())
        and len(columns) >= 2
        and short == len(full)
    )


def _is_second(row: Sequence[str], two: Found, one: Found) -> bool:
    """Whether a row below goes on with the heading: it names more, and holds no data."""
    more = len(two[0]) + len(two[1]) > len(one[0]) + len(one[1])
    filled = [cell for cell in row if cell]
    return more and bool(filled) and not any(re.fullmatch(r"\d{1,4}", cell) for cell in filled)


def _pairs(upper: Sequence[str], lower: Sequence[str]) -> list[tuple[str, str]]:
    """Cells of two rows; an upper heading reaches over the empty ones to its right."""
    width = max(len(upper), len(lower))
    above = [*upper, *[""] * (width - len(upper))]
    below = [*lower, *[""] * (width - len(lower))]
    for at in range(1, width):
        if not above[at] and below[at]:
            above[at] = above[at - 1]
    return list(zip(above, below, strict=True))


def _joined(upper: str, lower: str) -> str:
    return upper if not lower or upper == lower else f"{upper} {lower}".strip()


def _made(found: Found, headings: Sequence[str], first: int, last: int) -> Header:
    columns, marks = found
    titles = {name: headings[at] for name, at in columns.items()}
    if marks:
        titles["stars"] = ", ".join(headings[at] for at in marks)
    machine = any("_" in heading and heading.isascii() for heading in headings)
    return Header(columns, marks, titles, first, last, machine)
