"""What becomes of the products there are: how terms ended so far, from the register, drawn on."""

from collections import Counter
from datetime import date, timedelta
from itertools import groupby

from saola.planning.outlook import TERM, Fate, Outlook, outlook
from saola.server.recognition.models import Recognition
from saola.server.targets.progress import HOLDS, standing

AHEAD = 5  # years


def ended_terms(on: date) -> dict[int, Counter[Fate]]:
    """By class, how the terms that were over by that day ended: a later recognition of the product
    of the same class (renewed) or a higher one (upgraded), else lost. A product that fell to a
    lower class is lost to its own. Where only the year is known the term ends with its third year
    after."""
    rows = Recognition.objects.filter(
        published_on__isnull=False, withdrawn_on=None, product__illustrative=False,
        stars__gte=3, year__isnull=False, year__lte=on.year,
    ).order_by("product_id", "year", "recognised_on", "pk")  # fmt: skip
    fields = ("product_id", "stars", "year", "recognised_on", "expires_on", "revoked_on")
    found: dict[int, Counter[Fate]] = {3: Counter(), 4: Counter(), 5: Counter()}
    for _, own in groupby(rows.values_list(*fields), key=lambda row: row[0]):
        terms = [row for row in own if row[3] is None or row[3] <= on]
        for at, (_, stars, year, _, expires, revoked) in enumerate(terms):
            later = terms[at + 1 :]
            if later:
                fate: Fate = "upgraded" if later[0][1] > stars else "renewed"
                found[stars]["lost" if later[0][1] < stars else fate] += 1
            elif (revoked and revoked <= on) or (expires or date(year + TERM, 12, 31)) < on:
                found[stars]["lost"] += 1
    return found


def held_now(on: date) -> Counter[tuple[int, int]]:
    """Products by class and the year in which their term ends. Where only the year of recognition
    is known it ends in the third year after, and the product counts as held until then."""
    rows = standing(on).filter(stars__gte=3)
    found: Counter[tuple[int, int]] = Counter()
    # the state is looked at here: a database asked for it in its WHERE works it out twice
    for stars, expires, year, status in rows.values_list("stars", "expires_on", "year", "status"):
        if status in (*HOLDS, "unknown") and (expires or year):
            found[stars, expires.year if expires else year + TERM] += 1
    return found


def province_outlook(on: date, held: Counter[tuple[int, int]]) -> Outlook:
    """The years after `on` of what `held_now` tells; this year's remaining ends are drawn too."""
    return outlook(held, ended_terms(on), on.year, AHEAD + 1)


def expiring(on: date) -> list[tuple[int, int]]:
    """How many terms end within 6 and within 12 months of that day."""
    days = [
        expires
        for expires, status in standing(on).values_list("expires_on", "status")
        if status in HOLDS and expires is not None
    ]
    return [
        (months, sum(day <= on + timedelta(span) for day in days))
        for months, span in ((6, 183), (12, 365))
    ]
