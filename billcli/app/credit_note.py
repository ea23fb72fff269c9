"""Use cases on credit notes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app import settling
from billcli.app.amounts import minor_of, notes_of, optional, value_of
from billcli.app.books import Books
from billcli.app.credit_use import with_taken_back
from billcli.app.invoice import already_there, given_number, made_before
from billcli.core.plan import Plan
from billcli.core.report import Column, Report, View, currency_totals
from billcli.core.settlement import balance
from billcli.errors import BillError, UsageError
from billcli.index import queries
from billcli.model.money import Money
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner


class CreditOptions(NamedTuple):
    """As typed: ``lines`` are ``K`` or ``K:QTY``, the amount is text until the currency is known."""

    invoice: str
    reason: str
    lines: tuple[str, ...] = ()
    amount: str | None = None
    issued_on: date | None = None
    notes: str | None = None
    external_id: str | None = None
    series: str | None = None


def plan_new(options: CreditOptions) -> Planner:
    """A credit note on an invoice, applied to it as far as it is open."""

    def planner(books: Books) -> Plan:
        from billcli.core import seal
        from billcli.core.credit_note import credit_note_document, plan_credit_note
        from billcli.core.numbering import Given

        settings = books.settings()
        invoice = books.invoice(options.invoice)
        request = _request(options, invoice.currency)
        if invoice.void:
            raise BillError(f"{invoice.number} is void", "there is nothing to credit")
        if made := made_before(books, "credit_notes", request.external_id):
            before = _credited(books, request.invoice, without=(made,))._replace(last_event=date.min)
            note = credit_note_document(request, invoice, before, settings, Given(made, "", ()), books.credit_note(made).issued_on)
            return already_there(books, "credit_notes", made, request.external_id, seal.content(note))
        issued_on = request.issued_on or books.today
        given = given_number(books, settings, "credit-note", request.series, issued_on)
        before = _credited(books, request.invoice, without=())
        note = credit_note_document(request, invoice, before, settings, given, issued_on)
        return with_taken_back(books, plan_credit_note(note, given, books.path("invoice", request.invoice)), note)

    return planner


def _request(options: CreditOptions, currency: str) -> Any:
    from billcli.core.credit_note import CreditRequest, LineChoice
    from billcli.model.values import parse_quantity, parse_text

    if options.lines and options.amount is not None:
        raise UsageError("--line and --amount exclude each other", "credit some lines, or an amount over all of them")
    choices = []
    for text in options.lines:
        line, sep, quantity = text.partition(":")
        if not (line.isascii() and line.isdigit()) or len(line) > 6:
            raise UsageError(f"--line {quoted(text)} names no line", "write K or K:QTY, such as 1 or 1:2.5")
        choices.append(LineChoice(int(line), value_of(parse_quantity, quantity, "--line") if sep else None))
    amount = minor_of(options.amount, currency, "--amount") if options.amount is not None else None
    external_id = optional(parse_text, options.external_id, "--external-id")
    return CreditRequest(
        options.invoice, value_of(parse_text, options.reason, "--reason"), tuple(choices), amount, options.issued_on,
        notes_of(options.notes), external_id, options.series,
    )  # fmt: skip


def _credited(books: Books, number: str, without: tuple[str, ...]) -> Any:
    """What earlier credit notes took; ``without`` leaves out the one a retried command made itself."""
    from billcli.core.credit_note import Credited
    from billcli.core.settlement import invoice_changes, lasting
    from billcli.core.take_back import GRANTED

    notes = [each for each in queries.credit_notes_for(books.index, number) if each.number not in without]
    quantities: dict[int, Decimal] = {}
    for note, line, quantity in queries.credited_quantities(books.index, number):
        if note not in without:
            quantities[line] = quantities.get(line, Decimal(0)) + Decimal(quantity)
    fact = queries.invoice(books.index, number)
    assert fact is not None
    rows = [row for row in queries.settlements_of(books.index, [number])[number] if row.source not in without]
    events = [fact.issued_on, *(day for row in rows for day in (row.booked_on, row.ended_on) if day)]
    open_ = lasting(invoice_changes(fact.issued_on, fact.gross, rows))
    open_ += sum(row.amount for row in rows if row.kind in GRANTED and row.ended_on is None)
    by_tax: dict[str, int] = {}
    for each in notes:
        document = books.credit_note(each.number)
        taxed = {group.code: Money.of(group.base + group.amount, each.currency).minor for group in document.taxes}
        for code, minor in {**taxed, "none": each.gross - sum(taxed.values())}.items():
            by_tax[code] = by_tax.get(code, 0) + minor
    return Credited(sum(each.gross for each in notes), quantities, len(notes), open_, max(events), by_tax)


def credit_note_list(books: Books, as_of: date, customer: str | None, invoice: str | None) -> Report:
    """Credit notes issued by that day with what was unapplied then."""
    if customer:
        books.path("customer", customer)
    if invoice:
        books.path("invoice", invoice)
    columns = (
        Column("number", "Credit note"),
        Column("customer", "Customer"),
        Column("issued_on", "Issued", "day"),
        Column("corrects", "Corrects"),
        Column("currency", "Cur"),
        Column("gross", "Gross", "money"),
        Column("unapplied", "Unapplied", "money"),
        Column("reason", "Reason", "prose", minor=True),
    )
    rows = []
    for each in queries.credit_notes(books.index, as_of):
        if (customer and each.customer != customer) or (invoice and each.corrects != invoice):
            continue
        left = _unapplied(books, each, as_of)
        rows.append(
            (
                each.number,
                each.customer,
                each.issued_on,
                each.corrects,
                each.currency,
                Money(each.gross, each.currency),
                left,
                each.reason,
            )
        )
    return Report("credit-notes", as_of, columns, rows, currency_totals(columns, rows))


def _unapplied(books: Books, note: Any, as_of: date) -> Money:
    return Money(balance(settling.source_free(books, "credit-note", note), as_of), note.currency)


def credit_note_view(books: Books, number: str, as_of: date) -> View:
    """The credit note with what it was used for."""
    from billcli.core.invoice import document_data
    from billcli.core.views import credit_note_fields, line_table, settlement_data, settlement_table

    note = books.credit_note(number)
    fact = queries.credit_note(books.index, number)
    assert fact is not None
    rows = queries.settlements_from(books.index, "credit-note", number)
    derived = {"unapplied": _unapplied(books, fact, as_of)}
    tables = [
        ("Lines", line_table(note, as_of)),
        ("Applied to", settlement_table(rows, note.currency, as_of, "invoice")),
    ]
    return View(
        "credit-note",
        number,
        as_of,
        credit_note_fields(note, derived),
        tables,
        {**document_data(note), **derived, "settlements": settlement_data(rows, note.currency, as_of, "invoice")},
    )
