"""What stands in ``.bill``: the journal, the id of the clone, the memory of the outbox, the index."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from billcli.errors import BillError
from billcli.store import audit, carry, fs, journal, outbox
from billcli.store.carry import Entry
from tests.fuzz.changes import bytewise, linewise, one_of
from tests.fuzz.law import Target
from tests.support import Ran, bill, done, environment, make_ledger, surroundings, tree

# the journal

_FILES = {"customers/a.yaml": b"a\n", "customers/b.yaml": b"b\n", "invoices/2026/03/i.yaml": b"i\n"}
_STAGED = {"st0": b"A\n", "st1": b"n\n"}
_BESIDE = b"beside the ledger\n"


@cache
def _room() -> Path:
    """Gone with the folder that the run has for its files."""
    return Path(tempfile.mkdtemp(prefix="fuzz-private-"))


def _commits() -> list[bytes]:
    """Manifests of a change that waits, is half done, is done, removes a file, or cannot be finished."""
    a, b, new, n = (fs.sha256(each) for each in (b"a\n", b"b\n", b"A\n", b"n\n"))
    st0, st1, st2 = (f"{carry.FOLDER}/st{at}" for at in range(3))
    waiting = [Entry("customers/a.yaml", a, new, st0), Entry("customers/n.yaml", None, n, st1), Entry("customers/b.yaml", b, None, st2)]
    return [_manifest(each) for each in (waiting, waiting[:1], waiting[1:], [Entry("customers/a.yaml", n, new, st0)], [])]


def _manifest(entries: list[Entry]) -> bytes:
    return json.dumps({"format": 1, "sha256": journal._checksum(entries), "files": [list(each) for each in entries]}).encode()


_PLACES = (
    "customers/a.yaml", "customers/n.yaml", "../beside", "/etc/passwd", "..", ".", "", "customers", ".git/config", ".GIT/config", ".bill/lock",
    ".bill/journal/commit", "customers/../../beside", "a//b", "a/", "customers/a.yaml/x", "x" * 300, "a\0b", "\ud800", "ledger.yaml", "link/x",
)  # fmt: skip


def _entry_changed(random: Random, raw: bytes) -> bytes:
    """Other values in the entries, and a checksum that fits: somebody who means it."""
    try:
        entries = [list(each) for each in json.loads(raw)["files"]]
        at, part = random.randrange(len(entries)), random.randrange(4)
        hashes = (None, "", *(fs.sha256(each) for each in (b"a\n", b"A\n", b"n\n", b"i\n", _BESIDE)), 5, "x" * 64)
        values: tuple[Any, ...] = (*_PLACES, *(f"{carry.FOLDER}/st{at}" for at in range(3)), None, 7, []) if part in (0, 3) else hashes
        entries[at][part] = random.choice(values)
        if random.random() < 0.2:
            entries.append(random.choice(entries))
        return json.dumps({"format": 1, "sha256": fs.sha256(json.dumps(entries).encode()), "files": entries}).encode()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return raw


def _read_journal(raw: bytes) -> Any:
    """Nothing but what the journal holds and names is touched, and no bytes are lost that it does not say shall go."""
    root = _room() / "journal"
    shutil.rmtree(root, ignore_errors=True)
    for name, content in {**_FILES, **{f"{carry.FOLDER}/{name}": content for name, content in _STAGED.items()}}.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (_room() / "beside").write_bytes(_BESIDE)
    (root / "link").symlink_to(_room())
    (root / carry.COMMIT).write_bytes(raw)
    before = {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    outcome: list[Any] = []
    for look in (journal.pending, journal.waiting):
        try:
            outcome.append(look(str(root)))
        except BillError as refused:
            outcome.append((refused.message, refused.hint))
        except OSError as error:  # the boundary says which file, and why
            outcome.append(error.strerror)
    assert {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()} == before, "reading changed something"
    try:
        outcome.append(journal.recover(str(root)))
    except BillError as refused:
        outcome.append((type(refused).__name__, refused.message, refused.hint))
    assert (_room() / "beside").read_bytes() == _BESIDE
    assert sorted(os.listdir(_room())) == ["beside", "journal"]
    there = {path.read_bytes() for path in root.rglob("*") if path.is_file()}
    named = _named(raw)
    assert all(content in there or fs.sha256(content) in named for content in _FILES.values()), outcome
    return outcome


def _named(raw: bytes) -> set[Any]:
    """Hashes of bytes that are to go, and of those that the journal brought and takes back."""
    try:
        return {found for each in json.loads(raw)["files"] for found in each[1:3]}
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return set()


# what is remembered


def _memories() -> list[bytes]:
    """Each with the name of its file on the first line."""
    place = b'{"id": "0123abcd", "folder": [1, 2]}'
    handed = b"handed\t2026-03-14T09:00:00Z\td1\t0\treminder\tINV-2026-0042\t1\ta@b.example\ndeclined\t\td1\nhanded\tx\td1\t12\tinvoice\tX\t1\tb@b.example\n"
    return [b"clone\n" + place, b"outbox/handed\n" + handed, b"outbox/noted\ndeliveries/2026/03/d1.yaml\ndeliveries/2026/03/d2.yaml\n",
            b"outbox/d1.eml\nSubject: x\n\ny\n", b"place\n12\n"]  # fmt: skip


_NAMES = ("clone", "outbox/handed", "outbox/noted", "outbox/d1.eml", "place")


def _read_memory(data: bytes) -> Any:
    head, _, raw = data.partition(b"\n")
    name = head.decode("utf-8", "replace")
    name = name if name in _NAMES else "clone"
    root = _room() / "memory"
    shutil.rmtree(root, ignore_errors=True)
    (root / ".bill/outbox").mkdir(parents=True)
    info = os.stat(root / ".bill")
    (root / ".bill" / name).write_bytes(raw.replace(b"[1, 2]", f"[{info.st_dev}, {info.st_ino}]".encode()))
    found = [
        outbox.handed(str(root)), outbox.remembered_levels(str(root)), sorted(outbox.noted(str(root))),
        outbox.kept(str(root), "d1"), audit.known_clone(raw),
    ]  # fmt: skip
    with surroundings(environment(env={"BILL_CLONE": "ffffffff"})):
        clone = audit.clone_id(str(root))
        assert len(clone) == 8
        assert set(clone) <= set("0123456789abcdef")
        assert audit.known_clone_id(str(root)) == clone
    return found


# the index

_BOOKS = """
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
"""
_AT = "2026-06-30"
_ASKED = (("report", "aging"), ("invoice", "list"), ("check",), ("customer", "show", "nordwind"))


@cache
def _books() -> tuple[Path, tuple[str, ...], dict[str, bytes]]:
    root = make_ledger(_room().with_name(f"{_room().name}-index"), _BOOKS)
    done("invoice", "new", "-c", "nordwind", "-l", "Work;1;100", "--yes", cwd=root, at="2026-03-02")
    done("payment", "add", "-c", "nordwind", "-a", "40", "-i", "INV-2026-0001", "--yes", cwd=root, at="2026-03-04")
    answers = _answers(root)
    assert "60.00" in answers[0]
    return root, answers, tree(root)


def _answers(root: Path) -> tuple[str, ...]:
    found = []
    for words in _ASKED:
        ran = bill(*words, "--format", "json", cwd=root, at=_AT)
        assert ran.code == 0, ran
        found.append(ran.out)
    return tuple(found)


@cache
def _index() -> list[bytes]:
    return [(_books()[0] / ".bill/index.sqlite").read_bytes()]


def _damaged(random: Random, raw: bytes) -> bytes:
    """A few bytes that are others, pages that are zero, swapped or another version's, or a file that is cut."""
    data = bytearray(raw)
    for _ in range(random.choice((1, 1, 2, 5))):
        page = 4096 * random.randrange(max(1, len(data) // 4096))
        match random.randrange(7):
            case 0:
                data[page : page + 4096] = bytes(4096)
            case 1:
                other = 4096 * random.randrange(max(1, len(data) // 4096))
                data[page : page + 4096] = data[other : other + 4096]
            case 2:
                del data[random.randrange(len(data) + 1) :]
            case 3:
                at = random.randrange(min(120, len(data) or 1))
                data[at : at + 1] = bytes((random.randrange(256),))
            case 4:
                text = random.choice((b"INV-2026-0001", b"nordwind", b"CREATE TABLE", b"CREATE INDEX", b"2026-03-0", b"CREATE VIEW"))
                at = data.find(text, random.randrange(len(data) or 1))
                if at >= 0:
                    data[at : at + 3] = random.choice((b"\xff\xff\xff", b"\0\0\0", b"xyz"))
            case _:
                at = random.randrange(len(data) or 1)
                data[at : at + 4] = bytes(random.randrange(256) for _ in range(random.choice((1, 4))))
    return bytes(data)


def _read_index(raw: bytes) -> Any:
    """Whatever stands in the index, no command breaks, and nothing but the index changes; a damaged one that SQLite notices is made anew."""
    root, answers, before = _books()
    for name in os.listdir(root / ".bill"):
        if name.startswith("index"):
            os.unlink(root / ".bill" / name)
    (root / ".bill/index.sqlite").write_bytes(raw)
    for words in _ASKED:
        ran = bill(*words, "--format", "json", cwd=root, at=_AT)
        noticed = ran.code == 4
        if noticed:
            assert "the index was damaged; it is deleted" in ran.err, ran
            ran = bill(*words, "--format", "json", cwd=root, at=_AT)
            assert ran == Ran(0, answers[_ASKED.index(words)], ""), ran
        assert ran.code in (0, 1), ran
    assert tree(root) == before
    return None


TARGETS = (
    Target("journal", 3, _read_journal, _commits, one_of(bytewise((b"null", b'"', b"[", b"{", b'"format": 2')), _entry_changed, _entry_changed), most=5000),
    Target("memories", 4, _read_memory, _memories,
           one_of(bytewise((b"handed\t", b"declined\t", b"\t", b"[" * 3000, b'{"id":', b"\xd9\xa1")), linewise)),
    Target("index", 0.3, _read_index, _index, _damaged, most=1 << 22, seconds=20.0),
)  # fmt: skip
