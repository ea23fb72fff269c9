"""Whether a customer gets new invoices."""

from __future__ import annotations

from datetime import date
from typing import Any

from billcli.errors import BillError


def is_active(customer: Any, day: date) -> bool:
    """Of a customer or its fact; one that was merged into another is not."""
    return customer.merged_into is None and (customer.deactivated_on is None or day < customer.deactivated_on)


def ensure_active(customer: Any, day: date) -> None:
    """Raises ``BillError`` where the customer gets no new invoices on that day; payments and credit notes stay possible."""
    if is_active(customer, day):
        return
    if customer.merged_into is not None:
        raise BillError(f"{customer.id} was merged into {customer.merged_into}", f"the invoice goes to {customer.merged_into}")
    since = customer.deactivated_on
    raise BillError(f"{customer.id} gets no new invoices since {since}", f'"bill customer activate {customer.id}" takes that back')
