"""One commit per command, made from an index of bill's own: what the user has staged is neither committed nor lost."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence

from billcli.store import fs
from billcli.store.locate import PRIVATE

_TIMEOUT = 30
_INDEX = f"{PRIVATE}/git-index"
_BASE = f"{PRIVATE}/git-base"
_PENDING = f"{PRIVATE}/git-pending"
_ELSEWHERE = frozenset(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX"))
"""What a hook or another tool may have set for a repository of its own."""


class GitProblem(Exception):
    """git could not make the commit; the books themselves are written."""


def is_available(root: str) -> bool:
    """Whether git is installed and the ledger lies in a work tree."""
    if not shutil.which("git"):
        return False
    try:
        return _git(root, "rev-parse", "--is-inside-work-tree").strip() == "true"
    except GitProblem:
        return False


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
        raise GitProblem(str(error)) from error


def _commit(root: str, paths: Sequence[str], message: str) -> None:
    folder = _git(root, "rev-parse", "--absolute-git-dir").strip()
    for mark in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply"):
        if os.path.exists(os.path.join(folder, mark)):
            raise GitProblem("a merge or rebase is under way")
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
    quiet = [
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "commit.gpgSign=false",
        "-c",
        "gc.auto=0",
    ]
    inherited = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    settings = {**inherited, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_LITERAL_PATHSPECS": "1", **(env or {})}
    try:
        done = subprocess.run(
            ["git", "-C", root, *quiet, *words],
            env=settings,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitProblem(f"git did not answer: {error}") from error
    if done.returncode != 0:
        raise GitProblem((done.stderr.strip().splitlines() or ["git failed"])[0])
    return done.stdout
