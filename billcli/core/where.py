"""``--where 'size=large tag=vip gross>1000 region=germany/bavaria'``: what a list or report shows. All of it must hold.

Names are dimensions and fields of what is shown. ``=`` and ``!=`` take several values with commas between them, of which one fits or
none may; a region takes in what stands below it; grades go from A to E, so that ``grade<=C`` is A, B or C; ``~`` looks for a piece
of text without regard to case. Amounts are in the currency of whatever has them, days are ISO 8601. Quotes hold a value with spaces
together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billcli.core.dimensions import ALL, NONE, RANKED, TREES, is_within
from billcli.diagnostics import did_you_mean
from billcli.errors import UsageError
from billcli.model.values import BadValue, parse_day, parse_signed, quoted

Value = tuple[str, ...] | Decimal | date | None
"""What something says under a name: texts, of which there may be none or several; an amount or a number; a day."""

TEXT, NUMBER, DAY = "text", "number", "day"
FIELDS: Mapping[str, str] = {
    **dict.fromkeys(ALL, TEXT),
    **dict.fromkeys(("number", "name", "method", "kind", "hold"), TEXT),
    **dict.fromkeys(("gross", "net", "tax", "open", "amount", "unapplied", "days_overdue"), NUMBER),
    **dict.fromkeys(("issued_on", "due_on", "received_on", "paid_on"), DAY),
}
"""What may be asked of most things, and of which sort it is; a list adds its own."""

_SIGNS = ("!=", ">=", "<=", "=", ">", "<", "~")


class Condition(NamedTuple):
    """One of the conditions; ``values`` are texts, or one number or day."""

    name: str
    sign: str
    values: tuple[str, ...] | Decimal | date

    def holds(self, found: Value) -> bool:
        if isinstance(self.values, tuple):
            texts = found if isinstance(found, tuple) else () if found is None else (str(found),)
            return _fits(self.name, self.sign, self.values, texts)
        if found is None or isinstance(found, tuple):
            return self.sign == "!="
        return _compared(self.sign, found, self.values)


class Where(NamedTuple):
    """All conditions of one ``--where``."""

    conditions: tuple[Condition, ...] = ()
    text: str = ""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.name for each in self.conditions)

    def matches(self, values: Callable[[str], Value]) -> bool:
        return all(each.holds(values(each.name)) for each in self.conditions)

    def only(self, names: Iterable[str]) -> Where:
        """Those of the conditions that ask for one of these names."""
        wanted = frozenset(names)
        return Where(tuple(each for each in self.conditions if each.name in wanted), self.text)


def parse_where(text: str, fields: Mapping[str, str] = FIELDS) -> Where:
    """``fields`` are the names that may be asked for and their sorts. Raises ``UsageError`` with the nearest name there is."""
    found = tuple(_condition(each, fields) for each in _pieces(text))
    if not found:
        raise UsageError("--where: the text is empty", "such as --where 'size=large gross>1000'")
    return Where(found, text)


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
        hint = did_you_mean(name, list(fields)) or "use one of: " + ", ".join(fields)
        raise UsageError(f"--where: nothing here is called {quoted(name)}", hint)
    sort = fields[name]
    if name in RANKED and sign in ("<", "<=", ">", ">="):
        return Condition(name, "=", _ranked(name, sign, said, piece))
    if sort == TEXT:
        if sign not in ("=", "!=", "~"):
            raise UsageError(f"--where: {name} is a word, not an amount: {quoted(piece)}", "compare it with = or != or ~ (contains)")
        return Condition(name, sign, _values(said))
    if sign == "~":
        raise UsageError(f"--where: {name} is {'a day' if sort == DAY else 'a number'}: {quoted(piece)}", "compare it with = != > >= < <=")
    values = _values(said)
    if len(values) > 1:
        raise UsageError(
            f"--where: {name} is given several values: {quoted(piece)}", "one number or day; write digits with a point: 1250.00"
        )
    value = values[0]
    try:
        return Condition(name, sign, parse_day(value) if sort == DAY else parse_signed(value))
    except BadValue as bad:
        raise UsageError(f"--where: {name}: {bad.message}", bad.hint) from None


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
