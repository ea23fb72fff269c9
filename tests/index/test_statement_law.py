"""A statement comes to what the books say of an account, for any documents, any days and any split of the period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from billcli.core import statement
from billcli.core.account import Account, Movement, movements
from billcli.core.facts import CreditNoteFact, Draw, Fact, InvoiceFact, PaymentFact, RefundFact, Settlement, WriteOffFact
from billcli.index import balances
from billcli.index.connection import Connection, open_index
from billcli.index.refresh import FileFacts, replace
from billcli.index.statement_queries import documents_of
from tests.index.ledgers import day

CUSTOMERS = ("nord", "süd")
DAYS = st.integers(0, 9).map(day)
ENDS = st.none() | DAYS
AMOUNTS = st.integers(1, 12).map(lambda n: n * 5)
TARGETS = st.sampled_from(["R-1", "R-2", "R-3", "R-9"])
ROWS = st.lists(st.tuples(TARGETS, AMOUNTS, DAYS, ENDS), max_size=3)
KINDS = st.sampled_from(["payment", "payment", "payment", "discount", "bank_charge", "write_off"])


def an_invoice(number: str, customer: str, currency: str, gross: int, on: date, voided_on: date | None, settled: int) -> list[Fact]:
    found: list[Fact] = [
        InvoiceFact(
            number, customer, "sales", on, on, 1, currency, gross, 0, gross, None, None, None, None, "R", None, 0, None, "", "", None,
            voided_on, 1,
        )
    ]  # fmt: skip
    if settled:
        found.append(Settlement(number, "opening", settled, on, on, "invoice", number, None, "imported.settled_before"))
    if voided_on:
        found.append(Settlement(number, "void", gross, voided_on, voided_on, "invoice", number, None, "void.on"))
    return found


def a_payment(name: str, customer: str, currency: str, amount: int, on: date, reversed_on: date | None) -> Fact:
    return PaymentFact(name, customer, on, on, currency, amount, 0, None, None, None, None, "", reversed_on)


def a_credit_note(name: str, customer: str, currency: str, gross: int, on: date, voided_on: date | None) -> Fact:
    return CreditNoteFact(
        name, customer, on, currency, gross, 0, gross, None, None, "returned", "C", None, 0, None, "", "", None, voided_on
    )


@st.composite
def ledgers(draw: st.DrawFn) -> dict[str, list[Fact]]:
    """Documents of two customers, right ones and wrong ones alike: rows before their documents, spent twice, across currencies."""
    whose, currency = st.sampled_from(CUSTOMERS), st.sampled_from(["EUR", "EUR", "USD"])
    found: dict[str, list[Fact]] = {}
    for n in range(1, draw(st.integers(1, 3)) + 1):
        found[f"invoices/R-{n}"] = an_invoice(
            f"R-{n}", draw(whose), draw(currency), draw(AMOUNTS), draw(DAYS), draw(ENDS), draw(st.sampled_from([0, 5]))
        )
    sources = []
    for n in range(draw(st.integers(0, 3))):
        facts = [a_payment(f"p-{n}", draw(whose), draw(currency), draw(AMOUNTS), draw(DAYS), draw(ENDS))]
        for at, (to, amount, on, ended) in enumerate(draw(ROWS)):
            facts.append(Settlement(to, draw(KINDS), amount, on, on, "payment", f"p-{n}", ended, f"allocations[{at}].amount"))
        found[f"payments/p-{n}"] = facts
        sources.append(("payment", f"p-{n}"))
    for n in range(draw(st.integers(0, 2))):
        facts = [a_credit_note(f"C-{n}", draw(whose), draw(currency), draw(AMOUNTS), draw(DAYS), draw(ENDS))]
        for at, (to, amount, on, ended) in enumerate(draw(ROWS)):
            facts.append(Settlement(to, "credit", amount, on, on, "credit-note", f"C-{n}", ended, f"applied[{at}].amount"))
        found[f"credit-notes/C-{n}"] = facts
        sources.append(("credit-note", f"C-{n}"))
    for n in range(draw(st.integers(0, 1))):
        facts = [WriteOffFact(f"w-{n}", "nord", "bad-debt", draw(DAYS), "EUR", 5, "lost", None, "none", None, "")]
        for at, (to, amount, on, ended) in enumerate(draw(ROWS)):
            facts.append(Settlement(to, "write_off", amount, on, on, "write-off", f"w-{n}", ended, f"allocations[{at}].amount"))
        found[f"write-offs/w-{n}"] = facts
    for n in range(draw(st.integers(0, 2)) if sources else 0):
        facts = [RefundFact(f"r-{n}", "nord", draw(DAYS), draw(DAYS), "EUR", 5, None, None, "", draw(ENDS))]
        for at in range(draw(st.integers(1, 2))):
            kind, name = draw(st.sampled_from(sources))
            facts.append(Draw(f"r-{n}", kind, name, draw(AMOUNTS), draw(DAYS), draw(ENDS), f"draws[{at}].amount"))
        found[f"refunds/r-{n}"] = facts
    return found


def indexed(facts: dict[str, list[Fact]]) -> Connection:
    index = open_index(None)
    index.execute("BEGIN")
    replace(index, [FileFacts(path, (0, 0, 0, 0), False, "", path.split("/")[0], found, []) for path, found in facts.items()], ())
    index.execute("COMMIT")
    return index


def moved(index: Connection, customer: str) -> list[Movement]:
    return [each for each in movements(documents_of(index, [customer])) if each.account.customer == customer]


def owed(index: Connection, as_of: date) -> dict[Account, int]:
    """What the aging report says of every account."""
    found: dict[Account, int] = {}
    for invoice in balances.open_invoices(index, as_of):
        account = Account(invoice.customer, invoice.currency)
        found[account] = found.get(account, 0) + invoice.open
    for credit in balances.unapplied(index, as_of):
        account = Account(credit.customer, credit.currency)
        found[account] = found.get(account, 0) - credit.amount
    return found


EVERY_DAY = [day(offset) for offset in range(-1, 12)]


@settings(max_examples=settings().max_examples // 2)
@given(ledgers())
def test_opening_and_movements_are_what_aging_says_on_every_day(facts: dict[str, list[Fact]]) -> None:
    """The balance on the eve plus the movements of any period is the balance on its last day: both ends hold on all days."""
    index = indexed(facts)
    found = {customer: moved(index, customer) for customer in CUSTOMERS}
    for as_of in EVERY_DAY:
        books = owed(index, as_of)
        for customer, every in found.items():
            mine = {account: amount for account, amount in books.items() if account.customer == customer}
            proven = statement.proofs(every, mine, {}, as_of - timedelta(days=3), as_of)
            assert all(proof.holds for proof in proven), [proof.line() for proof in proven]
            assert {proof.account for proof in proven} >= set(mine)
    index.close()


@settings(max_examples=settings().max_examples // 2)
@given(ledgers(), DAYS)
def test_period_split_at_any_day_has_the_same_movements(facts: dict[str, list[Fact]], cut: date) -> None:
    index = indexed(facts)
    first, last = EVERY_DAY[0], EVERY_DAY[-1]
    none = statement.Beside((), (), ())

    def rows(since: date, until: date) -> list[tuple[object, ...]]:
        proven = statement.proofs(every, {}, {}, since, until)
        report = statement.activity(CUSTOMERS, every, proven, none, since, until)
        return [tuple(row) for row in report.rows if not str(row[2]).endswith("balance")]

    for customer in CUSTOMERS:
        every = moved(index, customer)
        halves = [*rows(first, cut), *rows(cut + timedelta(days=1), last)]
        assert sorted(map(repr, halves)) == sorted(map(repr, rows(first, last)))
    index.close()


@settings(max_examples=settings().max_examples // 2)
@given(ledgers())
def test_what_is_dated_later_changes_no_earlier_statement(facts: dict[str, list[Fact]]) -> None:
    """Books cut off after a day have the same movements up to it."""
    whole = indexed(facts)
    for as_of in EVERY_DAY[::3]:
        early = indexed({path: left for path, found in facts.items() if (left := until(found, as_of))})
        for customer in CUSTOMERS:
            assert known(moved(early, customer), as_of) == known(moved(whole, customer), as_of)
        early.close()
    whole.close()


def known(every: list[Movement], as_of: date) -> list[tuple[object, ...]]:
    """What counts; in wrong books a row may come before the document that its text names."""
    return sorted((each.account, each.on, each.kind, each.document, each.delta) for each in every if each.on <= as_of)


def until(facts: list[Fact], as_of: date) -> list[Fact]:
    """What somebody would have known at the end of that day; in wrong books rows may be there before their document."""
    return [each for fact in facts if (each := _until(fact, as_of)) is not None]


_BEGINS: dict[type, str] = {InvoiceFact: "issued_on", CreditNoteFact: "issued_on"}
_ENDS: dict[type, str] = {
    InvoiceFact: "voided_on", CreditNoteFact: "voided_on", PaymentFact: "reversed_on", RefundFact: "reversed_on", Settlement: "ended_on",
    Draw: "ended_on",
}  # fmt: skip


def _until(fact: Fact, as_of: date) -> Fact | None:
    if getattr(fact, _BEGINS.get(type(fact), "booked_on")) > as_of:
        return None
    name = _ENDS.get(type(fact))
    ended = getattr(fact, name) if name else None
    replaced: Callable[..., Fact] = fact._replace
    return replaced(**{str(name): None}) if ended is not None and ended > as_of else fact
