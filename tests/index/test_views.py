"""The index opened by somebody else: its views answer, say what the commands say, and are explained."""

from __future__ import annotations

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from billcli.index import connection
from billcli.index.connection import tables
from billcli.index.views import STATEMENTS, VIEWS
from billcli.model.money import CURRENCIES, Money
from tests.reports.written import write
from tests.support import done

LATE = "2027-12-31"
"""After the last event, for views have no clock."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write(tmp_path_factory.mktemp("ledger"), 11)
    done("report", "aging", "--as-of", LATE, cwd=made)
    return made


@pytest.fixture
def index(root: Path) -> Iterator[sqlite3.Connection]:
    """As a stranger opens it: read-only, with nothing of ours."""
    opened = sqlite3.connect(f"file:{root / '.bill' / 'index.sqlite'}?mode=ro", uri=True)
    opened.row_factory = sqlite3.Row
    yield opened
    opened.close()


def shown(root: Path, *words: str) -> list[dict[str, Any]]:
    found = done(*words, "--as-of", LATE, "--format", "json", cwd=root).json["rows"]
    assert isinstance(found, list)
    return found


def test_every_view_answers_and_every_column_of_it_is_explained(index: sqlite3.Connection) -> None:
    made = {name for (name,) in index.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    assert made == {view.name for view in VIEWS}
    for view in VIEWS:
        names = [each[0] for each in index.execute(f"SELECT * FROM {view.name} LIMIT 1").description]
        assert names == [column.name for column in view.columns]
        assert len(set(names)) == len(names)
        assert view.about
        assert all(column.about for column in view.columns)
        assert view.sort in names


def test_amounts_are_decimals_of_their_currency_and_the_minor_units_beside_them(index: sqlite3.Connection) -> None:
    seen = set()
    for view in VIEWS:
        amounts = [column.name for column in view.columns if column.name + "_minor" in {each.name for each in view.columns}]
        for row in index.execute(f"SELECT * FROM {view.name}"):
            for name in amounts:
                assert row[name] == Money(row[f"{name}_minor"], row["currency"]).text().replace(",", "")
                seen.add(row["currency"])
    assert seen == {"EUR", "USD", "JPY", "KWD"}


def test_the_decimals_of_every_currency_are_known(index: sqlite3.Connection) -> None:
    known = {row["currency"]: row["digits"] for row in index.execute("SELECT * FROM currencies")}
    assert known.keys() == CURRENCIES
    assert (known["EUR"], known["JPY"], known["KWD"]) == (2, 0, 3)


def test_invoices_are_those_of_the_list(root: Path, index: sqlite3.Connection) -> None:
    columns = ("number", "customer", "type", "issued_on", "currency", "gross", "open")
    listed = [tuple(row[each] for each in columns) for row in shown(root, "invoice", "list")]
    viewed = [tuple(row[each] for each in columns) for row in index.execute("SELECT * FROM invoices_with_balances")]
    assert sorted(viewed) == sorted(listed)
    opened = {row["number"]: row["open"] for row in index.execute("SELECT * FROM open_invoices")}
    assert opened == {row[0]: row[6] for row in listed if Decimal(row[6])}


def test_what_customers_owe_is_that_of_the_aging_report(root: Path, index: sqlite3.Connection) -> None:
    aging = {(row["customer"], row["currency"]): (row["unapplied"], row["total"]) for row in shown(root, "report", "aging")}
    viewed = {
        (row["customer"], row["currency"]): (row["unapplied"], row["total"])
        for row in index.execute("SELECT * FROM customers_with_balances")
    }
    assert viewed == aging


def test_open_instalments_are_those_of_the_aging_report_by_invoice(root: Path, index: sqlite3.Connection) -> None:
    aging = [(row["number"], row["due_on"], row["open"]) for row in shown(root, "report", "aging", "--by", "invoice")]
    viewed = [(row["invoice"], row["due_on"], row["open"]) for row in index.execute("SELECT * FROM open_instalments")]
    assert sorted(viewed) == sorted(aging)


def test_payments_and_credit_notes_are_those_of_the_lists(root: Path, index: sqlite3.Connection) -> None:
    for noun, listed_as, key, view in (
        ("payment", "payment", "id", "payments_with_balances"),
        ("credit-note", "number", "number", "credit_notes_with_balances"),
    ):
        listed = {row[listed_as]: row["unapplied"] for row in shown(root, noun, "list")}
        viewed = {row[key]: row["unapplied"] for row in index.execute(f"SELECT * FROM {view}")}
        assert viewed == listed


def test_settlements_that_count_are_what_is_settled(index: sqlite3.Connection) -> None:
    sums: dict[str, int] = defaultdict(int)
    for row in index.execute("SELECT invoice, amount_minor FROM settlements_of_invoices WHERE counts"):
        sums[row["invoice"]] += row["amount_minor"]
    settled = {row["number"]: row["settled_minor"] for row in index.execute("SELECT * FROM invoices_with_balances")}
    assert {number: amount for number, amount in settled.items() if amount} == {number: amount for number, amount in sums.items() if amount}


def test_revenue_by_month_is_that_of_the_report(root: Path, index: sqlite3.Connection) -> None:
    year = shown(root, "report", "revenue", "--by", "month", "--period", "2025")
    for row in year:
        of_month = (row["month"], row["currency"])
        (minor,) = index.execute("SELECT sum(revenue_minor) FROM revenue_by_month WHERE month = ? AND currency = ?", of_month).fetchone()
        assert Money(minor, row["currency"]).amount == Decimal(row["revenue"])
    assert year


def test_datasette_is_told_of_every_view_and_hides_every_other_table(root: Path, index: sqlite3.Connection) -> None:
    told = done("schema", "datasette", cwd=root).json["databases"]["index"]["tables"]
    for view in VIEWS:
        assert told[view.name]["description"] == view.about
        assert told[view.name]["columns"] == {column.name: column.about for column in view.columns}
    own = {name for (name,) in index.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {name for name, said in told.items() if said.get("hidden")} == own == set(tables())


def test_every_view_and_column_is_explained_at_the_command_line(root: Path) -> None:
    rows = done("schema", "views", "--format", "json", cwd=root).json["rows"]
    assert [(row["view"], row["column"]) for row in rows if row["column"]] == [
        (view.name, column.name) for view in VIEWS for column in view.columns
    ]
    assert all(row["description"] for row in rows)


def test_a_change_of_the_views_is_a_new_index() -> None:
    """Else an index made before the change keeps the old ones. With a change, write the new number there."""
    assert zlib.crc32("\n".join(STATEMENTS).encode()) == connection.VIEWS
