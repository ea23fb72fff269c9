from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import Ran, bill, done, make_ledger, tree

BOOKS = """
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
--- customers/kreis.yaml
schema: customer/1
id: kreis
name: Kreis Nordfriesland
"""
HEAD = "id,date,amount,currency,payer,text\n"
LINES = "L1,2026-03-20,600.00,EUR,Kreis,thanks\nL2,2026-03-21,90.00,EUR,Somebody,?\nL3,2026-03-22,-5.00,EUR,Kreis Nordfriesland,?\n"
DAY = "2026-03-31"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three open lines; 1200.00 and 600.00 are owed."""
    made = make_ledger(tmp_path / "books", BOOKS)
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;100;vat-20", "--yes", cwd=made, at="2026-03-14")
    done("invoice", "new", "-c", "kreis", "-l", "Consulting;5;100;vat-20", "--yes", cwd=made, at="2026-03-14")
    path = made.parent / "s.csv"
    path.write_text(HEAD + LINES, encoding="utf-8")
    assert bill("reconcile", str(path), "--yes", cwd=made, at=DAY).code == 3
    return made


def review(root: Path, *answers: str) -> Ran:
    return bill("reconcile", "review", cwd=root, at=DAY, stdin="".join(f"{each}\n" for each in answers))


def decisions(root: Path) -> list[str]:
    texts = [raw.decode() for path, raw in sorted(tree(root).items()) if path.startswith("reconciliations/")]
    return [line.strip() for text in texts for line in text.splitlines() if "line:" in line or "decision:" in line or "by:" in line]


def test_every_answer_is_booked_at_once_and_by_a_person(root: Path) -> None:
    assert review(root, "1", "q").code == 3
    assert decisions(root) == ["- line: L1", "decision: book", "by: person"]
    assert review(root, "a", "nordwind", "i", "the bank's fee").code == 0
    assert bill("check", cwd=root, at=DAY).code == 0
    assert bill("reconcile", "review", cwd=root, at=DAY).err == "no line is open\n"


def test_a_line_is_split_over_documents_of_two_customers(root: Path) -> None:
    ran = review(root, "s", "INV-2026-0001:100 INV-2026-0002:500", "q")
    assert "INV-2026-0001, INV-2026-0002" in ran.err
    rows = bill("payment", "list", "--format", "json", cwd=root, at=DAY).json["rows"]
    assert sorted((row["customer"], row["amount"], row["unapplied"]) for row in rows) == [
        ("kreis", "500.00", "0.00"), ("nordwind", "100.00", "0.00"),
    ]  # fmt: skip
    assert bill("check", cwd=root, at=DAY).code == 0


def test_what_is_left_of_a_line_is_the_customers_credit(root: Path) -> None:
    review(root, "p", "INV-2026-0002:500", "q")
    [row] = bill("payment", "list", "--format", "json", cwd=root, at=DAY).json["rows"]
    assert (row["amount"], row["unapplied"]) == ("600.00", "100.00")


def test_more_than_came_in_is_refused_and_the_line_stays(root: Path) -> None:
    ran = review(root, "s", "INV-2026-0001:700", "q")
    assert "100.00 EUR more are allocated than came in" in ran.err
    assert decisions(root) == []


def test_a_refusal_is_remembered(root: Path) -> None:
    assert "1  kreis: INV-2026-0002" in review(root, "n", "q").err
    assert "1  kreis" not in review(root, "q").err
    assert bill("check", cwd=root, at=DAY).code == 0


def test_undo_takes_the_last_answer_back_and_shows_its_line_again(root: Path) -> None:
    before = bill("invoice", "list", "--format", "json", cwd=root, at=DAY).json["rows"]
    ran = review(root, "1", "u", "q")
    assert ran.err.count("1 of 3") == 2
    assert bill("invoice", "list", "--format", "json", cwd=root, at=DAY).json["rows"] == before


def test_what_is_no_number_is_looked_for(root: Path) -> None:
    assert "INV-2026-0001  nordwind  1200.00 EUR open, due 2026-04-13" in review(root, "p", "nordw", "q").err


def test_a_customer_that_is_not_there_is_told_and_nothing_is_written(root: Path) -> None:
    before = tree(root)
    assert 'there is no customer "kries" (did you mean "kreis"?)' in review(root, "a", "kries", "q").err
    assert tree(root) == before


def test_skipped_lines_stay_open(root: Path) -> None:
    assert review(root, "k", "", "k").code == 3
    assert decisions(root) == []


def test_a_persons_answer_teaches_and_bills_own_does_not(root: Path) -> None:
    from billcli.app.books import open_books
    from billcli.app.context import Context, now
    from billcli.index import bank_queries

    review(root, "1", "q")
    with open_books(Context(str(root), DAY, now(), "test")) as books:
        [known] = bank_queries.confirmed(books.index)
    assert (known.name, known.customer, known.times) == ("Kreis", "kreis", 1)
