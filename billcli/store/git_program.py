"""git, called so that nothing runs that a repository names: somebody else may have made it, with hooks, filters, monitors, remotes.

Nor is another past believed that a repository could show: replaced objects and the commit graph are left aside.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable

from billcli.store.programs import find_program, search_path

_SECONDS = 30
_ELSEWHERE = frozenset(
    (
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_NAMESPACE", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE",
        "GIT_REPLACE_REF_BASE", "GIT_IMPLICIT_WORK_TREE", "GIT_ATTR_SOURCE",
    )
)  # fmt: skip
"""What a hook or another tool may have set for a repository of its own."""

_QUIET = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "commit.gpgSign=false", "gc.auto=0", "protocol.allow=never",
    "core.commitGraph=false",
    "core.fsync=all", "core.fsyncMethod=fsync",  # else a power cut after a commit leaves a branch that points at empty objects
)  # fmt: skip
_SETTINGS = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",  # a missing object would be fetched, by a program that the repository names
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}


class GitProblem(Exception):
    """git could not do it; of what bill writes, the books themselves are written."""


def is_installed(root: str) -> bool:
    return find_program("git", root) is not None


def command(root: str, *words: str) -> list[str]:
    """The words of a call, for ``environment``. Raises ``GitProblem`` where there is no git."""
    program = find_program("git", root)
    if program is None:
        raise GitProblem("git is not installed")
    return [program, "-C", root, *(word for each in _QUIET for word in ("-c", each)), *words]


def environment(root: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    return {**inherited, "PATH": search_path(root), **_SETTINGS}


def run(root: str, *words: str, env: dict[str, str] | None = None, stdin: bytes = b"", seconds: int = _SECONDS) -> bytes:
    """What git answers. Raises ``GitProblem``."""
    try:
        done = subprocess.run(
            command(root, *words), env={**environment(root), **(env or {})}, input=stdin, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise GitProblem(f"git {words[0]} did not end within {seconds} seconds") from None
    except OSError as error:
        raise GitProblem(f"git did not answer: {error.strerror}") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"git {words[0]} ended with {done.returncode}"]
        raise GitProblem(said[0].removeprefix("fatal: "))
    return done.stdout


def run_or_none(root: str, *words: str) -> bytes | None:
    """What git answers; None where it says no."""
    try:
        return run(root, *words)
    except GitProblem:
        return None


def commit_named(root: str, asked: str) -> str | None:
    """The whole name of the commit that somebody means by a branch, a tag, ``HEAD~3`` or the beginning of a name; None for none."""
    if not asked.isprintable():
        return None
    found = run_or_none(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{asked}^{{commit}}")
    return found.decode().strip() if found else None


def is_shallow(root: str) -> bool:
    """Whether this clone holds only the newest commits."""
    return (run_or_none(root, "rev-parse", "--is-shallow-repository") or b"").strip() == b"true"


def blobs(root: str, names: Iterable[str], seconds: int = _SECONDS) -> dict[str, bytes]:
    """The bytes of each by its name; those that git does not have are left out."""
    wanted = "".join(f"{name}\n" for name in dict.fromkeys(names)).encode()
    raw = run(root, "cat-file", "--batch", stdin=wanted, seconds=seconds) if wanted else b""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(raw):
        end = raw.index(b"\n", at)
        name, kind, *size = raw[at:end].decode().split()
        at = end + 1
        if size:
            if kind == "blob":
                found[name] = raw[at : at + int(size[0])]
            at += int(size[0]) + 1
    return found
