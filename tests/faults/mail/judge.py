"""Whether the promises about mail were kept: from what the server remembers and what the ledger's files say, and from nothing else.

The promises: nothing is handed over twice without a person's word, nothing is lost, a doubt has its reason and is listed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.faults.mail.server import HARMLESS, STAGES, TOO_LATE, Fault, Struck, Transaction
from tests.faults.mail.steps import Blow
from tests.support import Ran

DOUBT = "in doubt"
SETTLED = ("refused", DOUBT, "dropped")
"""What nobody but a person brings further."""


class Item(NamedTuple):
    """A document to a recipient: what must not come twice, and must not be lost. ``level`` is that of a reminder."""

    kind: str
    document: str
    level: str
    recipient: str


class Letter(NamedTuple):
    """A delivery as its file has it; ``words`` are those of its state lines, ``said`` what stands beside the last."""

    id: str
    kind: str
    to: str
    message_id: str
    words: tuple[str, ...]
    said: str
    about: frozenset[tuple[str, str]]
    """Documents, and the level of each in a reminder."""

    @property
    def state(self) -> str:
        last = self.words[-1] if self.words else ""
        return {"": "planned", "sending": "planned", "again": "planned", "data": DOUBT, "in-doubt": DOUBT}.get(last, last)

    @property
    def items(self) -> set[Item]:
        return {Item(self.kind, document, level, self.to) for document, level in self.about}


class Run(NamedTuple):
    """A call of the command, or of several at once; ``codes`` of those that lived."""

    number: int
    day: str
    armed: tuple[Fault, ...] = ()
    blow: Blow | None = None
    died: bool = False
    codes: tuple[int, ...] = (0,)
    said: str = ""
    at_once: int = 1
    before: Mapping[str, str] = {}
    """How each delivery stood before it, by id; the same after it."""
    after: Mapping[str, str] = {}
    to: Mapping[str, str] = {}
    """The recipient of each."""


class Record(NamedTuple):
    """Everything there is to judge from."""

    transactions: Sequence[Transaction]
    struck: Sequence[Struck]
    runs: Sequence[Run]
    letters: Sequence[Letter]
    listed: frozenset[str]
    """Ids that ``outbox list --state "in doubt"`` gives."""
    due: frozenset[Item]
    resent: Mapping[str, int] = {}
    """By Message-ID, how often a person said that it is to go again."""
    vouched: frozenset[str] = frozenset()
    """Deliveries of which a person said that they came."""
    paid: Mapping[str, int] = {}
    """Invoices paid in full, and the number of the run before which."""
    check: Ran = Ran(0, "", "")
    totals: Mapping[str, str] = {}
    expected: Mapping[str, str] = {}
    outlasted: int = 0
    uncommitted: str = ""
    calm: bool = True
    """Enough days without faults came at the end."""


def judged(record: Record) -> list[str]:
    """Every promise that was broken, in words; none where all is well."""
    return [breach for rule in RULES for breach in rule(record)]


def items_of(transaction: Transaction) -> set[Item]:
    """What a message was about, from its own words: ``about: reminder INV-2026-0001 1``."""
    rows = [line.split()[1:] for line in transaction.text.splitlines() if line.startswith("about: ")]
    return {Item(kind, document, level, to.lower()) for kind, document, level in rows for to in transaction.recipients}


def _kept(record: Record) -> list[Transaction]:
    return [each for each in record.transactions if each.kept]


def nothing_twice(record: Record) -> Iterator[str]:
    again: Counter[Item] = Counter()
    for name, count in Counter(each.message_id for each in _kept(record)).items():
        if count > 1 + record.resent.get(name, 0):
            yield f"twice: {name} was handed over {count} times, in runs {[each.run for each in _kept(record) if each.message_id == name]}"
    for letter in record.letters:
        again.update(dict.fromkeys(letter.items, record.resent.get(letter.message_id, 0)))
    for item, count in Counter(item for each in _kept(record) for item in items_of(each)).items():
        if count > 1 + again[item]:
            yield f"twice: {' '.join(item)} was handed over {count} times"
    for each in record.transactions:
        if len(each.recipients) > 1:
            yield f"one transaction for {len(each.recipients)} recipients: {each}"


def everything_is_on_record(record: Record) -> Iterator[str]:
    """A message has its record before it leaves, and one that the server has stands as sent or in doubt, else a person spoke."""
    letters = {each.message_id: each for each in record.letters}
    for each in _kept(record):
        letter = letters.get(each.message_id)
        if letter is None:
            yield f"unknown: no delivery has the id of {each}"
        elif [letter.to] != [to.lower() for to in each.recipients]:
            yield f"unknown: {letter.id} is for {letter.to}, and went to {each.recipients}"
        elif letter.state == "dropped" and "data" in letter.words and record.resent.get(letter.message_id):
            continue  # a person said that it had not come, and before it went again it was paid
        elif letter.state not in ("sent", DOUBT):
            yield f"forgotten: the server has {letter.id}, which stands as {letter.state}"


def sent_means_sent(record: Record) -> Iterator[str]:
    taken = {each.message_id for each in _kept(record)}
    for letter in record.letters:
        if letter.state == "sent" and letter.message_id not in taken and letter.id not in record.vouched:
            yield f"lost: {letter.id} stands as sent, and the server does not have it"


def nothing_lost(record: Record) -> Iterator[str]:
    """What was due was handed over, or stands where a person finds it; a level waits for the one before it,
    and where nobody knows whether that came, for a person."""
    kept = {item for each in _kept(record) for item in items_of(each)}
    by_item: dict[Item, list[Letter]] = defaultdict(list)
    levels: dict[tuple[str, int], set[str]] = defaultdict(set)
    for letter in record.letters:
        for item in letter.items:
            by_item[item].append(letter)
            if letter.kind == "reminder":
                levels[item.document, int(item.level)].add(letter.state)
    for item in sorted(record.due - kept):
        states = [each.state for each in by_item[item]]
        if any(each.state in SETTLED or each.id in record.vouched for each in by_item[item]):
            continue
        if item.kind == "reminder" and any("sent" not in levels.get((item.document, at), {"sent"}) for at in range(1, int(item.level))):
            continue
        if record.calm or not states:
            yield f"lost: {' '.join(item)} was due, and {'stands as ' + ', '.join(states) if states else 'there is no delivery of it'}"
    for letter in record.letters:
        if letter.state in ("refused", "dropped") and not letter.said:
            yield f"lost: {letter.id} is {letter.state} without a reason"
        if record.calm and letter.state in ("planned", "deferred"):
            yield f"lost: {letter.id} still stands as {letter.state} after calm days"


def doubts_have_a_reason(record: Record) -> Iterator[str]:
    """A doubt needs a fault of its own, after the go-ahead for the message, in a transaction to the same recipient."""
    died = {each.number for each in record.runs if each.died or each.blow}
    reasons: Counter[str] = Counter()
    for each in record.transactions:
        late = STAGES.index(each.reached) >= TOO_LATE or (each.reached == "data" and each.run in died)
        wronged = each.fault is not None and each.fault.deed not in HARMLESS and STAGES.index(each.fault.stage) >= TOO_LATE
        if late and (each.run in died or (wronged and each.answer[:1] not in ("4", "5"))):
            reasons.update(to.lower() for to in each.recipients)
    for to, doubts in Counter(each.to for each in record.letters if each.state == DOUBT).items():
        if doubts > reasons[to]:
            yield f"doubt: {doubts} to {to}, with reason for {reasons[to]}"


def doubts_are_listed(record: Record) -> Iterator[str]:
    doubtful = {each.id for each in record.letters if each.state == DOUBT}
    for name in sorted(doubtful ^ record.listed):
        yield f"list: {name} {'is in doubt and not listed' if name in doubtful else 'is listed and not in doubt'}"


def no_reminder_for_what_is_paid(record: Record) -> Iterator[str]:
    for each in record.transactions:
        for item in items_of(each) if each.complete else ():
            if item.kind == "reminder" and each.run >= record.paid.get(item.document, 1 << 30):
                yield f"paid: {' '.join(item)} went out in run {each.run} although it was paid"


def once_a_day(record: Record) -> Iterator[str]:
    """After a run that met no fault the next ones of the day have nothing to do but what was deferred."""
    done: set[str] = set()
    faulty = {each.run for each in record.struck}
    for run in sorted(record.runs, key=lambda run: run.number):
        tried = [each for each in record.transactions if each.run == run.number]
        waiting = list(run.before.values()).count("deferred")
        if run.day in done and len(tried) > waiting:
            yield f"again: {len(tried)} transactions in run {run.number}, the day's second, with {waiting} deferred"
        if run.number not in faulty and not run.blow and not run.died:
            done.add(run.day)


def others_are_not_held_up(record: Record) -> Iterator[str]:
    """One recipient that is refused keeps nobody else from getting mail in the same run."""
    for run in record.runs:
        faults = [each.fault for each in record.struck if each.run == run.number]
        refusals = [each for each in faults if each.stage in ("rcpt", "dot") and each.deed in ("4xx", "5xx")]
        if not faults or refusals != faults or run.blow or run.died:
            continue
        for name, state in run.after.items():
            if state == "planned":
                yield f"held up: {name} waits after run {run.number} with {faults[0]}"


def exit_codes_tell(record: Record) -> Iterator[str]:
    """What needs a person shows in the exit code, of whichever run; what is only deferred goes by itself another day.

    A run that left the mail to another one may have ended before that was killed; a run that took over has to tell.
    """
    for run in record.runs:
        last = next((each for each in reversed(record.transactions) if each.run == run.number), None)
        left_alone = run.died and run.at_once > 1 and (last is None or (last.fault is not None and last.fault.deed == "kill"))
        if "Traceback" in run.said or not set(run.codes) <= {0, 1, 3, 4, 5}:
            yield f"exit: run {run.number} ended with {run.codes}: {run.said[-300:]}"
        open_ends = [name for name, state in run.after.items() if state in ("refused", DOUBT)]
        if run.codes and not any(run.codes) and open_ends and not left_alone:
            met = [str(each.fault) for each in record.struck if each.run == run.number]
            yield f"exit: run {run.number} met {met or 'no fault'} and ended with 0 beside {sorted(open_ends)}"
        if not run.armed and not run.blow and run.at_once == 1 and set(run.codes) - {0, 1, 3}:
            yield f"exit: run {run.number} met no fault and ended with {run.codes}: {run.said[-300:]}"
    if record.outlasted:
        yield f"wait: {record.outlasted} times the client would have waited for ever"


def books_are_whole(record: Record) -> Iterator[str]:
    if record.check.code != 0:
        yield f"books: check ends with {record.check.code}: {record.check.out}{record.check.err}"
    if record.uncommitted:
        yield f"books: git has not got {record.uncommitted.splitlines()}"
    if record.totals != record.expected:
        yield f"books: open is {dict(record.totals)}, not {dict(record.expected)}"


RULES = (
    nothing_twice,
    everything_is_on_record,
    sent_means_sent,
    nothing_lost,
    doubts_have_a_reason,
    doubts_are_listed,
    no_reminder_for_what_is_paid,
    once_a_day,
    others_are_not_held_up,
    exit_codes_tell,
    books_are_whole,
)
