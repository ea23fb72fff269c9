"""What the check's SQL says of balances below zero is what ``core`` says of the same rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from hypothesis import given

from billcli.core.facts import CreditNoteFact, Draw, Fact, InvoiceFact, PaymentFact, Settlement
from billcli.core.settlement import Change, by_day, invoice_changes, source_changes
from billcli.index import check_queries
from billcli.index.connection import open_index
from tests.index.test_law import documents, put

R = TypeVar("R", Settlement, Draw)


def below_zero(changes: Iterable[Change]) -> tuple[int, date] | None:
    """The lowest balance, and the first day on which it is below zero."""
    total, found = 0, []
    deltas = by_day(changes)
    for day in sorted(deltas):
        total += deltas[day]
        if total < 0:
            found.append((total, day))
    return (min(found)[0], found[0][1]) if found else None


def begun(rows: Iterable[R], since: date) -> list[R]:
    """A row dated before its document counts from that document's day."""
    return [row._replace(booked_on=max(row.booked_on, since)) for row in rows]


def until(rows: Iterable[R], end: date | None) -> list[R]:
    """A reversal ends every row."""
    return [row._replace(ended_on=min(day for day in (row.ended_on, end) if day) if row.ended_on or end else None) for row in rows]


def ended(day: date | None, since: date) -> date | None:
    """A void or reversal dated before its document is a finding of its own."""
    return max(day, since) if day else None


@given(documents())
def test_sql_names_what_core_finds_below_zero(texts: dict[str, str]) -> None:
    index = open_index(None)
    facts: list[Fact] = [fact for found in put(index, texts).values() for fact in found]
    rows = [each for each in facts if isinstance(each, Settlement)]
    draws = [each for each in facts if isinstance(each, Draw)]
    expected = {}
    for each in facts:
        match each:
            case InvoiceFact():
                own = begun((row for row in rows if row.invoice == each.number), each.issued_on)
                changes, name = invoice_changes(each.issued_on, each.gross, own), each.number
            case PaymentFact():
                own = begun((row for row in rows if (row.source_kind, row.source) == ("payment", each.id)), each.booked_on)
                drawn = begun((row for row in draws if (row.source_kind, row.source) == ("payment", each.id)), each.booked_on)
                end, name = each.reversed_on, each.id
                changes = source_changes(each.booked_on, each.amount, until(own, end), ended(end, each.booked_on), until(drawn, end))
            case CreditNoteFact():
                own = begun((row for row in rows if (row.source_kind, row.source) == ("credit-note", each.number)), each.issued_on)
                drawn = begun((row for row in draws if (row.source_kind, row.source) == ("credit-note", each.number)), each.issued_on)
                end, name = each.voided_on, each.number
                changes = source_changes(each.issued_on, each.gross, own, ended(end, each.issued_on), drawn)
            case _:
                continue
        if lowest := below_zero(changes):
            expected[name] = lowest
        if isinstance(each, InvoiceFact):
            total, deltas = 0, by_day(changes)
            for day in sorted(deltas):
                total += deltas[day]
                assert total <= each.gross, "no row that counts gives an invoice more than its gross"
    assert {each.name: (each.balance, each.day) for each in check_queries.overdrawn(index)} == expected
