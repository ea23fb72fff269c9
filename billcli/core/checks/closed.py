"""Closed periods: what a person or a merge changed in them, and what waits for a day that is gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from billcli.core import addresses
from billcli.core.checks.facts import Closing, DraftLeft, Touched
from billcli.core.dates import month_end
from billcli.diagnostics import Diagnostic, Path

_MONTH = re.compile(r"/([0-9]{4})/([0-9]{2})[/.]")
_DAY = re.compile(r"/([0-9]{4}/[0-9]{2})/([0-9]{4}-[0-9]{2}-[0-9]{2})-[^/]*")
_NUMBERED = ("invoices/", "credit-notes/")
STALE_DAYS = 60
"""A draft whose day lies further back than this was forgotten."""


def check_closed(touched: Iterable[Touched], closings: Sequence[Closing], closed_through: date) -> Iterator[Diagnostic]:
    """W610: nothing in a period changes after it was closed. Whoever closes again has seen it: only what came later counts."""
    told = set()
    for each in touched:
        last = max((closing.through for closing in closings if _after(each, closing)), default=None)
        if last is None or not all(_after(each, closing) for closing in closings if closing.through >= last):
            continue
        day = _gone_day(each, closings) if each.gone else each.day
        if day is None or day > min(last, closed_through) or each.file in told:
            continue
        told.add(each.file)
        yield _changed(each, last)


def _after(each: Touched, closing: Closing) -> bool:
    """Within a clone the entries have an order; between clones there is only the clock. What is not noted yet is the last of all."""
    if each.seq == 0:
        return True
    return each.seq > closing.seq if each.clone == closing.clone else each.at > closing.at


def _gone_day(each: Touched, closings: Sequence[Closing]) -> date | None:
    """From when a file that is gone counted at the latest: from the day in its name where it was there before that day was closed."""
    if each.born is not None and (match := _DAY.search(addresses.alone(each.file))) and match[2][:7] == match[1].replace("/", "-"):
        day = date.fromisoformat(match[2])
        clone, seq, at = each.born
        born = each._replace(clone=clone, seq=seq, at=at)
        if any(closing.through >= day and not _after(born, closing) for closing in closings):
            return day
    return _end_of_month(each.file)


def _end_of_month(file: str) -> date | None:
    """The last day of the month whose folder, or folded file, the document was in."""
    if not (match := _MONTH.search(file)):
        return None
    year, month = int(match[1]), int(match[2])
    return month_end(year, month) if 1 <= month <= 12 else None


def _changed(each: Touched, through: date) -> Diagnostic:
    if each.gone:
        name = addresses.name_of(each.file) if addresses.is_address(each.file) else each.file.rpartition("/")[2]
        message = f"{name} is gone, though the books are closed through {through}"
        return Diagnostic("W610", message, each.file, hint='bring it back from git; "git log -- FILE" shows when it went')
    how = "was changed by hand" if each.by_hand else "was added"
    message = f"{each.day} lies in a closed period, and the file {how} after the books were closed through {through}"
    path: Path = ("issued_on",) if each.file.startswith(_NUMBERED) else ("on",)
    hint = '"git log -p -- FILE" shows the change; rows dated later do no harm, the next "bill close" takes note of them'
    return Diagnostic("W610", message, each.file, path, hint=hint)


def check_closed_through(closed_through: date, today: date) -> Iterator[Diagnostic]:
    """W611: a period is closed when it is over."""
    if closed_through >= today:
        message = f"closed_through: {closed_through} has not passed; nothing can be issued until then, and payments count from later days"
        hint = f"the latest possible day is {today - timedelta(days=1)}; write the day of the last close"
        yield Diagnostic("W611", message, "ledger.yaml", ("closed_through",), hint=hint)


def check_drafts(drafts: Iterable[DraftLeft], closed_through: date | None) -> Iterator[Diagnostic]:
    """W512: a draft that was issued, or whose day cannot be its day of issue any more."""
    for each in drafts:
        if each.invoice is not None:
            message = f'the external id "{each.external_id}" was issued as {each.invoice}'
            yield Diagnostic("W512", message, each.file, ("external_id",), hint=f'"bill draft delete {each.id}" throws the draft away')
        elif each.issued_on is not None and closed_through is not None and each.issued_on <= closed_through:
            message = f"the draft is meant for {each.issued_on}, which lies in a closed period"
            hint = f"give it a day from {closed_through + timedelta(days=1)} on, or throw it away"
            yield Diagnostic("W512", message, each.file, ("issued_on",), hint=hint)


def check_forgotten(drafts: Iterable[DraftLeft], closed_through: date | None, today: date) -> Iterator[Diagnostic]:
    """W512 for a draft whose day is long past, though it could still be issued."""
    for each in drafts:
        day = each.issued_on
        if (
            each.invoice is None
            and day is not None
            and (closed_through is None or day > closed_through)
            and (today - day).days > STALE_DAYS
        ):
            message = f"the draft was meant for {day}, {(today - day).days} days ago"
            yield Diagnostic("W512", message, each.file, ("issued_on",), hint="issue it with a day that is possible now, or throw it away")
