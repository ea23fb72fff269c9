"""Money: a whole number of minor units in one currency. Different currencies never add."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import NamedTuple

# ISO 4217, active codes with minor units (list one, 2024); codes of metals, funds and testing left out.
_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG "
    "HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA "
    "MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD "
    "RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
    "USD UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_CODES.split())
_DIGITS = dict.fromkeys(["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"], 0)
_DIGITS |= dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3) | {"CLF": 4, "UYW": 4}

LIMIT = 10**12
"""Amounts stay below this many whole units."""

EXACT = Context(prec=100)
"""Wide enough that no product of two values from a file, nor a document's sum, is rounded before a named function says so."""


def digits(currency: str) -> int:
    """How many decimals the currency has (ISO 4217)."""
    return _DIGITS.get(currency, 2)


def decimals(amount: Decimal) -> int:
    """How many decimals the text of the amount had."""
    exponent = amount.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def decimals_text(amount: Decimal) -> str:
    """``1 decimal``, ``3 decimals``."""
    count = decimals(amount)
    return f"{count} decimal{'s' if count != 1 else ''}"


class Money(NamedTuple):
    """``minor`` counts the currency's smallest unit: 1050 EUR is 10.50 euros."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        """Raises ``ValueError`` where the amount is finer than the currency."""
        scaled = amount.scaleb(digits(currency), EXACT)
        minor = int(scaled)
        if minor != scaled:
            raise ValueError(f"{amount} is finer than {currency} allows")
        return cls(minor, currency)

    @property
    def amount(self) -> Decimal:
        return Decimal(self.minor).scaleb(-digits(self.currency))

    def plus(self, other: Money) -> Money:
        """Raises ``ValueError`` for another currency."""
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add")
        return Money(self.minor + other.minor, self.currency)

    def text(self) -> str:
        """The digits alone, with exactly the currency's decimals: ``1250.00``."""
        return minor_text(self.minor, digits(self.currency))

    def __str__(self) -> str:
        return f"{self.text()} {self.currency}"


def minor_text(minor: int, places: int) -> str:
    """``minor_text(-5, 2)`` is ``-0.05``."""
    if places == 0:
        return str(minor)
    sign = "-" if minor < 0 else ""
    figures = str(abs(minor)).zfill(places + 1)
    return f"{sign}{figures[:-places]}.{figures[-places:]}"
