"""Bank statements as files: what was understood of one, and a profile for a layout that bill does not know."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from billcli.core.report import Column, Report, View, counted
from billcli.errors import BillError, UsageError

if TYPE_CHECKING:
    from billcli.app.books import Books
    from billcli.banks.read import Options
    from billcli.core.bank import BankLine, BankStatement
    from billcli.core.plan import Plan
    from billcli.model.bank_profile import BankProfile

FOLDER = "bank/profiles"


def read_statements(path: str, root: str | None, options: Options) -> list[BankStatement]:
    """The statements of a file, with the profiles of the ledger at ``root`` before those that bill brings. Raises ``BillError``."""
    from billcli.banks.read import read

    return read(read_statement_file(path), path, profiles(root), options)


def read_statement_file(path: str) -> bytes:
    """Its bytes, but no more than a statement may have. Raises ``UsageError`` where it cannot be read."""
    from billcli.banks.read import LIMIT

    try:
        with open(path, "rb") as file:
            return file.read(LIMIT + 1)  # one more than any format may have, which is said further on
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "name the file that the bank gave you") from None


def profiles(root: str | None) -> dict[str, BankProfile]:
    """All profiles by name, those of the ledger first; one of them takes the place of a shipped one of its name."""
    from billcli.resources import shared

    found: dict[str, BankProfile] = {}
    own = os.path.join(root, *FOLDER.split("/")) if root else ""
    for folder in (own, str(shared("banks", "layouts"))):
        for name in sorted(os.listdir(folder)) if folder and os.path.isdir(folder) else ():
            stem, dot = os.path.splitext(name)
            if dot == ".yaml" and stem not in found:
                found[stem] = _profile(os.path.join(folder, name), f"{FOLDER}/{name}" if folder == own else name)
    return found


def _profile(path: str, shown: str) -> BankProfile:
    from billcli.model.bank_profile import BankProfile
    from billcli.store.read import read_loose

    with open(path, "rb") as file:
        entity, problems = read_loose(file.read(), shown, BankProfile, {})
    if isinstance(entity, BankProfile):
        return entity
    raise BillError(f"{shown} cannot be used as a profile", "", tuple(problems))


def statements_view(path: str, statements: Iterable[BankStatement], today: date) -> View:
    """What was understood of a file, for a person and for a program."""
    every = list(statements)
    fields: list[tuple[str, Any]] = [("File", os.path.basename(path))]
    tables: list[tuple[str, Report]] = []
    for statement in every:
        fields += _fields(statement)
        if statement.lines:
            title = " ".join(each for each in ("Lines", statement.account, statement.currency) if each) if len(every) > 1 else "Lines"
            tables.append((title, _lines_table(statement, today)))
    skipped = [each for statement in every for each in statement.skipped]
    columns = (Column("row", "Line", "number"), Column("reason", "Reason"), Column("text", "It says", "prose"))
    tables.append((f"Set aside: {counted(len(skipped), 'row')}", Report("skipped", today, columns, [tuple(each) for each in skipped])))
    data = {"file": os.path.basename(path), "statements": [_data(statement) for statement in every]}
    return View("bank-read", path, today, fields, tables, data)


def _fields(statement: BankStatement) -> list[tuple[str, Any]]:
    from billcli.model.money import Money

    def money(minor: int | None) -> str:
        return str(Money(minor, statement.currency)) if minor is not None else "not told"

    read_as = statement.format + (f", {statement.encoding}" if statement.encoding else "")
    found = [("Account", f"{statement.account or 'not told'}, {statement.currency}"), ("Read as", read_as)]
    if statement.from_on and statement.until_on:
        found.append(("Days", f"{statement.from_on} to {statement.until_on}"))
    if statement.opening is not None or statement.closing is not None:
        found.append(("Balance", f"{money(statement.opening)} to {money(statement.closing)}"))
    total = sum(line.amount for line in statement.lines)
    found.append(("Lines", f"{len(statement.lines)}, in all {money(total)}"))
    found.append(("Verified", {"": "by nothing in the file"}.get(statement.verified, f"by {statement.verified}")))
    return found


def _lines_table(statement: BankStatement, today: date) -> Report:
    from billcli.model.money import Money

    columns = (
        Column("row", "Line", "number"),
        Column("booked_on", "Day", "day"),
        Column("amount", "Amount", "money"),
        Column("payer", "From or to", "prose"),
        Column("text", "Text", "prose"),
        Column("kind", "Kind", minor=True),
        Column("id", "Id", minor=True),
    )
    rows = [
        (line.row, line.booked_on, Money(line.amount, line.currency), line.payer, " ".join(line.text.split()), line.kind, line.id)
        for line in statement.lines
    ]
    return Report("lines", today, columns, rows)


def _data(statement: BankStatement) -> dict[str, Any]:
    from billcli.model.money import digits, minor_text

    places = digits(statement.currency)

    def money(minor: int | None) -> str | None:
        return minor_text(minor, places) if minor is not None else None

    return {
        "account": statement.account,
        "currency": statement.currency,
        "format": statement.format,
        "encoding": statement.encoding,
        "verified": statement.verified,
        "number": statement.number,
        "opening": money(statement.opening),
        "closing": money(statement.closing),
        "from_on": _iso(statement.from_on),
        "until_on": _iso(statement.until_on),
        "lines": [_line_data(line, places) for line in statement.lines],
        "skipped": [each._asdict() for each in statement.skipped],
    }


def _line_data(line: BankLine, places: int) -> dict[str, Any]:
    from billcli.model.money import digits, minor_text

    return {
        **line._asdict(),
        "booked_on": _iso(line.booked_on),
        "value_on": _iso(line.value_on),
        "amount": minor_text(line.amount, places),
        "fee": minor_text(line.fee, places),
        "balance": minor_text(line.balance, places) if line.balance is not None else None,
        "references": list(line.references),
        "original": line.original and {"amount": minor_text(line.original[0], digits(line.original[1])), "currency": line.original[1]},
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def proposed_profile(path: str, encoding: str | None) -> tuple[str, tuple[str, ...]]:
    """A profile for the file as YAML, and what a person has to look at in it. Raises ``BillError`` where it is no table."""
    from billcli.banks.encoding import decoded
    from billcli.banks.faults import Unreadable, unreadable
    from billcli.banks.propose import propose
    from billcli.banks.sheets import as_table, is_workbook
    from billcli.store.write import document_text

    try:
        raw = read_statement_file(path)
        text = next(iter(decoded(as_table(raw, os.path.basename(path)) if is_workbook(raw) else raw, (), encoding)))
    except Unreadable as why:
        raise unreadable(path, why) from None
    found = propose(text.text, text.encoding, os.path.splitext(os.path.basename(path))[0])
    if found is None:
        raise BillError(f"{path} has no line with names of columns, and no rows with a day and an amount", "is it a statement in CSV?")
    return document_text("bank-profile/1", found.data), found.doubts


def _ensure_usable(text: str, name: str) -> None:
    """Raises ``BillError`` where a proposal lacks what a profile must have: it is for a person to complete."""
    from billcli.model.bank_profile import BankProfile
    from billcli.store.read import read_loose

    entity, problems = read_loose(text.encode(), f"{FOLDER}/{name}.yaml", BankProfile, {})
    if entity is None:
        hint = f"print it without --save, complete it, and put it there as {FOLDER}/{name}.yaml"
        raise BillError("the proposal is not whole: nothing was written", hint, tuple(problems))


def plan_save(name: str, text: str, doubts: tuple[str, ...]) -> Callable[[Books], Plan]:
    """Keeps a profile in the ledger."""
    from billcli.app.amounts import value_of
    from billcli.core.plan import CreateText, Plan
    from billcli.model.values import parse_id

    path = f"{FOLDER}/{value_of(parse_id, name, '--save')}.yaml"
    _ensure_usable(text, name)

    def plan(books: Books) -> Plan:
        if os.path.lexists(os.path.join(books.root, path)):
            raise BillError(f"{path} is there already", "edit it, or choose another name")
        warnings = tuple(f"look at this: {each}" for each in doubts)
        return Plan("bank profile", (CreateText(path, text),), (f"profile {name} is kept as {path}",), {"id": name}, warnings=warnings)

    return plan


def options_of(profile: str | None, encoding: str | None, date_order: str | None, decimal: str | None, currency: str | None) -> Options:
    """What was typed, checked."""
    import codecs

    from billcli.app.amounts import optional
    from billcli.banks.days import ORDERS
    from billcli.banks.read import Options
    from billcli.model.values import parse_currency, quoted

    if date_order is not None and date_order not in ORDERS:
        raise UsageError(f"--date-order: {quoted(date_order)} is not an order", "use one of: " + ", ".join(ORDERS))
    if decimal is not None and decimal not in (".", ","):
        raise UsageError(f"--decimal: {quoted(decimal)} is not a decimal mark", 'use "." or ","')
    if encoding is not None:
        try:
            "a".encode(encoding)
            encoding = codecs.lookup(encoding).name
        except (LookupError, UnicodeError):
            raise UsageError(
                f"--encoding: {quoted(encoding)} is not an encoding of text", "such as utf-8, cp1252, cp1250 or gb18030"
            ) from None
    return Options(profile, encoding, date_order, decimal, optional(parse_currency, currency, "--currency"))
