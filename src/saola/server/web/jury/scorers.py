"""Statistics on scorers, for the chair and for the member himself; a help, never a rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from saola.server.accounts.permissions import Permission
from saola.server.councils.reports.scorers import report
from saola.server.web.common.rights import needs
from saola.server.web.jury.sessions import visible_session

WIDTH, LEFT, ROW = 640, 230, 28  # pixels of the drawing
LONGEST = 29  # characters that fit beside it


@dataclass(frozen=True, slots=True)
class Dot:
    """One row of a dot plot: centre and ends of its bar, in pixels."""

    name: str
    y: int
    x: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A dot plot with 95 % bars; `lines` are its upright marks with their words."""

    dots: list[Dot]
    lines: list[tuple[float, str]]
    height: int
    width: int = WIDTH
    left: int = LEFT


def plot(rows: Sequence[tuple[str, float, float]], marks: Sequence[float]) -> Plot | None:
    """Rows of (name, value, half width of its bar); marks on the same scale. None without rows."""
    if not rows:
        return None
    low = min(*(value - half for _, value, half in rows), *marks)
    high = max(*(value + half for _, value, half in rows), *marks)
    reach = max(high - low, 1.0)

    def at(value: float) -> float:
        return round(LEFT + 10 + (value - low) / reach * (WIDTH - LEFT - 30), 1)

    dots = [
        Dot(
            name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…",
            ROW * n + ROW,
            at(value),
            at(value - half),
            at(value + half),
        )
        for n, (name, value, half) in enumerate(rows)
    ]
    lines = [(at(mark), f"{mark:g}".replace(".", ",")) for mark in marks]
    return Plot(dots, lines, ROW * len(rows) + 2 * ROW)


@needs(Permission.SESSION_VIEW)
def scorers(request: HttpRequest, pk: int) -> HttpResponse:
    """Agreement, severity, products in doubt: sentences and a drawing of each."""
    session = visible_session(request, pk)
    found = report(session, request.user)
    gaps = [(s.name, s.gap, 1.96 * (s.error or 0)) for s in found.scorers if s.gap is not None]
    strict = [(s.name, s.severity, 0.0) for s in found.scorers if s.severity is not None]
    means = [(p.name, p.mean, 1.96 * (p.error or 0)) for p in found.products]
    context: dict[str, Any] = {
        "session": session,
        "report": found,
        "gaps": plot(gaps, [0.0]),
        "severity": plot(strict, [0.0]),
        "means": plot(means, [m for m in (30.0, 50.0, 70.0, 90.0) if _near(m, means)] or [70.0]),
        "illustrative": session.illustrative,
    }
    return render(request, "jury/scorers.html", context)


def _near(mark: float, rows: Sequence[tuple[str, float, float]]) -> bool:
    return any(abs(value - mark) < half + 10 for _, value, half in rows)
