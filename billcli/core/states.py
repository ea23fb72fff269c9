"""The state of an invoice at a date; derived, never stored."""

from __future__ import annotations

from datetime import date

STATES = ("open", "partly paid", "overdue", "paid", "credited", "written off", "void")


def invoice_state(gross: int, open_: int, credited: int, due_on: date, voided_on: date | None, as_of: date, written_off: int = 0) -> str:
    """``due_on`` is that of the oldest open instalment; ``written_off`` is what of it was given up as bad debt."""
    if voided_on is not None and voided_on <= as_of:
        return "void"
    if open_ <= 0:
        if gross and credited >= gross:
            return "credited"
        return "written off" if written_off > 0 else "paid"
    if due_on < as_of:
        return "overdue"
    return "partly paid" if open_ < gross else "open"
