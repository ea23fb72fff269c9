"""Payment terms as text: when an invoice is due, in which parts, and what paying early takes off.

net 30 · on receipt · eom then net 30 · net 30 then eom · day 10 next month cutoff 25 · 1 month · by 2026-12-31 · prepaid
2% 10, net 30              2 percent less for cash within 10 days
30% now, rest net 60       in parts, each a percentage, a fraction such as 1/3, or at last the rest
net 30, following DE       a due date on a day off moves to a working day of that calendar
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, NoReturn

from billcli.model.values import BadValue, parse_day, quoted

LONGEST = 300
"""Terms are one line that a person can take in."""

_MOST_DAYS, _MOST_MONTHS = 999, 99


@dataclass(frozen=True)
class Net:
    """Days after the day of issue, which itself is day 0."""

    days: int

    def on(self, issued_on: date) -> date:
        return issued_on + timedelta(self.days)


@dataclass(frozen=True)
class EndOfMonth:
    """``before`` days are counted first, then the month's end is taken, then ``after`` days are counted."""

    before: int
    after: int

    def on(self, issued_on: date) -> date:
        return _in_month(issued_on + timedelta(self.before), 0, 31) + timedelta(self.after)


@dataclass(frozen=True)
class DayNextMonth:
    """A day of the next month, or of the one behind it where the issue is later in its month than the cut-off day."""

    day: int
    cutoff: int = 31

    def on(self, issued_on: date) -> date:
        return _in_month(issued_on, 1 if issued_on.day <= self.cutoff else 2, self.day)


@dataclass(frozen=True)
class Months:
    """The same day so many months on, or that month's last day where it is shorter."""

    months: int

    def on(self, issued_on: date) -> date:
        return _in_month(issued_on, self.months, issued_on.day)


@dataclass(frozen=True)
class Fixed:
    """A day that was agreed."""

    day: date

    def on(self, issued_on: date) -> date:
        return self.day


Due = Net | EndOfMonth | DayNextMonth | Months | Fixed


class Part(NamedTuple):
    """``share`` of the gross is due then."""

    share: Fraction
    due: Due


class EarlyPayment(NamedTuple):
    """Percent off for cash within so many days after issue, the last one included."""

    percent: Decimal
    days: int


class Shift(NamedTuple):
    """``following``, ``preceding`` or ``modified following``, by a declared calendar or that of a country."""

    rule: str
    calendar: str


class Terms(NamedTuple):
    """``parts`` stand as they were written; their shares add up to 1."""

    parts: tuple[Part, ...]
    discount: EarlyPayment | None = None
    shift: Shift | None = None


def terms_text(text: str) -> str:
    """The same text, once it is understood."""
    parse_terms(text)
    return text


@lru_cache(maxsize=1024)
def parse_terms(text: str) -> Terms:
    """Case and repeated spaces do not matter, nor do spaces around commas. Raises ``BadValue`` E214."""
    if len(text) > LONGEST:
        _refuse(f"{quoted(text)} are too long for payment terms", f"at most {LONGEST} characters; the rest can stand under notes:")
    if text != text.strip():
        _refuse(f"{quoted(text)} has spaces before or after it", "leave them out")
    if short := _matches(_SHORT_DISCOUNT, text):
        written = f'"{short[1]}% {short[2]}, net {short[3]}"'
        _refuse(f"{quoted(text)} can be read as a fraction", f"for {short[1]} percent off within {short[2]} days write {written}")
    clauses = [re.sub(" +", " ", each).strip(" ") for each in text.split(",")]
    if not all(clauses):
        _refuse(_not_understood(text), "a comma stands between two clauses" if any(clauses) else _EXAMPLES)
    shift = _shift(clauses)
    discount = _discount(clauses, text)
    return Terms(_parts(clauses, text), discount, shift)


def percent_text(share: Fraction) -> str:
    """``30`` or ``33.333333``: of one hundred, without needless zeros, to six decimals."""
    millionths = (2 * 100_000_000 * share.numerator + share.denominator) // (2 * share.denominator)
    whole, part = divmod(millionths, 1_000_000)
    return f"{whole}.{part:06d}".rstrip("0").rstrip(".")


_EXAMPLES = 'such as "net 30", "eom", "2% 10, net 30" or "30% now, rest net 60"; "bill explain E214" has them all'
_COUNT = r"(0|[1-9][0-9]{0,8})"
_PERCENT = r"((?:0|[1-9][0-9]{0,8})(?:\.[0-9]+)?)%"

_SHORT_DISCOUNT = rf"{_COUNT} ?/ ?{_COUNT} ?,? ?n(?:et)? ?/? ?{_COUNT}"
_SHIFT = r"(modified following|following|preceding)(?: ([A-Z0-9][A-Z0-9._-]{0,63}))?"
_DISCOUNT = rf"{_PERCENT} {_COUNT}"
_SHARE = rf"(?:{_PERCENT}|([1-9][0-9]{{0,2}})/([1-9][0-9]{{0,2}})|(rest)) (.+)"
_NET = rf"net {_COUNT}"
_EOM_NET = rf"eom(?: then net | ?\+ ?){_COUNT}"
_NET_EOM = rf"net {_COUNT} then eom"
_TWO_READINGS = rf"(?:(?:net )?{_COUNT}(?: days?)?,? ?(?:eom|end of month)|(?:eom|end of month),? (?:net )?{_COUNT}(?: days?)?)"
_NEXT_MONTH = rf"day {_COUNT} next month(?: cut-?off {_COUNT})?"
_MONTHS = rf"{_COUNT} months?"
_BARE_DAYS = rf"(?:net ?|n/?)?{_COUNT} ?(?:d|days?)?"


def _refuse(message: str, hint: str) -> NoReturn:
    raise BadValue("E214", message, hint)


def _not_understood(text: str) -> str:
    return f"{quoted(text)} are not payment terms that bill understands"


def _matches(pattern: str, text: str) -> re.Match[str] | None:
    return re.fullmatch(pattern, text, re.ASCII | re.IGNORECASE)


def _shift(clauses: list[str]) -> Shift | None:
    """Takes the last clause away where it moves due dates."""
    match = _matches(_SHIFT, clauses[-1])
    for clause in clauses[:-1]:
        if _matches(_SHIFT, clause):
            where = "bill takes one such clause" if match else "it stands last"
            _refuse(f"{quoted(clause)} moves due dates to a working day", f'{where}, such as "net 30, following DE"')
    if not match:
        return None
    if not match[2]:
        _refuse(f"{quoted(clauses[-1])} does not say by which calendar", f'such as "{clauses[-1].lower()} DE"')
    if len(clauses) == 1:
        _refuse(f"{quoted(clauses[0])} does not say when the invoice is due", f'such as "net 30, {clauses[0]}"')
    clauses.pop()
    return Shift(match[1].lower(), match[2])


def _discount(clauses: list[str], text: str) -> EarlyPayment | None:
    """Takes the first clause away where it is a discount for early payment."""
    found = [at for at, clause in enumerate(clauses) if _matches(_DISCOUNT, clause)]
    if not found:
        return None
    if len(found) > 1:
        _refuse(f"{quoted(text)} has more than one early-payment discount", 'bill grants one, such as "2% 10, net 30"')
    clause = clauses[found[0]]
    if len(clauses) == 1:
        _refuse(f"{quoted(clause)} does not say when the invoice is due", f'add it, such as "{clause}, net 30"')
    if found != [0]:
        _refuse(f"{quoted(clause)} is an early-payment discount", f'it stands in front: "{clause}, {", ".join(clauses[: found[0]])}"')
    match = _matches(_DISCOUNT, clauses.pop(0))
    assert match
    percent = _percent(match[1], clause)
    if percent > 100:
        _refuse(f"{quoted(clause)} takes off more than the whole", "a discount is at most 100 %")
    if not percent:
        _refuse(f"{quoted(clause)} takes nothing off", "leave it out where there is no discount")
    return EarlyPayment(percent, _days(match[2], clause))


def _parts(clauses: list[str], text: str) -> tuple[Part, ...]:
    if match := _matches(_TWO_READINGS, ", ".join(clauses)):
        _two_readings(match, text)
    shared = [_matches(_SHARE, clause) for clause in clauses]
    if len(clauses) == 1 and shared[0] is None:
        return (Part(Fraction(1), _due(clauses[0])),)
    parts: list[Part] = []
    left = Fraction(1)
    for at, (clause, match) in enumerate(zip(clauses, shared, strict=True), 1):
        due = _due(match[5] if match else clause)
        if match is None:
            _refuse(f"{quoted(clause)} does not say which part is due then", 'such as "30% now, rest net 60"')
        if match[4] and at < len(clauses):
            _refuse(f"{quoted(clause)} stands before other parts", "the rest is the last part")
        if match[4] and not left:
            _refuse(f"{quoted(clause)} is nothing: the parts before it come to 100 %", "leave it out, or make the others smaller")
        share = max(left, Fraction(0)) if match[4] else _share(match, clause)
        left -= share
        parts.append(Part(share, due))
    if left:
        message = f"the parts of {quoted(text)} add up to {_total(1 - left)}"
        _refuse(message, 'they come to 100 % together; the last part may be the "rest"')
    return tuple(parts)


def _total(total: Fraction) -> str:
    exact = (total * 100_000_000).denominator == 1
    return f"{percent_text(total)} %" if exact else f"{total} of the whole"


def _share(match: re.Match[str], clause: str) -> Fraction:
    share = Fraction(_percent(match[1], clause)) / 100 if match[1] else Fraction(int(match[2]), int(match[3]))
    if not share:
        _refuse(f"{quoted(clause)} is a part of nothing", "leave it out")
    return share


def _due(clause: str) -> Due:
    """When one part is due."""
    if _matches("on receipt|now|prepaid", clause):
        return Net(0)
    if match := _matches(_NET, clause):
        return Net(_days(match[1], clause))
    if _matches("eom", clause):
        return EndOfMonth(0, 0)
    if match := _matches(_EOM_NET, clause):
        return EndOfMonth(0, _days(match[1], clause))
    if match := _matches(_NET_EOM, clause):
        return EndOfMonth(_days(match[1], clause), 0)
    if match := _matches(_NEXT_MONTH, clause):
        return DayNextMonth(_day_of_month(match[1], clause), _day_of_month(match[2] or "31", clause))
    if match := _matches(_MONTHS, clause):
        if not 1 <= int(match[1]) <= _MOST_MONTHS:
            _refuse(f"{quoted(clause)} is outside 1 to {_MOST_MONTHS} months", 'for the day of issue write "now"')
        return Months(int(match[1]))
    if match := _matches("by (.+)", clause):
        try:
            return Fixed(parse_day(match[1]))
        except BadValue as bad:
            raise BadValue("E214", bad.message, bad.hint) from None
    _explain(clause)


def _explain(clause: str) -> NoReturn:
    """Refuses a clause, with what was probably meant where that can be said."""
    if match := _matches(_TWO_READINGS, clause):
        _two_readings(match, clause)
    if match := _matches(_BARE_DAYS, clause):
        _refuse(_not_understood(clause), f'for {match[1]} days after the day of issue write "net {match[1]}"')
    if match := _matches(rf"net ({_MONTHS})", clause):
        _refuse(_not_understood(clause), f'write "{match[1].lower()}"')
    if " %" in clause:
        _refuse(_not_understood(clause), 'write the percent sign next to the number, such as "2%"')
    _refuse(_not_understood(clause), _EXAMPLES)


def _two_readings(match: re.Match[str], text: str) -> NoReturn:
    days = _days(match[1] or match[2], text)
    day = date(2026, 1, 15)
    first, second = EndOfMonth(0, days).on(day), EndOfMonth(days, 0).on(day)
    _refuse(
        f"{quoted(text)} can be read in two ways",
        f'write "eom then net {days}" (issued on {day}, due on {first}) or "net {days} then eom" (due on {second})',
    )


def _days(text: str, clause: str) -> int:
    if int(text) > _MOST_DAYS:
        _refuse(f"{quoted(clause)} counts more than {_MOST_DAYS} days", f'write the day itself, such as "by {date(2031, 12, 31)}"')
    return int(text)


def _day_of_month(text: str, clause: str) -> int:
    if not 1 <= int(text) <= 31:
        _refuse(f"{quoted(clause)}: no month has a day {text}", "days are 1 to 31; 31 stands for the last day of a shorter month")
    return int(text)


def _percent(text: str, clause: str) -> Decimal:
    if len(text.partition(".")[2]) > 6:
        _refuse(f"{quoted(clause)} has more than six decimals", "round it, or write a fraction such as 1/3")
    return Decimal(text)


def _in_month(day: date, months: int, wanted: int) -> date:
    """The wanted day so many months on, or the month's last one where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(wanted, monthrange(year, month + 1)[1]))
