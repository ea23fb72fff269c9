"""``bill edit`` on books: what it refuses, and that nothing typed is ever lost."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from tests.support import LEDGER, Ran, bill, done, make_ledger, tree

CUSTOMER = """
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
"""


@pytest.fixture
def books(tmp_path: Path) -> Path:
    root = make_ledger(tmp_path / "books", CUSTOMER)
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;100;vat-20", "--yes", cwd=root, at="2026-03-14")
    done("payment", "add", "-c", "nordwind", "-a", "500", "--yes", cwd=root, at="2026-03-20")
    return root


def edit(root: Path, document: str, script: str, *words: str, at: str = "2026-04-10") -> Ran:
    """Edits with an editor that runs ``script`` on the text; ``text`` and ``path`` are its names, ``books`` the ledger."""
    program = root.parent / "editor.py"
    program.write_text(
        "import pathlib, sys\n"
        f"books = pathlib.Path({str(root)!r})\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "text = path.read_text()\n"
        f"{script}\n"
        "path.write_text(text)\n"
    )
    return bill("edit", document, *words, cwd=root, at=at, env={"VISUAL": f"{sys.executable} {program}"})


def kept(root: Path) -> list[Path]:
    return sorted((root / ".bill" / "edits").glob("*/*"))


def payment_of(root: Path) -> str:
    return next((root / "payments").rglob("*.yaml")).stem


def close(root: Path, through: str = "2026-03-31") -> None:
    (root / "ledger.yaml").write_text(f"{LEDGER}closed_through: {through}\n")


def test_an_edit_is_in_the_audit_trail_with_its_reason_and_leaves_no_copy(books: Path) -> None:
    ran = edit(books, "nordwind", "text = text.replace('Handels', 'Handel')", "--yes", "--reason", "as it signs itself")
    assert ran.code == 0
    [trail] = (books / "audit").rglob("2026-04.jsonl")
    entry = json.loads(trail.read_text().splitlines()[-1])
    assert (entry["command"], entry["reason"]) == ("edit", "as it signs itself")
    assert [each["path"] for each in entry["files"]] == ["customers/nordwind.yaml"]
    assert kept(books) == []


def test_bytes_that_were_not_edited_stay_even_with_a_mark_and_foreign_line_ends(books: Path) -> None:
    file = books / "customers/nordwind.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    script = "text = ''\npath.write_bytes(path.read_bytes().replace(b'Handels', b'Handel')); sys.exit()"
    assert edit(books, "nordwind", script, "--yes").code == 0
    assert file.read_bytes() == b"\xef\xbb\xbfschema: customer/1\r\nid: nordwind\r\nname: Nordwind Handel GmbH\r\n"


def test_what_changed_while_the_editor_was_open_is_not_written_over(books: Path) -> None:
    script = "(books / 'customers/nordwind.yaml').write_text(text + 'notes: somebody else\\n')\ntext = text.replace('Handels', 'Handel')"
    ran = edit(books, "nordwind", script, "--yes")
    assert ran.code == 4
    assert "was changed while you edited it" in ran.err
    assert "notes: somebody else" in (books / "customers/nordwind.yaml").read_text()
    [copy] = kept(books)
    assert "Nordwind Handel GmbH" in copy.read_text()
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


def test_another_file_that_changed_meanwhile_is_no_reason_to_refuse(books: Path) -> None:
    script = "(books / 'customers/other.yaml').write_text('schema: customer/1\\nid: other\\nname: O\\n')\ntext += 'parent: other\\n'"
    assert edit(books, "nordwind", script, "--yes").code == 0
    assert done("check", cwd=books).out == ""


@pytest.mark.parametrize(
    "script",
    [
        "text = text.replace('amount: 500.00', 'amount: 400.00')",
        "text = text.replace('received_on: 2026-03-20', 'received_on: 2026-03-19')",
        "text += 'allocations:\\n  - invoice: INV-2026-0001\\n    amount: 100.00\\n    on: 2026-03-25\\n'",
        "text += 'reversed:\\n  on: 2026-03-30\\n  reason: bounced\\n'",
    ],
)
def test_an_edit_that_would_move_a_closed_date_is_refused(books: Path, script: str) -> None:
    close(books)
    before = tree(books)
    ran = edit(books, payment_of(books), script, "--yes")
    assert ran.code == 1
    assert "the books are closed through 2026-03-31" in ran.err
    assert tree(books) == before
    assert len(kept(books)) == 1


def test_a_row_of_a_later_day_may_be_added_by_hand(books: Path) -> None:
    close(books)
    script = "text += 'allocations:\\n  - invoice: INV-2026-0001\\n    amount: 100.00\\n    on: 2026-04-02\\n'"
    before = done("report", "aging", "--as-of", "2026-03-31", "--format", "json", cwd=books).out
    assert edit(books, payment_of(books), script, "--yes").code == 0
    assert done("report", "aging", "--as-of", "2026-03-31", "--format", "json", cwd=books).out == before
    assert done("check", cwd=books).out == ""


def test_what_the_whole_check_would_find_is_refused_at_its_place_in_the_new_text(books: Path) -> None:
    script = "text += 'allocations:\\n  - invoice: INV-2026-0009\\n    amount: 100.00\\n    on: 2026-04-02\\n'"
    ran = edit(books, payment_of(books), script, "--yes")
    assert ran.code == 1
    assert 'error[E305]: the invoice "INV-2026-0009" does not exist' in ran.err
    assert "- invoice: INV-2026-0009" in ran.err
    assert "the books would not be right" in ran.err


def test_what_was_wrong_before_is_no_reason_to_refuse(books: Path) -> None:
    (books / "customers/lost.yaml").write_text("schema: customer/1\nid: lost\nname: Lost\nparent: nobody\n")
    assert edit(books, "nordwind", "text = text.replace('Handels', 'Handel')", "--yes").code == 0
    assert edit(books, "lost", "text += 'notes: who is above it\\n'", "--yes").code == 0
    assert edit(books, "lost", "text = text.replace('parent: nobody\\n', '')", "--yes").code == 0
    assert done("check", cwd=books).out == ""


def test_the_books_are_opened_again_only_with_a_reason(books: Path) -> None:
    close(books)
    script = "text = text.replace('2026-03-31', '2026-02-28')"
    ran = edit(books, "ledger.yaml", script, "--yes")
    assert ran.code == 1
    assert "would be open again" in ran.err
    assert edit(books, "ledger.yaml", script, "--yes", "--reason", "an invoice was forgotten").code == 0


def test_an_imported_invoice_does_not_change_either(books: Path) -> None:
    (books.parent / "old.csv").write_text("number,customer,issued_on,gross\nA-1,nordwind,2026-01-10,80.00\n")
    done("invoice", "import", "../old.csv", "--yes", cwd=books, at="2026-04-10")
    ran = edit(books, "A-1", "text = text.replace('80', '70')", "--yes")
    assert ran.code == 1
    assert "an issued document does not change" in ran.err


def test_an_editor_that_takes_the_file_away_writes_nothing(books: Path) -> None:
    before = tree(books)
    ran = edit(books, "nordwind", "path.unlink(); sys.exit()", "--yes")
    assert ran.code == 1
    assert "the editor left no file" in ran.err
    assert tree(books) == before


def test_a_name_that_several_documents_have_is_asked_for_by_its_file(books: Path) -> None:
    (books / "customers/INV-2026-0001.yaml").write_text("schema: customer/1\nid: INV-2026-0001\nname: Odd\n")
    ran = edit(books, "INV-2026-0001", "pass", "--yes")
    assert ran.code == 1
    assert "customers/INV-2026-0001.yaml, invoices/2026/03/INV-2026-0001.yaml" in ran.err
    assert edit(books, "customers/INV-2026-0001.yaml", "text += 'notes: x\\n'", "--yes").code == 0


def test_a_half_carried_out_commit_or_a_read_only_index_does_not_hang_the_check(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is in memory then, and has not been written down when it is copied."""
    monkeypatch.setattr("billcli.app.refresh.index_path", lambda root: None)
    assert edit(books, "nordwind", "text = text.replace('Handels', 'Handel')", "--yes").code == 0
