"""Holds begun and released, as plans of files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from billcli.core.days import moved
from billcli.core.document import dated_id, document_data, made, path_of
from billcli.core.facts import HoldFact, InvoiceFact, Settlement
from billcli.core.hold_state import OUTCOMES, is_live
from billcli.core.plan import Change, Create, CreateBytes, Plan, Set
from billcli.core.settlement import balance, invoice_changes, lasting
from billcli.core.totals import figures
from billcli.errors import BillError, UsageError
from billcli.model.hold import Hold
from billcli.model.money import Money
from billcli.model.values import quoted

_OPTIONS = {
    "dispute": frozenset(("amount", "lines", "until")),
    "promise": frozenset(("amount", "until")),
    "plan": frozenset(("instalments",)),
    "manual": frozenset(("until",)),
}
_WORDS = {"amount": "--amount", "lines": "--line", "until": "--until", "instalments": "--instalment"}


class HoldRequest(NamedTuple):
    """What a person asks for; minor units of ``currency``. The last instalment without an amount is the rest."""

    kind: str
    customer: str
    invoice: str | None
    on: date
    reason: str
    until: date | None = None
    amount: int | None = None
    currency: str | None = None
    lines: tuple[int, ...] = ()
    instalments: tuple[tuple[date, int | None], ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    external_id: str | None = None
    notes: str | None = None


class Owed(NamedTuple):
    """What is open on the day a hold begins, minor units, of the invoice or of all the customer's; ``of`` names it.

    ``left`` is what stays open once everything written counts; ``state`` what the invoice is where that is nothing.
    """

    of: str
    open: int
    left: int
    state: str = "paid"


def owed_on(invoice: InvoiceFact, rows: Sequence[Settlement], on: date) -> Owed:
    """Raises ``BillError`` for a day before the invoice was issued."""
    if on < invoice.issued_on:
        raise BillError(f"{invoice.number} was issued on {invoice.issued_on}, after {on}", "a hold begins on that day at the earliest")
    changes = invoice_changes(invoice.issued_on, invoice.gross, rows)
    credited = sum(row.amount for row in rows if row.kind == "credit" and row.ended_on is None)
    state = "void" if invoice.voided_on else "fully credited" if credited >= invoice.gross else "paid"
    return Owed(invoice.number, balance(changes, on), lasting(changes), state)


def _named(kind: str) -> str:
    return "manual hold" if kind == "manual" else kind


def check_options(kind: str, invoice: str | None, given: Collection[str]) -> None:
    """Raises ``UsageError`` where a kind is unknown, or an option does not belong to it or is missing."""
    if kind not in OUTCOMES:
        raise UsageError(f"--kind: {quoted(kind)} is no kind of hold", "use one of: " + ", ".join(OUTCOMES))
    for option in given:
        if option not in _OPTIONS[kind]:
            allowed = ", ".join(_WORDS[each] for each in _WORDS if each in _OPTIONS[kind])
            raise UsageError(f"{_WORDS[option]} does not belong to a {_named(kind)}", f"a {_named(kind)} takes {allowed}")
    if kind in ("dispute", "plan") and invoice is None:
        raise UsageError(f"a {kind} is about an invoice", "name it with --invoice")
    if kind == "promise" and "until" not in given:
        raise UsageError("a promise has a day by which the money is to come", "give it with --until")
    if kind == "plan" and "instalments" not in given:
        raise UsageError("a plan has instalments", 'give each with --instalment "DATE:AMOUNT", the last one may leave the amount out')
    if "amount" in given and "lines" in given:
        raise UsageError("--line and --amount exclude each other", "dispute some lines, or an amount")


def line_total(invoice: Any, lines: Sequence[int]) -> int:
    """What these lines of an invoice come to with tax, minor units. Raises ``BillError`` for a line that is not there."""
    from billcli.model.settings import NO_TAX

    for line in lines:
        if not 1 <= line <= len(invoice.lines):
            raise BillError(f"{invoice.number} has no line {line}; it has {len(invoice.lines)}", "lines count from 1")
    codes: dict[str, Any] = {group.code: group for group in invoice.taxes} | {"none": NO_TAX}
    chosen = [invoice.lines[line - 1] for line in lines]
    return figures(chosen, codes, invoice.currency, invoice.rounding, invoice.prices).gross


def plan_new(
    request: HoldRequest, on: date, owed: Owed | None, others: Sequence[HoldFact], taken: Collection[str], copies: Sequence[CreateBytes]
) -> Plan:
    """The plan that begins a hold. ``on`` is the asked day, or the first open one after it; ``others`` are the customer's holds,
    ``taken`` the ids in use, without case, ``copies`` the evidence that comes into the ledger.

    Raises ``BillError`` for more than is owed, for a plan where nothing is open or another plan counts, and for the same hold again.
    """
    if request.until is not None and request.until < on:
        raise BillError(
            f"--until: {request.until} is before {on}, the day on which the hold begins",
            "it ends on that day or later; --on is the day it begins",
        )
    amount = request.amount
    instalments: tuple[tuple[date, int], ...] = ()
    if request.kind == "plan" and owed is not None:
        instalments = _instalments(request, on, owed, others)
        amount = owed.open
    elif owed is not None:
        amount = _amount(request, on, owed)
    hold = _document(request, on, amount, instalments, taken)
    _not_twice(hold, amount, others)
    return Plan(
        command="hold new",
        steps=(*copies, Create(path_of("holds", hold.id, on), "hold", document_data(hold))),
        summary=_summary(hold, request, {copy.path for copy in copies}),
        result={"id": hold.id},
        relies_on=("ledger.yaml",),
        given=(hold.id,),
    )


def _amount(request: HoldRequest, on: date, owed: Owed) -> int | None:
    """What the hold is over; None for all of it."""
    shown = Money(owed.open, request.currency or "EUR")
    if request.kind in ("dispute", "promise") and owed.open <= 0:
        raise BillError(f"{owed.of} has nothing open on {on}", f"a {request.kind} is about what is still to be paid")
    if request.lines and request.amount is not None:
        return min(request.amount, owed.open)
    if request.amount is not None and request.amount > owed.open:
        what = "in dispute" if request.kind == "dispute" else "promised"
        raise BillError(
            f"{owed.of} has {shown} open on {on}; {Money(request.amount, shown.currency)} cannot be {what}",
            "leave --amount out to hold all of it",
        )
    return request.amount


def _instalments(request: HoldRequest, on: date, owed: Owed, others: Sequence[HoldFact]) -> tuple[tuple[date, int], ...]:
    """The instalments with the rest filled in; together they are what is open."""
    currency = request.currency or "EUR"
    if owed.left <= 0 or owed.open <= 0:
        raise BillError(f"{owed.of} is {owed.state}; there is nothing to plan", f'"bill show {owed.of}" tells how it was settled')
    for other in others:
        if other.kind == "plan" and other.invoice == request.invoice and (other.released_on is None or other.released_on > on):
            hint = f'release it first: "bill hold release {other.id}"; both stay in the books'
            raise BillError(f"the plan {other.id} counts on {owed.of} already", hint)
    days = [day for day, _ in request.instalments]
    if days[0] < on:
        raise BillError(
            f"--instalment: {days[0]} is before {on}, the day on which the plan begins", "what is due already comes on that day"
        )
    for earlier, later in pairwise(days):
        if later <= earlier:
            raise UsageError(f"--instalment: {later} does not stand behind {earlier}", "the oldest due comes first, each day once")
    named = [amount for _, amount in request.instalments[:-1]]
    if any(amount is None for amount in named):
        raise UsageError("--instalment: only the last one may leave its amount out", "it is the rest")
    before = sum(amount or 0 for amount in named)
    last = request.instalments[-1][1]
    rest = owed.open - before if last is None else last
    if before + rest != owed.open or rest <= 0:
        total = Money(before + (last or 0), currency)
        hint = "an instalment without an amount, as the last one, is the rest"
        raise BillError(f"the instalments come to {total}; {owed.of} has {Money(owed.open, currency)} open on {on}", hint)
    return tuple(zip(days, [*(amount or 0 for amount in named), rest], strict=True))


def _document(request: HoldRequest, on: date, amount: int | None, instalments: Sequence[tuple[date, int]], taken: Collection[str]) -> Hold:
    currency = request.currency
    about = (request.kind, request.customer, request.invoice, on, request.until)
    same = (*about, amount, currency, request.lines, request.reason, instalments, request.external_id)
    money = {"amount": Money(amount, currency).amount, "currency": currency} if amount is not None and currency else {}
    fields = {
        "id": dated_id(on, request.customer, same, taken), "kind": request.kind, "customer": request.customer,
        "invoice": request.invoice, "on": on, "until": request.until, **money, "lines": request.lines or None, "reason": request.reason,
        "evidence": [{"file": file, "sha256": sha256} for file, sha256 in request.evidence] or None,
        "instalments": [{"due_on": day, "amount": Money(part, currency or "").amount} for day, part in instalments] or None,
        "external_id": request.external_id, "notes": request.notes,
    }  # fmt: skip
    return made(Hold, fields)


def _not_twice(hold: Hold, amount: int | None, others: Sequence[HoldFact]) -> None:
    said = (hold.kind, hold.invoice, hold.until, amount, hold.reason)
    for each in others:
        if (each.kind, each.invoice, each.until, each.amount, each.reason) == said and is_live(each, hold.on):
            hint = f'release it first if this is another one: "bill hold release {each.id}"'
            raise BillError(f"{each.id} says the same and counts already", hint)


def _summary(hold: Hold, request: HoldRequest, copied: Collection[str]) -> tuple[str, ...]:
    over = f" over {format(hold.amount, 'f')} {hold.currency}" if hold.amount is not None else ""
    lines = f", line {', '.join(map(str, hold.lines))}" if hold.lines else ""
    until = f" until {hold.until}" if hold.until else ""
    about = f"{hold.invoice} of {hold.customer}" if hold.invoice else hold.customer
    said = [f"{hold.kind} {hold.id}{over} on {about}{lines}, from {hold.on}{until}: {hold.reason}"]
    said += moved(hold.on, request.on, "it counts from")
    said += [f"  {format(each.amount, 'f')} {hold.currency} due {each.due_on}" for each in hold.instalments]
    said += [f"  evidence {each.file}{', copied into the ledger' if each.file in copied else ''}" for each in hold.evidence]
    return tuple(said)


def plan_release(hold: Hold, path: str, on: date, outcome: str | None, reason: str | None) -> Plan:
    """The plan that ends a hold from a day on. Raises ``BillError`` where it has ended, or had not begun."""
    if hold.released:
        raise BillError(f"{hold.id} was released on {hold.released.on}", "a hold ends once; begin a new one")
    if outcome is not None and outcome not in OUTCOMES[hold.kind]:
        raise UsageError(
            f"--outcome: {quoted(outcome)} is no outcome of a {_named(hold.kind)}", "use one of: " + ", ".join(OUTCOMES[hold.kind])
        )
    if on < hold.on:
        raise BillError(f"{hold.id} begins on {hold.on}, after {on}", f"the earliest possible day is {hold.on}")
    release = {"on": on, "outcome": outcome, "reason": reason}
    ended = f", {outcome}" if outcome else ""
    why = f": {reason}" if reason else ""
    return Plan(
        command="hold release",
        steps=(Change(path, "hold", (Set(("released",), {key: value for key, value in release.items() if value is not None}),)),),
        summary=(f"{hold.kind} {hold.id} on {hold.invoice or hold.customer} counts no more from {on}{ended}{why}",),
        result={"id": hold.id},
        relies_on=(path, "ledger.yaml"),
        reason=reason or "",
    )
