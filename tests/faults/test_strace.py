"""The real program under ``strace``, which kills it at a call of the system, or has the call fail: SQLite's own calls among them."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.commands import CLONE, Row, world
from tests.faults.counts import tally
from tests.faults.judge import CHECK, Case, case, hold, restore
from tests.faults.mounts import need
from tests.faults.rig import DAY, DIED, Trace, run
from tests.support import PROJECT, Ran, environment, papers_known

pytestmark = pytest.mark.long
CALLS = (
    "openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat", "link", "linkat",
    "ftruncate", "mkdir", "mkdirat",
)  # fmt: skip
TRIED = ("invoice issue", "fold", "customer merge", "report html")
KINDS = ("signal=SIGKILL", "error=EIO", "error=ENOSPC", "error=EACCES")
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\(", re.M)


@pytest.fixture(scope="module")
def base(room: Path) -> Iterator[Path]:
    need("strace")
    with papers_known():
        world(room / "base")
        assert run(CHECK, room / "base").ran.code == 0
        shutil.copytree(room / "base", room / "work")
        run(CHECK, room / "work")
        yield room / "base"


def traced(row: Row, work: Path, log: Path, *options: str) -> Ran:
    """The command as a process of its own; what ``strace`` saw of it is in the log."""
    program = [sys.executable, "-m", "billcli", "--ledger", "books", *shlex.split(row.words)]
    words = [_named(work, word) for word in program]
    done = subprocess.run(
        ["strace", "-f", "-qq", "-y", "-o", str(log), *options, *words], cwd=work, capture_output=True, timeout=120, check=False,
        env={**environment(DAY, {"BILL_CLONE": CLONE, **dict(row.env)}), "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    killed = done.returncode in (-9, 137)
    return Ran(DIED if killed else done.returncode, done.stdout.decode(), done.stderr.decode())


def _named(work: Path, word: str) -> str:
    return next(work.glob(f"books/{word[1:]}")).stem if word.startswith("@") else word


def touched(found: Case, log: Path) -> list[str]:
    """Options that narrow ``strace`` to the files and folders of the world that the command touches. It knows no folder as a whole."""
    traced(found.row, found.work, log, "-e", f"trace={','.join(CALLS)}")
    text = log.read_text()
    paths = set(re.findall(rf"<({re.escape(str(found.work))}[^>]*)>", text)) | set(
        re.findall(rf'"({re.escape(str(found.work))}[^"]*)"', text)
    )
    restore(found.base, found.work)
    return [option for path in sorted(paths) for option in ("-P", path)]


@pytest.mark.parametrize("name", TRIED, ids=lambda name: name.replace(" ", "-"))
def test_real_command_that_is_killed_or_whose_call_fails_leaves_all_old_or_all_new(base: Path, name: str) -> None:
    found, log = case(base, name), base.parent / "log"
    only = touched(found, log)
    ran = traced(found.row, found.work, log, *only, "-e", f"trace={','.join(CALLS)}")
    assert ran.code == found.clean.ran.code, ran
    made = Counter(_CALL.findall(log.read_text()))
    restore(base, found.work)
    assert sum(made.values()) > 12
    for turn, kind in enumerate(KINDS):
        with tally(f"strace, {kind.partition('=')[2]}") as counted:
            for call, times in made.items():
                for at in range(1, times + 1):
                    if (at + turn) % (16 if call == "openat" else 3) and "rename" not in call:
                        continue  # of the many alike, others for each fault
                    ran = traced(found.row, found.work, log, *only, "-e", f"trace={call}", "-e", f"inject={call}:{kind}:when={at}")
                    told = log.read_text()
                    if "INJECTED" in told or "killed by SIGKILL" in told:
                        counted.point()  # else the index had less to read this time, and there was no such call
                    try:
                        hold(found, Trace(ran, [], True))
                    except AssertionError as error:
                        counted.violated(f"{name}, {call} {at}, {kind}: {str(error).splitlines()[0][:400]}")
                    restore(base, found.work)
