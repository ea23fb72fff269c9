"""What a working copy remembers of mail beside the books."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from billcli.store import outbox
from billcli.store.outbox import Entry, Hand

ONE, TWO = Entry("reminder", "INV-1", "1", "a@example.com"), Entry("reminder", "INV-2", "1", "a@example.com")
PAPER = Entry("invoice", "INV-1", "", "a@example.com")
AT, LATER = "2026-02-02T09:00:00Z", "2026-02-03T09:00:00Z"


@pytest.fixture
def root(tmp_path: Path) -> str:
    return str(tmp_path)


def test_a_message_is_kept_for_its_owner_until_it_is_forgotten(root: str) -> None:
    assert outbox.kept(root, "a") is None
    outbox.keep(root, "a", b"one")
    outbox.keep(root, "a", b"two")
    file = Path(root, ".bill/outbox/a.eml")
    assert (outbox.kept(root, "a"), file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (b"two", 0o600, 0o700)
    assert Path(root, ".bill/.gitignore").read_text() == "*\n"
    outbox.forget(root, "a")
    outbox.forget(root, "a")
    assert outbox.kept(root, "a") is None


def test_what_cannot_be_read_is_not_kept(root: str) -> None:
    outbox.keep(root, "a", b"one")
    Path(root, ".bill/outbox/a.eml").unlink()
    os.mkdir(Path(root, ".bill/outbox/a.eml"))
    assert outbox.kept(root, "a") is None


def test_hand_overs_are_remembered_in_their_order(root: str) -> None:
    assert outbox.handed(root) == {}
    hands = [Hand(AT, "a", 0, (ONE, TWO)), Hand(AT, "b", 0, (PAPER,)), Hand(LATER, "a", 1, (ONE, TWO))]
    for each in hands:
        outbox.note_handed(root, each)
    assert outbox.handed(root) == {"a": [hands[0], hands[2]], "b": [hands[1]]}
    assert outbox.remembered_levels(root) == {("INV-1", 1): LATER, ("INV-2", 1): LATER}


def test_the_later_hand_over_of_a_level_is_the_one_that_counts_whichever_was_noted_first(root: str) -> None:
    outbox.note_handed(root, Hand(LATER, "a", 0, (ONE,)))
    outbox.note_handed(root, Hand(AT, "b", 0, (ONE, Entry("reminder", "INV-3", "first", "x"))))
    assert outbox.remembered_levels(root) == {("INV-1", 1): LATER}


def test_one_of_nothing_is_remembered_too(root: str) -> None:
    outbox.note_handed(root, Hand(AT, "a", 0, ()))
    assert outbox.handed(root) == {"a": [Hand(AT, "a", 0, (Entry("", "", "", ""),))]}


def test_the_same_thing_at_the_same_time_is_another_hand_over(root: str) -> None:
    for _ in range(2):
        outbox.note_handed(root, Hand(AT, "a", 0, (ONE,)))
    outbox.note_handed(root, Hand(AT, "a", 1, (TWO,)))
    assert [len(outbox.handed(root)["a"]), outbox.handed(root)["a"][-1].entries] == [3, (TWO,)]


def test_what_the_server_declined_is_taken_back_once(root: str) -> None:
    outbox.note_handed(root, Hand(AT, "a", 0, (ONE,)))
    outbox.note_handed(root, Hand(LATER, "a", 0, (ONE, TWO)))
    outbox.note_declined(root, "a")
    assert outbox.handed(root) == {"a": [Hand(AT, "a", 0, (ONE,))]}
    outbox.note_declined(root, "a")
    outbox.note_declined(root, "a")
    outbox.note_declined(root, "b")
    assert outbox.handed(root) == {"a": []}


def test_lines_that_say_nothing_are_passed_by(root: str) -> None:
    outbox.note_handed(root, Hand(AT, "a", 0, (ONE,)))
    with Path(root, ".bill/outbox/handed").open("ab") as file:
        file.write(b"\nhanded\t\nhanded\tx\ta\tno\tk\td\tl\tr\ndeclined\ta\nother\t\ta\n\xff\xfe\nhanded\t2026")
    assert outbox.handed(root) == {"a": [Hand(AT, "a", 0, (ONE,))]}


def test_a_short_write_is_an_error_and_what_is_noted_is_on_the_disk(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.readlink(f"/proc/self/fd/{fd}").rpartition("/")[2]))
    outbox.note_declined(root, "a")
    before = len(os.listdir("/proc/self/fd"))
    outbox.note_declined(root, "a")
    assert (synced[-1], len(os.listdir("/proc/self/fd"))) == ("handed", before)
    assert Path(root, ".bill/outbox/handed").stat().st_mode & 0o777 == 0o600
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:3]))
    with pytest.raises(OSError, match="No space"):
        outbox.note_declined(root, "a")


def test_what_a_run_may_be_at_adds_up_until_it_is_forgotten(root: str) -> None:
    assert outbox.noted(root) == frozenset()
    outbox.note(root, ["b", "a"])
    outbox.note(root, ["c", "a"])
    assert outbox.noted(root) == {"a", "b", "c"}
    assert Path(root, ".bill/outbox/noted").read_text() == "a\nb\nc"
    before = os.stat(Path(root, ".bill/outbox/noted"))
    outbox.note(root, ["c"])
    assert os.stat(Path(root, ".bill/outbox/noted")).st_ino == before.st_ino, "what is noted already is not written again"
    outbox.forget_noted(root)
    outbox.forget_noted(root)
    assert outbox.noted(root) == frozenset()
