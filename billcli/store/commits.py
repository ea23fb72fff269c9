"""The past of the ledger as git has it: what each commit changed against each of its parents, and the bytes of files then.

A few processes for all commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from billcli.errors import UsageError
from billcli.model.values import quoted
from billcli.store import fs
from billcli.store.git_program import GitProblem, blobs, commit_named, is_shallow, run

_SECONDS = 600
_TOGETHER = 64_000_000
"""Bytes of files that are in memory at once."""

LARGEST = 256_000_000
"""No file of a ledger is larger; what somebody put into the past is not read."""

_AT_ONCE = 5000
"""Commits whose changes are."""

_PATHS = 200
"""Names on one command line."""


class Commit(NamedTuple):
    """``at`` is when git says that it was made."""

    id: str
    at: datetime
    parents: tuple[str, ...]

    def said(self) -> str:
        return f"commit {self.id[:10]} of {self.at:%Y-%m-%d}"


class Change(NamedTuple):
    """What a commit did to a file: the blobs before and after, None for no plain file."""

    path: str
    old: str | None
    new: str | None


class Edge(NamedTuple):
    """A commit against one of its parents."""

    commit: Commit
    parent: str
    changes: tuple[Change, ...]


class Past(NamedTuple):
    """Commits from the oldest on, each behind its parents; ``shallow`` where git has no older ones. ``head`` are the files of the last."""

    commits: list[Commit]
    edges: list[Edge]
    head: dict[str, str]
    shallow: bool


def past(root: str, wanted: Callable[[str], bool], since: str | None = None) -> Past:
    """All commits that lead to HEAD, or those since a revision, and what they did to the wanted files. Raises ``GitProblem``."""
    commits = [
        _commit(line) for line in _lines(root, "rev-list", "--parents", "--topo-order", "--reverse", "--timestamp", *_range(root, since))
    ]
    return Past(commits, list(_edges(root, commits, wanted)), files(root, wanted), is_shallow(root))


def _range(root: str, since: str | None) -> Sequence[str]:
    _run(root, "rev-parse", "--git-dir")  # says so where there is no repository
    if commit_named(root, "HEAD") is None:
        raise GitProblem("nothing is committed yet")
    if since is None:
        return ("HEAD",)
    if (known := commit_named(root, since) if since else None) is None:
        raise UsageError(f"--since: {quoted(since)} is no commit that git knows", 'name a commit, a tag or a branch; "git log" lists them')
    return "HEAD", f"^{known}"


def _commit(line: bytes) -> Commit:
    at, id_, *parents = line.decode().split()
    return Commit(id_, datetime.fromtimestamp(int(at), UTC), tuple(parents))


def _edges(root: str, commits: Sequence[Commit], wanted: Callable[[str], bool]) -> Iterator[Edge]:
    """A line "commit parent" for each: pathspecs would have git leave out merges, which is where an arm is dropped."""
    pairs = [(commit, parent) for commit in commits for parent in commit.parents]
    for begin in range(0, len(pairs), _AT_ONCE):
        some = pairs[begin : begin + _AT_ONCE]
        asked = "".join(f"{commit.id} {parent}\n" for commit, parent in some).encode()
        words = ("diff-tree", "--stdin", "-r", "--raw", "--no-renames", "--no-abbrev", "-z", "--always", "--relative")
        answer = iter(_run(root, *words, stdin=asked).split(b"\0"))
        changes: list[Change] = []
        at = -1
        for field in answer:
            if not field:
                continue
            if not field.startswith(b":"):
                if at >= 0:
                    yield Edge(*some[at], tuple(changes))
                at, changes = at + 1, []
                continue
            path = next(answer).decode("utf-8", "surrogateescape")
            if wanted(path):
                before, after, old, new = field[1:].decode().split()[:4]
                changes.append(Change(path, _plain(before, old), _plain(after, new)))
        if at >= 0:
            yield Edge(*some[at], tuple(changes))


def _plain(mode: str, blob: str) -> str | None:
    return blob if mode.startswith("100") else None


def files(root: str, wanted: Callable[[str], bool], commit: str = "HEAD") -> dict[str, str]:
    """The blobs of the wanted files as a commit has them."""
    found = {}
    for each in _run(root, "ls-tree", "-r", "-z", commit).split(b"\0"):
        head, _, name = each.partition(b"\t")
        path = name.decode("utf-8", "surrogateescape")
        if name and wanted(path) and head.startswith(b"100"):
            found[path] = head.split()[2].decode()
    return found


def sizes(root: str, blobs: Iterable[str]) -> dict[str, int]:
    """How long each of them is; one that git does not have, or that is larger than any file of a ledger, is left out."""
    asked = "".join(f"{each}\n" for each in dict.fromkeys(blobs)).encode()
    found = {}
    for line in _run(root, "cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)", stdin=asked).splitlines():
        name, kind, *size = line.decode().split()
        if kind == "blob" and int(size[0]) <= LARGEST:
            found[name] = int(size[0])
    return found


def contents(root: str, groups: Iterable[Sequence[str]], size: dict[str, int]) -> Iterator[dict[str, bytes]]:
    """For each group of blobs the bytes of those whose size is known; as many groups at once as memory should hold."""
    waiting: list[Sequence[str]] = []
    much = 0
    for every in groups:
        group = [each for each in every if each in size]
        waiting.append(group)
        much += sum(size[each] for each in group)
        if much > _TOGETHER:
            yield from _read(root, waiting)
            waiting, much = [], 0
    yield from _read(root, waiting)


def _read(root: str, groups: Sequence[Sequence[str]]) -> Iterator[dict[str, bytes]]:
    found = blobs(root, (each for group in groups for each in group), _SECONDS)
    for group in groups:
        yield {each: found[each] for each in group if each in found}


def former(root: str, wanted: Mapping[str, str]) -> dict[str, bytes]:
    """Bytes that files once had, by their SHA-256, as far as any branch has them; ``wanted`` gives the path for each."""
    found: dict[str, bytes] = {}
    paths = sorted(set(wanted.values()))
    try:
        for at in range(0, len(paths), _PATHS):
            words = ("log", "--all", "--full-history", "-m", "--format=", "--raw", "--no-abbrev", "--no-renames", "--")
            raw = _run(root, *words, *paths[at : at + _PATHS]).decode("utf-8", "replace")
            names = [blob for line in raw.splitlines() if line.startswith(":") for blob in line.split(" ", 4)[2:4] if blob.strip("0")]
            for blob in blobs(root, names, _SECONDS).values():
                if (digest := fs.sha256(blob)) in wanted:
                    found[digest] = blob
    except GitProblem:
        return found
    return found


def blob_id(data: bytes, like: str) -> str:
    """The name that git gives these bytes, in the kind of hash that this repository uses."""
    begin = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return begin(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _lines(root: str, *words: str) -> list[bytes]:
    return _run(root, *words).splitlines()


def _run(root: str, *words: str, stdin: bytes = b"") -> bytes:
    return run(root, *words, stdin=stdin, seconds=_SECONDS)
