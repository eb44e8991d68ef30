"""Where the province stands against its targets on any day: numbers with the lists behind them."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from itertools import groupby

from saola.server.councils.models import Result
from saola.server.market.models import Export
from saola.server.places.models import Place
from saola.server.recognition.queries import commune_on
from saola.server.targets.terms import HOLDS, Term, Terms

PROMISED = range(2021, 2026)  # years whose 3-star products are to be raised


@dataclass(frozen=True, slots=True)
class Target:
    """One promise, with its source, and in words what it counts."""

    id: str
    name: str
    period: int
    place: str  # code of the province that promised
    indicator: str
    least: int
    unit: str
    denominator: str
    source: str
    certainty: str


@cache
def targets(place: str = "") -> tuple[Target, ...]:
    """Those of a province ("": all of them), those of 2030 first."""
    text = resources.files("saola.server.targets").joinpath("data/targets.json").read_text("utf-8")
    told = (Target(**row) for row in json.loads(text))
    return tuple(target for target in told if place in ("", target.place))


def contradictions(told: Iterable[Target]) -> list[str]:
    """Where targets cannot hold together, in words."""
    rows = sorted(told, key=lambda one: (one.place, one.indicator, one.period))
    found = [
        f"“{one.name}” đòi quá 100 %." for one in rows if one.unit == "percent" and one.least > 100
    ]
    for _, several in groupby(rows, key=lambda one: (one.place, one.indicator, one.period)):
        same = list(several)
        if len({one.least for one in same}) > 1:
            names = " và ".join(f"“{one.name}”" for one in same)
            found.append(f"{names}: một chỉ tiêu, một mốc mà hai con số.")
    least = {(one.place, one.indicator, one.period): one.least for one in rows}
    for place, period in sorted({(one.place, one.period) for one in rows}):
        classes = sum(least.get((place, kind, period), 0) for kind in ("four_star", "five_star"))
        whole = least.get((place, "products", period))
        if whole is not None and classes > whole:
            found.append(f"Năm {period}: số 4 sao và 5 sao phải đạt nhiều hơn tổng số sản phẩm.")
    return found


@dataclass(frozen=True)
class Progress:
    """Where a target stands: `count` of `out_of` (None where it is a plain count). Behind it stand
    `rows`, keys of recognitions, or `places` that have none; `maybe` are those that may count or
    not, `base` those out of which it is counted."""

    target: Target
    count: int
    out_of: int | None
    rows: list[int]
    maybe: list[int]
    base: list[int] = field(default_factory=list)
    places: list[Place] | None = None
    dossiers: list[int] = field(default_factory=list)  # where they tell, not recognitions
    places_maybe: list[Place] = field(default_factory=list)

    @property
    def unknown(self) -> int:
        """How many may count or not."""
        return len(self.maybe) + len(self.places_maybe)

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


def progress(target: Target, read: Terms) -> Progress:
    """Where it stands on that day, in the province that promised."""
    return INDICATORS[target.indicator](target, read.of(target.place))


def _keys(found: Iterable[Term]) -> list[int]:
    return [term.pk for term in found]


def _classed(*stars: int) -> Callable[[Target, Terms], Progress]:
    def counted(target: Target, read: Terms) -> Progress:
        held = read.held(*stars)
        return Progress(target, len(held), None, _keys(held), _keys(read.unknown(*stars)))

    return counted


def _upgraded(target: Target, read: Terms) -> Progress:
    """Products that had 3 stars in those years and 4 or more later; of those with 3 stars in a year
    that no source tells it is not known."""
    base, raised, maybe = [], [], []
    for own in read.by_product:
        first, higher = _promised(own, read.on)
        base += [first] if first is not None else []
        raised += [higher] if higher is not None else []
        if first is None:
            maybe += [term for term in own if term.stars == 3 and term.year is None][:1]
    return Progress(target, len(raised), len(base), _keys(raised), _keys(maybe), _keys(base))


def _promised(own: list[Term], on: date) -> tuple[Term | None, Term | None]:
    """The term for which a product is among the 3 stars of those years, and a later higher one;
    what was taken back by that day counts for nothing."""
    kept = [t for t in own if t.withdrawn_on is None or t.withdrawn_on > on]
    first = next((t for t in kept if t.stars == 3 and t.year in PROMISED), None)
    if first is None:
        return None, None
    higher = [t for t in kept if (t.stars or 0) >= 4 and (t.year or 0) >= (first.year or 0)]
    return first, higher[-1] if higher else None


def to_raise(read: Terms) -> set[int]:
    """Products of the promise that are not raised yet."""
    told = ((own[0].product, *_promised(own, read.on)) for own in read.by_product)
    return {product for product, first, higher in told if first is not None and higher is None}


def _exported(target: Target, read: Terms) -> Progress:
    sent = set(Export.objects.filter(on__lte=read.on).values_list("product", flat=True))
    found = [term for term, _state in read.last if term.product in sent]
    silent = [term for term in read.held() if term.product not in sent]  # nobody has told
    return Progress(target, len(found), None, _keys(found), _keys(silent))


def _potential(target: Target, read: Terms) -> Progress:
    """Products that the province's council gave 5 stars."""
    given = Result.objects.filter(
        status="scored", stars=5, concluded_at__date__lte=read.on,
        dossier__product__illustrative=False, dossier__illustrative=False,
    )  # fmt: skip
    if target.place:
        given = given.filter(dossier__product__place__province_code=target.place)
    newest = dict(given.order_by("pk").values_list("dossier__product", "dossier"))
    return Progress(target, len(newest), None, [], [], dossiers=list(newest.values()))


def _communes(target: Target, read: Terms) -> Progress:
    """Communes of that day with a product; listed are those that have none."""
    places = communes(target.place, read.on)
    covered, maybe = coverage(read)
    without = [place for place in places if place.code not in covered]
    unknown = [place for place in without if place.code in maybe]
    count = len(places) - len(without)
    return Progress(target, count, len(places), [], [], places=without, places_maybe=unknown)


def communes(province: str, on: date) -> list[Place]:
    """Those of the province ("": of all) that there were on the day."""
    rows = Place.objects.filter(level="commune").on(on)
    return list(rows.filter(province_code=province) if province else rows)


def coverage(read: Terms) -> tuple[Counter[str], Counter[str]]:
    """Products by code of the commune that has their place today: those that hold, those of which
    it is not known."""
    here = commune_on(read.on)
    held, maybe = Counter[str](), Counter[str]()
    for term, state in read.last:
        if state in HOLDS:
            held[here(term.place)] += 1
        elif state == "unknown":
            maybe[here(term.place)] += 1
    return held, maybe


INDICATORS: dict[str, Callable[[Target, Terms], Progress]] = {
    "products": _classed(3, 4, 5),
    "four_star": _classed(4),
    "five_star": _classed(5),
    "five_star_potential": _potential,
    "upgraded": _upgraded,
    "exported": _exported,
    "communes": _communes,
}


def taken_back(term: Term, on: date) -> bool:
    """Whether it was by the day."""
    return term.withdrawn_on is not None and term.withdrawn_on <= on


def recognised_in(read: Terms, year: int) -> list[int]:
    """Recognitions of that year."""
    return [
        t.pk
        for own in read.by_product
        for t in own
        if t.year == year and t.stars in (3, 4, 5) and not taken_back(t, read.on)
    ]


def ended_in(read: Terms, year: int) -> list[int]:
    """Terms that ended in that year, however they did."""
    return [term.pk for term, over, _fate in read.ends if over == year]


def of_type(read: Terms, kind: str) -> list[int]:
    """Recognitions, that hold or may, of producers of that type ("" where it is not told)."""
    states = (*HOLDS, "unknown")
    return [t.pk for t, state in read.last if state in states and (t.kind or "") == kind]


def by_year(read: Terms) -> list[tuple[int, dict[int, int]]]:
    """Recognitions of each year by class, as published; a year that is not known is left out."""
    found: dict[int, dict[int, int]] = {}
    for own in read.by_product:
        for term in own:
            if term.year and term.stars in (3, 4, 5) and not taken_back(term, read.on):
                found.setdefault(term.year, {3: 0, 4: 0, 5: 0})[term.stars] += 1
    return sorted(found.items())


def producers(read: Terms) -> list[tuple[str, int, int]]:
    """By type of producer ("" where it is not told): producers, products that hold or may."""
    people: dict[str, set[int | None]] = {}
    products = Counter[str]()
    for term, state in read.last:
        if state in (*HOLDS, "unknown"):
            kind = term.kind or ""
            people.setdefault(kind, set()).add(term.producer)
            products[kind] += 1
    return [(kind, len(people[kind] - {None}), count) for kind, count in products.most_common()]
