"""Writing off what nobody will pay, and taking that back when somebody does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billcli.core.allocation import AllocationRow, Target, Wish
from billcli.core.days import moved
from billcli.core.document import dated_id, document_data, made, path_of
from billcli.core.early_payment import limit
from billcli.core.plan import Change, Create, Edit, Plan
from billcli.core.rows import Row, end, last_first, row_data
from billcli.core.settlement import first_day
from billcli.errors import BillError, UsageError
from billcli.model.money import Money
from billcli.model.settings import Settings
from billcli.model.write_off import WriteOff


class WriteOffRequest(NamedTuple):
    """What a person asks for; ``wishes`` are invoices of one customer and currency, amounts in minor units."""

    customer: str
    currency: str
    kind: str
    on: date
    reason: str
    wishes: tuple[Wish, ...]
    approved_by: str | None = None
    tax_relief: str = "none"
    notes: str | None = None
    external_id: str | None = None


def write_off_rows(request: WriteOffRequest, targets: Sequence[Target], settings: Settings) -> list[AllocationRow]:
    """What is written off of each invoice, all on one day. Raises ``BillError`` for more than is open on that day and after it."""
    rows = []
    for wish, target in zip(request.wishes, targets, strict=True):
        number, open_ = target.invoice.number, target.open
        if target.invoice.issued_on > request.on:
            raise BillError(f"{number} was issued on {target.invoice.issued_on}, after {request.on}")
        amount = open_ if wish.amount is None else wish.amount
        if open_ <= 0:
            raise BillError(f"nothing is open on {number}, so nothing can be written off", f'"bill show {number}" tells how it was settled')
        if amount > open_:
            open_now, asked = Money(open_, request.currency), Money(amount, request.currency)
            raise BillError(f"{number} has {open_now} open, less than {asked}", "leave the amount out to write off all that is open")
        if amount == 0:
            raise UsageError(f"nothing is to be written off of {number}", "give an amount above zero, or none for all that is open")
        day = first_day(amount, request.on, target.changes)
        if day != request.on:
            raise BillError(f"{Money(amount, request.currency)} of {number} are open for good only from {day} on", f"--on {day}")
        rows.append(AllocationRow(number, amount, request.on, "write_off"))
    _approved(request, sum(row.amount for row in rows), settings)
    return rows


def _approved(request: WriteOffRequest, amount: int, settings: Settings) -> None:
    most = limit(settings.settlement.small_difference, request.currency)
    if request.kind == "small-difference" and amount > most:
        message = f"{Money(amount, request.currency)} are more than a small difference: {Money(most, request.currency)}"
        raise BillError(message, "--kind bad-debt --approved-by NAME; the limit is settlement: small_difference in ledger.yaml")
    if request.kind == "bad-debt" and not request.approved_by:
        raise UsageError("--approved-by is missing", "a bad debt is written off with the name of whoever approved it")


def write_off_document(request: WriteOffRequest, rows: Sequence[AllocationRow], taken: Collection[str]) -> WriteOff:
    """The write-off as it will stand in its file; ``taken`` are the ids in use, without case."""
    currency = request.currency
    amount = sum(row.amount for row in rows)
    invoices = [row.invoice for row in rows]
    same = (request.customer, request.on, amount, currency, request.kind, *invoices, request.external_id or "")
    fields = {
        "id": dated_id(request.on, request.customer, same, taken), "customer": request.customer, "kind": request.kind,
        "on": request.on, "amount": Money(amount, currency).amount, "currency": currency, "reason": request.reason,
        "approved_by": request.approved_by, "tax_relief": request.tax_relief if request.tax_relief != "none" else None,
        "external_id": request.external_id,
        "allocations": [row_data(row.invoice, "", row.amount, row.on, currency) for row in rows], "notes": request.notes,
    }  # fmt: skip
    return made(WriteOff, fields)


def plan_write_off(write_off: WriteOff, relief: Sequence[tuple[str, Money]], asked_on: date, relies_on: Sequence[str]) -> Plan:
    """The plan that writes off; ``relief`` is the tax taken back, by code, where it is."""
    currency = write_off.currency
    by = f", approved by {write_off.approved_by}" if write_off.approved_by else ""
    summary = [f"write-off {write_off.id}: {format(write_off.amount, 'f')} {currency} of {write_off.customer}, {write_off.reason}{by}"]
    summary += [f"  {each.amount} {currency} of {each.invoice}, from {each.on} on" for each in write_off.allocations]
    summary += moved(write_off.on, asked_on)
    summary += [f"  tax taken back: {tax} of {code}" for code, tax in relief]
    path = path_of("write-offs", write_off.id, write_off.on)
    return Plan(
        "write-off new", (Create(path, "write-off", document_data(write_off)),),
        tuple(summary), {"id": write_off.id}, relies_on=("ledger.yaml", *relies_on), given=(write_off.id,), reason=write_off.reason,
    )  # fmt: skip


def recovered(name: str, rows: Sequence[Row], amount: int | None, currency: str) -> list[tuple[Row, int]]:
    """The rows that end and what is kept of each, the last one first. Raises ``BillError`` for more than still counts."""
    total = sum(row.amount for row in rows)
    wanted = total if amount is None else amount
    if not total:
        raise BillError(f"nothing of {name} is written off any more")
    if wanted > total:
        message = f"{Money(total, currency)} of {name} are still written off, less than {Money(wanted, currency)}"
        raise BillError(message, "leave the amount out to take back all of it")
    ending = []
    for row in last_first(rows):
        taken = min(wanted, row.amount)
        wanted -= taken
        if taken:
            ending.append((row, row.amount - taken))
    return ending


def plan_reverse(write_off: WriteOff, path: str, ending: Sequence[tuple[Row, int]], on: date, asked_on: date, reason: str) -> Plan:
    """The plan that takes a write-off back, wholly or in part: the invoices are open again by that much from that day on.

    Raises ``BillError`` for a day before it was written off.
    """
    if asked_on < write_off.on:
        raise BillError(f"{asked_on} is before {write_off.on}, from which day it is written off", f"--on {write_off.on} or later")
    currency = write_off.currency
    edits: list[Edit] = [edit for row, keep in ending for edit in end(row, on, reason, currency, keep)]
    amount = sum(row.amount - keep for row, keep in ending)
    summary = [f"write-off {write_off.id} is taken back by {Money(amount, currency)}: {reason}"]
    summary += [f"  {Money(row.amount - keep, currency)} on {row.invoice} are owed again from {max(on, row.on)} on" for row, keep in ending]
    summary += moved(on, asked_on)
    return Plan(
        "write-off reverse", (Change(path, "write-off", tuple(edits)),), tuple(summary), {"id": write_off.id},
        relies_on=(path, "ledger.yaml"), reason=reason,
    )  # fmt: skip


def written_off(write_off: WriteOff) -> Decimal:
    """What still counts of it."""
    return sum((each.amount for each in write_off.allocations if each.ended_on is None), Decimal(0))
