"""What a tax code means on a day: its rate changes from dates, and a document keeps that of its tax point."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.errors import BillError
from billcli.model.settings import NO_TAX, Settings, TaxCode
from billcli.model.values import quoted


class TaxRate(NamedTuple):
    """A tax code as it holds on one day."""

    code: str
    category: str
    rate: Decimal
    exempt_reason: str | None = None


OUTSIDE = TaxRate(NO_TAX.code, NO_TAX.category, Decimal(0))


def rate_on(code: TaxCode, day: date) -> Decimal | None:
    """The rate of the last change up to that day, before the first one ``rate``; None where there is none yet."""
    begun = [each for each in code.rates if each.since <= day]
    return max(begun, key=lambda each: each.since).rate if begun else code.rate


def rates_on(settings: Settings, day: date) -> dict[str, TaxRate]:
    """The ledger's codes that have a rate on that day, and the built-in ``none``."""
    found = {code.code: (code, rate_on(code, day)) for code in settings.tax_codes}
    known = {name: TaxRate(name, code.category, rate, code.exempt_reason) for name, (code, rate) in found.items() if rate is not None}
    return known | {OUTSIDE.code: OUTSIDE}


def tax_point(document: Any, issued_on: date) -> date:
    """The day whose rates hold: of delivery, else the last one of the service period, else of issue."""
    period = document.service_period
    return document.delivered_on or (period.ends_on if period else None) or issued_on


def rates_for(codes: Iterable[str], settings: Settings, day: date) -> dict[str, TaxRate]:
    """The rates on that day. Raises ``BillError`` for a code among ``codes`` that has none then."""
    rates = rates_on(settings, day)
    for code in codes:
        if code not in rates:
            raise BillError(*no_rate(code, settings, day))
    return rates


def no_rate(code: str, settings: Settings, day: date) -> tuple[str, str]:
    """Message and hint for a declared code without a rate on that day."""
    first = min((each.since for each in next(each for each in settings.tax_codes if each.code == code).rates), default=None)
    since = f"its first one holds since {first}; " if first else ""
    return f"the tax code {quoted(code)} has no rate on {day}", f"{since}add the rate that held then to tax_codes: in ledger.yaml"
