"""Whatever the books hold, a score, an explanation and a limit have a defined answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import LEDGER, bill, done, make_ledger

TODAY = "2026-06-30"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = make_ledger(tmp_path / "books", "\n--- customers/nordwind.yaml\nschema: customer/1\nid: nordwind\nname: Nordwind GmbH\n")
    (found / "ledger.yaml").write_text(LEDGER.replace("git:", "credit:\n  grades:\n    - {grade: A, at_least: 0, limit_months: 2}\ngit:"))
    return found


def _new(root: Path, amount: str, *more: str, at: str = "2026-01-10") -> str:
    return done("invoice", "new", "-c", "nordwind", "-l", f"Work;1;{amount}", *more, "--yes", cwd=root, at=at).out.strip()


def _score(root: Path, customer: str = "nordwind", day: str = TODAY) -> Any:
    [row] = done("credit", "score", customer, "--as-of", day, "--format", "json", cwd=root, at=TODAY).json["rows"]
    return row


def _explained(root: Path, day: str = TODAY) -> Any:
    [row] = done("credit", "explain", "nordwind", "--as-of", day, "--format", "json", cwd=root, at=TODAY).json["rows"]
    return row


def _limit_by_grade(root: Path) -> str:
    return str(next(each["by_grade"] for each in _explained(root)["follows"] if each["what"] == "Credit limit"))


def test_no_history_and_no_turnover_take_nothing_away(root: Path) -> None:
    assert (_score(root)["score"], _score(root)["invoices"]) == (68.0, 0)
    assert _explained(root)["invoiced_in_a_year"] == "nothing"
    assert _limit_by_grade(root) == "None"


def test_more_credited_than_invoiced_is_no_turnover(root: Path) -> None:
    _new(root, "600.00")
    assert _limit_by_grade(root) == "100.00 EUR"
    words = ("--reason", "bonus", "-l", "Bonus;1;900.00;none", "--yes", "-q")
    done("credit-note", "new", "-c", "nordwind", "--currency", "EUR", *words, cwd=root, at="2026-02-01")
    assert _explained(root)["invoiced_in_a_year"] == "-300.00 EUR"
    assert _limit_by_grade(root) == "None"


def test_turnover_in_several_currencies_is_never_one_sum(root: Path) -> None:
    _new(root, "600.00")
    _new(root, "70000", "--currency", "JPY")
    assert _explained(root)["invoiced_in_a_year"] == "600.00 EUR, 70000 JPY"
    assert _limit_by_grade(root) == "100.00 EUR"


def test_a_void_invoice_counts_until_it_is_void(root: Path) -> None:
    number = _new(root, "600.00")
    done("invoice", "void", number, "--reason", "twice", "--yes", "-q", cwd=root, at="2026-03-01")
    before, after = _score(root, day="2026-02-28"), _score(root)
    assert (before["overdue"], after["invoices"], after["score"]) == (1, 0, 68.0)
    assert (_explained(root, "2026-02-28")["invoiced_in_a_year"], _explained(root)["invoiced_in_a_year"]) == ("600.00 EUR", "nothing")


def test_invoices_of_nothing_and_those_settled_in_the_old_books_count_neither_way(root: Path) -> None:
    mapping = root.parent / "old.yaml"
    mapping.write_text("schema: mapping/1\nallow_zero_totals: true\n")
    table = root.parent / "old.csv"
    rows = ["OLD-1,nordwind,2026-01-02,2026-01-20,EUR,0.00,", "OLD-2,nordwind,2026-01-03,2026-01-20,EUR,100.00,100.00"]
    table.write_text("\n".join(["number,customer,issued_on,due_on,currency,gross,settled_before", *rows]) + "\n")
    words = ("--mapping", str(mapping), "--cut-over", "2026-03-01", "--yes", "-q")
    done("invoice", "import", str(table), *words, cwd=root, at=TODAY)
    assert (_score(root)["invoices"], _score(root)["score"]) == (0, 68.0)


def test_days_before_the_first_document_and_unknown_customers(root: Path) -> None:
    _new(root, "100")
    assert _score(root, day="1999-12-31")["score"] == 68.0
    assert "the first invoice is of 2026-01-10" in done("credit", "score", "--as-of", "1999-12-31", cwd=root, at=TODAY).out
    for words in (["score", "nobody"], ["explain", "nobody"], ["limit", "nobody"]):
        ran = bill("credit", *words, cwd=root, at=TODAY)
        assert (ran.code, 'there is no customer "nobody"' in ran.err) == (1, True)


def test_a_merged_or_deactivated_customer_is_scored_by_what_is_left(root: Path) -> None:
    done("customer", "add", "--name", "New", "--id", "new", "--yes", "-q", cwd=root, at=TODAY)
    _new(root, "100")
    done("customer", "merge", "nordwind", "--into", "new", "--reason", "bought", "--yes", "-q", cwd=root, at=TODAY)
    assert (_score(root)["invoices"], _score(root, "new")["invoices"]) == (0, 1)
    assert [each["customer"] for each in done("credit", "score", "--format", "json", cwd=root, at=TODAY).json["rows"]] == ["new"]


@pytest.mark.parametrize(
    "credit",
    [
        "half_life: 0",
        "weights: {on_time: 60}",
        "weights: {on_time: 0, days_late: 0, disputes: 0}",
        "grades: [{grade: A, at_least: 50}]",
    ],
)
def test_settings_that_cannot_work_are_told_and_divide_by_nothing(root: Path, credit: str) -> None:
    _new(root, "100")
    (root / "ledger.yaml").write_text(LEDGER.replace("git:", f"credit:\n  {credit}\ngit:"))
    checked = bill("check", "--format", "json", cwd=root, at=TODAY)
    assert {each["code"] for each in checked.json["diagnostics"]} == {"E710"}
    for words in (["score"], ["explain", "nordwind"], ["limit"], ["backtest"]):
        assert bill("credit", *words, cwd=root, at=TODAY).code in (0, 1)
