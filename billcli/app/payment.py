"""Use cases on payments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app.amounts import minor_of, notes_of, optional
from billcli.app.books import Books
from billcli.app.invoice import made_before
from billcli.core.plan import Plan
from billcli.core.report import Column, Report, View, currency_totals
from billcli.core.settlement import balance, source_changes
from billcli.errors import BillError, NeedsPerson, UsageError
from billcli.index import queries
from billcli.model.money import Money
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner


class PaymentOptions(NamedTuple):
    """As typed: amounts are text until the currency is known; ``invoices`` are ``N`` or ``N:AMOUNT``."""

    customer: str
    amount: str
    received_on: date | None = None
    currency: str | None = None
    invoices: tuple[str, ...] = ()
    oldest_first: bool = False
    method: str | None = None
    payer_name: str | None = None
    payer_iban: str | None = None
    reference: str | None = None
    notes: str | None = None
    external_id: str | None = None
    again: bool = False


def text_options(
    currency: str | None,
    method: str | None,
    payer_name: str | None,
    payer_iban: str | None,
    reference: str | None,
    external_id: str | None,
) -> dict[str, str | None]:
    """The options that are plain words, each checked. Raises ``UsageError`` naming the option."""
    from billcli.model import values

    typed: dict[str, tuple[str | None, Callable[[str], str]]] = {
        "currency": (currency, values.parse_currency), "method": (method, values.parse_text), "payer_name": (payer_name, values.parse_text),
        "payer_iban": (payer_iban, values.parse_iban), "reference": (reference, values.parse_text),
        "external_id": (external_id, values.parse_text),
    }  # fmt: skip
    return {name: optional(parse, text, "--" + name.replace("_", "-")) for name, (text, parse) in typed.items()}


def plan_add(options: PaymentOptions) -> Planner:
    """Records money received and allocates it as asked; the rest stays as the customer's credit."""

    def planner(books: Books) -> Plan:
        from billcli.core.numbering import first_open_day
        from billcli.core.payment import allocate, payment_document, plan_payment

        settings = books.settings()
        request = _request(books, options, settings)
        if (known := _repeated(books, request, dated=options.received_on is not None)) is not None:
            return known
        if request.received_on > books.today:
            raise BillError(f"{request.received_on} is in the future", "money is recorded when it has come")
        targets, oldest = _targets(books, request)
        booked_on = first_open_day(settings, request.received_on)
        rows = allocate(request, booked_on, targets, oldest, settings)
        like = queries.like_payments(books.index, request.customer, request.received_on)
        twins = [each.id for each in like if (each.amount, each.currency) == (request.amount, request.currency)]
        if twins and not (options.again or request.external_id):
            raise NeedsPerson(f"{twins[0]} has the same customer, day and amount", "if this is another payment, add --again")
        taken = frozenset(each.id.casefold() for each in like)
        relies_on = ["ledger.yaml", *(books.path("invoice", row.invoice) for row in rows)]
        return plan_payment(payment_document(request, rows, booked_on, taken), relies_on, twins)

    return planner


def _request(books: Books, options: PaymentOptions, settings: Any) -> Any:
    from billcli.core.defaults import defaults
    from billcli.core.payment import PaymentRequest, Wish

    customer = books.customer(options.customer)
    named = [text.partition(":") for text in options.invoices]
    facts = queries.invoices(books.index, [number for number, _, _ in named])
    for number, _, _ in named:
        if number not in facts:
            books.path("invoice", number)
    currency = options.currency or next((each.currency for each in facts.values()), None)
    currency = currency or str(defaults(settings, books.categories(), customer)["currency"].value)
    amount = minor_of(options.amount, currency, "--amount")
    if amount == 0:
        raise UsageError(f"--amount: {quoted(options.amount)} is nothing", "give what came in")
    if len({number for number, _, _ in named}) != len(named):
        raise UsageError("--invoice names an invoice twice", "give one amount for it")
    wishes = tuple(Wish(number, minor_of(part, currency, "--invoice") if sep else None) for number, sep, part in named)
    return PaymentRequest(
        customer=options.customer, amount=amount, currency=currency, received_on=options.received_on or books.today, wishes=wishes,
        oldest_first=options.oldest_first, method=options.method, payer_name=options.payer_name, payer_iban=options.payer_iban,
        reference=options.reference, notes=notes_of(options.notes), external_id=options.external_id,
    )  # fmt: skip


def _repeated(books: Books, request: Any, *, dated: bool) -> Plan | None:
    """The first answer again for an external id that was used; an error where it meant other money or other invoices."""
    made = made_before(books, "payments", request.external_id)
    if made is None:
        return None
    payment = queries.payment(books.index, made)
    assert payment is not None
    allocated = {row.invoice: row.amount for row in queries.settlements_from(books.index, "payment", made)}
    same = (payment.customer, payment.amount, payment.currency) == (request.customer, request.amount, request.currency)
    same = same and (not dated or payment.received_on == request.received_on)
    if not same or any(wish.invoice not in allocated or wish.amount not in (None, allocated[wish.invoice]) for wish in request.wishes):
        raise BillError(f"the external id {quoted(request.external_id)} belongs to {payment.id}, which says something else")
    return Plan("nothing", (), (f"{payment.id} is already there; nothing to do",), {"id": payment.id})


def _targets(books: Books, request: Any) -> tuple[dict[str, Any], Sequence[str]]:
    from billcli.core.payment import Target

    family = queries.relatives(books.index, request.customer)
    oldest = queries.open_invoices_of(books.index, [request.customer], request.currency) if request.oldest_first else []
    numbers = [*(wish.invoice for wish in request.wishes), *(each.number for each in oldest)]
    facts = queries.invoices(books.index, numbers)
    for fact in facts.values():
        if fact.customer not in family:
            message = f"{fact.number} belongs to {fact.customer}, who is not related to {request.customer}"
            raise BillError(message, "customers are related by parent: in their files")
    rows = queries.settlements_of(books.index, numbers)
    return {number: Target(fact, rows[number]) for number, fact in facts.items()}, [each.number for each in oldest]


def payment_list(
    books: Books, as_of: date, customer: str | None, since: date | None, until: date | None, *, unapplied_only: bool
) -> Report:
    """Payments booked by that day with what was unapplied then."""
    if customer:
        books.path("customer", customer)
    columns = (
        Column("payment", "Payment"),
        Column("customer", "Customer"),
        Column("received_on", "Received", "day"),
        Column("method", "Method", minor=True),
        Column("currency", "Cur"),
        Column("amount", "Amount", "money"),
        Column("unapplied", "Unapplied", "money"),
    )
    rows = []
    for each in queries.payments(books.index, as_of):
        if (customer and each.customer != customer) or (since and each.received_on < since) or (until and each.received_on > until):
            continue
        left = _unapplied(books, each, as_of)
        if unapplied_only and not left.minor:
            continue
        rows.append(
            (
                each.id,
                each.customer,
                each.received_on,
                each.method,
                each.currency,
                Money(each.amount, each.currency),
                left,
            )
        )
    return Report("payments", as_of, columns, rows, currency_totals(columns, rows))


def _unapplied(books: Books, payment: Any, as_of: date) -> Money:
    rows = queries.settlements_from(books.index, "payment", payment.id)
    draws = queries.draws_from(books.index, "payment", payment.id)
    changes = source_changes(payment.booked_on, payment.amount, rows, payment.reversed_on, draws)
    return Money(balance(changes, as_of), payment.currency)


def payment_view(books: Books, payment_id: str, as_of: date) -> View:
    """The payment with what it was used for."""
    from billcli.core.invoice import document_data
    from billcli.core.views import payment_fields, settlement_table

    payment = books.payment(payment_id)
    fact = queries.payment(books.index, payment_id)
    assert fact is not None
    rows = queries.settlements_from(books.index, "payment", payment_id)
    payer = queries.customer(books.index, payment.customer)
    derived = {"unapplied": _unapplied(books, fact, as_of)}
    table = settlement_table(rows, payment.currency, as_of, "invoice")
    return View(
        "payment",
        payment_id,
        as_of,
        payment_fields(payment, payer.name if payer else "", derived),
        [("Allocated to", table)],
        {**document_data(payment), **derived},
    )
