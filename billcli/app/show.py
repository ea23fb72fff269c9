"""``bill show ANYTHING``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from billcli.app.approval import approval_view
from billcli.app.books import Books
from billcli.app.credit_note import credit_note_view
from billcli.app.customer import customer_view
from billcli.app.draft import draft_view
from billcli.app.finding import finding_view
from billcli.app.hold_state import hold_view
from billcli.app.invoice import invoice_view
from billcli.app.payment import payment_view
from billcli.app.reconcile.line import line_view
from billcli.app.recurring_show import recurring_view
from billcli.app.refund import refund_view
from billcli.app.remind import reminder_view
from billcli.app.write_off import write_off_view
from billcli.core.report import Column, Report, View
from billcli.errors import BillError
from billcli.index import find
from billcli.model.values import quoted


def _delivery(books: Books, delivery_id: str, as_of: date) -> View:
    from billcli.app.outbox.show import delivery_view

    return delivery_view(books, delivery_id, as_of)


VIEWS: dict[str, Callable[[Books, str, date], View]] = {
    "customer": customer_view,
    "invoice": invoice_view,
    "credit-note": credit_note_view,
    "payment": payment_view,
    "draft": draft_view,
    "refund": refund_view,
    "write-off": write_off_view,
    "hold": hold_view,
    "recurring": recurring_view,
    "reminder": reminder_view,
    "approval": approval_view,
    "finding": finding_view,
    "bank-line": line_view,
    "delivery": _delivery,
}


def show_anything(books: Books, text: str, as_of: date) -> Report | View:
    """The document that is meant, or the list of those that could be. Raises ``BillError`` where nothing fits."""
    found = find.search(books.index, text)
    if not found:
        raise BillError(
            f"nothing has {quoted(text)} as its number, id or name",
            '"bill customer list" and "bill invoice list" show what there is',
        )
    if len(found) == 1:
        kind, key = found[0]
        return VIEWS[kind](books, key, as_of)
    return Report("search", as_of, (Column("kind", "Kind"), Column("key", "Number or id")), found)
