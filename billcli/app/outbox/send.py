"""The run that hands mail over: nothing twice without a person's word, nothing lost, and each state on the disk before the next step."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from billcli.app.books import Books, open_books
from billcli.app.context import Context
from billcli.app.context import now as clock
from billcli.app.outbox import kept
from billcli.app.outbox.genuine import unlike
from billcli.app.outbox.looks import Looks
from billcli.app.outbox.open_ends import open_since
from billcli.app.outbox.parcel import Handed
from billcli.app.outbox.queue import Tally, drop_letters, ensure_clock, few_resent, given_up, may_go, remembered
from billcli.app.outbox.rebuild import message_again
from billcli.app.outbox.record import record
from billcli.app.refresh import Progress, no_progress
from billcli.app.sender import ensure_sender
from billcli.app.write import commits_to_git
from billcli.core.delivery import DOUBT, PERSON, RESENT, SAFE, instant_text, stands
from billcli.core.facts import DeliveryFact
from billcli.errors import BillError, NeedsPerson
from billcli.index import delivery_queries
from billcli.model.delivery import Delivery, State, state_text
from billcli.store import fs, git, outbox
from billcli.store.append import UnfitFile, append_state
from billcli.store.lock import mail_lock, wait_seconds, writer_lock
from billcli.store.outbox import Entry, Hand

if TYPE_CHECKING:
    from billcli.delivery.outcome import Outcome, Transport
    from billcli.model.dunning import MailSettings
    from billcli.render.studio import Studio


class _Sender(NamedTuple):
    """What one run works with."""

    context: Context
    mail: MailSettings
    zone: ZoneInfo
    studio: Studio
    transport: Transport


def send_waiting(
    context: Context, *, only: Sequence[str] = (), limit: int | None = None, progress: Progress = no_progress, commit: bool = True
) -> Handed:
    """Hands over what waits and may go now, at most ``limit``; with ``only`` nothing but these.

    Raises ``MailBusy`` where another run does, ``BillError`` where this working copy does not send, and ``UsageError`` where it is not
    said how. What ends the run early stands in ``stopped``: everything up to there is done and written down.
    """
    with mail_lock(context.root):
        with open_books(context) as books:
            ensure_clock(books)
            ensure_sender(books)
            mail = books.settings().mail
            zone = ZoneInfo(books.settings().timezone)
            waiting = _waiting(books, only)
            commits = commits_to_git(books.index, context.root)
        if outbox.noted(context.root):
            record(context, "states of deliveries that an interrupted run left", commit=commit)
        tally = Tally()
        if not only:
            drop_letters(context, tally)
        box = _maildir() if any(each.said.startswith("maildir:") for each in waiting) else ""
        going = [each for each in waiting if may_go(each, mail, box, tally)]
        going = few_resent(context, mail, box, going)
        going = remembered(context, going, tally)
        stopped: BillError | None = None
        if going:
            if mail is None:
                raise BillError("ledger.yaml does not say from which address mail goes", 'add "mail:" with "address:" to ledger.yaml')
            from billcli.render.studio import Studio

            with _transport() as transport:
                sender = _Sender(context, mail, zone, Studio(context.root), transport)
                stopped = _run(sender, going, limit, tally, progress, commits=commits)
        return _ended(context, tally, stopped, only, commit=commit)


def _waiting(books: Books, only: Sequence[str]) -> list[DeliveryFact]:
    wanted = frozenset(only)
    for each in only:
        books.path("delivery", each)
    return [each for each in delivery_queries.waiting(books.index) if each.channel == "mail" and (not only or each.id in wanted)]


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
    sender: _Sender, going: list[DeliveryFact], limit: int | None, tally: Tally, progress: Progress, *, commits: bool
) -> BillError | None:  # fmt: skip
    """Hands over one after the other; returns what ended it early."""
    most = min(sender.mail.max_per_run, limit if limit is not None else sender.mail.max_per_run)
    looks = Looks(sender.context, sender.zone, sender.mail.max_per_customer, going)
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


def _one(sender: _Sender, looks: Looks, delivery: DeliveryFact, tally: Tally) -> int:
    """One delivery from its re-check to its outcome; 1 where it was begun to be handed over."""
    root, path = sender.context.root, looks.path(delivery)
    if over := given_up(sender.mail, looks.states(delivery)):
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


def _message(sender: _Sender, delivery: DeliveryFact, path: str, tally: Tally) -> bytes | None:
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


def _ended(context: Context, tally: Tally, stopped: BillError | None, only: Sequence[str], *, commit: bool) -> Handed:
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
    lines = (*tally.lines, *map(open_since, (each for each in [*doubtful, *refused] if each.id not in told)))
    return Handed(
        counts["sent"], counts["deferred"], counts["refused"], len(doubtful), counts["dropped"], tally.left, lines, paths, stopped,
        problem, tally.person + len(refused),
    )  # fmt: skip


def _summary(tally: Tally) -> str:
    words = [f"{number} {DOUBT if word == 'in-doubt' else word}" for word, number in tally.counts.items() if number]
    return "mail handed over: " + (", ".join(words) or "nothing")
