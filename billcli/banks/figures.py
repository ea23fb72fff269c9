"""Amounts as banks write them. Which sign parts the decimals is decided once for a file, by evidence: ``1.234,56`` is never 1.234."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007 \t"))
_PLAIN = re.compile(r"([-+]?)([0-9]+(?:[.,][0-9]+)?)\Z", re.ASCII)
_FIGURE = re.compile(
    r"""(?P<open>\()?(?P<s1>[-+])?(?P<before>[^\d.,()+\-'’]{0,5})(?P<s2>[-+])?
    (?P<digits>[0-9][0-9.,'’]*|[.,][0-9]+)
    (?P<after>[^\d.,()+\-'’]{0,5}?)(?P<s3>[-+]|CR\.?|DR\.?)?(?P<close>\))?\Z""",
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
_MINUS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "－": "-", "＋": "+"})
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,'’][0-9]{3})+\Z|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}\Z", re.ASCII)

SYMBOLS = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "£": "GBP", "₤": "GBP", "us$": "USD", "usd": "USD", "元": "CNY", "人民币": "CNY",
    "人民币元": "CNY", "rmb": "CNY", "cny": "CNY", "￥": "CNY", "kč": "CZK", "kc": "CZK", "czk": "CZK", "zł": "PLN", "ft": "HUF",
    "chf": "CHF", "fr.": "CHF", "hk$": "HKD", "港币": "HKD", "美元": "USD", "欧元": "EUR", "日元": "JPY", "英镑": "GBP", "a$": "AUD",
    "c$": "CAD", "s$": "SGD", "₹": "INR", "₺": "TRY", "₽": "RUB", "₩": "KRW", "r$": "BRL", "lei": "RON",
}  # fmt: skip
SHARED_SYMBOLS = frozenset(("$", "¥", "kr", "kr.", "fr"))
"""Signs of more than one currency: they are read over, the currency is told elsewhere."""


class Figure(NamedTuple):
    """``digits`` with marks as written; ``symbol`` is what stood beside them."""

    negative: bool
    digits: str
    symbol: str = ""


def figure(text: str) -> Figure | None:
    """The parts of an amount, or None for what is none: ``-1.049,99``, ``($85.00)``, ``+€327.49``, ``- $21.59``, ``12.50 CR``."""
    if match := _PLAIN.match(text):
        return Figure(match[1] == "-", match[2])
    bare = text.translate(_BLANKS).translate(_MINUS).removeprefix("=").strip('"')
    match = _FIGURE.match(bare)
    if match is None:
        return None
    signs = [each for each in (match["s1"], match["s2"], match["s3"]) if each]
    if len(signs) > 1 or bool(match["open"]) != bool(match["close"]) or (match["open"] and signs):
        return None
    symbol = (match["before"] + match["after"]).casefold()
    if symbol and symbol not in SYMBOLS and symbol not in SHARED_SYMBOLS and not (symbol.isalpha() and len(symbol) == 3):
        return None
    minus = bool(match["open"]) or bool(signs and signs[0].upper().strip(".") in ("-", "DR"))
    return Figure(minus, match["digits"], symbol)


def decimal_mark(digits: str) -> str | None:
    """The decimal mark that this figure proves by itself: ``1,234.5`` and ``12.50`` prove a point, ``1.234`` and ``12`` nothing."""
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        return "." if digits.rindex(".") > digits.rindex(",") else ","
    mark = "." if dots else "," if commas else ""
    if not mark:
        return None
    if dots + commas > 1:
        return "," if mark == "." else "."
    before, _, after = digits.partition(mark)
    if "'" in before or "’" in before:
        return mark
    return mark if len(after) != 3 or len(before) > 3 or before in ("0", "") else None


def undecided(digits: str) -> bool:
    """Whether the figure is another one with another decimal mark: ``1.234``."""
    return ("." in digits or "," in digits) and decimal_mark(digits) is None


class Evidence(NamedTuple):
    """The first text that proves a decimal point, the first that proves a comma, and the first that could be either."""

    point: str | None = None
    comma: str | None = None
    either: str | None = None


def evidence(texts: Iterable[str]) -> Evidence:
    found: dict[str, str] = {}
    for text in texts:
        mark = text[-3:-2]
        if mark in (".", ",") and text[-2:].isdigit():  # the most of them, at little cost
            found.setdefault(mark, text)
            continue
        each = figure(text)
        if each is None or each.digits.isdigit():
            continue
        found.setdefault(decimal_mark(each.digits) or "either", text)
    return Evidence(found.get("."), found.get(","), found.get("either"))


class Number(NamedTuple):
    """``whole`` without its mark, of which the last ``places`` digits are decimals."""

    whole: int
    places: int


def number(found: Figure, mark: str) -> Number | None:
    """The value where ``mark`` parts the decimals; None where the signs between its digits do not fit that."""
    digits = found.digits
    if digits.isdigit():
        return Number(-int(digits) if found.negative else int(digits), 0)
    whole, sign, part = digits.partition(mark)
    if (sign and not part.isdigit()) or (not whole and not sign):
        return None
    if whole and not whole.isdigit():
        if not _GROUPED.match(whole) or len(set(whole) - set("0123456789")) > 1:
            return None
        whole = re.sub("[^0-9]", "", whole)
    value = int((whole or "0") + part)
    return Number(-value if found.negative else value, len(part))


def minor(value: Number, places: int) -> int | None:
    """Whole minor units; None where it is finer than the currency. Zeros beyond the third decimal lose nothing."""
    if value.places <= places:
        return value.whole * int(10 ** (places - value.places))
    finer = int(10 ** (value.places - places))
    if value.places > 3 and value.whole % finer == 0:
        return value.whole // finer if value.whole >= 0 else -(-value.whole // finer)
    return None
