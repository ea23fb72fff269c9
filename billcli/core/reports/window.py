"""The time that a report is about, and the time it is held against."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from billcli.core.dates import months_later
from billcli.errors import UsageError
from billcli.model.values import BadValue, parse_day, quoted


class Window(NamedTuple):
    """From ``first`` up to and including ``last``, as far as it is known on the day ``known``."""

    first: date
    last: date
    known: date

    def as_then(self) -> Window:
        """The same time as the books stood on its last day."""
        return self._replace(known=self.last)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def window(period: str | None, as_of: date) -> Window:
    """The calendar period, or ``FIRST..LAST``, as far as it has come by ``as_of``, else the twelve months that end then.

    Raises ``UsageError``.
    """
    if period is None:
        return Window(months_later(as_of + timedelta(days=1), -12), as_of, as_of)
    from billcli.core.periods import period_days  # only where one is given: it imports re

    try:
        first, last = _range(period) if ".." in period else period_days(period)
    except BadValue as bad:
        raise UsageError(f"--period: {bad.message}", bad.hint) from None
    if first > last:
        raise UsageError(f"--period: {period} ends before it begins", f"did you mean {last}..{first}?")
    if first > as_of:
        raise UsageError(f"--period: {period} begins after {as_of}", "leave --as-of out, or name an earlier period")
    return Window(first, min(last, as_of), as_of)


def _range(period: str) -> tuple[date, date]:
    first, _, last = period.partition("..")
    return parse_day(first), parse_day(last)


COMPARISONS = ("previous", "year")


def before(now: Window, period: str | None, against: str) -> Window:
    """The period just before, as far into it as ``now`` is, or the same days a year earlier; before days from and to as many of them.

    Raises ``UsageError``.
    """
    if against not in COMPARISONS:
        raise UsageError(f"--compare: {quoted(against)} is nothing to compare with", "use previous or year")
    if period is not None and ".." in period and against == "previous":
        return Window(now.first - timedelta(days=now.days), now.first - timedelta(days=1), now.known)
    whole = 12 if period is None or len(period) == 4 else 3 if "Q" in period else 1
    back = 12 if against == "year" else whole
    after = now.last + timedelta(days=1)
    return Window(months_later(now.first, -back), months_later(after, -back) - timedelta(days=1), now.known)
