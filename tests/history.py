"""A ledger with a history in git: commits made by hand, clones and trees of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_NOBODY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"} | {
    f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "desk"), ("EMAIL", "desk@example.com"))
}


def git(root: Path, *words: str, at: str | None = None, env: Mapping[str, str] | None = None) -> str:
    """Runs git there, as somebody without settings of their own; ``at`` is the instant of a commit."""
    clock = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at} if at else {}
    found = {**{name: value for name, value in os.environ.items() if not name.startswith("GIT_")}, **_NOBODY, **clock, **(env or {})}
    ran = subprocess.run(["git", "-C", str(root), *words], env=found, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, f"git {' '.join(words)}\n{ran.stdout}{ran.stderr}"
    return ran.stdout.strip()


def begin(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", "--initial-branch=main")


def commit(root: Path, message: str = "books", at: str | None = None) -> str:
    """Commits everything as it is; gives the commit's name."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message, at=at)
    return git(root, "rev-parse", "HEAD")


def checkout(root: Path, revision: str, folder: Path) -> Path:
    """A clone with that commit checked out."""
    git(root.parent, "clone", "--quiet", "--no-checkout", str(root), str(folder))
    git(folder, "checkout", "--quiet", "--detach", git(root, "rev-parse", revision))
    return folder
