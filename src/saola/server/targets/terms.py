"""The register as it stood on a day, read once for all figures: the terms of each product in their
order, and the state of its last."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.conf import settings
from django.db.models import F, Q

from saola.planning.fans import TERM, Fate
from saola.server.places.models import Place
from saola.server.places.office import code_of
from saola.server.products.models import Edition
from saola.server.recognition.models import Recognition, status_of
from saola.server.recognition.queries import extended_on

HOLDS = ("in_force", "expiring", "extended")
FIELDS = (
    "pk", "product_id", "product__place_id", "product__producer_id", "product__producer__kind",
    "stars", "year", "recognised_on", "expires_on", "revoked_on", "withdrawn_on",
)  # fmt: skip


class Term(NamedTuple):
    """A published recognition, with what is counted of its product."""

    pk: int
    product: int
    place: int | None
    producer: int | None
    kind: str | None
    stars: int | None
    year: int | None
    recognised_on: date | None
    expires_on: date | None
    revoked_on: date | None
    withdrawn_on: date | None

    @property
    def end_year(self) -> int | None:
        """In which it ends; where only the year of recognition is known, the third after."""
        if self.expires_on:
            return self.expires_on.year
        return self.year + TERM if self.year else None


@dataclass(frozen=True)
class Terms:
    """`by_product` has the terms of each product, the oldest first; `last` the last of each with
    its state on the day."""

    on: date
    by_product: list[list[Term]]
    last: list[tuple[Term, str]]

    def held(self, *stars: int) -> list[Term]:
        """The last terms that hold on the day, of these classes (all where none is named)."""
        return [t for t, state in self.last if state in HOLDS and (not stars or t.stars in stars)]

    def unknown(self, *stars: int) -> list[Term]:
        """Those that may hold or not: the source tells no day."""
        return [t for t, s in self.last if s == "unknown" and (not stars or t.stars in stars)]

    def of(self, province: str) -> "Terms":
        """Those of one province; where no source names a commune, the province of this house.
        ("": all of them.)"""
        if not province:
            return self
        if province not in self._parts:
            places = Place.objects.filter(province_code=province)
            inside: set[int | None] = set(places.values_list("pk", flat=True))
            if province == code_of(None):
                inside.add(None)
            own = [rows for rows in self.by_product if rows[-1].place in inside]
            last = [pair for pair in self.last if pair[0].place in inside]
            whole = len(last) == len(self.last)
            self._parts[province] = self if whole else Terms(self.on, own, last)
        return self._parts[province]

    @cached_property
    def _parts(self) -> dict[str, "Terms"]:
        return {}

    @cached_property
    def ends(self) -> list[tuple[Term, int, Fate]]:
        """Year and fate of every term that was over by the day: a later term of the product
        of the same class (renewed) or a higher one (upgraded), else lost. A product that fell to a
        lower class is lost to its own. What was taken back counts for nothing."""
        return [end for own in self.by_product for end in self._ends(own)]

    def _ends(self, own: list[Term]) -> Iterator[tuple[Term, int, Fate]]:
        kept = [t for t in own if t.withdrawn_on is None and t.year and (t.stars or 0) >= 3]
        for at, term in enumerate(kept):
            stars, over = int(term.stars or 0), term.end_year or 0
            if at + 1 < len(kept):
                later = kept[at + 1]
                more = int(later.stars or 0) - stars
                fate: Fate = "upgraded" if more > 0 else "lost" if more < 0 else "renewed"
                yield term, later.year or 0, fate
            elif term.revoked_on and term.revoked_on <= self.on:
                yield term, term.revoked_on.year, "lost"
            elif (term.expires_on or date(over, 12, 31)) < self.on:
                yield term, over, "lost"


def terms(on: date) -> Terms:
    """Read for that day, once for each edition of the register. A day of recognition that is not
    known counts as of its year."""
    return _read(Edition.current(), on, frozenset(extended_on(on)))


@lru_cache(maxsize=2)  # today's, and one that is looked back at
def _read(_edition: int, on: date, extended: frozenset[int]) -> Terms:
    then = Q(recognised_on__lte=on) | Q(recognised_on=None, year__lte=on.year)
    then |= Q(recognised_on=None, year=None)
    rows = (
        Recognition.objects.filter(then, published_on__isnull=False, product__illustrative=False)
        .order_by(
            "product_id", F("year").asc(nulls_first=True),
            F("recognised_on").asc(nulls_first=True), "pk",
        )
        .values_list(*FIELDS)
    )  # fmt: skip
    made = map(Term._make, rows.iterator())
    by_product = [list(own) for _, own in groupby(made, key=attrgetter("product"))]
    within = settings.OCOP["expiring_within_days"]
    last = []
    for own in by_product:
        term = own[-1]
        until = on if term.pk in extended else None
        state = status_of(term, on, expiring_within=within, extended_until=until)
        last.append((term, state))
    return Terms(on, by_product, last)
