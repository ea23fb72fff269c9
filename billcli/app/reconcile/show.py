"""What ``bill reconcile`` says: the lines with their decisions, for a person and for a program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from billcli.app.reconcile.booking import Row
from billcli.core.matching.facts import Allocation
from billcli.core.report import Column, Report
from billcli.model.money import Money

_COLUMNS = (
    Column("line", "Line"),
    Column("date", "Date", "day"),
    Column("currency", "Cur"),
    Column("amount", "Amount", "money"),
    Column("payer", "Payer", "prose", minor=True),
    Column("decision", "Decision"),
    Column("document", "Document", "prose"),
    Column("confidence", "Conf.", "number"),
    Column("because", "Because", "prose"),
)


def lines_report(rows: Sequence[Row], as_of: date) -> Report:
    """For a person: one row a line, with the best proposal where nothing is decided."""
    return Report("reconcile", as_of, _COLUMNS, [_cells(each) for each in rows])


def _cells(row: Row) -> tuple[object, ...]:
    decision, line = row.decision, row.decision.line
    best = decision.candidates[0].allocations if decision.candidates and not decision.allocations else decision.allocations
    more = f" or {len(decision.candidates) - 1} more" if len(decision.candidates) > 1 else ""
    named = documents_text(best, line.currency) or decision.payment
    because = "; ".join(dict.fromkeys(decision.because or (decision.candidates[0].because if decision.candidates else ())))
    return (
        _short(line.id), line.booked_on, line.currency, Money(line.amount, line.currency), _flat(line.payer, 40), decision.outcome,
        (f"{named}{more}" if decision.allocations or not named or decision.payment else f"{named}{more}?"),
        f"{decision.confidence:.2f}" if decision.confidence else "", because,
    )  # fmt: skip


def documents_text(rows: Sequence[Allocation], currency: str) -> str:
    """``INV-1, INV-2 (discount 2.00)``."""
    found = []
    for each in rows:
        extra = [f"{name} {Money(amount, currency).text()}" for name, amount in
                 (("discount", each.discount), ("write-off", each.write_off), ("fee", each.fee)) if amount]  # fmt: skip
        name = each.document or "on account"
        found.append(f"{name} ({', '.join(extra)})" if extra else name)
    return ", ".join(found)


def _flat(text: str, most: int) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _short(text: str) -> str:
    return _flat(text, 24)


def head_data(as_of: date) -> dict[str, object]:
    """What stands before the rows, for a program."""
    return {"report": "reconcile", "schema": 1, "as_of": as_of.isoformat(), "totals": []}


def row_data(row: Row) -> dict[str, object]:
    """A row as programs have it; ``amount`` is cash."""
    decision, line = row.decision, row.decision.line
    return {
        "line": line.id, "date": line.booked_on.isoformat(), "amount": Money(line.amount, line.currency).text(), "currency": line.currency,
        "payer": line.payer, "text": line.text, "decision": decision.outcome, "confidence": round(decision.confidence, 3),
        "because": list(decision.because), "allocations": allocation_data(decision.allocations, line.currency),
        "candidates": [
            {
                "allocations": allocation_data(each.allocations, line.currency), "confidence": round(each.confidence, 3),
                "because": list(each.because),
            }
            for each in decision.candidates
        ],
    }  # fmt: skip


def allocation_data(rows: Sequence[Allocation], currency: str) -> list[dict[str, str]]:
    """As programs have them."""
    return [
        {
            "document": each.document, "amount": Money(each.amount, currency).text(), "discount": Money(each.discount, currency).text(),
            "write_off": Money(each.write_off, currency).text(), "fee": Money(each.fee, currency).text(),
        }
        for each in rows
    ]  # fmt: skip
