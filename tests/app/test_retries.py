"""The same command with the same external id happens once, whatever happened in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import bill


@pytest.fixture
def books(tmp_path: Path) -> Path:
    root = tmp_path / "books"
    assert bill("init", str(root), "--name", "Fjord", "--currency", "EUR", "--country", "NO", "--no-git", at="2026-06-01").code == 0
    assert bill("customer", "add", "--id", "a", "--name", "Aaaa", "--yes", cwd=root).code == 0
    return root


def ok(books: Path, *words: str, at: str = "2026-06-20") -> str:
    ran = bill(*words, "--yes", cwd=books, at=at)
    assert ran.code == 0, ran.err
    return ran.err


def documents(books: Path) -> list[str]:
    folders = ("drafts", "invoices", "credit-notes", "payments")
    return sorted(str(path.relative_to(books)) for folder in folders for path in (books / folder).rglob("*.yaml"))


INVOICE = ("invoice", "new", "-c", "a", "-l", "A;1;100", "--external-id", "E1")


def test_an_invoice_is_answered_again_after_a_later_one(books: Path) -> None:
    ok(books, *INVOICE, "--issued-on", "2026-06-01")
    ok(books, "invoice", "new", "-c", "a", "-l", "B;1;5", "--issued-on", "2026-06-05")
    before = documents(books)
    assert "INV-2026-0001 is already there" in ok(books, *INVOICE, "--issued-on", "2026-06-01")
    assert documents(books) == before


def test_a_credit_note_is_answered_again_after_a_payment(books: Path) -> None:
    ok(books, *INVOICE, "--issued-on", "2026-06-01")
    note = (
        "credit-note",
        "new",
        "-i",
        "INV-2026-0001",
        "--reason",
        "r",
        "--amount",
        "10",
        "--issued-on",
        "2026-06-06",
        "--external-id",
        "C1",
    )
    ok(books, *note)
    ok(books, "payment", "add", "-c", "a", "-a", "20", "-i", "INV-2026-0001", "--received-on", "2026-06-10")
    before = documents(books)
    assert "CN-2026-0001 is already there" in ok(books, *note)
    assert documents(books) == before


def credited(*words: str) -> tuple[str, ...]:
    return ("credit-note", "new", "-i", "INV-2026-0001", "--reason", "r", *words)


@pytest.mark.parametrize("asked", [(), ("--rest",), ("--line", "1"), ("--line", "1:1"), ("--amount", "100")], ids=" ".join)
def test_a_credit_note_that_was_made_void_since_is_answered_again(books: Path, asked: tuple[str, ...]) -> None:
    """Nor does another note on the invoice, or that the invoice is void now, make it another request."""
    ok(books, *INVOICE, "--issued-on", "2026-06-01")
    once = credited(*asked, "--external-id", "C1")
    ok(books, *once)
    ok(books, "credit-note", "apply", "CN-2026-0001", "--undo", "--reason", "r")
    ok(books, "credit-note", "void", "CN-2026-0001", "--reason", "r")
    assert "CN-2026-0001 is already there" in ok(books, *once)
    ok(books, *credited("--line", "1"))
    assert "CN-2026-0001 is already there" in ok(books, *once)
    other = bill(*credited("--amount", "99", "--external-id", "C1"), "--yes", cwd=books, at="2026-06-20")
    assert (other.code, "says something else" in other.err) == (1, True)
    ok(books, "credit-note", "apply", "CN-2026-0002", "--undo", "--reason", "r")
    ok(books, "credit-note", "void", "CN-2026-0002", "--reason", "r")
    ok(books, "invoice", "void", "INV-2026-0001", "--reason", "r")
    assert "CN-2026-0001 is already there" in ok(books, *once)


def test_a_credit_note_of_what_was_left_is_answered_again_when_more_is_left(books: Path) -> None:
    ok(books, *INVOICE, "--issued-on", "2026-06-01")
    ok(books, *credited("--amount", "30"))
    ok(books, *credited("--rest", "--external-id", "C1"))
    ok(books, "credit-note", "apply", "CN-2026-0001", "--undo", "--reason", "r")
    ok(books, "credit-note", "void", "CN-2026-0001", "--reason", "r")
    assert "CN-2026-0002 is already there" in ok(books, *credited("--rest", "--external-id", "C1"))


def test_a_payment_is_answered_again_the_next_day(books: Path) -> None:
    ok(books, *INVOICE)
    pay = ("payment", "add", "-c", "a", "-a", "20", "-i", "INV-2026-0001", "--external-id", "P1")
    ok(books, *pay)
    before = documents(books)
    assert "is already there" in ok(books, *pay, at="2026-06-21")
    assert documents(books) == before


def test_a_payment_to_another_invoice_is_another_payment(books: Path) -> None:
    ok(books, *INVOICE)
    ok(books, "invoice", "new", "-c", "a", "-l", "B;1;50")
    pay = ("payment", "add", "-c", "a", "-a", "20", "--external-id", "P1", "--yes", "-i")
    assert bill(*pay, "INV-2026-0001", cwd=books, at="2026-06-20").code == 0
    refused = bill(*pay, "INV-2026-0002", cwd=books, at="2026-06-20")
    assert (refused.code, "says something else" in refused.err) == (1, True)


def test_a_draft_is_kept_once_and_issued_once(books: Path) -> None:
    ok(books, *INVOICE, "--draft")
    assert "is already there" in ok(books, *INVOICE, "--draft")
    [draft] = documents(books)
    ok(books, "invoice", "issue", Path(draft).stem)
    assert "already issued" in ok(books, *INVOICE, "--draft")
    assert documents(books) == ["invoices/2026/06/INV-2026-0001.yaml"]


def test_the_same_id_for_other_lines_is_refused(books: Path) -> None:
    ok(books, *INVOICE)
    other = bill("invoice", "new", "-c", "a", "-l", "A;1;101", "--external-id", "E1", "--yes", cwd=books, at="2026-06-20")
    assert (other.code, "says something else" in other.err) == (1, True)


def test_an_allocation_and_an_application_happen_once(books: Path) -> None:
    ok(books, *INVOICE)
    ok(books, "invoice", "new", "-c", "a", "-l", "B;1;50")
    ok(books, "payment", "add", "-c", "a", "-a", "90", "--external-id", "P1")
    [payment] = [path.stem for path in (books / "payments").rglob("*.yaml")]
    ok(books, "credit-note", "new", "-c", "a", "-l", "Sorry;1;30", "--reason", "goodwill")
    for command in (
        ("payment", "allocate", payment, "-i", "INV-2026-0001:40", "--external-id", "A1"),
        ("credit-note", "apply", "CN-2026-0001", "-i", "INV-2026-0001:10", "--external-id", "B1"),
    ):
        assert "nothing to do" not in ok(books, *command)
        before = {path: path.read_bytes() for path in books.rglob("*.yaml")}
        assert "nothing to do" in ok(books, *command)
        assert {path: path.read_bytes() for path in books.rglob("*.yaml")} == before
        other = [each.replace("INV-2026-0001", "INV-2026-0002") for each in command]
        assert "belongs to rows of another invoice" in bill(*other, "--yes", cwd=books, at="2026-06-20").err
    assert bill("check", cwd=books, at="2026-06-20") == (0, "", "")
