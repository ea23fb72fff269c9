"""The last look at a notice before it is handed over, under the ledger lock."""

from __future__ import annotations

from billcli.app.books import Books
from billcli.app.dunning import accounts, dunning_of
from billcli.core.dunning.recheck import meanwhile
from billcli.core.facts import DeliveryFact
from billcli.index import delivery_queries, queries, reminder_queries


def recheck(books: Books, delivery: DeliveryFact) -> str | None:
    """Why the notice of this delivery must not go any more; None where it may."""
    names = delivery_queries.documents_of(books.index, delivery.id)
    notice = reminder_queries.reminder(books.index, names[0]) if names else None
    if notice is None:
        return "its notice is gone"
    items = reminder_queries.items_of(books.index, [notice.id])[notice.id]
    void = [each.number for each in queries.invoices(books.index, [each.invoice for each in items]).values() if each.voided_on]
    if void:
        return f"{void[0]} is void"
    dunning = dunning_of(books)
    mine = accounts(books, dunning, books.today, {notice.customer})
    account = next((each for each in mine if each.currency == notice.currency), None)
    return meanwhile(notice, items, account, dunning, books.today)
