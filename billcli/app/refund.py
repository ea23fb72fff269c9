"""Use cases on refunds."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcli.app import settling
from billcli.app.amounts import minor_of, notes_of, optional, value_of
from billcli.app.books import Books
from billcli.app.repeated import answered, made_before
from billcli.core.facts import CreditNoteFact, PaymentFact
from billcli.core.plan import Plan
from billcli.core.report import Column, Report, View, currency_totals
from billcli.core.settlement import Change, ended, lasting
from billcli.errors import BillError, NeedsPerson, UsageError
from billcli.index import balances, find, queries
from billcli.model.money import Money
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.refund import RefundRequest, Source
    from billcli.model.settings import Settings


class RefundOptions(NamedTuple):
    """As typed; ``payments`` and ``credit_notes`` are ``ID`` or ``ID:AMOUNT``."""

    customer: str
    reason: str
    amount: str | None = None
    payments: tuple[str, ...] = ()
    credit_notes: tuple[str, ...] = ()
    currency: str | None = None
    paid_on: date | None = None
    method: str | None = None
    reference: str | None = None
    notes: str | None = None
    external_id: str | None = None
    again: bool = False


def plan_new(options: RefundOptions) -> Planner:
    """Pays unapplied credit back: of the named payments and credit notes, else the oldest first."""

    def planner(books: Books) -> Plan:
        from billcli.core.days import check_not_ahead, first_open_day
        from billcli.core.refund import draws, plan_refund, refund_document

        settings = books.settings()
        request = _request(books, options, settings)
        if (known := _repeated(books, options, request)) is not None:
            return known
        check_not_ahead(request.paid_on, books.today, "a refund is recorded when the money has gone out")
        on = first_open_day(settings, request.paid_on)
        sources = _sources(books, options, request)
        rows = draws(request, sources, on)
        like = queries.like_refunds(books.index, request.customer, request.paid_on)
        amount = sum(row.amount for row in rows)
        twins = [each.id for each in like if (each.amount, each.currency) == (amount, request.currency)]
        if twins and not (options.again or request.external_id):
            raise NeedsPerson(f"{twins[0]} has the same customer, day and amount", "if this is another refund, add --again")
        taken = find.in_use(books.index, "refund")
        used = {row.name for row in rows}
        paths = [each.path for each in sources if each.name in used]
        return plan_refund(refund_document(request, rows, on, taken), paths, twins)

    return planner


def _request(books: Books, options: RefundOptions, settings: Settings) -> RefundRequest:
    from billcli.core.defaults import defaults
    from billcli.core.refund import RefundRequest
    from billcli.model.values import parse_currency, parse_text

    customer = books.customer(options.customer)
    if options.amount is None and not (options.payments or options.credit_notes):
        raise UsageError("--amount is missing", "--amount AMOUNT takes the oldest credit; or name --payment ID, --credit-note N")
    currency = optional(parse_currency, options.currency, "--currency") or _currency_of(books, options)
    currency = currency or str(defaults(settings, books.categories(), customer)["currency"].value)
    amount = minor_of(options.amount, currency, "--amount") if options.amount is not None else None
    if amount == 0:
        raise UsageError(f"--amount: {quoted(options.amount or '')} is nothing", "give what went out")
    return RefundRequest(
        options.customer, currency, options.paid_on or books.today, amount, value_of(parse_text, options.reason, "--reason"),
        optional(parse_text, options.method, "--method"), optional(parse_text, options.reference, "--reference"), notes_of(options.notes),
        optional(parse_text, options.external_id, "--external-id"),
    )  # fmt: skip


def _named(options: RefundOptions) -> list[tuple[str, str, str | None]]:
    both = (("payment", options.payments), ("credit-note", options.credit_notes))
    named = [(kind, *text.partition(":")) for kind, texts in both for text in texts]
    if len({(kind, name) for kind, name, _, _ in named}) != len(named):
        raise UsageError("a payment or credit note is named twice", "give one amount for it")
    return [(kind, name, amount if sep else None) for kind, name, sep, amount in named]


def _fact(books: Books, kind: str, name: str) -> PaymentFact | CreditNoteFact:
    books.path(kind, name)
    fact = queries.payment(books.index, name) if kind == "payment" else queries.credit_note(books.index, name)
    assert fact is not None
    return fact


def _currency_of(books: Books, options: RefundOptions) -> str | None:
    return next((_fact(books, kind, name).currency for kind, name, _ in _named(options)), None)


def _sources(books: Books, options: RefundOptions, request: RefundRequest) -> list[Source]:
    from billcli.core.refund import Source

    named = _named(options)
    if not named:
        free = balances.free_sources(books.index, date.max)
        named = [
            (each.kind, each.name, None)
            for each in free
            if each.amount > 0 and (each.customer, each.currency) == (request.customer, request.currency)
        ]
    sources = []
    for kind, name, text in named:
        fact = _fact(books, kind, name)
        if fact.customer != request.customer:
            raise BillError(f"{name} belongs to {fact.customer}, not to {request.customer}", "money goes back to whom it came from")
        if fact.currency != request.currency:
            raise BillError(f"{name} is in {fact.currency}, the refund in {request.currency}", "currencies never mix")
        wanted = minor_of(text, request.currency, f"--{kind}") if text is not None else None
        changes = settling.source_free(books, fact)
        if isinstance(fact, CreditNoteFact) and (kept := lasting(changes) - settling.spendable(books, fact)):
            changes = [Change(date.min, -kept), *changes]  # credit for an invoice that is not paid belongs to that invoice
        sources.append(Source(kind, name, changes, wanted, books.path(kind, name), named=bool(options.payments or options.credit_notes)))
    return sources


def _repeated(books: Books, options: RefundOptions, request: RefundRequest) -> Plan | None:
    """The first answer again for an external id that was used; an error where it meant something else."""
    made = made_before(books, "refund", request.external_id)
    if made is None:
        return None
    there = queries.refund(books.index, made)
    assert there is not None
    drawn = {(each.source_kind, each.source): each.amount for each in queries.draws_of(books.index, made)}
    same = (there.customer, there.currency) == (request.customer, request.currency) and request.amount in (None, there.amount)
    for kind, name, text in _named(options):
        wanted = minor_of(text, request.currency, f"--{kind}") if text is not None else None
        same = same and (kind, name) in drawn and wanted in (None, drawn[kind, name])
    return answered("refund", made, request.external_id, same=same)


def plan_reverse(refund_id: str, reason: str, on: date | None) -> Planner:
    """The money came back: the bank could not deliver it."""

    def planner(books: Books) -> Plan:
        from billcli.core.refund import plan_reverse, reversal_day

        refund = books.refund(refund_id)
        value_on = on or books.today
        day = reversal_day(refund, value_on, books.settings(), books.today)
        return plan_reverse(refund, books.path("refund", refund_id), day, value_on, reason)

    return planner


_COLUMNS = (
    Column("refund", "Refund"),
    Column("customer", "Customer"),
    Column("paid_on", "Paid", "day"),
    Column("method", "Method", minor=True),
    Column("currency", "Cur"),
    Column("amount", "Amount", "money"),
    Column("reversed_on", "Came back", "day", minor=True),
)


def refund_list(books: Books, as_of: date, customer: str | None) -> Report:
    """Refunds by day."""
    if customer:
        books.path("customer", customer)
    rows = [
        (
            each.id,
            each.customer,
            each.paid_on,
            each.method,
            each.currency,
            Money(each.amount, each.currency),
            ended(each.reversed_on, as_of),
        )
        for each in queries.refunds(books.index, as_of)
        if not customer or each.customer == customer
    ]
    return Report("refunds", as_of, _COLUMNS, rows, currency_totals(_COLUMNS, rows))


def refund_view(books: Books, refund_id: str, as_of: date) -> View:
    """The refund with what it draws on."""
    from billcli.core.document import document_data
    from billcli.core.views import refund_fields

    document = books.refund(refund_id)
    columns = (Column("kind", "Kind"), Column("source", "Of"), Column("on", "Booked", "day"), Column("amount", "Amount", "money"),
               Column("ended_on", "Ended", "day"))  # fmt: skip
    rows = [
        (row.source_kind, row.source, row.booked_on, Money(row.amount, document.currency), ended(row.ended_on, as_of))
        for row in queries.draws_of(books.index, refund_id)
        if row.booked_on <= as_of
    ]
    table = Report("draws", as_of, columns, rows)
    return View("refund", refund_id, as_of, refund_fields(document, as_of), [("Draws on", table)], document_data(document))
