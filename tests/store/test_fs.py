from __future__ import annotations

import ctypes
import errno
import itertools
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from billcli.store import fs
from tests.faults.rig import Fault, disk


@pytest.fixture
def root(tmp_path: Path) -> str:
    ledger = tmp_path / "ledger"
    (ledger / "customers").mkdir(parents=True)
    (ledger / "customers" / "a.yaml").write_bytes(b"a\n")
    (ledger / "customers" / "b.yaml").write_bytes(b"b\n")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.yaml").write_bytes(b"secret\n")
    return str(ledger)


def content(root: str, path: str) -> bytes:
    return Path(root, path).read_bytes()


CALLS: dict[str, Callable[[str, str], Any]] = {
    "read": fs.read,
    "read_if_there": fs.read_if_there,
    "write_new": lambda root, path: fs.write_new(root, path, b"x"),
    "write_over": lambda root, path: fs.write_over(root, path, b"x"),
    "remove": fs.remove,
    "rename from": lambda root, path: fs.rename(root, path, "customers/new.yaml"),
    "rename to": lambda root, path: fs.rename(root, "customers/b.yaml", path),
    "rename new": lambda root, path: fs.rename(root, "customers/b.yaml", path, replace=False),
    "exchange": lambda root, path: fs.rename(root, "customers/b.yaml", path, exchange=True),
    "names": lambda root, path: fs.names(root, path.rpartition("/")[0]),
    "sync_folder": lambda root, path: fs.sync_folder(root, path.rpartition("/")[0]),
    "device": lambda root, path: fs.device(root, path.rpartition("/")[0]),
    "keep_mode like": lambda root, path: fs.keep_mode_and_owner(root, path, "customers/b.yaml"),
    "keep_mode of": lambda root, path: fs.keep_mode_and_owner(root, "customers/b.yaml", path),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("path", ["linked/a.yaml", "customers/linked/a.yaml", "../outside/a.yaml", "customers/../../outside/a.yaml"])
def test_no_path_leaves_the_ledger(root: str, path: str, call: Callable[[str, str], Any]) -> None:
    os.symlink("../outside", Path(root, "linked"))
    os.symlink("../../outside", Path(root, "customers", "linked"))
    with pytest.raises(OSError) as caught:
        call(root, path)
    assert caught.value.errno in (errno.ELOOP, errno.ENOTDIR, errno.EINVAL)
    assert os.listdir(Path(root, "../outside")) == ["a.yaml"]
    assert content(root, "../outside/a.yaml") == b"secret\n"
    assert content(root, "customers/b.yaml") == b"b\n"


def test_absolute_path_counts_from_the_ledger(root: str) -> None:
    assert fs.read(root, "/customers/a.yaml") == b"a\n"
    assert fs.read_if_there(root, "/etc/hostname") is None


@pytest.mark.parametrize("target", ["a.yaml", "../../outside/a.yaml", "missing"])
def test_link_is_not_read_as_the_file_it_points_to(root: str, target: str) -> None:
    os.symlink(target, Path(root, "customers", "c.yaml"))
    for call in (fs.read, fs.read_if_there):
        with pytest.raises(OSError) as caught:
            call(root, "customers/c.yaml")
        assert caught.value.errno == errno.ELOOP


def test_link_is_neither_written_through_nor_followed_by_a_rename(root: str) -> None:
    link = Path(root, "customers", "c.yaml")
    os.symlink("../../outside/a.yaml", link)
    with pytest.raises(FileExistsError):
        fs.write_new(root, "customers/c.yaml", b"x")
    fs.rename(root, "customers/b.yaml", "customers/c.yaml")
    assert not link.is_symlink()
    assert content(root, "../outside/a.yaml") == b"secret\n"


def test_ledger_itself_may_be_reached_by_a_link(root: str) -> None:
    os.symlink("ledger", Path(root).parent / "books")
    assert fs.read(str(Path(root).parent / "books"), "customers/a.yaml") == b"a\n"


def test_fifo_and_folder_are_refused_without_waiting(root: str) -> None:
    os.mkfifo(Path(root, "customers", "pipe.yaml"))
    os.mkdir(Path(root, "customers", "folder.yaml"))
    for name in ("pipe.yaml", "folder.yaml"):
        with pytest.raises(OSError, match="not a regular file") as caught:
            fs.read(root, f"customers/{name}")
        assert caught.value.errno == errno.EINVAL


@pytest.mark.parametrize("size", [0, 1, 5, 6, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_file_is_read_whole_or_one_byte_past_the_limit(root: str, size: int) -> None:
    data = os.urandom(size)
    fs.write_new(root, "customers/c.yaml", data)
    assert fs.read(root, "customers/c.yaml") == data
    assert fs.read(root, "customers/c.yaml", limit=5) == data[:6]
    assert fs.read(root, "customers/c.yaml", limit=1 << 20) == data


def test_missing_file_is_none_only_where_asked_for(root: str) -> None:
    assert fs.read_if_there(root, "customers/none.yaml") is None
    assert fs.read_if_there(root, "none/none.yaml") is None
    with pytest.raises(FileNotFoundError):
        fs.read(root, "customers/none.yaml")


def test_new_file_never_replaces_one_and_is_private(root: str) -> None:
    with pytest.raises(FileExistsError):
        fs.write_new(root, "customers/a.yaml", b"x")
    assert content(root, "customers/a.yaml") == b"a\n"
    fs.write_new(root, "customers/c.yaml", b"c\n")
    assert stat.S_IMODE(os.stat(Path(root, "customers", "c.yaml")).st_mode) == 0o600


def test_write_that_the_disk_did_not_keep_is_an_error(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pread", lambda file, size, offset: b"sho")
    with pytest.raises(OSError, match="kept less than was written"):
        fs.write_new(root, "customers/c.yaml", b"short")


def test_short_writes_are_continued(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:3]))
    fs.write_new(root, "customers/c.yaml", b"0123456789")
    assert content(root, "customers/c.yaml") == b"0123456789"


def test_failed_fsync_is_an_error_and_closes_the_file(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(file: int) -> None:
        raise OSError(errno.EIO, "fsync")

    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="fsync"):
            fs.write_new(root, "customers/c.yaml", b"x")
        with pytest.raises(OSError, match="fsync"):
            fs.sync_folder(root, "customers")
    after = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert after == before


def test_rename_replaces_unless_told_not_to(root: str) -> None:
    with pytest.raises(FileExistsError):
        fs.rename(root, "customers/a.yaml", "customers/b.yaml", replace=False)
    assert content(root, "customers/b.yaml") == b"b\n"
    fs.rename(root, "customers/a.yaml", "customers/c.yaml", replace=False)
    assert fs.names(root, "customers") == ["b.yaml", "c.yaml"]
    fs.rename(root, "customers/c.yaml", "customers/b.yaml")
    assert fs.names(root, "customers") == ["b.yaml"]
    assert content(root, "customers/b.yaml") == b"a\n"


def test_exchange_swaps_two_files_and_needs_both(root: str) -> None:
    fs.rename(root, "customers/a.yaml", "customers/b.yaml", exchange=True)
    assert (content(root, "customers/a.yaml"), content(root, "customers/b.yaml")) == (b"b\n", b"a\n")
    with pytest.raises(FileNotFoundError):
        fs.rename(root, "customers/a.yaml", "customers/none.yaml", exchange=True)
    assert fs.names(root, "customers") == ["a.yaml", "b.yaml"]


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.EINVAL])
def test_rename_without_replacing_works_where_the_system_call_does_not(root: str, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def missing(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fs, "_renameat2", missing)
    with pytest.raises(FileExistsError):
        fs.rename(root, "customers/a.yaml", "customers/b.yaml", replace=False)
    assert fs.names(root, "customers") == ["a.yaml", "b.yaml"]
    fs.rename(root, "customers/a.yaml", "customers/c.yaml", replace=False)
    assert fs.names(root, "customers") == ["b.yaml", "c.yaml"]
    with pytest.raises(OSError) as caught:
        fs.rename(root, "customers/b.yaml", "customers/c.yaml", exchange=True)
    assert caught.value.errno == code


def test_folders_are_made_on_the_way_and_a_file_in_the_way_is_an_error(root: str) -> None:
    with fs.folder(root, "invoices/2026/03", create=True):
        pass
    with fs.folder(root, "invoices/2026/04", create=True):
        pass
    assert fs.names(root, "invoices/2026") == ["03", "04"]
    with pytest.raises(NotADirectoryError), fs.folder(root, "customers/a.yaml/x", create=True):
        pass
    with pytest.raises(FileNotFoundError), fs.folder(root, "none"):
        pass


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o444])
def test_replacement_keeps_mode_and_owner(root: str, mode: int) -> None:
    os.chmod(Path(root, "customers", "a.yaml"), mode)
    fs.keep_mode_and_owner(root, "customers/a.yaml", "customers/b.yaml")
    like, have = (os.stat(Path(root, "customers", name)) for name in ("a.yaml", "b.yaml"))
    assert stat.S_IMODE(have.st_mode) == mode
    assert (have.st_uid, have.st_gid) == (like.st_uid, like.st_gid)


def test_owner_that_may_not_be_given_is_let_be_but_the_mode_is_not(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "chown")

    os.chmod(Path(root, "customers", "a.yaml"), 0o640)
    real = os.fstat
    monkeypatch.setattr(os, "fstat", lambda file: os.stat_result([*real(file)[:4], 4711, 4711, *real(file)[6:]]))
    monkeypatch.setattr(os, "fchown", refuse)
    fs.keep_mode_and_owner(root, "customers/a.yaml", "customers/b.yaml")
    assert stat.S_IMODE(os.stat(Path(root, "customers", "b.yaml")).st_mode) == 0o640


def test_stamp_tells_a_replaced_file_from_the_one_before(root: str) -> None:
    path = Path(root, "customers", "a.yaml")
    before = fs.stamp(path.stat())
    assert fs.stamp(path.stat()) == before
    fs.rename(root, "customers/b.yaml", "customers/a.yaml")
    assert fs.stamp(path.stat()) != before


@pytest.mark.parametrize("kind", ["EIO", "ENOSPC"])
def test_what_is_written_over_is_at_any_moment_whole_old_or_new(root: str, kind: str) -> None:
    for at in itertools.count(1):
        fs.write_over(root, "customers/a.yaml", b"old\n")
        with disk(Fault(kind, at)) as made, suppress(OSError):
            fs.write_over(root, "customers/a.yaml", b"new\n")
        renamed = "rename" in made.calls[: at - 1]
        assert content(root, "customers/a.yaml") == (b"new\n" if renamed else b"old\n"), made.calls
        if not made.struck:
            break
    assert made.calls == ["unlink", "create", "write", "fsync", "rename", "fsync"], "on the disk before it is in its place"


def test_what_a_kill_left_of_a_file_does_not_keep_the_next_from_its_place(root: str) -> None:
    Path(root, "customers", "a.yaml.new").write_bytes(b"ne")
    fs.write_over(root, "customers/a.yaml", b"new\n")
    assert (content(root, "customers/a.yaml"), os.listdir(Path(root, "customers")).count("a.yaml.new")) == (b"new\n", 0)


def test_a_file_is_no_folder(root: str) -> None:
    for ledger, path in ((root, "customers/a.yaml"), (f"{root}/customers/a.yaml", "")):
        with pytest.raises(NotADirectoryError):
            fs.sync_folder(ledger, path)


def test_folders_that_are_made_are_on_the_disk_unless_they_may_be_lost(root: str) -> None:
    with disk() as made, fs.folder(root, "invoices/2026", create=True):
        pass
    assert made.calls == ["mkdir", "fsync", "mkdir", "fsync"]
    with disk() as made:
        fs.make_folder(root, "former/1/2", 0o700)
        fs.make_folder(root, "former/1/3", 0o700)
    assert made.calls == ["mkdir"] * 4
    assert fs.names(root, "former/1") == ["2", "3"]
    assert stat.S_IMODE(os.stat(Path(root, "former")).st_mode) == 0o700


def test_a_folder_goes_when_nothing_stands_in_it(root: str) -> None:
    Path(root, "customers", "none").mkdir()
    for path in ("customers/none", "customers", "missing"):
        fs.remove_empty(root, path)
    assert fs.names(root, "customers") == ["a.yaml", "b.yaml"]


def test_a_part_is_read_from_where_it_is_asked_for(root: str) -> None:
    fs.write_new(root, "customers/c.yaml", b"0123456789")
    assert [fs.read_part(root, "customers/c.yaml", at, 3) for at in (0, 4, 8, 10)] == [b"012", b"456", b"89", b""]


def test_what_is_read_or_refused_is_closed_again(root: str) -> None:
    os.mkdir(Path(root, "customers", "folder.yaml"))
    os.mkdir(Path(root, "invoices"))
    fs.write_new(root, "invoices/i.yaml", b"i")
    before = len(os.listdir("/proc/self/fd"))
    fs.read(root, "customers/a.yaml")
    fs.read_part(root, "customers/a.yaml", 0, 1)
    fs.keep_mode_and_owner(root, "customers/a.yaml", "customers/b.yaml")
    with pytest.raises(OSError, match="not a regular file"):
        fs.read(root, "customers/folder.yaml")
    assert len(os.listdir("/proc/self/fd")) == before
    with fs.reading(root) as read:
        for path in ("customers/a.yaml", "invoices/i.yaml", "customers/b.yaml"):
            read(path, 0)
            assert len(os.listdir("/proc/self/fd")) == before + 1, "one folder, the last one"


def test_reads_that_come_short_are_continued_to_the_limit_and_not_beyond(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = os.read
    monkeypatch.setattr(os, "read", lambda file, length: read(file, min(length, 5)))
    fs.write_new(root, "customers/c.yaml", b"0123456789ab")
    assert fs.read(root, "customers/c.yaml", limit=5) == b"012345"
    assert fs.read(root, "customers/c.yaml") == b"0123456789ab"


def test_an_error_of_a_rename_is_no_reason_to_try_another_way(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "rename")

    monkeypatch.setattr(fs, "_renameat2", fail)
    with pytest.raises(OSError, match="rename"):
        fs.rename(root, "customers/a.yaml", "customers/c.yaml", replace=False)
    assert fs.names(root, "customers") == ["a.yaml", "b.yaml"]


def test_a_link_is_renamed_as_a_link_where_the_system_has_no_such_call(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    os.symlink("a.yaml", Path(root, "customers", "link"))
    fs.rename(root, "customers/link", "customers/other", replace=False)
    assert os.readlink(Path(root, "customers", "other")) == "a.yaml"


def test_the_owner_is_given_where_it_is_another_and_all_of_it_is_on_the_disk(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with disk() as made:
        fs.keep_mode_and_owner(root, "customers/a.yaml", "customers/b.yaml")
    assert made.calls == ["fchmod", "fsync"]
    real, given, like = os.fstat, [], os.stat(Path(root, "customers", "a.yaml"))
    monkeypatch.setattr(os, "fstat", lambda file: os.stat_result([*real(file)[:4], 4711, 4711, *real(file)[6:]]))
    monkeypatch.setattr(os, "fchown", lambda _, *owner: given.append(owner))
    fs.keep_mode_and_owner(root, "customers/a.yaml", "customers/b.yaml")
    assert given == [(like.st_uid, like.st_gid)]


def test_mode_is_not_given_through_a_link(root: str) -> None:
    os.symlink("../../outside/a.yaml", Path(root, "customers", "c.yaml"))
    with pytest.raises(OSError) as caught:
        fs.keep_mode_and_owner(root, "customers/a.yaml", "customers/c.yaml")
    assert caught.value.errno == errno.ELOOP


def test_device_is_that_of_the_nearest_folder_there_is(root: str) -> None:
    assert fs.device(root, "customers") == fs.device(root, "customers/2026/01") == os.stat(root).st_dev
