"""How an invoice came to what is open of it, why its state is what it is, and what became of its early-payment discount.

Every sentence is about one day: what is dated after it, and what came to an end after it, is as if it were not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.defaults import Default
from billcli.core.early_payment import TaxShare, discount_offer, last_discount_day
from billcli.core.facts import HoldFact, InvoiceFact, Settlement
from billcli.core.instalments import Part
from billcli.core.report import Column, Report, counted
from billcli.core.settlement import USES
from billcli.model.money import Money
from billcli.model.settings import SettlementRules

Files = Mapping[tuple[str, str], str]
"""Where each document stands, by kind and number or id."""

Reasons = Mapping[tuple[str, str, str], str]
"""Why a row ended, by kind of its source, source and place in it."""


class Step(NamedTuple):
    """One change of a balance and what is left after it; minor units. ``why`` says why it is dated as it is."""

    on: date
    what: str
    document: str
    delta: int
    left: int
    why: str
    file: str


class Event(NamedTuple):
    """A step before its place in the order is known; of one day the lowest ``rank`` comes first."""

    on: date
    rank: int
    what: str
    document: str
    delta: int
    why: str
    file: str


def steps(events: Iterable[Event], as_of: date) -> list[Step]:
    """What had happened by that day, with the balance after each."""
    left, found = 0, []
    for each in sorted((event for event in events if event.on <= as_of), key=lambda event: (event.on, event.rank, event.document)):
        left += each.delta
        found.append(Step(each.on, each.what, each.document, each.delta, left, each.why, each.file))
    return found


def step_table(name: str, found: Sequence[Step], currency: str, as_of: date, left: str) -> Report:
    """``left`` is the title of the running balance."""
    columns = (
        Column("date", "Date", "day"), Column("what", "What", "prose"), Column("document", "Document"), Column("amount", "Amount", "money"),
        Column(left.lower(), left, "money"), Column("why", "Why that day", "prose", minor=True), Column("file", "File", minor=True),
    )  # fmt: skip
    rows = [
        (each.on, each.what, each.document, Money(each.delta, currency), Money(each.left, currency), each.why or None, each.file)
        for each in found
    ]
    return Report(name, as_of, columns, rows)


def known(rows: Iterable[Settlement], as_of: date) -> list[Settlement]:
    """The rows as somebody knew them at the end of that day."""
    return [
        row._replace(ended_on=None) if row.ended_on is not None and row.ended_on > as_of else row for row in rows if row.booked_on <= as_of
    ]


_WHAT = {
    "payment": "payment", "discount": "early-payment discount", "bank_charge": "bank charge, kept on the way", "write_off": "write-off",
    "credit": "credit note", "opening": "settled before, in the old books", "void": "void",
}  # fmt: skip
FIRST, ENDS, ROWS, LAST = range(4)
"""The ranks of events: what ended makes room for what begins on the same day."""


def invoice_events(
    invoice: InvoiceFact, rows: Iterable[Settlement], files: Files, reasons: Reasons, payers: Mapping[tuple[str, str], str]
) -> list[Event]:
    """The issue, and the coming and going of each settlement row. What ends and goes on with less shows as both.

    ``payers`` are other customers whose payments and credit notes settle the invoice.
    """
    file = files.get(("invoice", invoice.number), "")
    found = [Event(invoice.issued_on, FIRST, "issued", invoice.number, invoice.gross, "", file)]
    for row in rows:
        what, source = _WHAT[row.kind], files.get((row.source_kind, row.source), "")
        reason = reasons.get((row.source_kind, row.source, row.place), "")
        if row.kind in ("opening", "void"):
            what = ": ".join(each for each in (what, reason) if each)
            found.append(Event(row.booked_on, LAST, what, row.source, -row.amount, "", source))
            continue
        if row.kind in USES and (payer := payers.get((row.source_kind, row.source))):
            what += f" of {payer}"
        if row.value_on != row.booked_on:
            what += f", money of {row.value_on}"
        if row.ended_on is not None and row.ended_on <= row.booked_on:
            never = f"{what} of {Money(row.amount, invoice.currency)}, {taken_back(reason, ' the same day')}"
            found.append(Event(row.booked_on, ROWS, never, row.source, 0, "", source))
            continue
        found.append(Event(row.booked_on, ROWS, what, row.source, -row.amount, "", source))
        if row.ended_on is not None:
            found.append(Event(row.ended_on, ENDS, f"{_WHAT[row.kind]} {taken_back(reason)}", row.source, row.amount, "", source))
    return found


def write_off_events(rows: Iterable[Settlement], files: Files, reasons: Reasons, currency: str) -> list[Event]:
    """What was given up, and what came back."""
    found = []
    for row in rows:
        file, reason = files.get(("invoice", row.invoice), ""), reasons.get((row.source_kind, row.source, row.place), "")
        if row.ended_on is not None and row.ended_on <= row.booked_on:
            never = f"{Money(row.amount, currency)} written off, {taken_back(reason, ' the same day')}"
            found.append(Event(row.booked_on, ROWS, never, row.invoice, 0, "", file))
            continue
        found.append(Event(row.booked_on, ROWS, "written off", row.invoice, row.amount, "", file))
        if row.ended_on is not None:
            found.append(Event(row.ended_on, ENDS, taken_back(reason), row.invoice, -row.amount, "", file))
    return found


def taken_back(reason: str, when: str = "") -> str:
    """``taken back the same day: mistake``."""
    return f"taken back{when}" + (f": {reason}" if reason else "")


def hold_text(hold: HoldFact, state: str) -> str:
    """What a hold does on that day, in a sentence; ``state`` is how it stands."""
    about = hold.invoice or f"the invoices of {hold.customer}"
    until = f" up to and including {hold.until}" if hold.until else " until it is released"
    amount = f" for {Money(hold.amount, hold.currency)}" if hold.amount is not None and hold.currency else ""
    if state == "released":
        ended = f": {hold.outcome}" if hold.outcome else ""
        return f"released on {hold.released_on}{ended}; since then {about} can be reminded again"
    if hold.kind == "plan":
        return f"its {hold.parts} instalments count for {about} instead of those it was issued with, from {hold.booked_on}; it is {state}"
    if state == "kept":
        return f"kept: what was promised{amount} has come"
    if state == "broken":
        return f"broken: what was promised{amount} by {hold.until} has not come; {about} can be reminded again"
    if state == "expired":
        return f"its last day was {hold.until}; since then {about} can be reminded again"
    return f"keeps reminders back for {about}{amount} from {hold.booked_on}{until}"


def because(invoice: InvoiceFact, state: str, parts: Sequence[Part], rows: Sequence[Settlement], as_of: date, void_reason: str) -> str:
    """Why the invoice is in this state on that day, in a sentence. ``rows`` are those known then, ``parts`` the instalments that count."""
    currency, open_ = invoice.currency, sum(part.open for part in parts)
    live = [row for row in rows if row.ended_on is None]
    last = max((row.booked_on for row in live), default=invoice.issued_on)
    match state:
        case "void":
            return f"void: it counts no more since {invoice.voided_on}: {void_reason}"
        case "credited":
            notes = ", ".join(dict.fromkeys(row.source for row in live if row.kind == "credit"))
            return f"credited: {notes} took back all of it, the last of it on {last}"
        case "written off":
            lost = ", ".join(dict.fromkeys(row.source for row in live if row.source_kind == "write-off"))
            return f"written off: nothing is open since {last}; {lost} gave up what nobody paid"
        case "paid":
            return f"paid: nothing is open since {last}" if invoice.gross else "paid: there was nothing to pay"
    part = next((each for each in parts if each.open > 0), parts[0])
    whole = f"{Money(open_, currency).text()} of {Money(invoice.gross, currency)} is open"
    if len(parts) > 1:
        due = f"of the {Money(part.amount, currency)} due on {part.due_on}, {Money(part.open, currency).text()} is open"
    else:
        due = f"due on {part.due_on}"
    if state == "overdue":
        late = counted((as_of - part.due_on).days, "day")
        if len(parts) > 1:
            return f"overdue: {due}, {late} after it; {whole} in all"
        return f"overdue: {whole} and was {due}, {late} ago"
    left = (part.due_on - as_of).days
    when = "today" if left == 0 else f"in {counted(left, 'day')}"
    settled = whole if state == "partly paid" else f"nothing is settled yet, all of {Money(invoice.gross, currency)} is open"
    what = "it" if part.open == open_ else f"the next {Money(part.open, currency).text()}"
    return f"{state}: {settled}; {what} is due on {part.due_on}, {when}"


def due_table(parts: Sequence[Part], currency: str, as_of: date, plan: str, *, void: bool = False) -> Report:
    """The instalments that count, and how each stands; ``plan`` is the hold that agreed them later."""
    columns = (
        Column("due_on", "Due", "day"), Column("amount", "Amount", "money"), Column("open", "Open", "money"),
        Column("how", "How it stands", "prose"), Column("agreed_in", "Agreed in"),
    )  # fmt: skip
    rows = []
    for part in parts:
        late = (as_of - part.due_on).days
        when = f"overdue for {counted(late, 'day')}" if late > 0 else "due today" if late == 0 else f"due in {counted(-late, 'day')}"
        how = "settled" if part.open <= 0 else when if part.open >= part.amount else f"{when}, settled in part"
        how = "void" if void else how
        rows.append((part.due_on, Money(part.amount, currency), Money(part.open, currency), how, plan or None))
    return Report("due", as_of, columns, rows)


def discount_outcome(invoice: InvoiceFact, rows: Sequence[Settlement], open_: int, as_of: date, rules: SettlementRules) -> str:
    """What the terms offered for early payment and what became of it; empty where they offered nothing. ``rows`` are those known."""
    if invoice.discount_until is None or invoice.discount_percent is None:
        return ""
    until, grace, currency = invoice.discount_until, rules.discount_grace_days, invoice.currency
    offer = f"{invoice.discount_percent} % for the whole paid by {until}" + (f" and {counted(grace, 'day')} of grace" if grace else "")
    granted = [row for row in rows if row.kind == "discount"]
    if granted:
        return f"{offer}: " + "; ".join(_granted(row, until, currency) for row in granted)
    cash = sorted(
        (row for row in rows if row.kind == "payment" and row.ended_on is None), key=lambda row: (row.value_on, row.booked_on)
    )  # fmt: skip
    without = [row for row in rows if row not in cash and row.source not in [each.source for each in cash[:1]]]
    last_day = last_discount_day(until, rules)
    if cash:
        first = cash[0]
        offered = discount_offer(invoice, without, first.value_on, rules)
        paid = sum(row.amount for row in cash if row.value_on == first.value_on)
        amount = Money(offered.amount, currency)
        if offered.refused:
            return f"{offer}: {amount} refused: {offered.refused} ({first.source})"
        part = f"{first.source} paid {Money(paid, currency)} on {first.value_on}"
        return f"{offer}: {amount} not granted: {part}, not the whole less the discount"
    offered = discount_offer(invoice, without, min(as_of, last_day), rules)
    if open_ <= 0:
        return f"{offer}: no more, nothing is open"
    if offered.refused:
        return f"{offer}: {Money(offered.amount, currency)} refused: {offered.refused}"
    if as_of > last_day:
        return f"{offer}: {Money(offered.amount, currency)} not taken, no money came by {last_day}"
    return f"{offer}: {Money(offered.amount, currency)} can still be taken until {last_day}"


def _granted(row: Settlement, until: date, currency: str) -> str:
    late = (row.value_on - until).days
    grace = f", {counted(late, 'day')} after it, within the grace" if late > 0 else ""
    back = f", taken back on {row.ended_on}" if row.ended_on is not None else ""
    return f"{Money(row.amount, currency)} granted with {row.source}, money of {row.value_on}{grace}{back}"


class Share(NamedTuple):
    """A discount, write-off or the like and what of it each tax code bears; without shares none of its tax is taken back."""

    row: Settlement
    shares: Sequence[TaxShare]


def share_table(found: Sequence[Share], currency: str, as_of: date) -> Report:
    """One row per tax code."""
    columns = (
        Column("kind", "Kind"), Column("document", "Document"), Column("code", "Tax"), Column("amount", "Amount", "money"),
        Column("tax", "Tax in it", "money"), Column("how", "How", "prose"),
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for each in found:
        head = _WHAT[each.row.kind], each.row.source
        if not each.shares:
            rows.append((*head, None, Money(each.row.amount, currency), Money(0, currency), "its tax stays owed"))
        for share in each.shares:
            if share.gross:
                rows.append((*head, share.code, Money(share.gross, currency), Money(share.tax, currency), "base and tax are reduced"))
    return Report("tax", as_of, columns, rows)


def default_table(said: Mapping[str, Sequence[Default]], frozen: Mapping[str, str] | None, as_of: date) -> Report:
    """What each field is and which level gave it; ``frozen`` is what a document says itself, None where there is no document.

    ``over`` are the levels that said something else and lost: company < groups < customer < document.
    """
    columns = (
        Column("field", "Field"), *((Column("document", "In the document", "prose"),) if frozen is not None else ()),
        Column("default", "Default today", "prose"), Column("from", "From"), Column("over", "Instead of", "prose"),
        *((Column("won", "Which won", "prose"),) if frozen is not None else ()),
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for name, levels in said.items():
        value, level = (_plain(levels[-1].value), levels[-1].level) if levels else ("", "")
        over = ", ".join(f"{_plain(each.value)} ({each.level})" for each in levels[:-1] if each.value != levels[-1].value)
        if frozen is None:
            if level:
                rows.append((name.replace("_", " "), value, level, over))
        elif name in frozen and (frozen[name] or level):
            rows.append((name, frozen[name] or None, value or None, level or None, over, _won(frozen[name], value, level)))
    return Report("defaults", as_of, columns, rows)


def _won(frozen: str, value: str, level: str) -> str:
    if not frozen:
        return f"{level}; the document has none of its own" if level else ""
    if not level:
        return "the document: no level says anything"
    return f"the same as {level}" if frozen == value else "the document: it was given with it, or the default was another then"


def _plain(value: Any) -> str:
    return format(value, "f") if hasattr(value, "as_tuple") else str(value)
