"""Use cases on payments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app import settling
from billcli.app.amounts import minor_of, notes_of, optional, value_of
from billcli.app.books import Books
from billcli.app.repeated import answered, made_before
from billcli.core.plan import Plan
from billcli.core.report import Column, Report, View, currency_totals
from billcli.core.settlement import balance, ended, invoice_changes, lasting
from billcli.errors import BillError, NeedsPerson, UsageError
from billcli.index import queries
from billcli.model.money import Money
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.facts import PaymentFact
    from billcli.core.payment import PaymentRequest
    from billcli.model.settings import Settings


class PaymentOptions(NamedTuple):
    """As typed: amounts are text until the currency is known; ``invoices`` are ``N`` or ``N:AMOUNT``, ``received`` is ``"110.00 USD"``."""

    customer: str
    amount: str
    received_on: date | None = None
    currency: str | None = None
    invoices: tuple[str, ...] = ()
    policy: str | None = None
    fee: str | None = None
    received: str | None = None
    discount: bool = True
    write_off_rest: bool = False
    for_other: bool = False
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
        from billcli.core.allocation import Purse, allocate
        from billcli.core.days import check_not_ahead, first_open_day
        from billcli.core.payment import payment_document, plan_payment
        from billcli.core.settlement import Change

        settings = books.settings()
        request = _request(books, options, settings)
        if (known := _repeated(books, request, dated=options.received_on is not None)) is not None:
            return known
        check_not_ahead(request.received_on, books.today, "money is recorded when it has come")
        booked_on = first_open_day(settings, request.received_on)
        money = [Change(booked_on, request.amount)]
        wishes, found = settling.chosen(books, request.customer, request.currency, request.wishes, request.policy, request.reference, money)
        others = settling.others(books, request.customer, (found[wish.invoice] for wish in wishes), allowed=options.for_other)
        purse = Purse(
            "the payment", request.currency, money, request.received_on, booked_on, fee=request.fee, fee_waits=not wishes,
            discount=options.discount, write_off_rest=options.write_off_rest,
        )  # fmt: skip
        done = allocate(purse, wishes, found, settings)
        like = queries.like_payments(books.index, request.customer, request.received_on)
        twins = [each.id for each in like if (each.amount, each.currency) == (request.amount, request.currency)]
        if twins and not (options.again or request.external_id):
            raise NeedsPerson(f"{twins[0]} has the same customer, day and amount", "if this is another payment, add --again")
        taken = frozenset(each.id.casefold() for each in like)
        relies_on = ["ledger.yaml", *dict.fromkeys(books.path("invoice", row.invoice) for row in done.rows)]
        payment = payment_document(request._replace(for_others=others), done.rows, booked_on, taken)
        return plan_payment(payment, relies_on, twins, done.notes, settling.discount_taxes(books, done.rows))

    return planner


def _request(books: Books, options: PaymentOptions, settings: Settings) -> PaymentRequest:
    from billcli.core.defaults import defaults
    from billcli.core.early_payment import limit
    from billcli.core.payment import PaymentRequest

    customer = books.customer(options.customer)
    named = settling.named_invoices(options.invoices)
    facts = queries.invoices(books.index, [number for number, _ in named])
    for number, _ in named:
        if number not in facts:
            books.path("invoice", number)
    currency = options.currency or next((each.currency for each in facts.values()), None)
    currency = currency or str(defaults(settings, books.categories(), customer)["currency"].value)
    amount = minor_of(options.amount, currency, "--amount")
    if amount == 0:
        raise UsageError(f"--amount: {quoted(options.amount)} is nothing", "give what came in")
    if options.policy == "by-reference" and not options.reference:
        raise UsageError(
            "--policy by-reference looks for invoices in --reference, which is missing", '--reference "the text of the transfer"'
        )
    fee = minor_of(options.fee, currency, "--fee") if options.fee is not None else 0
    most = limit(settings.settlement.bank_charge, currency)
    if fee > most:
        message = f"a fee of {Money(fee, currency)} is more than banks may keep here: {Money(most, currency)}"
        raise BillError(message, "the limit is settlement: bank_charge in ledger.yaml")
    return PaymentRequest(
        customer=options.customer, amount=amount, currency=currency, received_on=options.received_on or books.today,
        wishes=settling.wishes(books, named, currency), policy=settling.policy_of(options.policy),
        received=_received(options.received, currency), fee=fee, method=options.method, payer_name=options.payer_name,
        payer_iban=options.payer_iban, reference=options.reference, notes=notes_of(options.notes), external_id=options.external_id,
    )  # fmt: skip


def _received(text: str | None, currency: str) -> tuple[Any, str] | None:
    """What came in, as typed: ``110.00 USD``."""
    from billcli.model.values import amount_in, parse_currency

    if text is None:
        return None
    amount, _, code = text.strip().partition(" ")
    if not code:
        raise UsageError(f"--received: {quoted(text)} is not an amount and its currency", 'write it as "110.00 USD"')
    other = value_of(parse_currency, code.strip(), "--received")
    if other == currency:
        raise UsageError(f"--received: {quoted(text)} is in the currency of the payment", "it says what came in where that was another one")
    came = value_of(lambda typed: amount_in(typed, other), amount, "--received")
    if not came:
        raise UsageError(f"--received: {quoted(text)} is nothing", "give what came in")
    return came, other


def _repeated(books: Books, request: PaymentRequest, *, dated: bool) -> Plan | None:
    """The first answer again for an external id that was used; an error where it meant other money or other invoices."""
    made = made_before(books, "payment", request.external_id)
    if made is None:
        return None
    payment = queries.payment(books.index, made)
    assert payment is not None
    allocated: dict[str, int] = {}
    for row in queries.settlements_from(books.index, "payment", made):
        if row.kind == "payment":
            allocated.setdefault(row.invoice, row.amount)  # as it was given at first, whatever was taken back since
    same = (payment.customer, payment.amount, payment.currency) == (request.customer, request.amount, request.currency)
    same = same and (not dated or payment.received_on == request.received_on)
    same = same and all(wish.invoice in allocated and wish.amount in (None, allocated[wish.invoice]) for wish in request.wishes)
    return answered("payment", made, request.external_id, same=same)


class AllocateOptions(NamedTuple):
    """As typed; see ``PaymentOptions``."""

    payment: str
    invoices: tuple[str, ...] = ()
    policy: str | None = None
    discount: bool = True
    write_off_rest: bool = False
    for_other: bool = False
    external_id: str | None = None


def plan_allocate(options: AllocateOptions) -> Planner:
    """Gives what is free of a payment to invoices."""

    def planner(books: Books) -> Plan:
        from billcli.core.allocation import Purse, allocate
        from billcli.core.payment import plan_allocate

        payment = books.payment(options.payment)
        fact = queries.payment(books.index, options.payment)
        assert fact is not None
        given = settling.wishes(books, settling.named_invoices(options.invoices), fact.currency)
        if settling.added_before(payment, "allocations", given, options.external_id):
            return Plan("nothing", (), (f"{fact.id} is already allocated so; nothing to do",), {"id": fact.id})
        if fact.reversed_on:
            raise BillError(f"{fact.id} was reversed on {fact.reversed_on}", "there is no money of it")
        free = settling.source_free(books, fact)
        if lasting(free) <= 0:
            raise BillError(f"nothing of {fact.id} is unapplied", f'"bill show {fact.id}" tells what it settles')
        policy = settling.policy_of(options.policy)
        if not given and policy in (None, "manual"):
            raise UsageError("--invoice is missing", "--invoice N[:AMOUNT], or --policy oldest-due, pro-rata or by-reference")
        if policy == "by reference" and not fact.reference:
            raise BillError(f"{fact.id} has no reference to find invoices in", "name them with --invoice, or take another policy")
        wishes, found = settling.chosen(books, fact.customer, fact.currency, given, policy, fact.reference, free)
        others = settling.others(books, fact.customer, (found[wish.invoice] for wish in wishes), allowed=options.for_other)
        settings = books.settings()
        charges = [row for row in queries.settlements_from(books.index, "payment", fact.id) if row.kind == "bank_charge"]
        fees = invoice_changes(date.min, fact.fee, charges)
        purse = Purse(
            "the payment", fact.currency, free, fact.received_on, fact.booked_on, fee=max(lasting(fees), 0), fee_waits=True,
            fees=fees, discount=options.discount, write_off_rest=options.write_off_rest,
        )  # fmt: skip
        done = allocate(purse, wishes, found, settings)
        if not done.rows:
            raise BillError(f"no open invoice takes anything of {fact.id}", "name one with --invoice")
        relies_on = dict.fromkeys(["ledger.yaml", *(books.path("invoice", row.invoice) for row in done.rows)])
        also = settling.for_other_edits(payment, others)
        taxes = settling.discount_taxes(books, done.rows)
        path = books.path("payment", fact.id)
        return plan_allocate(payment, path, done.rows, done.notes, tuple(relies_on), also, taxes, options.external_id)

    return planner


def plan_undo(payment_id: str, invoices: tuple[str, ...], reason: str, on: date | None) -> Planner:
    """Takes allocations back, of some invoices or of all: the money is free again, and what was granted with it is gone."""

    def planner(books: Books) -> Plan:
        from billcli.core.days import check_not_ahead, first_open_day
        from billcli.core.payment import Ending, outlasting_granted, plan_undo
        from billcli.core.rows import live_rows

        payment, settings = books.payment(payment_id), books.settings()
        for number in invoices:
            books.path("invoice", number)
        rows = [row for row in live_rows(payment, "allocations") if not invoices or row.invoice in invoices]
        if missing := [number for number in invoices if number not in {row.invoice for row in rows}]:
            raise BillError(f"{payment_id} settles nothing on {missing[0]}", f'"bill show {payment_id}" tells what it settles')
        if not rows:
            raise BillError(f"{payment_id} settles nothing")
        asked = on or books.today
        check_not_ahead(asked, books.today, "an allocation is taken back today or earlier")
        day = first_open_day(settings, asked)
        gone = [(row.invoice, row.at) for row in rows]
        gone += [(row.invoice, row.at) for row in outlasting_granted(payment, rows, day)]
        returned, changes = settling.returning(books, gone, payment_id, day, settings)
        return plan_undo(payment, books.path("payment", payment_id), Ending(rows, day, reason, returned, changes), asked)

    return planner


def plan_reverse(payment_id: str, reason: str, on: date | None, bank_charge: str | None) -> Planner:
    """The bank took the money back: a bounced cheque, a returned debit."""

    def planner(books: Books) -> Plan:
        from billcli.core.payment import Ending, outlasting_rows, plan_reverse, reversal_day
        from billcli.core.rows import live_rows

        payment, settings = books.payment(payment_id), books.settings()
        value_on = on or books.today
        day = reversal_day(payment, value_on, settings, books.today)
        rows = live_rows(payment, "allocations")
        charge = Money(minor_of(bank_charge, payment.currency, "--bank-charge"), payment.currency).amount if bank_charge else None
        gone = [(row.invoice, row.at) for row in rows] + [(row.invoice, row.at) for row in outlasting_rows(payment, day)]
        returned, changes = settling.returning(books, gone, payment_id, day, settings, wholly=True)
        ending = Ending(rows, day, reason, returned, changes)
        return plan_reverse(payment, books.path("payment", payment_id), ending, value_on, charge)

    return planner


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
        Column("reversed_on", "Reversed", "day", minor=True),
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
                ended(each.reversed_on, as_of),
            )
        )
    return Report("payments", as_of, columns, rows, currency_totals(columns, rows))


def _unapplied(books: Books, payment: PaymentFact, as_of: date) -> Money:
    return Money(balance(settling.source_free(books, payment), as_of), payment.currency)


def payment_view(books: Books, payment_id: str, as_of: date) -> View:
    """The payment with what it was used for."""
    from billcli.core.document import document_data
    from billcli.core.views import payment_fields, settlement_table

    payment = books.payment(payment_id)
    fact = queries.payment(books.index, payment_id)
    assert fact is not None
    rows = queries.settlements_from(books.index, "payment", payment_id)
    payer = queries.customer(books.index, payment.customer)
    discounts, data = settling.discounts_taken(books, rows, as_of)
    derived = {"unapplied": _unapplied(books, fact, as_of), "discounts": data}
    table = settlement_table(rows, payment.currency, as_of, "invoice")
    return View(
        "payment",
        payment_id,
        as_of,
        [
            *payment_fields(payment, payer.name if payer else "", derived, as_of),
            *((f"Discount on {number}", text) for number, text in discounts),
        ],
        [("Allocated to", table)],
        {**document_data(payment), **derived},
    )
