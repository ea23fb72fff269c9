"""One commit per command, made from an index of bill's own: what the user has staged is neither committed nor lost.

The repository may be somebody else's work: its hooks, filters, monitors, signers and remotes name programs, and none of them is run.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence

from billcli.store import fs
from billcli.store.locate import PRIVATE
from billcli.store.programs import find_program, search_path

_TIMEOUT = 30
_INDEX = f"{PRIVATE}/git-index"
_BASE = f"{PRIVATE}/git-base"
_PENDING = f"{PRIVATE}/git-pending"
ELSEWHERE = frozenset(
    (
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_NAMESPACE", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE",
        "GIT_REPLACE_REF_BASE", "GIT_IMPLICIT_WORK_TREE", "GIT_ATTR_SOURCE",
    )
)  # fmt: skip
"""What a hook or another tool may have set for a repository of its own."""

_NO_PROGRAMS = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "commit.gpgSign=false", "gc.auto=0", "protocol.allow=never")
_SETTINGS = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",  # a missing object would be fetched, by a program that the repository names
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}


class GitProblem(Exception):
    """git could not make the commit; the books themselves are written."""


def is_installed(root: str) -> bool:
    return find_program("git", root) is not None


def is_available(root: str) -> bool:
    """Whether git is installed and the ledger lies in a work tree."""
    if not is_installed(root):
        return False
    try:
        return _git(root, "rev-parse", "--is-inside-work-tree").strip() == "true"
    except GitProblem:
        return False


def top(root: str) -> str:
    """The root of the work tree in which this folder lies."""
    return _git(root, "rev-parse", "--show-toplevel").removesuffix("\n")


def begin(root: str) -> None:
    """A new repository with the branch ``main``."""
    _git(root, "init", "--quiet", "--initial-branch=main")


def note(root: str, paths: Sequence[str]) -> None:
    """Before they are written: these paths are to be committed, by this command or, if it is killed, by the next one."""
    known = waiting(root)
    if not known.issuperset(paths):
        fs.write_over(root, _PENDING, "\n".join(sorted(known.union(paths))).encode())


def waiting(root: str) -> set[str]:
    """Paths that an earlier command wrote and git has not committed."""
    raw = fs.read_if_there(root, _PENDING)
    return set(raw.decode().splitlines()) if raw else set()


_AT_ONCE = 200


def former(root: str, wanted: Mapping[str, str]) -> dict[str, bytes]:
    """Bytes that files once had, by their SHA-256, as far as any branch has them; ``wanted`` gives the path for each."""
    found: dict[str, bytes] = {}
    paths = sorted(set(wanted.values()))
    try:
        for at in range(0, len(paths), _AT_ONCE):
            some = paths[at : at + _AT_ONCE]
            raw = _git(root, "log", "--all", "--full-history", "-m", "--format=", "--raw", "--no-abbrev", "--no-renames", "--", *some)
            blobs = {blob: None for line in raw.splitlines() if line.startswith(":") for blob in line.split(" ", 4)[2:4] if blob.strip("0")}
            for blob in _blobs(root, [*blobs]):
                if (digest := fs.sha256(blob)) in wanted:
                    found[digest] = blob
    except GitProblem:
        return found
    return found


def _blobs(root: str, names: Sequence[str]) -> Iterator[bytes]:
    raw = _run(root, "cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode())
    at = 0
    while at < len(raw):
        head, _, _ = raw[at:].partition(b"\n") if len(raw) - at < 200 else raw[at : at + 200].partition(b"\n")
        at += len(head) + 1
        words = head.split()
        if len(words) != 3:
            continue
        size = int(words[2])
        yield raw[at : at + size]
        at += size + 1


def commit(root: str, message: str) -> None:
    """Commits all noted paths. Raises ``GitProblem``; the paths then wait for the next command."""
    try:
        if todo := sorted(waiting(root)):
            _commit(root, todo, message)
            fs.remove(root, _PENDING)
    except OSError as error:
        raise GitProblem(str(error)) from error


def is_merging(root: str) -> bool:
    """Whether a merge or rebase waits for a person to end it."""
    folder = _git(root, "rev-parse", "--absolute-git-dir").strip()
    marks = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
    return any(os.path.exists(os.path.join(folder, mark)) for mark in marks)


def both_added(root: str, folders: Sequence[str]) -> dict[str, tuple[bytes, bytes]]:
    """Files that both sides of a merge have added, each otherwise: our bytes and theirs."""
    if not is_available(root):
        return {}
    stages: dict[str, dict[str, str]] = {}
    for record in _git(root, "ls-files", "--unmerged", "-z", "--", *folders).split("\0"):
        if record:
            head, _, path = record.partition("\t")
            _, blob, stage = head.split(" ")
            stages.setdefault(path, {})[stage] = blob
    both = {path: each for path, each in stages.items() if each.keys() == {"2", "3"}}
    names = [each[stage] for each in both.values() for stage in ("2", "3")]
    blobs = dict(zip(names, _blobs(root, names), strict=True)) if names else {}
    return {path: (blobs[each["2"]], blobs[each["3"]]) for path, each in both.items()}


def _commit(root: str, paths: Sequence[str], message: str) -> None:
    if is_merging(root):
        raise GitProblem("a merge or rebase is under way")
    _ensure_unfiltered(root, paths)
    head = _head(root)
    own = {"GIT_INDEX_FILE": f"{root}/{_INDEX}"}
    _unlock(root)
    base = fs.read_if_there(root, _BASE)
    if base is None or base.decode() != head or not os.path.exists(f"{root}/{_INDEX}"):
        _git(root, "read-tree", head or "--empty", env=own)
    listing = "\0".join(paths) + "\0"
    update = ("update-index", "--add", "--remove", "-z", "--stdin")
    _git(root, *update, env=own, stdin=listing)
    tree = _git(root, "write-tree", env=own).strip()
    if not head or tree != _git(root, "rev-parse", f"{head}^{{tree}}").strip():
        made = _git(root, "commit-tree", tree, *(("-p", head) if head else ()), "-m", message, env=_identity(root)).strip()
        _git(root, "update-ref", "-m", f"bill: {message.splitlines()[0]}", "HEAD", made, head or "")
        fs.write_over(root, _BASE, made.encode())
    _git(root, *update, stdin=listing)  # also after a kill right behind update-ref, or the next commit of the user would undo ours


def _unlock(root: str) -> None:
    """Our own index is written under our own lock, so whoever left git's lock on it is dead."""
    try:
        fs.remove(root, f"{_INDEX}.lock")
    except FileNotFoundError:
        pass


def _ensure_unfiltered(root: str, paths: Sequence[str]) -> None:
    """A filter is a program. Without it something else would be committed than its owner means, maybe what was to be encrypted."""
    for folder in {fs.split(path)[0] for path in paths} | {""}:
        if os.path.lexists(name := os.path.join(root, folder, ".gitattributes")) and not os.path.isfile(name):
            raise GitProblem(f"{os.path.join(folder, '.gitattributes')} is no plain file")  # git would wait for one that is a pipe
    said = _git(root, "check-attr", "-z", "--stdin", "filter", stdin="\0".join(paths) + "\0").split("\0")
    for path, value in zip(said[::3], said[2::3], strict=False):
        if value not in ("unspecified", "unset"):
            raise GitProblem(
                f'{path} has the git filter "{value}", and bill runs none: take it out of .gitattributes, '
                'or set "git: commit: false" in ledger.yaml and commit with git'
            )


def _head(root: str) -> str:
    try:
        return _git(root, "rev-parse", "--verify", "--quiet", "HEAD").strip()
    except GitProblem:
        return ""


def _identity(root: str) -> dict[str, str]:
    """A fallback where git knows nobody, so that a machine account can commit."""
    try:
        _git(root, "var", "GIT_COMMITTER_IDENT")
        return {}
    except GitProblem:
        return {
            f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "bill"), ("EMAIL", "bill@localhost"))
        }


def _git(root: str, *words: str, env: dict[str, str] | None = None, stdin: str = "") -> str:
    return _run(root, *words, env=env, stdin=stdin.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def _run(root: str, *words: str, env: dict[str, str] | None = None, stdin: bytes = b"") -> bytes:
    program = find_program("git", root)
    if program is None:
        raise GitProblem("git is not installed")
    inherited = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    quiet = [word for each in _NO_PROGRAMS for word in ("-c", each)]
    try:
        done = subprocess.run(
            [program, "-C", root, *quiet, *words],
            env={**inherited, "PATH": search_path(root), **_SETTINGS, **(env or {})},
            input=stdin,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GitProblem(f"git {words[0]} did not end within {_TIMEOUT} seconds") from None
    except OSError as error:
        raise GitProblem(f"git did not answer: {error.strerror}") from error
    if done.returncode != 0:
        raise GitProblem((done.stderr.decode("utf-8", "replace").strip().splitlines() or ["git failed"])[0])
    return done.stdout
