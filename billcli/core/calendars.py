"""Which days are worked: a calendar of the ledger, else that of a country as the package ``holidays`` (an extra) knows it.

Beyond the years the package knows, weekends and what it computes remain; a ledger declares what else there is.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from billcli.diagnostics import did_you_mean
from billcli.errors import BillError
from billcli.model.calendar import parse_region
from billcli.model.values import BadValue, quoted

if TYPE_CHECKING:
    from holidays import HolidayBase

    from billcli.model.calendar import Calendar


class MissingPackage(BillError):
    """What knows the holidays of countries is not installed."""


class WorkingDays(Protocol):
    """Tells of a day whether it is worked. Raises ``BillError`` for a calendar that does not exist."""

    def is_working_day(self, calendar: str, day: date) -> bool: ...


class Calendars:
    """Those that a ledger declares, found whatever the case of their name, and behind them those of countries."""

    def __init__(self, declared: Iterable[Calendar] = ()) -> None:
        self.declared = {each.name.casefold(): each for each in declared}

    def is_working_day(self, calendar: str, day: date) -> bool:
        own = self.declared.get(calendar.casefold())
        if own is None:
            return self._works_in(calendar.upper(), calendar, day)
        if day in own.workdays or day in own.holidays:
            return day in own.workdays
        return self._works_in(own.country, own.country, day) if own.country else day.weekday() < 5

    def _works_in(self, region: str, written: str, day: date) -> bool:
        try:
            country = _country(parse_region(region))
        except BadValue:
            country = None
        if country is None:
            names = [each.name for each in self.declared.values()]
            hint = did_you_mean(written, names) or "declare it under calendars: in ledger.yaml, or name a country such as DE or DE-BE"
            raise BillError(f"there is no calendar {quoted(written)}", hint)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package's word that a year is only computed: that is what is wanted here
            return bool(country.is_working_day(day))


@lru_cache(maxsize=64)
def _country(region: str) -> HolidayBase | None:
    """None where the package does not know the country or this part of it. Raises ``MissingPackage``."""
    try:
        from holidays import country_holidays
    except ImportError:
        raise MissingPackage(
            f"the calendar {quoted(region)} needs the package holidays",
            'install it: pip install "billcli[calendars]"; or declare a calendar of your own under calendars: in ledger.yaml',
        ) from None
    country, _, part = region.partition("-")
    try:
        return country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        return None
