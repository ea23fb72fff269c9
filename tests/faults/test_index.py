"""The index is never the truth: whatever becomes of it, a command is right or says why not, and the ledger is as it says."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.faults.commands import Row, Typed, world
from tests.faults.counts import tally
from tests.faults.judge import CHECK, case, hold, restore
from tests.faults.rig import Trace, run
from tests.support import papers_known

CODES = {"full": sqlite3.SQLITE_FULL, "io": sqlite3.SQLITE_IOERR, "damaged": sqlite3.SQLITE_CORRUPT, "read-only": sqlite3.SQLITE_READONLY}
TRIED = ("report aging", "invoice issue", "fold")


class Statements:
    """Counts what is asked of databases that are files; the ``at``-th fails, and with it all that follow on the same disk."""

    def __init__(self, at: int, code: int) -> None:
        self.at = at
        self.code = code
        self.made = 0

    def step(self) -> None:
        self.made += 1
        if self.made == self.at:
            error = sqlite3.OperationalError("the rig says so")
            error.sqlite_errorcode = self.code
            raise error


@contextmanager
def failing(at: int, code: int) -> Iterator[Statements]:
    counted = Statements(at, code)
    connect: Any = sqlite3.connect

    class Failing(sqlite3.Connection):
        def execute(self, *args: Any) -> sqlite3.Cursor:
            counted.step()
            return super().execute(*args)

        def executemany(self, *args: Any) -> sqlite3.Cursor:
            counted.step()
            return super().executemany(*args)

    def opened(path: str, *args: Any, **options: Any) -> Any:
        return connect(path, *args, **{**options, **({} if path == ":memory:" else {"factory": Failing})})

    with mock.patch.object(sqlite3, "connect", opened):
        yield counted


@pytest.fixture(scope="module")
def base(room: Path) -> Iterator[Path]:
    with papers_known():
        world(room / "base")
        assert run(CHECK, room / "base").ran.code == 0
        shutil.copytree(room / "base", room / "work")
        run(CHECK, room / "work")
        yield room / "base"


@pytest.mark.parametrize("step", [19, pytest.param(1, marks=pytest.mark.long)], ids=["sample", "every statement"])
@pytest.mark.parametrize("what", ["full", "damaged", *(pytest.param(each, marks=pytest.mark.long) for each in ("io", "read-only"))])
@pytest.mark.parametrize("name", TRIED, ids=lambda name: name.replace(" ", "-"))
def test_index_that_fails_at_any_statement_does_no_harm(base: Path, name: str, what: str, step: int) -> None:
    work = base.parent / "work"
    found = case(base, name) if name != "report aging" else None
    command = Typed(found.row if found else Row(name))
    restore(base, work)
    expected = run(command, work).ran
    restore(base, work)
    with failing(0, 0) as counted:
        run(command, work)
    restore(base, work)
    with tally(f"index, {what}") as figures:
        for at in range(1 + list(CODES).index(what), counted.made + 1, step):
            with failing(at, CODES[what]) as struck:
                ran = run(command, work).ran
            if struck.made < at:
                break  # it had less to read anew than the first time
            figures.point()
            if ran.code not in (0, 1, 3, 4) or (ran.code == 0 and ran.out != expected.out):
                figures.violated(f"{name}, statement {at}: {ran}")
            if found:
                hold(found, Trace(ran, [], True))
            restore(base, work)
