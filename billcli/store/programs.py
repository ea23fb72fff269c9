"""Programs of this machine, by their whole path: never one that lies in the ledger, or wherever a command happens to be called."""

from __future__ import annotations

import os
import shutil


def find_program(name: str, root: str) -> str | None:
    """As the shell finds it, without the relative parts of ``PATH`` and those that lead into the ledger."""
    return shutil.which(name, path=search_path(root))


def search_path(root: str) -> str:
    """What ``PATH`` names outside the ledger, as whole paths."""
    home = os.path.realpath(root)
    named = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(each for each in named if os.path.isabs(each) and not _lies_in(os.path.realpath(each), home))


def _lies_in(path: str, home: str) -> bool:
    return path == home or path.startswith(f"{home.rstrip('/')}/")
