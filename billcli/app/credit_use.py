"""Use cases on credit notes after their issue: applying them, taking that back, making them void."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from billcli.app import settling
from billcli.app.books import Books
from billcli.core.facts import CreditNoteFact
from billcli.core.plan import Plan
from billcli.core.settlement import by_day, lasting
from billcli.errors import BillError, UsageError
from billcli.index import queries
from billcli.model.money import Money

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.model.credit_note import CreditNote


def with_taken_back(books: Books, plan: Plan, note: CreditNote) -> Plan:
    """The plan of a new credit note with the discounts, bank charges and write-offs that it takes back of its invoice."""
    from billcli.core.take_back import take_back, taken_words

    assert note.corrects
    target = settling.targets(books, [note.corrects])[note.corrects]
    used = sum(Money.of(each.amount, note.currency).minor for each in note.applied)
    taken = used - max(target.open, 0)
    if taken <= 0:
        return plan
    granted = settling.granted(books, target.rows)
    changes = take_back(granted, taken, note.issued_on, note.number, note.currency)
    lines = [f"  {words} on {note.corrects} are taken back with it" for words in taken_words(granted, taken, note.currency)]
    return replace(
        plan, steps=(*plan.steps, *changes), summary=(*plan.summary, *lines), relies_on=(*plan.relies_on, *(each.path for each in changes))
    )


def plan_apply(number: str, invoices: tuple[str, ...], *, oldest_first: bool, for_other: bool, external_id: str | None = None) -> Planner:
    """Uses unapplied credit on invoices, from today on."""

    def planner(books: Books) -> Plan:
        from billcli.core.allocation import Purse, allocate
        from billcli.core.credit_use import plan_apply

        note, fact, settings = books.credit_note(number), _fact(books, number), books.settings()
        given = settling.wishes(books, settling.named_invoices(invoices), fact.currency)
        if settling.added_before(note, "applied", given, external_id):
            return Plan("nothing", (), (f"{number} is already applied so; nothing to do",), {"number": number})
        if fact.voided_on:
            raise BillError(f"{number} is void", "there is no credit in it")
        free = settling.source_free(books, fact)
        if lasting(free) <= 0:
            raise BillError(f"nothing of {number} is unapplied", f'"bill show {number}" tells what it settles')
        if not given and not oldest_first:
            raise UsageError("--invoice is missing", "--invoice N[:AMOUNT], or --oldest-first")
        policy = "oldest due" if oldest_first else None
        wishes, found = settling.chosen(books, fact.customer, fact.currency, given, policy, None, free)
        others = settling.others(books, fact.customer, (found[wish.invoice] for wish in wishes), allowed=for_other)
        purse = Purse(number, fact.currency, free, fact.issued_on, max(books.today, fact.issued_on), kind="credit")
        rows = allocate(purse, wishes, found, settings).rows
        if not rows:
            raise BillError(f"no open invoice takes anything of {number}", "name one with --invoice")
        _ensure_spendable(books, fact, sum(row.amount for row in rows if row.invoice != fact.corrects))
        relies_on = dict.fromkeys(["ledger.yaml", *(books.path("invoice", row.invoice) for row in rows)])
        also = settling.for_other_edits(note, others)
        return plan_apply(note, books.path("credit-note", number), rows, tuple(relies_on), also, external_id)

    return planner


def _ensure_spendable(books: Books, fact: CreditNoteFact, amount: int) -> None:
    """Raises ``BillError`` where credit for an invoice that is not paid would be used elsewhere."""
    if amount and amount > (most := max(settling.spendable(books, fact), 0)):
        shown = Money(most, fact.currency)
        message = f"{shown} of {fact.number} can be used elsewhere: the rest is credit for {fact.corrects}, which is not paid"
        raise BillError(message, f'apply it there: "bill credit-note apply {fact.number} --invoice {fact.corrects}"')


def plan_undo(number: str, invoices: tuple[str, ...], reason: str, on: date | None) -> Planner:
    """Takes applications back, of some invoices or of all."""

    def planner(books: Books) -> Plan:
        from billcli.core.credit_use import plan_undo
        from billcli.core.days import check_not_ahead, first_open_day
        from billcli.core.rows import live_rows

        note = books.credit_note(number)
        for each in invoices:
            books.path("invoice", each)
        rows = [row for row in live_rows(note, "applied") if not invoices or row.invoice in invoices]
        if missing := [each for each in invoices if each not in {row.invoice for row in rows}]:
            raise BillError(f"{number} settles nothing on {missing[0]}", f'"bill show {number}" tells what it settles')
        if not rows:
            raise BillError(f"{number} settles nothing")
        asked = on or books.today
        check_not_ahead(asked, books.today, "an application is taken back today or earlier")
        settings = books.settings()
        day = first_open_day(settings, asked)
        elsewhere = [(row.invoice, row.at) for row in rows if row.invoice != note.corrects]
        returned, changes = settling.returning(books, elsewhere, number, day, settings, field="applied")
        return plan_undo(note, books.path("credit-note", number), rows, day, asked, reason, returned, changes)

    return planner


def plan_void(number: str, reason: str, on: date | None) -> Planner:
    """Makes a credit note void while all of it is unapplied."""

    def planner(books: Books) -> Plan:
        from billcli.app.outbox.going import ensure_not_going
        from billcli.core.credit_use import plan_void
        from billcli.core.days import check_day

        fact = _fact(books, number)
        day = on or books.today
        check_day(day, books.settings(), books.today)
        ensure_not_going(books, "credit-note", number)
        free = settling.source_free(books, fact)
        return plan_void(fact, books.path("credit-note", number), free, max(by_day(free)), day, reason)

    return planner


def _fact(books: Books, number: str) -> CreditNoteFact:
    books.path("credit-note", number)
    fact = queries.credit_note(books.index, number)
    assert fact is not None
    return fact
