"""Use cases on drafts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from billcli.app.books import Books
from billcli.app.master import master
from billcli.core.plan import Plan, Remove
from billcli.core.report import Column, Report, View, counted, currency_totals
from billcli.errors import BillError
from billcli.index import find
from billcli.model.money import Money

if TYPE_CHECKING:
    from billcli.app.write import Planner


_COLUMNS = (
    Column("draft", "Draft"),
    Column("customer", "Customer"),
    Column("lines", "Lines", "count", minor=True),
    Column("issued_on", "For", "day", minor=True),
    Column("currency", "Cur"),
    Column("net", "Net", "money"),
    Column("gross", "Gross", "money"),
    Column("note", "Note", "prose", minor=True),
)


def draft_list(books: Books, as_of: date) -> Report:
    """Drafts by id with what they would come to; one that could not be issued as it stands says why, and is in no total."""
    every = [_row(books, draft_id, as_of) for draft_id in find.keys(books.index, "draft")]
    counting = [row for row in every if row[6] is not None]
    left = len(every) - len(counting)
    notes = (f"{counted(left, 'draft')} cannot be issued so and {'is' if left == 1 else 'are'} in no total",) if left else ()
    return Report("drafts", as_of, _COLUMNS, every, currency_totals(_COLUMNS, counting), notes)


def _row(books: Books, draft_id: str, as_of: date) -> tuple[Any, ...]:
    from billcli.core.draft import as_issued

    draft = books.draft(draft_id)
    head = (draft_id, draft.customer, len(draft.lines), draft.issued_on)
    try:
        invoice = as_issued(draft, master(books, draft.customer), as_of)
    except BillError as error:
        return (*head, draft.currency, None, None, error.message)
    currency = invoice.currency
    return (*head, currency, Money.of(invoice.totals.net, currency), Money.of(invoice.totals.gross, currency), None)


def draft_view(books: Books, draft_id: str, as_of: date) -> View:
    """What the draft says; figures come with the issue."""
    from billcli.core.document import document_data
    from billcli.core.views import adjusted, period

    draft = books.draft(draft_id)
    data, currency = document_data(draft), draft.currency or books.settings().currency
    fields: list[tuple[str, Any]] = [
        ("Draft" if key == "id" else key.replace("_", " ").capitalize(), value)
        for key, value in data.items()
        if not isinstance(value, tuple | dict)
    ]
    fields += [("Service", period(draft.service_period))] if draft.service_period else []
    fields += [
        (f"{each.kind.capitalize()}{f', {each.description}' if each.description else ' on the whole'}", adjusted(each, currency))
        for each in draft.adjustments
    ]
    columns = (
        Column("description", "Description", "prose"),
        Column("quantity", "Quantity", "number"),
        Column("unit_price", "Price", "number"),
        Column("adjustments", "Adjusted", minor=True),
        Column("tax", "Tax"),
    )
    lines = [
        (line.description, format(line.quantity, "f"), format(line.unit_price, "f"),
         ", ".join(adjusted(each, currency) for each in line.adjustments) or None, line.tax)
        for line in draft.lines
    ]  # fmt: skip
    return View("draft", draft_id, as_of, fields, [("Lines", Report("lines", as_of, columns, lines))], data)


def plan_delete(draft_id: str) -> Planner:
    """Drafts may be thrown away; they have no number."""

    def planner(books: Books) -> Plan:
        from billcli.core.recurring import period_of

        path = books.path("draft", draft_id)
        named = period_of(books.draft(draft_id).external_id or "")
        gone = [f"  {named[0]} does not make the period from {named[1]} again"] if named else []
        return Plan("draft delete", (Remove(path),), (f"draft {draft_id} is deleted", *gone), {"id": draft_id}, relies_on=(path,))

    return planner
