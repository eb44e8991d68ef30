"""The report of a period as a paper."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings

from saola.server.outreach.queries import REPORT
from saola.server.papers.typeset import typeset
from saola.vietnamese.dates import short


def report_pdf(rows: Sequence[Sequence[Any]], first: date, last: date) -> bytes:
    """All campaigns of the period in one table, with sums."""
    sums = [sum(row[at] for row in rows) for at in range(5, 11)]
    return typeset(
        "table",
        {
            "title": "Báo cáo truyền thông",
            "subtitle": f"OCOP {settings.OCOP['province_name']}, {short(first)} – {short(last)}",
            "head": list(REPORT),
            "rows": [[str(cell) for cell in row] for row in rows],
            "sums": ["Cộng", "", "", "", "", *map(str, sums), ""],
            "illustrative": settings.DEMO,
        },
    )
