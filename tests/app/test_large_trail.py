"""An import of tens of thousands of documents is one entry of the audit trail, however long that makes the file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from billcli.store import audit, fs
from billcli.store.text import MAX_BYTES
from tests.support import Ran, bill, make_ledger


def test_trail_longer_than_any_document_is_read_whole(tmp_path: Path) -> None:
    books = make_ledger(tmp_path / "books")
    files = [audit.FileRecord(f"customers/customer-{n}.yaml", None, f"{n:064x}") for n in range(35_000)]
    root = str(books)
    path, _, new = audit.next_entry(root, audit.clone_id(root), datetime(2026, 3, 14, tzinfo=UTC), "customer import", "", files)
    assert len(new) > MAX_BYTES
    with fs.folder(root, fs.split(path)[0], create=True):
        pass
    fs.write_new(root, path, new)
    assert bill("check", root) == Ran(0, "", "")
