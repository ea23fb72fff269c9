"""``invoice duplicate``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcli.app.books import Books
from billcli.core.plan import Plan

if TYPE_CHECKING:
    from billcli.app.write import Planner


class Wanted(NamedTuple):
    """What is to be otherwise than in the first invoice; None leaves it so."""

    customer: str | None = None
    issued_on: date | None = None
    buyer_reference: str | None = None
    series: str | None = None
    external_id: str | None = None


def plan_duplicate(number: str, wanted: Wanted, *, draft: bool) -> Planner:
    """A new invoice, or a draft, like one there is; issued as any other, so everything but its lines and terms is of its own day."""

    def planner(books: Books) -> Plan:
        from billcli.app.invoice import plan_new
        from billcli.core.duplicate import duplicate
        from billcli.core.invoice import request_from_draft
        from billcli.model.invoice import Draft
        from billcli.store.read import checked

        fields = duplicate(books.invoice(number), wanted.customer, wanted.issued_on, wanted.buyer_reference)
        request = request_from_draft(checked(Draft, fields, number))
        plan = plan_new(request._replace(series=wanted.series, external_id=wanted.external_id), draft=draft)(books)
        if not plan.steps:
            return plan
        path = books.path("invoice", number)
        return replace(plan, command="invoice duplicate", relies_on=(*plan.relies_on, path))

    return planner
