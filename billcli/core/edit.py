"""Editing a file as text: what may change in it, and what never does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from difflib import unified_diff
from typing import Any

from billcli.core import seal
from billcli.core.facts import (
    CreditNoteFact,
    Draw,
    Fact,
    HoldFact,
    InstalmentFact,
    InvoiceFact,
    PaymentFact,
    PlanPart,
    RefundFact,
    Settlement,
    WriteOffFact,
)  # fmt: skip
from billcli.core.plan import CreateText, Plan
from billcli.core.report import counted
from billcli.errors import BillError
from billcli.model.values import quoted

_SHOWN = 80
_SEALED = {"invoice": "number", "credit-note": "number"}
Event = tuple[date, tuple[Any, ...]]
"""A day, and what changes in the books from it on."""


def plan_edit(path: str, before: str, after: str, command: str, result: dict[str, Any], reason: str, warnings: Sequence[str]) -> Plan:
    """Puts the text in the place of the other; the summary is the difference of the two."""
    difference = list(unified_diff(before.splitlines(), after.splitlines(), path, path, lineterm="", n=2))
    added = sum(line.startswith("+") for line in difference[2:])
    removed = sum(line.startswith("-") for line in difference[2:])
    said = f"{counted(added, 'line')} added, {removed} removed" if difference else "line ends changed"
    more = [f"and {len(difference) - _SHOWN} more lines"] if len(difference) > _SHOWN else []
    return Plan(
        command=command,
        steps=(CreateText(path, after, replace=True),),
        summary=(f"{path}: {said}", *difference[:_SHOWN], *more),
        result=result,
        relies_on=(path,) if before else (),
        warnings=tuple(warnings),
        reason=reason,
    )


def check_kept(kind: str, key: str, before: Any, after: Any) -> None:
    """Raises ``BillError`` where what never changes would: a number or id, and of an issued document whatever was printed."""
    if key and getattr(before, key) != getattr(after, key):
        name = getattr(before, key)
        message = f"the {key} is {quoted(getattr(after, key))} in the text; {name} stays {name}"
        raise BillError(message, f"{'an' if key == 'id' else 'a'} {key} never changes; what goes by another one is another document")
    if kind not in _SEALED:
        return
    name = getattr(before, key)
    if seal.digest(before) != seal.digest(after) or before.seal != after.seal:
        raise BillError(
            f"{name} is issued, and an issued document does not change",
            "correct it with a credit note, a void or a new document; notes, tags and x: may be edited",
        )
    if _voided(before) != _voided(after):
        command = f'"bill {kind} void {name}"'
        raise BillError(f"{name} would be void otherwise than now", f"{command} says whether it can be, and keeps its balance right")


def _voided(document: Any) -> date | None:
    return document.void.on if document.void else None


def check_closing(before: Any, after: Any, reason: str) -> None:
    """Raises ``BillError`` for ``closed_through`` in ``ledger.yaml`` moved on, and moved back without a reason."""
    old, new = before.closed_through, after.closed_through
    if old == new:
        return
    if new is not None and (old is None or new > old):
        raise BillError("closed_through would move on", f'"bill close --through {new}" looks at the books first')
    if not reason:
        opened = f"the days after {new}" if new else "all days"
        raise BillError(f"{opened} up to {old} would be open again", "say why: --reason TEXT goes into the audit trail")


def check_past(before: Iterable[Fact], after: Iterable[Fact], closed_through: date | None) -> None:
    """Raises ``BillError`` where anything would count otherwise on a day inside the closed period."""
    if closed_through is None:
        return
    gone, come = _past(before, closed_through), _past(after, closed_through)
    if gone == come:
        return
    moved = min(((gone - come) | (come - gone)), key=lambda each: (each[0], repr(each)))
    raise BillError(
        f"what counts on {moved[0]} would change, and the books are closed through {closed_through}",
        "a correction has a date after that: a document of its own, or a row that ends",
    )


def _past(facts: Iterable[Fact], closed_through: date) -> Counter[Event]:
    return Counter(event for event in events(facts) if event[0] <= closed_through)


def events(facts: Iterable[Fact]) -> Iterator[Event]:
    """Every change of a balance, of aging or of revenue that one document brings, on its day.

    The figures of a day follow from the events up to it, so equal events mean an equal past.
    """
    every = list(facts)
    begun = {each.number: each.issued_on for each in every if isinstance(each, InvoiceFact)}
    begun |= {each.id: each.booked_on for each in every if isinstance(each, HoldFact)}
    for fact in every:
        for on, *what in _events(fact, begun):
            if on is not None:
                yield on, tuple(what)


def _events(fact: Fact, begun: dict[str, date]) -> list[tuple[Any, ...]]:
    match fact:
        case InvoiceFact():
            figures = (fact.currency, fact.net, fact.tax, fact.gross, fact.type)
            due = (fact.due_on, fact.parts, fact.discount_until, fact.discount_percent)
            return [(fact.issued_on, fact.number, fact.customer, *figures, *due)]
        case InstalmentFact():
            return [(begun.get(fact.invoice), *fact)]
        case CreditNoteFact():
            credit = (fact.currency, fact.net, fact.tax, fact.gross, fact.corrects, fact.kind)
            return [(fact.issued_on, fact.number, fact.customer, *credit), (fact.voided_on, "void", fact.number)]
        case PaymentFact():
            came = (fact.currency, fact.amount, fact.fee, fact.received_on)
            return [(fact.booked_on, fact.id, fact.customer, *came), (fact.reversed_on, "reversed", fact.id)]
        case RefundFact():
            went = (fact.currency, fact.amount, fact.paid_on)
            return [(fact.booked_on, fact.id, fact.customer, *went), (fact.reversed_on, "reversed", fact.id)]
        case WriteOffFact():
            return [(fact.booked_on, fact.id, fact.customer, fact.kind, fact.currency, fact.amount, fact.tax_relief)]
        case Settlement():
            row = (fact.invoice, fact.kind, fact.amount, fact.value_on, fact.source_kind, fact.source)
            return [(fact.booked_on, *row), (fact.ended_on, "ended", fact.booked_on, *row)]
        case Draw():
            draw = (fact.refund, fact.source_kind, fact.source, fact.amount)
            return [(fact.booked_on, *draw), (fact.ended_on, "ended", fact.booked_on, *draw)]
        case HoldFact():
            what = (fact.id, fact.kind, fact.customer, fact.invoice, fact.currency, fact.amount, fact.parts)
            ends = [(fact.until, "until", fact.id), (fact.released_on, "released", fact.id, fact.outcome)]
            return [(fact.booked_on, *what), *ends]
        case PlanPart():
            return [(begun.get(fact.hold), *fact)]
    return []
