"""The folder with the books: made once per size and kept, put under git where a row needs it, and put back after rows that write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import books
from tests.bench.peers import Tools
from tests.support import PROJECT

SETTLED = 2.1
"""Seconds after which a file's stamp is trusted; before, every command reads the file again."""
FOLDED_YEARS = (2024, 2025)
OURS_ALONE = 1_000_000
"""Books of this size are written folded, and never given to the peers."""


class Shelf:
    """Books by number of invoices below one folder."""

    def __init__(self, root: Path, tools: Tools, say: Callable[[str], None]) -> None:
        self.root, self.tools, self.say = root, tools, say

    def folder(self, count: int) -> Path:
        """The books, made where they are not there yet: those for peers by a process beside, while the ledger is written."""
        folder, mark = self.root / f"books-{count}", f"{books.FORMAT} {books.SEED}\n"
        made = folder / "made"
        if made.exists() and made.read_text() == mark:
            put_back(folder / "ledger", self.tools)
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        self.say(f"writing the books of {count:,} invoices")
        env = {**self.tools.env, "PYTHONPATH": str(PROJECT)}
        command = (sys.executable, "-m", "tests.bench.books", str(count), str(folder), "--what")
        started = [subprocess.Popen((*command, what), env=env, cwd=PROJECT) for what in ("peers", "ledger")]
        ended = [each.wait() for each in started]
        if any(ended):
            raise SystemExit("the books could not be written")
        made.write_text(mark)
        return folder

    def ledger(self, count: int) -> str:
        return str(self.folder(count) / "ledger")

    def under_git(self, count: int) -> Path:
        """The ledger in a repository with one commit of all of it."""
        root = Path(self.ledger(count))
        if not (root / ".git").exists():
            self.say(f"putting the books of {count:,} invoices under git")
            begin(root, self.tools)
        return root

    def folded(self, count: int) -> Path:
        """A copy with its first two years closed and folded."""
        root, mark = self.root / f"folded-{count}", f"{books.FORMAT} {books.SEED}\n"
        if (root / "made").exists() and (root / "made").read_text() == mark:
            put_back(root / "ledger", self.tools)
            return root / "ledger"
        shutil.rmtree(root, ignore_errors=True)
        source = Path(self.ledger(count))
        self.say(f"folding two years of {count:,} invoices")
        ledger = root / "ledger"
        shutil.copytree(source, ledger, ignore=lambda folder, _: (".bill", ".git") if folder == str(source) else ())
        books.adopt(ledger)
        bill = (*self.tools.bill, "--ledger", str(ledger))
        self.tools.said(*bill, "close", "--through", f"{FOLDED_YEARS[-1]}-12-31", "--yes", "--quiet")
        for year in FOLDED_YEARS:
            self.tools.said(*bill, "fold", str(year), "--yes", "--quiet")
        begin(ledger, self.tools)
        (root / "made").write_text(mark)
        return ledger

    def all_folded(self, count: int) -> Path:
        """Books of which all but the last month is closed and folded, written so: no disk takes millions of small files in good time."""
        root, mark = self.root / f"closed-{count}", f"{books.FORMAT} {books.SEED}\n"
        if not ((root / "made").exists() and (root / "made").read_text() == mark):
            shutil.rmtree(root, ignore_errors=True)
            self.say(f"writing the books of {count:,} invoices, closed through {books.CLOSED}")
            books.write(count, root, "ledger", closed=books.CLOSED)
            (root / "made").write_text(mark)
        return root / "ledger"


def git(root: Path, tools: Tools, *words: str) -> str:
    return tools.said(shutil.which("git") or "git", "-C", str(root), *words)


def begin(root: Path, tools: Tools) -> None:
    """One commit, its objects in packs as they are some weeks later."""
    git(root, tools, "init", "--quiet", "--initial-branch=main")
    git(root, tools, "-c", "core.bigFileThreshold=1", "add", "--all")
    git(root, tools, "commit", "--quiet", "--message", "books")
    git(root, tools, "tag", "begin")
    git(root, tools, "gc", "--quiet")


@contextmanager
def written(root: Path, tools: Tools, *, git: bool) -> Iterator[None]:
    """For commands that write, with git or as if the ledger were in no repository; it is put back behind them."""
    if not git:
        (root / ".git").rename(root / ".git-away")
    try:
        yield
    finally:
        put_back(root, tools)


def put_back(root: Path, tools: Tools) -> None:
    """The ledger as it was when it came under git; what was measured on it leaves nothing."""
    if (root / ".git-away").exists():
        (root / ".git-away").rename(root / ".git")
    if (root / ".git").exists():
        git(root, tools, "reset", "--quiet", "--hard", "begin")
        git(root, tools, "clean", "--quiet", "--force", "-d")
        for name in ("git-index", "git-base", "git-pending"):
            (root / ".bill" / name).unlink(missing_ok=True)


def without_index(root: str) -> Callable[[], None]:
    """Deletes the index, so that the next command reads every file."""

    def forget() -> None:
        for name in ("index.sqlite", "index.sqlite-journal", "index.sqlite-wal", "index.sqlite-shm"):
            Path(root, ".bill", name).unlink(missing_ok=True)

    return forget


def disk(root: Path) -> tuple[int, int]:
    """How many files there are, and the bytes they take on the disk, folders included."""
    files = taken = 0
    for folder, folders, names in os.walk(root):
        taken += os.lstat(folder).st_blocks * 512
        files += len(names)
        taken += sum(os.lstat(os.path.join(folder, name)).st_blocks * 512 for name in names)
        folders[:] = [each for each in folders if not (folder == str(root) and each in (".git", ".git-away", ".bill"))]
    return files, taken
