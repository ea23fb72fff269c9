"""Ending settlement rows: a row that counted keeps its place in its file and gets a last day; what remains of it begins anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.plan import Append, Edit, Set
from billcli.model.money import Money


class Row(NamedTuple):
    """A row as it stands in its file: ``field`` is the list, ``at`` its place there; minor units.

    ``kind`` is empty in lists whose rows are all of one kind.
    """

    field: str
    at: int
    invoice: str
    kind: str
    amount: int
    on: date


def live_rows(document: Any, field: str, invoice: str | None = None) -> list[Row]:
    """The rows that have not ended, on that invoice or on any, in the order of the file."""
    return [
        Row(field, at, each.invoice, getattr(each, "kind", ""), Money.of(each.amount, document.currency).minor, each.on)
        for at, each in enumerate(getattr(document, field))
        if each.ended_on is None and invoice in (None, each.invoice)
    ]


def end(row: Row, on: date, reason: str, currency: str, keep: int = 0) -> list[Edit]:
    """Ends a row on that day, or on its own where it begins later; ``keep`` of it goes on from there."""
    last = max(on, row.on)
    edits: list[Edit] = [Set((row.field, row.at, "ended_on"), last), Set((row.field, row.at, "reason"), reason[:1000])]
    if keep:
        edits.append(Append((row.field,), row_data(row.invoice, row.kind, keep, last, currency)))
    return edits


def row_data(invoice: str, kind: str, amount: int, on: date, currency: str, external_id: str | None = None) -> dict[str, Any]:
    """A row as it is written; the money itself needs no kind."""
    said = {"kind": kind} if kind not in ("", "payment", "credit") else {}
    key = {"external_id": external_id} if external_id else {}
    return {"invoice": invoice, **said, "amount": Money(amount, currency).amount, "on": on, **key}


def last_first(rows: Sequence[Row]) -> list[Row]:
    """The order in which rows give way: what came last goes first."""
    return sorted(rows, key=lambda row: (row.on, row.at), reverse=True)
