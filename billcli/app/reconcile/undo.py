"""Taking decisions on bank lines back: the line is open again, and what was booked from it never counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from billcli.app import settling
from billcli.app.amounts import value_of
from billcli.app.books import Books
from billcli.core.facts import BankBookingFact
from billcli.core.plan import Change, Drop, Edit, Plan, Set
from billcli.core.report import counted
from billcli.errors import BillError, UsageError
from billcli.index import bank_queries, queries
from billcli.model.money import Money
from billcli.model.values import parse_text, quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner


def plan_undo(what: str, reason: str) -> Planner:
    """``what`` is the id of a line, ``ACCOUNT:LINE`` where several accounts have it, or the id of a statement."""

    def planner(books: Books) -> Plan:
        said = value_of(parse_text, reason, "--reason")
        found = _meant(books, what)
        changes: list[Change] = []
        summary = []
        for account, line in found:
            words, more = _undo(books, account, line, said)
            changes += more
            summary.append(words)
        steps = tuple(settling.merged(changes))
        if not steps:
            raise BillError(f"nothing is decided on {quoted(what)}", '"bill reconcile status" shows what is open')
        head = () if len(found) == 1 else (f"{counted(len(found), 'line')} of {what} are open again: {said}",)
        return Plan(
            "reconcile undo", steps, (*head, *summary), {"lines": [line for _, line in found]},
            relies_on=tuple(dict.fromkeys(each.path for each in steps)), reason=said,
        )  # fmt: skip

    return planner


def _meant(books: Books, what: str) -> list[tuple[str, str]]:
    """The lines with something decided on them, as (account, line)."""
    if any(each.id == what for each in bank_queries.statements(books.index)):
        return [(each.account, each.line.id) for each in bank_queries.lines_of(books.index, what) if each.decision]
    known = bank_queries.lines(books.index, [what])
    if not known and ":" in what:
        account, _, line = what.partition(":")
        known = {key: each for key, each in bank_queries.lines(books.index, [line]).items() if key[0] == account}
    if not known:
        raise BillError(f"there is no line and no statement {quoted(what)}", '"bill reconcile status" shows the statements')
    if len(known) > 1:
        names = ", ".join(f"{account}:{line}" for account, line in known)
        raise UsageError(f"several accounts have a line {quoted(what)}", f"name one of: {names}")
    return [key for key, each in known.items() if each.decision]


def _undo(books: Books, account: str, line: str, reason: str) -> tuple[str, list[Change]]:
    """Every live decision on it: two clones may have taken the same one on two days."""
    decision = bank_queries.decisions(books.index, [line])[account, line]
    undone = {"on": books.today, "reason": reason}
    live = bank_queries.live_on(books.index, account, line)
    changes = [Change(path, "reconciliation", (Set(("decisions", at, "undone"), undone),)) for path, at, _ in live]
    documents = tuple(dict.fromkeys(each for _, _, named in live for each in named.split("\n") if each))
    words: list[str] = []
    made = {(each.kind, each.name): each for each in bank_queries.bookings(books.index, account, line)}
    for each in made.values():
        said, more = _unbook(books, each, documents, reason)
        words += (each for each in said if each not in words)
        changes += more
    amount = Money(decision.amount, decision.currency)
    return f"line {line} of {account} over {amount} is open again" + (f": {', '.join(words)}" if words else ""), changes


def _unbook(books: Books, booking: BankBookingFact, documents: Sequence[str], reason: str) -> tuple[list[str], list[Change]]:
    if booking.kind == "payment":
        return _payment(books, booking.name, documents, reason)
    if booking.kind == "reversal":
        return _reversal(books, booking.name)
    refund = queries.refund(books.index, booking.name)
    if refund is None or refund.reversed_on or not (refund.external_id or "").startswith("bank:"):
        return [], []  # it was there before the line showed it
    from billcli.app.refund import plan_reverse

    plan = plan_reverse(refund.id, f"undone: {reason}", refund.paid_on)(books)
    return [f"refund {refund.id} never went out"], [step for step in plan.steps if isinstance(step, Change)]


def _payment(books: Books, name: str, documents: Sequence[str], reason: str) -> tuple[list[str], list[Change]]:
    """The payment is worth nothing from its own day on, or the first open one; credit notes that were netted are free again."""
    from billcli.app.credit_use import plan_undo
    from billcli.app.payment import plan_reverse

    fact = queries.payment(books.index, name)
    if back := bank_queries.returned_by(books.index, name):
        account, line = back
        message = f"the line {quoted(line)} of {account} takes {name} back"
        raise BillError(message, f'undo that one first: "bill reconcile undo {account}:{line}"')
    if fact is None or fact.reversed_on:
        return [], []
    if queries.draws_from(books.index, "payment", name):
        raise BillError(f"a refund draws on {name}", f'take it back first: "bill refund list --customer {fact.customer}"')
    why = f"undone: {reason}"
    plan = plan_reverse(name, why, fact.received_on, None)(books)
    changes = [step for step in plan.steps if isinstance(step, Change)]
    words = [f"payment {name} counts no more"]
    invoices = [each for each in documents if queries.invoice(books.index, each)]
    for number in documents:
        note = queries.credit_note(books.index, number)
        if note is None:
            continue
        rows = queries.settlements_from(books.index, "credit-note", number)
        mine = tuple(dict.fromkeys(row.invoice for row in rows if row.invoice in invoices and row.ended_on is None))
        if mine:
            undone = plan_undo(number, mine, why, max(fact.received_on, note.issued_on))(books)
            changes += [step for step in undone.steps if isinstance(step, Change)]
            words.append(f"{number} is unapplied")
    words += [text.strip() for text in plan.summary if "closed period" in text]
    return words, changes


def _reversal(books: Books, name: str) -> tuple[list[str], list[Change]]:
    """The payment did not come back after all: it settles again what it did, as far as that is still open."""
    payment = books.payment(name)
    reversal = payment.reversed
    if reversal is None:
        return [], []
    closed = books.closed_through()
    if closed is not None and reversal.on <= closed:
        message = f"{name} was reversed on {reversal.on}, in a closed period"
        raise BillError(message, '"bill payment add" records money that is there after all')
    edits: list[Edit] = [Drop(("reversed",))]
    live = settling.targets(books, [each.invoice for each in payment.allocations])
    for at, each in enumerate(payment.allocations):
        if each.ended_on != max(reversal.on, each.on) or each.reason != reversal.reason[:1000]:
            continue
        amount = Money.of(each.amount, payment.currency).minor
        if live[each.invoice].open < amount:
            raise BillError(f"{each.invoice} was settled meanwhile", "the payment cannot settle it again")
        edits += [Drop(("allocations", at, "ended_on")), Drop(("allocations", at, "reason"))]
    return [f"payment {name} counts again"], [Change(books.path("payment", name), "payment", tuple(edits))]
