"""Carries a plan out: the only writer of a ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from billcli.core.plan import Change, Create, CreateBytes, CreateText, Plan, Remove, Step
from billcli.errors import BillError, ChangedMeanwhile
from billcli.store import audit, fs, journal, layout
from billcli.store.edit import edited
from billcli.store.read import read
from billcli.store.write import document_text


class Applied(NamedTuple):
    """Every path the command wrote, its audit file included."""

    paths: tuple[str, ...]


def apply(
    root: str,
    plan: Plan,
    hashes: Mapping[str, str],
    by_hand: Sequence[audit.FileRecord],
    at: datetime,
    progress: Callable[[], None] = lambda: None,
) -> Applied:
    """Writes the plan with its audit entry in one transaction. Call under the lock, after recovery.

    ``hashes`` are the SHA-256 of the files as the plan saw them; ``by_hand`` what people changed since the last command;
    ``progress`` is called twice for each file.
    Raises ``ChangedMeanwhile`` where a file is not as it was seen.
    """
    _unchanged(root, plan.relies_on, hashes)
    changes = [_change(root, step, hashes) for step in plan.steps]
    records = [
        *by_hand,
        *(audit.FileRecord(each.path, each.old, fs.sha256(each.new) if each.new is not None else None) for each in changes),
    ]
    try:
        clone = audit.clone_id(root)
    except OSError as error:
        raise BillError(f"{error.filename} could not be written: {error.strerror}; nothing was changed") from error
    trail, old, new = audit.next_entry(root, clone, at, plan.command, plan.reason, records)
    changes.append(journal.FileChange(trail, fs.sha256(old) if old is not None else None, new))
    journal.commit(root, changes, progress)
    return Applied(tuple(each.path for each in changes))


def _unchanged(root: str, paths: Sequence[str], hashes: Mapping[str, str]) -> None:
    for path in paths:
        raw = _current(root, path)
        if raw is None or fs.sha256(raw) != hashes.get(path):
            raise ChangedMeanwhile(f"{path} was changed meanwhile; nothing was changed", "look at it, and run the command again")


def _current(root: str, path: str) -> bytes | None:
    try:
        return fs.read_if_there(root, path)
    except NotADirectoryError:
        return None


def _change(root: str, step: Step, hashes: Mapping[str, str]) -> journal.FileChange:
    match step:
        case Create(path, kind, data):
            return journal.FileChange(path, None, document_text(layout.KINDS[kind].schema, data).encode())
        case CreateText(path, text, replace):
            there = _current(root, path) if replace else None
            return journal.FileChange(path, fs.sha256(there) if there is not None else None, text.encode())
        case CreateBytes(path, data):
            return journal.FileChange(path, None, data)
        case Change(path, kind, edits):
            raw = fs.read(root, path)
            new = edited(raw, path, edits, list(layout.KINDS[kind].model.model_fields))
            _readable(new, path)
            return journal.FileChange(path, hashes[path], new)
        case Remove(path):
            return journal.FileChange(path, hashes[path], None)
    raise AssertionError(step)


def _readable(raw: bytes, path: str) -> None:
    """Nothing is written that bill itself would refuse to read; new documents come from checked entities already."""
    problems = [each for each in read(raw, path).problems if each.severity == "error"]
    if problems:
        raise BillError(f"{path} would not be readable: {problems[0].message}", problems[0].hint, tuple(problems))
