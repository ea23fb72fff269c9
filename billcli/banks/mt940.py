"""MT940 statements and MT942 interim reports (SWIFT), as banks write them.

A reader of its own rather than the package mt-940: that one gives no lines to point at, joins what a break had parted, and, unless told
otherwise, cuts long purposes and takes a reversed credit for money that came in.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from billcli.banks.mt940_details import Details, details
from billcli.banks.structured import (
    Faults,
    NotRead,
    account,
    balance_fault,
    check_size,
    clean,
    currency,
    day,
    identified,
    minor,
    oldest_first,
    one_line,
    reference,
    refusal,
)
from billcli.core.bank import BankLine, BankStatement, Skipped
from billcli.core.payment_references import CHECKED, structured
from billcli.model.money import digits, minor_text
from billcli.model.values import quoted

_KNOWN = "20 21 25 25P 28 28C 13 13D 34F 60 60F 60M 61 62 62F 62M 64 65 86 90C 90D NS 940 942"
_TAG = re.compile(f":({'|'.join(_KNOWN.split(' '))}):")
_ENVELOPE = re.compile(r"(?:\{[0-9A-Z]+:[^{}]*\})*\{4:|(?:\{[0-9A-Z]+:[^{}]*\})+")
_MESSAGE = re.compile(r"\{2:[IO](94[02])|\A(94[02])\Z|\A:(94[02]):")
_LINE = re.compile(
    r"(?P<day>[0-9]{6})(?P<entry>[0-9]{4}| {4})?(?P<mark>[ER]?[CD])(?P<funds>[A-Z])?[ ]?(?P<amount>[0-9]+[,.]?[0-9]*)"
    r"(?P<type>[A-Z][A-Z0-9 ]{3})?(?P<reference>.*?)(?://(?P<bank>.*))?\Z",
    re.ASCII,
)
_BALANCE = re.compile(r"(?P<mark>[CD])(?P<day>[0-9]{6})(?P<unit>[A-Z]{3})(?P<amount>[0-9]+[,.]?[0-9]*)\Z", re.ASCII)
_TOTAL = re.compile(r"(?P<count>[0-9]{1,5})(?P<unit>[A-Z]{3})(?P<amount>[0-9]+[,.]?[0-9]*)\Z", re.ASCII)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}\Z")
_SEE_86 = frozenset({"EREF", "EREF+", "KREF", "KREF+", "MARF", "PREF"})
_AGAIN = "download the file again, or ask the bank"


class _Field(NamedTuple):
    tag: str
    lines: list[str]
    row: int


class _Entry(NamedTuple):
    field: _Field
    match: re.Match[str]
    info: list[str]


@dataclass
class _Statement:
    """The fields of one statement so far; balances with their rows."""

    row: int
    interim: bool
    account: str = ""
    number: str = ""
    unit: str = ""
    opening: tuple[int, str, date, int] | None = None
    closing: tuple[int, str, date, int] | None = None
    entries: list[_Entry] = field(default_factory=list)
    totals: list[tuple[str, re.Match[str], int]] = field(default_factory=list)


def read_mt940(raw: bytes, name: str) -> list[BankStatement]:
    """One statement for each ``:20:`` of the file. Raises ``Refused`` with all faults and their lines."""
    check_size(raw, name)
    text, encoding = _decoded(raw, name)
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    faults = Faults(name)
    statements = list(_statements(rows, faults))
    if not statements:
        message = "there is no statement in it: no field :20:, :25: or :61: begins a line"
        raise refusal(name, "E650", message, "download the statement as MT940 (.sta) or MT942")
    found = [_finished(each, rows, faults, encoding) for each in statements]
    if faults.found:
        raise faults.refuse(found)
    return identified(found)


def _decoded(raw: bytes, name: str) -> tuple[str, str]:
    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise refusal(name, "E650", "the control character U+0000", "the file is damaged: download it again", line)
    # what the German banks of old wrote is that of DOS: it alone has letters where Windows has none
    for encoding in ("utf-16",) if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252", "cp850"):
        try:
            return raw.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            pass
    raise refusal(name, "E650", "the file is not UTF-16, though its first bytes say so", "download it again", 1)


def _fields(rows: list[str]) -> Iterator[_Field | str]:
    """Fields with the lines that go on; ``940`` or ``942`` where an envelope says what follows."""
    at: _Field | None = None
    for row, line in enumerate(rows, 1):
        if (message := _MESSAGE.search(line)) and not (at and at.tag == "86" and not line.startswith("{")):
            yield message[1] or message[2] or message[3]
        line = line[envelope.end() :] if (envelope := _ENVELOPE.match(line)) else line
        if tag := _TAG.match(line):
            if at:
                yield at
            at = _Field(tag[1], [line[tag.end() :]], row)
        elif line.strip() == "-" or line.startswith("-}"):
            if at:
                yield at
            at = None
        elif at and line.strip():
            at.lines.append(line)
    if at:
        yield at


def _statements(rows: list[str], faults: Faults) -> Iterator[_Statement]:
    statement: _Statement | None = None
    message = "940"
    last = ""
    for each in _fields(rows):
        if isinstance(each, str):
            message = each
            continue
        tag = each.tag
        if (
            tag == "20"
            or (statement is None and tag in {"25", "25P", "60F", "60M", "61"})
            or (statement and statement.closing and tag in {"25", "25P", "28", "28C", "60F", "60M", "61"})
        ):
            if statement:
                yield statement
            statement = _Statement(each.row, message == "942")
        if statement is None:
            continue
        try:
            _take(statement, each, last)
        except NotRead as wrong:
            faults.add(wrong.code, f"field :{tag}: {wrong.message}", wrong.hint, each.row, rows[each.row - 1])
        last = tag if tag != "NS" else last
    if statement:
        yield statement


def _take(statement: _Statement, each: _Field, last: str) -> None:
    first = each.lines[0].strip()
    match each.tag:
        case "25" | "25P":
            statement.account = account(first)
        case "28" | "28C":
            statement.number = one_line(first)
        case "13" | "13D" | "34F":
            statement.interim = statement.interim or each.tag == "13D" or statement.opening is None
            if each.tag == "34F" and not statement.unit:
                statement.unit = currency(first[:3])
        case "60" | "60F" | "60M":
            statement.opening = statement.opening or _balance(first, each.row)
            statement.unit = statement.unit or statement.opening[1]
            statement.interim = False
        case "62" | "62F" | "62M":
            statement.closing = _balance(first, each.row)
        case "90C" | "90D":
            if total := _TOTAL.match(first):
                statement.totals.append((each.tag, total, each.row))
        case "61":
            if not (found := _LINE.match(each.lines[0].strip())):
                raise NotRead(
                    f"{quoted(first)} is no statement line", f"it begins with day, C or D, and amount, such as 260314C1250,00: {_AGAIN}"
                )
            statement.entries.append(_Entry(each, found, []))
        case "86" if statement.entries and last in {"61", "86"}:
            statement.entries[-1].info.extend(each.lines)
        case "NS" if statement.entries and last == "61":
            statement.entries[-1].info.extend(re.sub(r"\A[0-9]{2}", "", line) for line in each.lines)


def _balance(text: str, row: int) -> tuple[int, str, date, int]:
    found = _BALANCE.match(text.replace(" ", ""))
    if not found:
        raise NotRead(f"{quoted(text)} is no balance", f"it has C or D, day, currency and amount, such as C260314EUR1250,00: {_AGAIN}")
    unit = currency(found["unit"])
    amount = minor(found["amount"], unit, comma=True)
    return (amount if found["mark"] == "C" else -amount), unit, _day(found["day"]), row


def _day(text: str) -> date:
    """In the years 1980 to 2079. Banks that count 30 days to a month write value dates of 29 and 30 February in any year."""
    year = int(("19" if text[:2] >= "80" else "20") + text[:2])
    if text[2:] in {"0229", "0230"}:
        return date(year, 2, monthrange(year, 2)[1])
    return day(str(year), text[2:4], text[4:6], text)


def _entry_day(text: str, value_on: date) -> date:
    """Month and day in the year that lies nearest to the value date."""
    near = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            near.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:  # 29 February, or no day at all
            continue
    if not near:
        raise NotRead(f"{quoted(text)} is not a day of the calendar", _AGAIN)
    return min(near, key=lambda found: abs((found - value_on).days))


def _finished(read: _Statement, rows: list[str], faults: Faults, encoding: str) -> BankStatement:
    def fault(code: str, message: str, hint: str, row: int) -> None:
        faults.add(code, message, hint, row, rows[row - 1])

    lines: list[BankLine] = []
    skipped: list[Skipped] = []
    for each in read.entries:
        try:
            line = _line(each, read.unit)
        except NotRead as wrong:
            fault(wrong.code, f"field :61: {wrong.message}", wrong.hint, each.field.row)
            continue
        if each.match["mark"].startswith("E"):
            skipped.append(Skipped(line.row, "expected: not booked yet", one_line(each.field.lines[0])))
        else:
            lines.append(line)
    if read.closing and read.closing[1] != read.unit:
        fault("E654", f"the closing balance of an account in {read.unit} is in {read.closing[1]}", "currencies never mix", read.closing[3])
    elif read.opening and not read.closing:
        fault("E650", "the statement has an opening balance and no closing one", "it was cut off: download it again", read.opening[3])
    statement = BankStatement(
        account=_own(read.account, read.unit),
        currency=read.unit,
        lines=tuple(oldest_first(lines)),
        skipped=tuple(skipped),
        number=read.number,
        opening=read.opening[0] if read.opening else None,
        closing=read.closing[0] if read.closing and read.closing[1] == read.unit else None,
        from_on=read.opening[2] if read.opening else min((line.booked_on for line in lines), default=None),
        until_on=read.closing[2] if read.closing else max((line.booked_on for line in lines), default=None),
        format="mt942" if read.interim else "mt940",
        encoding=encoding,
    )
    if read.closing and (why := balance_fault(statement)) and not any(each.span and each.span.line > read.row for each in faults.found):
        fault("E653", why, "a line is missing or was changed: download the file again", read.closing[3])
    if read.interim:
        for tag, total, row in read.totals:
            if why := _total_fault(statement, tag, total):
                fault("E653", why, "a line is missing or was changed: download the file again", row)
    return statement._replace(verified="balances" if statement.opening is not None and statement.closing is not None else "")


def _total_fault(statement: BankStatement, tag: str, total: re.Match[str]) -> str:
    """The totals of an interim report: so many debits or credits of so much."""
    side = [abs(line.amount) for line in statement.lines if (line.amount < 0) == (tag == "90D")]
    try:
        amount = minor(total["amount"], statement.currency, comma=True) if total["unit"] == statement.currency else None
    except NotRead as wrong:
        return wrong.message
    if amount is None or (len(side), sum(side)) == (int(total["count"]), amount):
        return ""
    shown = minor_text(sum(side), digits(statement.currency))
    return f"the report counts {int(total['count'])} lines of together {total['amount']}, but there are {len(side)} of together {shown}"


def _own(written: str, unit: str) -> str:
    """Some banks write the currency behind the IBAN."""
    bare = written.removesuffix(unit) if unit else written
    return bare if bare != written and _IBAN.match(bare) else written


def _line(entry: _Entry, unit: str) -> BankLine:
    found = entry.match
    if not unit:
        raise NotRead("no balance says in which currency it is", _AGAIN)
    amount = minor(found["amount"], unit, comma=True)
    reversed_ = found["mark"].startswith("R")
    comes_in = (found["mark"][-1] == "C") != reversed_
    value_on = _day(found["day"])
    said = details(entry.info) if entry.info else Details()
    more = [line for line in entry.field.lines[1:] if not line.startswith("/TRCD/")]
    beside = account(more[0]) if more else ""
    own = reference(found["reference"]) if comes_in else ""
    code = (found["type"] or "").strip()
    kind = "return" if reversed_ or code == "NRTI" else said.kind or ("fee" if code in {"NCHG", "NCOM"} else "")
    own = "" if own.upper() in _SEE_86 else own
    marked = any(each.kind in CHECKED for each in structured(own)) if own else False
    text = said.text
    if more and not _IBAN.match(beside):
        text = "\n".join(each for each in (text, clean("\n".join(more))) if each)
    if len(own) > 3 and not marked and own not in text:
        text = "\n".join(each for each in (text, own) if each)
    return BankLine(
        id="",
        row=entry.field.row,
        booked_on=_entry_day(found["entry"], value_on) if (found["entry"] or "").strip() else value_on,
        amount=amount if comes_in else -amount,
        currency=unit,
        value_on=value_on,
        payer=said.payer,
        iban=said.iban or (beside if _IBAN.match(beside) else ""),
        ultimate=said.ultimate,
        text=text,
        references=tuple(dict.fromkeys([*said.references, *([own] if marked else [])])),
        end_to_end=said.end_to_end,
        bank_id=reference(found["bank"] or ""),
        kind=kind,
        returned=(said.end_to_end or next(iter(said.references), "")) if kind == "return" else "",
    )
