"""Dates as papers and pages write them, months of validity, and working days."""

from calendar import monthrange
from datetime import date, timedelta
from zoneinfo import ZoneInfo

TIMEZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def short(day: date) -> str:
    """23/11/2026."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def long(day: date) -> str:
    """ "ngày 23 tháng 11 năm 2026"; days and the months 1 and 2 with a zero, as Decree 30 asks."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day: 31 August + 6 → 28 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def months_between(start: date, end: date) -> int:
    """Whole months from start to end; 0 when end is not after start."""
    if end <= start:
        return 0
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (add_months(start, months) > end)


def is_working_day(day: date, holidays: frozenset[date]) -> bool:
    """Monday to Friday and not among the given holidays."""
    return day.weekday() < 5 and day not in holidays


def add_working_days(start: date, days: int, holidays: frozenset[date] = frozenset()) -> date:
    """The day on which a limit of working days ends; the day of receipt does not count."""
    day = start
    while days > 0:
        day += timedelta(1)
        days -= is_working_day(day, holidays)
    return day


def working_days_left(today: date, last: date, holidays: frozenset[date] = frozenset()) -> int:
    """Working days after today up to and with the last; negative when that day is past."""
    step, end = (1, last) if last >= today else (-1, today)
    day, count = (today, 0) if step == 1 else (last, 0)
    while day < end:
        day += timedelta(1)
        count += is_working_day(day, holidays)
    return step * count
