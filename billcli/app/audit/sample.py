"""``bill audit sample``: the documents an auditor looks at, and what the books know of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from billcli.app.books import Books
from billcli.core.audit.sample import KINDS, Chosen, by_amount, by_number, check_size
from billcli.core.report import counted
from billcli.errors import UsageError
from billcli.index import audit_queries, queries
from billcli.model.money import Money
from billcli.model.values import quoted


class SampleOptions(NamedTuple):
    """As typed; ``since`` and ``until`` are the first and last day, if given."""

    seed: str
    size: int
    since: date | None = None
    until: date | None = None
    kinds: tuple[str, ...] = ()
    by_amount: bool = False
    currency: str | None = None


class Sample(NamedTuple):
    """``note`` says how it was drawn, so that anybody can draw it again."""

    chosen: list[Chosen]
    note: str


def draw(books: Books, options: SampleOptions) -> Sample:
    """Raises ``UsageError`` for an unknown kind or a size below one."""
    check_size(options.size)
    for kind in options.kinds:
        if kind not in KINDS:
            raise UsageError(f"--kind: {quoted(kind)} is no kind of document to sample", "use one of: " + ", ".join(KINDS))
    kinds = options.kinds or ("invoice", "credit-note")
    units = audit_queries.population(books.index, kinds, options.since or date.min, options.until or date.max)
    units = [each for each in units if options.currency in (None, each.currency)]
    chosen = (by_amount if options.by_amount else by_number)(units, options.seed, options.size)
    how = "every amount with the same chance" if options.by_amount else "each document with the same chance"
    span = f" of {options.since or 'the beginning'} to {options.until or 'the end'}" if options.since or options.until else ""
    of = ", ".join([*kinds, *([options.currency] if options.currency else [])])
    note = (
        f"{counted(len(chosen), 'document')} of {len(units)} ({of}){span}, "
        f'seed "{options.seed}", size {options.size}, {how}: the same books give the same sample'
    )
    return Sample(chosen, note)


def known(books: Books, chosen: Sequence[Chosen]) -> dict[tuple[str, str], list[str]]:
    """What the books say of each chosen invoice and credit note, to be held against the papers."""
    found = {}
    for unit, _ in chosen:
        if unit.kind == "invoice":
            found[unit.kind, unit.name] = _invoice(books, unit.name)
        elif unit.kind == "credit-note":
            note = books.credit_note(unit.name)
            found[unit.kind, unit.name] = [f"reason: {note.reason}", *([f"corrects: {note.corrects}"] if note.corrects else [])]
    return found


def _invoice(books: Books, number: str) -> list[str]:
    invoice = books.invoice(number)
    said = [f"order: {invoice.buyer_reference}"] if invoice.buyer_reference else []
    if invoice.delivered_on:
        said.append(f"delivered: {invoice.delivered_on}")
    if invoice.service_period:
        said.append(f"service: {invoice.service_period.begins_on} to {invoice.service_period.ends_on}")
    said += [
        f"line {at}: {line.description}, {format(line.quantity, 'f')} × {format(line.unit_price, 'f')}"
        for at, line in enumerate(invoice.lines, 1)
    ]
    said += [
        f"tax {each.code}: {format(each.rate, 'f')} % of {format(each.base, 'f')} = {format(each.amount, 'f')}" for each in invoice.taxes
    ]
    rows = queries.settlements_of(books.index, [number])[number]
    live = [each for each in rows if each.ended_on is None]
    return said + [
        f"{each.kind.replace('_', ' ')}: {Money(each.amount, invoice.currency)} on {each.booked_on}, {each.source}" for each in live
    ]
