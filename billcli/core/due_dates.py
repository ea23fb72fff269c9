"""Payment terms on a day and an amount: which part is due when, and until when paying early takes something off."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from billcli.core.calendars import WorkingDays
from billcli.errors import BillError
from billcli.model.money import Money
from billcli.model.terms import Fixed, Shift, Terms, parse_terms

_LAST_YEAR = 2999
_LONGEST_WAY = 366


class Due(NamedTuple):
    """A part of the gross, in minor units."""

    due_on: date
    amount: int


class Discount(NamedTuple):
    """Percent off for cash up to and including ``until``."""

    until: date
    percent: Decimal


class Schedule(NamedTuple):
    """Instalments in the order of their dates, no two on one day, which add up to the gross."""

    instalments: tuple[Due, ...]
    discount: Discount | None


def schedule(terms: Terms, issued_on: date, gross: int, calendars: WorkingDays) -> Schedule:
    """``gross`` is in minor units. Raises ``BillError`` where a day lies before the issue or a calendar is missing."""
    amounts: dict[date, int] = {}
    days = _due_days(terms, issued_on, calendars)
    for day, amount in zip(days, _amounts([part.share for part in terms.parts], gross), strict=True):
        amounts[day] = amounts.get(day, 0) + amount
    instalments = tuple(Due(day, amounts[day]) for day in sorted(amounts) if amounts[day])
    return Schedule(instalments or (Due(days[-1], gross),), discount(terms, issued_on))


def shares(terms: Terms, issued_on: date, calendars: WorkingDays) -> dict[date, Fraction]:
    """What share is due on which day, in the order of the days."""
    found: dict[date, Fraction] = {}
    for day, part in zip(_due_days(terms, issued_on, calendars), terms.parts, strict=True):
        found[day] = found.get(day, Fraction(0)) + part.share
    return {day: found[day] for day in sorted(found)}


def discount(terms: Terms, issued_on: date) -> Discount | None:
    """The early-payment discount; its last day stays where it is, whatever the calendar says."""
    if terms.discount is None:
        return None
    return Discount(_kept(issued_on + timedelta(terms.discount.days)), terms.discount.percent)


def printed(text: str, issued_on: date, gross: int, currency: str, calendars: WorkingDays) -> dict[str, Any]:
    """The fields ``instalments`` and ``discount`` of a document on these terms."""
    found = schedule(parse_terms(text), issued_on, gross, calendars)
    parts = tuple({"due_on": each.due_on, "amount": Money(each.amount, currency).amount} for each in found.instalments)
    return {"instalments": parts, "discount": found.discount._asdict() if found.discount else None}


def _amounts(of: list[Fraction], gross: int) -> list[int]:
    """Each share half-up, never more than what is left; the last takes the rest."""
    amounts: list[int] = []
    left = gross
    for share in of[:-1]:
        exact = share * gross
        amount = min((2 * exact.numerator + exact.denominator) // (2 * exact.denominator), left)
        amounts.append(amount)
        left -= amount
    return [*amounts, left]


def _due_days(terms: Terms, issued_on: date, calendars: WorkingDays) -> list[date]:
    """The due date of each part as written. A shift backwards ends at the day of issue: nothing is due before it."""
    days = []
    for part in terms.parts:
        day = part.due.on(issued_on)
        if isinstance(part.due, Fixed) and day < issued_on:
            raise BillError(f"due by {day}, before the day of issue, {issued_on}", "agree on a later day, or give other terms")
        days.append(max(_shifted(_kept(day), terms.shift, calendars), issued_on))
    return days


def _shifted(day: date, shift: Shift | None, calendars: WorkingDays) -> date:
    if shift is None:
        return day
    moved = _next_working_day(day, shift.calendar, calendars, -1 if shift.rule == "preceding" else 1)
    if shift.rule == "modified following" and moved.month != day.month:
        moved = _next_working_day(day, shift.calendar, calendars, -1)
    return _kept(moved)


def _next_working_day(day: date, calendar: str, calendars: WorkingDays, step: int) -> date:
    for way in range(_LONGEST_WAY):
        moved = day + timedelta(way * step)
        if calendars.is_working_day(calendar, moved):
            return moved
    raise BillError(f'the calendar "{calendar}" has no working day within a year of {day}', "look at its holidays in ledger.yaml")


def _kept(day: date) -> date:
    """A day that a file can hold."""
    if day.year > _LAST_YEAR:
        raise BillError(f"the terms reach {day}, beyond the year {_LAST_YEAR}", "look at the day of issue")
    return day
