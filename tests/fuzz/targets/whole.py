"""Whole commands on a ledger of which one file came from somewhere else, and on the files that commands are given."""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.changes import behind, bytewise, linewise, one_of
from tests.fuzz.law import Target
from tests.store.mutations import mutated
from tests.support import PROJECT, Ran, bill, make_ledger

_AT = "2026-10-15"
_CODES = (0, 1, 2, 3, 4)
"""Done, refused, wrong use, a person is needed; and changed meanwhile, where a command finds the index odd. Never 70."""

_COMMANDS = (
    ("check", "--format", "json"), ("check",), (), ("report", "aging"), ("report", "overview"), ("invoice", "list"), ("customer", "list"),
    ("payment", "list"), ("remind", "preview"), ("recurring", "preview"), ("classify",), ("credit", "score"), ("statement", "nordwind"),
    ("reconcile", "status"), ("outbox", "list"), ("hold", "list"), ("tag", "list"), ("category", "list"), ("report", "revenue"),
    ("customer", "show", "nordwind"), ("invoice", "show", "INV-2026-0012"), ("explain", "INV-2026-0012"), ("report", "cash-forecast"),
    ("invoice", "new", "-c", "nordwind", "-l", "Work;1;5", "--dry-run"), ("payment", "add", "-c", "nordwind", "-a", "5", "--dry-run"),
    ("recurring", "list"), ("report", "tax"), ("credit", "limit"), ("draft", "list"), ("refund", "list"), ("tag", "report"),
    ("customer", "list", "--where", "tag=vip"), ("invoice", "list", "--where", "open>0 region=germany"), ("remind", "run", "--dry-run"),
    ("close", "--through", "2026-03-31", "--dry-run"), ("fold", "2026-01", "--dry-run"), ("write-off", "list"),
)  # fmt: skip


@cache
def _books() -> tuple[Path, tuple[str, ...]]:
    """The demo, as it is."""
    root = Path(tempfile.mkdtemp(prefix="fuzz-whole-")) / "books"
    shutil.copytree(PROJECT / "ledgers/demo", root, ignore=shutil.ignore_patterns("schemas", ".bill", ".git"))
    paths = tuple(str(file.relative_to(root)) for file in sorted(root.rglob("*")) if file.suffix in (".yaml", ".jsonl"))
    return root, paths


def _seeds() -> list[bytes]:
    root, paths = _books()
    return [f"{path}\n".encode() + (root / path).read_bytes() for path in paths]


def look(root: Path) -> dict[str, tuple[int, int, int]]:
    """Every file that is the user's, as the disk knows it."""
    found = {}
    for folder, folders, names in os.walk(root):
        folders[:] = [each for each in folders if each not in (".bill", ".git")]
        for name in names:
            info = os.stat(os.path.join(folder, name), follow_symlinks=False)
            found[os.path.join(folder, name)] = (info.st_ino, info.st_size, info.st_mtime_ns)
    return found


def _read_ledger(data: bytes) -> Any:
    """One file is another; a few commands look at it."""
    root, paths = _books()
    head, _, raw = data.partition(b"\n")
    path = head.decode("utf-8", "replace")
    path = path if path in paths else "ledger.yaml"
    before = (root / path).read_bytes()
    (root / path).write_bytes(raw)
    try:
        there = look(root)
        turn = zlib.crc32(data)
        answers = [ran(root, *_COMMANDS[at % len(_COMMANDS)]) for at in (0, turn, turn // 31, turn // 997)]
        assert look(root) == there, "reading changed something"
    finally:
        (root / path).write_bytes(before)
    return [each.code for each in answers], answers[0].out


def ran(root: Path, *words: str) -> Ran:
    """A command that may refuse, in words; and does not break."""
    found = bill(*words, cwd=root, at=_AT)
    assert found.code in _CODES, (words, found)
    assert "Traceback" not in found.err, (words, found)
    if found.code in (1, 2) and not found.out:
        assert found.err.startswith(("bill: ", "error[", "warning[")), (words, found)
    return found


_CHANGE = behind(1, one_of(lambda random, raw: mutated(raw.decode("utf-8", "replace"), random), bytewise(), linewise))

# files that are given to a command

_BETWEEN = b"\n@@@@@@\n"


def _read_given(data: bytes) -> Any:
    from tests.fuzz.targets.tables import _BETWEEN as between

    said, _, raw = data.partition(between)
    head, _, said = said.partition(b"\n")
    noun = ("customer", "invoice", "payment")[(head or b"0")[-1] % 3]
    root = _plain()
    (root.parent / "table.csv").write_bytes(raw)
    (root.parent / "mapping.yaml").write_bytes(said)
    there = look(root.parent)
    words = [noun, "import", "../table.csv", "--dry-run", *(("--mapping", "../mapping.yaml") if said.strip() else ())]
    found = ran(root, *words, *(("--cut-over", "2026-06-30") if noun == "invoice" and zlib.crc32(data) % 3 == 0 else ()))
    assert look(root.parent) == there
    return found


@cache
def _plain() -> Path:
    root = Path(tempfile.mkdtemp(prefix="fuzz-given-")) / "books"
    make_ledger(root, "--- customers/nordwind.yaml\nschema: customer/1\nid: nordwind\nname: Nordwind Handels GmbH\n")
    return root


def _statement(data: bytes) -> Any:
    root = _plain()
    (root.parent / "bank.csv").write_bytes(data)
    there = look(root.parent)
    found = [
        ran(root, "bank", "read", "../bank.csv"),
        ran(root, "bank", "profile", "../bank.csv"),
        ran(root, "reconcile", "../bank.csv", "--dry-run"),
    ]
    assert look(root.parent) == there
    return found


def _statements() -> Sequence[bytes]:
    from tests.fuzz.targets import banks

    return [each for seeds in (banks._CSV, banks._OFX, banks._STA, banks._XML) for each in seeds()]


def _any_statement(random: Random, raw: bytes) -> bytes:
    from tests.fuzz.targets import banks

    return random.choice((banks._TABLE_CHANGES, banks._xml))(random, raw)


def _tables() -> Sequence[bytes]:
    from tests.fuzz.targets import tables

    return tables._seeds()


def _table_changed(random: Random, raw: bytes) -> bytes:
    from tests.fuzz.targets import tables

    return tables._changed(random, raw)


TARGETS = (
    Target("ledger", 0.5, _read_ledger, _seeds, _CHANGE, most=30_000, seconds=20.0),
    Target("given", 0.5, _read_given, _tables, _table_changed, seconds=20.0),
    Target("statement", 0.4, _statement, _statements, _any_statement, seconds=20.0),
)  # fmt: skip
