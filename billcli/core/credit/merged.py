"""Who has the place of a customer that was merged: what was known of the one, and what it owes, is the other's."""

from __future__ import annotations

from collections.abc import Mapping

from billcli.core.facts import CustomerFact


def successors(customers: Mapping[str, CustomerFact]) -> dict[str, str]:
    """By each customer that was merged the one that has its place now."""
    found = {}
    for each in customers.values():
        at, seen = each, {each.id}
        while at.merged_into and at.merged_into in customers and at.merged_into not in seen:
            at = customers[at.merged_into]
            seen.add(at.id)
        if at is not each:
            found[each.id] = at.id
    return found
