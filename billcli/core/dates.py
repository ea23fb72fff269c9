"""Days and months later or earlier, within what the calendar has."""

from __future__ import annotations

from datetime import date, timedelta


def days_later(day: date, days: int) -> date:
    """Or, below zero, earlier; beyond the calendar it is its end."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def months_later(day: date, months: int) -> date:
    """The same day so many months later or, below zero, earlier; the last of the month where it has no such day."""
    at = day.year * 12 + day.month - 1 + months
    year, month = max(at // 12, 1), at % 12 + 1
    return date(year, month, min(day.day, month_days(year, month)))


def month_days(year: int, month: int) -> int:
    """How many days the month has."""
    return (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days


def month_end(year: int, month: int) -> date:
    """The last day of the month."""
    return date(year, month, month_days(year, month))


def month_ends(last: date, count: int) -> list[date]:
    """So many month ends before ``last``, the oldest first, and ``last`` itself."""
    first = last.replace(day=1)
    ends = [months_later(first, 1 - at) - timedelta(days=1) for at in range(count, 0, -1)]
    return [each for each in ends if each < last] + [last]
