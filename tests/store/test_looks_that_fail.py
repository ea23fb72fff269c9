"""A disk that cannot say whether a file is there has not said that it is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from billcli.errors import BillError
from billcli.store import outbox
from billcli.store.audit import next_entry
from billcli.store.locate import find_ledger
from tests.faults.rig import Fault, disk, words
from tests.support import make_ledger

CLONE = "0123abcd"
NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    root = make_ledger(tmp_path)
    assert words("customer", "add", "--id", "nord", "--name", "Nordwind", "--yes")(root).code == 0
    return root


def every_call_fails(ledger: Path, work: Callable[[], object], error: type[Exception]) -> int:
    """Runs the work as often as it makes calls, each time with another one failing; how many those are."""
    made: list[str] = []
    with disk(before=lambda kind, args: made.append(kind), within=ledger):
        work()
    for at in range(1, len(made) + 1):
        with disk(Fault("EIO", at, reads=True), within=ledger), pytest.raises(error, match=os.strerror(5)):
            work()
    return len(made)


def test_trail_is_never_begun_anew_beside_one_that_could_not_be_looked_at(ledger: Path) -> None:
    [trail] = ledger.glob("audit/*/*.jsonl")
    assert every_call_fails(ledger, lambda: next_entry(str(ledger), CLONE, NOW, "test", "", []), OSError) > 10
    path, old, new = next_entry(str(ledger), CLONE, NOW, "test", "", [])
    assert (path, old) == (str(trail.relative_to(ledger)), trail.read_bytes())
    assert b'"seq": 2' in new.removeprefix(trail.read_bytes())


def test_memory_of_what_was_handed_over_is_never_taken_for_empty(ledger: Path) -> None:
    hand = outbox.Hand("2026-03-14T09:00:00Z", "R-1-invoice-00000000", 0, (outbox.Entry("invoice", "R-1", "-", "a@b.example"),))
    outbox.note_handed(str(ledger), hand)
    assert every_call_fails(ledger, lambda: outbox.handed(str(ledger)), OSError) > 5
    assert outbox.handed(str(ledger)) == {hand.delivery: [hand]}


def test_ledger_that_cannot_be_looked_at_is_not_called_none(ledger: Path) -> None:
    assert every_call_fails(ledger, lambda: find_ledger(str(ledger), "/"), BillError) == 1
