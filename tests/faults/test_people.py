"""A person saves, deletes or creates a file at any moment of a command: nothing that a person wrote is ever lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.rig import Command, copy, disk, files, journal, run, seen, words
from tests.support import Ran, make_ledger

HAND = b"schema: customer/1\nid: nord\nname: Nordwind by hand\n"
DRAFT = b"""\
schema: draft/1
id: %s
customer: nord
lines:
  - description: Work
    quantity: 1
    unit_price: 7
    tax: none
"""
EDIT = words("customer", "edit", "nord", "--set", "terms=net 10", "--yes")
NEXT = words("customer", "add", "--id", "zoe", "--name", "Zoe Zander", "--yes")
CUSTOMER = "customers/nord.yaml"
Save = Callable[[Path, bytes], None]


@pytest.fixture(scope="module")
def base(room: Path) -> Path:
    ledger = make_ledger(room / "base")
    for command in (
        words("customer", "add", "--id", "nord", "--name", "Nordwind GmbH", "--yes"),
        words("invoice", "new", "--customer", "nord", "--line", "Work;3;100", "--draft", "--yes"),
    ):
        assert run(command, ledger).ran.code == 0
    seen(ledger)
    return ledger


@pytest.fixture
def ledger(base: Path) -> Path:
    return copy(base, base.parent / "work")


def replace(path: Path, data: bytes) -> None:
    """As an editor saves that writes a new file and renames it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}~")
    beside.write_bytes(data)
    beside.rename(path)


def overwrite(path: Path, data: bytes) -> None:
    """As an editor saves that writes into the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def kept(ledger: Path) -> list[bytes]:
    """What bill put aside because it had lost its place."""
    folder = ledger / ".bill" / "kept"
    return [path.read_bytes() for path in folder.iterdir()] if folder.is_dir() else []


def calls_of(command: Command, ledger: Path, *, exchange: bool) -> int:
    """How many calls the undisturbed command makes."""
    seen: list[str] = []
    with disk(before=lambda kind, args: seen.append(kind), exchange=exchange):
        assert command(ledger).code == 0
    return len(seen)


def disturbed(command: Command, ledger: Path, at: int, act: Callable[[], None], *, exchange: bool) -> Ran:
    """Runs the command while a person does something right before its ``at``-th call."""
    count = 0

    def before(kind: str, args: tuple[Any, ...]) -> None:
        nonlocal count
        count += 1
        if count == at:
            act()

    with disk(before=before, exchange=exchange):
        return command(ledger)


def without(files: dict[str, bytes], *paths: str) -> dict[str, bytes]:
    return {path: raw for path, raw in files.items() if path not in paths}


def goes_on(ledger: Path, *, clean: bool = True, tidy: bool = True) -> None:
    """Nothing of a conflict stays in the way."""
    assert not tidy or journal(ledger) == {}
    ran = run(NEXT, ledger).ran
    assert ran.code == 0, ran
    assert not clean or run(words("check"), ledger).ran == Ran(0, "", "")


EXCHANGE = pytest.mark.parametrize("exchange", [True, False], ids=["exchange", "no exchange"])
EVERY = pytest.mark.parametrize("step", [31, pytest.param(1, marks=pytest.mark.long)], ids=["sample", "every call"])


@EXCHANGE
@EVERY
@pytest.mark.parametrize("save", [replace, overwrite])
def test_save_at_any_moment_of_an_edit_is_kept(base: Path, save: Save, step: int, exchange: bool) -> None:
    work = base.parent / "work"
    total = calls_of(EDIT, copy(base, work), exchange=exchange)
    old, new = files(base), files(work)
    codes = []
    for at in range(1, total + 1, step):
        ran = disturbed(EDIT, copy(base, work), at, lambda: save(work / CUSTOMER, HAND), exchange=exchange)
        now = files(work)
        codes.append(ran.code)
        if ran.code == 0:
            assert now[CUSTOMER] in (HAND, HAND + b"terms: net 10\n"), ran
            assert set(now) == set(new)
        else:
            assert ran.code == 4 or (ran.code == 1 and "cannot be" in ran.err and save is overwrite), ran
            assert now == {**old, CUSTOMER: HAND}, ran
        goes_on(work)
    assert {0, 4} <= set(codes)
    assert codes[0] == codes[-1] == 0


@EXCHANGE
@EVERY
def test_save_at_any_moment_of_an_issue_is_kept_or_issued(base: Path, step: int, exchange: bool) -> None:
    work = base.parent / "work"
    draft = next(path.name for path in (base / "drafts").iterdir())
    command = words("invoice", "issue", draft.removesuffix(".yaml"), "--yes")
    hand = DRAFT % draft.removesuffix(".yaml").encode()
    total = calls_of(command, copy(base, work), exchange=exchange)
    old, codes = files(base), []
    for at in range(1, total + 1, step):
        ran = disturbed(command, copy(base, work), at, lambda: replace(work / "drafts" / draft, hand), exchange=exchange)
        now = files(work)
        codes.append(ran.code)
        if ran.code == 0:
            assert now.get(f"drafts/{draft}") == hand or b"unit_price: 7" in now["invoices/2026/03/INV-2026-0001.yaml"]
        else:
            assert ran.code == 4, ran
            assert now == {**old, f"drafts/{draft}": hand}, ran
        goes_on(work)
    assert {0, 4} <= set(codes)


@EXCHANGE
@EVERY
def test_file_that_appears_where_one_is_to_be_created_is_never_overwritten(base: Path, step: int, exchange: bool) -> None:
    work = base.parent / "work"
    command = words("customer", "add", "--id", "anna", "--name", "Anna", "--yes")
    hand = b"schema: customer/1\nid: anna\nname: Anna by hand\n"
    total = calls_of(command, copy(base, work), exchange=exchange)
    old, codes = files(base), set()
    for at in range(1, total + 1, step):
        ran = disturbed(command, copy(base, work), at, lambda: replace(work / "customers/anna.yaml", hand), exchange=exchange)
        now = files(work)
        assert now["customers/anna.yaml"] == hand
        if ran.code != 0:
            assert ran.code in (1, 4), ran
            assert now == {**old, "customers/anna.yaml": hand}, ran
        codes.add(ran.code)
        goes_on(work)
    assert codes == {0, 1, 4}


@EXCHANGE
@EVERY
def test_file_deleted_at_any_moment_of_its_edit_stays_deleted_or_is_edited(base: Path, step: int, exchange: bool) -> None:
    work = base.parent / "work"
    total = calls_of(EDIT, copy(base, work), exchange=exchange)
    old = files(base)
    for at in range(1, total + 1, step):
        ran = disturbed(EDIT, copy(base, work), at, lambda: (work / CUSTOMER).unlink(missing_ok=True), exchange=exchange)
        now = files(work)
        if ran.code == 0:
            assert CUSTOMER not in now or b"terms: net 10" in now[CUSTOMER]
        else:
            assert ran.code in (1, 4), ran
            assert now in (without(old, CUSTOMER), old), ran
        goes_on(work, clean=False)


@EXCHANGE
@EVERY
def test_link_put_in_the_place_of_a_folder_at_any_moment_is_not_followed(base: Path, step: int, exchange: bool) -> None:
    work, outside = base.parent / "work", base.parent / "outside"
    total = calls_of(EDIT, copy(base, work), exchange=exchange)
    old, new = files(base), files(work)

    def swap() -> None:
        (work / "customers").rename(outside)
        (work / "customers").symlink_to(outside)

    for at in range(1, total + 1, step):
        copy(base, work)
        shutil.rmtree(outside, ignore_errors=True)
        ran = disturbed(EDIT, work, at, swap, exchange=exchange)
        (work / "customers").unlink()
        if not os.listdir(outside):
            assert not exchange
            assert old[CUSTOMER] in kept(work)
            assert f"{CUSTOMER} was changed meanwhile; nothing was changed; another version is kept in .bill/kept/" in ran.err
            continue
        assert os.listdir(outside) == ["nord.yaml"], ran
        outside.rename(work / "customers")
        now = files(work)
        assert now[CUSTOMER] in (old[CUSTOMER], new[CUSTOMER])
        assert ran.code in ((0, 3) if now[CUSTOMER] == new[CUSTOMER] else (1, 3, 4)), ran
        goes_on(work, clean=True, tidy=ran.code != 3)
        assert files(work)[CUSTOMER] == (new if ran.code in (0, 3) else old)[CUSTOMER]
