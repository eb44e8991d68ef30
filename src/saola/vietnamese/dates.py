"""Dates as papers and pages write them, and months of validity."""

from calendar import monthrange
from datetime import date
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
    """The same day of a later month, or that month's last day: 31 August + 6 → 28 February. What
    would lie beyond the year 9999 is the last day there is."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def months_between(start: date, end: date) -> int:
    """Whole months from start to end; 0 when end is not after start."""
    if end <= start:
        return 0
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (add_months(start, months) > end)
