"""What imported payments leave of an invoice goes to its imported credit notes, in the order of their dates.

Payments come first, whatever the dates and whichever file was read first: what a credit note was given before makes room on the note's
own day and becomes the customer's credit. So the books come out the same in whatever order the files are imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core.facts import CreditNoteFact, InvoiceFact, Settlement
from billcli.core.plan import Change as Edited
from billcli.core.plan import Edit
from billcli.core.rows import Row, end
from billcli.core.settlement import Change, first_day, invoice_changes, lasting, lowest_from
from billcli.diagnostics import undotted


class Moving(NamedTuple):
    """A credit note's row that an import made and another may shorten: row ``at`` of the file at ``path``."""

    number: str
    on: date
    amount: int
    path: str
    at: int


class Invoiced(NamedTuple):
    """An invoice that an import settles: the rows on it that stay, and those that make room."""

    fact: InvoiceFact
    stay: Sequence[Settlement]
    moving: Sequence[Moving]


class Claim(NamedTuple):
    """What a new credit note would take of the invoice it corrects, at most."""

    number: str
    on: date
    most: int


def invoiced(
    fact: InvoiceFact, rows: Iterable[Settlement], notes: Mapping[str, tuple[CreditNoteFact, str]], closed_through: date | None
) -> Invoiced:
    """``notes`` are the facts and paths of the credit notes among the sources of the rows."""
    stay, moving = [], []
    for row in rows:
        note, path = notes.get(row.source, (None, "")) if row.source_kind == "credit-note" else (None, "")
        own = note is not None and note.imported and note.corrects == row.invoice and note.issued_on == row.booked_on
        if own and row.ended_on is None and not (closed_through and row.booked_on <= closed_through):
            moving.append(Moving(row.source, row.booked_on, row.amount, path, int(undotted(row.place)[1])))
        else:
            stay.append(row)
    return Invoiced(fact, stay, moving)


class Owed:
    """What payments of an import can take of one invoice, as they are given to it."""

    def __init__(self, invoice: Invoiced) -> None:
        self.invoice = invoice
        self.changes = invoice_changes(invoice.fact.issued_on, invoice.fact.gross, invoice.stay)
        self.room = lasting(self.changes)
        self._steady = all(row.ended_on in (None, row.booked_on) for row in invoice.stay)

    def take(self, amount: int, not_before: date) -> date:
        """Gives the amount away, which must fit, and says from which day on."""
        on = not_before if self._steady else first_day(amount, not_before, self.changes)
        assert on is not None and amount <= self.room, "the balance bears the amount in the end"
        self.changes.append(Change(on, -amount))
        self.room -= amount
        return on

    def give_back(self, amount: int) -> None:
        """Undoes the last ``take``."""
        self.changes.pop()
        self.room += amount


def shares(invoice: Invoiced, changes: list[Change], claims: Sequence[Claim]) -> tuple[dict[str, int], dict[Moving, int]]:
    """What each new credit note gets, and what each that makes room keeps; ``changes`` are the balance without either."""
    given: dict[str, int] = {}
    kept: dict[Moving, int] = {}
    taken = 0
    every: list[Claim | Moving] = [*claims, *invoice.moving]
    for each in sorted(every, key=lambda each: (each.on, each.number)):
        most = each.most if isinstance(each, Claim) else each.amount
        amount = max(0, min(most, lowest_from(changes, each.on) - taken))
        taken += amount
        if isinstance(each, Claim):
            given[each.number] = amount
        else:
            kept[each] = amount
    return given, kept


def moved(kept: Mapping[Moving, int], fact: InvoiceFact, source: str) -> list[Edited]:
    """The edits of credit notes that keep less than they had: the row ends on its own day, what is left begins anew."""
    edits: dict[str, list[Edit]] = {}
    for each, amount in kept.items():
        if amount < each.amount:
            row = Row("applied", each.at, fact.number, "credit", each.amount, each.on)
            edits.setdefault(each.path, []).extend(end(row, each.on, f"made room for {source}", fact.currency, keep=amount))
    return [Edited(path, "credit-note", tuple(found)) for path, found in edits.items()]
