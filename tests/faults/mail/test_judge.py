"""The judge finds each broken promise in records made by hand, and none where all was kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.mail.judge import Item, Letter, Record, Run, judged
from tests.faults.mail.server import Fault, Struck, Transaction
from tests.faults.mail.steps import Blow
from tests.support import Ran

TO = "anna@anna.example"
INVOICE = Item("invoice", "INV-2026-0001", "-", TO)
REMINDER = Item("reminder", "INV-2026-0002", "2", TO)
OTHER = Item("invoice", "INV-2026-0003", "-", TO)
FIRST = REMINDER._replace(level="1")
DROP = Fault("dot", "drop")


def message(
    item: Item = INVOICE,
    *,
    name: str = "<1@x>",
    run: int = 1,
    reached: str = "after",
    answer: str = "250 taken",
    fault: Fault | None = None,
    to: tuple[str, ...] = (),
) -> Transaction:
    made = Transaction(run, "billing@fjord.example")
    made.recipients = list(to or (item.recipient,))
    made.reached, made.answer, made.fault, made.complete = reached, answer, fault, reached in ("dot", "after")
    made.raw = f"Message-ID: {name}\r\nSubject: x\r\n\r\nabout: {item.kind} {item.document} {item.level}\r\n".encode()
    return made


def letter(*words: str, item: Item = INVOICE, name: str = "<1@x>", said: str = "250 taken") -> Letter:
    return Letter(f"id-{name}", item.kind, item.recipient, name, words, said, frozenset({(item.document, item.level)}))


SENT = letter("sending", "data", "sent")
DOUBTFUL = letter("sending", "data", "in-doubt", said="the connection ended")
CUT = message(reached="dot", answer="", fault=DROP)


def record(**changes: Any) -> Record:
    held: dict[str, Any] = {
        "transactions": [message()],
        "struck": [],
        "runs": [Run(1, "2026-02-02")],
        "letters": [SENT],
        "listed": frozenset(),
        "due": frozenset({INVOICE}),
    }
    return Record(**{**held, **changes})


IN_DOUBT = {"transactions": [CUT], "struck": [Struck(1, DROP)], "runs": [Run(1, "2026-02-02", (DROP,), codes=(3,))], "letters": [DOUBTFUL]}

KILL = Fault("dot", "kill")
KILLED = message(OTHER, name="<2@x>", reached="dot", answer="", fault=KILL)
BESIDE = {
    "transactions": [message(), KILLED],
    "struck": [Struck(1, KILL)],
    "runs": [Run(1, "2026-02-02", (KILL,), died=True, at_once=2, after={"id-<2@x>": "in doubt"})],
    "letters": [SENT, letter("sending", "data", item=OTHER, name="<2@x>")],
    "listed": frozenset({"id-<2@x>"}),
}

FINE: dict[str, Record] = {
    "exit 0 of the one that left the mail to a run that was killed then": record(**BESIDE),
    "sent once": record(),
    "in doubt and listed": record(**IN_DOUBT, listed=frozenset({DOUBTFUL.id})),
    "sent again at a person's word": record(
        transactions=[CUT, message(run=2)],
        struck=[Struck(1, DROP)],
        letters=[SENT],
        resent={"<1@x>": 1},
        runs=[Run(1, "2026-02-02", (DROP,), codes=(3,)), Run(2, "2026-02-03")],
    ),
    "a person says that it came": record(
        **{**IN_DOUBT, "letters": [letter("sending", "data", "in-doubt", "sent")]}, vouched=frozenset({SENT.id})
    ),
    "a person says that it did not come, and it is paid before it goes again": record(
        **{**IN_DOUBT, "letters": [letter("sending", "data", "in-doubt", "again", "dropped", said="paid")]}, resent={"<1@x>": 1}
    ),
    "refused after the dot, then sent": record(
        transactions=[message(reached="dot", answer="451 later", fault=Fault("dot", "4xx")), message(run=2)],
        runs=[Run(1, "2026-02-02", (Fault("dot", "4xx"),), codes=(5,)), Run(2, "2026-02-03")],
        struck=[Struck(1, Fault("dot", "4xx"))],
    ),
    "refused with the server's words": record(
        transactions=[message(reached="rcpt", answer="", fault=Fault("rcpt", "5xx"))],
        letters=[letter("sending", "refused", said="550 nobody")],
    ),
    "killed with the message on its way": record(
        transactions=[message(reached="dot", answer="250 taken")],
        runs=[Run(1, "2026-02-02", blow=Blow("die", 9), died=True, codes=())],
        letters=[letter("sending", "data")],
        listed=frozenset({SENT.id}),
    ),
    "a level behind one that was refused": record(
        transactions=[], due=frozenset({REMINDER}), letters=[letter("sending", "refused", item=FIRST, said="550 no")]
    ),
    "a level behind one that is in doubt": record(
        transactions=[message(FIRST, reached="dot", answer="", fault=DROP)],
        due=frozenset({REMINDER}),
        letters=[letter("sending", "data", item=FIRST)],
        listed=frozenset({SENT.id}),
    ),
    "deferred goes again the same day": record(
        transactions=[message(run=2)], runs=[Run(1, "2026-02-02"), Run(2, "2026-02-02", before={SENT.id: "deferred"})]
    ),
}

BROKEN: dict[str, tuple[str, Record]] = {
    "the same message twice": ("twice: <1@x>", record(transactions=[message(), message()])),
    "the same after a lost answer": ("twice: <1@x>", record(transactions=[CUT, message(run=2)], struck=[Struck(1, DROP)])),
    "the same document under another id": (
        "twice: invoice INV-2026-0001",
        record(transactions=[message(), message(name="<2@x>")], letters=[SENT, letter("sent", name="<2@x>")]),
    ),
    "more often than a person said": ("twice:", record(transactions=[message(), message(), message()], resent={"<1@x>": 1})),
    "the same level twice": (
        "twice: reminder INV-2026-0002 2",
        record(
            due=frozenset(),
            transactions=[message(REMINDER), message(REMINDER, name="<2@x>")],
            letters=[letter("sent", item=REMINDER), letter("sent", item=REMINDER, name="<2@x>")],
        ),
    ),
    "two recipients in one transaction": ("one transaction for 2", record(transactions=[message(to=(TO, "b@b.example"))])),
    "a message without a record": ("unknown: no delivery", record(transactions=[message(), message(name="<2@x>", item=REMINDER)])),
    "a message to somebody else": ("unknown: id-<1@x> is for", record(transactions=[message(to=("b@b.example",))], due=frozenset())),
    "taken, and standing as planned": ("forgotten: the server has", record(letters=[letter("sending")])),
    "taken, and standing as refused": ("forgotten: the server has", record(letters=[letter("sending", "refused")])),
    "taken, and dropped without a person's word": (
        "forgotten: the server has",
        record(**{**IN_DOUBT, "letters": [letter("sending", "data", "in-doubt", "dropped", said="paid")]}),
    ),
    "said to be sent, and never taken": ("lost: id-<1@x> stands as sent", record(transactions=[])),
    "no delivery of what was due": ("there is no delivery of it", record(transactions=[], letters=[])),
    "still deferred after calm days": ("due, and stands as deferred", record(transactions=[], letters=[letter("sending", "deferred")])),
    "refused without words": ("refused without a reason", record(transactions=[], letters=[letter("sending", "refused", said="")])),
    "a second level although the first went": (
        "lost: reminder INV-2026-0002 2",
        record(
            due=frozenset({REMINDER}),
            transactions=[message(FIRST)],
            letters=[letter("sent", item=FIRST)],
        ),
    ),
    "a doubt without a fault": ("doubt: 1 to anna", record(letters=[letter("sending", "data")], listed=frozenset({SENT.id}))),
    "a doubt from a fault before the go-ahead": (
        "doubt: 1 to anna",
        record(
            transactions=[message(reached="data", answer="", fault=Fault("data", "drop"))], letters=[DOUBTFUL], listed=frozenset({SENT.id})
        ),
    ),
    "a doubt after a plain answer": (
        "doubt: 1 to anna",
        record(
            transactions=[message(reached="dot", answer="451 later", fault=Fault("dot", "4xx"))],
            letters=[DOUBTFUL],
            listed=frozenset({SENT.id}),
        ),
    ),
    "a doubt that is not listed": ("in doubt and not listed", record(**IN_DOUBT)),
    "a reminder for what is paid": (
        "paid: reminder INV-2026-0002 2",
        record(
            transactions=[message(REMINDER, run=3)], letters=[letter("sent", item=REMINDER)], due=frozenset(), paid={"INV-2026-0002": 2}
        ),
    ),
    "more on the same day": (
        "again: 1 transactions",
        record(transactions=[message(run=2)], runs=[Run(1, "2026-02-02"), Run(2, "2026-02-02")]),
    ),
    "others held up by one refusal": (
        "held up: other",
        record(runs=[Run(1, "2026-02-02", codes=(3,), after={"other": "planned"})], struck=[Struck(1, Fault("rcpt", "5xx"))]),
    ),
    "exit 0 with something left": (
        "ended with 0",
        record(runs=[Run(1, "2026-02-02", after={"other": "refused"})], struck=[Struck(1, Fault("mail", "drop"))]),
    ),
    "exit 0 on a calm day with something left": (
        "met no fault and ended with 0",
        record(runs=[Run(1, "2026-02-02", (DROP,), codes=(3,)), Run(2, "2026-02-03", after={"other": "in doubt"})]),
    ),
    "exit 0 of the one that took over from a killed one": (
        "ended with 0",
        record(**{**BESIDE, "transactions": [KILLED, message(run=1)]}),
    ),
    "a traceback": ("exit: run 1", record(runs=[Run(1, "2026-02-02", codes=(70,))])),
    "a wait without an end": ("wait: 1 times", record(outlasted=1)),
    "books with an error": ("books: check ends with 1", record(check=Ran(1, "error[E670]", ""))),
    "files that no commit has": ("books: git has not got", record(uncommitted="?? deliveries/2026/02/x.yaml\n")),
    "another amount open": ("books: open is", record(totals={"anna": "10.00"}, expected={"anna": "20.00"})),
}


@pytest.mark.parametrize("name", FINE)
def test_what_kept_its_promises_is_let_through(name: str) -> None:
    assert judged(FINE[name]) == []


@pytest.mark.parametrize("name", BROKEN)
def test_broken_promise_is_found(name: str) -> None:
    words, found = BROKEN[name]
    assert [breach for breach in judged(found) if words in breach], judged(found)
