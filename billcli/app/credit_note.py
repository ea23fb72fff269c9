"""Use cases on credit notes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from billcli.app import settling
from billcli.app.amounts import minor_of, notes_of, optional, value_of
from billcli.app.books import Books
from billcli.app.credit_use import with_taken_back
from billcli.app.invoice import given_number
from billcli.app.repeated import answered, answered_by_content, made_before
from billcli.core.plan import Plan
from billcli.core.report import Column, Report, View, currency_totals
from billcli.core.settlement import balance
from billcli.errors import BillError, UsageError
from billcli.index import queries
from billcli.model.money import Money
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.credit_note import Credited, CreditRequest
    from billcli.core.facts import CreditNoteFact


class CreditOptions(NamedTuple):
    """As typed: ``lines`` are ``K`` or ``K:QTY``, without an invoice as ``invoice new`` has them; amounts wait for the currency."""

    invoice: str | None
    reason: str
    lines: tuple[str, ...] = ()
    amount: str | None = None
    issued_on: date | None = None
    notes: str | None = None
    external_id: str | None = None
    series: str | None = None
    customer: str | None = None
    currency: str | None = None
    rest: bool = False
    kind: str | None = None
    remark: str | None = None


def plan_new(options: CreditOptions) -> Planner:
    """A credit note on an invoice, applied to it as far as it is open, or credit of a customer that belongs to no invoice."""
    if options.invoice is None:
        return _plan_free(options)
    number = options.invoice

    def planner(books: Books) -> Plan:
        from billcli.core.credit_note import credit_note_document, plan_credit_note

        settings = books.settings()
        invoice = books.invoice(number)
        if options.customer not in (None, invoice.customer):
            raise UsageError(f"{number} is an invoice of {invoice.customer}, not of {options.customer}", "--invoice is enough")
        request = _request(options, number, invoice.currency)
        if made := made_before(books, "credit-note", request.external_id):
            return _repeated(books, made, request)
        if invoice.void:
            raise BillError(f"{invoice.number} is void", "there is nothing to credit")
        issued_on = request.issued_on or books.today
        given = given_number(books, settings, "credit-note", request.series, issued_on)
        before = _credited(books, request.invoice)
        note = credit_note_document(request, invoice, before, settings, given, issued_on)
        return with_taken_back(books, plan_credit_note(note, given, books.path("invoice", request.invoice)), note)

    return planner


def _plan_free(options: CreditOptions) -> Planner:
    from billcli.core.credit_note import FreeCreditRequest
    from billcli.core.lines import typed_line
    from billcli.model.values import parse_currency, parse_notes, parse_text

    if options.customer is None:
        raise UsageError("--invoice is missing", "--customer and --line give credit that corrects no invoice")
    if options.amount is not None or options.rest:
        raise UsageError("--amount and --rest are of an invoice", 'without one give --line "description;quantity;unit price"')
    if not options.lines:
        raise UsageError("--line is missing", '--line "description;quantity;unit price"')
    request = FreeCreditRequest(
        options.customer, value_of(parse_text, options.reason, "--reason"), tuple(map(typed_line, options.lines)),
        optional(parse_currency, options.currency, "--currency"), options.issued_on, notes_of(options.notes),
        optional(parse_text, options.external_id, "--external-id"), options.series, _kind(options.kind),
        optional(parse_notes, options.remark, "--remark"),
    )  # fmt: skip

    def planner(books: Books) -> Plan:
        from billcli.core import seal
        from billcli.core.credit_note import free_credit_document, plan_credit_note
        from billcli.core.invoice import Master
        from billcli.core.numbering import Given

        customer = books.customer(request.customer)
        master = Master(books.settings(), books.categories(), books.items(), customer)
        if request.external_id and (made := made_before(books, "credit-note", request.external_id)):
            note = free_credit_document(request, master, Given(made, "", ()), books.credit_note(made).issued_on)
            return answered_by_content(books, "credit-note", made, request.external_id, seal.content(note))
        issued_on = request.issued_on or books.today
        given = given_number(books, master.settings, "credit-note", request.series, issued_on)
        return plan_credit_note(free_credit_document(request, master, given, issued_on), given, books.path("customer", customer.id))

    return planner


def _kind(text: str | None) -> str | None:
    from billcli.model.credit_note import CREDIT_KINDS

    if text is not None and text not in CREDIT_KINDS:
        raise UsageError(f"--kind: {quoted(text)} is not a kind of credit note", "use one of: " + ", ".join(CREDIT_KINDS))
    return text


def _request(options: CreditOptions, number: str, currency: str) -> CreditRequest:
    from billcli.core.credit_lines import LineChoice
    from billcli.core.credit_note import CreditRequest
    from billcli.model.values import parse_notes, parse_quantity, parse_text

    if options.lines and options.amount is not None:
        raise UsageError("--line and --amount exclude each other", "credit some lines, or an amount over all of them")
    if options.rest and (options.lines or options.amount is not None):
        raise UsageError("--rest credits all that is left", "leave --line and --amount out")
    if options.currency is not None and options.currency != currency:
        raise UsageError(f"--currency: the invoice is in {currency}", "a credit note has the currency of its invoice")
    choices = []
    for text in options.lines:
        line, sep, quantity = text.partition(":")
        if not (line.isascii() and line.isdigit()) or len(line) > 6:
            raise UsageError(f"--line {quoted(text)} names no line", "write K or K:QTY, such as 1 or 1:2.5")
        choices.append(LineChoice(int(line), value_of(parse_quantity, quantity, "--line") if sep else None))
    amount = minor_of(options.amount, currency, "--amount") if options.amount is not None else None
    external_id = optional(parse_text, options.external_id, "--external-id")
    return CreditRequest(
        number, value_of(parse_text, options.reason, "--reason"), tuple(choices), amount, options.issued_on,
        notes_of(options.notes), external_id, options.series, options.rest, _kind(options.kind),
        optional(parse_notes, options.remark, "--remark"),
    )  # fmt: skip


def _repeated(books: Books, made: str, request: CreditRequest) -> Plan:
    """The first answer again for an external id that was used. Raises ``BillError`` where it meant something else."""
    from billcli.core.credit_note import is_asked_again

    there, fact = queries.credit_note(books.index, made), queries.invoice(books.index, request.invoice)
    assert there is not None and fact is not None
    on_it = (each for each in queries.credit_notes(books.index, there.issued_on) if each.corrects == request.invoice)
    earlier = [each for each in on_it if (each.issued_on, each.head, each.n or 0) < (there.issued_on, there.head, there.n or 0)]
    voided = [each.gross for each in earlier if each.voided_on]
    before_it = [each.gross for each in earlier if each.voided_on and each.voided_on <= there.issued_on]
    rest = fact.gross - sum(each.gross for each in earlier)
    same = is_asked_again(books.credit_note(made), request, {rest, rest + sum(voided), rest + sum(before_it)})
    return answered("credit-note", made, request.external_id, same=same)


def _credited(books: Books, number: str) -> Credited:
    """What earlier credit notes took."""
    from billcli.core.credit_note import Credited
    from billcli.core.settlement import by_day, invoice_changes, lasting
    from billcli.core.shares import taxed_in_all
    from billcli.core.take_back import GRANTED

    notes = queries.credit_notes_for(books.index, number)
    quantities: dict[int, Decimal] = {}
    for _, line, quantity in queries.credited_quantities(books.index, number):
        quantities[line] = quantities.get(line, Decimal(0)) + Decimal(quantity)
    fact = queries.invoice(books.index, number)
    assert fact is not None
    rows = queries.settlements_of(books.index, [number])[number]
    changes = invoice_changes(fact.issued_on, fact.gross, rows)
    open_ = lasting(changes)
    open_ += sum(row.amount for row in rows if row.kind in GRANTED and row.ended_on is None)
    by_tax = taxed_in_all(books.credit_note(each.number) for each in notes)
    return Credited(sum(each.gross for each in notes), quantities, len(notes), open_, max(by_day(changes)), by_tax)


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
        Column("kind", "Kind", minor=True),
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
                each.kind,
            )
        )
    return Report("credit-notes", as_of, columns, rows, currency_totals(columns, rows))


def _unapplied(books: Books, note: CreditNoteFact, as_of: date) -> Money:
    return Money(balance(settling.source_free(books, note), as_of), note.currency)


def credit_note_view(books: Books, number: str, as_of: date) -> View:
    """The credit note with what it was used for."""
    from billcli.core.document import document_data
    from billcli.core.views import credit_note_fields, line_table, settlement_data, settlement_table, void_fields

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
        [*credit_note_fields(note, derived), *void_fields(note, as_of)],
        tables,
        {**document_data(note), **derived, "settlements": settlement_data(rows, note.currency, as_of, "invoice")},
    )
