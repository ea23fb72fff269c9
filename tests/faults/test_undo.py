"""A kill anywhere in ``bill undo`` leaves all old or all new; one while a command keeps what it replaced loses nothing but that."""

from __future__ import annotations

from pathlib import Path

import pytest

from billcli.store import former
from tests.faults.rig import DIED, Fault, Trace, copy, files, journal, run, words
from tests.support import make_ledger

EDIT = words("customer", "edit", "nord", "--set", "name=Nord & Sons", "--yes")
UNDO = words("undo", "--yes")
CHECK = words("check")


@pytest.fixture(scope="module")
def base(room: Path) -> Path:
    ledger = make_ledger(room / "base")
    for command in (
        words("customer", "add", "--id", "nord", "--name", "Nordwind GmbH", "--yes"),
        words("invoice", "new", "--customer", "nord", "--line", "Work;3;100", "--draft", "--yes"),
    ):
        assert run(command, ledger).ran.code == 0
    return ledger


def finished(trace: Trace, ledger: Path) -> bool:
    """Whether a command came through, once the next one has done what was left of it."""
    assert trace.ran.code in (0, DIED), trace
    assert run(words("hold", "new", "--kind", "manual", "-c", "nord", "--reason", "next", "--yes"), ledger).ran.code == 0
    assert journal(ledger) == {}
    assert run(CHECK, ledger).ran.code == 0
    return "Nord & Sons" in (ledger / "customers" / "nord.yaml").read_text()


MOVES = ("rename", "renameat2", "mkdir", "unlink")
"""Where something changes its place; all else is the journal's, which ``test_sweep`` goes through."""


@pytest.mark.parametrize("kinds", [("mkdir",), pytest.param(MOVES, marks=pytest.mark.long)])
def test_a_kill_inside_undo_leaves_the_entry_or_takes_it_back(base: Path, kinds: tuple[str, ...]) -> None:
    """``mkdir`` comes last of all, in keeping what was replaced; the commit point is the rename before the files move."""
    edited = copy(base, base.parent / "edited")
    assert run(EDIT, edited).ran.code == 0
    work = copy(edited, base.parent / "work")
    calls = run(UNDO, work).calls
    old, new = files(base)["customers/nord.yaml"], files(edited)["customers/nord.yaml"]
    commit = calls.index("renameat2") - 2
    seen = set()
    for at in {commit, *(at for at, call in enumerate(calls, 1) if call in kinds)}:
        trace = run(UNDO, copy(edited, work), Fault("die", at))
        assert trace.ran.code == DIED
        stands = finished(trace, work)
        assert files(work)["customers/nord.yaml"] == (new if stands else old)
        seen.add(stands)
        again = run(words("undo", "3", "--dry-run"), work).ran
        assert again.code == (0 if stands else 1), again
        assert stands or "entry 3 is undone already by entry 4" in again.err
    assert seen == {True, False}


@pytest.mark.long
def test_a_kill_while_bill_keeps_what_it_replaced_loses_no_document(base: Path) -> None:
    work = copy(base, base.parent / "work")
    calls = run(EDIT, work).calls
    undone = 0
    for at in [at for at, call in enumerate(calls, 1) if call in MOVES]:
        trace = run(EDIT, copy(base, work), Fault("die", at))
        if finished(trace, work):
            assert any((work / former.FOLDER).glob("*/*"))
            undone += run(words("undo", "3", "--yes"), work).ran.code == 0
    assert undone > 5
