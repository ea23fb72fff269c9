"""What is open, cut into what is disputed, what is promised, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core.aging import OpenPart
from billcli.core.reports.forecast import OpenItem


class Expectation(NamedTuple):
    """A dispute or a promise that counts; ``amount`` in minor units is what of it has not come yet, None where it is about everything.

    ``invoice`` is empty where it is about all invoices of the customer, ``currency`` where it is about any.
    """

    kind: str
    customer: str
    invoice: str
    until: date | None
    currency: str
    amount: int | None


def open_items(parts: Iterable[OpenPart], said: Iterable[Expectation]) -> list[OpenItem]:
    """Open instalments with what is said of them; one that is disputed or promised in part is two.

    What is said counts for no more than is open. Promised money fills the instalment that is due first, as all money does; so what is
    disputed is the one due last. What is said of an invoice comes before what is said of its customer.
    """
    found: dict[tuple[str, str], list[OpenItem]] = {}
    for part in parts:
        item = OpenItem(part.customer, part.number, "", part.currency, part.due_on, part.open)
        found.setdefault((part.customer, part.number), []).append(item)
    for each in sorted(said, key=_order):
        if each.invoice:
            mine = found.get((each.customer, each.invoice), [])
            found[each.customer, each.invoice] = _said_of(mine, each)
            continue
        keys = [key for key in found if key[0] == each.customer]
        for item in _said_of([item for key in keys for item in found.pop(key)], each):
            found.setdefault((item.customer, item.number), []).append(item)
    return [item for items in found.values() for item in items]


def _order(said: Expectation) -> tuple[bool, bool, int]:
    """Of an invoice first; amounts by their days, then what is about everything, the last day first: it was promised anew."""
    day = said.until.toordinal() if said.until else 0
    return not said.invoice, said.amount is None, -day if said.amount is None else day


def _said_of(items: Sequence[OpenItem], said: Expectation) -> list[OpenItem]:
    step = -1 if said.kind == "dispute" else 1
    ordered = sorted(items, key=lambda each: each.due_on)[::step]

    def fits(item: OpenItem) -> bool:
        fresh = not item.held if said.kind == "dispute" else item.promised is None
        return fresh and item.open > 0 and said.currency in ("", item.currency)

    def mark(item: OpenItem) -> OpenItem:
        return item._replace(held=True) if said.kind == "dispute" else item._replace(promised=said.until)

    return _marked(ordered, said.amount, fits, mark)[::step]


def _marked(
    items: Iterable[OpenItem], amount: int | None, fits: Callable[[OpenItem], bool], mark: Callable[[OpenItem], OpenItem]
) -> list[OpenItem]:
    found, left = [], amount
    for item in items:
        used = (item.open if left is None else min(left, item.open)) if fits(item) else 0
        left = left - used if left is not None else None
        found += [mark(item._replace(open=used))] if used else []
        found += [item._replace(open=item.open - used)] if used != item.open else []
    return found
