"""What the readers of CAMT, MT940 and OFX share: harmless texts, strict amounts and days, faults with their places, the proof."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from billcli.banks.identity import with_ids
from billcli.core.bank import BankLine, BankStatement
from billcli.diagnostics import Diagnostic, Span
from billcli.errors import BillError
from billcli.model.money import CURRENCIES, LIMIT, Money, digits, minor_text
from billcli.model.values import quoted

MAX_BYTES = 100 * 1024 * 1024
"""A bank's busiest month has a fifth of it; more is no statement."""

MAX_FAULTS = 20
_SHOWN = 200

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNSEEN = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+")
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{0,18})?\Z", re.ASCII)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.000\Z")
_NO_REFERENCE = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOREF", "NONE", "N/A", "NOTAVAILABLE"})


class Refused(BillError):
    """Nothing of the file is taken. ``understood`` is what could be read all the same, to be shown, never to be stored."""

    def __init__(self, message: str, hint: str, diagnostics: tuple[Diagnostic, ...], understood: tuple[BankStatement, ...] = ()) -> None:
        super().__init__(message, hint, diagnostics)
        self.understood = understood


class NotRead(ValueError):
    """A field that is not what its place asks for; the reader knows the place."""

    def __init__(self, message: str, hint: str, code: str = "E652") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code


class Faults:
    """What is wrong with one file, gathered."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Diagnostic] = []

    def add(self, code: str, message: str, hint: str, line: int = 0, text: str = "", column: int = 0) -> None:
        """``column`` is where on the line it is, if that is known."""
        shown = text.rstrip("\r\n")
        shown = shown if len(shown) <= _SHOWN else ""
        at = len(shown) - len(shown.lstrip())
        span = Span(line, column or at + 1, 1 if column else max(1, len(shown) - at), shown) if line else None
        self.found.append(Diagnostic(code, message, self.name, span=span, hint=hint))

    def refuse(self, understood: Sequence[BankStatement] = ()) -> Refused:
        every = sorted(self.found, key=Diagnostic.sort_key)
        more = f"; the first {MAX_FAULTS} of {len(every)} problems are shown" if len(every) > MAX_FAULTS else ""
        message = f"{self.name} cannot be read as a bank statement{more}"
        return Refused(message, "nothing of it was taken", tuple(every[:MAX_FAULTS]), tuple(understood))


def refusal(name: str, code: str, message: str, hint: str, line: int = 0, text: str = "", column: int = 0) -> Refused:
    """One fault that ends the reading."""
    faults = Faults(name)
    faults.add(code, message, hint, line, text, column)
    return faults.refuse()


def check_size(raw: bytes, name: str) -> None:
    """Raises ``Refused`` for a file that is empty or beyond ``MAX_BYTES``."""
    if len(raw) > MAX_BYTES:
        message = f"the file has {len(raw) // 1024 // 1024} MB; at most {MAX_BYTES // 1024 // 1024} are read"
        raise refusal(name, "E650", message, "download a shorter period")
    if not raw or raw.isspace():
        raise refusal(name, "E650", "the file is empty", "download it again")


def clean(text: str) -> str:
    """A bank's text made harmless: line ends stay, other control characters (so terminal escapes) become U+FFFD, unseen ones go.

    Unseen are soft hyphens, zero widths and marks of writing direction: they would hide what stands there.
    """
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        text = text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\x85", "\n")
        text = _CONTROL.sub("\ufffd", _UNSEEN.sub("", text))
        text = "\n".join(stripped for line in text.split("\n") if (stripped := line.strip()))
    return text.strip()


def one_line(text: str) -> str:
    """For names and ids, which have no lines."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(clean(text).split())


def account(text: str) -> str:
    """A number or IBAN without blanks."""
    if text.isalnum():
        return text
    return "".join(clean(text).split())


def reference(text: str) -> str:
    """Empty for the words that banks write where there is none, and for zeros alone."""
    if not text:
        return ""
    found = one_line(text)
    return "" if found.upper() in _NO_REFERENCE or not found.strip("0") else found


def currency(text: str) -> str:
    """Raises ``NotRead`` for what ISO 4217 does not know."""
    found = text.strip().upper()
    if found not in CURRENCIES:
        raise NotRead(f"{quoted(text)} is not a currency", "the bank writes ISO 4217 codes, such as EUR: download the file again")
    return found


def minor(text: str, unit: str, *, comma: bool = False) -> int:
    """Digits with one point, or comma, to whole minor units. Raises ``NotRead``; zeros beyond the currency's decimals are fine."""
    written = text.strip()
    plain = written.replace(",", ".") if comma and "." not in written else written
    if not _AMOUNT.match(plain):
        example = "1250,00" if comma else "1250.00"
        raise NotRead(f"{quoted(text)} is not an amount", f"the format asks for digits such as {example}: download the file again")
    value = Decimal(plain)
    if value >= LIMIT:
        raise NotRead(f"{quoted(text)} is too large", f"amounts stay below {LIMIT}")
    try:
        found = Money.of(value, unit).minor
    except ValueError:
        places = digits(unit)
        raise NotRead(
            f"{quoted(text)} is finer than {unit} allows ({places} decimals)", "download the file again, or ask the bank"
        ) from None
    if comma and digits(unit) != 3 and _THOUSANDS.match(plain):
        message = f"{quoted(text)} has thousands or three decimals: nothing says which"
        raise NotRead(message, f"{unit} has {digits(unit)} decimals: download the file again, or ask the bank")
    return found


def iso_day(text: str) -> date:
    """The day of ``2026-03-14`` or ``2026-03-14T10:15:00+01:00``, as the bank wrote it. Raises ``NotRead``."""
    written = text.strip()
    return day(written[:4], written[5:7], written[8:10], text) if written[4:5] == written[7:8] == "-" else day("", "", "", text)


def day(year: str, month: str, of_month: str, written: str) -> date:
    """Raises ``NotRead`` for what is no day from 1900 to 2999; ``written`` is for the message."""
    if all(part.isascii() and part.isdigit() for part in (year, month, of_month)) and len(year) == 4:
        try:
            found = date(int(year), int(month), int(of_month))
        except ValueError:
            pass
        else:
            if 1900 <= found.year <= 2999:
                return found
    raise NotRead(f"{quoted(written)} is not a day of the calendar", "download the file again, or ask the bank")


def oldest_first(lines: list[BankLine]) -> list[BankLine]:
    """Turned round where the days only ever go back."""
    days = [line.booked_on for line in lines]
    if days and days[0] > days[-1] and all(a >= b for a, b in pairwise(days)):
        return lines[::-1]
    return lines


def identified(statements: Sequence[BankStatement]) -> list[BankStatement]:
    """Lines with their ids, told apart over all statements of an account that the file holds.

    A bank's id that stands for several lines of the file is none: those lines are known by their content.
    """
    found = list(statements)
    for each in dict.fromkeys(statement.account for statement in statements):
        places = [place for place, statement in enumerate(statements) if statement.account == each]
        lines = [line for place in places for line in statements[place].lines]
        seen = Counter(line.id for line in lines)
        named = iter(with_ids(each, [line._replace(id="") if line.id and seen[line.id] > 1 else line for line in lines]))
        for place in places:
            found[place] = statements[place]._replace(lines=tuple(next(named) for _ in statements[place].lines))
    return found


def balance_fault(statement: BankStatement) -> str:
    """Why opening balance and lines do not give the closing balance; empty where they do, or where a balance is not known."""
    if statement.opening is None or statement.closing is None:
        return ""
    total = sum(line.amount for line in statement.lines)
    if statement.opening + total == statement.closing:
        return ""
    places = digits(statement.currency)

    def shown(amount: int) -> str:
        return minor_text(amount, places)

    count = len(statement.lines)
    return (
        f"opening balance {shown(statement.opening)} and {count} line{'s' if count != 1 else ''} of together {shown(total)} make "
        f"{shown(statement.opening + total)} {statement.currency}, but the closing balance is {shown(statement.closing)}"
    )
