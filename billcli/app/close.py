"""The use case of closing a period."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billcli.app.amounts import optional
from billcli.app.books import Books
from billcli.core.close import Standing
from billcli.core.plan import Plan
from billcli.errors import BillError
from billcli.index import balances, suspicion_queries

if TYPE_CHECKING:
    from billcli.app.write import Planner


def plan_close(through: date, reason: str | None) -> Planner:
    """Closes the books through that day, once the whole check finds no error."""

    def planner(books: Books) -> Plan:
        from billcli.app.check import check
        from billcli.core import close
        from billcli.core.report import counted
        from billcli.model.values import parse_text

        why = optional(parse_text, reason, "--reason") or ""
        settings = books.settings()
        if (answered := close.check_through(through, settings, books.today)) is not None:
            return answered
        found = check(books)
        if errors := [each for each in found if each.severity == "error"]:
            message = f"the books hold {counted(len(errors), 'error')}; nothing is closed"
            raise BillError(message, "mend what stands above, then close", diagnostics=tuple(errors))
        warnings = [f"{each.file}: {each.message} ({each.code})" for each in found]
        drafts = [each.id for each in suspicion_queries.drafts_left(books.index) if each.issued_on and each.issued_on <= through]
        return close.plan_close(through, _standings(books, through), drafts, warnings, settings, why)

    return planner


def _standings(books: Books, day: date) -> list[Standing]:
    """Open balances and unapplied money by currency on that day."""
    opens: dict[str, int] = {}
    frees: dict[str, int] = {}
    for invoice in balances.open_invoices(books.index, day):
        opens[invoice.currency] = opens.get(invoice.currency, 0) + invoice.open
    for each in balances.unapplied(books.index, day):
        frees[each.currency] = frees.get(each.currency, 0) + each.amount
    return [Standing(currency, opens.get(currency, 0), frees.get(currency, 0)) for currency in sorted({*opens, *frees})]
