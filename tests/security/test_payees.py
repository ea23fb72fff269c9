"""Row 22: where money and mail go does not change without a word; and what only looks like an account or an address is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from billcli.core.payee import PayeeMarked, changes
from tests.support import bill, done, make_ledger

DAY = "2026-06-20"
CUSTOMER = """\
schema: customer/1
id: nordwind
name: Nordwind GmbH
ibans:
  - DE89370400440532013000
contacts:
  - role: billing
    email: ap@nordwind.example
"""
OTHER = CUSTOMER.replace("DE89370400440532013000", "NL91ABNA0417164300")


@pytest.fixture
def books(tmp_path: Path) -> Path:
    root = make_ledger(tmp_path / "books", f"--- customers/nordwind.yaml\n{CUSTOMER}")
    note(root)
    return root


def note(books: Path, at: str = "2026-05-02") -> str:
    """Any command that writes also writes down what people changed."""
    return done("customer", "add", "--name", f"Sued {at} AG", "--yes", cwd=books, at=at).err


def payees(books: Path, at: str = DAY) -> str:
    return next((line for line in done(cwd=books, at=at).out.splitlines() if line.startswith("Payees")), "")


def write(books: Path, text: str) -> None:
    (books / "customers/nordwind.yaml").write_text(text)


def test_a_changed_account_is_told_at_once_and_for_thirty_days(books: Path) -> None:
    assert payees(books) == ""
    write(books, OTHER)
    assert "changed: IBAN of nordwind (by hand, not in the audit trail yet)" in payees(books)
    assert 'warning: another IBAN or e-mail address in customers/nordwind.yaml; "bill" alone shows it' in note(books, DAY)
    assert "changed: IBAN of nordwind (2026-06-20)" in payees(books)
    assert "changed: IBAN of nordwind (2026-06-20)" in payees(books, "2026-07-20")
    assert payees(books, "2026-07-21") == ""


def test_the_trail_says_so_and_holds(books: Path) -> None:
    write(books, OTHER)
    note(books, DAY)
    [trail] = (books / "audit").rglob("2026-06.jsonl")
    [entry] = map(json.loads, trail.read_text().splitlines())
    [mark] = [each["payee"] for each in entry["files"] if each["path"] == "customers/nordwind.yaml"]
    before = [
        each["payee"]
        for file in (books / "audit").rglob("2026-05.jsonl")
        for each in json.loads(file.read_text())["files"]
        if "nordwind" in each["path"]
    ]
    assert [mark.split("-")[0] == before[0].split("-")[0], mark.split("-")[1] == before[0].split("-")[1]] == [False, True]
    assert "nordwind.example" not in trail.read_text()
    assert bill("check", cwd=books, at=DAY).code == 0


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("ap@nordwind.example", "ap@nordw1nd.example", "e-mail"),
        ("ap@nordwind.example", "ap@nordwind.example\n  - role: dunning\n    email: ap@evil.example", "e-mail"),
        ("DE89370400440532013000", "DE89370400440532013000\n  - NL91ABNA0417164300", "IBAN"),
        ("DE89370400440532013000", '"\\u0044E89 3704 0044 0532 0130 00"', ""),
        ("Nordwind GmbH", "Nordwind AG", ""),
        ("ap@nordwind.example", '"ap@nordwind\\u002eexample"', ""),
        ("role: billing", "role: billing\n    phone: 0900 1", ""),
    ],
)
def test_what_counts_is_what_the_books_read_not_how_it_is_written(books: Path, old: str, new: str, what: str) -> None:
    write(books, CUSTOMER.replace(old, new))
    told = note(books, DAY)
    assert ("another IBAN or e-mail" in told) is bool(what)
    assert payees(books).startswith(f"Payees    changed: {what} of nordwind") is bool(what)


def test_a_change_that_came_with_git_from_another_clone_is_told_here(books: Path) -> None:
    """The other clone's trail says it, and comes along; no file of this one was edited by hand."""
    write(books, OTHER)
    done("customer", "add", "--name", "Other AG", "--yes", cwd=books, at=DAY, env={"BILL_CLONE": "0dd0dd0d"})
    (books / ".bill/index.sqlite").unlink()
    assert "changed: IBAN of nordwind (2026-06-20)" in payees(books)


def test_the_account_on_ones_own_invoices_is_a_payee_too(books: Path) -> None:
    text = (books / "ledger.yaml").read_text()
    (books / "ledger.yaml").write_text(text.replace("  address:\n", "  iban: NO9386011117947\n  address:\n"))
    note(books, "2026-06-01")
    (books / "ledger.yaml").write_text(text.replace("  address:\n", "  iban: NL91ABNA0417164300\n  address:\n"))
    assert "IBAN of your own company (by hand, not in the audit trail yet)" in payees(books)


def test_changes_are_those_between_two_marks_that_follow_one_another() -> None:
    def marked(*each: str) -> list[PayeeMarked]:
        return [PayeeMarked("a", f"{one[:10]}T09:00:00Z", one[11:]) for one in each]

    today = date(2026, 6, 20)
    assert changes(marked("2026-06-01 1-1"), {}, today) == []
    assert changes(marked("2026-06-01 1-1", "2026-06-02 1-1"), {"a": "1-1"}, today) == []
    assert [(each.what, each.on) for each in changes(marked("2026-01-01 1-1", "2026-06-02 2-2"), {}, today)] == [
        ("IBAN and e-mail", date(2026, 6, 2))
    ]
    assert changes(marked("2026-01-01 1-1", "2026-02-02 2-2"), {}, today) == []
    assert [each.on for each in changes(marked("2026-01-01 1-1", "2026-02-02 2-2"), {"a": "1-1"}, today)] == [None]
    assert len(changes(marked("2026-06-01 1-1", "2026-06-02 2-1", "2026-06-03 1-1"), {}, today)) == 1


@pytest.mark.parametrize(
    "iban", ["DE89370400440532013001", "DЕ89370400440532013000", "DE８9370400440532013000", "DE89370400440532013000\u200b"]
)
def test_an_account_with_a_wrong_digit_or_a_foreign_letter_is_none(books: Path, iban: str) -> None:
    write(books, CUSTOMER.replace("DE89370400440532013000", f'"{iban}"'))
    assert "E215" in bill("check", cwd=books, at=DAY).out
