"""``--where 'size=large tag=vip gross>1000 region=germany/bavaria'``: what a list or report shows. All of it must hold.

Names are dimensions and fields of what is shown. ``=`` and ``!=`` take several values with commas between them, of which one fits or
none may; a region takes in what stands below it; grades go from A to E, so that ``grade<=C`` is A, B or C; ``~`` looks for a piece
of text without regard to case. ``gross>1000EUR`` is about what is in euros alone; an amount without a currency, other than 0, is compared
only where all that the other conditions let through is in one, for 1000 yen are no 1000 euros. Days are ISO 8601. Quotes hold a
value with spaces together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from unicodedata import normalize

from billcli.core.dimensions import ALL, PERIODS, RANKED, TREES, is_within
from billcli.diagnostics import did_you_mean
from billcli.errors import UsageError
from billcli.model.category_names import NONE
from billcli.model.money import CURRENCIES, Money
from billcli.model.values import BadValue, parse_day, parse_signed, quoted

Value = tuple[str, ...] | Money | Decimal | date | None
"""What something says under a name: texts, of which there may be none or several; an amount of money; a number; a day."""

TEXT, NUMBER, DAY = "text", "number", "day"
FIELDS: Mapping[str, str] = {
    **dict.fromkeys(ALL, TEXT),
    **dict.fromkeys(("number", "name", "method", "kind", "hold"), TEXT),
    **dict.fromkeys(("gross", "net", "tax", "open", "amount", "unapplied", "days_overdue"), NUMBER),
    **dict.fromkeys(("issued_on", "due_on", "received_on", "paid_on"), DAY),
}
"""What may be asked of most things, and of which sort it is; a list adds its own."""

_SIGNS = ("!=", ">=", "<=", "=", ">", "<", "~")


class UnknownName(UsageError):
    """What is asked about has nothing of that name; something else may have, and ``known`` are those that this has."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.known = name, tuple(known)
        hint = did_you_mean(name, self.known) or "use one of: " + ", ".join(self.known)
        super().__init__(f"--where: nothing here is called {quoted(name)}", hint)


class Condition(NamedTuple):
    """One of the conditions; ``values`` are texts, or one number or day. ``currency`` is that of an amount which names one."""

    name: str
    sign: str
    values: tuple[str, ...] | Decimal | date
    currency: str = ""

    @property
    def takes_any(self) -> bool:
        """Whether amounts of whichever currency may be compared with it: of one, as it says, or with nothing at all."""
        return bool(self.currency) or not isinstance(self.values, Decimal) or self.values == 0

    def holds(self, found: Value) -> bool:
        if isinstance(found, Money):
            return self.sign == "!=" if self.currency not in ("", found.currency) else self._replace(currency="").holds(found.amount)
        if self.currency and found is not None:
            raise UsageError(f"--where: {self.name} is no amount of money, and so in no {self.currency}", f"leave {self.currency} out")
        if isinstance(self.values, tuple):
            texts = tuple(map(str, found)) if isinstance(found, tuple) else () if found is None else (str(found),)
            return _fits(self.name, self.sign, self.values, texts)
        if found is None or isinstance(found, tuple):
            return self.sign == "!="
        return _compared(self.sign, found, self.values)


class Where(NamedTuple):
    """All conditions of one ``--where``."""

    conditions: tuple[Condition, ...] = ()
    text: str = ""
    compared: list[str] | None = None
    """The currency in which an amount without one has been compared."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.name for each in self.conditions)

    def matches(self, values: Callable[[str], Value]) -> bool:
        """Raises ``UsageError`` where an amount without a currency would be compared in two. Such conditions stand last."""
        for each in self.conditions:
            found = values(each.name)
            if isinstance(found, Money) and not each.takes_any:
                self._ensure_one(each, found.currency)
            if not each.holds(found):
                return False
        return True

    def _ensure_one(self, condition: Condition, currency: str) -> None:
        if self.compared is None or currency in self.compared:
            return
        self.compared.append(currency)
        if before := self.compared[0] if len(self.compared) > 1 else "":
            said = f"{condition.name}{condition.sign}{condition.values}"
            message = f"--where: {said} says no currency, and what it is asked of is in {before} and {currency}"
            raise UsageError(message, f"write {said}{before}, or add currency={before}")

    def only(self, names: Iterable[str]) -> Where:
        """Those of the conditions that ask for one of these names."""
        wanted = frozenset(names)
        return Where(tuple(each for each in self.conditions if each.name in wanted), self.text, [])


def parse_where(text: str, fields: Mapping[str, str] = FIELDS) -> Where:
    """``fields`` are the names that may be asked for and their sorts. Raises ``UsageError`` with the nearest name there is."""
    text = text if text.isascii() else normalize("NFC", text)
    found = tuple(_condition(each, fields) for each in _pieces(text))
    if not found:
        raise UsageError("--where: the text is empty", "such as --where 'size=large gross>1000'")
    return Where(tuple(sorted(found, key=lambda each: not each.takes_any)), text, [])


def _pieces(text: str) -> list[str]:
    """Cut at spaces outside quotes; the quotes stay."""
    found, piece, quote = [], "", ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char.isspace():
            found.append(piece)
            piece = ""
            continue
        piece += char
    if quote:
        raise UsageError(f"--where: a quote in {quoted(text)} does not end", "close it where the value ends")
    return [each for each in [*found, piece] if each]


def _condition(piece: str, fields: Mapping[str, str]) -> Condition:
    at = min((found for sign in _SIGNS if (found := piece.find(sign)) >= 0), default=-1)
    if at <= 0:
        raise UsageError(f"--where: {quoted(piece)} is no condition", "write a name, one of = != > >= < <= ~ and a value: gross>1000")
    sign = next(each for each in _SIGNS if piece.startswith(each, at))
    name, said = piece[:at], piece[at + len(sign) :]
    if name not in fields:
        raise UnknownName(name, fields)
    sort = fields[name]
    if name in RANKED and sign in ("<", "<=", ">", ">="):
        return Condition(name, "=", _ranked(name, sign, said, piece))
    if sort == TEXT:
        if sign not in ("=", "!=", "~"):
            hint = "compare issued_on or due_on with a day" if name in PERIODS else "compare it with = or != or ~ (contains)"
            raise UsageError(f"--where: {name} is a word, not an amount: {quoted(piece)}", hint)
        values = _values(said)
        if name in PERIODS and sign != "~":
            for each in filter(None, values):
                _ensure_period(name, each)
        return Condition(name, sign, values)
    if sign == "~":
        raise UsageError(f"--where: {name} is {'a day' if sort == DAY else 'a number'}: {quoted(piece)}", "compare it with = != > >= < <=")
    values = _values(said)
    if len(values) > 1:
        raise UsageError(
            f"--where: {name} is given several values: {quoted(piece)}", "one number or day; write digits with a point: 1250.00"
        )
    value, currency = values[0], ""
    if sort == NUMBER:
        value, currency = _amount(value)
    try:
        return Condition(name, sign, parse_day(value) if sort == DAY else parse_signed(value), currency)
    except BadValue as bad:
        raise UsageError(f"--where: {name}: {bad.message}", bad.hint) from None


_PERIODS = {"month": ("2026-03", "-{:02d}", 12), "quarter": ("2026-Q1", "-Q{}", 4)}
"""How each is written, its number after the year, and how many a year has."""


def _ensure_period(name: str, said: str) -> None:
    """Raises ``UsageError`` for what is written otherwise: it would be nobody's."""
    year, number = said[:4], said[4:].lstrip("-/.qQ")[:9]
    example, after, most = _PERIODS.get(name, ("2026", "", 0))
    meant = year if len(year) == 4 and _is_digits(year) else ""
    if meant and most:
        meant = year + after.format(int(number)) if _is_digits(number) and 1 <= int(number) <= most else ""
    if said != meant:
        raise UsageError(f"--where: there is no {name} {quoted(said)}", f'did you mean "{meant}"?' if meant else f"write it as {example}")


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _amount(said: str) -> tuple[str, str]:
    """The digits and the currency of ``1000EUR``, ``EUR 1000`` or ``1000``."""
    for code, digits in ((said[-3:], said[:-3]), (said[:3], said[3:])):
        if code.upper() in CURRENCIES:
            return digits.strip(), code.upper()
    return said, ""


def _ranked(name: str, sign: str, said: str, piece: str) -> tuple[str, ...]:
    """The words on that side of one; what has none is on neither."""
    words, values = RANKED[name], _values(said)
    if len(values) > 1 or values[0] not in words:
        raise UsageError(f"--where: {quoted(piece)} compares with no {name}", f"use one of: {', '.join(words)}")
    at = words.index(values[0])
    return words[: at + (sign == "<=")] if sign[0] == "<" else words[at + (sign == ">") :]


def _values(said: str) -> tuple[str, ...]:
    """The values between commas outside quotes, without their quotes; "(none)" and nothing at all ask for what has none."""
    found, quote = [""], ""
    for char in said:
        if quote:
            if char == quote:
                quote = ""
                continue
        elif char in "\"'":
            quote = char
            continue
        elif char == ",":
            found.append("")
            continue
        found[-1] += char
    return tuple("" if each == NONE else each for each in found)


def _fits(name: str, sign: str, wanted: tuple[str, ...], found: tuple[str, ...]) -> bool:
    has = [each for each in found if each] or [""]
    if sign == "~":
        return any(piece.casefold() in each.casefold() for piece in wanted for each in has)
    tree = name in TREES
    fits = any(each == one or (tree and one != "" and is_within(each, one)) for one in wanted for each in has)
    return fits if sign == "=" else not fits


def _compared(sign: str, found: Decimal | date, wanted: Decimal | date) -> bool:
    if isinstance(found, date) != isinstance(wanted, date):
        return sign == "!="
    less, equal = found < wanted, found == wanted  # type: ignore[operator]  # of one sort, as just seen
    match sign:
        case "=":
            return equal
        case "!=":
            return not equal
        case ">":
            return not less and not equal
        case ">=":
            return not less
        case "<":
            return less
        case _:
            return less or equal
