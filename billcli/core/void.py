"""Making an invoice void: for one that should never have been issued, and that nothing was done with. It keeps its number."""

from __future__ import annotations

from datetime import date

from billcli.core.allocation import Target
from billcli.core.plan import Change, Plan, Set
from billcli.core.settlement import by_day, lowest_from
from billcli.errors import BillError
from billcli.model.money import Money


def plan_void(target: Target, path: str, credited_by: str | None, on: date, reason: str) -> Plan:
    """The plan that makes an invoice void. ``credited_by`` is a live credit note that corrects it.

    Raises ``BillError`` while anything settles it, and for a day before its last event: then a credit note is the way.
    """
    invoice = target.invoice
    if invoice.voided_on:
        raise BillError(f"{invoice.number} is void already, from {invoice.voided_on} on")
    if credited_by:
        raise BillError(
            f"{invoice.number} is corrected by {credited_by}",
            f'credit what is left: "bill credit-note new --invoice {invoice.number} --rest --reason …"',
        )
    changes = target.changes
    last_event = max(by_day(changes))
    if on < last_event:
        raise BillError(
            f"{invoice.number} has an event on {last_event}; void from {on} would change the past", f"--on {last_event} or later"
        )
    settled = invoice.gross - lowest_from(changes, on)
    if settled:
        message = (
            f"{Money(settled, invoice.currency)} of {invoice.number} are settled; only an invoice that nothing settles can be made void"
        )
        raise BillError(
            message, f'credit it: "bill credit-note new --invoice {invoice.number} --reason …", or take the settlement back first'
        )
    summary = f"invoice {invoice.number} over {Money(invoice.gross, invoice.currency)} is void from {on} on: {reason}"
    return Plan(
        "invoice void", (Change(path, "invoice", (Set(("void",), {"on": on, "reason": reason}),)),), (summary,),
        {"number": invoice.number}, relies_on=(path, "ledger.yaml"), reason=reason,
    )  # fmt: skip
