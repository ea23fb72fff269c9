"""Use cases on drafts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billcli.app.books import Books
from billcli.core.plan import Plan, Remove
from billcli.core.report import Column, Report, View
from billcli.index import queries

if TYPE_CHECKING:
    from billcli.app.write import Planner


def draft_list(books: Books, as_of: date) -> Report:
    """Drafts by id."""
    columns = (Column("draft", "Draft"), Column("customer", "Customer"), Column("lines", "Lines", "count"))
    return Report("drafts", as_of, columns, queries.drafts(books.index))


def draft_view(books: Books, draft_id: str, as_of: date) -> View:
    """What the draft says; figures come with the issue."""
    from billcli.core.invoice import document_data

    data = document_data(books.draft(draft_id))
    fields = [
        ("Draft" if key == "id" else key.replace("_", " ").capitalize(), value)
        for key, value in data.items()
        if not isinstance(value, tuple)
    ]
    columns = (
        Column("description", "Description", "prose"),
        Column("quantity", "Quantity", "number"),
        Column("unit_price", "Price", "number"),
        Column("tax", "Tax"),
    )
    lines = [
        (line["description"], format(line["quantity"], "f"), format(line["unit_price"], "f"), line.get("tax", "none"))
        for line in data["lines"]
    ]
    return View("draft", draft_id, as_of, fields, [("Lines", Report("lines", as_of, columns, lines))], data)


def plan_delete(draft_id: str) -> Planner:
    """Drafts may be thrown away; they have no number."""

    def planner(books: Books) -> Plan:
        path = books.path("draft", draft_id)
        return Plan("draft delete", (Remove(path),), (f"draft {draft_id} is deleted",), {"id": draft_id}, relies_on=(path,))

    return planner
