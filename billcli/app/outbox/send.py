"""The run that hands mail over: nothing twice without a person's word, nothing lost, and each state on the disk before the next step."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from billcli.app.books import Books, open_books
from billcli.app.context import Context
from billcli.app.context import now as clock
from billcli.app.outbox import kept
from billcli.app.outbox.genuine import unlike
from billcli.app.outbox.memory import entries_of, persons_words, states_of, unknown_to
from billcli.app.outbox.parcel import Handed
from billcli.app.outbox.rebuild import message_again
from billcli.app.outbox.rechecks import outdated, why_not
from billcli.app.outbox.record import record
from billcli.app.refresh import Progress, no_progress
from billcli.app.sender import ensure_sender
from billcli.app.write import commits_to_git
from billcli.core.addresses import is_address
from billcli.core.delivery import DOUBT, PERSON, PLANNED, RESENT, SAFE, instant, instant_text, needs_person, next_try, stands, whom
from billcli.core.facts import DeliveryFact
from billcli.core.report import counted
from billcli.errors import BillError, NeedsPerson
from billcli.index import delivery_queries, find
from billcli.model.delivery import Delivery, State, parse_state, state_text
from billcli.store import audit, fs, git, journal, outbox
from billcli.store.append import UnfitFile, append_state
from billcli.store.lock import mail_lock, wait_seconds, writer_lock
from billcli.store.outbox import Entry, Hand

if TYPE_CHECKING:
    from billcli.delivery.outcome import Outcome, Transport
    from billcli.model.dunning import MailSettings
    from billcli.render.studio import Studio

_SECONDS = 2.0
"""No verdict on what is to go is older than this when it goes."""

_BEHIND = timedelta(hours=1)
"""A clock that is more behind the audit trail than this is wrong."""

_RESENDS = 2
"""How often ``mail.in_doubt: resend`` hands one message over again."""

_TRIES = 3
"""Nothing is given up after fewer."""

_AHEAD = 50
"""Of so many deliveries the verdicts are asked for in one look at the books."""


class _Sender(NamedTuple):
    """What one run works with."""

    context: Context
    mail: MailSettings
    zone: ZoneInfo
    studio: Studio
    transport: Transport


class _Tally:
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


def send_waiting(
    context: Context, *, only: Sequence[str] = (), limit: int | None = None, progress: Progress = no_progress, commit: bool = True
) -> Handed:
    """Hands over what waits and may go now, at most ``limit``; with ``only`` nothing but these.

    Raises ``MailBusy`` where another run does, ``BillError`` where this working copy does not send, and ``UsageError`` where it is not
    said how. What ends the run early stands in ``stopped``: everything up to there is done and written down.
    """
    with mail_lock(context.root):
        _ensure_clock(context.root)
        with open_books(context) as books:
            ensure_sender(books)
            mail = books.settings().mail
            zone = ZoneInfo(books.settings().timezone)
            waiting = _waiting(books, only)
            commits = commits_to_git(books.index, context.root)
        if outbox.noted(context.root):
            record(context, "states of deliveries that an interrupted run left", commit=commit)
        tally = _Tally()
        if not only:
            _drop_letters(context, tally)
        box = _maildir() if any(each.said.startswith("maildir:") for each in waiting) else ""
        going = [each for each in waiting if _may_go(each, mail, box, tally)]
        going = _few_resent(context, mail, box, going)
        going = _remembered(context, going, tally)
        stopped: BillError | None = None
        if going:
            if mail is None:
                raise BillError("ledger.yaml does not say from which address mail goes", 'add "mail:" with "address:" to ledger.yaml')
            from billcli.render.studio import Studio

            with _transport() as transport:
                sender = _Sender(context, mail, zone, Studio(context.root), transport)
                stopped = _run(sender, going, limit, tally, progress, commits=commits)
        return _ended(context, tally, stopped, only, commit=commit)


def _ensure_clock(root: str) -> None:
    """A clock that stands in the past would have what was sent since go once more."""
    last = audit.last_at(root)
    if last is not None and clock() < last - _BEHIND:
        message = f"the clock stands at {instant_text(clock())}, the last command was at {instant_text(last)}; nothing was handed over"
        raise BillError(message, "set the clock; if it was ahead then, wait until that time has passed")


def _waiting(books: Books, only: Sequence[str]) -> list[DeliveryFact]:
    wanted = frozenset(only)
    for each in only:
        books.path("delivery", each)
    return [each for each in delivery_queries.waiting(books.index) if each.channel == "mail" and (not only or each.id in wanted)]


def _may_go(delivery: DeliveryFact, mail: MailSettings | None, box: str, tally: _Tally) -> bool:
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


def _few_resent(context: Context, mail: MailSettings | None, box: str, going: list[DeliveryFact]) -> list[DeliveryFact]:
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


def _remembered(context: Context, going: list[DeliveryFact], tally: _Tally) -> list[DeliveryFact]:
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
        if each.id in lost:
            said = f"handed over from here on {lost[each.id]}, the books do not know: was an older day brought back?"
            try:
                _state(context.root, paths[each.id], "in-doubt", said)
                tally.add(each, "in-doubt", f'{said} "bill outbox resolve {each.id}" says what became of it')
            except (UnfitFile, OSError):
                tally.person += 1
                tally.leave(each, said)
    return [each for each in going if each.id not in lost]


def _drop_letters(context: Context, tally: _Tally) -> None:
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


def _maildir() -> str:
    from billcli.delivery.url import target

    where = target(os.environ)
    return where.name if where.security == "maildir" else ""


@contextmanager
def _transport() -> Iterator[Transport]:
    from billcli.delivery.url import password, target, timeouts

    where = target(os.environ)
    if where.security == "maildir":
        from billcli.delivery.maildir import Maildir

        with Maildir(where.path) as box:
            yield box
    else:
        from billcli.delivery.smtp import Smtp

        with Smtp(where, password(os.environ), timeouts(os.environ)) as server:
            yield server


# the run


def _run(
    sender: _Sender, going: list[DeliveryFact], limit: int | None, tally: _Tally, progress: Progress, *, commits: bool
) -> BillError | None:  # fmt: skip
    """Hands over one after the other; returns what ended it early."""
    most = min(sender.mail.max_per_run, limit if limit is not None else sender.mail.max_per_run)
    looks = _Looks(sender, going)
    begun = done = 0
    try:
        _note(sender.context, looks.paths, commits=commits)
        step = progress(len(going), "Handing over")
        for delivery in going:
            if begun >= most:
                break
            if looks.is_over_cap(delivery, tally):
                tally.leave(delivery, f"{delivery.customer} had {sender.mail.max_per_customer} mails today; it goes another day")
            else:
                try:
                    begun += _one(sender, looks, delivery, tally)
                except UnfitFile as error:
                    tally.leave(delivery, error.message)
            done += 1
            step()
    except BillError as error:
        stopped: BillError | None = error
    except OSError as error:
        message = f"a state could not be written: {error.strerror}; nothing more was handed over"
        stopped = BillError(message, "free the disk, and run it again: what was not handed over still waits")
    else:
        stopped = None
    tally.left += len(going) - done
    return stopped


def _note(context: Context, paths: Sequence[str], *, commits: bool) -> None:
    """Before anything is written, so that whoever comes after a kill knows whose work it was."""
    if paths:
        outbox.note(context.root, paths)
        if commits:
            with writer_lock(context.root, context.command, wait_seconds(os.environ.get("BILL_WAIT"))):
                git.note(context.root, paths)


def _one(sender: _Sender, looks: _Looks, delivery: DeliveryFact, tally: _Tally) -> int:
    """One delivery from its re-check to its outcome; 1 where it was begun to be handed over."""
    root, path = sender.context.root, looks.path(delivery)
    if over := _given_up(sender, looks.states(delivery)):
        _state(root, path, "refused", over)
        tally.add(delivery, "refused", over)
        return 0
    raw = _message(sender, delivery, path, tally)
    if raw is None:
        return 0
    if odd := unlike(delivery, looks.documents[delivery.id], raw):
        tally.person += 1
        tally.leave(delivery, odd)
        return 0
    sender.transport.open()
    with writer_lock(root, sender.context.command, wait_seconds(os.environ.get("BILL_WAIT"))):
        verdict = looks.verdict(delivery)
        if verdict is not None:
            _state(root, path, "dropped", verdict)
        else:
            if delivery.state in ("data", "in-doubt"):
                again = SAFE if delivery.said.startswith("maildir:") else RESENT
                _state(root, path, "again", again)
            _state(root, path, "sending", sender.transport.name)
    if verdict is not None:
        tally.add(delivery, "dropped", verdict)
        outbox.forget(root, delivery.id)
        return 0
    outcome = _hand_over(sender, delivery, path, raw, looks.words(delivery), looks.entries.get(delivery.id, ()))
    try:
        _state(root, path, outcome.word, outcome.said)
    except (OSError, UnfitFile) as error:
        if outcome.word != "sent":
            raise
        hint = f'once the disk is free: "bill outbox resolve {delivery.id} --sent --reason …"'
        message = f"{delivery.id} went out, and that could not be written down: {error}; the server said {outcome.said}"
        raise NeedsPerson(message, hint) from error
    tally.add(delivery, outcome.word, outcome.said)
    tally.customers[delivery.customer] = tally.customers.get(delivery.customer, 0) + (outcome.word in ("sent", "in-doubt"))
    if outcome.word == "sent":
        outbox.forget(root, delivery.id)
    return 1


def _hand_over(
    sender: _Sender, delivery: DeliveryFact, path: str, raw: bytes, words: int, entries: tuple[Entry, ...]
) -> Outcome:  # fmt: skip
    from billcli.delivery.address import mailbox

    root, begun = sender.context.root, []

    def before() -> None:
        """The books first: what stops between the two leaves a doubt there, and never a hand-over that only the memory knows."""
        state = State(clock(), "data", sender.transport.name)
        append_state(root, path, state_text(state))
        begun.append(state)
        outbox.note_handed(root, Hand(instant_text(state.at), delivery.id, words, entries))

    outcome = sender.transport.hand_over(delivery.id, mailbox(sender.mail.address), mailbox(delivery.recipient or ""), raw, before)
    if begun and outcome.word in ("deferred", "refused"):
        try:
            outbox.note_declined(root, delivery.id)
        except OSError:
            pass  # the books are about to say so
    return outcome


def _state(root: str, path: str, word: str, said: str) -> None:
    append_state(root, path, state_text(State(clock(), word, said)))


def _given_up(sender: _Sender, states: Sequence[State]) -> str:
    """Why no further try is made of what was deferred again and again; empty while it is worth one.

    The days count where it was tried during them: a machine that was off has tried nothing.
    """
    begun = [at for at, each in enumerate(states) if each.word == "again"]
    since = states[begun[-1] + 1 :] if begun else states
    tries = [each.at for each in since if each.word == "sending"]
    most = timedelta(days=sender.mail.give_up_days)
    if len(tries) < _TRIES or since[-1].word != "deferred" or clock() - tries[0] < most or max(tries) - tries[0] < most / 2:
        return ""
    return f"given up after {counted(sender.mail.give_up_days, 'day')}: {since[-1].said}"


def _message(sender: _Sender, delivery: DeliveryFact, path: str, tally: _Tally) -> bytes | None:
    """The bytes that were planned; None where they cannot be had again, which a person then hears."""
    root = sender.context.root
    raw = kept.known(root, delivery.id)
    if raw is not None and fs.sha256(raw) == delivery.message:
        return raw
    with open_books(sender.context) as books:
        try:
            made = message_again(books, books.document(path, Delivery), sender.studio)
        except BillError as error:
            made = error.message
    if isinstance(made, bytes) and fs.sha256(made) == delivery.message:
        return made
    why = made if isinstance(made, str) else "its templates or what it was made from have changed since it was planned"
    said = f'{PERSON}{why}; "bill outbox retry {delivery.id}" plans it anew'
    _state(root, path, "deferred", said)
    tally.add(delivery, "deferred", said)
    tally.person += 1
    return None


class _Looks:
    """What the books say of the deliveries that are to go, looked up anew where anything may have been written since."""

    def __init__(self, sender: _Sender, going: Sequence[DeliveryFact]) -> None:
        self.sender = sender
        self.going = list(going)
        self._stamp: object = None
        self._at = 0.0
        self._verdicts: dict[str, str | None] = {}
        self._changed: set[str] = set()
        with open_books(sender.context) as books:
            found = find.paths(books.index, "delivery", [each.id for each in going])
            self._paths = {name: path for name, path in found.items() if not is_address(path)}
            midnight = datetime.combine(clock().astimezone(sender.zone).date(), datetime.min.time(), sender.zone).astimezone(UTC)
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

    def is_over_cap(self, delivery: DeliveryFact, tally: _Tally) -> bool:
        had = self._today.get(delivery.customer, 0) + tally.customers.get(delivery.customer, 0)
        return had >= self.sender.mail.max_per_customer

    def verdict(self, delivery: DeliveryFact) -> str | None:
        """Why it must not go; asked under the ledger lock, so no command of bill is writing."""
        journal.recover(self.sender.context.root)
        stamp = _stamp(self.sender.context.root)
        if delivery.id not in self._verdicts or stamp != self._stamp or time.monotonic() - self._at > _SECONDS:
            self._look(delivery)
            self._stamp = _stamp(self.sender.context.root)
        if delivery.id in self._changed:
            raise UnfitFile("it was changed while it was to be handed over")
        return self._verdicts[delivery.id]

    def _look(self, delivery: DeliveryFact) -> None:
        at = next(at for at, each in enumerate(self.going) if each.id == delivery.id)
        wanted = self.going[at : at + _AHEAD]
        self._at = time.monotonic()
        with open_books(self.sender.context) as books:
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


def _ended(context: Context, tally: _Tally, stopped: BillError | None, only: Sequence[str], *, commit: bool) -> Handed:
    paths: tuple[str, ...] = ()
    problem = ""
    counts = tally.counts
    if sum(counts.values()) or outbox.noted(context.root):
        try:
            paths, problem = record(context, _summary(tally), commit=commit)
        except (BillError, OSError) as error:
            stopped = stopped or BillError(f"the audit trail could not be written: {error}", "the next command that writes makes up for it")
    with open_books(context) as books:
        waiting = delivery_queries.waiting(books.index)
    doubtful = [each for each in waiting if stands(each) == DOUBT]
    told = {line.split(" ", 1)[0] for line in tally.lines}
    refused = [each for each in waiting if stands(each) == "refused" and each.id not in told and (not only or each.id in only)]
    lines = [*tally.lines, *(f"{each.id} to {each.recipient}: {DOUBT} since {each.state_at}" for each in doubtful if each.id not in told)]
    lines += [f"{each.id} to {each.recipient}: refused since {each.state_at}: {each.said}" for each in refused]
    return Handed(
        counts["sent"], counts["deferred"], counts["refused"], len(doubtful), counts["dropped"], tally.left, tuple(lines), paths, stopped,
        problem, tally.person + len(refused),
    )  # fmt: skip


def _summary(tally: _Tally) -> str:
    words = [f"{number} {DOUBT if word == 'in-doubt' else word}" for word, number in tally.counts.items() if number]
    return "mail handed over: " + (", ".join(words) or "nothing")
