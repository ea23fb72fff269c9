"""Closing the books: after it, nothing dated up to that day can be issued, and settlements count from the first open day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from billcli.core.plan import Change, Plan, Set
from billcli.errors import BillError
from billcli.model.money import Money
from billcli.model.settings import Settings


class Standing(NamedTuple):
    """What the books come to in one currency on the day of the close, in minor units."""

    currency: str
    open: int
    unapplied: int


def check_through(through: date, settings: Settings, today: date) -> Plan | None:
    """The answer where the books are closed through that day already. Raises ``BillError`` for a day that is not over."""
    closed = settings.closed_through
    if closed is not None and through <= closed:
        summary = [f"the books are closed through {closed} already; nothing to do"]
        if through < closed:
            summary.append("to open them again, write an earlier closed_through: into ledger.yaml by hand, and say why in the commit")
        return Plan("nothing", (), tuple(summary), {"closed_through": closed.isoformat()})
    if through >= today:
        raise BillError(f"{through} is not over", f"the latest possible day is {today - timedelta(days=1)}")
    return None


def plan_close(
    through: date, standings: Sequence[Standing], drafts: Sequence[str], warnings: Sequence[str], settings: Settings, reason: str
) -> Plan:
    """``drafts`` are those meant to be issued in the period, ``warnings`` what the check of the books said."""
    before = f" (so far through {settings.closed_through})" if settings.closed_through else ""
    summary = [f"the books are closed through {through}{before}"]
    totals = []
    for each in standings:
        open_, unapplied = Money(each.open, each.currency), Money(each.unapplied, each.currency)
        total = Money(each.open - each.unapplied, each.currency)
        summary.append(f"  {each.currency} on {through}: open {open_.text()} - unapplied {unapplied.text()} = total {total.text()}")
        totals.append({"currency": each.currency, "open": open_.text(), "unapplied": unapplied.text(), "total": total.text()})
    left = [f"the draft {each} is meant for a day in the period; from now on it needs a later one" for each in drafts]
    return Plan(
        command=f"close --through {through}",
        steps=(Change("ledger.yaml", "ledger", (Set(("closed_through",), through),)),),
        summary=tuple(summary),
        result={"closed_through": through.isoformat(), "totals": totals},
        relies_on=("ledger.yaml",),
        warnings=(*warnings, *left),
        reason=reason,
    )
