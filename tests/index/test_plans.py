"""How SQLite answers: today's report reads what is open from covering indexes and never walks over every document."""

from __future__ import annotations

import pytest

from billcli.app.reading import understand
from billcli.index import balances, find
from billcli.index.connection import Connection, open_index
from billcli.index.derived import _CLAIMS, _OWED, KEYS
from billcli.index.refresh import FileFacts, replace
from billcli.index.suspicion_queries import _TOUCHED
from tests.index.ledgers import day, invoice, payment


def plan(index: Connection, sql: str) -> list[str]:
    return [row[3] for row in index.execute(f"EXPLAIN QUERY PLAN {sql}", {"1": "R-1", "d": "2026-12-31", "c": "nord"})]


@pytest.fixture
def index() -> Connection:
    made = open_index(None)
    texts = {f"invoices/2026/01/R-{n}.yaml": invoice(f"R-{n}", n, day(n % 9)) for n in range(1, 60)}
    texts |= {f"payments/2026/01/p-{n}.yaml": payment(f"p-{n}", n, day(9), [(f"R-{n}", n, day(9), None)]) for n in range(1, 50)}
    made.execute("BEGIN")
    replace(made, [FileFacts(path, (0, 0, 0, 0), False, "", *understand(text.encode(), path)) for path, text in texts.items()], [])
    made.execute("COMMIT")
    return made


def test_open_invoices_come_from_the_partial_covering_index(index: Connection) -> None:
    steps = plan(index, balances.OPEN)
    assert "SEARCH invoices USING COVERING INDEX invoices_open (last_event<?)" in steps
    assert "SEARCH t USING INDEX invoices_event (last_event>?)" in steps
    assert "SEARCH s USING INDEX settlements_invoice (invoice=?)" in steps
    assert scans(steps) == []


def test_unapplied_amounts_come_from_partial_covering_indexes(index: Connection) -> None:
    steps = plan(index, balances.UNAPPLIED)
    assert "SEARCH payments USING COVERING INDEX payments_unapplied (last_event<?)" in steps
    assert "SEARCH credit_notes USING COVERING INDEX credit_notes_unapplied (last_event<?)" in steps
    assert "SEARCH t USING INDEX payments_event (last_event>?)" in steps
    assert "SEARCH t USING INDEX credit_notes_event (last_event>?)" in steps
    assert scans(steps) == []


def test_the_books_own_sum_is_kept_by_day(index: Connection) -> None:
    assert "SEARCH owed USING PRIMARY KEY (day<?)" in plan(index, balances.CONTROL)


def test_what_cannot_be_read_and_what_is_claimed_twice_is_found_without_a_walk(index: Connection) -> None:
    assert plan(index, "SELECT path FROM files WHERE kind = ''") == ["SCAN files USING INDEX files_unread"]  # of those alone
    for table, key in KEYS.items():
        sql = _CLAIMS.format(table=table, key=key).replace("?", ":d")
        assert scans(plan(index, sql)) == []


def test_what_was_touched_since_a_close_is_looked_up_entry_by_entry(index: Connection) -> None:
    """A month of the trail has thousands of entries: one that is looked for among them all makes a check of large books take minutes."""
    steps = plan(index, _TOUCHED)
    assert "SEARCH a USING INDEX audited_entry (file=? AND seq=?)" in steps
    assert scans(steps) == ["SCAN files USING INDEX files_by_hand", "SCAN gone", "SCAN t"]


def test_a_day_of_the_books_own_sum_is_worked_out_from_that_day_alone(index: Connection) -> None:
    sql = _OWED.format(issued="WHERE issued_on = :d", booked="AND s.booked_on = :d", ended="AND s.ended_on = :d")
    assert scans(plan(index, sql)) == []


@pytest.mark.parametrize("kind", ["invoice", "credit-note", "payment", "refund", "write-off"])
def test_a_number_is_found_in_any_case_without_a_walk_over_all_documents(index: Connection, kind: str) -> None:
    assert scans(plan(index, find.exactly(kind))) == []


@pytest.mark.parametrize("sql", [balances.ASKED_OPEN, balances.ASKED_UNAPPLIED])
def test_the_balance_of_one_customer_is_told_from_its_own_documents(index: Connection, sql: str) -> None:
    steps = plan(index, sql.format(mine=balances.MINE))
    assert scans(steps) == []
    assert [step for step in steps if "_customer (customer=?" in step]


def scans(steps: list[str]) -> list[str]:
    """Steps that walk over a whole table; those over the rows found so far have no table's name."""
    return [step for step in steps if step.startswith("SCAN") and not step.startswith(("SCAN (subquery", "SCAN (compound"))]
