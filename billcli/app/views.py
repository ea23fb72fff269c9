"""What the index shows to people who open it with another program."""

from __future__ import annotations

from datetime import date
from typing import Any

from billcli.core.report import Column, Report
from billcli.index import views
from billcli.index.connection import tables

_COLUMNS = (Column("view", "View"), Column("column", "Column"), Column("description", "What it says", "prose"))


def views_report(as_of: date) -> Report:
    """Every view and its columns."""
    return Report("views", as_of, _COLUMNS, [*views.described()], (), ("the index is .bill/index.sqlite in the ledger",))


def datasette_metadata() -> dict[str, Any]:
    """The same for Datasette, which then hides every other table."""
    return views.metadata(tables())
