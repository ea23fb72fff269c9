"""What SQL says of a balance at any date is what ``core.settlement`` says of the same facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple, TypeVar
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from billcli.app.reading import understand
from billcli.core import aging
from billcli.core.facts import CreditNoteFact, Draw, Fact, InvoiceFact, OpenInvoice, PaymentFact, Settlement
from billcli.core.settlement import Change, balance, invoice_changes, source_changes
from billcli.index import balances
from billcli.index.connection import Connection, open_index
from billcli.index.refresh import FileFacts, replace
from tests.index.ledgers import Row, credit_note, day, invoice, payment, refund, write_off

K = TypeVar("K")
DAYS = st.integers(0, 9).map(day)
AMOUNTS = st.integers(1, 12).map(lambda n: n * 5)
ROWS = st.lists(st.tuples(st.sampled_from(["R-1", "R-2", "R-3", "R-4"]), AMOUNTS, DAYS, st.none() | DAYS), max_size=4)
GRANTED = st.lists(st.sampled_from(["payment", "payment", "discount", "bank_charge", "write_off"]), max_size=4)
DRAWS = st.lists(st.tuples(st.sampled_from(["p-0", "p-1", "C-0", "C-1", "p-9"]), AMOUNTS, DAYS, st.none() | DAYS), min_size=1, max_size=3)
EVERY_DAY = [day(offset) for offset in range(-2, 13)]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, str]:
    found = {}
    for n in range(1, draw(st.integers(1, 4)) + 1):
        currency, settled = draw(st.sampled_from(["EUR", "EUR", "USD"])), draw(st.sampled_from([0, 5]))
        text = invoice(f"R-{n}", draw(AMOUNTS), draw(DAYS), currency=currency, void=draw(st.none() | DAYS), settled=settled)
        found[f"invoices/2026/01/R-{n}.yaml"] = text
    for n in range(draw(st.integers(0, 2))):
        found[f"credit-notes/2026/01/C-{n}.yaml"] = credit_note(
            f"C-{n}", draw(AMOUNTS), draw(DAYS), draw(ROWS), void=draw(st.none() | DAYS)
        )
    for n in range(draw(st.integers(0, 3))):
        found[f"payments/2026/01/p-{n}.yaml"] = payment(
            f"p-{n}", draw(AMOUNTS), draw(DAYS), draw(ROWS), reversed_on=draw(st.none() | DAYS), kinds=draw(GRANTED)
        )
    for n in range(draw(st.integers(0, 2))):
        text = refund(f"r-{n}", draw(DAYS), draw(DRAWS), reversed_on=draw(st.none() | DAYS))
        found[f"refunds/2026/01/r-{n}.yaml"] = text
    for n in range(draw(st.integers(0, 1))):
        found[f"write-offs/2026/01/w-{n}.yaml"] = write_off(f"w-{n}", draw(DAYS), draw(ROWS.filter(bool)))
    return found


_understood = lru_cache(1000)(understand)
"""The same documents are put into one index after another."""


def put(index: Connection, texts: dict[str, str], gone: Sequence[str] = ()) -> dict[str, list[Fact]]:
    """Makes the index hold these documents; returns their facts by file."""
    facts = {}
    changed = []
    for path, text in texts.items():
        kind, found, _ = _understood(text.encode(), path)
        assert kind, text
        facts[path] = found
        changed.append(FileFacts(path, (0, 0, 0, 0), False, "", kind, found, []))
    index.execute("BEGIN")
    replace(index, changed, gone)
    index.execute("COMMIT")
    return facts


@given(documents(), documents())
def test_many_documents_at_once_give_what_one_after_another_does(first: dict[str, str], then: dict[str, str]) -> None:
    """Past some number, sums and names are worked out anew over all documents instead of for those that changed."""
    gone = [path for path in first if path not in then]
    found = []
    for few in (0, 200):
        index = open_index(None)
        with mock.patch("billcli.index.derived._FEW", few):
            put(index, first)
            put(index, then, gone)
        found.append([sorted(index.execute(f"SELECT * FROM {table}")) for table in ("owed", "doubled", "invoices")])
    assert found[0] == found[1]


def hold(index: Connection, facts: list[Fact]) -> None:
    """The index and ``core`` agree on every day."""
    settlements = [each for each in facts if isinstance(each, Settlement)]
    owed = {
        each: invoice_changes(each.issued_on, each.gross, [row for row in settlements if row.invoice == each.number])
        for each in facts
        if isinstance(each, InvoiceFact)
    }
    draws = [each for each in facts if isinstance(each, Draw)]
    money: dict[PaymentFact | CreditNoteFact, tuple[list[Change], date]] = {}
    for each in facts:
        if isinstance(each, PaymentFact):
            rows = [row for row in settlements if (row.source_kind, row.source) == ("payment", each.id)]
            drawn = [draw for draw in draws if (draw.source_kind, draw.source) == ("payment", each.id)]
            money[each] = source_changes(each.booked_on, each.amount, rows, each.reversed_on, drawn), each.booked_on
        if isinstance(each, CreditNoteFact):
            rows = [row for row in settlements if (row.source_kind, row.source) == ("credit-note", each.number)]
            drawn = [draw for draw in draws if (draw.source_kind, draw.source) == ("credit-note", each.number)]
            money[each] = source_changes(each.issued_on, each.gross, rows, each.voided_on, drawn), each.issued_on
    for as_of in EVERY_DAY:
        open_ = {each.number: balance(changes, as_of) for each, changes in owed.items() if each.issued_on <= as_of}
        assert {each.number: each.open for each in balances.open_invoices(index, as_of)} == without_zero(open_)
        assert {each.fact.number: each.open for each in balances.invoice_balances(index, as_of)} == open_
        free: dict[tuple[str, str], int] = {}
        each_free: dict[str, int] = {}
        for source, (changes, begins) in money.items():
            if begins <= as_of:
                key = source.customer, source.currency
                each_free[_name(source)] = balance(changes, as_of)
                free[key] = free.get(key, 0) + each_free[_name(source)]
        assert {each.name: each.amount for each in balances.free_sources(index, as_of)} == without_zero(each_free)
        assert {(each.customer, each.currency): each.amount for each in balances.unapplied(index, as_of)} == without_zero(free)
        assert without_zero(balances.control_totals(index, as_of)) == without_zero(_control(owed, settlements, as_of))


def _name(source: PaymentFact | CreditNoteFact) -> str:
    return source.id if isinstance(source, PaymentFact) else source.number


def _control(owed: Iterable[InvoiceFact], settlements: list[Settlement], as_of: date) -> dict[str, int]:
    """Gross issued less what counts, by currency."""
    totals: dict[str, int] = {}
    invoices = list(owed)
    currency = {each.number: each.currency for each in invoices}
    for each in invoices:
        if each.issued_on <= as_of:
            totals[each.currency] = totals.get(each.currency, 0) + each.gross
    for row in settlements:
        if row.invoice in currency and row.booked_on <= as_of and (row.ended_on is None or as_of < row.ended_on):
            totals[currency[row.invoice]] = totals.get(currency[row.invoice], 0) - row.amount
    return totals


def without_zero(totals: dict[K, int]) -> dict[K, int]:
    return {name: total for name, total in totals.items() if total}


@settings(max_examples=settings().max_examples // 2)
@given(documents(), documents(), st.data())
def test_sql_and_core_agree_on_every_balance_at_every_date(first: dict[str, str], then: dict[str, str], data: st.DataObject) -> None:
    index = open_index(None)
    facts = put(index, first)
    hold(index, [fact for found in facts.values() for fact in found])
    gone = [path for path in first if path not in then and data.draw(st.booleans())]
    facts |= put(index, then, gone)
    hold(index, [fact for path, found in facts.items() if path not in gone for fact in found])
    index.close()


class Paid(NamedTuple):
    """A payment or credit note before it is written down."""

    credit: bool
    amount: int
    on: date
    rows: list[Row]
    ended_on: date | None

    def until(self, as_of: date) -> Paid:
        """As somebody would have known it at the end of that day."""
        rows = [(name, amount, on, _if_by(ended, as_of)) for name, amount, on, ended in self.rows if on <= as_of]
        return self._replace(rows=rows, ended_on=_if_by(self.ended_on, as_of))


def _if_by(day: date | None, as_of: date) -> date | None:
    return day if day and day <= as_of else None


@st.composite
def paid(draw: st.DrawFn, issued: list[tuple[int, date]]) -> Paid:
    """Nothing is settled before it is issued, nor with money that has not come."""
    on = draw(DAYS)
    rows = st.tuples(st.integers(0, len(issued) - 1), AMOUNTS, DAYS, st.none() | DAYS)
    found = [(f"R-{n}", amount, max(on, day, issued[n][1]), ended) for n, amount, day, ended in draw(st.lists(rows, max_size=3))]
    return Paid(draw(st.booleans()), draw(AMOUNTS), on, found, draw(st.none() | DAYS))


ISSUED = st.lists(st.tuples(AMOUNTS, DAYS), min_size=1, max_size=3)
BOOKS = ISSUED.flatmap(lambda issued: st.tuples(st.just(issued), st.lists(paid(issued), max_size=4)))


@settings(max_examples=settings().max_examples // 2)
@given(BOOKS)
def test_what_comes_later_changes_no_balance_of_an_earlier_day(books: tuple[list[tuple[int, date]], list[Paid]]) -> None:
    """Books cut off after a day, documents, rows and ends, give that day's figures."""

    def known(until: date) -> dict[str, str]:
        texts = {f"invoices/2026/01/R-{n}.yaml": invoice(f"R-{n}", gross, on) for n, (gross, on) in enumerate(books[0]) if on <= until}
        for n, each in enumerate(source.until(until) for source in books[1] if source.on <= until):
            if each.credit:
                texts[f"credit-notes/2026/01/C-{n}.yaml"] = credit_note(f"C-{n}", each.amount, each.on, each.rows, void=each.ended_on)
            else:
                texts[f"payments/2026/01/p-{n}.yaml"] = payment(f"p-{n}", each.amount, each.on, each.rows, reversed_on=each.ended_on)
        return texts

    def indexed(texts: dict[str, str]) -> Connection:
        index = open_index(None)
        put(index, texts)
        return index

    whole = indexed(known(date.max))
    for texts, days in groupby(EVERY_DAY, known):
        early = indexed(texts)
        for as_of in days:
            for ask in (balances.open_invoices, balances.unapplied):
                assert sorted(map(repr, ask(early, as_of))) == sorted(map(repr, ask(whole, as_of)))
            assert without_zero(balances.control_totals(early, as_of)) == without_zero(balances.control_totals(whole, as_of))
        early.close()
    whole.close()


@given(documents(), st.sampled_from(["due", "issued"]), st.sets(st.sampled_from(["R-1", "R-2"])))
def test_sums_of_what_is_open_are_those_of_the_invoices_one_by_one(texts: dict[str, str], basis: str, apart: set[str]) -> None:
    """A report adds up tens of thousands of invoices in the index, and it comes to what ``core`` makes of each."""
    index = open_index(None)
    put(index, texts)

    def added(found: Iterable[aging.OpenSum]) -> dict[tuple[str, str, int], int]:
        rows: dict[tuple[str, str, int], int] = {}
        for customer, currency, bucket, amount in found:
            rows[customer, currency, bucket] = rows.get((customer, currency, bucket), 0) + amount
        return rows

    def one_by_one(invoices: list[OpenInvoice], as_of: date) -> list[aging.OpenSum]:
        return aging.sums(aging.open_parts(invoices, {}, as_of, basis))

    for as_of in [*EVERY_DAY[::4], day(35), day(66), day(97), day(400)]:
        starts = aging.bucket_starts(as_of)
        together = balances.open_sums(index, as_of, apart, starts, issued=basis == "issued")
        others = balances.open_apart(index, as_of, apart)
        assert {each.number for each in others} <= apart
        found = added([*map(aging.OpenSum._make, together), *one_by_one(others, as_of)])
        assert found == added(one_by_one(balances.open_invoices(index, as_of), as_of))
