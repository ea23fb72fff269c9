"""Amounts, days and numbers as a language writes them, in mails and on paper alike. Only the process that runs templates comes here."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import NumberPattern

WRITTEN = ("en", "de", "zh-CN")
"""The languages that bill has words in."""

_MONTH_FIRST = frozenset(("US", "PH", "CA"))
_LETTERS_FIRST = re.compile(r"([A-Z]{3})(?=\d)")
"""A code needs a space before the digits, a sign does not (CLDR: ``alphaNextToNumber``)."""


def chain(language: str) -> list[str]:
    """Where to look for words, best first: zh-TW -> zh-TW, zh, zh-CN, en."""
    base = language.partition("-")[0]
    return list(dict.fromkeys([language, base, *(each for each in WRITTEN if each.partition("-")[0] == base), "en"]))


@lru_cache(maxsize=32)
def locale_of(language: str | None, words: str, country: str | None = None) -> Locale:
    """Numbers follow the customer's country where the words are in the customer's language, else the words.

    English without a country writes days as the United States do only for companies there; ``country`` is the company's.
    """
    chosen = language if language and language.partition("-")[0] == words.partition("-")[0] else words
    if chosen.startswith("zh"):
        chosen = "zh-Hans-CN"  # the words are simplified Chinese, whatever the customer's country
    if chosen == "en" and country not in _MONTH_FIRST:
        chosen = "en-GB"
    try:
        return Locale.parse(chosen, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en-GB" if words == "en" else words, sep="-")


def decimal(text: object) -> Decimal:
    """Raises ``ValueError`` with words for people."""
    try:
        value = Decimal(text) if isinstance(text, str | int) and not isinstance(text, bool) else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        raise ValueError(f"{text!r:.60} is not an amount or number")
    return value


def decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def money(text: object, currency: str, locale: Locale) -> str:
    """With the decimals it has: the books know how many its currency uses. In Chinese, the yuan are said as in a contract."""
    value = decimal(text)
    if locale.language == "zh" and currency == "CNY":
        return f"人民币{amount(text, locale)}元"
    pattern = _pattern(locale.currency_formats["standard"].pattern, decimals(value))
    return _LETTERS_FIRST.sub("\\1\u00a0", str(pattern.apply(value, locale, currency=currency, currency_digits=False)))


def amount(text: object, locale: Locale) -> str:
    """Without a currency, for a column that names it."""
    value = decimal(text)
    return str(_pattern(locale.decimal_formats[None].pattern, decimals(value)).apply(value, locale))


@lru_cache(maxsize=64)
def _pattern(pattern: str, places: int) -> NumberPattern:
    from babel.numbers import parse_pattern

    made = parse_pattern(pattern)
    made.frac_prec = (places, places)
    return made


def day(text: object, locale: Locale, form: str = "long") -> str:
    """``long`` is for sentences, ``short`` for columns."""
    try:
        value = date.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f"{text!r:.60} is not a day") from None
    return str(format_date(value, "medium" if form == "short" else "long", locale=locale))
