"""What bill stands on, looked at without changing anything."""

from __future__ import annotations

import os
import platform
import sys
from typing import NamedTuple

from billcli import __version__
from billcli.app.context import Context
from billcli.core.report import Column, Report, counted
from billcli.errors import BillError
from billcli.index.connection import sqlite_version
from billcli.store import audit, fs, git, journal
from billcli.store.locate import PRIVATE

COLUMNS = (Column("state", "State"), Column("what", "What"), Column("how", "How it is"))


class Finding(NamedTuple):
    """One thing looked at, and whether it is as it should be."""

    ok: bool
    what: str
    how: str


def doctor_report(context: Context) -> Report:
    """The machine first, then the ledger; the state of each thing is ``ok`` or ``wrong``."""
    rows = [("ok" if each.ok else "wrong", each.what, each.how) for each in _findings(context)]
    return Report("doctor", context.now.date(), COLUMNS, rows)


def _findings(context: Context) -> list[Finding]:
    root = context.root
    return [
        Finding(True, "bill", f"{__version__} on Python {platform.python_version()}, {sys.platform}"),
        Finding(
            sys.platform != "win32",
            "system",
            # not platform.platform, which starts a program: the one that PATH names first
            "Windows is not supported; WSL is" if sys.platform == "win32" else f"{platform.system()} {platform.release()}",
        ),
        Finding(True, "git", git_state(root)),
        Finding(
            os.access(root, os.W_OK),
            "folder",
            f"{root}, {'writable' if os.access(root, os.W_OK) else 'read-only: reports work, writing does not'}",
        ),
        _file_system(root),
        _journal(root),
        _index(root),
        Finding(True, "clone", _clone(root)),
    ]


def git_state(root: str) -> str:
    if not git.is_installed(root):
        return "not installed; commands make no commits"
    return "each command makes a commit" if git.is_available(root) else "the ledger is in no repository; commands make no commits"


def _file_system(root: str) -> Finding:
    """Network file systems promise neither locks nor the order of writes."""
    kind = "unknown"
    try:
        with open("/proc/mounts", encoding="utf-8") as mounts:
            found = [line.split()[1:3] for line in mounts]
        kind = max((each for each in found if root.startswith(each[0])), key=lambda each: len(each[0]))[1]
    except (OSError, ValueError):
        pass  # systems without /proc: nothing is known, nothing is claimed
    network = kind.startswith(("nfs", "cifs", "smb", "9p", "fuse.sshfs"))
    return Finding(not network, "file system", f"{kind}{': a network file system; bill makes no promise there' if network else ''}")


def _journal(root: str) -> Finding:
    try:
        pending = journal.pending(root)
    except BillError as error:
        return Finding(False, "journal", error.message)
    if pending:
        return Finding(
            False,
            "journal",
            f"a change of {counted(len(pending), 'file')} was interrupted; the next writing command finishes it",
        )
    return Finding(True, "journal", "nothing is pending")


def _index(root: str) -> Finding:
    path = os.path.join(root, PRIVATE, "index.sqlite")
    if not os.path.exists(path):
        return Finding(True, "index", f"none yet; made at the first report (SQLite {sqlite_version()})")
    return Finding(True, "index", f"{os.path.getsize(path) // 1024} KiB (SQLite {sqlite_version()}); it can be deleted at any time")


def _clone(root: str) -> str:
    raw = fs.read_if_there(root, f"{PRIVATE}/clone") if os.path.isdir(os.path.join(root, PRIVATE)) else None
    return audit.known_clone(raw) if raw else "no id yet; given at the first writing command"
