"""The days on which offices work: the country's public holidays, Tết and its exchanged days among
them, and what the office has entered for itself."""

from datetime import date

import holidays
from django.core.cache import caches

from saola.server.places.models import Holiday
from saola.vietnamese.workdays import WorkCalendar

KEY, SECONDS = "work-calendar", 60


def work_calendar(around: date) -> WorkCalendar:
    """The calendar of the years around a day; kept for a minute."""
    key = f"{KEY}-{around.year}"
    found: WorkCalendar | None = caches["machine"].get(key)
    if found is None:
        found = _made(range(around.year - 1, around.year + 3))
        caches["machine"].set(key, found, SECONDS)
    return found


def _made(years: range) -> WorkCalendar:
    known = holidays.country_holidays("VN", years=years)
    entered = dict(Holiday.objects.values_list("day", "works"))
    off = set(known) | {day for day, works in entered.items() if not works}
    worked = {day for day, works in entered.items() if works}
    return WorkCalendar(frozenset(off - worked), frozenset(worked))


def forget() -> None:
    """After an entry the calendar is made anew."""
    caches["machine"].clear()
