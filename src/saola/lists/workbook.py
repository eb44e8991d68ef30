"""Reads one workbook in a process of its own: bytes on standard input, sheets as JSON on standard
output. Little memory and time are allowed, for a hostile file asks for all there is."""

import io
import json
import resource
import sys
from datetime import date, datetime
from typing import Any

import python_calamine

from saola.lists.grid import LONGEST, MOST_COLUMNS, MOST_ROWS, Grid, Unreadable, one_line

MOST_MEMORY = 3 * 1024**3  # bytes of address space: 200,000 rows take about 1


def main() -> None:
    """Answer {"grids": [[name, rows, filled, across], …]} or {"reason": sentence}."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        book = python_calamine.load_workbook(io.BytesIO(sys.stdin.buffer.read()))
        grids = [_sheet(book.get_sheet_by_name(name)) for name in book.sheet_names]
        told: dict[str, Any] = {
            "grids": [[g.name, g.rows, sorted(g.filled), sorted(g.across)] for g in grids]
        }
    except Unreadable as fault:
        told = {"reason": str(fault)}
    except BaseException as fault:  # a broken file may make the reader panic, not only raise
        told = {"reason": f"Không mở được tệp Excel ({type(fault).__name__}). Hãy lưu lại."}
    sys.stdout.write(json.dumps(told))


def _sheet(sheet: Any) -> Grid:
    rows = []
    for number, row in enumerate(sheet.iter_rows()):
        if number >= MOST_ROWS:
            raise Unreadable(f"Bảng dài quá {MOST_ROWS} dòng. Hãy chia thành nhiều tệp.")
        rows.append([_cell(value) for value in row[:MOST_COLUMNS]])
    # the sheet may begin below or right of A1: numbers stay those of the sheet
    top, left = sheet.start or (0, 0)
    if len(rows) < (sheet.total_height or 0) or top:
        missing = (sheet.total_height or len(rows)) - len(rows)
        rows = [[] for _ in range(min(missing, top))] + rows
    grid = Grid(sheet.name, rows)
    for (first_row, first_column), (last_row, last_column) in sheet.merged_cell_ranges or ():
        _fill(grid, (first_row, first_column, last_row, last_column), left)
    return grid


def _fill(grid: Grid, area: tuple[int, int, int, int], left: int) -> None:
    """Write a merged cell's text into all its rows; over many columns it is a heading."""
    top, first, bottom, last = area
    first, last = first - left, last - left
    if top >= len(grid.rows) or first >= len(grid.rows[top]) or first < 0:
        return
    text = grid.rows[top][first]
    if not text:
        return
    if last - first >= 2 and top == bottom:
        grid.across.add(top)
        return
    for at in range(top, min(bottom, len(grid.rows) - 1) + 1):
        row = grid.rows[at]
        for column in range(first, min(last, MOST_COLUMNS) + 1):
            row += [""] * (column + 1 - len(row))
            if not row[column]:
                row[column] = text
                grid.filled.add((at, column))


def _cell(value: Any) -> str:
    """As a person reads the cell; whole numbers without ".0", days as ISO."""
    if isinstance(value, bool):
        return "x" if value else ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return one_line(str(value)) if value is not None else ""


if __name__ == "__main__":
    main()
