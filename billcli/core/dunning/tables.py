"""Reminders as tables: what would go, what is stopped and why, and what went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.delivery import COUNTS, stands, whom
from billcli.core.dunning.assess import Assessed
from billcli.core.dunning.levels import notice_stands
from billcli.core.dunning.stops import Stop
from billcli.core.facts import DeliveryFact, ReminderFact, ReminderItemFact
from billcli.core.report import Column, Report, currency_totals
from billcli.model.money import Money
from billcli.model.reminder import Reminder

_PREVIEW = (
    Column("state", "State"), Column("customer", "Customer"), Column("invoice", "Invoice"), Column("level", "Level", "count"),
    Column("channel", "By", minor=True), Column("to", "To", minor=True), Column("policy", "Policy", minor=True),
    Column("due_on", "Due", "day", minor=True), Column("currency", "Cur"), Column("asked", "Asked", "money"), Column("fee", "Fee", "money"),
    Column("fixed_sum", "Fixed sum", "money"), Column("interest", "Interest", "money"), Column("total", "Total", "money"),
    Column("reason", "Why", "prose"),
)  # fmt: skip


class Ready(NamedTuple):
    """A notice that would go, and to whom."""

    notice: Reminder
    assessed: Assessed
    to: Sequence[str]
    level: str
    """Which level named the policy: company, a group, or the customer."""


def preview_table(ready: Iterable[Ready], stopped: Iterable[Stop], as_of: date, notes: tuple[str, ...]) -> Report:
    """A row for every invoice in a notice and every charge claimed with it, then one for everything that is stopped."""
    rows: list[tuple[Any, ...]] = []
    for each in ready:
        rows += _notice_rows(each)
    for stop in stopped:
        asked = Money(stop.amount, stop.currency)
        nothing = Money(0, stop.currency)
        rows.append(("stopped", stop.customer, stop.invoice, stop.level, None, None, None, None, stop.currency, asked, nothing, nothing,
                     nothing, nothing, stop.reason))  # fmt: skip
    return Report("reminders", as_of, _PREVIEW, rows, currency_totals(_PREVIEW, [row for row in rows if row[0] == "goes"]), notes)


def _notice_rows(ready: Ready) -> list[tuple[Any, ...]]:
    notice = ready.notice
    ways = notice.channel, ", ".join(ready.to) or None, f"{notice.policy} ({ready.level})"
    nothing, rows = Money(0, notice.currency), list[tuple[Any, ...]]()
    for item in notice.items:
        parts = (item.asked, item.fee, item.fixed_sum, item.interest)
        amounts = [Money.of(each, notice.currency) if each else nothing for each in parts]
        why = "due soon" if item.due_on >= notice.on else f"{(notice.on - item.due_on).days} days late"
        if item.interest_computed:
            why += f", interest so far {format(item.interest_computed, 'f')}"
        total = Money(sum(each.minor for each in amounts), notice.currency)
        rows.append(("goes", notice.customer, item.invoice, item.level, *ways, item.due_on, notice.currency, *amounts, total, why))
    for charge in notice.charges:
        fee = Money.of(charge.amount, notice.currency)
        why = f"what the bank charged for {charge.payment}, which came back"
        rows.append(("goes", notice.customer, None, notice.level, *ways, None, notice.currency, nothing, fee, nothing, nothing, fee, why))
    return rows


_LIST = (
    Column("reminder", "Notice"), Column("on", "Day", "day"), Column("customer", "Customer"), Column("level", "Level", "count"),
    Column("invoices", "Invoices"), Column("currency", "Cur"), Column("total", "Total", "money"),
    Column("deadline", "Until", "day", minor=True), Column("state", "State"), Column("to", "To", minor=True),
    Column("said", "Answer", "prose", minor=True),
)  # fmt: skip


def notice_list(
    notices: Iterable[ReminderFact],
    items: Mapping[str, Sequence[ReminderItemFact]],
    deliveries: Mapping[str, Sequence[DeliveryFact]],
    as_of: date,
) -> Report:
    """A row per notice: its level, what it asked for, and how its deliveries stand."""
    rows = []
    for each in notices:
        mine = deliveries.get(each.id, ())
        to = [f"{whom(one)}: {stands(one)}" if len(mine) > 1 else whom(one) for one in mine]
        said = next((one.said for one in reversed(mine) if one.said), None)
        rows.append((
            each.id, each.booked_on, each.customer, each.level, [item.invoice for item in items.get(each.id, ())], each.currency,
            Money(each.total, each.currency), each.deadline, notice_stands(mine), ", ".join(to) or None, said,
        ))  # fmt: skip
    return Report("notices", as_of, _LIST, rows)


def item_table(notice: Reminder) -> Report:
    """The invoices in a notice with what is asked for and claimed on each."""
    columns = (
        Column("invoice", "Invoice"), Column("level", "Level", "count"), Column("due_on", "Due", "day"), Column("gross", "Gross", "money"),
        Column("open", "Open", "money"), Column("asked", "Asked", "money"), Column("fee", "Fee", "money"),
        Column("fixed_sum", "Fixed sum", "money"), Column("interest", "Interest", "money"),
        Column("interest_computed", "Interest so far", "money"),
    )  # fmt: skip
    rows = []
    for each in notice.items:
        amounts = (each.gross, each.open, each.asked, each.fee, each.fixed_sum, each.interest, each.interest_computed)
        money = (None if amount is None else Money.of(amount, notice.currency) for amount in amounts)
        rows.append((each.invoice, each.level, each.due_on, *money))
    return Report("items", notice.on, columns, rows)


def segment_table(notice: Reminder) -> Report:
    """How the interest of each invoice ran up."""
    columns = (
        Column("invoice", "Invoice"), Column("from_on", "From", "day"), Column("until", "Until", "day"), Column("days", "Days", "count"),
        Column("principal", "On", "money"), Column("rate", "% a year", "number"),
    )  # fmt: skip
    rows = [
        (item.invoice, each.from_on, each.until, (each.until - each.from_on).days + 1, Money.of(each.principal, notice.currency),
         format(each.rate, "f"))
        for item in notice.items
        for each in item.segments
    ]  # fmt: skip
    return Report("segments", notice.on, columns, rows)


def charge_table(notice: Reminder) -> Report:
    columns = (Column("payment", "Payment"), Column("amount", "Bank's charge", "money"))
    return Report("charges", notice.on, columns, [(each.payment, Money.of(each.amount, notice.currency)) for each in notice.charges])


def delivery_table(deliveries: Iterable[DeliveryFact], as_of: date) -> Report:
    """To whom it went, how it stands, and what the server or a person said."""
    columns = (
        Column("delivery", "Delivery"), Column("channel", "By"), Column("to", "To"), Column("state", "State"), Column("at", "At"),
        Column("attempts", "Tries", "count", minor=True), Column("said", "Answer", "prose", minor=True),
    )  # fmt: skip
    rows = [
        (each.id, each.channel, each.recipient, stands(each), each.state_at or None, each.attempts, each.said or None)
        for each in deliveries
    ]
    return Report("deliveries", as_of, columns, rows)


def level_table(items: Iterable[tuple[ReminderFact, ReminderItemFact, Sequence[DeliveryFact]]], currency: str, as_of: date) -> Report:
    """The notices about one invoice: which level, what was claimed with it, how it stands."""
    columns = (
        Column("on", "Day", "day"), Column("reminder", "Notice"), Column("level", "Level", "count"), Column("asked", "Asked", "money"),
        Column("fee", "Fee", "money"), Column("fixed_sum", "Fixed sum", "money"), Column("interest", "Interest", "money"),
        Column("state", "State"),
    )  # fmt: skip
    rows = [
        (notice.booked_on, notice.id, item.level,
         *(Money(each, currency) for each in (item.asked, item.fee, item.fixed_sum, item.interest)), notice_stands(deliveries))
        for notice, item, deliveries in items
    ]  # fmt: skip
    return Report("reminders", as_of, columns, rows)


def reminded_text(levels: Report) -> str:
    """``level 2, last on 2026-05-10; 45.00 of fees and 33.85 of interest claimed``, from the table of an invoice's notices."""
    went = [row for row in levels.rows if row[7] in COUNTS]
    if not went:
        return "no notice was handed over yet"
    fees, fixed, interest = (sum(row[at].minor for row in went) for at in (4, 5, 6))
    currency = went[0][4].currency
    claimed = [
        f"{Money(amount, currency).text()} {word}"
        for amount, word in ((fees, "of fees"), (fixed, "by law"), (interest, "of interest"))
        if amount
    ]
    return f"level {max(row[2] for row in went)}, last on {went[-1][0]}" + (f"; {_listed(claimed)} claimed" if claimed else "")


def _listed(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(each for each in (", ".join(parts[:-1]), parts[-1]) if each)
