"""On real ledgers: any order of files gives the same books, twice is once, and no cell can do more than be refused."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from billcli.core.imports import customers, documents, payments
from tests.core.test_imports_order import DAYS, File, day, files
from tests.support import Ran, bill, folder_in_memory, make_ledger, tree

TODAY = "2026-06-30"
CUSTOMER = "--- customers/a.yaml\nschema: customer/1\nid: a\nname: A\n"
NOUNS = {"customers": ("customer", customers.NOUN), "documents": ("invoice", documents.NOUN), "payments": ("payment", payments.NOUN)}


def run(books: Path, kind: str, rows: Sequence[dict[str, str]], *words: str) -> Ran:
    noun, fields = NOUNS[kind]
    with (books.parent / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields.fields, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return bill(noun, "import", "../rows.csv", "--yes", *words, cwd=books, at=TODAY)


def books_of(folder: Path, invoices: list[dict[str, str]], order: Sequence[File]) -> list[Any]:
    books = make_ledger(folder / "books", CUSTOMER)
    for kind, rows in (("documents", invoices), *order):
        ran = run(books, kind, rows)
        assert ran.code == 0, ran.err
    assert bill("check", cwd=books, at=TODAY) == Ran(0, "", "")
    before = tree(books)
    for kind, rows in (("documents", invoices), *order):
        assert f"{len({row.get('number') or row['external_id'] for row in rows})} already there" in run(books, kind, rows).err
    assert tree(books) == before
    reports = [bill("report", "aging", "--as-of", str(day(n)), "--format", "json", cwd=books).json["rows"] for n in range(0, DAYS, 3)]
    return [*reports, bill("report", "aging", "--by", "invoice", "--as-of", str(day(DAYS)), "--format", "json", cwd=books).json["rows"]]


@settings(max_examples=6)
@given(files(), st.data())
def test_order_never_matters_and_twice_is_once(found: tuple[list[dict[str, str]], list[File]], data: st.DataObject) -> None:
    invoices, rest = found
    with folder_in_memory() as one, folder_in_memory() as other:
        assert books_of(one, invoices, rest) == books_of(other, invoices, data.draw(st.permutations(rest)))


ODD = st.sampled_from([
    "", "a", "A", "x", "I1", "invoice", "credit-note", "sales", "EUR", "JPY", "XXX", "2026-03-04", "2026-02-30", "0", "1", "-1", "1.005",
    "1e5", "-0", "999999999999.99", "1000000000000", "net 30", "on receipt", "none", "vat-20", "|", "a|b", "'=1", "=1", "../x", "CON", ".",
    "é", "\u202e", "\ufeff", "\t", "a\nb", '"', "NaN", "١", " ", "a" * 300,
])  # fmt: skip


@settings(max_examples=40)
@given(st.sampled_from(sorted(NOUNS)), st.data())
def test_no_cell_can_do_more_than_be_refused(kind: str, data: st.DataObject) -> None:
    fields = NOUNS[kind][1].fields
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(fields, ODD)), min_size=1, max_size=4))
    with folder_in_memory() as folder:
        books = make_ledger(folder / "books", CUSTOMER)
        before = tree(books)
        ran = run(books, kind, rows)
        assert ran.code in (0, 1), ran.err
        if ran.code:
            assert tree(books) == before
            assert "error[E" in ran.err
        ran = run(books, kind, rows, "--rejects", "../bad.csv")
        assert ran.code in (0, 3), ran.err
        assert bill("check", cwd=books, at=TODAY) == Ran(0, "", "")
