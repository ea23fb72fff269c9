"""The quick look: whatever the walk would find otherwise, one of the folders looks otherwise."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from billcli.store.looks import look, part
from billcli.store.scan import scan
from tests.support import make_ledger

CHANGES: dict[str, Callable[[Path], object]] = {
    "a new document": lambda root: (root / "invoices/2026/01/R-2.yaml").write_text("b"),
    "a document changed in place": lambda root: (root / "invoices/2026/01/R-1.yaml").write_text("ab"),
    "a document gone": lambda root: (root / "invoices/2026/01/R-1.yaml").unlink(),
    "a new month": lambda root: (root / "invoices/2026/02").mkdir(),
    "a folder renamed": lambda root: (root / "invoices/2026/01").rename(root / "invoices/2026/02"),
    "a document that is a folder": lambda root: (root / "invoices/2026/01/R-2.yaml").mkdir(),
    "a folder named as the trail": lambda root: (root / "invoices/x.jsonl/y").mkdir(parents=True),
    "a link": lambda root: (root / "invoices/2026/01/R-2.yaml").symlink_to("R-1.yaml"),
    "a left copy": lambda root: (root / "invoices/2026/01/R-1.yaml~").write_text("a"),
    "settings": lambda root: (root / "ledger.yaml").write_text("changed"),
    "a misspelled folder": lambda root: (root / "invoice").mkdir(),
    "a stray document in the root": lambda root: (root / "item.yaml").write_text("a"),
    "a name that is no text": lambda root: Path(os.fsdecode(os.fsencode(root) + b"/invoices/\xff.yaml")).write_text("a"),
    "rights": lambda root: (root / "invoices/2026/01/R-1.yaml").chmod(0o400),
}


JUDGED = {"a document that is a folder", "a link", "a left copy", "a name that is no text"}
"""What only the walk itself can say something of; it must not be asked for more, for it takes all folders."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = make_ledger(tmp_path / "ledger")
    (made / "invoices/2026/01").mkdir(parents=True)
    (made / "invoices/2026/01/R-1.yaml").write_text("a")
    return made


@pytest.mark.parametrize("name", CHANGES)
def test_no_change_goes_unseen(root: Path, name: str) -> None:
    before = look(str(root))
    assert before is not None
    assert look(str(root)) == before
    CHANGES[name](root)
    after = look(str(root))
    assert after is not None
    differ = {folder for folder in before.keys() | after.keys() if before.get(folder) != after.get(folder)}
    assert differ
    found = part(str(root), after, differ)
    whole = scan(str(root))
    assert (found is None) == (name in JUDGED)
    if found is None:
        return
    assert found.problems == whole.problems
    assert found.files == {path: stamp for path, stamp in whole.files.items() if path.rpartition("/")[0] in differ}


def test_a_link_is_not_followed_and_a_root_that_cannot_be_read_is_left_to_the_walk(root: Path) -> None:
    (root / "payments").mkdir()
    (root / "payments/2026").symlink_to("../invoices/2026")
    seen = look(str(root))
    assert seen is not None
    assert "payments/2026" not in seen
    assert look(str(root / "nowhere")) is None


def test_names_that_differ_by_case_are_left_to_the_walk(root: Path) -> None:
    (root / "invoices/2026/01/r-1.yaml").write_text("b")
    seen = look(str(root))
    assert seen is not None
    assert part(str(root), seen, ["invoices/2026/01"]) is None


def test_folders_that_differ_by_case_are_left_to_the_walk(root: Path) -> None:
    for folder in ("drafts/Old", "drafts/old"):
        (root / folder).mkdir(parents=True)
    (root / "drafts/Old/x.yaml").write_text("a")
    before = look(str(root))
    (root / "drafts/old/x.yaml").write_text("b")
    seen = look(str(root))
    assert seen is not None
    assert before is not None
    assert [folder for folder in seen if seen[folder] != before[folder]] == ["drafts/old"]
    assert part(str(root), seen, ["drafts/old"]) is None
