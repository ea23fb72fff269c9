"""What credit notes take of an invoice is held per tax code, by the command and by ``check``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import bill, done, make_ledger

DAY = "2026-03-14"


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """
    --- customers/nordwind.yaml
    schema: customer/1
    id: nordwind
    name: Nordwind Handels GmbH
    """
    root = make_ledger(tmp_path, books.__doc__)
    ledger = (root / "ledger.yaml").read_text()
    (root / "ledger.yaml").write_text(ledger.replace("git:", "  - code: vat-7\n    category: S\n    rate: 7\ngit:"))
    done("invoice", "new", "-c", "nordwind", "-l", "A;1;100;vat-20", "-l", "B;1;300;vat-7", "--yes", cwd=root, at=DAY)
    return root


def credit(root: Path, *words: str) -> int:
    return bill("credit-note", "new", "-i", "INV-2026-0001", "--reason", "r", *words, "--yes", cwd=root, at=DAY).code


def test_check_finds_more_of_a_tax_code_than_was_invoiced(books: Path) -> None:
    assert credit(books, "--line", "1") == 0
    first = books / "credit-notes/2026/03/CN-2026-0001.yaml"
    text = first.read_text().replace("CN-2026-0001", "CN-2026-0002").replace("    invoice_line: 1\n", "")
    (first.parent / "CN-2026-0002.yaml").write_text(text[: text.index("applied:")] + text[text.index("seal:") :])
    found = bill("check", "--format", "json", cwd=books, at=DAY).json["diagnostics"]
    [problem] = [each for each in found if each["code"] == "E503"]
    assert problem["message"] == 'INV-2026-0001 has 100.00 and tax 20.00 at "vat-20"; 200.00 and tax 40.00 are credited in all'
    assert (problem["file"], problem["path"]) == ("credit-notes/2026/03/CN-2026-0002.yaml", "totals.net")


def test_notes_by_amount_line_and_rest_leave_nothing_and_check_is_content(books: Path) -> None:
    for words in (["--amount", "100.01"], ["--line", "2:0.333333"], ["--amount", "0.01"], ["--rest"]):
        assert credit(books, *words) == 0
    assert credit(books, "--amount", "0.01") == 1
    [row] = done("invoice", "list", "--format", "json", cwd=books, at=DAY).json["rows"]
    assert (row["open"], row["state"]) == ("0.00", "credited")
    assert bill("check", cwd=books, at=DAY).code == 0


def test_a_retry_answers_the_same_after_later_notes(books: Path) -> None:
    words = ["--line", "1:0.333333", "--external-id", "return-1"]
    assert credit(books, *words) == 0
    assert credit(books, "--amount", "50") == 0
    assert credit(books, *words) == 0
    assert len(list((books / "credit-notes/2026/03").iterdir())) == 2
