"""The rows of ``bill reconcile --dry-run --format json``, as programs rely on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import bill, done, make_ledger, tree

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
DAY = "2026-03-31"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = make_ledger(tmp_path / "books", BOOKS)
    line = ("-l", "Consulting;10;100;vat-20", "--yes")
    done("invoice", "new", "-c", "nordwind", "--reference", "RF18539007547034", *line, cwd=made, at="2026-03-14")
    done("invoice", "new", "-c", "kreis", "--buyer-reference", "PO-4711-88", "-l", "Desk;5;100;vat-20", "--yes", cwd=made, at="2026-03-14")
    return made


def rows(root: Path, *lines: str) -> list[dict[str, Any]]:
    path = root.parent / "s.csv"
    path.write_text(HEAD + "".join(f"{each}\n" for each in lines), encoding="utf-8")
    before = tree(root)
    ran = bill("reconcile", str(path), "--dry-run", "--format", "json", cwd=root, at=DAY)
    assert ran.code == 0, ran.err
    assert tree(root) == before
    found: list[dict[str, Any]] = ran.json["rows"]
    return found


def test_a_row_has_these_fields_and_its_amounts_are_text(root: Path) -> None:
    booked, proposed, nothing = rows(
        root,
        "7,2026-03-20,1200.00,EUR,Nordwind Handels GmbH,INV-2026-0001",
        "8,2026-03-21,600.00,EUR,Landeskasse,thanks",
        "9,2026-03-22,17.50,EUR,Somebody,?",
    )
    allocation = {"document": "INV-2026-0001", "amount": "1200.00", "discount": "0.00", "write_off": "0.00", "fee": "0.00"}
    assert {**booked, "confidence": 0, "because": []} == {
        "line": "7", "date": "2026-03-20", "amount": "1200.00", "currency": "EUR", "payer": "Nordwind Handels GmbH",
        "text": "INV-2026-0001", "decision": "book", "confidence": 0, "because": [], "allocations": [allocation], "candidates": [],
    }  # fmt: skip
    assert booked["because"]
    assert isinstance(booked["confidence"], float) and 0.9 < booked["confidence"] <= 1
    assert [each["decision"] for each in (booked, proposed, nothing)] == ["book", "suggest", "open"]
    assert proposed["allocations"] == nothing["candidates"] == []
    [candidate] = proposed["candidates"]
    assert list(candidate) == ["allocations", "confidence", "because"]
    assert candidate["allocations"] == [{**allocation, "document": "INV-2026-0002", "amount": "600.00"}]


def test_a_line_is_called_by_the_files_own_id_in_its_order(root: Path) -> None:
    found = rows(root, "b,2026-03-20,1.00,EUR,X,?", "a,2026-03-20,2.00,EUR,Y,?", "c,2026-03-21,3.00,EUR,Z,?")
    assert [each["line"] for each in found] == ["b", "a", "c"]


def test_the_buyers_order_number_and_the_payment_reference_are_known(root: Path) -> None:
    found = rows(root, "1,2026-03-20,600.00,EUR,Landeskasse,order PO-4711-88", "2,2026-03-21,1200.00,EUR,Bank,RF18 5390 0754 7034")
    assert [(each["decision"], [one["document"] for one in each["allocations"]]) for each in found] == [
        ("book", ["INV-2026-0002"]), ("book", ["INV-2026-0001"]),
    ]  # fmt: skip
