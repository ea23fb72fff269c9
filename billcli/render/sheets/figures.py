"""Amounts, numbers and days as a reader of one language writes them. The digits are the document's own; nothing is computed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from billcli.model.money import digits

_MONTH_FIRST = frozenset(("US", "PH", "CA"))
_LETTERS_FIRST = re.compile(r"([A-Z]{3})(?=\d)")
"""A code needs a space before the digits, a sign does not (CLDR: ``alphaNextToNumber``)."""

_SIX = "#,##0.######"


def locale_of(language: str | None, spoken: str, country: str | None = None) -> Locale:
    """The reader's own where its words are spoken (de-AT), else that of the words.

    English without a country writes days as the United States do only for companies there.
    """
    wanted = language if language and language.partition("-")[0] == spoken.partition("-")[0] else spoken
    if wanted == "en" and country not in _MONTH_FIRST:
        wanted = "en-GB"
    if wanted.startswith("zh"):
        wanted = "zh-Hans-CN"  # the words are simplified Chinese, whatever the reader's country
    try:
        return Locale.parse(wanted, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale.parse(spoken, sep="-")


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
        """With the currency, as the language shows it."""
        shown = format_currency(Decimal(amount), currency or self.currency, locale=self.locale)
        return _minus(_LETTERS_FIRST.sub("\\1\u00a0", shown))

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
