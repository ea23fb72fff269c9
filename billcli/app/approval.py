"""Consent to strict notices: a person says how far a customer, or one invoice, may be reminded, and until when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcli.app.books import Books
from billcli.core.plan import Create, Plan
from billcli.core.report import View
from billcli.errors import BillError, UsageError
from billcli.index import find, queries, reminder_queries
from billcli.model.reminder import Approval

if TYPE_CHECKING:
    from billcli.app.write import Planner


class ApprovalOptions(NamedTuple):
    """As typed."""

    customer: str | None
    invoice: str | None
    level: int
    by: str
    until: date | None = None
    reason: str | None = None


def plan_approve(options: ApprovalOptions) -> Planner:
    """Writes the consent; the same again while it counts changes nothing."""

    def planner(books: Books) -> Plan:
        from billcli.app.amounts import optional, value_of
        from billcli.core.document import dated_id, document_data, made, path_of
        from billcli.model.values import parse_text

        customer = _about(books, options)
        by, reason = value_of(parse_text, options.by, "--by"), optional(parse_text, options.reason, "--reason")
        if options.until is not None and options.until < books.today:
            raise UsageError(f"--until: {options.until} is past", "it is the last day on which the consent counts")
        about = f"{options.invoice} of {customer}" if options.invoice else customer
        said = (options.invoice, options.level, options.until, by, reason)
        for each in reminder_queries.approvals(books.index, [customer]):
            if (each.invoice, each.level, each.until, each.approved_by, each.reason) == said and each.booked_on <= books.today:
                return Plan("nothing", (), (f"{each.id} says so already; nothing to do",), {"id": each.id})
        fields = {
            "id": dated_id(books.today, customer, ("approval", *said), find.in_use(books.index, "approval")), "customer": customer,
            "invoice": options.invoice, "level": options.level, "on": books.today, "until": options.until, "approved_by": by,
            "reason": reason,
        }  # fmt: skip
        approval = made(Approval, fields)
        until = f" until {approval.until}" if approval.until else ""
        summary = f"{by} consents that {about} is reminded up to level {approval.level}{until}"
        step = Create(path_of("approvals", approval.id, books.today), "approval", document_data(approval))
        return Plan("remind approve", (step,), (summary,), {"id": approval.id}, given=(approval.id,), reason=reason or "")

    return planner


def _about(books: Books, options: ApprovalOptions) -> str:
    if (options.customer is None) == (options.invoice is None):
        raise UsageError("consent is about a customer or about one invoice", "name the customer, or the invoice with --invoice")
    if options.customer is not None:
        books.path("customer", options.customer)
        return options.customer
    books.path("invoice", options.invoice or "")
    fact = queries.invoice(books.index, options.invoice or "")
    assert fact is not None
    if fact.voided_on is not None:
        raise BillError(f"{fact.number} is void", "nobody is reminded of it")
    return fact.customer


def approval_view(books: Books, approval_id: str, as_of: date) -> View:
    from billcli.core.document import document_data

    approval = books.document(books.path("approval", approval_id), Approval)
    fields = [
        ("Consent", approval.id), ("Customer", approval.customer), ("Invoice", approval.invoice), ("Up to level", approval.level),
        ("From", approval.on), ("Until", approval.until), ("By", approval.approved_by), ("Reason", approval.reason),
    ]  # fmt: skip
    shown = [(name, value) for name, value in fields if value not in (None, "")]
    return View("approval", approval_id, as_of, shown, (), document_data(approval))
