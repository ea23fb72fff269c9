"""A change of many files is staged several at a time; it is all or nothing as one of few."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from billcli.errors import BillError
from billcli.store import carry, fs, journal
from tests.support import make_ledger, tree

MANY = [journal.FileChange(f"customers/c{n}.yaml", None, f"schema: customer/1\nid: c{n}\nname: C\n".encode()) for n in range(200)]


@pytest.fixture
def root(tmp_path: Path) -> str:
    return str(make_ledger(tmp_path / "books"))


def test_many_files_are_written_with_their_bytes_and_modes(root: str) -> None:
    told: list[None] = []
    journal.commit(root, MANY, lambda: told.append(None))
    assert len(told) == 2 * len(MANY)
    assert {path: raw for path, raw in tree(Path(root)).items() if path != "ledger.yaml"} == {each.path: each.new for each in MANY}
    mask = os.umask(0o022)
    os.umask(mask)
    assert {os.stat(f"{root}/{each.path}").st_mode & 0o777 for each in MANY} == {0o666 & ~mask}
    assert sorted(fs.names(root, carry.FOLDER)) == ["done"]


def test_disk_that_fills_up_in_the_middle_leaves_nothing(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(Path(root))
    write_new = fs.write_new

    def full(root: str, path: str, data: bytes, mode: int = 0o600) -> None:
        if path.endswith("st120"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_new(root, path, data, mode)

    monkeypatch.setattr(fs, "write_new", full)
    with pytest.raises(BillError, match=r"customers/c120\.yaml could not be written: No space left on device; nothing was changed"):
        journal.commit(root, MANY)
    assert tree(Path(root)) == before
    assert fs.names(root, carry.FOLDER) == []
