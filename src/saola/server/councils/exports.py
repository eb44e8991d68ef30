"""Every mark of a session, as rows for CSV and XLSX."""

import csv
import io
from collections.abc import Iterable, Iterator

import xlsxwriter

from saola.criteria import load
from saola.server.councils.models import ScoreSheet, Session

KINDS = ("csv", "xlsx")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = (
    "sản phẩm",
    "chủ thể",
    "bộ tiêu chí",
    "thành viên",
    "tiêu chí",
    "điểm",
    "mức",
    "lý do không mức nào phù hợp",
    "ý kiến",
    "phiếu số",
)
Row = tuple[str | int, ...]


def marks_rows(session: Session, items: set[int]) -> Iterator[Row]:
    """One row a mark of current sealed sheets, in agenda order: one query, read in pieces."""
    rows = (
        ScoreSheet.objects.filter(
            item__session=session, item__in=items, current=True, sealed_at__isnull=False
        )
        .order_by("item__order", "item_id", "member__order")
        .values_list(
            "item__dossier__product__name",
            "item__dossier__product__producer__name",
            "item__dossier__sheet_id",
            "member__user__full_name",
            "choices",
            "unfit",
            "comments",
            "number",
        )
    )
    points: dict[str, dict[str, int]] = {}
    for product, producer, sheet_id, member, choices, unfit, comments, number in rows.iterator(500):
        if sheet_id not in points:
            criteria = load(sheet_id).criteria
            points[sheet_id] = {o.id: o.points for c in criteria for o in c.choices}
        of = points[sheet_id]
        for criterion in load(sheet_id).criteria:
            chosen = choices.get(criterion.id)
            if chosen is None and criterion.id not in unfit:
                continue
            yield (
                product,
                producer or "",
                sheet_id,
                member,
                criterion.id,
                of[chosen] if chosen else 0,
                chosen or "",
                unfit.get(criterion.id, ""),
                comments.get(criterion.id, ""),
                number,
            )


def _safe(cell: str | int) -> str | int:
    """Text that a spreadsheet would take for a formula, made text again."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + cell
    return cell


def csv_lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """UTF-8 with BOM, for spreadsheets of offices open it so; in pieces of 500 lines."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(HEAD)
    for count, row in enumerate(rows, 1):
        writer.writerow([_safe(cell) for cell in row])
        if count % 500 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def workbook(rows: Iterable[Row]) -> bytes:
    """The same rows as a workbook."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet("Điểm")
    page.write_row(0, 0, HEAD)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                page.write_number(number, column, cell)
            elif cell:
                page.write_string(number, column, cell)
    book.close()
    return buffer.getvalue()
