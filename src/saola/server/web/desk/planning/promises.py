"""Promises of the province and where they stand, on any day; each figure opens its list."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from saola.server.accounts.permissions import Permission
from saola.server.places.models import Place
from saola.server.targets.progress import by_year, progress, targets
from saola.server.web.common.rights import needs
from saola.server.web.common.tables import table_response

WIDTH = 300  # of a bar, in its own units


def day_of(request: HttpRequest) -> date:
    """The day asked for, never after today."""
    today = timezone.localdate()
    try:
        return min(date.fromisoformat(request.GET.get("ngay", "")), today)
    except ValueError:
        return today


@needs(Permission.DESK_USE)
def promises(request: HttpRequest) -> HttpResponse:
    """All targets with bars; recognitions by year."""
    on = day_of(request)
    rows = [progress(target, on) for target in targets()]
    years = by_year(on)
    most = max((sum(stars.values()) for _, stars in years), default=0)
    context = {
        "on": on,
        "today": timezone.localdate(),
        "rows": [(row, round(row.share * WIDTH)) for row in rows],
        "width": WIDTH,
        "met": sum(row.met for row in rows),
        "years": [
            (year, stars, round(sum(stars.values()) / most * WIDTH)) for year, stars in years
        ],
    }
    return render(request, "desk/planning/promises.html", context)


def _found(key: str) -> Any:
    target = next((one for one in targets() if one.id == key), None)
    if target is None:
        raise Http404
    return target


@needs(Permission.DESK_USE)
def behind(request: HttpRequest, key: str) -> HttpResponse:
    """The list behind a figure."""
    on = day_of(request)
    row = progress(_found(key), on)
    rows = row.listed()
    places = bool(rows) and isinstance(rows[0], Place)
    context = {"row": row, "rows": rows, "on": on, "places": places}
    return render(request, "desk/planning/behind.html", context)


HEAD = (
    "chỉ tiêu", "mốc", "cần đạt", "đơn vị", "đã đạt", "mẫu số", "chưa rõ", "cách tính", "nguồn",
)  # fmt: skip


@needs(Permission.DESK_USE)
def promises_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The same as a table."""
    on = day_of(request)
    rows = [progress(target, on) for target in targets()]
    cells = (
        (
            row.target.name,
            row.target.period,
            row.target.least,
            "%" if row.target.unit == "percent" else "sản phẩm",
            f"{row.value:.1f}".replace(".", ",") if row.target.unit == "percent" else row.count,
            row.out_of,
            row.unknown,
            row.target.denominator,
            row.target.source,
        )
        for row in rows
    )
    return table_response(f"chi-tieu-{on}", kind, "Chỉ tiêu", HEAD, cells)
