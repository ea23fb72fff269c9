"""State lines at the end of a delivery: whole or not at all, and told from what a person wrote."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from billcli.store import fs
from billcli.store.append import UnfitFile, append_state, is_only_appended, settled

PATH = "deliveries/a.yaml"
HEAD = b"id: a\nto: x@example.com\n"
LINE = "2026-02-02T09:00:00Z sending host"
ITEM = b'  - "2026-02-02T09:00:00Z sending host"\n'
ONE = HEAD + b"states:\n" + ITEM


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "deliveries").mkdir()
    return tmp_path / PATH


def appended(file: Path, raw: bytes) -> bytes:
    file.write_bytes(raw)
    append_state(str(file.parent.parent), PATH, LINE)
    return file.read_bytes()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HEAD, ONE),
        (ONE, ONE + ITEM),
        (HEAD + b"states:\n", ONE),
        (HEAD + b"states", ONE),
        (ONE + b'  - "2026-02-02T09:00:0', ONE + ITEM),
        (ONE + b"  ", ONE + ITEM),
    ],
    ids=["the first", "another", "a key alone", "half a key", "half a line", "its beginning"],
)
def test_a_state_is_added_where_the_last_whole_line_ends(file: Path, before: bytes, after: bytes) -> None:
    assert appended(file, before) == after


@pytest.mark.parametrize(
    "raw",
    [ONE + b"note: mine\n", HEAD + b"states: []\n", HEAD + b"states:\n- x\n", ONE.replace(b"\n", b"\r\n"), HEAD.replace(b"\n", b"\r\n")],
    ids=["a key behind", "in one line", "indented otherwise", "line ends of Windows", "those without states"],
)
def test_what_is_not_written_as_bill_writes_it_is_left_to_a_person(file: Path, raw: bytes) -> None:
    with pytest.raises(UnfitFile) as caught:
        appended(file, raw)
    assert caught.value.message == f"{PATH}: states: does not stand last, as bill writes it"
    assert file.read_bytes() == raw


def test_nothing_is_written_through_a_link(file: Path) -> None:
    other = file.parent.parent / "other"
    other.write_bytes(HEAD)
    file.symlink_to(other)
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        append_state(str(file.parent.parent), PATH, LINE)
    assert other.read_bytes() == HEAD


def test_a_file_that_stands_elsewhere_too_takes_no_state(file: Path) -> None:
    file.write_bytes(HEAD)
    os.link(file, file.parent.parent / "other")
    with pytest.raises(UnfitFile, match="has a second name elsewhere"):
        append_state(str(file.parent.parent), PATH, LINE)
    assert file.read_bytes() == HEAD


def test_what_is_no_file_takes_no_state(file: Path) -> None:
    os.mkfifo(file)
    with pytest.raises(UnfitFile):
        append_state(str(file.parent.parent), PATH, LINE)


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("before", [HEAD, ONE, ONE + b"  - half"])
def test_an_error_leaves_the_file_as_it_was_and_that_on_the_disk(
    file: Path, monkeypatch: pytest.MonkeyPatch, before: bytes, call: str
) -> None:
    """A short write is an error too."""
    real, calls = {name: getattr(os, name) for name in ("write", "fsync", "ftruncate")}, []

    def write(fd: int, data: bytes) -> int:
        calls.append("write")
        return int(real["write"](fd, data[:7] if call == "write" else data))

    def fsync(fd: int) -> None:
        calls.append("fsync")
        if call == "fsync" and calls.count("fsync") == 1:
            raise OSError(errno.EIO, "no more")
        real["fsync"](fd)

    monkeypatch.setattr(os, "write", write)
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError) as caught:
        appended(file, before)
    assert caught.value.errno == (errno.ENOSPC if call == "write" else errno.EIO)
    monkeypatch.undo()
    assert file.read_bytes() == before[: before.rfind(b"\n") + 1]
    assert calls == (["write", "fsync"] if call == "write" else ["write", "fsync", "fsync"])


def test_a_state_is_on_the_disk_on_return_and_its_file_closed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr(os, "fsync", made.append)
    before = len(os.listdir("/proc/self/fd"))
    appended(file, HEAD)
    assert (len(made), len(os.listdir("/proc/self/fd"))) == (1, before)


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        (ONE + b"\0" * len(ITEM), ONE),
        (HEAD + b"\0" * (8 + len(ITEM)), HEAD),
        (ONE + b'  - "2026' + b"\0" * 30, ONE),
        (b"", b""),
        (ONE, ONE),
        (HEAD + b"states:\n", HEAD),
        (b"states:\n", b"states:\n"),
        *((HEAD + b"states:\n"[:cut], HEAD) for cut in range(1, 8)),
        *((ONE + ITEM[:cut], ONE) for cut in (1, 2, 3, 4, 5, 20)),
        (HEAD + b"states:\n" + ITEM[:6], HEAD),
        (HEAD[:-1], HEAD[:-1]),
        (ONE + b"note: mine", ONE + b"note: mine"),
    ],
)
def test_what_a_crash_left_of_a_state_was_never_one(raw: bytes, left: bytes) -> None:
    assert settled(raw, PATH) == left
    assert settled(raw, "invoices/a.yaml") == raw


@pytest.mark.parametrize(
    ("known", "now", "only"),
    [
        (HEAD, ONE, True),
        (HEAD, ONE + ITEM, True),
        (ONE, ONE + ITEM, True),
        (HEAD + b"states:\n", ONE, True),
        (ONE, ONE + ITEM + b"  - half", True),
        (ONE, ONE, False),
        (HEAD, HEAD + b"note: mine\n", False),
        (HEAD, ONE + b"note: mine\n", False),
        (HEAD, ONE.replace(b"id: a", b"id: b"), False),
        (ONE, ONE.replace(b"host", b"post") + ITEM, False),
        (ONE, b"", False),
        (HEAD, b"id: a\n", False),
        (b"", ITEM, True),
    ],
)
def test_states_that_were_added_are_told_from_any_other_change(known: bytes, now: bytes, only: bool) -> None:
    assert is_only_appended(now, fs.sha256(known)) is only
