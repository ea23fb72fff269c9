from __future__ import annotations

from datetime import date
from importlib.resources import files
from itertools import count

import pytest

from billcli.core.facts import Fact, InvoiceFact, Name, Reference
from billcli.index import bulk, connection
from billcli.index.refresh import FileFacts, replace


def one(n: int) -> FileFacts:
    day, due = date(2026, 1, 1), date(2026, 1, 2)
    own = ("R-", n, 0, None, "content", "digest", None, None, 1)
    facts: list[Fact] = [
        InvoiceFact(f"R-{n}", "nord", "sales", day, due, 1, "EUR", 100, 0, 100, None, None, None, None, *own),
        Reference("customer", "nord", "customer"),
        Name("for_other", "süd"),
    ]
    return FileFacts(f"invoices/2026/01/R-{n}.yaml", (1, 1, 1, n), False, "", "invoice", facts, [])


def indexes(index: connection.Connection) -> set[tuple[str, str]]:
    return set(index.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))


@pytest.mark.parametrize("many", [2, bulk._GATHERED // 3, bulk._GATHERED // 3 + 100])
def test_index_of_many_files_or_few_has_every_row_and_every_index_of_the_schema(many: int) -> None:
    with connection.open_index(None) as index:
        as_made = indexes(index)
        replace(index, (one(n) for n in range(many)), [])
        assert indexes(index) == as_made
        schema = files("billcli.index").joinpath("schema.sql").read_text("utf-8")
        assert len(as_made) == schema.count("CREATE INDEX") + schema.count("CREATE UNIQUE INDEX")
        for table in ("files", "invoices", "refs", "names"):
            assert index.execute(f"SELECT count(*) FROM {table}").fetchone() == (many,)
        assert index.execute("SELECT DISTINCT open_all, last_event, issued_on FROM invoices").fetchall() == [
            (100, "2026-01-01", "2026-01-01")
        ]
        numbers = count(many - 1)
        replace(index, [one(next(numbers)), one(next(numbers))], [])
        assert index.execute("SELECT count(*), sum(open_all) FROM invoices").fetchone() == (many + 1, 100 * (many + 1))
        assert indexes(index) == as_made
    index.close()
