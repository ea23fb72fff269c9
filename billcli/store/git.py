"""One commit per command, made from an index of bill's own: what the user has staged is neither committed nor lost."""

from __future__ import annotations

import os
from collections.abc import Sequence

from billcli.store import fs
from billcli.store.git_program import GitProblem, blobs, is_installed, run
from billcli.store.locate import PRIVATE

__all__ = ["GitProblem", "is_installed"]

_INDEX = f"{PRIVATE}/git-index"
_BASE = f"{PRIVATE}/git-base"
_PENDING = f"{PRIVATE}/git-pending"


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


def commit(root: str, message: str) -> None:
    """Commits all noted paths. Raises ``GitProblem``; the paths then wait for the next command."""
    try:
        if todo := sorted(waiting(root)):
            _commit(root, todo, message)
            fs.remove(root, _PENDING)
    except OSError as error:
        raise GitProblem(f"what bill keeps for git in {PRIVATE} cannot be written: {error.strerror}") from error


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
    found = blobs(root, [each[stage] for each in both.values() for stage in ("2", "3")])
    return {path: (found[each["2"]], found[each["3"]]) for path, each in both.items()}


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
    folder = _git(root, "rev-parse", "--absolute-git-dir").strip()
    fs.sync_folder(folder, "")  # git syncs its files and not where they are: its lock would come back with the power


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
    return run(root, *words, env=env, stdin=stdin.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
