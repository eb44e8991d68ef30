"""When a query that somebody subscribed to is asked: the schedule of EPCIS 2.0, six fields like
those of cron, each a number, a range "[a-b]" or a list of them; a field left out is any."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

FIELDS = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dayOfWeek": (1, 7),  # 1 is Monday
}
PART = re.compile(r"(\d{1,2})|\[(\d{1,2})-(\d{1,2})\]")
FARTHEST = 366 * 5  # days: a 29th of February comes within them


class BadSchedule(ValueError):
    """A schedule that is none; the text says why."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The numbers that each field allows."""

    allowed: Mapping[str, frozenset[int]]

    def after(self, moment: datetime) -> datetime:
        """The first time that fits, later than `moment`, in its time zone; BadSchedule where there
        is none within five years."""
        at = moment.replace(microsecond=0) + timedelta(seconds=1)
        for days in range(FARTHEST):
            day = at if days == 0 else (at + timedelta(days)).replace(hour=0, minute=0, second=0)
            if self._fits(day):
                found = self._within(day)
                if found is not None:
                    return found
        raise BadSchedule("no such day comes")

    def _fits(self, day: datetime) -> bool:
        return (
            day.month in self.allowed["month"]
            and day.day in self.allowed["dayOfMonth"]
            and day.isoweekday() in self.allowed["dayOfWeek"]
        )

    def _within(self, start: datetime) -> datetime | None:
        """The first time of the day from `start` on."""
        for hour in sorted(self.allowed["hour"]):
            for minute in sorted(self.allowed["minute"]):
                for second in sorted(self.allowed["second"]):
                    found = start.replace(hour=hour, minute=minute, second=second)
                    if found >= start:
                        return found
                    if (hour, minute) < (start.hour, start.minute):
                        break
                if hour < start.hour:
                    break
        return None


def read_schedule(given: Any) -> Schedule:
    """Read the object "schedule"; seconds and minutes left out are 0, for nobody means each second.
    BadSchedule says what is wrong."""
    if not isinstance(given, Mapping) or not given or given.keys() - FIELDS.keys():
        raise BadSchedule(f"schedule: at least one of {', '.join(FIELDS)}, and nothing else")
    allowed = {}
    for name, (low, high) in FIELDS.items():
        if name in given:
            allowed[name] = _numbers(name, str(given[name]), low, high)
        elif name in ("second", "minute"):
            allowed[name] = frozenset({0})
        else:
            allowed[name] = frozenset(range(low, high + 1))
    return Schedule(allowed)


def _numbers(name: str, text: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.replace(" ", "").split(","):
        match = PART.fullmatch(part)
        if not match:
            raise BadSchedule(f"{name}: {text!r}")
        first = int(match[1] or match[2])
        last = int(match[1] or match[3])
        if not low <= first <= last <= high:
            raise BadSchedule(f"{name}: from {low} to {high}")
        found |= set(range(first, last + 1))
    return frozenset(found)
