"""Days, years and numbers read out of text as people write them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from saola.vietnamese.folding import PLAIN, nfc

_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})\s*([/.-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})(?![\d/])")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_WORDS = re.compile(
    r"(?:ngay\s*)?(?<!\d)(\d{1,2})\s*(?:thang|/)\s*(\d{1,2})\s*(?:nam|/)\s*(\d{4})(?!\d)"
)
_YEAR = re.compile(r"(?<![\d/])((?:19|20)\d{2})(?![\d])")


@dataclass(frozen=True, slots=True)
class FoundDay:
    """A day with its place in the text."""

    day: date
    start: int
    end: int


def find_days(text: str) -> Iterator[FoundDay]:
    """Days in the order of the composed text: 05/8/2021, 5-8-2021, 05.08.21, 2021-08-05, "ngày 05
    tháng 8 năm 2021". Numbers that are no day of the calendar are passed over; a year of two
    digits is of this century."""
    found: dict[int, FoundDay] = {}
    plain = nfc(text).translate(PLAIN)
    for pattern, order in ((_ISO, (3, 2, 1)), (_NUMERIC, (1, 3, 4)), (_WORDS, (1, 2, 3))):
        for match in pattern.finditer(plain):
            day, month, year = (int(match[n]) for n in order)
            try:
                made = date(year + 2000 if year < 100 else year, month, day)
            except ValueError:
                continue
            found.setdefault(match.start(), FoundDay(made, match.start(), match.end()))
    last = -1
    for start in sorted(found):
        if start >= last:
            yield found[start]
            last = found[start].end


@lru_cache(maxsize=10_000)
def first_day(text: str) -> date | None:
    """The first day in the text, if there is one."""
    return next((found.day for found in find_days(text)), None)


@lru_cache(maxsize=10_000)
def find_year(text: str) -> int | None:
    """The first year from 1990 to 2099 that stands alone, or that of the first day."""
    day = first_day(text)
    if day is not None:
        return day.year
    for match in _YEAR.finditer(text):
        if 1990 <= int(match[1]) <= 2099:
            return int(match[1])
    return None


def plain_number(text: str) -> str | None:
    """A number with decimal point from "71,5", "1.234,5" or "71.50"; None where it is none.

    One separator with three digits behind it parts thousands ("1.234"), otherwise decimals.
    """
    compact = re.sub(r"\s", "", text)
    if not re.fullmatch(r"-?\d[\d.,]*", compact):
        return None
    if "," in compact and "." in compact:
        decimal = max(compact.rfind(","), compact.rfind("."))
        whole = re.sub(r"[.,]", "", compact[:decimal])
        return f"{whole}.{compact[decimal + 1 :]}"
    marks = re.findall(r"[.,]", compact)
    if not marks:
        return compact
    head, _, tail = compact.rpartition(marks[-1])
    if len(marks) > 1 or (len(tail) == 3 and head.lstrip("-") not in ("", "0")):
        return compact.replace(marks[0], "") if set(map(len, _groups(compact))) <= {3} else None
    return f"{head}.{tail}" if tail else head


def _groups(text: str) -> list[str]:
    """The groups behind the first separator."""
    return re.split(r"[.,]", text)[1:]
