"""Where the province stands against its targets on any day: numbers with the lists behind them."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from importlib import resources
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from saola.server.market.models import Export
from saola.server.places.models import Place
from saola.server.recognition.models import ORDER, Recognition
from saola.server.recognition.queries import commune_today, with_status

HOLDS = ("in_force", "expiring", "extended")
PROMISED = (2021, 2025)  # years whose 3-star products are to be raised


@dataclass(frozen=True, slots=True)
class Target:
    """One promise, with its source, and in words what it counts."""

    id: str
    name: str
    period: int
    indicator: str
    least: int
    unit: str
    denominator: str
    source: str
    certainty: str


@cache
def targets() -> tuple[Target, ...]:
    """All of them, those of 2030 first."""
    text = resources.files("saola.server.targets").joinpath("data/targets.json").read_text("utf-8")
    return tuple(Target(**row) for row in json.loads(text))


@dataclass(frozen=True)
class Progress:
    """Where a target stands: `count` of `out_of` (None where it is a plain count), `unknown` that
    may count or not; `listed` reads the recognitions or places behind it, when they are asked
    for."""

    target: Target
    count: int
    out_of: int | None
    unknown: int
    listed: Callable[[], list[Any]]

    @property
    def value(self) -> float:
        """In the target's unit."""
        if self.target.unit != "percent":
            return self.count
        return 100 * self.count / self.out_of if self.out_of else 0.0

    @property
    def share(self) -> float:
        """Of the target, at most 1: for a bar."""
        return min(1.0, self.value / self.target.least) if self.target.least else 1.0

    @property
    def met(self) -> bool:
        """By what is known."""
        return self.value >= self.target.least


def standing(on: date) -> QuerySet[Any, Any]:
    """The last recognition of each product by that day, with its state on it. A day that is not
    known counts as of its year."""
    then = Q(recognised_on__lte=on) | Q(recognised_on=None, year__lte=on.year)
    then |= Q(recognised_on=None, year=None)
    last = Recognition.objects.filter(
        then, product=OuterRef("product"), published_on__isnull=False
    ).order_by(*ORDER)
    rows = with_status(on).filter(then, published_on__isnull=False, product__illustrative=False)
    return rows.filter(pk=last.values("pk")[:1]).select_related(
        "product__producer", "product__place"
    )


def progress(target: Target, on: date) -> Progress:
    """Where it stands on that day."""
    return INDICATORS[target.indicator](target, on)


def _classed(*stars: int) -> Callable[[Target, date], Progress]:
    def counted(target: Target, on: date) -> Progress:
        rows = standing(on).filter(stars__in=stars)
        states = Counter(rows.values_list("status", flat=True))
        count = sum(states[state] for state in HOLDS)
        held: Callable[[], list[Any]] = partial(list, rows.filter(status__in=HOLDS))
        return Progress(target, count, None, states["unknown"], held)

    return counted


def _upgraded(target: Target, on: date) -> Progress:
    """Products that had 3 stars in those years and 4 or more later."""
    known = Q(recognised_on__lte=on) | Q(recognised_on=None, year__lte=on.year)
    base = Recognition.objects.filter(
        known, stars=3, year__range=PROMISED, published_on__isnull=False,
        product__illustrative=False,
    )  # fmt: skip
    later = Recognition.objects.filter(
        known, product=OuterRef("product"), stars__gte=4, published_on__isnull=False,
        year__gte=OuterRef("year"),
    )  # fmt: skip
    raised = base.filter(Exists(later))

    def listed() -> list[Any]:
        rows = raised.select_related("product__producer", "product__place").order_by("pk")
        return list({row.product_id: row for row in rows}.values())

    counts = [rows.values("product").distinct().count() for rows in (raised, base)]
    return Progress(target, counts[0], counts[1], 0, listed)


def _exported(target: Target, on: date) -> Progress:
    sent = Export.objects.filter(product=OuterRef("product"), on__lte=on)
    rows = standing(on).filter(Exists(sent))
    return Progress(target, rows.count(), None, 0, partial(list, rows))


def _communes(target: Target, on: date) -> Progress:
    """Communes of that day with a product; listed are those that have none."""
    places = list(Place.objects.filter(level="commune").on(on))
    today = commune_today()
    states = standing(on).values_list("product__place", "status")
    covered, maybe = set(), set()
    for place, status in states:
        if status in HOLDS:
            covered.add(today(place))
        elif status == "unknown":
            maybe.add(today(place))
    without = [place for place in places if place.code not in covered]
    unknown = sum(place.code in maybe for place in without)
    covering = len(places) - len(without)
    return Progress(target, covering, len(places), unknown, lambda: without)


INDICATORS: dict[str, Callable[[Target, date], Progress]] = {
    "products": _classed(3, 4, 5),
    "four_star": _classed(4),
    "five_star": _classed(5),
    "upgraded": _upgraded,
    "exported": _exported,
    "communes": _communes,
}


def by_year(until: date) -> list[tuple[int, dict[int, int]]]:
    """Recognitions of each year by class, as published; a year that is not known is left out."""
    rows = Recognition.objects.filter(
        published_on__isnull=False, product__illustrative=False, year__lte=until.year,
        stars__isnull=False,
    ).values_list("year", "stars")  # fmt: skip
    found: dict[int, dict[int, int]] = {}
    for year, stars, count in rows.annotate(count=Count("pk")):
        found.setdefault(year, {3: 0, 4: 0, 5: 0})[stars] = count
    return sorted(found.items())
