"""Opening balances: a list of what was open when the books began."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.test_imports import BOOKS, document, places, run, take
from tests.support import done, make_ledger, tree

ITEMS = (
    "number,customer,issued_on,due_on,gross,open\n"
    "A-1,nordwind,2026-01-04,2026-02-03,100,70\n"
    "A-2,nordwind,2026-03-04,2026-04-03,50.00,50\n"
    "A-3,tochter,2026-03-05,2026-03-05,80,0\n"
)
CUT = ("--cut-over", "2026-04-01")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return make_ledger(tmp_path / "books", BOOKS)


def open_on(books: Path, day: str) -> dict[str, str]:
    rows = done("invoice", "list", "--as-of", day, "--format", "json", cwd=books).json["rows"]
    return {row["number"]: row["open"] for row in rows}


def test_a_list_of_open_items_opens_the_books(new: Path) -> None:
    take(new, "invoice", ITEMS, *CUT)
    assert open_on(new, "2026-04-01") == {"A-1": "70.00", "A-2": "50.00", "A-3": "0.00"}
    first, second = document(new, "invoices/2026/01/A-1.yaml"), document(new, "invoices/2026/03/A-2.yaml")
    assert (str(first.imported.settled_before), str(first.imported.cut_over)) == ("30.00", "2026-04-01")
    assert (second.imported.settled_before, second.imported.cut_over) == (None, None)
    aging = done("report", "aging", "--as-of", "2026-04-10", "--format", "json", cwd=new).json["rows"]
    assert [(row["customer"], row["total"]) for row in aging] == [("nordwind", "120.00")]


def test_the_same_list_again_changes_nothing_however_the_settled_part_is_said(new: Path) -> None:
    take(new, "invoice", ITEMS, *CUT)
    before = tree(new)
    assert "3 already there" in take(new, "invoice", ITEMS, *CUT).err
    said = "number,customer,issued_on,gross,settled_before\nA-1,nordwind,2026-01-04,100,30\nA-3,tochter,2026-03-05,80,80\n"
    assert "2 already there" in take(new, "invoice", said, *CUT).err
    assert tree(new) == before


def test_a_list_with_other_open_amounts_or_another_day_is_told_apart(new: Path) -> None:
    take(new, "invoice", ITEMS, *CUT)
    ran = run(new, "invoice", ITEMS.replace("100,70", "100,60"), *CUT, "--yes")
    assert (ran.code, places(ran)) == (1, [("E705", 2, "A-1")])
    assert "open is 70.00 there" in ran.err
    ran = run(new, "invoice", ITEMS, "--cut-over", "2026-04-02", "--yes")
    assert (ran.code, places(ran)) == (1, [("E705", 2, "A-1"), ("E705", 4, "A-3")])
    assert "cut_over is 2026-04-01 there" in ran.err


def test_open_amounts_go_with_lines_and_their_tax_too(new: Path) -> None:
    rows = (
        "number,customer,issued_on,description,quantity,unit_price,tax,open\n"
        "A-1,nordwind,2026-01-04,Work,1,100,vat-20,20\nA-1,nordwind,2026-01-04,More,2,10,,20\n"
    )
    take(new, "invoice", rows, *CUT)
    assert open_on(new, "2026-04-01") == {"A-1": "20.00"}
    assert str(document(new, "invoices/2026/01/A-1.yaml").imported.settled_before) == "120.00"


@pytest.mark.parametrize(
    ("row", "words", "place"),
    [
        ("100,100.01,", CUT, ("E502", 2, "100.01")),
        ("100,-1,", CUT, ("E205", 2, "-1")),
        ("100,70.001,", CUT, ("E211", 2, "70.001")),
        ("100,70,40", CUT, ("E704", 2, "70")),
        ("100,70,", (), ("E202", 2, "70")),
    ],
)
def test_what_cannot_be_open_is_refused_at_its_place(new: Path, row: str, words: tuple[str, ...], place: tuple[str, int, str]) -> None:
    before = tree(new)
    ran = run(new, "invoice", f"number,customer,issued_on,gross,open,settled_before\nA-1,nordwind,2026-01-04,{row}\n", *words, "--yes")
    assert (ran.code, places(ran)) == (1, [place])
    assert tree(new) == before


def test_both_amounts_may_be_said_where_they_agree(new: Path) -> None:
    take(new, "invoice", "number,customer,issued_on,gross,open,settled_before\nA-1,nordwind,2026-01-04,100,70,30\n", *CUT)
    assert open_on(new, "2026-04-01") == {"A-1": "70.00"}


def test_what_is_left_of_a_credit_note_is_imported_as_its_whole(new: Path) -> None:
    ran = run(new, "invoice", "number,kind,customer,issued_on,gross,open\nC-1,credit-note,nordwind,2026-01-04,100,70\n", *CUT, "--yes")
    assert (ran.code, places(ran)) == (1, [("E205", 2, "70")])


def test_the_open_column_of_an_exported_list_counts_only_where_books_begin(new: Path) -> None:
    take(new, "invoice", ITEMS, *CUT)
    exported = done("invoice", "list", "--as-of", "2026-04-10", "--format", "csv", cwd=new).out
    assert "3 already there" in take(new, "invoice", exported).err
    other = make_ledger(new.parent / "other", BOOKS)
    take(other, "invoice", exported, "--cut-over", "2026-04-10")
    assert open_on(other, "2026-04-10") == open_on(new, "2026-04-10")


def test_a_cut_over_before_the_last_close_moves_nothing_that_is_closed(new: Path) -> None:
    """Documents of closed days are refused, so what was settled before counts from an open day whatever the cut-over is."""
    take(new, "invoice", ITEMS, *CUT)
    ledger = new / "ledger.yaml"
    ledger.write_text(ledger.read_text().replace("closed_through: 2025-12-31", "closed_through: 2026-04-30"))
    before = done("report", "aging", "--as-of", "2026-04-30", "--format", "json", cwd=new).out
    late = "number,customer,issued_on,gross,open\nA-8,nordwind,2026-04-20,10,5\n"
    ran = run(new, "invoice", late, *CUT, "--yes")
    assert (ran.code, places(ran)) == (1, [("E707", 2, "2026-04-20")])
    take(new, "invoice", late.replace("2026-04-20", "2026-05-02"), *CUT)
    assert done("report", "aging", "--as-of", "2026-04-30", "--format", "json", cwd=new).out == before
    assert open_on(new, "2026-05-02")["A-8"] == "5.00"
    assert "3 already there" in take(new, "invoice", ITEMS, *CUT).err
