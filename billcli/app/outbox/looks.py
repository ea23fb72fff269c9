"""What the books say of the deliveries that are to go, right before each does."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from billcli.app.books import open_books
from billcli.app.context import Context
from billcli.app.context import now as clock
from billcli.app.outbox.memory import entries_of, persons_words
from billcli.app.outbox.queue import Tally
from billcli.app.outbox.rechecks import why_not
from billcli.core.addresses import is_address
from billcli.core.facts import DeliveryFact
from billcli.index import delivery_queries, find
from billcli.model.delivery import Delivery, State, parse_state
from billcli.store import audit, fs, journal
from billcli.store.append import UnfitFile

_SECONDS = 2.0
"""No verdict on what is to go is older than this when it goes."""

_AHEAD = 50
"""Of so many deliveries the verdicts are asked for in one look at the books."""


class Looks:
    """What the books say of the deliveries that are to go, looked up anew where anything may have been written since."""

    def __init__(self, context: Context, zone: ZoneInfo, most: int, going: Sequence[DeliveryFact]) -> None:
        self.context = context
        self.most = most
        self.going = list(going)
        self._stamp: object = None
        self._at = 0.0
        self._verdicts: dict[str, str | None] = {}
        self._changed: set[str] = set()
        with open_books(context) as books:
            found = find.paths(books.index, "delivery", [each.id for each in going])
            self._paths = {name: path for name, path in found.items() if not is_address(path)}
            midnight = datetime.combine(clock().astimezone(zone).date(), datetime.min.time(), zone).astimezone(UTC)
            self._today = delivery_queries.sent_since(books.index, f"{midnight:%Y-%m-%dT%H:%M:%SZ}")
            tried = [each for each in going if each.state and each.id in self._paths]
            self._states = {each.id: books.document(self._paths[each.id], Delivery).states for each in tried}
            self.entries = entries_of(books, going)
            self.documents = {each.id: delivery_queries.documents_of(books.index, each.id) for each in going}

    @property
    def paths(self) -> list[str]:
        return sorted(self._paths.values())

    def path(self, delivery: DeliveryFact) -> str:
        """Raises ``UnfitFile`` for one that stands in a folded file: no state can be added there."""
        if delivery.id not in self._paths:
            raise UnfitFile("it is folded; unfold its month first")
        return self._paths[delivery.id]

    def states(self, delivery: DeliveryFact) -> list[State]:
        """When the run began; empty of one that has none yet."""
        return [parse_state(each) for each in self._states.get(delivery.id, ())]

    def words(self, delivery: DeliveryFact) -> int:
        return len(persons_words(self.states(delivery)))

    def is_over_cap(self, delivery: DeliveryFact, tally: Tally) -> bool:
        had = self._today.get(delivery.customer, 0) + tally.customers.get(delivery.customer, 0)
        return had >= self.most

    def verdict(self, delivery: DeliveryFact) -> str | None:
        """Why it must not go; asked under the ledger lock, so no command of bill is writing."""
        journal.recover(self.context.root)
        stamp = _stamp(self.context.root)
        if delivery.id not in self._verdicts or stamp != self._stamp or time.monotonic() - self._at > _SECONDS:
            self._look(delivery)
            self._stamp = _stamp(self.context.root)
        if delivery.id in self._changed:
            raise UnfitFile("it was changed while it was to be handed over")
        return self._verdicts[delivery.id]

    def _look(self, delivery: DeliveryFact) -> None:
        at = next(at for at, each in enumerate(self.going) if each.id == delivery.id)
        wanted = self.going[at : at + _AHEAD]
        self._at = time.monotonic()
        with open_books(self.context) as books:
            now = delivery_queries.by_ids(books.index, [each.id for each in wanted])
            self._changed = {each.id for each in wanted if _identity(each) != _identity(now.get(each.id))}
            self._verdicts = {each.id: why_not(books, each) for each in wanted}


def _identity(delivery: DeliveryFact | None) -> object:
    """What must be as it was when the run began for a delivery to go."""
    return delivery and (delivery.message, delivery.recipient, delivery.state, delivery.state_at, delivery.attempts)


def _stamp(root: str) -> object:
    """Changes with every command that writes: each adds to its trail."""
    folder = os.path.join(root, "audit", audit.clone_id(root))
    try:
        with os.scandir(folder) as entries:
            return sorted((each.name, fs.stamp(each.stat(follow_symlinks=False))) for each in entries)
    except OSError:
        return time.monotonic()
