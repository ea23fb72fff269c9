"""What a customer will owe by what is prepared: drafts, and the next invoice of a recurring template."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from billcli.app.books import Books
from billcli.errors import BillError
from billcli.model.money import Money
from billcli.model.values import BadValue


def draft_amount(books: Books, draft_id: str, day: date) -> tuple[str, str, int] | str:
    """(customer, currency, gross in minor units), or why it comes to nothing yet."""
    from billcli.core.draft import as_issued

    draft = books.draft(draft_id)
    try:
        invoice = as_issued(draft, _master(books, draft.customer), day)
    except BillError as error:
        return error.message
    return invoice.customer, invoice.currency, Money.of(invoice.totals.gross, invoice.currency).minor


def recurring_amount(books: Books, template: str, day: date, made: Collection[str] = ()) -> tuple[str, str, int] | str | None:
    """The same of the next period of a template that is not made yet, nor by this command (``made``); None where no more begins."""
    from billcli.app.recurring import as_issued
    from billcli.app.repeated import made_before
    from billcli.core.recurring import due_on, external_id, periods, rhythm_of
    from billcli.model.recurring import Recurring

    found = books.document(books.path("recurring", template), Recurring)
    try:
        rhythm = rhythm_of(found)
    except BadValue as bad:
        return bad.message
    for period in periods(rhythm):
        key = external_id(found.id, period.begins_on)
        if due_on(period, rhythm) >= day and key not in made and not any(made_before(books, kind, key) for kind in ("invoice", "draft")):
            try:
                invoice = as_issued(books, found, period, max(day, due_on(period, rhythm)), books.settings())
            except BillError as error:
                return error.message
            return invoice.customer, invoice.currency, Money.of(invoice.totals.gross, invoice.currency).minor
    return None


def _master(books: Books, customer: str) -> Any:
    from billcli.core.invoice import Master

    return Master(books.settings(), books.categories(), books.items(), books.customer(customer))
