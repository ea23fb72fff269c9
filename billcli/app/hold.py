"""Use cases on holds, and the instalments of plans that count on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app.books import Books
from billcli.app.repeated import answered, made_before
from billcli.core.plan import Plan
from billcli.errors import BillError, UsageError
from billcli.index import find, hold_queries, queries
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.hold import HoldRequest, Owed


class HoldOptions(NamedTuple):
    """As typed: amounts are text until the currency is known; ``evidence`` are paths on this machine."""

    kind: str
    reason: str
    invoice: str | None = None
    customer: str | None = None
    on: date | None = None
    until: date | None = None
    amount: str | None = None
    lines: tuple[str, ...] = ()
    instalments: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    external_id: str | None = None
    notes: str | None = None


def plan_new(options: HoldOptions) -> Planner:
    """Begins a hold; evidence from elsewhere is copied into the ledger."""

    def planner(books: Books) -> Plan:
        from billcli.core import hold as core
        from billcli.core.days import check_not_ahead, first_open_day

        given = [name for name in ("amount", "lines", "until", "instalments") if getattr(options, name)]
        core.check_options(options.kind, options.invoice, given)
        invoice, customer = _about(books, options)
        if (known := _repeated(books, options, customer)) is not None:
            return known
        asked = options.on or books.today
        check_not_ahead(asked, books.today, f"the latest possible day is {books.today}")
        on = first_open_day(books.settings(), asked)
        if invoice is not None:
            owed: Owed | None = core.owed_on(invoice, queries.settlements_of(books.index, [invoice.number])[invoice.number], on)
            currency: str | None = invoice.currency
        else:
            owed, currency = _owed_by(books, customer, options, on)
        request, copies = _request(books, options, customer, asked, currency)
        others = [each for each in hold_queries.holds(books.index, date.max) if each.customer == customer]
        taken = find.in_use(books.index, "hold")
        return core.plan_new(request, on, owed, others, taken, copies)

    return planner


def _about(books: Books, options: HoldOptions) -> tuple[Any, str]:
    """The invoice, where there is one, and the customer. Raises ``UsageError`` where it is neither, or they do not go together."""
    if options.invoice is None:
        if options.customer is None:
            raise UsageError("a hold is about an invoice or a customer", "name it with --invoice or --customer")
        books.path("customer", options.customer)
        return None, options.customer
    books.path("invoice", options.invoice)
    invoice = queries.invoice(books.index, options.invoice)
    assert invoice is not None
    if options.customer not in (None, invoice.customer):
        raise BillError(f"{invoice.number} belongs to {invoice.customer}, not to {options.customer}", "leave --customer out")
    return invoice, invoice.customer


def _owed_by(books: Books, customer: str, options: HoldOptions, on: date) -> tuple[Owed | None, str | None]:
    """What the customer owes in the currency of its open invoices; only a promise asks for it."""
    from billcli.core.defaults import defaults
    from billcli.core.hold import Owed
    from billcli.index import balances

    if options.kind != "promise":
        return None, None
    mine = balances.open_invoices(books.index, on, customer)
    currencies = sorted({each.currency for each in mine})
    currency = currencies[0] if len(currencies) == 1 else None
    if currency is None:
        currency = str(defaults(books.settings(), books.categories(), books.customer(customer))["currency"].value)
    open_ = sum(each.open for each in mine if options.amount is None or each.currency == currency)
    return Owed(customer, open_, open_), currency


def _request(books: Books, options: HoldOptions, customer: str, asked: date, currency: str | None) -> tuple[HoldRequest, list[Any]]:
    from billcli.app.amounts import minor_of, notes_of, optional, value_of
    from billcli.core.hold import HoldRequest, line_total
    from billcli.model.values import parse_text

    amount = minor_of(options.amount, currency, "--amount") if options.amount and currency else None
    if amount == 0:
        raise UsageError(f"--amount: {quoted(options.amount or '')} is nothing", "leave it out to hold all of it")
    lines = tuple(dict.fromkeys(_line(text) for text in options.lines))
    if lines and options.invoice:
        amount = line_total(books.invoice(options.invoice), lines)
        if amount == 0:
            raise BillError(f"these lines of {options.invoice} cost nothing", "a dispute is about something to be paid")
    named, copies = _evidence(books, options.evidence)
    parts = tuple(_instalment(text, currency or "") for text in options.instalments)
    return HoldRequest(
        kind=options.kind, customer=customer, invoice=options.invoice, on=asked, reason=value_of(parse_text, options.reason, "--reason"),
        until=options.until, amount=amount, currency=currency, lines=lines, instalments=parts, evidence=named,
        external_id=optional(parse_text, options.external_id, "--external-id"), notes=notes_of(options.notes),
    ), copies  # fmt: skip


def _line(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        raise UsageError(f"--line {quoted(text)} names no line", "lines count from 1 as they stand in the invoice")
    return int(text)


def _instalment(text: str, currency: str) -> tuple[date, int | None]:
    from billcli.app.amounts import minor_of, value_of
    from billcli.model.values import parse_day

    day, sep, amount = text.partition(":")
    minor = minor_of(amount, currency, "--instalment") if sep else None
    if minor == 0:
        raise UsageError(f"--instalment: {quoted(text)} is over nothing", 'write it as "2026-05-01:250.00"')
    return value_of(parse_day, day, "--instalment"), minor


def _evidence(books: Books, paths: Sequence[str]) -> tuple[tuple[tuple[str, str], ...], list[Any]]:
    """(path in the ledger, SHA-256) of each file, and the copies to be made of those that lie elsewhere."""
    from billcli.app.evidence import Found, found_evidence

    found: list[Found] = [found_evidence(books.root, path) for path in paths]
    names = [each.path for each in found]
    if twice := next((name for at, name in enumerate(names) if name in names[:at]), None):
        raise UsageError(f"--evidence names the same file twice: {quoted(twice)}", "name it once")
    return tuple((each.path, each.sha256) for each in found), [each.copy for each in found if each.copy]


def _repeated(books: Books, options: HoldOptions, customer: str) -> Plan | None:
    """The first answer again for an external id that was used; an error where it meant something else."""
    from billcli.app.amounts import minor_of

    made = made_before(books, "hold", options.external_id)
    fact = hold_queries.hold(books.index, made) if made else None
    if fact is None:
        return None
    same = (fact.kind, fact.customer, fact.invoice, fact.reason) == (options.kind, customer, options.invoice, options.reason)
    same = same and options.until in (None, fact.until) and options.on in (None, fact.booked_on)
    if same and options.amount is not None:
        same = fact.currency is not None and minor_of(options.amount, fact.currency, "--amount") == fact.amount
    if same and options.instalments:
        days = [part.due_on for part in hold_queries.plan_parts_of(books.index, [fact.id]).get(fact.id, [])]
        same = days == [_instalment(text, fact.currency or "")[0] for text in options.instalments]
    return answered("hold", fact.id, options.external_id, same=same)


def plan_release(hold_id: str, outcome: str | None, reason: str | None, on: date | None) -> Planner:
    """Ends a hold; it stays in the books with its outcome."""

    def planner(books: Books) -> Plan:
        from billcli.app.amounts import optional
        from billcli.core import hold as core
        from billcli.core.days import check_day
        from billcli.model.values import parse_text

        day = on or books.today
        hold = books.hold(hold_id)
        made = core.plan_release(hold, books.path("hold", hold_id), day, outcome, optional(parse_text, reason, "--reason"))
        check_day(day, books.settings(), books.today)
        return made

    return planner
