"""``bill show LINE``: a bank line, where it came from, and every decision that was taken on it."""

from __future__ import annotations

from datetime import date

from billcli.app.books import Books
from billcli.core.report import Column, Report, View
from billcli.index import bank_queries
from billcli.model.money import Money
from billcli.model.reconciliation import LineDecision, Reconciliation

_COLUMNS = (
    Column("on", "On", "day"),
    Column("decision", "Decision"),
    Column("by", "By"),
    Column("documents", "Documents", "prose"),
    Column("booked", "Booked", "prose"),
    Column("because", "Because", "prose"),
    Column("undone_on", "Undone", "day"),
)


def line_view(books: Books, key: str, as_of: date) -> View:
    """``key`` is account and id with a colon between them."""
    account, _, line_id = key.partition(":")
    known = bank_queries.lines(books.index, [line_id])[account, line_id]
    line = known.line
    fields: list[tuple[str, object]] = [
        ("Line", line.id), ("Account", account), ("Booked", line.booked_on), ("Value", line.value_on),
        ("Amount", str(Money(line.amount, line.currency))), ("Paid to" if line.amount < 0 else "Paid by", line.payer), ("IBAN", line.iban),
        ("On behalf of", line.ultimate), ("Text", line.text), ("References", ", ".join(line.references)), ("End to end", line.end_to_end),
        ("Kind", line.kind), ("Statements", ", ".join(bank_queries.statements_with(books.index, account, line_id))),
        ("State", known.decision or "open"),
    ]  # fmt: skip
    taken = bank_queries.decisions_on(books.index, account, line_id)
    rows = [_cells(day, books.document(path, Reconciliation).decisions[at]) for day, path, at in taken]
    tables = [("Decisions", Report("decisions", as_of, _COLUMNS, rows))] if rows else []
    data = {
        "line": line.id, "account": account, "date": line.booked_on, "amount": Money(line.amount, line.currency), "currency": line.currency,
        "payer": line.payer, "iban": line.iban, "text": line.text, "state": known.decision or "open",
        "decisions": [dict(zip((column.key for column in _COLUMNS), row, strict=True)) for row in rows],
    }  # fmt: skip
    return View("bank line", line.id, as_of, [(name, value) for name, value in fields if value], tables, data)


def _cells(on: date, said: LineDecision) -> tuple[object, ...]:
    booked = [*said.payments, *(each for each in (said.refund, said.reversed) if each)]
    because = "; ".join([*said.because, *([said.reason] if said.reason and said.reason not in said.because else [])])
    if said.undone:
        because = "; ".join(each for each in (because, f"undone: {said.undone.reason}") if each)
    return on, said.decision, said.by, ", ".join(said.documents), ", ".join(booked), because, said.undone.on if said.undone else None
