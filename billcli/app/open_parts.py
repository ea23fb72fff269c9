"""Open invoices by the parts in which they are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from billcli.app.books import Books
from billcli.app.hold_state import live_plans
from billcli.core import aging
from billcli.core.facts import OpenInvoice
from billcli.core.instalments import Agreed
from billcli.index import balances, queries


def open_parts(books: Books, day: date, customer: str | None = None) -> list[aging.OpenPart]:
    """Every open instalment, all or those of one customer, as the books stood on that day and by the dates agreed by then."""
    return parts_of(books, balances.open_invoices(books.index, day, customer), day, live_plans(books, day))


def parts_of(
    books: Books, invoices: Sequence[OpenInvoice], day: date, plans: Mapping[str, Agreed], basis: str = "due"
) -> list[aging.OpenPart]:  # fmt: skip
    """Of these invoices, with the instalments of ``plans`` in place of their own; ``basis`` as in ``aging.open_parts``."""
    instalments = queries.instalments_of(books.index, [each.number for each in invoices if each.parts > 1])
    return aging.open_parts(invoices, instalments, day, basis, plans)
