"""What the outbox keeps in ``.bill/outbox``: messages until they are sent, and which deliveries a run may be adding states to.

All of it can be made again; nothing of it is the truth.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection
from typing import NamedTuple

from billcli.store import fs
from billcli.store.locate import PRIVATE, private_folder

_FOLDER = f"{PRIVATE}/outbox"
_NOTED = f"{_FOLDER}/noted"


def keep(root: str, delivery: str, raw: bytes) -> None:
    """The bytes of a message, for its owner's eyes alone."""
    _make(root)
    forget(root, delivery)
    fs.write_new(root, _file(delivery), raw, 0o600)


def kept(root: str, delivery: str) -> bytes | None:
    try:
        return fs.read_if_there(root, _file(delivery))
    except OSError:
        return None  # it is built anew


def forget(root: str, delivery: str) -> None:
    try:
        fs.remove(root, _file(delivery))
    except OSError:
        pass  # it is gone, or another run takes it away


class Entry(NamedTuple):
    """What a hand-over brought to whom: an invoice at a level of reminders, or a document (of a statement, the customer) and which copy."""

    kind: str
    document: str
    detail: str
    recipient: str


class Hand(NamedTuple):
    """One hand-over from this working copy that the server did not decline. ``at`` is that of its ``data`` state, as text."""

    at: str
    delivery: str
    words: int
    """How many states a person had said of the delivery by then."""
    entries: tuple[Entry, ...]


def note_handed(root: str, hand: Hand) -> None:
    """Right before a message goes: a second memory beside the books, which somebody may set back to an older day. Durable on return."""
    entries = hand.entries or (Entry("", "", "", ""),)
    _remember(root, "".join("\t".join(("handed", hand.at, hand.delivery, str(hand.words), *each)) + "\n" for each in entries))


def note_declined(root: str, delivery: str) -> None:
    """The server took nothing of what was handed over last."""
    _remember(root, f"declined\t\t{delivery}\n")


def _remember(root: str, lines: str) -> None:
    _make(root)
    with fs.folder(root, _FOLDER) as fd:
        file = os.open("handed", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=fd)
        try:
            there = os.pread(file, os.fstat(file).st_size, 0)
            if there and not there.endswith(b"\n"):
                os.ftruncate(file, there.rfind(b"\n") + 1)  # what a crash left of a line would make the next one unreadable
            raw = lines.encode()
            if os.write(file, raw) != len(raw):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"{_FOLDER}/handed")
            os.fsync(file)
        finally:
            os.close(file)


def handed(root: str) -> dict[str, list[Hand]]:
    """Every hand-over from this working copy that the server did not decline, by delivery, in their order."""
    raw = fs.read_if_there(root, f"{_FOLDER}/handed")
    found: dict[str, list[Hand]] = {}
    for line in (raw or b"").decode("utf-8", "replace").splitlines():
        word, *rest = line.split("\t")
        if word == "declined" and len(rest) == 2 and found.get(rest[1]):
            found[rest[1]].pop()
        elif word == "handed" and len(rest) == 7 and _is_count(rest[2]):
            _join(found.setdefault(rest[1], []), Hand(rest[0], rest[1], int(rest[2]), (Entry(*rest[3:]),)))
    return found


def _join(known: list[Hand], hand: Hand) -> None:
    """The lines of one hand-over are one: no two of a delivery are made without a state between, or a person's word."""
    last = known[-1] if known else None
    if last is not None and last[:3] == hand[:3] and hand.entries[0] not in last.entries:
        known[-1] = last._replace(entries=(*last.entries, *hand.entries))
    else:
        known.append(hand)


def remembered_levels(root: str) -> dict[tuple[str, int], str]:
    """When a reminder of each invoice and level was handed over from here last, to whomever; whatever the books say."""
    found: dict[tuple[str, int], str] = {}
    for hand in sorted((each for hands in handed(root).values() for each in hands), key=lambda each: each.at):
        found |= {(each.document, int(each.detail)): hand.at for each in hand.entries if each.kind == "reminder" and _is_count(each.detail)}
    return found


def _is_count(text: str) -> bool:
    """A longer one was not written by bill."""
    return text.isdecimal() and len(text) < 10


def note(root: str, paths: Collection[str]) -> None:
    """Before the first state is added: these deliveries may get some, by this run."""
    known = noted(root)
    if not known.issuperset(paths):
        _make(root)
        fs.write_over(root, _NOTED, "\n".join(sorted(known.union(paths))).encode())


def noted(root: str) -> frozenset[str]:
    """The deliveries that a run, maybe one that was killed, has added states to that the audit trail may not know."""
    try:
        raw = fs.read_if_there(root, _NOTED)
    except OSError:
        raw = None
    return frozenset(raw.decode("utf-8", "replace").splitlines()) if raw else frozenset()


def forget_noted(root: str) -> None:
    """Once the trail knows their states."""
    try:
        fs.remove(root, _NOTED)
    except FileNotFoundError:
        pass


def _make(root: str) -> None:
    private_folder(root)
    with fs.folder(root, _FOLDER, create=True, mode=0o700) as fd:
        if stat.S_IMODE(os.fstat(fd).st_mode) & 0o077:
            os.fchmod(fd, 0o700)  # it came with a copied folder


def _file(delivery: str) -> str:
    return f"{_FOLDER}/{delivery}.eml"
