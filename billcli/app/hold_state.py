"""Holds as they stand on a day: listed, shown, and what they do to invoices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.app.books import Books
from billcli.core.facts import HoldFact, Settlement
from billcli.core.hold_state import OUTCOMES, hold_state, is_kept, is_live
from billcli.core.instalments import Agreed, due_parts, oldest_due, plans_by_invoice
from billcli.core.report import Column, Report, View
from billcli.core.settlement import balance, counted
from billcli.errors import BillError, UsageError
from billcli.index import hold_queries, queries
from billcli.model.money import Money
from billcli.model.values import quoted


def live_plans(books: Books, as_of: date) -> dict[str, Agreed]:
    """The instalments agreed later that count on that day, by invoice."""
    plans = hold_queries.plans(books.index, as_of)
    if not plans:
        return {}
    live = [(each.id, each.invoice) for each in plans if each.invoice and is_live(each, as_of)]
    return plans_by_invoice(live, hold_queries.plan_parts_of(books.index, [plan for plan, _ in live]))


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
    if wanted.kind and wanted.kind not in OUTCOMES:
        raise UsageError(f"--kind: {quoted(wanted.kind)} is no kind of hold", "use one of: " + ", ".join(OUTCOMES))
    for kind, name in (("customer", wanted.customer), ("invoice", wanted.invoice)):
        if name:
            books.path(kind, name)
    found = [
        each
        for each in hold_queries.holds(books.index, as_of)
        if (wanted.customer in (None, each.customer))
        and (wanted.invoice in (None, each.invoice))
        and (wanted.kind in (None, each.kind))
        and (not wanted.live or is_live(each, as_of))
    ]
    return hold_table(books, found, as_of)


def hold_table(books: Books, holds: Sequence[HoldFact], as_of: date) -> Report:
    """A row per hold with its state on that day."""
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
    if hold.kind == "promise":
        came = 0 if hold.invoice else money_came(books, hold, as_of)
        return hold_state(hold, as_of, kept=is_kept(hold, promised(books, hold), came, as_of))
    parts = hold_queries.plan_parts_of(books.index, [hold.id]).get(hold.id) if hold.kind == "plan" else None
    if not parts or not hold.invoice:
        return hold_state(hold, as_of)
    open_ = open_on(books, hold.invoice, as_of)
    if open_ is None:
        return hold_state(hold, as_of)
    filled = due_parts([(part.due_on, part.amount) for part in parts], open_)
    return hold_state(hold, as_of, kept=open_ <= 0, behind=open_ > 0 and oldest_due(filled) < as_of)


def promised(books: Books, hold: HoldFact) -> list[tuple[int, Sequence[Settlement]]]:
    """The gross and the settlements of each invoice that a promise is about: its own, else all that the customer had by then."""
    if hold.invoice:
        found = [*queries.invoices(books.index, [hold.invoice]).values()]
    else:
        found = queries.invoices_of(books.index, hold.customer, hold.booked_on)
    about = [each for each in found if hold.currency in (None, each.currency)]
    rows = queries.settlements_of(books.index, [each.number for each in about])
    return [(each.gross, rows[each.number]) for each in about]


def open_on(books: Books, number: str, as_of: date) -> int | None:
    """What is open of an invoice on that day, minor units; None where there is no such invoice."""
    fact = queries.invoice(books.index, number)
    return fact.gross - counted(queries.settlements_of(books.index, [number])[number], as_of) if fact else None


def money_came(books: Books, hold: HoldFact, as_of: date) -> int:
    """Money of the customer that came while it was promised and settles nothing yet."""
    from billcli.app.settling import source_free  # with half of what settles; most lists and reports hold no promise

    found = 0
    for each in queries.payments_of(books.index, hold.customer, hold.booked_on, hold.until or as_of):
        if each.booked_on <= as_of and hold.currency in (None, each.currency):
            found += balance(source_free(books, each), as_of)
    return found


def hold_view(books: Books, hold_id: str, as_of: date) -> View:
    """The hold with its state on that day. Raises ``BillError`` for a day before it began."""
    from billcli.core.document import document_data
    from billcli.core.instalments import instalment_table
    from billcli.core.views import hold_fields

    hold = books.hold(hold_id)
    fact = hold_queries.hold(books.index, hold_id)
    assert fact is not None
    if as_of < fact.booked_on:
        raise BillError(f"{hold_id} begins on {fact.booked_on}, after {as_of}", "look from a later day")
    customer = queries.customer(books.index, hold.customer)
    derived: dict[str, Any] = {"live": is_live(fact, as_of), "state": _state(books, fact, as_of)}
    tables = []
    parts = hold_queries.plan_parts_of(books.index, [hold_id]).get(hold_id)
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
    for each in hold_queries.holds(books.index, as_of):
        if is_live(each, as_of):
            kinds = on_invoice.setdefault(each.invoice, []) if each.invoice else on_customer.setdefault(each.customer, [])
            if each.kind not in kinds:
                kinds.append(each.kind)
    return on_invoice, on_customer


def holds_on(books: Books, number: str, customer: str, as_of: date) -> list[HoldFact]:
    """All holds on an invoice or on its customer that have begun by that day, released ones too."""
    return [
        each
        for each in hold_queries.holds(books.index, as_of)
        if each.invoice == number or (not each.invoice and each.customer == customer)
    ]
