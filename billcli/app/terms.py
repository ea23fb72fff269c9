"""What payment terms come to, before anything is issued on them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.core.report import Column, Report

if TYPE_CHECKING:
    from billcli.app.books import Books
    from billcli.core.due_dates import Discount

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class TermsRequest(NamedTuple):
    """Terms as written; what is left out is that of the place: the day of issue is today there, the currency its own."""

    text: str
    on: date | None = None
    amount: str | None = None
    currency: str | None = None


class Place(NamedTuple):
    """What terms are read against."""

    today: date
    currency: str = "EUR"
    calendars: tuple[Any, ...] = ()


def in_ledger(books: Books) -> Place:
    """The ledger's own day, currency and calendars."""
    settings = books.settings()
    return Place(books.today, settings.currency, settings.calendars)


def outside() -> Place:
    """Where there is no ledger: today in UTC, and no calendars but those of countries."""
    from billcli.app.context import now

    return Place(now().date())


def terms_report(request: TermsRequest, place: Place) -> Report:
    """A row for the discount, where there is one, and one for each instalment. Raises ``BillError`` for terms that cannot be."""
    from billcli.app.amounts import minor_of, optional, value_of
    from billcli.core.calendars import Calendars
    from billcli.core.due_dates import schedule, shares
    from billcli.model.money import Money
    from billcli.model.terms import parse_terms
    from billcli.model.values import parse_currency

    terms = value_of(parse_terms, request.text, "TERMS")
    currency = optional(parse_currency, request.currency, "--currency") or place.currency
    gross = minor_of(request.amount, currency, "--amount") if request.amount is not None else None
    on, calendars = request.on or place.today, Calendars(place.calendars)
    found, parts = schedule(terms, on, gross or 0, calendars), shares(terms, on, calendars)
    rows = [_discount_row(found.discount, gross, currency)] if found.discount else []
    if gross is None:
        rows += [_row("instalment", day, share) for day, share in parts.items()]
    else:
        rows += [_row("instalment", day, parts[day], Money(amount, currency)) for day, amount in found.instalments]
    return Report("terms", on, _columns(with_amount=gross is not None), rows)


def _columns(*, with_amount: bool) -> tuple[Column, ...]:
    return (
        Column("kind", "Part"),
        Column("due_on", "Until", "day"),
        Column("weekday", "Day"),
        Column("percent", "%", "number"),
        Column("currency", "Cur"),
        Column("amount", "Amount", "money" if with_amount else "text"),
        Column("cash", "To pay"),
    )


def _discount_row(discount: Discount, gross: int | None, currency: str) -> tuple[Any, ...]:
    """What is taken off, and what is to be paid then."""
    from billcli.core.money import rounded_ratio
    from billcli.core.totals import HUNDRED
    from billcli.model.money import Money

    share = Fraction(discount.percent) / 100
    if gross is None:
        return _row("discount", discount.until, share)
    off = rounded_ratio(gross, discount.percent, HUNDRED)
    return _row("discount", discount.until, share, Money(off, currency), Money(gross - off, currency))


def _row(kind: str, day: date, share: Fraction, amount: Any = None, cash: Any = None) -> tuple[Any, ...]:
    from billcli.model.terms import percent_text

    return kind, day, _DAYS[day.weekday()], percent_text(share), amount and amount.currency, amount, cash
