"""What may be handed over now, as far as its states, this working copy's memory and the clock tell."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from billcli.app.books import Books, open_books
from billcli.app.clock import HINT, clock_problem
from billcli.app.context import Context
from billcli.app.context import now as clock
from billcli.app.outbox.memory import entries_of, states_of, unknown_to
from billcli.app.outbox.rechecks import outdated
from billcli.core.addresses import is_address
from billcli.core.delivery import DOUBT, PLANNED, RESENT, instant, needs_person, next_try, stands, whom
from billcli.core.facts import DeliveryFact
from billcli.core.report import counted
from billcli.errors import BillError
from billcli.index import delivery_queries, find
from billcli.model.delivery import State, state_text
from billcli.store import journal, outbox
from billcli.store.append import UnfitFile, append_state
from billcli.store.lock import wait_seconds, writer_lock

if TYPE_CHECKING:
    from billcli.model.dunning import MailSettings

_RESENDS = 2
"""How often ``mail.in_doubt: resend`` hands one message over again."""

_TRIES = 3
"""Nothing is given up after fewer."""


class Tally:
    """What the run has come to so far."""

    def __init__(self) -> None:
        self.counts = {"sent": 0, "deferred": 0, "refused": 0, "in-doubt": 0, "dropped": 0}
        self.lines: list[str] = []
        self.left = self.person = 0
        self.customers: dict[str, int] = {}

    def add(self, delivery: DeliveryFact, word: str, said: str) -> None:
        self.counts[word] += 1
        self.lines.append(f"{delivery.id} to {whom(delivery)}: {DOUBT if word == 'in-doubt' else word}: {said}")

    def leave(self, delivery: DeliveryFact, why: str) -> None:
        self.left += 1
        self.lines.append(f"{delivery.id} to {delivery.recipient}: left: {why}")


def ensure_clock(books: Books) -> None:
    """A clock that stands in the past would have what was sent since go once more."""
    if problem := clock_problem(books.context, books.index):
        raise BillError(f"{problem}; nothing was handed over", HINT)


def may_go(delivery: DeliveryFact, mail: MailSettings | None, box: str, tally: Tally) -> bool:
    """Whether it may be handed over now, as far as its own states tell. ``box`` is the Maildir that this run hands over to."""
    stand = stands(delivery)
    if stand == DOUBT and box and delivery.said == box:
        return True  # it takes nothing twice, so there is no doubt to have
    if stand == "refused" or needs_person(delivery) or (stand == DOUBT and (mail is None or mail.in_doubt != "resend")):
        return False
    if (at := next_try(delivery)) is None or clock() >= at:
        return True
    if stand != DOUBT and clock() < instant(delivery.state_at):
        return True  # a clock that was ahead wrote that; nobody need wait for it
    tally.left += 1
    return False


def few_resent(context: Context, mail: MailSettings | None, box: str, going: list[DeliveryFact]) -> list[DeliveryFact]:
    """Without what is in doubt and was handed over again often enough, or for long enough: from there on a person decides."""
    doubtful = [each.id for each in going if stands(each) == DOUBT and not (box and each.said == box)]
    if mail is None or not doubtful:
        return going
    with open_books(context) as books:
        states = {each: states_of(books, each) for each in doubtful}
    since = clock() - timedelta(days=mail.give_up_days)
    over = {
        name
        for name, mine in states.items()
        if sum(each.said == RESENT for each in mine) >= _RESENDS
        or next((each.at for each in mine if each.word == "sending"), since) < since
    }
    return [each for each in going if each.id not in over]


def remembered(context: Context, going: list[DeliveryFact], tally: Tally) -> list[DeliveryFact]:
    """Without what was handed over from here and the books do not know of: they were set back, and only a person can tell."""
    memory = outbox.handed(context.root)
    if not memory or not going:
        return going
    with open_books(context) as books:
        entries = entries_of(books, going)
        lost = {each.id: at for each in going if (at := unknown_to(books, each, entries[each.id], memory))}
        paths = find.paths(books.index, "delivery", list(lost))
    if lost:
        outbox.note(context.root, [path for path in paths.values() if not is_address(path)])
    for each in going:
        if each.id in lost and stands(each) != DOUBT:  # what is in doubt is told as such
            said = f"handed over from here on {lost[each.id]}, the books do not know: was an older day brought back?"
            try:
                _state(context.root, paths[each.id], "in-doubt", said)
                tally.add(each, "in-doubt", f'{said} "bill outbox resolve {each.id}" says what became of it')
            except (UnfitFile, OSError):
                tally.person += 1
                tally.leave(each, said)
    return [each for each in going if each.id not in lost]


def drop_letters(context: Context, tally: Tally) -> None:
    """What a person was to post and must not go any more."""
    with open_books(context) as books:
        if not any(each.channel == "hand" and stands(each) == PLANNED for each in delivery_queries.waiting(books.index)):
            return
    with writer_lock(context.root, context.command, wait_seconds(os.environ.get("BILL_WAIT"))):
        journal.recover(context.root)
        with open_books(context) as books:
            letters = [each for each in delivery_queries.waiting(books.index) if each.channel == "hand" and stands(each) == PLANNED]
            stale = [(each, why) for each in letters if (why := outdated(books, each))]
            paths = find.paths(books.index, "delivery", [each.id for each, _ in stale])
        outbox.note(context.root, [path for path in paths.values() if not is_address(path)])
        for each, why in stale:
            try:
                _state(context.root, paths[each.id], "dropped", why)
                tally.add(each, "dropped", why)
            except (UnfitFile, OSError) as error:
                tally.leave(each, str(error))


def given_up(mail: MailSettings, states: Sequence[State]) -> str:
    """Why no further try is made of what was deferred again and again; empty while it is worth one.

    The days count where it was tried during them: a machine that was off has tried nothing.
    """
    begun = [at for at, each in enumerate(states) if each.word == "again"]
    since = states[begun[-1] + 1 :] if begun else states
    tries = [each.at for each in since if each.word == "sending"]
    most = timedelta(days=mail.give_up_days)
    if len(tries) < _TRIES or since[-1].word != "deferred" or clock() - tries[0] < most or max(tries) - tries[0] < most / 2:
        return ""
    return f"given up after {counted(mail.give_up_days, 'day')}: {since[-1].said}"


def _state(root: str, path: str, word: str, said: str) -> None:
    append_state(root, path, state_text(State(clock(), word, said)))
