"""Disks that are full, and trees that nobody may write to: commands say that nothing changed, and what only looks works as ever."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.faults.commands import COMMANDS, Row, Typed, typed, world
from tests.faults.counts import tally
from tests.faults.judge import CHECK, case, differing, everything, hold, restore
from tests.faults.mounts import ext4, mounted, need, sh
from tests.faults.rig import DAY, Trace, run
from tests.support import PROJECT, Ran, environment, papers_known

pytestmark = pytest.mark.long
FILLED = (
    "invoice new",
    "invoice issue",
    "customer merge",
    "fold",
    "unfold",
    "reconcile import",
    "schema write",
    "invoice pdf",
    "report html",
)
_PAGE = 4096
LOOKS = (
    "", "check", "invoice list", "invoice show INV-2026-0002", "report aging", "report overview", "statement nord", "customer list",
    "outbox list", "remind preview", "reconcile status", "credit score nord", "bank read april.csv", "explain INV-2026-0002", "doctor",
    "invoice pdf INV-2026-0004 --out papers --dry-run", "invoice new -c nord -l Work;1;10 --dry-run", "run --dry-run",
)  # fmt: skip


@pytest.fixture(scope="module")
def base(room: Path) -> Iterator[Path]:
    need("mount", "umount", "mkfs.ext4", "chattr", "setpriv")
    with papers_known():
        world(room / "base")
        assert run(CHECK, room / "base").ran.code == 0
        shutil.copytree(room / "base", room / "work")
        yield room / "base"


def fill(place: Path, free: int) -> None:
    """Leaves so many bytes."""
    with (place / "ballast").open("wb") as file:
        left = os.statvfs(place)
        os.posix_fallocate(file.fileno(), 0, max(1, left.f_bavail * left.f_frsize - free))


@pytest.mark.parametrize("name", FILLED, ids=lambda name: name.replace(" ", "-"))
def test_disk_that_fills_up_at_any_moment_leaves_all_old_or_all_new(base: Path, name: str) -> None:
    with mounted("none", base.parent / "full", "tmpfs", "size=16m") as place, tally("full disk") as counted:
        shutil.copytree(base, place / "world")
        found = case(base, name)._replace(work=place / "world")
        run(CHECK, found.work)
        codes = set()
        for pages in [*range(40), *range(40, 140, 4)]:
            fill(place, pages * _PAGE)
            ran = run(Typed(found.row), found.work).ran
            looked = run(CHECK, found.work).ran
            (place / "ballast").unlink()
            assert looked.code == 0, looked
            hold(found, Trace(ran, [], True))
            restore(base, found.work)
            codes.add(ran.code)
            counted.point()
        assert {found.clean.ran.code, 1} <= codes


def test_disk_that_is_full_from_the_start_can_be_read_without_an_index(base: Path) -> None:
    with mounted("none", base.parent / "full", "tmpfs", "size=16m") as place, tally("full disk, reading") as counted:
        shutil.copytree(base, place / "world")
        for pages in range(0, 120, 4):
            (place / "world/books/.bill/index.sqlite").unlink(missing_ok=True)
            fill(place, pages * _PAGE)
            ran = typed(place / "world", Row("report aging"))
            (place / "ballast").unlink()
            counted.point()
            if ran != typed(base, Row("report aging")):
                counted.violated(f"{pages} pages free: {ran}")


@contextmanager
def remounted(base: Path) -> Iterator[Path]:
    with mounted("none", base.parent / "ro", "tmpfs", "size=16m") as place:
        shutil.copytree(base, place / "world")
        run(CHECK, place / "world")
        sh("mount", "-o", "remount,ro", str(place))
        yield place / "world"


@contextmanager
def immutable(base: Path) -> Iterator[Path]:
    with mounted(str(ext4(base.parent / "ro.img", 48 << 20)), base.parent / "ro", "ext4", "loop") as place:
        shutil.copytree(base, place / "world")
        run(CHECK, place / "world")
        sh("chattr", "-R", "+i", str(place / "world"))
        try:
            yield place / "world"
        finally:
            sh("chattr", "-R", "-i", str(place / "world"))


@pytest.mark.parametrize("closed", [remounted, immutable])
def test_tree_that_cannot_be_written_is_read_and_no_command_changes_it(
    base: Path, closed: Callable[[Path], AbstractContextManager[Path]]
) -> None:
    expected = {words: typed(base, Row(words)) for words in LOOKS}
    with closed(base) as work, tally(f"read-only tree, {closed.__name__}") as counted:
        before = everything(work)
        for words in LOOKS:
            counted.point()
            ran = typed(work, Row(words))
            ran = ran._replace(out=ran.out.replace(str(work), str(base)))
            if words == "doctor":
                if "read-only: reports work, writing does not" not in ran.out:
                    counted.violated(f"{words}: {ran}")
            elif ran != expected[words]:
                counted.violated(f"{words}: {ran}, not {expected[words]}")
        for name, row in COMMANDS.items():
            counted.point()
            refused(counted.violated, name, typed(work, row))
        assert not differing(everything(work), before)


def refused(violated: Callable[[str], None], name: str, ran: Ran) -> None:
    clear = any(word in ran.err for word in ("Read-only file system", "Operation not permitted", "Permission denied"))
    if ran.code != 1 or not clear:
        violated(f"{name}: {ran}")


def test_tree_of_somebody_else_is_read_and_no_command_changes_it(base: Path) -> None:
    """As a real process with another user, for whom modes count."""
    base.parent.chmod(0o755)
    with mounted("none", base.parent / "other", "tmpfs", "size=32m,mode=755") as place, tally("read-only tree, another user") as counted:
        shutil.copytree(base, place / "world")
        ran = as_somebody_else(place / "world", "check")
        assert (ran.code, ".bill" in ran.err, "Permission denied" in ran.err) == (1, True, True), (
            "whether a commit is pending is not guessed"
        )
        shutil.rmtree(place / "world/books/.bill")
        before = everything(place / "world")
        for words in LOOKS[:8]:
            counted.point()
            ran = as_somebody_else(place / "world", words)
            if ran.code != 0 or "Permission denied" in ran.err:
                counted.violated(f"{words}: {ran}")
        for name in ("invoice new", "customer edit", "fold", "run", "report html", "invoice pdf", "edit", "init", "demo"):
            counted.point()
            refused(counted.violated, name, as_somebody_else(place / "world", COMMANDS[name].words, dict(COMMANDS[name].env)))
        assert not differing(everything(place / "world"), before)


def as_somebody_else(folder: Path, words: str, env: dict[str, str] | None = None) -> Ran:
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-B", "-m", "billcli", "--ledger", "books",
         *shlex.split(words)],
        cwd=folder, env={**environment(DAY, env), "PYTHONPATH": str(PROJECT), "HOME": "/nonexistent"}, capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    "words", ["invoice list", "report aging --format json", "check --format json", "--version", "--help", "completion bash"]
)
def test_standard_output_that_takes_nothing_is_an_error(base: Path, words: str) -> None:
    with tally("standard output full") as counted, open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "billcli", "--ledger", "books", *words.split()], cwd=base, stdout=full, stderr=subprocess.PIPE,
            env={**environment(DAY), "PYTHONPATH": str(PROJECT)}, timeout=60, check=False,
        )  # fmt: skip
        counted.point()
        if done.returncode != 1 or b"No space left on device" not in done.stderr or b"Traceback" in done.stderr:
            counted.violated(f"{words}: {done}")
