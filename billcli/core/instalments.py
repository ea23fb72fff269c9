"""The parts in which an invoice is due: its own instalments, or those of a plan agreed later while that counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.report import Column, Report
from billcli.core.settlement import fill_instalments
from billcli.model.money import Money

Agreed = Sequence[tuple[date, int]]
"""When how much is due, the oldest first; minor units."""


class Part(NamedTuple):
    """An instalment and what is open of it; minor units."""

    due_on: date
    amount: int
    open: int


def agreed_parts(due_on: date, gross: int, own: Sequence[tuple[str, date, int]] | None, plan: Agreed | None) -> Agreed:
    """What counts: the plan where there is one, else the invoice's own instalments, else the whole on its due date."""
    if plan:
        return plan
    return [(day, amount) for _, day, amount in own] if own else [(due_on, gross)]


def due_parts(agreed: Agreed, open_: int) -> list[Part]:
    """What is open of each part; settlements fill the oldest first.

    More open than was agreed, after a payment bounced, is due at once: it stands on the first. Less than nothing, in books that
    check calls wrong, stands on the last, so no sum loses it.
    """
    amounts = [amount for _, amount in agreed]
    settled = sum(amounts) - open_
    left = fill_instalments(amounts, max(settled, 0))
    left[0] += max(-settled, 0)
    left[-1] += open_ - sum(left)
    return [Part(due_on, amount, rest) for (due_on, amount), rest in zip(agreed, left, strict=True)]


def oldest_due(parts: Sequence[Part]) -> date:
    """The due date of the oldest part with something open; the first one's where all is settled."""
    return next((part.due_on for part in parts if part.open > 0), parts[0].due_on)


def plans_by_invoice(live: Sequence[tuple[str, str]], parts: Mapping[str, Sequence[tuple[str, str, date, int]]]) -> dict[str, Agreed]:
    """The instalments that count by invoice; ``live`` are (plan, invoice), ``parts`` those of each plan."""
    return {invoice: [(due_on, amount) for _, _, due_on, amount in parts[plan]] for plan, invoice in live if parts.get(plan)}


def instalment_table(versions: Sequence[tuple[str, Agreed]], counts: str, open_: int, currency: str, as_of: date) -> Report:
    """Every version of what was agreed, each part with its source: ``invoice``, or the id of a plan.

    Only the version that ``counts`` says what is settled and open of a part, and how many days it is overdue.
    """
    columns = (
        Column("due_on", "Due", "day"), Column("amount", "Amount", "money"), Column("settled", "Settled", "money"),
        Column("open", "Open", "money"), Column("days_overdue", "Days", "count"), Column("source", "Agreed in"),
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for source, agreed in versions:
        for part in due_parts(agreed, open_):
            known: tuple[Any, ...] = (None, None, None)
            if source == counts:
                late = max((as_of - part.due_on).days, 0) if part.open > 0 else 0
                known = (Money(max(part.amount - part.open, 0), currency), Money(part.open, currency), late)
            rows.append((part.due_on, Money(part.amount, currency), *known, source))
    return Report("instalments", as_of, columns, rows)
