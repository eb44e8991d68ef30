"""Rows into files that offices open: CSV and XLSX; text never becomes a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from saola.vietnamese.numbers import decimal_comma

Cell = str | int | date | None
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def plain(number: Decimal | None) -> Cell:
    """A number for a table: whole ones as numbers, others with their comma."""
    if number is None or number == int(number):
        return None if number is None else int(number)
    return decimal_comma(f"{number.normalize():f}")


def _safe(cell: Cell) -> str | int:
    """Text that a spreadsheet would take for a formula, made text again; a day as people write."""
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + cell
    return "" if cell is None else cell


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """UTF-8 with BOM, for spreadsheets of offices open it so; in pieces of 500 lines."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(head)
    for count, row in enumerate(rows, 1):
        writer.writerow([_safe(cell) for cell in row])
        if count % 500 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


Sheet = tuple[str, Sequence[str], Iterable[Sequence[Cell]]]  # title, head, rows
LONGEST_TITLE = 31  # of a sheet


def workbook(title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The same rows as a workbook of one sheet; days are days, so that they sort."""
    return workbook_of([(title, head, rows)])


def workbook_of(sheets: Iterable[Sheet]) -> bytes:
    """A workbook of several sheets, each with its own head."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for title, head, rows in sheets:
        page = book.add_worksheet(title[:LONGEST_TITLE])
        page.write_row(0, 0, head)
        for number, row in enumerate(rows, 1):
            _write_row(page, number, row, day)
    book.close()
    return buffer.getvalue()


def _write_row(page: Any, number: int, row: Sequence[Cell], day: Any) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, int):
            page.write_number(number, column, cell)
        elif isinstance(cell, date):
            page.write_datetime(number, column, cell, day)
        elif cell:
            page.write_string(number, column, cell)
