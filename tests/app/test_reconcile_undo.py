from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import bill, done, make_ledger, tree

BOOKS = """
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
"""
HEAD = "id,date,amount,currency,payer,text,iban,kind\n"
L1 = "L1,2026-03-20,1200.00,EUR,Nordwind,Invoice INV-2026-0001,,\n"
DAY = "2026-03-31"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = make_ledger(tmp_path / "books", BOOKS)
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;100;vat-20", "--yes", cwd=made, at="2026-03-14")
    run(made, L1)
    return made


def run(root: Path, text: str, name: str = "s.csv", at: str = DAY) -> int:
    path = root.parent / name
    path.write_text(HEAD + text, encoding="utf-8", newline="")
    return bill("reconcile", str(path), "--yes", cwd=root, at=at).code


def open_of(root: Path, number: str = "INV-2026-0001") -> str:
    rows = bill("invoice", "list", "--format", "json", cwd=root, at=DAY).json["rows"]
    return str(next(row["open"] for row in rows if row["number"] == number))


def test_an_undone_line_is_open_again_and_its_payment_counts_on_no_day(root: Path) -> None:
    assert open_of(root) == "0.00"
    done("reconcile", "undo", "L1", "--reason", "paid by another", "--yes", cwd=root, at=DAY)
    assert open_of(root) == "1200.00"
    for day in ("2026-03-20", "2026-03-25", DAY):
        totals = bill("report", "aging", "--as-of", day, "--format", "json", cwd=root, at=DAY).json["totals"]
        assert [(row["unapplied"], row["total"]) for row in totals] == [("0.00", "1200.00")]
    assert bill("check", cwd=root, at=DAY).code == 0


def test_what_a_person_took_back_is_not_booked_again_by_itself(root: Path) -> None:
    done("reconcile", "undo", "L1", "--reason", "paid by another", "--yes", cwd=root, at=DAY)
    assert run(root, L1) == 3
    assert open_of(root) == "1200.00"


def test_a_statement_is_undone_whole(root: Path) -> None:
    [statement] = [Path(path).stem for path in tree(root) if path.startswith("bank/") and path.endswith(".yaml")]
    done("reconcile", "undo", statement, "--reason", "wrong file", "--yes", cwd=root, at=DAY)
    assert open_of(root) == "1200.00"


def test_undo_needs_a_reason_and_something_decided(root: Path) -> None:
    assert bill("reconcile", "undo", "L1", "--yes", cwd=root, at=DAY).code == 2
    done("reconcile", "undo", "L1", "--reason", "no", "--yes", cwd=root, at=DAY)
    again = bill("reconcile", "undo", "L1", "--reason", "no", "--yes", cwd=root, at=DAY)
    assert (again.code, "nothing is decided" in again.err) == (1, True)
    assert bill("reconcile", "undo", "nothing", "--reason", "no", "--yes", cwd=root, at=DAY).code == 1


def test_a_line_that_is_undone_and_booked_again_has_a_payment_of_its_own(root: Path) -> None:
    done("reconcile", "undo", "L1", "--reason", "a slip", "--yes", cwd=root, at=DAY)
    ran = bill("reconcile", "review", cwd=root, at=DAY, stdin="p\nINV-2026-0001\n")
    assert ran.code == 0, ran.err
    assert open_of(root) == "0.00"
    payments = [path for path in tree(root) if path.startswith("payments/")]
    assert len(payments) == 2
    assert bill("check", cwd=root, at=DAY).code == 0


def test_a_returned_debit_reverses_the_payment_it_returns_and_undo_brings_it_back(root: Path) -> None:
    assert run(root, "R1,2026-03-25,-1200.00,EUR,Nordwind,Return Invoice INV-2026-0001,,return\n", "r.csv") == 0
    assert open_of(root) == "1200.00"
    done("reconcile", "undo", "R1", "--reason", "the bank's mistake", "--yes", cwd=root, at=DAY)
    assert open_of(root) == "0.00"
    assert bill("check", cwd=root, at=DAY).code == 0


def test_a_return_of_what_the_same_file_brought_is_taken_in_a_second_step(tmp_path: Path) -> None:
    root = make_ledger(tmp_path / "books", BOOKS)
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;100;vat-20", "--yes", cwd=root, at="2026-03-14")
    run(root, L1 + "R1,2026-03-25,-1200.00,EUR,Nordwind,Return Invoice INV-2026-0001,,return\n")
    run(root, "", "none.csv")
    assert bill("reconcile", "import", "--yes", cwd=root, at=DAY).code == 0
    assert open_of(root) == "1200.00"


def test_a_closed_period_keeps_its_figures_when_a_line_in_it_is_undone(root: Path) -> None:
    done("close", "--through", "2026-03-31", "--yes", cwd=root, at="2026-04-02")
    before = bill("report", "aging", "--as-of", DAY, "--format", "json", cwd=root, at="2026-04-03").json
    done("reconcile", "undo", "L1", "--reason", "paid by another", "--yes", cwd=root, at="2026-04-03")
    assert bill("report", "aging", "--as-of", DAY, "--format", "json", cwd=root, at="2026-04-03").json == before
    assert bill("check", cwd=root, at="2026-04-03").code == 0
