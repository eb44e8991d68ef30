"""What becomes of the province's products in the years ahead: fans and the table behind them."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from saola.planning.outlook import FEW, Fan, Outlook
from saola.server.accounts.permissions import Permission
from saola.server.targets.outlook import expiring, held_now, province_outlook
from saola.server.web.common.rights import needs
from saola.server.web.desk.planning.promises import day_of

LEFT, TOP, STEP, HEIGHT = 44, 12, 48, 140


@dataclass(frozen=True)
class Chart:
    """A fan in units of its own SVG: areas and a line as points, marks as (place, words)."""

    width: int
    height: int
    outer: str
    inner: str
    middle: str
    years: list[tuple[int, int]]
    marks: list[tuple[int, int]]


def _chart(now: int, years: tuple[int, ...], fans: tuple[Fan, ...]) -> Chart:
    """From what there is (one step left of the first year's end) to the last year."""
    most = max([now, *(fan.high for fan in fans), 1])

    def point(at: int, value: float) -> str:
        return f"{LEFT + at * STEP},{TOP + HEIGHT - value / most * HEIGHT:.1f}"

    def area(low: str, high: str) -> str:
        rising = [point(at, getattr(fan, high)) for at, fan in enumerate(fans, 1)]
        falling = [point(at, getattr(fan, low)) for at, fan in enumerate(fans, 1)]
        return " ".join([point(0, now), *rising, *reversed(falling)])

    middle = [point(at, fan.middle) for at, fan in enumerate(fans, 1) if fan.middle is not None]
    return Chart(
        LEFT + len(fans) * STEP + 30,
        TOP + HEIGHT + 24,
        area("low", "high"),
        area("quarter", "three_quarters"),
        " ".join([point(0, now), *middle]) if middle else "",
        [(LEFT + at * STEP, year) for at, year in enumerate(years, 1)],
        [(TOP, round(most)), (TOP + HEIGHT, 0)],
    )


@needs(Permission.DESK_USE)
def future(request: HttpRequest) -> HttpResponse:
    """By class: fan, table; how terms ended so far; how many end soon."""
    on = day_of(request)
    held = held_now(on)
    found: Outlook = province_outlook(on, held)
    classes = []
    for stars, fans in found.held.items():
        now = sum(products for (one, _), products in held.items() if one == stars)
        classes.append(
            {
                "stars": stars,
                "now": now,
                "cases": found.cases[stars],
                "few": found.cases[stars] < FEW,
                "rows": list(zip(found.years, fans, strict=True)),
                "rates": [
                    (fate, 100 * fan.low, 100 * fan.high, fan.middle and 100 * fan.middle)
                    for fate, fan in found.rates[stars].items()
                    if fan.high  # five stars cannot be upgraded
                ],
                "chart": _chart(now, found.years, fans),
            }
        )
    context = {"on": on, "classes": classes, "few": FEW, "expiring": expiring(on)}
    return render(request, "desk/planning/future.html", context)
