"""What holds must fulfil: fields that fit their kind, plans that add up and do not overlap, evidence that is still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

from billcli.core.checks.amounts import check_amounts
from billcli.core.checks.facts import Held
from billcli.core.facts import EvidenceFact
from billcli.core.hold_state import OUTCOMES
from billcli.diagnostics import Diagnostic, Path, dotted, undotted
from billcli.model.hold import Hold
from billcli.model.money import Money

_NEEDS = {"dispute": ("invoice",), "promise": ("until",), "plan": ("invoice", "instalments", "amount"), "manual": ()}
_NEVER = {"dispute": ("instalments",), "promise": ("instalments", "lines"), "plan": ("until", "lines"), "manual": ("instalments", "lines")}


def check_hold(hold: Hold) -> Iterator[Diagnostic]:
    """One hold by itself: decimals, fields of its kind, the order of its days, and of a plan that its parts come to its amount."""
    parts: list[tuple[Path, Decimal]] = [(("instalments", at, "amount"), each.amount) for at, each in enumerate(hold.instalments)]
    if hold.currency:
        yield from check_amounts([*([(("amount",), hold.amount)] if hold.amount is not None else []), *parts], hold.currency)
    yield from _fields(hold)
    yield from _days(hold)
    if hold.kind == "plan":
        yield from _plan(hold)


def _fields(hold: Hold) -> Iterator[Diagnostic]:
    """E620."""
    for name in _NEEDS[hold.kind]:
        if not getattr(hold, name):
            yield Diagnostic("E620", f"a {hold.kind} without {name}:", path=("kind",), hint=f"add {name}:, or another kind")
    for name in _NEVER[hold.kind]:
        if getattr(hold, name):
            yield Diagnostic("E620", f"{name}: does not belong to a {hold.kind}", path=(name,), hint="take it out, or write another kind")
    if hold.currency is None and (hold.amount is not None or hold.instalments):
        path: Path = ("amount",) if hold.amount is not None else ("instalments",)
        yield Diagnostic("E620", f"{path[0]}: in no currency", path=path, hint="add currency:, that of the invoice")
    outcome = hold.released.outcome if hold.released else None
    if outcome is not None and outcome not in OUTCOMES[hold.kind]:
        message = f'released.outcome: "{outcome}" is no outcome of a {hold.kind}'
        yield Diagnostic("E620", message, path=("released", "outcome"), hint="use one of: " + ", ".join(OUTCOMES[hold.kind]))


def _days(hold: Hold) -> Iterator[Diagnostic]:
    """E411."""
    days: list[tuple[Path, date | None]] = [(("until",), hold.until), (("released", "on"), hold.released.on if hold.released else None)]
    for path, day in days:
        if day is not None and day < hold.on:
            message = f"{dotted(path)}: {day} is before {hold.on}, the day it begins"
            yield Diagnostic("E411", message, path=path, hint="one of the two is mistyped")


def _plan(hold: Hold) -> Iterator[Diagnostic]:
    """E621."""
    if hold.instalments and hold.instalments[0].due_on < hold.on:
        message = f"instalments[0].due_on: {hold.instalments[0].due_on} is before {hold.on}, the day the plan begins"
        yield Diagnostic("E621", message, path=("instalments", 0, "due_on"), hint="what is due already comes on that day")
    for at, (earlier, each) in enumerate(pairwise(hold.instalments), 1):
        if each.due_on <= earlier.due_on:
            message = f"instalments[{at}].due_on: {each.due_on} does not stand behind {earlier.due_on}"
            yield Diagnostic("E621", message, path=("instalments", at, "due_on"), hint="the oldest due comes first, each day once")
    total = sum((each.amount for each in hold.instalments), Decimal(0))
    if hold.amount is not None and hold.instalments and total != hold.amount:
        message = f"the instalments come to {format(total, 'f')}; the plan is over {format(hold.amount, 'f')}"
        yield Diagnostic("E621", message, path=("instalments",), hint="a plan is over all that was open, no more and no less")


def check_held(held: Iterable[Held], lines_of: Callable[[str], Sequence[int]]) -> Iterator[Diagnostic]:
    """E411 and E622: a hold begins when its invoice is there, and is over no more than it. ``lines_of`` reads a dispute's file."""
    for each in held:
        if each.booked_on < each.issued_on:
            message = f"{each.invoice} was issued on {each.issued_on}, after {each.booked_on}"
            yield Diagnostic("E411", message, each.file, ("on",), hint="a hold begins on that day at the earliest")
        if each.amount is not None and each.currency == each.invoice_currency and each.amount > each.gross:
            shown = [Money(amount, each.invoice_currency) for amount in (each.amount, each.gross)]
            message = f"a {each.kind} over {shown[0]} of {each.invoice}, which is over {shown[1]}"
            yield Diagnostic("E622", message, each.file, ("amount",), hint="hold no more than was invoiced")
        for at, line in enumerate(lines_of(each.file) if each.kind == "dispute" else ()):
            if not 1 <= line <= each.lines:
                message = f"{each.invoice} has no line {line}; it has {each.lines}"
                yield Diagnostic("E622", message, each.file, ("lines", at), hint="lines count from 1 as they stand in the invoice")


def check_plans(held: Iterable[Held]) -> Iterator[Diagnostic]:
    """E623: on any day at most one plan counts on an invoice."""
    plans = [each for each in held if each.kind == "plan" and each.released_on != each.booked_on]
    for invoice, group in groupby(sorted(plans, key=lambda each: (each.invoice, each.booked_on, each.hold)), key=lambda each: each.invoice):
        for earlier, each in pairwise(group):
            if earlier.released_on is None or earlier.released_on > each.booked_on:
                message = f"{each.hold} and {earlier.hold} both count on {invoice} from {each.booked_on} on"
                hint = f'end the earlier one by then: "bill hold release {earlier.hold} --on {each.booked_on}"'
                yield Diagnostic("E623", message, each.file, ("on",), hint=hint)


def check_evidence(evidence: Iterable[tuple[str, EvidenceFact]], read: Callable[[str], bytes | str]) -> Iterator[Diagnostic]:
    """E624: what a hold names is there and is what it was. ``read`` gives a file's bytes, or why there are none."""
    for file, each in evidence:
        found = read(each.path)
        if isinstance(found, str):
            message = f"the evidence {each.path} cannot be shown: {found}"
            yield Diagnostic("E624", message, file, undotted(each.place), hint="bring it back as it was; git may have it")
        elif hashlib.sha256(found).hexdigest() != each.sha256.lower():
            message = f"the evidence {each.path} is not what it was when the hold began"
            yield Diagnostic("E624", message, file, undotted(each.place), hint="bring it back as it was; its SHA-256 stands beside it")
