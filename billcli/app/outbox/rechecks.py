"""Why a delivery that was planned must not go any more: asked under the ledger lock, right before it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from billcli.app.books import Books
from billcli.core.delivery import MOVED, delivery_id, delivery_key, folded, reachable
from billcli.core.facts import DeliveryFact
from billcli.index import delivery_queries, find, queries, reminder_queries
from billcli.model.delivery import Delivery

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
    return outdated(books, delivery) or moved(books, delivery)


def outdated(books: Books, delivery: DeliveryFact) -> str | None:
    """Why nobody is to get this any more."""
    check = RECHECKS.get(delivery.kind)
    return check(books, delivery) if check else None


def moved(books: Books, delivery: DeliveryFact) -> str | None:
    """What became of its recipient, who is no contact for it any more; None for a contact, or an address that a person named."""
    path = find.path_of(books.index, "customer", delivery.customer)
    if delivery.channel != "mail" or path is None or delivery.recipient is None:
        return None
    documents = delivery_queries.documents_of(books.index, delivery.id)
    roles = _roles(books, delivery, documents)
    contacts = books.customer(delivery.customer).contacts
    if any(each.email and each.role in roles and folded(each.email) == folded(delivery.recipient) for each in contacts):
        return None
    where = find.path_of(books.index, "delivery", delivery.id)
    if where is None or books.document(where, Delivery).to_given:
        return None
    now = [each.email for each in reachable(contacts, roles) if each.email]
    stem = documents[0] if documents else delivery.customer
    ids = {each: delivery_id(delivery.kind, stem, delivery_key(delivery.kind, documents, delivery.about, "mail", each)) for each in now}
    known = delivery_queries.by_ids(books.index, list(ids.values()))
    fresh = [each for each in now if ids[each] not in known]
    if now and not fresh:
        return f"{delivery.recipient} is no contact any more"
    return f"{MOVED} to {', '.join(fresh)}" if now else f"{MOVED}: {delivery.recipient} is no contact any more, and nobody else is"


def _roles(books: Books, delivery: DeliveryFact, documents: Sequence[str]) -> tuple[str, ...]:
    notice = reminder_queries.reminder(books.index, documents[0]) if delivery.kind == "reminder" and documents else None
    if notice is None:
        return ("billing",)
    from billcli.core.dunning.policy import roles_for

    return tuple(roles_for(notice.level))
