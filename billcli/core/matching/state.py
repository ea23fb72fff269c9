"""The open documents as the lines of a batch settle them one after another."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from billcli.core.matching.facts import Allocation, Books, Item, PastPayment, Settled


class Money(NamedTuple):
    """Money of a customer that is known: an earlier payment, or a line that this batch booked."""

    id: str
    customer: str
    on: date
    currency: str
    amount: int
    payer: str
    iban: str
    text: str
    line: str
    documents: tuple[str, ...]
    shares: tuple[tuple[str, int], ...] = ()
    batch: bool = False


class State:
    """What is open, settled and paid at the line that is judged."""

    def __init__(self, books: Books) -> None:
        self.items: dict[str, Item] = {}
        self.open: dict[str, Item] = {}
        self.settled: dict[str, Settled] = {}
        self.by_customer: dict[str, list[tuple[date, date, str]]] = defaultdict(list)
        self.by_amount: dict[tuple[str, int], set[str]] = defaultdict(set)
        self.paid: dict[str, list[Money]] = defaultdict(list)
        """Money by document."""
        self.money: dict[tuple[str, str, int], list[Money]] = defaultdict(list)
        """Money by customer, currency and amount."""
        self.sizes: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        self.by_size: dict[tuple[str, int], list[Money]] = defaultdict(list)
        self.known: dict[str, Money] = {}
        self.returned: set[str] = set()
        for item in sorted(books.items, key=lambda each: each.document):
            self.items[item.document] = item
            if item.open > 0:
                self._put(item)
        for settled in sorted(books.settled, key=lambda each: each.document):
            self.settled.setdefault(settled.document, settled)
        for past in sorted(books.payments):
            self.remember(_known(past))

    def _put(self, item: Item) -> None:
        self.open[item.document] = item
        insort(self.by_customer[item.customer], (item.due_on, item.issued_on, item.document))
        self.by_amount[item.currency, item.open].add(item.document)

    def _take(self, item: Item) -> None:
        del self.open[item.document]
        self.by_customer[item.customer].remove((item.due_on, item.issued_on, item.document))
        self.by_amount[item.currency, item.open].discard(item.document)

    def of(self, customer: str, currency: str, on: date) -> list[Item]:
        """The customer's open documents of that day, the oldest due first."""
        return [
            item
            for _, issued_on, document in self.by_customer.get(customer, ())
            if issued_on <= on and (item := self.open[document]).currency == currency
        ]

    def of_customer(self, customer: str) -> list[tuple[tuple[str, str, int], list[Money]]]:
        """The customer's money, by currency and amount."""
        return [(key, self.money[key]) for key in self.sizes.get(customer, ())]

    def remember(self, money: Money) -> None:
        self.known[money.id] = money
        for document in money.documents:
            self.paid[document].append(money)
        key = money.customer, money.currency, money.amount
        if key not in self.money:
            self.sizes[money.customer].append(key)
        self.money[key].append(money)
        self.by_size[money.currency, money.amount].append(money)

    def book(self, allocations: Iterable[Allocation], on: date) -> None:
        """Lowers what is open by what a line settles."""
        for each in allocations:
            item = self.open.get(each.document)
            if item is None:
                continue
            self._take(item)
            left = item.open - (abs(each.amount) + each.discount + each.write_off + each.fee)
            if left > 0:
                self._put(item._replace(open=left, discount=0, discount_until=None, last_paid_on=on))
            else:
                self.settled[item.document] = Settled(item.document, item.customer, item.currency, item.gross, on, item.references)

    def give_back(self, money: Money, on: date) -> None:
        """Opens again what a returned payment had settled, as far as that is known."""
        self.returned.add(money.id)
        shares = list(money.shares)
        if not shares:
            known = [self.items.get(document) or self.settled.get(document) for document in money.documents]
            if len(known) == 1 and known[0]:
                shares = [(money.documents[0], min(known[0].gross, money.amount))]
            elif known and all(known) and sum(each.gross for each in known if each) == money.amount:
                shares = [(each.document, each.gross) for each in known if each]
        for document, amount in shares:
            item = self.open.get(document)
            if item is not None:
                self._take(item)
                self._put(item._replace(open=min(item.gross, item.open + amount)))
                continue
            held = self.items.get(document)
            settled = self.settled.pop(document, None)
            if held is None and settled is not None:
                held = Item(document, "invoice", settled.customer, settled.currency, date.min, on, settled.gross, 0, settled.references)
            if held is not None:
                self._put(held._replace(open=min(held.gross, amount), discount=0, discount_until=None))


def _known(past: PastPayment) -> Money:
    return Money(
        past.id,
        past.customer,
        past.received_on,
        past.currency,
        past.amount,
        past.payer,
        past.iban,
        past.reference,
        past.line,
        past.documents,
    )
