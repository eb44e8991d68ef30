"""The report of a period as a paper."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings

from saola.server.outreach.queries import REPORT
from saola.server.papers.typeset import typeset
from saola.server.places.office import office
from saola.vietnamese.dates import short

WIDTHS = [4, 3, 5, 3, 2, 3, 3, 3, 2, 2, 2, 2, 2, 3, 2]  # parts of the page, by column


def report_pdf(rows: Sequence[Sequence[Any]], first: date, last: date, province_code: str) -> bytes:
    """All campaigns of a province in the period in one table, with sums."""
    place, state = REPORT.index("Xã, phường"), len(REPORT) - 1
    sums = [str(sum(row[at] for row in rows)) for at in range(place + 1, state)]
    return typeset(
        "table",
        {
            "title": "Báo cáo truyền thông",
            "subtitle": f"OCOP {office(province_code).name}, {short(first)} – {short(last)}",
            "head": list(REPORT),
            "widths": WIDTHS,
            "rows": [["" if cell is None else str(cell) for cell in row] for row in rows],
            "sums": ["Cộng", *[""] * place, *sums, ""],
            "illustrative": settings.DEMO,
        },
    )
