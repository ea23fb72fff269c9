"""What an exceeding credit note takes back of an invoice, and what a bounce brings back of the credit that came from it.

A credit note that is worth more than what is open first takes back what was granted: discount, bank charge, write-off; only the rest
becomes the customer's credit. When money that had settled the invoice goes away again, credit that came from the invoice first returns
to it, so that nobody keeps credit for an invoice that was never paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcli.core.days import first_open_day
from billcli.core.facts import CreditNoteFact, Draw, InvoiceFact, Settlement
from billcli.core.plan import Append, Change, Edit
from billcli.core.rows import Row, end, row_data
from billcli.core.settlement import first_day, invoice_changes, lasting, source_changes
from billcli.diagnostics import undotted
from billcli.model.money import Money

if TYPE_CHECKING:
    from billcli.model.settings import Settings

GRANTED = ("discount", "bank_charge", "write_off")
"""Settlements that are no money, in the order in which they are taken back."""

WORDS = {"discount": "early-payment discount", "bank_charge": "bank charge"}


class Granted(NamedTuple):
    """A live row of something granted, with the kind and path of its file."""

    row: Row
    file_kind: str
    path: str


def granted_rows(rows: Sequence[Settlement], paths: Mapping[tuple[str, str], str]) -> list[Granted]:
    """The live rows of discounts, bank charges and write-offs on an invoice in the order in which they are taken back, the last first.

    ``paths`` gives the file of each source by kind and name.
    """
    found = []
    for row in rows:
        if row.ended_on is None and row.kind in GRANTED:
            field, at, _ = undotted(row.place)
            kind = row.kind if row.source_kind == "payment" else ""
            own = Row(str(field), int(at), row.invoice, kind, row.amount, row.booked_on)
            found.append((GRANTED.index(row.kind), row.booked_on, Granted(own, row.source_kind, paths[row.source_kind, row.source])))
    found.sort(key=lambda each: (each[0], -each[1].toordinal(), -each[2].row.at))
    return [each for _, _, each in found]


def take_back(granted: Sequence[Granted], amount: int, on: date, by: str, currency: str) -> list[Change]:
    """The edits that end rows worth ``amount`` in all on that day; what is left of the last one begins anew."""
    edits: dict[tuple[str, str], list[Edit]] = {}
    for each, taken in _taken(granted, amount):
        edits.setdefault((each.path, each.file_kind), []).extend(
            end(each.row, on, f"taken back by {by}", currency, keep=each.row.amount - taken)
        )
    return [Change(path, kind, tuple(found)) for (path, kind), found in edits.items()]


def taken_words(granted: Sequence[Granted], amount: int, currency: str) -> list[str]:
    """What is taken back by what it was, such as ``23.80 EUR early-payment discount``."""
    found: dict[str, int] = {}
    for each, taken in _taken(granted, amount):
        word = WORDS.get(each.row.kind, "write-off")
        found[word] = found.get(word, 0) + taken
    return [f"{Money(taken, currency)} {word}" for word, taken in found.items()]


def _taken(granted: Sequence[Granted], amount: int) -> list[tuple[Granted, int]]:
    """The rows in their order with what is taken of each."""
    found = []
    for each in granted:
        taken = min(amount, each.row.amount)
        amount -= taken
        if taken:
            found.append((each, taken))
    assert amount == 0, "no more is taken back than was granted"
    return found


class NoteUse(NamedTuple):
    """A credit note that corrects an invoice, with all its applications and what refunds drew of it."""

    fact: CreditNoteFact
    rows: Sequence[Settlement]
    draws: Sequence[Draw]
    path: str


class Returned(NamedTuple):
    """Credit that goes back to its invoice."""

    note: str
    invoice: str
    amount: int
    on: date


def excess_credit(invoice: InvoiceFact, rows: Sequence[Settlement], notes: Sequence[NoteUse]) -> int:
    """By how much credit that came from an invoice exceeds what was settled on it by payment, opening, and credit from elsewhere."""
    own = {note.fact.number for note in notes}
    settled = sum(
        row.amount
        for row in rows
        if row.ended_on is None and (row.kind in ("payment", "opening") or (row.kind == "credit" and row.source not in own))
    )
    given = sum(
        note.fact.gross - sum(row.amount for row in note.rows if row.ended_on is None and row.invoice == invoice.number) for note in notes
    )
    return given - settled


def returning_credit(
    invoice: InvoiceFact, rows: Sequence[Settlement], notes: Sequence[NoteUse], on: date, settings: Settings, *, wholly: bool
) -> tuple[list[Returned], list[Change]]:
    """What credit notes on the invoice give back to it, as far as it is open, once ``rows`` are all that counts.

    ``wholly``: all that is unapplied, as after a bounce; else only what exceeds the money that still settles the invoice. Credit
    already used elsewhere stays there.
    """
    excess = excess_credit(invoice, rows, notes)
    returned, changes = [], []
    standing = list(rows)
    for note in sorted(notes, key=lambda each: (each.fact.issued_on, each.fact.number), reverse=True):
        owed = invoice_changes(invoice.issued_on, invoice.gross, standing)
        free = source_changes(note.fact.issued_on, note.fact.gross, note.rows, note.fact.voided_on, note.draws)
        amount = min(lasting(free), lasting(owed), *(() if wholly else (excess,)))
        if amount <= 0:
            continue
        day = first_day(amount, first_open_day(settings, max(on, note.fact.issued_on)), owed, free)
        assert day is not None, "both balances bear the amount in the end"
        excess -= amount
        returned.append(Returned(note.fact.number, invoice.number, amount, day))
        changes.append(
            Change(note.path, "credit-note", (Append(("applied",), row_data(invoice.number, "credit", amount, day, invoice.currency)),))
        )
        standing.append(
            Settlement(invoice.number, "credit", amount, day, note.fact.issued_on, "credit-note", note.fact.number, None, "applied")
        )
    return returned, changes
