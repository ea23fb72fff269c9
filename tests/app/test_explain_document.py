"""``bill explain DOCUMENT`` beside what other commands say of the same document."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.support import bill, done, make_ledger


@pytest.fixture
def books(tmp_path: Path) -> Path:
    root = make_ledger(tmp_path / "books")
    done("customer", "add", "--name", "Nordwind GmbH", "--id", "nordwind", "--terms", "2% 10, net 30", "--yes", cwd=root, at="2026-01-02")
    for day, price in (("2026-01-10", 1000), ("2026-01-20", 500)):
        done("invoice", "new", "-c", "nordwind", "-l", f"Work;1;{price};vat-20", "--yes", cwd=root, at=day)
    done("payment", "add", "-c", "nordwind", "-a", "1176", "-i", "INV-2026-0001", "--yes", cwd=root, at="2026-01-19")
    done("payment", "add", "-c", "nordwind", "-a", "200", "-i", "INV-2026-0002", "--yes", cwd=root, at="2026-02-10")
    done("credit-note", "new", "-i", "INV-2026-0002", "--reason", "late", "--amount", "100", "--yes", cwd=root, at="2026-02-12")
    return root


DAYS = ("2026-01-20", "2026-01-31", "2026-02-11", "2026-03-31")


@pytest.mark.parametrize("as_of", DAYS)
def test_last_running_balance_is_what_show_says_is_open(books: Path, as_of: str) -> None:
    for each in done("invoice", "list", "--format", "json", "--as-of", as_of, cwd=books, at="2026-04-01").json["rows"]:
        told = done("explain", each["number"], "--format", "json", "--as-of", as_of, cwd=books, at="2026-04-01").json["rows"][0]
        assert told["steps"][-1]["open"] == told["open"] == each["open"]
        assert told["state"] == each["state"]
        assert told["because"].startswith(each["state"])
        assert sum(float(part["open"]) for part in told["due"]) == float(each["open"])


@pytest.mark.parametrize("as_of", DAYS)
def test_balance_by_document_is_that_of_the_statement_and_the_aging_report(books: Path, as_of: str) -> None:
    told = done("explain", "nordwind", "--format", "json", "--as-of", as_of, cwd=books, at="2026-04-01").json["rows"][0]
    aged = done("report", "aging", "--format", "json", "--as-of", as_of, cwd=books, at="2026-04-01").json["rows"]
    stated = done("statement", "nordwind", "--format", "json", "--as-of", as_of, cwd=books, at="2026-04-01").json["totals"]
    assert told["balances"] == [f"{row['total']} {row['currency']}" for row in aged] == [f"{row['balance']} EUR" for row in stated]


def test_every_file_named_is_there_and_holds_the_document(books: Path) -> None:
    payment = next(books.glob("payments/2026/02/*.yaml")).stem
    for name in ("INV-2026-0001", "INV-2026-0002", "CN-2026-0001", payment):
        told = done("explain", name, "--format", "json", cwd=books, at="2026-04-01").json["rows"][0]
        for step in told["steps"]:
            assert step["document"] in (books / step["file"]).read_text("utf-8")


def test_discount_taken_in_time_is_told_with_its_tax(books: Path) -> None:
    told = done("explain", "INV-2026-0001", "--format", "json", cwd=books, at="2026-04-01").json["rows"][0]
    assert "24.00 EUR granted with" in told["discount"]
    assert [(row["code"], row["amount"], row["tax"]) for row in told["tax"]] == [("vat-20", "24.00", "4.00")]


def test_code_is_explained_outside_a_ledger_and_a_document_is_not(tmp_path: Path) -> None:
    assert done("explain", "E204", cwd=tmp_path).out.startswith("# E204")
    ran = bill("explain", "INV-2026-0001", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert 'there is no code "INV-2026-0001"' in ran.err


def test_code_wins_over_a_document_of_that_name(tmp_path: Path) -> None:
    root = make_ledger(tmp_path / "books")
    done("customer", "add", "--name", "E 204", "--id", "e204", "--yes", cwd=root, at="2026-01-02")
    assert done("explain", "e204", cwd=root).out.startswith("# E204")
    assert done("explain", "E 204", cwd=root, at="2026-01-02").out.startswith("Customer  E 204 (e204)")


def test_statement_that_does_not_add_up_is_an_error(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from billcli.index import balances

    def none(connection: object, as_of: date) -> list[object]:
        return []

    monkeypatch.setattr(balances, "open_invoices", none)
    ran = bill("statement", "nordwind", cwd=books, at="2026-04-01")
    assert (ran.code, ran.out) == (1, "")
    assert "the statement does not add up to the books: nordwind EUR" in ran.err
    assert "closing 300.00 ≠ open 0.00" in ran.err
