"""Use cases on write-offs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcli.app import settling
from billcli.app.amounts import minor_of, notes_of, optional, value_of
from billcli.app.books import Books
from billcli.app.repeated import answered, made_before
from billcli.core.plan import Plan
from billcli.core.report import Column, Report, View, currency_totals
from billcli.core.settlement import counted, counts
from billcli.errors import BillError, UsageError
from billcli.index import find, queries
from billcli.model.money import Money
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.allocation import AllocationRow
    from billcli.core.facts import Settlement
    from billcli.core.write_off import WriteOffRequest
    from billcli.model.write_off import WriteOff

KINDS = ("bad-debt", "small-difference")


class WriteOffOptions(NamedTuple):
    """As typed; ``invoices`` are ``N`` or ``N:AMOUNT``."""

    invoices: tuple[str, ...]
    kind: str
    reason: str
    on: date | None = None
    approved_by: str | None = None
    tax_relief: str = "none"
    notes: str | None = None
    external_id: str | None = None


def plan_new(options: WriteOffOptions) -> Planner:
    """Writes off what is open on invoices, or a part of it."""

    def planner(books: Books) -> Plan:
        from billcli.core.days import check_not_ahead, first_open_day
        from billcli.core.write_off import plan_write_off, write_off_document, write_off_rows

        settings = books.settings()
        asked = options.on or books.today
        check_not_ahead(asked, books.today, "a write-off counts from today or earlier")
        request = _request(books, options, first_open_day(settings, asked))
        found = settling.targets(books, [wish.invoice for wish in request.wishes])
        targets = [found[wish.invoice] for wish in request.wishes]
        for target in targets:
            if (target.invoice.customer, target.invoice.currency) != (request.customer, request.currency):
                invoice = target.invoice
                theirs, ours = f"{invoice.customer} in {invoice.currency}", f"{request.customer} in {request.currency}"
                message = f"{invoice.number} belongs to {theirs}, the write-off to {ours}"
                raise BillError(message, "write it off by itself")
        if (known := _repeated(books, request)) is not None:
            return known
        rows = write_off_rows(request, targets, settings)
        taken = find.in_use(books.index, "write-off")
        document = write_off_document(request, rows, taken)
        relief = _relief(books, document, rows)
        return plan_write_off(document, relief, asked, [books.path("invoice", row.invoice) for row in rows])

    return planner


def _request(books: Books, options: WriteOffOptions, on: date) -> WriteOffRequest:
    from billcli.core.write_off import WriteOffRequest
    from billcli.model.values import parse_text

    if options.kind not in KINDS:
        raise UsageError(f"--kind: {quoted(options.kind)} is not a kind of write-off", "use " + " or ".join(KINDS))
    if options.tax_relief not in ("none", "adjust"):
        raise UsageError(f"--tax-relief: {quoted(options.tax_relief)} is not known", "use none or adjust")
    named = settling.named_invoices(options.invoices)
    if not named:
        raise UsageError("--invoice is missing", "--invoice N[:AMOUNT]")
    books.path("invoice", named[0][0])
    first = queries.invoice(books.index, named[0][0])
    assert first is not None
    return WriteOffRequest(
        first.customer, first.currency, options.kind, on, value_of(parse_text, options.reason, "--reason"),
        settling.wishes(books, named, first.currency), optional(parse_text, options.approved_by, "--approved-by"), options.tax_relief,
        notes_of(options.notes), optional(parse_text, options.external_id, "--external-id"),
    )  # fmt: skip


def _repeated(books: Books, request: WriteOffRequest) -> Plan | None:
    """The first answer again for an external id that was used; an error where it meant something else."""
    made = made_before(books, "write-off", request.external_id)
    if made is None:
        return None
    there = books.write_off(made)
    ever = {each.invoice: Money.of(each.amount, there.currency).minor for each in reversed(there.allocations)}
    same = (there.customer, there.kind, there.currency) == (request.customer, request.kind, request.currency)
    same = same and all(wish.invoice in ever and wish.amount in (None, ever[wish.invoice]) for wish in request.wishes)
    return answered("write-off", made, request.external_id, same=same)


def _relief(books: Books, document: WriteOff, rows: Iterable[AllocationRow | Settlement]) -> list[tuple[str, Money]]:
    """The tax taken back with the rows, by tax code; none where the write-off takes none back."""
    found: dict[str, int] = {}
    if document.tax_relief == "adjust":
        for row in rows:
            for share in settling.tax_of(books, row.invoice, row.amount):
                found[share.code] = found.get(share.code, 0) + share.tax
    return [(code, Money(tax, document.currency)) for code, tax in found.items() if tax]


def plan_reverse(write_off_id: str, reason: str, on: date | None, amount: str | None) -> Planner:
    """Takes a write-off back, wholly or in part: somebody pays after all."""

    def planner(books: Books) -> Plan:
        from billcli.core.days import check_not_ahead, first_open_day
        from billcli.core.rows import live_rows
        from billcli.core.write_off import plan_reverse, recovered

        write_off = books.write_off(write_off_id)
        asked = on or books.today
        check_not_ahead(asked, books.today, "a write-off is taken back today or earlier")
        wanted = minor_of(amount, write_off.currency, "--amount") if amount is not None else None
        if wanted == 0:
            raise UsageError(f"--amount: {quoted(amount or '')} is nothing", "leave it out to take back all of it")
        ending = recovered(write_off_id, live_rows(write_off, "allocations"), wanted, write_off.currency)
        day = first_open_day(books.settings(), asked)
        return plan_reverse(write_off, books.path("write-off", write_off_id), ending, day, asked, reason)

    return planner


_COLUMNS = (
    Column("write_off", "Write-off"),
    Column("customer", "Customer"),
    Column("kind", "Kind"),
    Column("on", "On", "day"),
    Column("currency", "Cur"),
    Column("amount", "Amount", "money"),
    Column("written_off", "Still off", "money"),
    Column("approved_by", "Approved by", "prose", minor=True),
    Column("reason", "Reason", "prose", minor=True),
)


def write_off_list(books: Books, as_of: date, customer: str | None) -> Report:
    """Write-offs by day, with what still counted on that one."""
    if customer:
        books.path("customer", customer)
    rows = [
        (
            each.id,
            each.customer,
            each.kind,
            each.booked_on,
            each.currency,
            Money(each.amount, each.currency),
            Money(counted(queries.settlements_from(books.index, "write-off", each.id), as_of), each.currency),
            each.approved_by,
            each.reason,
        )
        for each in queries.write_offs(books.index, as_of)
        if not customer or each.customer == customer
    ]
    return Report("write-offs", as_of, _COLUMNS, rows, currency_totals(_COLUMNS, rows))


def write_off_view(books: Books, write_off_id: str, as_of: date) -> View:
    """The write-off with what it settles."""
    from billcli.core.document import document_data
    from billcli.core.views import settlement_table, write_off_fields

    document = books.write_off(write_off_id)
    rows = queries.settlements_from(books.index, "write-off", write_off_id)
    still = Money(counted(rows, as_of), document.currency)
    taxes = _relief(books, document, (row for row in rows if counts(row, as_of)))
    derived = {"written_off": still, "tax_taken_back": [{"code": code, "tax": tax} for code, tax in taxes]}
    table = settlement_table(rows, document.currency, as_of, "invoice")
    return View(
        "write-off", write_off_id, as_of, write_off_fields(document, still, taxes), [("Settles", table)],
        {**document_data(document), **derived},
    )  # fmt: skip
