"""Everything that can happen to a ledger, in any order: after each step the books are as a plain model says, or what is wrong is named."""

from __future__ import annotations

import os
import sys
from collections import Counter

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from billcli.cli.main import NOUNS
from tests.cli.written import commands
from tests.faults.counts import record
from tests.faults.machine import deeds, events
from tests.faults.machine.ground import Ground, instant, later
from tests.faults.rig import Fault
from tests.laws.histories import Drawn, command, imported
from tests.support import folder_in_memory

BEGINNINGS = (50, 83, 300, 360, 420, 785)
"""Days since 2026-01-01 on which a ledger begins: near nothing, the nights on which clocks are put, year's end, two ends of February."""

HOURS = ("09:00:00", "22:15:00", "23:30:00", "00:30:00", "01:30:00")
KINDS = ("die", "die", "die", "EIO", "ENOSPC", "EACCES")
COUNTS: Counter[str] = Counter()


class Life(RuleBasedStateMachine):
    """A small firm's ledger; every rule is something that happens to it."""

    @initialize(begun=st.sampled_from(BEGINNINGS), strict=st.booleans(), git=st.booleans(), smtp=st.booleans())
    def begin(self, begun: int, strict: bool, git: bool, smtp: bool) -> None:
        self.memory = folder_in_memory()
        self.folder = self.memory.__enter__()
        self.ground = Ground(self.folder, instant(begun, "09:00:00"), strict=strict, git=git, smtp=smtp)
        self.drawn: Drawn | None = None

    def teardown(self) -> None:
        if hasattr(self, "ground"):
            try:
                if sys.exc_info()[0] is None:
                    self.ground.finish()
            finally:
                COUNTS.update(self.ground.counts)
                self.ground.close()
                self.memory.__exit__(None, None, None)

    def d(self, data: st.DataObject) -> Drawn:
        if self.drawn is None:
            self.drawn = Drawn(data.draw)
        self.drawn.draw = data.draw
        return self.drawn

    def work(self, d: Drawn) -> None:
        """A command of any kind."""
        ground = self.ground
        kind = d.whole(0, 9)
        if kind <= 5:
            wanted = command(d, ground.books)
            changed = ground.run(wanted, tried=d.odds(8))
            ground.counts[f"{' '.join(wanted.words[:2])}|{0 if changed else 1}"] += 1
        elif kind == 6 and ground.books.invoices:
            wanted = imported(d, ground.books)
            changed = ground.run(wanted)
            ground.counts[f"{' '.join(wanted.words[:2])}|{0 if changed else 1}"] += 1
            ground.relearn()
        else:
            wanted_deed = d.one(deeds.BAG)(d, ground)
            changed = wanted_deed is not None and deeds.do(ground, wanted_deed)
        if changed:
            ground.hold()

    @rule(data=st.data())
    def settles(self, data: st.DataObject) -> None:
        d = self.d(data)
        wanted = command(d, self.ground.books)
        changed = self.ground.run(wanted, tried=d.odds(8))
        self.ground.counts[f"{' '.join(wanted.words[:2])}|{0 if changed else 1}"] += 1
        if changed:
            self.ground.hold()

    @rule(data=st.data())
    def works(self, data: st.DataObject) -> None:
        self.work(self.d(data))

    @rule(data=st.data())
    def does_something_else(self, data: st.DataObject) -> None:
        d = self.d(data)
        deed = d.one(deeds.BAG)(d, self.ground)
        if deed is not None and deeds.do(self.ground, deed):
            self.ground.hold()
            if deed.words[0] == "reconcile":
                self.ground.bank_agrees()

    @rule(days=st.sampled_from([0, 1, 1, 2, 3, 7, 14, 31]), hour=st.sampled_from(HOURS))
    def time_goes_on(self, days: int, hour: str) -> None:
        self.ground.at(max(self.ground.now, later(self.ground.now, days, hour)))
        self.ground.reports_agree()

    @rule(days=st.sampled_from([1, 2, 30]), data=st.data())
    def clock_goes_back(self, days: int, data: st.DataObject) -> None:
        """For some commands; then it is put right."""
        ground, d = self.ground, self.d(data)
        right = ground.now
        ground.at(later(right, -days, "09:00:00"))
        ground.noted("the clock goes back")
        issued = ground.numbered()
        for _ in range(d.whole(1, 2)):
            self.work(d)
        assert ground.numbered() == issued or not ground.is_behind(), ground.told("a number was given by a clock that is behind")
        ground.at(right)
        ground.noted("the clock is right again")
        ground.hold()

    @rule(data=st.data(), kind=st.sampled_from(KINDS), at=st.integers(1, 45))
    def is_struck(self, data: st.DataObject, kind: str, at: int) -> None:
        d = self.d(data)
        wanted = command(d, self.ground.books)
        (events.crash if kind == "die" else events.fails)(self.ground, wanted, Fault(kind, at))
        self.ground.hold()

    @rule(data=st.data(), at=st.integers(1, 80))
    def dies_in_the_midst_of_something_else(self, data: st.DataObject, at: int) -> None:
        d = self.d(data)
        deed = d.one(deeds.BAG)(d, self.ground)
        if deed is not None:
            events.interrupted(self.ground, deed, Fault("die", at))
            self.ground.hold()

    @rule(data=st.data())
    def somebody_edits_well(self, data: st.DataObject) -> None:
        events.edit_well(self.ground, self.d(data))
        self.ground.hold()

    @rule(data=st.data())
    def somebody_edits_badly(self, data: st.DataObject) -> None:
        events.edit_badly(self.ground, self.d(data))
        self.ground.hold()

    @rule(data=st.data())
    def somebody_saves_meanwhile(self, data: st.DataObject) -> None:
        events.save_meanwhile(self.ground, self.d(data))
        self.ground.hold()

    @rule(data=st.data())
    def index_is_lost(self, data: st.DataObject) -> None:
        events.lose_index(self.ground, self.d(data))
        self.ground.hold()

    @precondition(lambda self: self.ground.uses_git)
    @rule(data=st.data(), clone=st.booleans())
    def parts_and_merges(self, data: st.DataObject, clone: bool) -> None:
        events.part_and_merge(self.ground, self.d(data), self.work, clone=clone)
        self.ground.hold()

    @precondition(lambda self: "undo" in NOUNS)
    @rule(data=st.data(), back=st.booleans())
    def takes_back(self, data: st.DataObject, back: bool) -> None:
        events.undo(self.ground, self.d(data), self.work, back=back)
        self.ground.hold()


OF_HISTORIES = (
    "invoice new", "invoice void", "payment add", "payment allocate", "payment reverse", "credit-note new", "credit-note apply",
    "credit-note void", "refund new", "refund reverse", "write-off new", "write-off reverse", "close", "invoice import", "payment import",
)  # fmt: skip
"""What ``tests/laws/histories.py`` draws."""

ELSEWHERE = {
    "init": "makes a new ledger; there is none before it (tests/faults/test_sweep.py, tests/cli/init.console)",
    "demo": "copies a ledger into a new folder (tests/test_demo.py)",
    "reconcile review": "asks a person, who answers with what reconcile apply does (tests/app/test_review.py)",
    "renumber": "mends what check names after a merge, which the machine takes back instead",
    "undo": "a rule of its own: takes_back",
}


def test_every_command_that_writes_is_among_what_can_happen() -> None:
    writing = {name for name, each in commands() if {param.name for param in each.params} & {"dry_run", "yes"}}
    covered = {name for name, _ in deeds.DEEDS.values()} | {*OF_HISTORIES}
    assert writing - covered - ELSEWHERE.keys() == set()
    assert covered <= {name for name, _ in commands()}


NO_SHRINKING = tuple(set(Phase) - {Phase.shrink, Phase.explain})
"""The transcript tells enough, and each step of a shrinking takes seconds."""

SHORT = settings(max_examples=6, stateful_step_count=20, phases=NO_SHRINKING)


def test_whatever_happens_the_books_are_as_the_model_says() -> None:
    run_state_machine_as_test(Life, settings=SHORT)


@pytest.mark.long
def test_whatever_happens_for_long_the_books_are_as_the_model_says() -> None:
    runs, steps = int(os.environ.get("BILL_MACHINE_RUNS", "150")), int(os.environ.get("BILL_MACHINE_STEPS", "50"))
    run_state_machine_as_test(Life, settings=settings(max_examples=runs, stateful_step_count=steps, phases=NO_SHRINKING))
    for name in sorted(COUNTS):
        print(f"{COUNTS[name]:7} {name}")
    record("state machine, runs", runs, runs)
