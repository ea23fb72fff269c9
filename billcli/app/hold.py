"""Use cases on holds, and the instalments of plans that count on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app import settling
from billcli.app.books import Books
from billcli.core.instalments import Agreed, due_parts, oldest_due, plans_by_invoice
from billcli.core.plan import Plan
from billcli.core.report import Column, Report, View
from billcli.errors import BillError, UsageError
from billcli.index import queries
from billcli.model.money import Money
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.facts import HoldFact
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


def live_plans(books: Books, as_of: date) -> dict[str, Agreed]:
    """The instalments agreed later that count on that day, by invoice."""
    plans = queries.plans(books.index, as_of)
    if not plans:
        return {}
    from billcli.core.hold import is_live

    live = [(each.id, each.invoice) for each in plans if each.invoice and is_live(each, as_of)]
    return plans_by_invoice(live, queries.plan_parts_of(books.index, [plan for plan, _ in live]))


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
        others = [each for each in queries.holds(books.index, date.max) if each.customer == customer]
        taken = frozenset(name.casefold() for _, name in queries.keys(books.index, "holds", "id"))
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
    mine = [each for each in balances.open_invoices(books.index, on) if each.customer == customer]
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
    from billcli.app.invoice import made_before

    made = made_before(books, "holds", options.external_id)
    fact = queries.hold(books.index, made) if made else None
    if fact is None:
        return None
    same = (fact.kind, fact.customer, fact.invoice, fact.reason) == (options.kind, customer, options.invoice, options.reason)
    same = same and options.until in (None, fact.until) and options.on in (None, fact.booked_on)
    if same and options.amount is not None:
        same = fact.currency is not None and minor_of(options.amount, fact.currency, "--amount") == fact.amount
    if same and options.instalments:
        days = [part.due_on for part in queries.plan_parts_of(books.index, [fact.id]).get(fact.id, [])]
        same = days == [_instalment(text, fact.currency or "")[0] for text in options.instalments]
    if not same:
        raise BillError(f"the external id {quoted(options.external_id or '')} belongs to {fact.id}, which says something else")
    return Plan("nothing", (), (f"{fact.id} is already there; nothing to do",), {"id": fact.id})


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


_COLUMNS = (
    Column("hold", "Hold"),
    Column("kind", "Kind"),
    Column("customer", "Customer"),
    Column("invoice", "Invoice"),
    Column("on", "From", "day", minor=True),
    Column("until", "Until", "day"),
    Column("amount", "Amount", "money"),
    Column("currency", "Cur"),
    Column("live", "Live", minor=True),
    Column("state", "State"),
    Column("reason", "Reason", "prose", minor=True),
)


class HoldFilter(NamedTuple):
    """What ``hold list`` shows; everything given must hold."""

    customer: str | None = None
    invoice: str | None = None
    kind: str | None = None
    live: bool = False


def hold_list(books: Books, wanted: HoldFilter, as_of: date) -> Report:
    """Holds that have begun by that day, with how they stand then."""
    from billcli.core.hold import OUTCOMES, is_live

    if wanted.kind and wanted.kind not in OUTCOMES:
        raise UsageError(f"--kind: {quoted(wanted.kind)} is no kind of hold", "use one of: " + ", ".join(OUTCOMES))
    for kind, name in (("customer", wanted.customer), ("invoice", wanted.invoice)):
        if name:
            books.path(kind, name)
    found = [
        each
        for each in queries.holds(books.index, as_of)
        if (wanted.customer in (None, each.customer))
        and (wanted.invoice in (None, each.invoice))
        and (wanted.kind in (None, each.kind))
        and (not wanted.live or is_live(each, as_of))
    ]
    return hold_table(books, found, as_of)


def hold_table(books: Books, holds: Sequence[HoldFact], as_of: date) -> Report:
    """A row per hold with its state on that day."""
    from billcli.core.hold import is_live

    rows = [
        (
            each.id,
            each.kind,
            each.customer,
            each.invoice,
            each.booked_on,
            each.until,
            Money(each.amount, each.currency) if each.amount is not None and each.currency else None,
            each.currency,
            is_live(each, as_of),
            _state(books, each, as_of),
            each.reason,
        )
        for each in holds
    ]
    return Report("holds", as_of, _COLUMNS, rows)


def _state(books: Books, hold: HoldFact, as_of: date) -> str:
    from billcli.core.hold import hold_state, is_kept

    if hold.kind == "promise":
        if hold.invoice:
            found = [*queries.invoices(books.index, [hold.invoice]).values()]
        else:
            found = queries.invoices_of(books.index, hold.customer, hold.booked_on)
        about = [each for each in found if hold.currency in (None, each.currency)]
        rows = queries.settlements_of(books.index, [each.number for each in about])
        came = 0 if hold.invoice else _came(books, hold, as_of)
        return hold_state(hold, as_of, kept=is_kept(hold, [(each.gross, rows[each.number]) for each in about], came, as_of))
    parts = queries.plan_parts_of(books.index, [hold.id]).get(hold.id) if hold.kind == "plan" else None
    if not parts or not hold.invoice:
        return hold_state(hold, as_of)
    open_ = open_on(books, hold.invoice, as_of)
    if open_ is None:
        return hold_state(hold, as_of)
    filled = due_parts([(part.due_on, part.amount) for part in parts], open_)
    return hold_state(hold, as_of, kept=open_ <= 0, behind=open_ > 0 and oldest_due(filled) < as_of)


def open_on(books: Books, number: str, as_of: date) -> int | None:
    """What is open of an invoice on that day, minor units; None where there is no such invoice."""
    from billcli.core.settlement import counted

    fact = queries.invoice(books.index, number)
    return fact.gross - counted(queries.settlements_of(books.index, [number])[number], as_of) if fact else None


def _came(books: Books, hold: HoldFact, as_of: date) -> int:
    """Money of the customer that came while it was promised and settles nothing yet."""
    from billcli.core.settlement import balance

    found = 0
    for each in queries.payments_of(books.index, hold.customer, hold.booked_on, hold.until or as_of):
        if each.booked_on <= as_of and hold.currency in (None, each.currency):
            found += balance(settling.source_free(books, "payment", each), as_of)
    return found


def hold_view(books: Books, hold_id: str, as_of: date) -> View:
    """The hold with its state on that day. Raises ``BillError`` for a day before it began."""
    from billcli.core.document import document_data
    from billcli.core.hold import hold_fields, is_live
    from billcli.core.instalments import instalment_table

    hold = books.hold(hold_id)
    fact = queries.hold(books.index, hold_id)
    assert fact is not None
    if as_of < fact.booked_on:
        raise BillError(f"{hold_id} begins on {fact.booked_on}, after {as_of}", "look from a later day")
    customer = queries.customer(books.index, hold.customer)
    derived: dict[str, Any] = {"live": is_live(fact, as_of), "state": _state(books, fact, as_of)}
    tables = []
    parts = queries.plan_parts_of(books.index, [hold_id]).get(hold_id)
    if parts and hold.invoice and hold.currency:
        agreed = [(part.due_on, part.amount) for part in parts]
        open_ = open_on(books, hold.invoice, as_of)
        counts = hold_id if derived["live"] and open_ is not None else ""
        tables.append(("Instalments", instalment_table([(hold_id, agreed)], counts, open_ or 0, hold.currency, as_of)))
    columns = (Column("file", "File"), Column("sha256", "SHA-256"))
    tables.append(("Evidence", Report("evidence", as_of, columns, [(each.file, each.sha256) for each in hold.evidence])))
    fields = hold_fields(hold, customer.name if customer else "", derived, as_of)
    return View("hold", hold_id, as_of, fields, tables, {**document_data(hold), **derived})


def holds_by_invoice(books: Books, as_of: date) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The kinds of holds that count on that day, by invoice, and by customer where they are on all of its invoices."""
    on_invoice: dict[str, list[str]] = {}
    on_customer: dict[str, list[str]] = {}
    for each in queries.holds(books.index, as_of):
        from billcli.core.hold import is_live

        if is_live(each, as_of):
            kinds = on_invoice.setdefault(each.invoice, []) if each.invoice else on_customer.setdefault(each.customer, [])
            if each.kind not in kinds:
                kinds.append(each.kind)
    return on_invoice, on_customer


def holds_on(books: Books, number: str, customer: str, as_of: date) -> list[HoldFact]:
    """All holds on an invoice or on its customer that have begun by that day, released ones too."""
    return [
        each for each in queries.holds(books.index, as_of) if each.invoice == number or (not each.invoice and each.customer == customer)
    ]
