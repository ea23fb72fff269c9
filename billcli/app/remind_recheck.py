"""The last look at a notice before it is handed over, under the ledger lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from billcli.app.books import Books
from billcli.app.dunning import accounts, dunning_of
from billcli.core.delivery import COUNTS, stands
from billcli.core.dunning.levels import WAITS, notice_stands
from billcli.core.dunning.recheck import meanwhile
from billcli.core.facts import DeliveryFact, ReminderFact, ReminderItemFact
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
    if why := _elsewhere(books, notice, items, delivery):
        return why
    dunning = dunning_of(books)
    mine = accounts(books, dunning, books.today, {notice.customer})
    account = next((each for each in mine if each.currency == notice.currency), None)
    return meanwhile(notice, items, account, dunning, books.today)


def _elsewhere(books: Books, notice: ReminderFact, items: Sequence[ReminderItemFact], delivery: DeliveryFact) -> str | None:
    """What another notice says already, or is about to: each level and each claim goes once.

    Of two that wait the later one goes; where this one does not wait, as a person wants it tried again, any that waits is in its way.
    """
    others = {
        each.id: each
        for each in reminder_queries.reminders_about(books.index, [item.invoice for item in items], date.max)
        if each.id != notice.id
    }
    charges = reminder_queries.charges_of(books.index, [notice.id]).get(notice.id, ())
    claims = {each.reminder: each.payment for each in reminder_queries.charges_on(books.index, [each.payment for each in charges])}
    deliveries = reminder_queries.deliveries_of(books.index, [*others, *claims])
    waits = stands(delivery) in WAITS

    def goes(name: str, *, later: bool) -> bool:
        how = notice_stands(deliveries[name]) if deliveries.get(name) else ""
        return how in COUNTS or (how in WAITS and (later or not waits))

    theirs = reminder_queries.items_of(books.index, list(others))
    for item in items:
        for name, other in others.items():
            later = (other.booked_on, name) > (notice.booked_on, notice.id)
            same = any(
                each.invoice == item.invoice and each.level >= item.level and (later or each.due_on == item.due_on) for each in theirs[name]
            )
            if same and goes(name, later=later):
                return f"{item.invoice}: level {item.level} is claimed by {name}"
    for name, payment in claims.items():
        if name != notice.id and goes(name, later=name > notice.id):
            return f"the bank's charge for {payment} is claimed by {name}"
    return None
