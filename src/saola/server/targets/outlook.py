"""What becomes of the products there are: how terms ended so far, from the register, drawn on."""

from collections import Counter
from datetime import timedelta

from saola.planning.fans import Fate, Outlook
from saola.server.targets.terms import HOLDS, Terms

AHEAD = 5  # years


def ended_terms(read: Terms) -> dict[int, Counter[Fate]]:
    """By class, how the terms that were over by the day ended."""
    found: dict[int, Counter[Fate]] = {3: Counter(), 4: Counter(), 5: Counter()}
    for term, _year, fate in read.ends:
        found[int(term.stars or 0)][fate] += 1
    return found


def turns(read: Terms) -> list[tuple[int, Counter[Fate]]]:
    """By year, how many terms were renewed, upgraded, lost in it; years without a turn are told
    between the first and the last."""
    found: dict[int, Counter[Fate]] = {}
    for _term, year, fate in read.ends:
        found.setdefault(year, Counter())[fate] += 1
    if not found:
        return []
    return [(year, found.get(year, Counter())) for year in range(min(found), max(found) + 1)]


def held_now(read: Terms) -> Counter[tuple[int, int]]:
    """Products by class and the year in which their term ends. Where only the year of recognition
    is known the product counts as held until the third year after."""
    found: Counter[tuple[int, int]] = Counter()
    for term, state in read.last:
        if state in (*HOLDS, "unknown") and (term.stars or 0) >= 3 and term.end_year:
            found[int(term.stars or 0), term.end_year] += 1
    return found


def province_outlook(read: Terms) -> Outlook:
    """The years after the day of what `held_now` tells; this year's remaining ends are drawn
    too."""
    from saola.planning.outlook import outlook  # noqa: PLC0415 - numpy, for this page alone

    return outlook(held_now(read), ended_terms(read), read.on.year, AHEAD + 1)


def expiring(read: Terms) -> list[tuple[int, list[int]]]:
    """Within 6 and within 12 months of the day: the recognitions whose term ends then."""
    held = read.held()
    return [
        (months, [t.pk for t in held if t.expires_on and t.expires_on <= read.on + timedelta(span)])
        for months, span in ((6, 183), (12, 365))
    ]
