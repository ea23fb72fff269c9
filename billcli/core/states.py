"""The state of an invoice at a date; derived, never stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

STATES = ("open", "partly paid", "overdue", "paid", "credited", "void")


def oldest_open_due(open_parts: Sequence[tuple[date, int]], due_on: date) -> date:
    """The due date of the oldest instalment with something open; the first one's where all is settled."""
    return next((day for day, amount in open_parts if amount > 0), due_on)


def invoice_state(gross: int, open_: int, credited: int, due_on: date, voided_on: date | None, as_of: date) -> str:
    """``due_on`` is that of the oldest open instalment."""
    if voided_on is not None and voided_on <= as_of:
        return "void"
    if open_ <= 0:
        return "credited" if gross and credited >= gross else "paid"
    if due_on < as_of:
        return "overdue"
    return "partly paid" if open_ < gross else "open"
