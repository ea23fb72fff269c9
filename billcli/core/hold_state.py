"""Whether a hold counts on a day, and how it stands then; from facts alone, so that a list of invoices reads no document for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from billcli.core.facts import HoldFact, Settlement
from billcli.core.settlement import counts

OUTCOMES = {
    "dispute": ("upheld", "rejected", "settled", "withdrawn"),
    "promise": ("kept", "broken", "withdrawn"),
    "plan": ("kept", "broken", "withdrawn"),
    "manual": ("withdrawn",),
}
"""How each kind may end."""


def is_live(hold: HoldFact, day: date) -> bool:
    """From ``on`` until it is released, and up to and including ``until``; a plan counts until it is released."""
    if day < hold.booked_on or (hold.released_on is not None and hold.released_on <= day):
        return False
    return hold.until is None or hold.kind == "plan" or day <= hold.until


def hold_state(hold: HoldFact, as_of: date, *, kept: bool = False, behind: bool = False) -> str:
    """How it stands on a day on which it has begun. ``kept``: what was promised has come; ``behind``: an instalment is overdue."""
    if hold.released_on is not None and hold.released_on <= as_of:
        return "released"
    if kept:
        return "kept"
    if behind:
        return "behind"
    if is_live(hold, as_of):
        return "live"
    return "broken" if hold.kind == "promise" else "expired"


def is_kept(hold: HoldFact, invoices: Iterable[tuple[int, Sequence[Settlement]]], unapplied: int, as_of: date) -> bool:
    """Whether the promised amount, or all there was, has come by the promised day, as known on ``as_of``.

    Money counts by its own date, wherever it was booked. ``invoices`` are (gross, rows) of what the promise is about; ``unapplied``
    is money of the customer that came in that time and settles nothing yet.
    """
    every = list(invoices)
    cash, nothing_left = unapplied, bool(every)
    for gross, rows in every:
        known = [row for row in rows if counts(row, as_of)]
        in_time = [row for row in known if hold.until is None or min(row.value_on, row.booked_on) <= hold.until]
        cash += sum(row.amount for row in in_time if row.source_kind == "payment" and row.value_on >= hold.booked_on)
        nothing_left = nothing_left and sum(row.amount for row in in_time) >= gross
    return nothing_left or (hold.amount is not None and cash >= hold.amount)
