"""Who owes what, by how long it is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.facts import OpenInvoice
from billcli.core.instalments import Agreed, agreed_parts, due_parts
from billcli.core.report import Bar, Bars, Column, Report, currency_totals
from billcli.model.category_names import NONE
from billcli.model.money import Money

BUCKETS = ("not due", "1-30", "31-60", "61-90", "over 90")


class OpenPart(NamedTuple):
    """An open instalment; minor units. ``overdue`` counts days, zero and less for not due."""

    customer: str
    currency: str
    number: str
    due_on: date
    overdue: int
    open: int


class OpenSum(NamedTuple):
    """What is open of a customer in one currency and bucket, 0 for not due; minor units."""

    customer: str
    currency: str
    bucket: int
    open: int


_LAST_DAYS = (0, 30, 60, 90)
"""Of each bucket but the last: how many days overdue it ends with."""


def bucket_starts(as_of: date) -> tuple[date, ...]:
    """Of each bucket but the last the earliest day on which what is in it was due; nothing is older than the calendar."""
    return tuple(date.fromordinal(max(1, as_of.toordinal() - days)) for days in _LAST_DAYS)


def sums(parts: Iterable[OpenPart]) -> list[OpenSum]:
    """Each part by its bucket."""
    return [OpenSum(part.customer, part.currency, place(part.overdue), part.open) for part in parts]


def bucket(overdue: int) -> str:
    """Not due up to and including the due date; then 1-30, 31-60, 61-90, over 90 days."""
    return BUCKETS[place(overdue)]


def place(overdue: int) -> int:
    """The bucket as a number, 0 for not due."""
    return 0 if overdue <= 0 else min((overdue - 1) // 30, 3) + 1


def open_parts(
    invoices: Sequence[OpenInvoice],
    instalments: Mapping[str, Sequence[tuple[str, date, int]]],
    as_of: date,
    basis: str,
    plans: Mapping[str, Agreed] | None = None,
) -> list[OpenPart]:
    """One row per open instalment; settlements fill the oldest first.

    ``plans`` are the dates agreed later that count on that day; ``basis`` original leaves them out, issued counts days from the
    day of issue.
    """
    found = []
    later = plans if plans and basis != "original" else {}
    for invoice in invoices:
        plan = later.get(invoice.number)
        if plan or invoice.parts > 1:
            agreed = agreed_parts(invoice.due_on, invoice.gross, instalments.get(invoice.number), plan)
            parts = [(part.due_on, part.open) for part in due_parts(agreed, invoice.open)]
        else:
            parts = [(invoice.due_on, invoice.open)]
        for due_on, open_ in parts:
            if open_:
                overdue = (as_of - (invoice.issued_on if basis == "issued" else due_on)).days
                found.append(OpenPart(invoice.customer, invoice.currency, invoice.number, due_on, overdue, open_))
    return found


def aging_by_invoice(parts: Sequence[OpenPart], as_of: date, notes: tuple[str, ...]) -> Report:
    """A row per open instalment, the longest overdue first."""
    columns = (
        Column("number", "Invoice"), Column("customer", "Customer"), Column("due_on", "Due", "day"),
        Column("days_overdue", "Days", "count"),
        Column("currency", "Cur"), Column("open", "Open", "money"), Column("bucket", "Bucket"),
    )  # fmt: skip
    ordered = sorted(parts, key=lambda part: (part.currency, -part.overdue, part.number, part.due_on))
    rows = [
        (
            part.number,
            part.customer,
            part.due_on,
            max(part.overdue, 0),
            part.currency,
            Money(part.open, part.currency),
            bucket(part.overdue),
        )
        for part in ordered
    ]
    return Report("aging", as_of, columns, rows, currency_totals(columns, rows), notes)


def aging_by_group(
    parts: Iterable[OpenSum],
    unapplied: Sequence[tuple[str, str, int]],
    as_of: date,
    key: str,
    groups: Mapping[str, tuple[str, str]],
    notes: tuple[str, ...],
) -> Report:
    """A row per group and currency with its buckets, its unapplied credit, and what both come to.

    ``groups`` gives each customer's group and that group's name; with ``key`` customer it is the customer itself.
    """
    named = key == "customer"
    columns = (
        Column(key, key.capitalize()), *((Column("name", "Name", "prose", minor=True),) if named else ()), Column("currency", "Cur"),
        *(Column(name, name.capitalize(), "money", "buckets") for name in BUCKETS),
        Column("unapplied", "Unapplied", "money"), Column("total", "Total", "money"),
    )  # fmt: skip
    sums: dict[tuple[str, str], list[int]] = {}
    names: dict[str, str] = {}
    for customer, currency, place, open_ in parts:
        group, name = groups.get(customer) or (customer, customer)
        row = sums.get((group, currency))
        if row is None:
            row = sums[group, currency] = [0] * 6
            names[group] = name
        row[place] += open_
    for customer, currency, amount in unapplied:
        group, names[group] = groups.get(customer, (customer, customer))
        sums.setdefault((group, currency), [0] * 6)[5] += amount
    rows = [
        _row((group, *((names[group],) if named else ()), currency), found, currency) for (group, currency), found in sorted(sums.items())
    ]
    totals = currency_totals(columns, rows)
    return Report("aging", as_of, columns, rows, totals, notes, aging_charts(columns, totals))


def aging_charts(columns: Sequence[Column], totals: Sequence[Sequence[Any]]) -> tuple[Bars, ...]:
    """What is open in each bucket; one chart per currency."""
    at_currency = next(at for at, column in enumerate(columns) if column.key == "currency")
    places = [(at, column) for at, column in enumerate(columns) if column.group == "buckets"]
    return tuple(
        Bars(
            f"Open by days overdue, {total[at_currency]}",
            [Bar(column.key, total[at].minor, total[at].text(), alarm=column.key != BUCKETS[0]) for at, column in places],
        )
        for total in totals
    )


def aging_by_groups(
    parts: Iterable[tuple[tuple[str, ...], OpenSum]],
    unapplied: Iterable[tuple[tuple[str, ...], str, int]],
    as_of: date,
    keys: Sequence[str],
    notes: tuple[str, ...],
) -> Report:
    """The same by several dimensions at once, or by one of documents: each part, and unapplied amount and currency, with its groups."""
    shown = [at for at, key in enumerate(keys) if key != "currency"]
    columns = (
        *(Column(keys[at], keys[at].capitalize()) for at in shown), Column("currency", "Cur"),
        *(Column(name, name.capitalize(), "money", "buckets") for name in BUCKETS),
        Column("unapplied", "Unapplied", "money"), Column("total", "Total", "money"),
    )  # fmt: skip
    sums: dict[tuple[tuple[str, ...], str], list[int]] = {}
    for groups, part in parts:
        sums.setdefault((groups, part.currency), [0] * 6)[part.bucket] += part.open
    for groups, currency, amount in unapplied:
        sums.setdefault((groups, currency), [0] * 6)[5] += amount
    ordered = sorted(sums.items(), key=lambda each: ([(group == NONE, group) for group in each[0][0]], each[0][1]))
    rows = [_row((*(groups[at] for at in shown), currency), found, currency) for (groups, currency), found in ordered]
    return Report("aging", as_of, columns, rows, currency_totals(columns, rows), notes)


def _row(head: tuple[Any, ...], sums: list[int], currency: str) -> tuple[Any, ...]:
    return (*head, *(Money(each, currency) for each in sums), Money(sum(sums[:5]) - sums[5], currency))


class Proof(NamedTuple):
    """The control total of one currency beside what the report adds up to; minor units."""

    currency: str
    buckets: int
    open: int
    control: int

    @property
    def holds(self) -> bool:
        return self.buckets == self.open == self.control

    def line(self) -> str:
        shown = [Money(each, self.currency).text() for each in (self.buckets, self.open, self.control)]
        return f"{self.currency}  Σ buckets {shown[0]} = Σ open {shown[1]} = control total {shown[2]}"


def proofs(parts: Iterable[OpenPart | OpenSum], invoices: Iterable[OpenInvoice | OpenSum], control: Mapping[str, int]) -> list[Proof]:
    """One per currency: the instalments, the invoices, and the books as a whole must come to the same."""
    shown, open_ = _by_currency(parts), _by_currency(invoices)
    currencies = sorted({*shown, *open_, *control})
    return [Proof(each, shown.get(each, 0), open_.get(each, 0), control.get(each, 0)) for each in currencies]


def _by_currency(rows: Iterable[OpenPart | OpenInvoice | OpenSum]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in rows:
        found[each.currency] = found.get(each.currency, 0) + each.open
    return found
