"""Folding: the documents of a closed month move into one file for each kind, and back, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from billcli.core import addresses
from billcli.core.dates import month_end
from billcli.core.plan import Join, Plan, Remove, Step
from billcli.core.report import counted
from billcli.errors import BillError, UsageError
from billcli.model.values import quoted

_PERIOD = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?\Z", re.ASCII)
_NAMES = {
    "invoices": "invoice", "credit-notes": "credit note", "payments": "payment", "refunds": "refund", "write-offs": "write-off",
    "holds": "hold", "reconciliations": "reconciliation", "reminders": "reminder", "approvals": "approval", "deliveries": "delivery",
    "findings": "finding",
}  # fmt: skip


class Month(NamedTuple):
    """The documents of one kind and month: the folded file, those in it, and those in files of their own, by path in their order."""

    file: str
    inside: tuple[str, ...]
    beside: tuple[str, ...]


def months_of(period: str) -> list[date]:
    """The first days of the months that are meant. Raises ``UsageError``."""
    match = _PERIOD.match(period)
    if not match or match[1] == "0000":
        raise UsageError(f"{quoted(period)} is neither a month nor a year", "write 2026-03 for a month, 2026 for a year")
    return [date(int(match[1]), month, 1) for month in ([int(match[2])] if match[2] else range(1, 13))]


def check_closed(period: str, months: Sequence[date], closed_through: date | None) -> None:
    """Raises ``BillError`` for a period that does not lie wholly in the closed one: documents still come into an open month."""
    last = month_end(months[-1].year, months[-1].month)
    if closed_through is not None and last <= closed_through:
        return
    so_far = f"the books are closed through {closed_through}" if closed_through else "no period of the books is closed"
    closed = [month for month in months if closed_through is not None and month_end(month.year, month.month) <= closed_through]
    if closed:
        hint = f'"bill fold {closed[-1]:%Y-%m}" folds the last month that is closed'
    else:
        hint = f'"bill close --through {last}" closes it first'
    raise BillError(f"{period} is not closed: {so_far}", hint)


def plan_fold(period: str, months: Sequence[Month]) -> Plan:
    """One folded file for each kind and month that has documents in files of their own; what is folded already stays in it."""
    steps: list[Step] = []
    relies_on = ["ledger.yaml"]
    for each in months:
        if each.beside:
            steps.append(Join(each.file, tuple(sorted((*each.inside, *each.beside), key=addresses.name_of))))
            steps += [Remove(path) for path in each.beside]
            relies_on += [each.file, *each.inside] if each.inside else []
    folded = [each for each in months if each.beside]
    if not folded:
        why = "is folded already" if any(each.inside for each in months) else "holds no documents"
        return Plan("nothing", (), (f"{period} {why}; nothing to do",), {"period": period})
    count = sum(len(each.beside) for each in folded)
    lines = [f"  {each.file}: {_counted(each.file, each.beside)}{_besides(each)}" for each in folded]
    summary = (f"{period} is folded: {counted(count, 'document')} in {counted(len(folded), 'file')}", *lines)
    return Plan(f"fold {period}", tuple(steps), summary, {"period": period, "documents": count}, tuple(relies_on))


def plan_unfold(period: str, months: Sequence[Month]) -> Plan:
    """Every document of the folded files goes back to a file of its own."""
    folded = [each for each in months if each.inside]
    if not folded:
        return Plan("nothing", (), (f"{period} is not folded; nothing to do",), {"period": period})
    steps: list[Step] = []
    for each in folded:
        for path in each.inside:
            if addresses.NAMELESS in addresses.name_of(path):
                message = f"a document in {each.file} does not say its number or id in a plain line of its own"
                raise BillError(message, "write it plainly; the file of each document is named after it")
            steps.append(Join(addresses.alone(path), (path,)))
        steps.append(Remove(each.file))
    count = sum(len(each.inside) for each in folded)
    lines = [f"  {addresses.month_folder(each.file)}/: {_counted(each.file, each.inside)}" for each in folded]
    summary = (f"{period} is unfolded: {counted(count, 'document')} in files of their own", *lines)
    relies_on = tuple(path for each in folded for path in each.inside)
    return Plan(f"unfold {period}", tuple(steps), summary, {"period": period, "documents": count}, relies_on)


def _counted(file: str, paths: Sequence[str]) -> str:
    return counted(len(paths), _NAMES[file.split("/", 1)[0]])


def _besides(month: Month) -> str:
    return f", besides {len(month.inside)} that it holds" if month.inside else ""
