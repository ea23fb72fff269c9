"""Amounts, numbers and days as a reader of one language writes them. The digits are the document's own; nothing is computed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from billcli.model.money import digits
from billcli.render import languages

_SIX = "#,##0.######"


class Figures:
    """``currency`` is that of the document; amounts come as decimal text, days as ISO text."""

    def __init__(self, locale: Locale, currency: str) -> None:
        self.locale = locale
        self.currency = currency
        self._places = f"#,##0.{'0' * digits(currency)}" if digits(currency) else "#,##0"

    def plain(self, amount: str | Decimal | None) -> str:
        """Without the currency, with exactly its decimals."""
        return "" if amount is None else _minus(format_decimal(Decimal(amount), format=self._places, locale=self.locale))

    def money(self, amount: str | Decimal, currency: str | None = None) -> str:
        """With the currency, as the mails show it."""
        return _minus(languages.money(format(Decimal(amount), "f"), currency or self.currency, self.locale))

    def number(self, value: str | Decimal) -> str:
        """A quantity: as many decimals as it has."""
        return _minus(format_decimal(Decimal(value), format=_SIX, locale=self.locale))

    def price(self, value: str | Decimal) -> str:
        """At least the currency's decimals, at most six."""
        places = digits(self.currency)
        pattern = f"#,##0.{'0' * places}{'#' * (6 - places)}"
        return _minus(format_decimal(Decimal(value), format=pattern, locale=self.locale))

    def percent(self, value: str | Decimal) -> str:
        gap = "\u202f" if self.locale.language == "de" else ""
        return f"{self.number(value)}{gap}%"

    def day(self, iso: str | None) -> str:
        return "" if iso is None else format_date(date.fromisoformat(iso), "medium", locale=self.locale)

    def country(self, code: str) -> str:
        return str(self.locale.territories.get(code, code))


def _minus(text: Any) -> str:
    """A true minus sign, as wide as a digit."""
    return str(text).replace("-", "\u2212")
