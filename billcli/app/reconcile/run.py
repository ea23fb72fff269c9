"""``bill reconcile FILE…``: statements come in, what is certain is booked, the rest waits for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcli.app.books import Books
from billcli.app.reconcile.booking import Booking, Row
from billcli.app.reconcile.decide import Spot, decide_all, left_to_a_person
from billcli.app.reconcile.files import File, Imported, imported, read_files, read_report
from billcli.core.plan import Plan, Step
from billcli.core.report import counted
from billcli.index import bank_queries

if TYPE_CHECKING:
    from billcli.banks.read import Options


class Told(NamedTuple):
    """What a command shows: the rows of its files, and how many lines of them wait for a person."""

    rows: list[Row]
    open: int
    later: int
    """How many wait for what this very command books."""
    as_of: date


@dataclass
class Run:
    """One command; planning fills ``told``. Without files the lines that are open are looked at again."""

    paths: Sequence[str] = ()
    account: str | None = None
    report: str | None = None
    """A provider's report of payouts."""
    options: Options | None = None
    """What was said of the files where they do not say it themselves."""
    books_lines: bool = True
    """Whether what is certain is booked, or only proposed."""
    writes: bool = True
    """Whether the documents are wanted; a dry run shows the lines alone."""
    told: Told = field(default_factory=lambda: Told([], 0, 0, date.min))
    files: Sequence[File] | None = None

    def plan(self, books: Books) -> Plan:
        """Raises ``BillError``; nothing is booked of a file that cannot be taken whole."""
        settings = books.settings()
        if self.files is None:
            self.files = read_files(self.paths, books.root, self.options, settings.currency)
        brought = imported(books, self.files, self.account)
        spots, earlier = _spots(books, brought, self.account)
        payouts = read_report(self.report, settings.currency) if self.report is not None else []
        decided = decide_all(books, settings, [*earlier, *spots], payouts)
        twins = _twins(books, brought, [*earlier, *spots])
        decided = [
            left_to_a_person(decision, twins[spot.account, spot.line.id]) if (spot.account, spot.line.id) in twins else decision
            for spot, decision in zip([*earlier, *spots], decided, strict=True)
        ]
        booking = Booking(books, settings)
        booking.desk.any_fee = bool(payouts)
        booking.prepare(decided)
        rows = [booking.row(spot, decision) for spot, decision in zip([*earlier, *spots], decided, strict=True)]
        old = rows[: len(earlier)]
        mine = [row for row in old if row.booked or not self.books_lines or not self.paths] + rows[len(earlier) :]
        waiting = sum(row.decision.outcome not in _DONE for row in mine)
        later = sum(row.decision.outcome in _DONE - {"seen"} and not row.booked for row in mine) if booking.again else 0
        self.told = Told(mine, waiting, later, books.today)
        return self._plan(books, brought, booking, mine)

    def _plan(self, books: Books, brought: Imported, booking: Booking, rows: Sequence[Row]) -> Plan:
        steps: list[Step] = [*brought.steps, *(booking.steps() if self.books_lines and self.writes else ())]
        summary = [*brought.notes, *(booking.words() if self.books_lines else ()), *_counts(rows)]
        result = {"open": self.told.open, "booked": len(booking.decided)}
        command = "reconcile" if steps else "nothing"
        said = tuple(summary) or ("no line of a statement is open",)
        return Plan(command, tuple(steps), said, result, booking.relies_on(), warnings=tuple(brought.warnings))


_DONE = frozenset(("book", "ignore", "seen", "return", "refund"))


def _spots(books: Books, brought: Imported, account: str | None) -> tuple[list[Spot], list[Spot]]:
    """The lines of the files in their order, and before them the open lines that their accounts have already."""
    ids = [line.id for taken in brought.taken for line in taken.lines]
    known = bank_queries.lines(books.index, ids)
    spots = []
    first: dict[tuple[str, str], str] = {}
    for taken in brought.taken:
        for line in taken.lines:
            key = (taken.account.id, line.id)
            there = known.get(key)
            statement = there.statement if there else first.setdefault(key, taken.statement)
            spots.append(Spot(taken.account.id, statement, line))
    mine = {(each.account, each.line.id) for each in spots}
    accounts = {taken.account.id for taken in brought.taken} or ({account} if account else None)
    waiting = bank_queries.open_lines(books.index)
    earlier = [
        Spot(each.account, each.statement, each.line)
        for each in waiting
        if (each.account, each.line.id) not in mine and (accounts is None or each.account in accounts)
    ]
    return spots, earlier


def _twins(books: Books, brought: Imported, spots: Sequence[Spot]) -> dict[tuple[str, str], str]:
    """Lines that the account may have under another id, from a file of another format: the words to say so.

    Of two such lines the one waits that comes after the other, or is open while the other is decided.
    """
    formats: dict[tuple[str, str], set[str]] = {}
    new: dict[tuple[str, date, int], list[str]] = {}
    for taken in brought.taken:
        for line in taken.lines:
            formats.setdefault((taken.account.id, line.id), set()).add(taken.said.format)
            new.setdefault((taken.account.id, line.booked_on, line.amount), []).append(line.id)
    for account in dict.fromkeys(each.account for each in spots):
        said = {taken.said.format for taken in brought.taken if taken.account.id == account}
        for name, day, amount, form in bank_queries.of_several_formats(books.index, account, said):
            formats.setdefault((account, name), set()).add(form)
            new.setdefault((account, day, amount), []).append(name)
    order = {(each.account, each.line.id): at for at, each in reversed(list(enumerate(spots)))}
    decided = bank_queries.decisions(books.index) if any(len(each) > 1 for each in new.values()) else {}
    found: dict[tuple[str, str], str] = {}
    for spot in spots:
        key = (spot.account, spot.line.id)
        for other in new.get((spot.account, spot.line.booked_on, spot.line.amount), ()):
            there = (spot.account, other)
            first = there in decided or order.get(there, -1) < order[key]
            if other != spot.line.id and first and not formats[there] & formats.get(key, set()):
                found[key] = f"it may be the line {other}, which came in a file of another format"
                break
    return found


def _counts(rows: Iterable[Row]) -> list[str]:
    """How many lines come to what, in one line."""
    found: dict[str, int] = {}
    for each in rows:
        found[each.decision.outcome] = found.get(each.decision.outcome, 0) + 1
    words = {
        "book": "booked", "return": "returned", "refund": "refunded", "ignore": "ignored", "seen": "seen before",
        "suggest": "to be looked at", "duplicate": "paid twice", "open": "open",
    }  # fmt: skip
    told = [f"{found[name]} {word}" for name, word in words.items() if name in found]
    return [f"{counted(sum(found.values()), 'line')}: {', '.join(told)}"] if told else []
