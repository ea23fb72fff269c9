"""The ledger as git has it at a commit: read from its objects, with nothing checked out and nothing of the repository's settings run."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, NamedTuple

from billcli.errors import BillError
from billcli.model.values import quoted
from billcli.store import layout
from billcli.store.git_program import GitProblem, command, commit_named, environment, is_installed, is_shallow, run, run_or_none

_TIMEOUT = 60
_MOST = 2_000_000
"""Files of one commit; more is no ledger of ours."""

_PLAIN = ("100644", "100755", "100664")
LINK = "120000"


class Commit(NamedTuple):
    """A commit, as it was asked for, and the tree of the ledger's folder in it."""

    asked: str
    id: str
    tree: str


class Blob(NamedTuple):
    """A file of a tree: its mode, and the name of its bytes."""

    mode: str
    id: str


def commit_at(root: str, asked: str) -> Commit:
    """The commit that somebody means by ``HEAD~3``, a branch, a tag or the beginning of a name. Raises ``BillError``."""
    _ensure_history(root)
    return _with_tree(root, asked, _commit(root, asked))


def commit_before(root: str, asked: str, until: datetime) -> Commit:
    """The last commit on the first-parent line of HEAD that was made before that instant, by the clock of whoever committed it."""
    _ensure_history(root)
    for line in _run(root, "rev-list", "--first-parent", "--timestamp", _commit(root, "HEAD")).decode().splitlines():
        made, _, name = line.partition(" ")
        if int(made) < until.timestamp():
            return _with_tree(root, asked, name)
    raise BillError(f"no commit is as old as {asked}", _shallow(root) or "the books were not in git yet")


def fork_of(root: str, one: str, other: str) -> str:
    """The commit at which two lines of work parted."""
    _ensure_history(root)
    found = run_or_none(root, "merge-base", _commit(root, one), _commit(root, other))
    if not found:
        raise BillError(f"{quoted(one)} and {quoted(other)} have no commit in common", _shallow(root) or "compare them with two dots")
    return found.decode().split()[0]


def files_of(root: str, commit: Commit) -> dict[str, Blob]:
    """Every file and link below the ledger's documents and its trail, by path. Raises ``BillError`` for a tree without a ledger."""
    wanted = [*layout.SINGLE, *layout.FOLDERS, "audit"]
    raw = _run(root, "ls-tree", "-r", "-z", "--full-tree", commit.tree, "--", *wanted)
    found: dict[str, Blob] = {}
    for line in raw.split(b"\0"):
        if line:
            said, _, name = line.partition(b"\t")
            mode, kind, id_ = said.decode().split()
            if kind == "blob":  # another repository within this one is no file of the ledger
                found[os.fsdecode(name)] = Blob(mode, id_)
    if "ledger.yaml" not in found:
        raise BillError(f"at {commit.asked} this folder holds no ledger", "it has no ledger.yaml there; name a later commit")
    if len(found) > _MOST:
        raise BillError(f"at {commit.asked} the ledger has more than {_MOST} files", "bill does not read so many from git")
    return found


def is_plain(blob: Blob) -> bool:
    return blob.mode in _PLAIN


class Wanted(NamedTuple):
    """Bytes to read: their name, the path they stand at, and how many of them at most."""

    id: str
    path: str
    most: int


@contextmanager
def reading(root: str, wanted: Sequence[Wanted]) -> Iterator[Iterator[bytes]]:
    """The bytes of many, in this order; of more than ``most`` the first ones and one more."""
    with tempfile.TemporaryFile() as asked:
        asked.write(b"".join(f"{each.id}\n".encode() for each in wanted))
        asked.seek(0)
        batching = command(root, "cat-file", "--batch", "--buffer")
        with subprocess.Popen(batching, stdin=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(root)) as batch:
            assert batch.stdout is not None
            try:
                yield _bodies(root, batch.stdout, wanted)
            finally:
                batch.kill()


def _bodies(root: str, answers: IO[bytes], wanted: Sequence[Wanted]) -> Iterator[bytes]:
    for _, path, limit in wanted:
        head = answers.readline().split()
        if len(head) != 3 or head[1] != b"blob":
            raise BillError(f"git does not hold what {path} said then", _shallow(root) or 'this clone is not whole; "git fsck" tells more')
        size, most = int(head[2]), limit + 1
        yield answers.read(min(size, most))
        left = size - most
        while left > 0:
            left -= len(answers.read(min(left, 1 << 20))) or left
        answers.read(1)


def prefix(root: str) -> str:
    """Where the ledger lies in its repository: empty, or a folder with a slash behind; empty too where there is no repository."""
    found = run_or_none(root, "rev-parse", "--show-prefix")
    return os.fsdecode(found.removesuffix(b"\n")) if found else ""


def _with_tree(root: str, asked: str, commit: str) -> Commit:
    """The folder is looked up by its place in the repository."""
    found = run_or_none(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}:{prefix(root).rstrip('/')}")
    if not found:
        raise BillError(f"at {asked} this folder holds no ledger", "it was not there yet; name a later commit")
    return Commit(asked, commit, found.decode().strip())


def _commit(root: str, asked: str) -> str:
    if asked and (found := commit_named(root, asked)):
        return found
    hint = _shallow(root) or 'name a branch, a tag or a commit, as "git log --oneline" shows them'
    raise BillError(f"git knows no commit {quoted(asked)}", hint)


def _shallow(root: str) -> str:
    return 'this clone holds only the newest commits; "git fetch --unshallow" brings the others' if is_shallow(root) else ""


def _ensure_history(root: str) -> None:
    if not is_installed(root):
        raise BillError("git is not installed, and only git knows how the books were", "install git")
    try:
        inside = _run(root, "rev-parse", "--is-inside-work-tree").strip() == b"true"
    except BillError as error:
        if "not a git repository" not in error.message:
            raise
        inside = False
    if not inside:
        raise BillError(
            "the ledger is in no git repository, so nothing tells how it was", '"git init" begins one; bill commits from then on'
        )


def _run(root: str, *words: str) -> bytes:
    try:
        return run(root, *words, seconds=_TIMEOUT)
    except GitProblem as problem:
        raise BillError(f"git: {problem}", '"git status" tells more') from problem
