"""Whether a notice that was planned may still go, right before it is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from billcli.core.dunning import stops
from billcli.core.dunning.assess import Account, Debt
from billcli.core.dunning.levels import counting, on_ladder
from billcli.core.facts import ReminderFact, ReminderItemFact
from billcli.model.dunning import Dunning, Level
from billcli.model.money import Money


def meanwhile(
    notice: ReminderFact, items: Sequence[ReminderItemFact], account: Account | None, dunning: Dunning, today: date
) -> str | None:
    """Why it must not go any more: what it says is no longer so. The next run writes a new one, where one is due.

    ``account`` is that of its customer and currency; None where nothing is open there.
    """
    if account is None:
        return f"{items[0].invoice} was settled meanwhile" if len(items) == 1 else "all of its invoices were settled meanwhile"
    if account.chosen.policy is None:
        return f"never reminded, says {account.chosen.level}"
    if account.deactivated_on is not None and account.deactivated_on <= today:
        return f"{account.customer} is deactivated since {account.deactivated_on}"
    debts = {each.fact.number: each for each in account.debts}
    for item in items:
        debt = debts.get(item.invoice)
        why = (_consent(item, account, today) or _item(item, debt, notice, dunning, today)) if debt else "it was settled meanwhile"
        if why:
            return f"{item.invoice}: {why}"
    return stops.covered(account.credit, sum(each.asked for each in items), account.currency)


def _consent(item: ReminderItemFact, account: Account, today: date) -> str | None:
    """Whoever consented may have taken it back, or for some days only."""
    policy = account.chosen.policy
    level = next((each for each in policy.levels if each.level == item.level), None) if policy else None
    level = level or Level(level=item.level, days=0)
    if stops.consent(level, account.approvals, item.invoice, today):
        return None
    return stops.unapproved(level, account.customer)


def _item(item: ReminderItemFact, debt: Debt, notice: ReminderFact, dunning: Dunning, today: date) -> str | None:
    if other := next(
        (each for each in on_ladder(counting(debt.past), debt.start) if each.reminder != notice.id and each.level >= item.level), None
    ):
        return f"level {other.level} went on {other.sent_on} already ({other.reminder})"
    soon = item.due_on > notice.booked_on
    if soon and today > item.due_on:
        return f"it fell due on {item.due_on} meanwhile"
    if held := stops.held(debt.holds, today, dunning.promise_grace):
        return held
    disputed = stops.disputed(debt.holds, debt.open, today)
    left = debt.open if soon else sum(each.open for each in debt.parts if each.due_on <= today and each.open > 0)
    if left - disputed >= item.asked:
        return None
    if debt.open < item.open:
        return f"{Money(item.open - debt.open, debt.fact.currency)} of it was settled meanwhile"
    return stops.dispute(debt.holds, today) if disputed else "a plan was agreed meanwhile"
