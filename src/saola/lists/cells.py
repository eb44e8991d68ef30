"""What one cell says: a class, a score, a decision."""

import re

from saola.vietnamese.folding import fold
from saola.vietnamese.reading import first_day, plain_number

STARS_IN_WORDS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5}
_NOTHING = {"", "-", "–", "—", "...", "…", "x", "không", "khong", "na", "n/a", "chưa", "chua có"}
_DITTO = re.compile(r'-?\s*(?:nt|n/t|nhu tren)\s*-?|["”″]|\'\'|-\s*["”″]\s*-')
_DECISION = re.compile(
    r"(?<![\w/])(\d{1,6}[a-zA-Z]?(?:/\d{4})?\s*/\s*(?:QĐ|QD|NQ|TB|GCN|CN)[\w\-–ĐƯÂ.]*(?:-[\wĐ]+)*)",
    re.IGNORECASE,
)


def is_nothing(text: str) -> bool:
    """Whether a cell says that it says nothing."""
    return text.strip().lower() in _NOTHING


def is_ditto(text: str) -> bool:
    """Whether a cell repeats the one above: "nt", "như trên", a ditto mark."""
    return _DITTO.fullmatch(fold(text).strip()) is not None


def stars(text: str) -> int | None:
    """A class from 1 to 5: "4 sao", "4*", "★★★★", "****", "bốn sao", "OCOP 4 sao", "4"; None for
    anything else, "không đạt" among it."""
    plain = fold(text)
    drawn = re.search(r"[★⭐✯✭☆*]{1,5}", text)
    number = re.search(r"(?<!\d)([1-5])(?:[.,]0+)?\s*(?:sao|star|\*|★|⭐|☆)", plain)
    if number:
        return int(number[1])
    if drawn and not re.search(r"\d", text):
        full = re.findall(r"[★⭐✯✭*]", drawn[0])
        return len(full) or None
    words = re.search(r"\b(mot|hai|ba|bon|tu|nam) sao\b", plain)
    if words:
        return STARS_IN_WORDS[words[1]]
    alone = re.fullmatch(r"(?:hang |dat |ocop |cap )*([1-5])(?:[.,]0+)?", plain)
    return int(alone[1]) if alone else None


def stars_in_heading(text: str) -> int | None:
    """The class that a heading between rows is about: "II. SẢN PHẨM ĐẠT 4 SAO"."""
    found = {int(n) for n in re.findall(r"(?<!\d)([1-5])\s*(?:sao|\*)", fold(text))}
    return found.pop() if len(found) == 1 else None


def score(text: str) -> str | None:
    """A score as printed, with decimal point: "71,00" → "71.00", "71/100" → "71"."""
    plain = re.sub(r"(?i)\s*điểm\s*$", "", text.strip())
    plain = re.sub(r"\s*/\s*100$", "", plain)
    number = plain_number(plain)
    if number is None or number.startswith("-"):
        return None
    return number if re.fullmatch(r"\d+(\.\d+)?", number) else None


def decision_number(text: str) -> str | None:
    """The number of a decision: "Quyết định số 4261/QĐ-UBND ngày 05/8/2021" → "4261/QĐ-UBND"."""
    found = _DECISION.search(text)
    if found:
        made = re.sub(r"\s", "", found[1]).replace("–", "-").rstrip("-.")
        return re.sub(r"/QD\b", "/QĐ", made, flags=re.IGNORECASE)
    rest = re.sub(r"(?i)(quyết định|qđ)?\s*(số)?", "", text).strip(" :.")
    return rest if re.fullmatch(r"\d{1,6}", rest) and first_day(text) is None else None
