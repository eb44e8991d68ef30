"""One line of a list understood: each cell, what the lines above say, what is doubtful."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from saola.criteria import Rulebook, rulebook, rulebook_in_force
from saola.criteria.load import RULEBOOKS
from saola.lists import cells
from saola.lists.columns import Header
from saola.lists.communes import Finder, find_commune
from saola.lists.grid import Grid
from saola.vietnamese.reading import find_year, first_day


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
    representative: str | None = None
    phone: str | None = None
    kind: str | None = None  # of the producer, as printed
    group: str | None = None  # of the product, as printed
    code: str | None = None  # of the product


# fields that are taken as they are printed, and their columns
AS_PRINTED = (
    ("representative", "representative"),
    ("phone", "phone"),
    ("kind", "kind"),
    ("group", "group"),
    ("code", "product_code"),
)


@dataclass(slots=True)
class Context:
    """What headings and lines above say about the rows below."""

    stars: int | None = None
    district: str = ""
    province: str = ""
    decision: str | None = None
    decided_on: str | None = None
    year: int | None = None
    last: dict[str, str] = field(default_factory=dict)  # cells of the product row above


def _law_of(year: int | None) -> Rulebook:
    """The decision in force at the end of that year; the newest one where no year is known."""
    try:
        return rulebook_in_force(date(year or date.max.year, 12, 31))
    except LookupError:
        return rulebook(RULEBOOKS[0])


def _against_bands(stars: int | None, score: str | None, year: int | None) -> list[str]:
    """A score outside the band of its class is worth a look."""
    if stars is None or score is None:
        return []
    exact = Fraction(score)
    band = _law_of(year).band(exact.numerator, exact.denominator)
    if band < stars:
        return [f"điểm {score} không tới khung {stars} sao"]
    if band > stars:
        return [f"điểm {score} thuộc khung {band} sao, hạng ghi {stars} sao"]
    return []


@dataclass(slots=True)
class RowReader:
    """Reads product lines of a sheet under its heading; `name` is said where there are several;
    `find` knows the communes."""

    grid: Grid
    header: Header
    name: str = ""
    find: Finder = find_commune
    context: Context = field(default_factory=Context)

    def cell(self, row: Sequence[str], name: str) -> str:
        at = self.header.columns.get(name)
        text = row[at] if at is not None and at < len(row) else ""
        if cells.is_ditto(text):
            return self.context.last.get(name, "")
        return "" if cells.is_nothing(text) else text

    def product(self, at: int, row: list[str], product: str) -> Row:
        warnings: list[str] = []
        if self.grid.legacy != "unicode":
            warnings.append(f"đã chuyển từ bảng mã {self.grid.legacy.upper()}")
        producer = self._producer(at, row, warnings)
        decision, decided_on = self._decision(row, warnings)
        year = self._year(row, decided_on)
        stars, score = self._stars(row, warnings), self._score(row, warnings)
        warnings += _against_bands(stars, score, year)
        code, place = self._commune(row, year, warnings)
        expires = first_day(self.cell(row, "expires"))
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
            **{field: self.cell(row, column) or None for field, column in AS_PRINTED},
        )

    def _producer(self, at: int, row: list[str], warnings: list[str]) -> str | None:
        """The producer; in a list for people an empty cell below one means the same again."""
        text = self.cell(row, "producer")
        column = self.header.columns.get("producer")
        if (at, column) in self.grid.filled:
            warnings.append("chủ thể lấy từ ô gộp")
        if text or column is None:
            return text or None
        above = self.context.last.get("producer")
        beside = self.cell(row, "address") or self.cell(row, "commune")
        if above and not beside and not self.header.machine:
            warnings.append(f"ô chủ thể trống, lấy theo dòng trên: {above}")
            return above
        warnings.append("chưa có chủ thể")
        return None

    def _decision(self, row: list[str], warnings: list[str]) -> tuple[str | None, str | None]:
        """Number and day: from the row, else from the row above where cells are merged, else from
        the lines above the table."""
        text = self.cell(row, "decision")
        if not text and "decision" in self.header.columns and not self.header.machine:
            text = self.context.last.get("decision", "")
        number = cells.decision_number(text) if text else self.context.decision
        if text and number is None:
            warnings.append(f"chưa hiểu số quyết định “{text[:60]}”")
        dated = self.cell(row, "decision_date")
        day = first_day(dated) or first_day(text)
        if dated and day is None and find_year(dated) is None:
            warnings.append(f"chưa hiểu ngày “{dated[:40]}”")
        if day is not None:
            return number, day.isoformat()
        return number, self.context.decided_on if not text else None

    def _year(self, row: list[str], decided_on: str | None) -> int | None:
        for name in ("year", "decision_date", "decision"):
            found = find_year(self.cell(row, name))
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
        text = self.cell(row, "stars")
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
        text = self.cell(row, "score")
        if not text:
            return None
        found = cells.score(text)
        if found is None or float(found) > 100:
            warnings.append(f"chưa hiểu điểm “{text[:40]}”")
            return None
        return found

    def _commune(
        self, row: list[str], year: int | None, warnings: list[str]
    ) -> tuple[str | None, str | None]:
        given = self.cell(row, "commune_code")
        text = self.cell(row, "commune")
        address = self.cell(row, "address")
        place = ", ".join(filter(None, (text or address, self.cell(row, "district")))) or None
        if re.fullmatch(r"\d{5}", given):
            return given, place
        if not (text or address):
            return None, place
        district = self.cell(row, "district") or self.context.district
        province = self.cell(row, "province") or self.context.province
        found = self.find(text or address, district, year, province)
        if found.warning:
            warnings.append(found.warning)
        return found.code, place
