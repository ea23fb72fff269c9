"""Carries a plan out: the only writer of a ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from billcli.core import addresses
from billcli.core.plan import Change, Create, CreateBytes, CreateText, Edit, Join, Plan, Remove, Revert, Step
from billcli.errors import BillError, ChangedMeanwhile
from billcli.store import audit, folded, fs, journal, layout
from billcli.store.append import settled
from billcli.store.edit import edited
from billcli.store.payee import is_payee, payee_mark
from billcli.store.read import read
from billcli.store.write import document_text


class Applied(NamedTuple):
    """Every path the command wrote, its audit file included; and the marks of accounts and addresses in what it wrote or found."""

    paths: tuple[str, ...]
    payees: Mapping[str, str]


def apply(
    root: str,
    plan: Plan,
    hashes: Mapping[str, str],
    by_hand: Sequence[audit.FileRecord],
    at: datetime,
    progress: Callable[[], None] = lambda: None,
    note: Callable[[Sequence[str]], None] | None = None,
) -> Applied:
    """Writes the plan with its audit entry in one transaction. Call under the lock, after recovery.

    ``hashes`` are the SHA-256 of the files as the plan saw them; ``by_hand`` what people changed since the last command;
    ``progress`` is called twice for each file, ``note`` with all of them before the first is written.
    Raises ``ChangedMeanwhile`` where a file is not as it was seen.
    """
    ledger = _Ledger(root, hashes, plan.steps)
    ledger.unchanged(plan.relies_on)
    changes, inside = ledger.changes(plan.steps)
    moved = _moved(plan.steps)
    records = [
        *(_found(root, each) for each in by_hand),
        *(
            audit.FileRecord(
                each.path, each.old, fs.sha256(each.new) if each.new is not None else None, payee=payee_mark(each.new, each.path)
            )
            for each in changes
            if each.path not in moved
        ),
        *inside,
    ]
    try:
        clone = audit.clone_id(root)
    except OSError as error:
        raise BillError(f"{error.filename} could not be written: {error.strerror}; nothing was changed") from error
    trail, old, new = audit.next_entry(root, clone, at, plan.command, plan.reason, records)
    changes.append(journal.FileChange(trail, fs.sha256(old) if old is not None else None, new))
    if note:
        note([each.path for each in changes])
    journal.commit(root, changes, progress)
    if any(isinstance(step, Join) for step in plan.steps):
        for folder in {fs.split(step.path)[0] for step in plan.steps if isinstance(step, Remove)}:
            fs.remove_empty(root, folder)
    return Applied(tuple(each.path for each in changes), {each.path: each.payee for each in records if each.payee})


def _found(root: str, record: audit.FileRecord) -> audit.FileRecord:
    """What a person changed, with the mark of its accounts and addresses."""
    if record.new is None or not is_payee(record.path):
        return record
    raw = _current(root, record.path)
    return record._replace(payee=payee_mark(raw, record.path)) if raw is not None and fs.sha256(raw) == record.new else record


def _moved(steps: Sequence[Step]) -> set[str]:
    """Files whose document goes into a folded one, or comes out, as it is: the trail names that one, and knows the document already."""
    joins = [step for step in steps if isinstance(step, Join)]
    return {path for step in joins for path in (step.sources if addresses.is_folded(step.path) else (step.path,))}


class _Ledger:
    """The files of a plan as they are now; a folded one is read and taken apart once, however many of its documents are wanted."""

    def __init__(self, root: str, hashes: Mapping[str, str], steps: Sequence[Step]) -> None:
        self.root = root
        self.hashes = {**hashes, **{step.path: step.was for step in steps if isinstance(step, Revert) and step.was}}
        self._folded: dict[str, tuple[bytes, dict[str, bytes]]] = {}

    def unchanged(self, paths: Sequence[str]) -> None:
        for path in paths:
            self._as_seen(path)

    def changes(self, steps: Sequence[Step]) -> tuple[list[journal.FileChange], list[audit.FileRecord]]:
        """What happens to each file, and to the documents in folded ones."""
        found: list[journal.FileChange] = []
        inside: dict[str, dict[str, bytes]] = {}
        for step in steps:
            if addresses.is_address(step.path):
                inside.setdefault(addresses.file_of(step.path), {})[addresses.name_of(step.path)] = self._document(step)
            else:
                found.append(self._change(step))
        for file, new in inside.items():
            raw = self._open(file)[0]
            found.append(journal.FileChange(file, fs.sha256(raw), folded.spliced(raw, file, new)))
        records = [
            audit.FileRecord(path, self.hashes[path], fs.sha256(raw))
            for file, new in inside.items()
            for name, raw in new.items()
            for path in [addresses.address(file, name)]
        ]
        return found, records

    def _open(self, file: str) -> tuple[bytes, dict[str, bytes]]:
        if file not in self._folded:
            raw = _current(self.root, file) or b""
            self._folded[file] = raw, {each.name: each.of(raw) for each in folded.documents(raw, file)}
        return self._folded[file]

    def _read(self, path: str) -> bytes | None:
        file = addresses.file_of(path)
        return _current(self.root, path) if file == path else self._open(file)[1].get(addresses.name_of(path))

    def _as_seen(self, path: str) -> bytes:
        """The bytes of a file or document. Raises ``ChangedMeanwhile`` where the plan saw others."""
        raw = self._read(path)
        if raw is None or fs.sha256(raw) != self.hashes.get(path):
            raise ChangedMeanwhile(f"{path} was changed meanwhile; nothing was changed", "look at it, and run the command again")
        return raw

    def _document(self, step: Step) -> bytes:
        """The new bytes of a document in a folded file."""
        raw = self._as_seen(step.path)
        match step:
            case Change(path, kind, edits):
                return _edited(raw, path, kind, edits)
            case CreateText(_, text):
                return text.encode()
            case Revert(_, _, bytes(then)):
                return then
        raise AssertionError(step)

    def _change(self, step: Step) -> journal.FileChange:
        match step:
            case Create(path, kind, data):
                return journal.FileChange(path, None, document_text(layout.KINDS[kind].schema, data).encode())
            case CreateText(path, text, replace):
                there = _current(self.root, path) if replace else None
                return journal.FileChange(path, fs.sha256(there) if there is not None else None, text.encode())
            case CreateBytes(path, data):
                return journal.FileChange(path, None, data)
            case Change(path, kind, edits):
                return journal.FileChange(path, self.hashes[path], _edited(fs.read(self.root, path), path, kind, edits))
            case Revert(path, was, then):
                return journal.FileChange(path, was, then)
            case Remove(path):
                return journal.FileChange(path, self.hashes[path], None)
            case Join(path, sources):
                parts = {addresses.name_of(source): self._as_seen(source) for source in sources}
                new = folded.joined(parts, path) if addresses.is_folded(path) else b"".join(parts.values())
                return journal.FileChange(path, self.hashes.get(path), new)
        raise AssertionError(step)


def _current(root: str, path: str) -> bytes | None:
    try:
        return fs.read_if_there(root, path)
    except NotADirectoryError:
        return None


def _edited(raw: bytes, path: str, kind: str, edits: tuple[Edit, ...]) -> bytes:
    """Nothing is written that bill itself would refuse to read; new documents come from checked entities already."""
    new = edited(settled(raw, path), path, edits, list(layout.KINDS[kind].model.model_fields))
    problems = [each for each in read(new, path).problems if each.severity == "error"]
    if problems:
        raise BillError(f"{path} would not be readable: {problems[0].message}", problems[0].hint, tuple(problems))
    return new
