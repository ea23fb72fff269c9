"""Customers that end: what is refused, and what goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import bill, done, make_ledger

BOOKS = """
--- customers/alt.yaml
schema: customer/1
id: alt
name: Alte Werft GmbH
--- customers/neu.yaml
schema: customer/1
id: neu
name: Neue Werft GmbH
--- customers/fremd.yaml
schema: customer/1
id: fremd
name: Fremde AG
"""


@pytest.fixture
def books(tmp_path: Path) -> Path:
    root = make_ledger(tmp_path / "books", BOOKS)
    done("invoice", "new", "-c", "alt", "-l", "Work;1;100", "--external-id", "first", "--yes", cwd=root, at="2026-03-01")
    return root


def merged(books: Path) -> None:
    done("customer", "merge", "alt", "--into", "neu", "--reason", "taken over", "--yes", cwd=books, at="2026-03-10")


def test_the_new_customer_pays_what_the_old_one_owes_and_balances_do_not_move(books: Path) -> None:
    before = done("report", "aging", "--as-of", "2026-03-10", "--format", "json", cwd=books).out
    refused = bill("payment", "add", "-c", "neu", "-a", "100", "-i", "INV-2026-0001", "--yes", cwd=books, at="2026-03-12")
    assert refused.code == 1
    merged(books)
    assert done("report", "aging", "--as-of", "2026-03-10", "--format", "json", cwd=books).out == before
    done("payment", "add", "-c", "neu", "-a", "100", "-i", "INV-2026-0001", "--yes", cwd=books, at="2026-03-12")
    assert done("check", cwd=books).out == ""


def test_a_policy_reaches_the_invoices_of_those_whose_place_was_taken(books: Path) -> None:
    merged(books)
    done("invoice", "new", "-c", "neu", "-l", "Work;1;50", "--yes", cwd=books, at="2026-03-11")
    words = ("payment", "add", "-c", "neu", "-a", "120", "--policy", "oldest-due", "--yes")
    told = done(*words, cwd=books, at="2026-03-12").err
    assert "100.00 EUR to INV-2026-0001" in told
    assert "20.00 EUR to INV-2026-0002" in told


def test_money_and_credit_of_the_old_customer_still_have_a_place(books: Path) -> None:
    merged(books)
    done("payment", "add", "-c", "alt", "-a", "60", "-i", "INV-2026-0001", "--yes", cwd=books, at="2026-03-12")
    done("credit-note", "new", "-i", "INV-2026-0001", "--reason", "too late", "--amount", "40", "--yes", cwd=books, at="2026-03-13")
    assert done("check", cwd=books).out == ""


def test_imported_money_of_either_settles_invoices_of_both(books: Path) -> None:
    merged(books)
    done("invoice", "new", "-c", "neu", "-l", "Work;1;50", "--yes", cwd=books, at="2026-03-10")
    head = "external_id,customer,received_on,amount,invoice\n"
    (books / "bank.csv").write_text(f"{head}p1,neu,2026-03-12,100,INV-2026-0001\np2,alt,2026-03-12,50,INV-2026-0002\n")
    done("payment", "import", "bank.csv", "--yes", cwd=books, at="2026-03-12")
    assert done("check", cwd=books).out == ""
    assert done("report", "aging", "--format", "json", cwd=books, at="2026-03-12").json["rows"] == []
    (books / "bank.csv").write_text(f"{head}p3,fremd,2026-03-12,10,INV-2026-0001\n")
    assert bill("payment", "import", "bank.csv", "--yes", cwd=books, at="2026-03-12").code == 1


def test_a_retry_of_what_was_issued_before_is_answered_even_for_a_customer_that_ended(books: Path) -> None:
    merged(books)
    command = ("invoice", "new", "-c", "alt", "-l", "Work;1;100", "--yes")
    ran = done(*command, "--external-id", "first", cwd=books, at="2026-03-20")
    assert ran.out == "INV-2026-0001\n"
    assert "already there" in ran.err
    assert bill(*command, "--external-id", "second", cwd=books, at="2026-03-20").code == 1


def test_a_draft_of_a_customer_that_ended_is_not_issued(books: Path) -> None:
    draft = done("invoice", "new", "-c", "fremd", "-l", "Work;1;100", "--draft", "--yes", cwd=books, at="2026-03-01").out.strip()
    done("customer", "deactivate", "fremd", "--reason", "gone", "--yes", cwd=books, at="2026-03-05")
    assert bill("invoice", "issue", draft, "--yes", cwd=books, at="2026-03-06").code == 1
    done("invoice", "issue", draft, "--issued-on", "2026-03-04", "--yes", cwd=books, at="2026-03-06")


def test_customers_merged_in_a_circle_are_an_error_told_once(books: Path) -> None:
    for one, other in (("alt", "neu"), ("neu", "fremd"), ("fremd", "alt")):
        file = books / f"customers/{one}.yaml"
        file.write_text(f"{file.read_text()}merged_into: {other}\n")
    ran = bill("check", "--format", "json", cwd=books)
    assert [(each["code"], each["file"]) for each in ran.json["diagnostics"]] == [("E306", "customers/alt.yaml")]
    assert "alt is merged into itself: alt → neu → fremd → alt" in ran.json["diagnostics"][0]["message"]


def test_merging_into_nobody_is_a_missing_customer(books: Path) -> None:
    file = books / "customers/alt.yaml"
    file.write_text(f"{file.read_text()}merged_into: nobody\n")
    ran = bill("check", "--format", "json", cwd=books)
    assert [each["code"] for each in ran.json["diagnostics"]] == ["E204"]
