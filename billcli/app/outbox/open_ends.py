"""What stands in the outbox until a person has said something."""

from __future__ import annotations

from billcli.app.books import open_books
from billcli.app.context import Context
from billcli.app.outbox.parcel import Handed
from billcli.core.delivery import DOUBT, stands
from billcli.core.facts import DeliveryFact
from billcli.index import delivery_queries
from billcli.store import outbox


def open_since(delivery: DeliveryFact) -> str:
    """Told by every run until then."""
    told = f"{delivery.id} to {delivery.recipient}: {stands(delivery)} since {delivery.state_at}"
    return f"{told}: {delivery.said}" if stands(delivery) == "refused" else told


def left_to_another(context: Context) -> Handed:
    """For a run that finds another one at it: what stood so before that began. What it is at just now is that run's to tell."""
    busy = outbox.noted(context.root)
    with open_books(context) as books:
        waiting = delivery_queries.waiting_files(books.index)
    busy |= outbox.noted(context.root)  # it may have begun, or ended, in between
    left = [each for path, each in waiting if path not in busy and stands(each) in (DOUBT, "refused")]
    doubts = [each for each in left if stands(each) == DOUBT]
    return Handed(in_doubt=len(doubts), lines=tuple(map(open_since, left)), person=len(left) - len(doubts))
