"""A commit is on the disk when a command ends: git leaves its objects and branches to the system, and a power cut empties them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billcli.store import git
from tests.support import make_ledger


def test_every_object_branch_and_index_that_a_commit_writes_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_ledger(tmp_path / "books")
    git.begin(str(root))
    (root / ".bill").mkdir()
    git.note(str(root), ["ledger.yaml"])
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(tmp_path / "trace"))
    git.commit(str(root), "Begin")
    events = [json.loads(line) for line in (tmp_path / "trace").read_text().splitlines()]
    names = {each["sid"]: each["name"] for each in events if each["event"] == "cmd_name"}
    synced = {names[each["sid"]] for each in events if each.get("category") == "fsync" and "hardware" in each.get("key", "")}
    assert {"update-index", "write-tree", "commit-tree", "update-ref"} <= synced
