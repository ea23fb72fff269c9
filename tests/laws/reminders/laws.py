"""What holds of all notices of a ledger whatever was decided on each day; by the files alone."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from tests.laws.reminders.clerk import Clerk


def broken(root: Path) -> list[str]:
    """What is wrong with the notices that went out, or may have."""
    clerk = Clerk(root)
    found = []
    runs = Counter((each["customer"], each["currency"], each["on"]) for each in clerk.reminders)
    found += [f"more than one notice of a day: {key}" for key, count in runs.items() if count > 1]
    charges = Counter(charge["payment"] for each in clerk.reminders for charge in each.get("charges") or ())
    found += [f"{payment} is charged {count} times" for payment, count in charges.items() if count > 1]
    for number, invoice in clerk.invoices.items():
        policy = clerk.policy(invoice.customer)
        mine = sorted((each for each in clerk.sent if each.invoice == number), key=lambda each: (each.on, each.level))
        if mine and policy is None:
            found.append(f"{number} was reminded of, though {invoice.customer} never is")
            continue
        known = {each.level: each for each in policy.levels} if policy else {}
        for before, after in pairwise(mine):
            if after.level <= before.level and after.due_on > max(before.on, before.due_on):
                continue  # all that was overdue then was paid: a later instalment begins at the first level again
            if after.level <= before.level:
                found.append(f"{number}: level {after.level} on {after.on} after level {before.level} on {before.on}")
            elif after.on < before.on + timedelta(days=known[after.level].gap):
                found.append(f"{number}: level {after.level} on {after.on} comes {(after.on - before.on).days} days after {before.on}")
            skipped = [each for each in known if before.level < each < after.level]
            if skipped:
                found.append(f"{number}: level {after.level} on {after.on} skips {skipped}")
        for each in mine:
            if known[each.level].days >= 0 and each.on < each.due_on + timedelta(days=known[each.level].days):
                found.append(f"{number}: level {each.level} on {each.on} comes too early for {each.due_on}")
            if each.fee and not known[each.level].fee:
                found.append(f"{number}: level {each.level} has no fee")
    return found
