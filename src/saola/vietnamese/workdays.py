"""Working days: Monday to Friday, without days off, with the days that are worked in exchange."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Days off beside week-ends, and week-end days worked in exchange for one of them."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether offices work on that day."""
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def add(self, start: date, days: int) -> date:
        """The day on which a limit of working days ends; the day of receipt does not count."""
        day = start
        while days > 0:
            day += timedelta(1)
            days -= self.is_working(day)
        return day

    def latest(self, end: date, days: int) -> date:
        """The last day from which a limit of working days ends by `end`."""
        day = end
        while self.add(day, days) > end:
            day -= timedelta(1)
        return day

    def left(self, today: date, last: date) -> int:
        """Working days after today up to and with the last; negative when that day is past."""
        step, end = (1, last) if last >= today else (-1, today)
        day, count = (today, 0) if step == 1 else (last, 0)
        while day < end:
            day += timedelta(1)
            count += self.is_working(day)
        return step * count


def calendar_days_left(today: date, last: date) -> int:
    """Days after today up to and with the last; negative when that day is past."""
    return (last - today).days
