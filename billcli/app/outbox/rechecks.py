"""Why a delivery that was planned must not go any more: asked under the ledger lock, right before it does."""

from __future__ import annotations

from collections.abc import Callable

from billcli.app.books import Books
from billcli.core.facts import DeliveryFact
from billcli.index import delivery_queries, queries

Recheck = Callable[[Books, DeliveryFact], str | None]


def _invoice(books: Books, delivery: DeliveryFact) -> str | None:
    for number in delivery_queries.documents_of(books.index, delivery.id):
        invoice = queries.invoice(books.index, number)
        if invoice is None or invoice.voided_on:
            return f"{number} is void" if invoice else f"{number} is not in the books"
    return None


def _credit_note(books: Books, delivery: DeliveryFact) -> str | None:
    for number in delivery_queries.documents_of(books.index, delivery.id):
        note = queries.credit_note(books.index, number)
        if note is None or note.voided_on:
            return f"{number} is void" if note else f"{number} is not in the books"
    return None


def _reminder(books: Books, delivery: DeliveryFact) -> str | None:
    from billcli.app.remind_recheck import recheck

    return recheck(books, delivery)


RECHECKS: dict[str, Recheck] = {"invoice": _invoice, "credit-note": _credit_note, "reminder": _reminder}
"""By kind of delivery; None means that it goes. A kind that is not here always goes."""


def why_not(books: Books, delivery: DeliveryFact) -> str | None:
    check = RECHECKS.get(delivery.kind)
    return check(books, delivery) if check else None
