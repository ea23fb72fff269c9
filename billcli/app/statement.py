"""``bill statement``: facts from the index, and the proof that the statement comes to what the books say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from billcli.app.books import Books
from billcli.app.hold_state import live_plans
from billcli.core import statement
from billcli.core.account import Account, Movement, movements
from billcli.core.facts import OpenInvoice, PaymentFact
from billcli.core.hold_state import is_live
from billcli.core.report import Report
from billcli.core.statement import Beside, Proof
from billcli.errors import BillError, UsageError
from billcli.index import balances, queries, reminder_queries, statement_queries
from billcli.model.money import Money
from billcli.model.values import quoted

KINDS = ("activity", "open")


def statement_report(books: Books, customers: Sequence[str], group: str | None, since: date | None, until: date, kind: str) -> Report:
    """The statement of these customers and of a group's, one after the other. ``since`` is the first of January where left out."""
    if kind not in KINDS:
        raise UsageError(f"--kind: {quoted(kind)} is not a kind of statement", "use one of: " + ", ".join(KINDS))
    if kind == "open" and since is not None:
        raise UsageError("--from goes with --kind activity", "open items are those of one day: leave it out, and name the day with --to")
    since = since or until.replace(month=1, day=1)
    if since > until:
        raise UsageError(f"--from {since} is after {until}", "name the first day with --from and the last one with --to")
    wanted = wanted_customers(books, customers, group)
    documents = statement_queries.documents_of(books.index, wanted)
    moved = [each for each in movements(documents) if each.account.customer in wanted]
    invoices = [each for each in balances.open_invoices(books.index, until) if each.customer in wanted]
    beside = _beside(books, wanted, documents.payments.values(), until)
    proven = _proven(moved, invoices, _unapplied(books, wanted, until), since, until)
    proven = _told(books, proven, moved, beside, customers, since, until)
    told = [each for each in wanted if each in {proof.account.customer for proof in proven}]
    if kind == "activity":
        return statement.activity(told, moved, proven, beside, since, until)
    several = queries.instalments_of(books.index, [each.number for each in invoices if each.parts > 1])
    items = statement.items_of(invoices, several, live_plans(books, until))
    return statement.open_items(told, items, proven, beside, until)


def wanted_customers(books: Books, customers: Sequence[str], group: str | None) -> list[str]:
    """In the order named, each once, then the group's by id."""
    if not customers and group is None:
        raise UsageError("whose statement?", 'name customers, or a group with --group; "bill customer list" shows them')
    for each in customers:
        books.path("customer", each)
    members: set[str] = set()
    if group is not None:
        from billcli.app.invoice import group_members

        members = group_members(books, group)
    return list(dict.fromkeys([*customers, *sorted(members)]))


def _unapplied(books: Books, wanted: Sequence[str], until: date) -> dict[Account, int]:
    found = balances.unapplied(books.index, until)
    return {Account(each.customer, each.currency): each.amount for each in found if each.customer in wanted}


def _proven(
    moved: Sequence[Movement], invoices: Iterable[OpenInvoice], unapplied: Mapping[Account, int], since: date, until: date
) -> list[Proof]:
    """Raises ``BillError`` where the movements of an account do not come to what the books say of it."""
    open_: dict[Account, int] = {}
    for each in invoices:
        account = Account(each.customer, each.currency)
        open_[account] = open_.get(account, 0) + each.open
    proven = statement.proofs(moved, open_, unapplied, since, until)
    if broken := [proof.line() for proof in proven if not proof.holds]:
        raise BillError("the statement does not add up to the books: " + "; ".join(broken), '"bill check" looks for the reason')
    return proven


def _told(
    books: Books, proven: Sequence[Proof], moved: Sequence[Movement], beside: Beside, named: Sequence[str], since: date, until: date
) -> list[Proof]:
    """Accounts that are empty and did not move are left out; whoever was named, or is held, gets at least one."""
    alive = {each.account for each in moved if since <= each.on <= until}
    alive |= {proof.account for proof in proven if proof.opening or proof.open or proof.unapplied}
    alive |= {each.account for each in beside.claims} | {each.account for each in beside.credits}
    told = [proof for proof in proven if proof.account in alive]
    without = {*named, *(hold.customer for hold in beside.holds)} - {proof.account.customer for proof in told}
    for customer in sorted(without):
        fact = queries.customer(books.index, customer)
        currency = fact.currency if fact and fact.currency else queries.settings(books.index)["currency"]
        told.append(Proof(Account(customer, currency), 0, 0, 0, 0))
    return told


def _beside(books: Books, wanted: Sequence[str], payments: Iterable[PaymentFact], until: date) -> Beside:
    credits_ = [
        statement.Credit(Account(each.customer, each.currency), each.kind, each.name, each.booked_on, each.whole, each.amount)
        for each in balances.free_sources(books.index, until)
        if each.customer in wanted
    ]
    claims = [
        statement.Claim(Account(each.customer, each.currency), each.reversed_on, each.id, charge)
        for each in sorted(payments, key=lambda each: (each.reversed_on or date.max, each.id))
        if each.customer in wanted and each.reversed_on is not None and each.reversed_on <= until and (charge := _charge(books, each))
    ]
    claims += _noticed(books, wanted, until)
    holds = [each for each in statement_queries.holds_of(books.index, wanted) if is_live(each, until)]
    return Beside(holds, claims, credits_)


def _noticed(books: Books, wanted: Sequence[str], until: date) -> list[statement.Claim]:
    """Fees and interest that notices claim, those handed over; the bank's charges stand there by their payments."""
    from billcli.core.delivery import COUNTS
    from billcli.core.dunning.levels import notice_stands

    notices = [each for each in reminder_queries.reminders(books.index, until) if each.customer in wanted]
    if not notices:
        return []
    ids = [each.id for each in notices]
    items, deliveries = reminder_queries.items_of(books.index, ids), reminder_queries.deliveries_of(books.index, ids)
    return [
        statement.Claim(Account(notice.customer, notice.currency), notice.booked_on, notice.id, amount, item.invoice, what)
        for notice in notices
        if notice_stands(deliveries.get(notice.id, ())) in COUNTS
        for item in items[notice.id]
        for amount, what in (
            (item.fee, f"fee of level {item.level}"),
            (item.fixed_sum, "fixed sum for recovery costs"),
            (item.interest, "late-payment interest"),
        )
        if amount
    ]


def _charge(books: Books, payment: PaymentFact) -> int:
    """What the bank took for the reversal; only the payment's own file says so."""
    reversal = books.payment(payment.id).reversed
    return Money.of(reversal.bank_charge, payment.currency).minor if reversal and reversal.bank_charge else 0
