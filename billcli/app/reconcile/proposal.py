"""``--propose FILE`` and ``apply FILE``: a proposal as YAML, edited and reviewed by persons, booked exactly as it stands or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from billcli.app.books import Books
from billcli.app.reconcile.booking import Booking, Row, verdict_of
from billcli.app.reconcile.decide import Spot, decide_all
from billcli.core.bank_statement import text_of
from billcli.core.matching.facts import Allocation, Decision
from billcli.core.plan import Plan
from billcli.core.reconcile import Verdict
from billcli.core.report import counted
from billcli.diagnostics import Diagnostic
from billcli.errors import BillError, UsageError
from billcli.index import bank_queries, queries
from billcli.model.money import Money, decimals, digits
from billcli.model.proposal import Proposal, ProposedAllocation, ProposedLine
from billcli.model.values import quoted
from billcli.store import table as tables
from billcli.store.read import locate_all, read_loose
from billcli.store.write import document_text


def proposal_text(rows: Sequence[Row], as_of: object) -> str:
    """The lines that are not decided yet, as YAML to edit; those that bill is certain of are there as ``book`` and the like."""
    lines = [_line(each) for each in rows if each.decision.outcome != "seen"]
    return document_text("proposal/1", {"as_of": as_of, "lines": lines})


def _line(row: Row) -> dict[str, Any]:
    decision, line = row.decision, row.decision.line
    sure = row.booked
    fields: dict[str, Any] = {
        "line": line.id, "account": row.account, "date": line.booked_on, "amount": Money(line.amount, line.currency).amount,
        "currency": line.currency, "payer": text_of(line.payer), "text": text_of(line.text),
        "decision": decision.outcome if sure else "open",
        "customer": (decision.customer or None) if sure else None, "payment": (decision.payment or None) if sure else None,
        "allocations": _allocations(decision.allocations, line.currency) if sure else None,
        "reason": text_of("; ".join(decision.because)) if sure and decision.outcome == "ignore" else None,
        "confidence": Decimal(f"{decision.confidence:.3f}") if decision.confidence else None,
        "because": [kept for each in decision.because if (kept := text_of(each))] or None,
        "candidates": [
            {
                "customer": each.customer or None, "allocations": _allocations(each.allocations, line.currency),
                "confidence": Decimal(f"{each.confidence:.3f}"),
                "because": [kept for text in each.because if (kept := text_of(text))] or None,
            }
            for each in decision.candidates
        ] or None,
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value is not None}


def _allocations(rows: Sequence[Allocation], currency: str) -> list[dict[str, Any]] | None:
    found = []
    for each in rows:
        if not each.document:
            continue  # the rest is the customer's
        granted = {"discount": each.discount, "write_off": each.write_off, "fee": each.fee}
        shown = {name: Money(amount, currency).amount for name, amount in granted.items() if amount}
        found.append({"document": each.document, "amount": Money(each.amount, currency).amount, **shown})
    return found or None


def ensure_free(path: str) -> None:
    """Raises ``UsageError`` where something stands there already: it may be what somebody is editing."""
    if os.path.lexists(path):
        raise UsageError(f"{path} is there already", "name another file, or move that one away")
    if not os.path.isdir(os.path.dirname(path) or "."):
        raise UsageError(f"{os.path.dirname(path)} is no folder", "make it first")


def write_proposal(path: str, text: str) -> None:
    tables.write_file(path, text.encode())


@dataclass
class Application:
    """``apply FILE``: planning reads the file anew against the books as they are."""

    path: str

    def plan(self, books: Books) -> Plan:
        """Raises ``BillError`` with every line that no longer holds; nothing is booked then."""
        raw = tables.read_file(self.path)
        entity, problems = read_loose(raw, self.path, Proposal, {})
        if not isinstance(entity, Proposal):
            raise BillError(f"{self.path} cannot be read as a proposal", "nothing was written", tuple(problems))
        wanted = [(at, each) for at, each in enumerate(entity.lines) if each.decision != "open"]
        found = [Diagnostic("E666", message, self.path, ("lines", at, key), hint=hint) for at, key, message, hint in _twice(wanted)]
        known = bank_queries.lines(books.index, [each.line for _, each in wanted])
        settings = books.settings()
        booking = Booking(books, settings)
        verdicts: list[tuple[int, Verdict]] = []
        for at, each in wanted:
            there = known.get((each.account, each.line))
            if wrong := _no_longer(books, each, there):
                key, message, hint = wrong
                found.append(Diagnostic("E666", message, self.path, ("lines", at, key), hint=hint))
            elif there is not None:
                verdicts.append((at, _verdict(Spot(there.account, there.statement, there.line), each)))
        verdicts = _by_whom(books, settings, verdicts)
        booking.prepare([each for _, each in verdicts])
        for at, verdict in verdicts:
            try:
                booking.take(verdict)
            except BillError as error:
                found.append(Diagnostic("E666", error.message, self.path, ("lines", at, "decision"), hint=error.hint or _HINT))
        if found:
            some = counted(len({each.path[1] for each in found}), "line")
            raise BillError(f"{some} of {self.path} cannot be booked as proposed", "nothing was written", tuple(locate_all(raw, found)))
        left = len(entity.lines) - len(wanted)
        summary = [f"{counted(len(wanted), 'line')} of {os.path.basename(self.path)}", *booking.words()]
        summary += [f"  {_said(verdict)}" for _, verdict in verdicts]
        summary += [f"{counted(left, 'line')} left open"] if left else []
        steps = tuple(booking.steps())
        return Plan("reconcile apply", steps, tuple(summary), {"booked": len(verdicts)}, booking.relies_on())


_HINT = 'look at the line: "bill reconcile review", or leave it open'


def _twice(wanted: Sequence[tuple[int, ProposedLine]]) -> list[tuple[int, str, str, str]]:
    met: set[tuple[str, str]] = set()
    found = []
    for at, each in wanted:
        if (each.account, each.line) in met:
            found.append((at, "line", f"the line {quoted(each.line)} stands twice", "one decision for each line"))
        met.add((each.account, each.line))
    return found


def _no_longer(books: Books, each: ProposedLine, there: bank_queries.KnownLine | None) -> tuple[str, str, str] | None:
    """(key, message, hint) where the line is not, or no longer, as the proposal says."""
    if there is None:
        return "line", f"the account {each.account} has no line {quoted(each.line)}", "import the statement first"
    line = there.line
    if there.decision:
        words = f"the line {quoted(each.line)} was decided on {there.decided_on} already"
        return "line", words, f'take it out; or first "bill reconcile undo {each.line}"'
    if each.currency != line.currency or any(decimals(amount) > digits(each.currency) for amount in _amounts(each)):
        return "currency", f"the line is in {line.currency}", "leave it as it was; an amount has the decimals of its currency"
    amount = Money.of(each.amount, each.currency).minor
    if (amount, each.date) != (line.amount, line.booked_on):
        return "amount", f"the line is over {Money(line.amount, line.currency)} of {line.booked_on}", "leave date and amount as they were"
    if each.decision == "ignore" and not each.reason:
        return "decision", "the line is ignored without a reason", "reason: in a few words"
    if each.customer and queries.customer(books.index, each.customer) is None:
        return "customer", f"there is no customer {quoted(each.customer)}", '"bill customer list" shows them'
    return None


def _amounts(each: ProposedLine) -> list[Decimal]:
    rows = [(row.amount, row.discount, row.write_off, row.fee) for row in each.allocations]
    return [each.amount, *(amount for row in rows for amount in row if amount is not None)]


def _verdict(spot: Spot, each: ProposedLine) -> Verdict:
    confidence = float(each.confidence) if each.confidence is not None else None
    return Verdict(
        spot.account, spot.statement, spot.line, each.decision, "person", each.customer or "",
        tuple(_allocation(row, each.currency) for row in each.allocations), each.payment or "", confidence, each.because, each.reason or "",
    )  # fmt: skip


def _allocation(row: ProposedAllocation, currency: str) -> Allocation:
    amounts = (
        Money.of(amount, currency).minor if amount is not None else 0 for amount in (row.amount, row.discount, row.write_off, row.fee)
    )
    return Allocation(row.document, *amounts)


def _by_whom(books: Books, settings: Any, verdicts: list[tuple[int, Verdict]]) -> list[tuple[int, Verdict]]:
    """What bill would book by itself just so is bill's own decision, and teaches nothing; all else is a person's."""
    spots = [Spot(each.account, each.statement, each.line) for _, each in verdicts]
    told = decide_all(books, settings, spots)
    found = []
    for (at, mine), spot, decision in zip(verdicts, spots, told, strict=True):
        own = verdict_of(spot, decision)
        found.append((at, mine._replace(by=own.by) if own is not None and _same(mine, own, decision) else mine))
    return found


def _same(mine: Verdict, own: Verdict, decision: Decision) -> bool:
    named = {each for each in decision.allocations if each.document}
    return mine.decision == own.decision and set(mine.allocations) == named and mine.payment == own.payment


def _said(verdict: Verdict) -> str:
    line = verdict.line
    what = ", ".join(each.document for each in verdict.allocations) or verdict.payment or verdict.customer or verdict.reason
    return f"{line.id}  {line.booked_on}  {Money(line.amount, line.currency)}  {verdict.decision}: {what}"
