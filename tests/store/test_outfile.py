"""Files outside a ledger are whole or not there, and what a killed command left of one goes with the next."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from unittest import mock

import pytest

from billcli.store import fs
from billcli.store.outfile import put, put_tree
from tests.faults.rig import Fault, disk
from tests.support import tree

GONE = 2**22 - 1
"""No process has this number."""


def test_folders_are_made_and_a_file_is_replaced(tmp_path: Path) -> None:
    for data in (b"one", b"two"):
        put(str(tmp_path / "a/b/page.html"), data)
    assert tree(tmp_path) == {"a/b/page.html": b"two"}


def test_file_that_is_not_to_be_replaced_stays(tmp_path: Path) -> None:
    put(str(tmp_path / "a.pdf"), b"one")
    with pytest.raises(FileExistsError):
        put(str(tmp_path / "a.pdf"), b"two", replace=False)
    assert tree(tmp_path) == {"a.pdf": b"one"}


def test_what_a_killed_command_left_goes_and_what_others_write_stays(tmp_path: Path) -> None:
    mine, other = f".a.pdf.{GONE}.part", f".a.pdf.{os.getppid()}.part"
    again = f".a.pdf.{os.getpid()}.part"  # a process before us had our number
    for name in (mine, again, other, ".a.pdf.x.part", f".b.pdf.{GONE}.part"):
        (tmp_path / name).write_bytes(b"half")
    put(str(tmp_path / "a.pdf"), b"whole")
    assert set(tree(tmp_path)) == {"a.pdf", other, ".a.pdf.x.part", f".b.pdf.{GONE}.part"}


@pytest.mark.parametrize("at", range(1, 5))
def test_failing_disk_leaves_what_was_there_and_the_error_names_the_file(tmp_path: Path, at: int) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"before")
    with disk(Fault("ENOSPC", at), within=tmp_path), pytest.raises(OSError, match=r"a\.pdf") as raised:
        put(str(path), b"after")
    assert (raised.value.errno, raised.value.filename) == (errno.ENOSPC, str(path))
    assert tree(tmp_path) == {"a.pdf": b"before"}


def test_tree_that_cannot_be_copied_to_the_end_is_not_begun(tmp_path: Path) -> None:
    (tmp_path / "source/deep").mkdir(parents=True)
    for name in ("one", "deep/two", "deep/three"):
        (tmp_path / "source" / name).write_text(name)
    write = fs.write_new

    def full(root: str, path: str, data: bytes, mode: int = 0o600) -> None:
        if path == "two":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(root, path, data, mode)

    with mock.patch.object(fs, "write_new", full), pytest.raises(OSError, match="No space"):
        put_tree(str(tmp_path / "source"), str(tmp_path / "copy"), leave_out=".bill")
    assert sorted(os.listdir(tmp_path)) == ["source"]
    put_tree(str(tmp_path / "source"), str(tmp_path / "copy"), leave_out=".bill")
    assert tree(tmp_path / "copy") == tree(tmp_path / "source")
