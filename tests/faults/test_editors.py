"""A person saves in an editor after a command has read a file and before it replaces it: whatever command, whatever editor.

``test_people.py`` has every moment of a few commands; here is the worst moment of every kind of command that changes a file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.faults.counts import tally
from tests.faults.rig import Command, copy, disk, files, run, seen, words
from tests.support import Ran, make_ledger

Save = Callable[[Path], bytes | None]
"""Does what an editor does to a file, and gives the bytes that stand there then; None where there is none."""

BOOKS = """\
--- categories.yaml
schema: categories/1
groups:
  segment:
    - name: public
revenue: []
tags:
  - name: vip
--- rules.yaml
schema: rules/1
classify:
  - name: all
    when:
      gross: 1..
    set:
      tag: vip
--- customers/nord.yaml
schema: customer/1
id: nord
name: Nordwind GmbH
--- customers/syd.yaml
schema: customer/1
id: syd
name: Syd
"""
BEGUN = (
    ("invoice", "new", "-c", "nord", "-l", "Work;3;100"), ("invoice", "new", "-c", "nord", "-l", "Work;1;100"),
    ("invoice", "new", "-c", "nord", "-l", "Work;1;50"), ("payment", "add", "-c", "nord", "-a", "120"),
    ("payment", "add", "-c", "nord", "-a", "50", "-i", "INV-2026-0001"),
    ("refund", "new", "-c", "nord", "--reason", "twice", "-a", "5"),
    ("credit-note", "new", "-c", "nord", "--reason", "late", "-l", "Goodwill;1;9"),
    ("write-off", "new", "-i", "INV-2026-0002:7", "--reason", "gone", "--approved-by", "Ada"),
    ("hold", "new", "--kind", "manual", "-i", "INV-2026-0002", "--reason", "phone"),
    ("recurring", "new", "-c", "nord", "--id", "monthly", "--every", "month", "--starts", "2026-04-01", "-l", "Hosting;1;9"),
    ("invoice", "new", "-c", "nord", "-l", "Draft;1;1", "--draft"),
)  # fmt: skip


class Case(NamedTuple):
    """A command, with ``{glob}`` for the only file of a kind, and the file that it changes."""

    words: tuple[str, ...]
    changes: str


WHY = ("--reason", "slip")
CASES = {
    "customer edit": Case(("customer", "edit", "nord", "--set", "terms=net 9"), "customers/nord.yaml"),
    "customer tag": Case(("customer", "tag", "nord", "--add", "vip"), "customers/nord.yaml"),
    "customer deactivate": Case(("customer", "deactivate", "syd", *WHY), "customers/syd.yaml"),
    "customer merge": Case(("customer", "merge", "syd", "--into", "nord", *WHY), "customers/nord.yaml"),
    "invoice void": Case(("invoice", "void", "INV-2026-0003", *WHY), "invoices/2026/03/INV-2026-0003.yaml"),
    "payment allocate": Case(("payment", "allocate", "{120.00}", "-i", "INV-2026-0002"), "{120.00}"),
    "payment reverse": Case(("payment", "reverse", "{50.00}", *WHY), "{50.00}"),
    "credit-note apply": Case(("credit-note", "apply", "CN-2026-0001", "-i", "INV-2026-0002"), "credit-notes/2026/03/CN-2026-0001.yaml"),
    "credit-note void": Case(("credit-note", "void", "CN-2026-0001", *WHY), "credit-notes/2026/03/CN-2026-0001.yaml"),
    "refund reverse": Case(("refund", "reverse", "{refunds}", *WHY), "{refunds}"),
    "write-off reverse": Case(("write-off", "reverse", "{write-offs}", *WHY), "{write-offs}"),
    "hold release": Case(("hold", "release", "{holds}", "--outcome", "withdrawn"), "{holds}"),
    "recurring end": Case(("recurring", "end", "monthly", "--on", "2026-06-30", *WHY), "recurring/monthly.yaml"),
    "draft delete": Case(("draft", "delete", "{drafts}"), "{drafts}"),
    "invoice issue": Case(("invoice", "issue", "{drafts}"), "{drafts}"),
    "classify": Case(("classify", "--write"), "invoices/2026/03/INV-2026-0002.yaml"),
    "close": Case(("close", "--through", "2026-02-28"), "ledger.yaml"),
    "outbox here": Case(("outbox", "here"), "ledger.yaml"),
}  # fmt: skip


def by_rename(path: Path) -> bytes:
    beside = path.with_name("4913")
    beside.write_bytes(_noted(path))
    beside.rename(path)
    return path.read_bytes()


def in_place(path: Path) -> bytes:
    path.write_bytes(_noted(path))
    return path.read_bytes()


def with_backup(path: Path) -> bytes:
    """As vim does with ``backupcopy=no``: the old file goes aside, a new one takes its place."""
    new = _noted(path)
    path.rename(path.with_name(f"{path.name}~"))
    path.write_bytes(new)
    path.with_name(f"{path.name}~").unlink()
    return new


def delete(path: Path) -> None:
    path.unlink()


SAVES: dict[str, Save] = {"rename": by_rename, "in place": in_place, "backup": with_backup, "delete": delete}


def _noted(path: Path) -> bytes:
    return path.read_bytes() + b"# saved meanwhile\n"


@pytest.fixture(scope="module")
def base(room: Path) -> Path:
    ledger = make_ledger(room / "base", BOOKS)
    for each in BEGUN:
        ran = run(words(*each, "--yes"), ledger).ran
        assert ran.code == 0, ran
    seen(ledger)
    return ledger


def found(ledger: Path, name: str) -> str:
    """The path that ``{…}`` stands for: the only file of a folder, or the payment of that amount."""
    if not name.startswith("{"):
        return name
    what = name.strip("{}")
    folder = "payments" if what[0].isdigit() else what
    [path] = [
        each
        for each in ledger.glob(f"{folder}/**/*.yaml")
        if folder == what or f"amount: {what}\n" in each.read_text().partition("applied")[0]
    ]
    return str(path.relative_to(ledger))


def command(ledger: Path, case: Case) -> Command:
    return words(
        *(Path(found(ledger, each)).stem if each.startswith("{") else each for each in case.words), "--yes", env={"BILL_CLONE": "0123abcd"}
    )


def meanwhile(ledger: Path, case: Case, save: Save, nth: int = 0) -> tuple[Ran, bytes | None, bool]:
    """Runs the command while a person saves: before the ``nth`` call, or, if that is 0, before the file is moved or exchanged."""
    target, wanted = ledger / found(ledger, case.changes), command(ledger, case)
    saved: list[bytes | None] = []
    count = 0

    def before(kind: str, args: tuple[Any, ...]) -> None:
        nonlocal count
        count += 1
        now = count == nth if nth else kind in ("renameat2", "rename", "unlink") and target.name in map(str, args)
        if now and not saved and target.exists():
            saved.append(save(target))

    with disk(before=before):
        ran = wanted(ledger)
    return ran, saved[0] if saved else None, bool(saved)


@pytest.mark.parametrize("save", SAVES)
@pytest.mark.parametrize("name", CASES)
def test_save_right_before_the_file_is_replaced_stays_and_the_command_does_nothing(base: Path, name: str, save: str) -> None:
    ledger, case = copy(base, base.parent / "work"), CASES[name]
    path = found(ledger, case.changes)
    old = files(ledger)
    ran, saved, came = meanwhile(ledger, case, SAVES[save])
    assert came, f"{path} was never moved"
    assert ran.code == 4, ran
    expected = {**{each: raw for each, raw in old.items() if each != path}, **({path: saved} if saved is not None else {})}
    assert files(ledger) == expected
    assert not list(ledger.glob(".bill/kept/*"))
    if saved is not None or path != "ledger.yaml":
        goes_on(ledger)


def goes_on(ledger: Path) -> None:
    ran = run(words("customer", "add", "--id", "zoe", "--name", "Zoe", "--yes"), ledger).ran
    assert ran.code in (0, 1), ran
    assert run(words("check"), ledger).ran.code in (0, 1)


@pytest.mark.long
@pytest.mark.parametrize("save", SAVES)
@pytest.mark.parametrize("name", CASES)
def test_save_at_any_moment_is_kept_or_taken_into_account(base: Path, name: str, save: str) -> None:
    """Where the command is done, the person saved before it read the file, or after it had replaced it."""
    work, case = base.parent / "work", CASES[name]
    calls: list[str] = []
    with disk(before=lambda kind, args: calls.append(kind)):
        assert command(copy(base, work), case)(work).code == 0
    with tally("an editor saves meanwhile") as counted:
        for at in range(1, len(calls) + 1):
            old = files(copy(base, work))
            path = found(work, case.changes)
            ran, saved, came = meanwhile(work, case, SAVES[save], at)
            now = files(work)
            counted.point()
            kept = [each.read_bytes() for each in work.glob(".bill/kept/*")]
            if came and saved is not None and not _is_kept(now, path, saved, kept, case):
                counted.violated(f"{name}, {save} at {at}: {ran}: {now.get(path)!r}")
            if ran.code not in (0, 1, 3, 4) or (ran.code in (1, 4) and _without(now, path) != _without(old, path)):
                counted.violated(f"{name}, {save} at {at}: {ran} changed something")


def _is_kept(now: dict[str, bytes], path: str, saved: bytes, kept: list[bytes], case: Case) -> bool:
    if case.words[0] in ("draft", "invoice") and case.changes == "{drafts}" and path not in now:
        return True  # it was saved before the draft was read, and went with it
    return b"# saved meanwhile\n" in now.get(path, b"") or saved in kept


def _without(tree: dict[str, bytes], path: str) -> dict[str, bytes]:
    return {each: raw for each, raw in tree.items() if each != path}
