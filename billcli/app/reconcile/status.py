"""``bill reconcile status``: how far each account is read, and what of it is open."""

from __future__ import annotations

from datetime import date

from billcli.app.books import Books
from billcli.core.bank_chain import breaks, marks
from billcli.core.report import Column, Report
from billcli.index import bank_queries
from billcli.model.money import Money

_COLUMNS = (
    Column("account", "Account"),
    Column("currency", "Cur"),
    Column("statements", "Statements", "count", minor=True),
    Column("lines", "Lines", "count"),
    Column("from", "From", "day", minor=True),
    Column("until", "Until", "day"),
    Column("days", "Days ago", "count"),
    Column("balance", "Bank's balance", "money"),
    Column("by_lines", "By the lines", "money"),
    Column("open", "Open", "count"),
    Column("open_in", "Open in", "money"),
    Column("open_out", "Open out", "money", minor=True),
)


def status_report(books: Books, as_of: date) -> Report:
    """One row for each account that is declared or has statements; the balance is the last one that the bank told."""
    index = books.index
    names = dict.fromkeys([*(each.id for each in bank_queries.accounts(index)), *(each.account for each in bank_queries.statements(index))])
    declared = {each.id: each.currency for each in bank_queries.accounts(index)}
    rows, notes = [], []
    for name in names:
        statements = bank_queries.statements(index, name)
        currency = declared.get(name) or statements[0].currency
        by_day, on_day = bank_queries.line_days(index, name)
        found = marks(statements, on_day)
        told = found[-1] if found else None
        first = found[0] if found else None
        by_lines = None
        if told and first:
            inside = [amount for day, amount in by_day.items() if (first.day, first.end) <= (day, 0) and (day, 1) <= (told.day, told.end)]
            by_lines = Money(first.balance + sum(inside), currency)
        waiting = [each.line.amount for each in bank_queries.open_lines(index, name)]
        until = max((each.until for each in statements if each.until), default=None)
        begun = min((each.from_on for each in statements if each.from_on), default=None)
        rows.append((
            name, currency, len(statements), bank_queries.count_lines(index, name), begun, until, (as_of - until).days if until else None,
            Money(told.balance, currency) if told else None, by_lines, len(waiting),
            Money(sum(each for each in waiting if each > 0), currency),
            Money(-sum(each for each in waiting if each < 0), currency),
        ))  # fmt: skip
        notes += [
            f"{name}: from {each.since} to {each.until} lines are missing or stand twice: they come to {Money(each.expected, currency)}, "
            f"and the bank says {Money(each.told, currency)}"
            for each in breaks(found, by_day)
        ]
    return Report("bank status", as_of, _COLUMNS, rows, notes=tuple(notes))
