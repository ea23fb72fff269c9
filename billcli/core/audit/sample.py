"""Samples that come out the same on any machine: what is chosen hangs on the seed and the numbers alone."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core.report import Column, Report
from billcli.errors import BillError, UsageError
from billcli.model.money import Money


class Unit(NamedTuple):
    """A document that may be chosen; ``amount`` in minor units, never below zero."""

    kind: str
    name: str
    on: date
    customer: str
    currency: str
    amount: int
    file: str


class Chosen(NamedTuple):
    """A document of the sample; by amount it may be hit more than once."""

    unit: Unit
    hits: int


KINDS = ("invoice", "credit-note", "payment", "refund", "write-off")


def by_number(units: Sequence[Unit], seed: str, size: int) -> list[Chosen]:
    """The first ``size`` in the order of SHA-256(seed, kind, number): each document has the same chance."""
    ranked = sorted(units, key=lambda each: (_hash(seed, each.kind, each.name), each.kind, each.name))
    return _in_order(Chosen(each, 1) for each in ranked[:size])


def by_amount(units: Sequence[Unit], seed: str, size: int) -> list[Chosen]:
    """Every amount has the same chance: of all minor units in a row, ``size`` at equal distances, the first one by the seed.

    So a document as large as the distance is always chosen. Raises ``BillError`` for several currencies, which never add up.
    """
    if len(currencies := sorted({each.currency for each in units})) > 1:
        raise BillError(f"the documents are in {', '.join(currencies)}, and currencies never add up", "choose one with --currency")
    ordered = sorted(units, key=lambda each: (each.kind, each.name))
    total = sum(each.amount for each in ordered)
    if not total:
        return []
    begin = int(_hash(seed, "amount", str(total)), 16) % total
    marks = [(begin + step * total) // size for step in range(size)]
    hits: Counter[int] = Counter()
    at, end = 0, ordered[0].amount
    for mark in marks:
        while mark >= end:
            at += 1
            end += ordered[at].amount
        hits[at] += 1
    return _in_order(Chosen(ordered[at], count) for at, count in hits.items())


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _in_order(chosen: Iterable[Chosen]) -> list[Chosen]:
    return sorted(chosen, key=lambda each: (each.unit.kind, each.unit.on, each.unit.name))


def check_size(size: int) -> None:
    """Raises ``UsageError``."""
    if size < 1:
        raise UsageError(f"--size: {size} is no size of a sample", "give how many documents to look at, 1 or more")


CHECKLIST: Mapping[str, tuple[str, ...]] = {
    "invoice": (
        "there is an order or contract, and what was delivered matches the lines",
        "prices and quantities are as agreed",
        "tax code, rate and amount are right, and the reason where there is no tax",
        "the customer exists; name, address and tax id are right",
        "it is in the period in which it was delivered",
        "the money came from this customer and is in the bank statement, or it is a listed open item",
        "it was sent to the right address",
    ),
    "credit-note": (
        "the reason is on record, and somebody allowed it",
        "it corrects the right invoice, by no more than was invoiced",
        "tax is taken back at the rate of the invoice",
        "goods that came back were received",
        "it is in the right period",
        "what is unapplied was paid back or used",
    ),
    "payment": (
        "it is in the bank statement or the cash book, with this amount and day",
        "the payer is the customer, or pays for it",
        "it settles what the payer named",
        "discount, bank charge and write-off with it are within the rules",
        "it is in the right period",
        "nothing is left unused without a reason",
    ),
    "refund": (
        "it left the bank account, with this amount and day",
        "it went to whom the money belongs, on the account that was checked",
        "somebody allowed it",
        "what it pays back is there",
        "it is in the right period",
    ),
    "write-off": (
        "the reason is on record with its evidence",
        "somebody who may do so approved it",
        "reminders and other steps came before",
        "tax was adjusted where the law allows it",
        "it is in the right period",
    ),
}
"""What to look at, by kind."""

_COLUMNS = (
    Column("kind", "Kind"), Column("number", "Number"), Column("on", "On", "day"), Column("customer", "Customer"),
    Column("currency", "Cur"), Column("amount", "Amount", "money"), Column("hits", "Hits", "count", minor=True),
    Column("file", "File", minor=True),
)  # fmt: skip
_LIST = Column("checklist", "To look at", "prose")


def sample_report(chosen: Sequence[Chosen], as_of: date, note: str, *, lists: bool) -> Report:
    """A row for each document; with ``lists`` each with what to look at, else that once for each kind below the table."""
    rows = [
        (
            unit.kind, unit.name, unit.on, unit.customer, unit.currency, Money(unit.amount, unit.currency), hits, unit.file,
            *([list(CHECKLIST[unit.kind])] if lists else []),
        )
        for unit, hits in chosen
    ]  # fmt: skip
    notes = [note]
    for kind in dict.fromkeys(each.unit.kind for each in chosen):
        notes += ["", f"Of each {kind.replace('-', ' ')}:", *(f"  [ ] {item}" for item in CHECKLIST[kind])]
    return Report("audit sample", as_of, (*_COLUMNS, _LIST) if lists else _COLUMNS, rows, notes=tuple(notes))


def markdown(chosen: Sequence[Chosen], title: str, note: str, known: Mapping[tuple[str, str], Sequence[str]]) -> str:
    """A working paper: a section for each document with what is known of it and boxes to tick."""
    made = [f"# {title}", "", note, ""]
    for unit, hits in chosen:
        often = f", hit {hits} times" if hits > 1 else ""
        what = f"{unit.kind.replace('-', ' ')} of {unit.customer}, {unit.on}, {Money(unit.amount, unit.currency)}{often}"
        facts = [f"- {each}" for each in known.get((unit.kind, unit.name), ())]
        boxes = [f"- [ ] {item}" for item in CHECKLIST[unit.kind]]
        made += [f"## {unit.name}", "", f"{what}: `{unit.file}`", "", *facts, *([""] if facts else []), *boxes, "- finding:", ""]
    return "\n".join(made[:-1])
