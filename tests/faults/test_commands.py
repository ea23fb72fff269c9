"""Every command that writes meets every fault at every kind of call that it makes; at every single call in the long run."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.faults.commands import APART, COMMANDS, READ_ONLY, Row, Typed, tree_of_commands, world
from tests.faults.counts import tally
from tests.faults.judge import (
    CHECK,
    case,
    differing,
    everything,
    interrupted,
    ledger,
    look,
    pairs,
    points,
    put_back,
    recovery,
    restore,
    strike,
    strike_again,
)  # fmt: skip
from tests.faults.rig import DIED, HALVES, KINDS, Fault, hashes, run, seen
from tests.support import papers_known


def test_every_command_that_writes_is_in_the_table() -> None:
    known = dict(tree_of_commands())
    assert set(known) - {"reconcile"} == READ_ONLY | COMMANDS.keys() | APART.keys()
    assert not READ_ONLY & COMMANDS.keys()
    for name in READ_ONLY:
        options = {option for param in known[name].params for option in param.opts}
        assert not options & {"--yes", "--out"}, f"{name} writes, and has no row in COMMANDS"


@pytest.fixture(scope="module")
def base(room: Path) -> Iterator[Path]:
    with papers_known():
        world(room / "base")
        assert run(CHECK, room / "base").ran.code == 0
        shutil.copytree(room / "base", room / "work")
        run(CHECK, room / "work")
        yield room / "base"


WHOLE = tuple(kind for kind in KINDS if kind not in HALVES)
"""Recovery moves files and writes none."""

MAILING = ("outbox send", "invoice send", "credit-note send", "remind run", "run")
"""Most of what they do is done after their plan, step by step: for the long run here, and for ``mail``."""


def named(names: Iterable[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", names, ids=lambda name: name.replace(" ", "-"))


@named([name for name in COMMANDS if name not in MAILING])
def test_fault_at_every_kind_of_call_leaves_all_old_or_all_new(base: Path, name: str) -> None:
    found = case(base, name)
    turn = list(COMMANDS).index(name)
    for n, kind in enumerate(KINDS):
        with tally(f"command, kind of call, {kind}") as counted:
            for at in pairs(found.calls, kind, turn + n):
                counted.point(hit=strike(found, Fault(kind, at)).struck)


@pytest.mark.long
@named(COMMANDS)
def test_fault_at_every_single_call_leaves_all_old_or_all_new(base: Path, name: str) -> None:
    found = case(base, name)
    for kind in KINDS:
        with tally(f"command, every call, {kind}") as counted:
            for at in points(found.calls, kind):
                counted.point(hit=strike(found, Fault(kind, at)).struck)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["EIO", "ENOSPC", "EACCES"])
@named(COMMANDS)
def test_fault_that_stays_leaves_all_old_or_all_new(base: Path, name: str, kind: str) -> None:
    found = case(base, name)
    with tally(f"command, every call, {kind} that stays") as counted:
        for at in points(found.calls, kind):
            counted.point(hit=strike(found, Fault(kind, at, stays=True)).struck)


@named(["invoice issue", "fold"])
def test_fault_inside_recovery_is_recovered_from(base: Path, name: str) -> None:
    """Killed, struck again while the next command finishes what was left, and finished by the one after it."""
    found = case(base, name)
    left = interrupted(found)
    for n, kind in enumerate(WHOLE):
        with tally(f"recovery, kind of call, {kind}") as counted:
            each = left[n % len(left)]
            calls = recovery(found, each)
            for at in pairs(calls, kind, n):
                counted.point(hit=strike_again(found, each, Fault(kind, at)))


@pytest.mark.long
@named([name for name, row in COMMANDS.items() if row.once and not row.beside])
def test_fault_inside_recovery_from_a_kill_at_any_call_is_recovered_from(base: Path, name: str) -> None:
    found = case(base, name)
    for turn, each in enumerate(interrupted(found)):
        calls = recovery(found, each)
        for n, kind in enumerate(WHOLE):
            with tally(f"recovery, every state, {kind}") as counted:
                for at in pairs(calls, kind, turn + n):
                    counted.point(hit=strike_again(found, each, Fault(kind, at)))


LATER = "2026-04-02"
RENUMBER = Typed(Row("renumber invoices/2026/04/INV-2026-0008.yaml --reason twice --yes"), LATER)
ISSUE = Row("invoice new -c nord -l Work;1;10;none --yes")


@pytest.mark.parametrize("kind", KINDS)
def test_fault_while_a_number_that_two_documents_claim_is_given_anew_leaves_all_old_or_all_new(base: Path, kind: str) -> None:
    """Any other command refuses such books, so this one is run again."""
    work = base.parent / "work"
    restore(base, work)
    made = Typed(ISSUE, LATER)(work)
    theirs = work / f"books/invoices/2026/04/{made.out.strip()}.yaml"
    raw = theirs.read_bytes()
    restore(base, work)
    assert Typed(ISSUE)(work).out == made.out
    theirs.parent.mkdir(parents=True, exist_ok=True)
    theirs.write_bytes(raw)
    run(CHECK, work)
    before = look(work)
    assert run(RENUMBER, work, Fault("none", 0)).ran.code == 0
    put_back(before, work)
    clean = run(RENUMBER, work)
    new = everything(work)
    put_back(before, work)
    with tally(f"command, kind of call, {kind}") as counted:
        for at in pairs(clean.calls, kind, KINDS.index(kind)):
            trace = run(RENUMBER, work, Fault(kind, at))
            counted.point(hit=trace.struck)
            shown = seen(work / "books")
            assert shown in (hashes(ledger(before.files)), hashes(ledger(new))), "a reader saw a mixture"
            assert trace.ran.code in (0, 1, 3, DIED), trace.ran
            if trace.ran.code == 1:
                assert not differing(everything(work), before.files)
            run(RENUMBER, work)  # it finishes what was begun, and then may find nothing to do
            assert not differing(everything(work), new)
            assert run(CHECK, work).ran.code == 0
            put_back(before, work)
    restore(base, work)
