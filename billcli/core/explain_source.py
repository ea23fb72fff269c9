"""What came of a payment or a credit note: what it settled, what was refunded, what is unapplied, and why each row has its day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core.explain import ENDS, FIRST, LAST, ROWS, Event, Files, Reasons, taken_back
from billcli.core.facts import Draw, InvoiceFact, Settlement
from billcli.core.settlement import USES, Change, balance, counts, first_day, invoice_changes, source_changes
from billcli.model.money import Money


class Source(NamedTuple):
    """A payment or credit note. ``value_on`` is the day of the money; from ``ended_on`` it is worth nothing."""

    kind: str
    name: str
    customer: str
    currency: str
    amount: int
    value_on: date
    booked_on: date
    ended_on: date | None
    ended: str
    rows: Sequence[Settlement]
    draws: Sequence[Draw]

    @property
    def what(self) -> str:
        return self.kind.replace("-", " ")

    @property
    def changes(self) -> list[Change]:
        return source_changes(self.booked_on, self.amount, self.rows, self.ended_on, self.draws)


class Debt(NamedTuple):
    """An invoice with all its rows."""

    invoice: InvoiceFact
    rows: Sequence[Settlement]


def source_events(source: Source, debts: Mapping[str, Debt], files: Files, reasons: Reasons) -> list[Event]:
    """It comes, is used, comes back from what ended, and is taken away."""
    file = files.get((source.kind, source.name), "")
    came = "received" if source.kind == "payment" else "issued"
    found = [Event(source.booked_on, FIRST, came, source.name, source.amount, why_booked(source), file)]
    for row in (each for each in source.rows if each.kind in USES):
        debt = debts.get(row.invoice)
        to = f" of {debt.invoice.customer}" if debt and debt.invoice.customer != source.customer else ""
        target = files.get(("invoice", row.invoice), "")
        reason = reasons.get((row.source_kind, row.source, row.place), "")
        if row.ended_on is not None and row.ended_on <= row.booked_on:
            never = f"{Money(row.amount, source.currency)} to the invoice{to}, {taken_back(reason, ' the same day')}"
            found.append(Event(row.booked_on, ROWS, never, row.invoice, 0, "", target))
            continue
        why = why_that_day(row, source, debt) if debt else ""
        found.append(Event(row.booked_on, ROWS, f"to the invoice{to}", row.invoice, -row.amount, why, target))
        if row.ended_on is not None:
            found.append(Event(row.ended_on, ENDS, taken_back(reason), row.invoice, row.amount, "", target))
    found += _draw_events(source.draws, files)
    if source.ended_on is not None:
        found.append(Event(source.ended_on, LAST, f"{'reversed' if came == 'received' else 'void'}: {source.ended}", source.name,
                           -source.amount, "", file))  # fmt: skip
    return found


def _draw_events(draws: Iterable[Draw], files: Files) -> Iterable[Event]:
    for draw in draws:
        if draw.ended_on is not None and draw.ended_on <= draw.booked_on:
            continue
        file = files.get(("refund", draw.refund), "")
        yield Event(draw.booked_on, ROWS, "refunded", draw.refund, -draw.amount, "", file)
        if draw.ended_on is not None:
            yield Event(draw.ended_on, ENDS, "the refund came back", draw.refund, draw.amount, "", file)


def why_booked(source: Source) -> str:
    """Why it counts from the day it does."""
    if source.kind == "credit-note":
        return "the day it was issued"
    if source.booked_on == source.value_on:
        return "the day the money was received"
    return f"the money is of {source.value_on}, in a period that was closed when it was recorded"


def why_that_day(row: Settlement, source: Source, debt: Debt) -> str:
    """Why a row is dated as it is, told from what stands in the books now."""
    issued_on, name = debt.invoice.issued_on, debt.invoice.number
    if row.booked_on == source.booked_on and row.booked_on >= issued_on:
        return why_booked(source)
    if row.booked_on == issued_on:
        return f"the day {name} was issued; the {source.what} was there before"
    others = [each for each in debt.rows if each != row], [each for each in source.rows if each != row]
    owed = invoice_changes(issued_on, debt.invoice.gross, others[0])
    free = source_changes(source.booked_on, source.amount, others[1], source.ended_on, source.draws)
    earliest = first_day(row.amount, max(source.booked_on, issued_on), owed, free)
    amount = Money(row.amount, source.currency).text()
    if earliest == row.booked_on:
        return f"the first day from which {amount} is open on {name} and free of the {source.what}"
    if earliest is not None and earliest < row.booked_on:
        return f"dated when it was applied, or the days before were closed: {earliest} could have borne it"
    return "dated when it was applied"


def why_unapplied(source: Source, as_of: date) -> str:
    """What is unapplied on that day and how it comes to it, in a sentence."""
    currency = source.currency
    free = balance(source.changes, as_of)
    used = sum(row.amount for row in source.rows if row.kind in USES and counts(row, as_of))
    refunded = sum(draw.amount for draw in source.draws if counts(draw, as_of))
    ended = source.ended_on is not None and source.ended_on <= as_of
    if ended and source.kind == "payment":
        head = f"the bank took it back on {source.ended_on}: {source.ended}"
        if refunded:
            return f"{head}; {Money(refunded, currency)} of it had been refunded and are owed to us"
        return head
    if ended:
        return f"void since {source.ended_on}: {source.ended}"
    parts = [f"{Money(used, currency).text()} settles invoices"] if used else []
    parts += [f"{Money(refunded, currency).text()} was refunded"] if refunded else []
    if not parts:
        return f"nothing of the {Money(source.amount, currency)} is used yet"
    rest = "all of it is used" if free == 0 else f"{Money(free, currency).text()} is left for later invoices or a refund"
    return f"of {Money(source.amount, currency)}, {' and '.join(parts)}; {rest}"
