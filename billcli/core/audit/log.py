"""The audit trail in plain words: which command of whom did what to which document, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core import addresses
from billcli.core.report import Column, Report, counted

_NOUNS = {
    "customers": "customer", "drafts": "draft", "invoices": "invoice", "credit-notes": "credit note", "payments": "payment",
    "refunds": "refund", "write-offs": "write-off", "holds": "hold", "recurring": "recurring template", "reminders": "notice",
    "approvals": "approval", "deliveries": "delivery", "bank": "bank statement", "reconciliations": "reconciliation",
    "findings": "finding",
}  # fmt: skip
_MADE = {"invoices": "issued", "credit-notes": "issued", "drafts": "wrote", "payments": "recorded", "refunds": "recorded"}
_CHANGED = {
    "void": "made void", "reverse": "reversed", "release": "released", "close": "closed", "allocate": "allocated", "apply": "applied",
    "merge": "merged", "deactivate": "deactivated", "tag": "tagged",
}  # fmt: skip
_SHOWN = 4


class Touch(NamedTuple):
    """What an entry says of one file: its SHA-256 before and after, None for no file; ``by`` is ``hand`` where bill only found it."""

    path: str
    old: str | None
    new: str | None
    by: str = ""


class Entry(NamedTuple):
    """One command of one clone; ``at`` is UTC."""

    at: str
    day: date
    actor: str
    command: str
    reason: str
    clone: str
    seq: int
    touches: tuple[Touch, ...]


class Asked(NamedTuple):
    """Which entries are wanted; everything given must hold."""

    since: date | None = None
    until: date | None = None
    actor: str | None = None

    def wants(self, entry: Entry) -> bool:
        return (
            (self.since is None or entry.day >= self.since)
            and (self.until is None or entry.day <= self.until)
            and self.actor in (None, entry.actor)
        )


_COLUMNS = (
    Column("at", "When"), Column("actor", "Who"), Column("command", "Command"), Column("what", "What", "prose"),
    Column("reason", "Reason", "prose"), Column("clone", "Clone", minor=True), Column("seq", "Entry", "count", minor=True),
)  # fmt: skip


def log_report(entries: Iterable[Entry], asked: Asked, as_of: date, about: Mapping[str, str] | None = None) -> Report:
    """A row for each entry, oldest first. With ``about`` only what touches these places, with what each has to do with the document."""
    rows = []
    for entry in sorted(entries, key=lambda each: (each.at, each.clone, each.seq)):
        touches = entry.touches if about is None else [each for each in entry.touches if place(each.path) in about]
        if asked.wants(entry) and (touches or about is None):
            what = told(entry.command, touches, about or {})
            if others := len(entry.touches) - len(touches):
                what += f"; and {counted(others, 'other file')}"
            rows.append((entry.at, entry.actor, entry.command, what, entry.reason, entry.clone, entry.seq))
    return Report("audit log", as_of, _COLUMNS, rows)


def place(path: str) -> str:
    """By which a document is known, folded or not; a folded file is known by its own path."""
    return path if addresses.is_folded(path) else addresses.alone(path)


def told(command: str, touches: Sequence[Touch], about: Mapping[str, str]) -> str:
    """``issued invoice INV-2026-0001; removed draft nordwind-3fa9c2e1``; of many files the first, and how many more."""
    groups: dict[str, list[str]] = {}
    for each in touches:
        role = about.get(place(each.path), "")
        groups.setdefault(_verb(command, each), []).append(_noun(each.path) + (f" ({role})" if role else ""))
    parts = []
    for verb, nouns in groups.items():
        more = f" and {len(nouns) - _SHOWN} more" if len(nouns) > _SHOWN else ""
        parts.append(f"{verb} {', '.join(nouns[:_SHOWN])}{more}")
    return "; ".join(parts) or "no file"


def _verb(command: str, each: Touch) -> str:
    if each.by == "hand":
        return (
            "found changed by hand:" if each.old and each.new else "found put there by hand:" if each.new else "found taken away by hand:"
        )
    if addresses.is_folded(each.path) and command.split(" ", maxsplit=1)[0] in ("fold", "unfold"):
        return "unfolded" if each.new is None else "folded"
    if each.new is None:
        return "removed"
    if each.old is not None:
        noun, *verb = command.split(" ")[:2]
        own = _NOUNS.get(each.path.split("/", 1)[0], "").replace(" ", "-") == noun
        return _CHANGED.get(verb[0], "changed") if own and verb else "changed"
    return "imported" if " import" in f" {command}" else _MADE.get(each.path.split("/", 1)[0], "added")


def _noun(path: str) -> str:
    folder = path.split("/", 1)[0]
    if folder not in _NOUNS or "/" not in path or addresses.is_folded(path):
        return path
    return f"{_NOUNS[folder]} {addresses.name_of(path)}"


def life_of(entries: Iterable[Entry], path: str) -> set[str]:
    """The places of a document's life: its own, the folded file of its month, and the draft that it was made of."""
    own = place(path)
    found = {own}
    if address := addresses.when_folded(own):
        found.add(addresses.file_of(address))
    for entry in entries:
        if any(place(each.path) == own and each.old is None for each in entry.touches):
            found.update(each.path for each in entry.touches if each.path.startswith("drafts/") and each.new is None)
    return found
