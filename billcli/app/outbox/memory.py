"""What this working copy remembers beside the books: they may be set back to an older day, or to another branch."""

from __future__ import annotations

from collections.abc import Sequence

from billcli.app.books import Books
from billcli.core.delivery import RESENT, SAFE
from billcli.core.facts import DeliveryFact
from billcli.index import delivery_queries, find, reminder_queries
from billcli.model.delivery import Delivery, State, parse_state
from billcli.store.outbox import Entry, Hand


def entries_of(books: Books, deliveries: Sequence[DeliveryFact]) -> dict[str, tuple[Entry, ...]]:
    """What each of these deliveries brings to whom."""
    documents = {each.id: delivery_queries.documents_of(books.index, each.id) for each in deliveries}
    notices = [name for each in deliveries if each.kind == "reminder" for name in documents[each.id]]
    items = reminder_queries.items_of(books.index, notices)
    found: dict[str, tuple[Entry, ...]] = {}
    for each in deliveries:
        to = each.recipient or ""
        if each.kind == "reminder":
            asked = [item for name in documents[each.id] for item in items[name]]
            found[each.id] = tuple(dict.fromkeys(Entry("reminder", item.invoice, str(item.level), to) for item in asked))
        else:
            found[each.id] = tuple(Entry(each.kind, name, each.about or "", to) for name in documents[each.id] or [each.customer])
    return found


def persons_words(states: Sequence[State]) -> list[State]:
    """Where somebody had it tried again; bill's own words are none."""
    return [each for each in states if each.word == "again" and each.said not in (RESENT, SAFE)]


def forgotten(hand: Hand, states: Sequence[State]) -> bool:
    """Whether the books know nothing of this hand-over, and nobody has said since that it shall go again."""
    if any(each.word == "data" and _text(each) == hand.at for each in states):
        return False
    said = persons_words(states)
    return not said or _text(said[-1]) < hand.at or (_text(said[-1]) == hand.at and len(said) <= hand.words)


def _text(state: State) -> str:
    return f"{state.at:%Y-%m-%dT%H:%M:%SZ}"


def states_of(books: Books, delivery: str) -> list[State]:
    """Empty where it is not in the books."""
    path = find.path_of(books.index, "delivery", delivery)
    return [parse_state(each) for each in books.document(path, Delivery).states] if path else []


def unknown_to(books: Books, delivery: DeliveryFact, entries: Sequence[Entry], memory: dict[str, list[Hand]]) -> str:
    """When it was handed over from here so that the books do not know it; empty where they know all.

    A reminder of the same level of the same invoice to the same address is the same thing, whichever notice brought it.
    """
    own = states_of(books, delivery.id) if memory.get(delivery.id) else []
    lost = [each for each in memory.get(delivery.id, ()) if forgotten(each, own)]
    if delivery.kind == "reminder":
        mine = set(entries)
        for name, hands in memory.items():
            shared = [each for each in hands if mine.intersection(each.entries)] if name != delivery.id else []
            if shared:
                theirs, ours = states_of(books, name), persons_words(states_of(books, delivery.id))
                lost += [each for each in shared if forgotten(each, theirs) and not any(_text(word) >= each.at for word in ours)]
    return max((each.at for each in lost), default="")
