"""The history of all customers, day by day: what was known of each when an invoice was issued, and at the end.

One pass in the order of time. Nothing that came later than a day enters what is said of that day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from billcli.core.credit.course import CAP, OPEN, SETTLED, State
from billcli.core.credit.rules import Rules
from billcli.core.credit.score import ALL, Account, Features, Issued, Sums, decay, features


class Happened(NamedTuple):
    """From ``day`` on an invoice stands so; ``payments`` is in how many it was paid."""

    day: int
    invoice: Issued
    state: State
    payments: int = 1


class Trouble(NamedTuple):
    """From ``day`` on an invoice is disputed or its promise broken (``delta`` 1), or that no more (-1).

    Without an invoice it is a promise about all that the customer owed, as old as ``since``.
    """

    day: int
    number: str
    customer: str
    delta: int
    since: int = 0


class Case(NamedTuple):
    """An invoice with what was known of its customer on the day before it was issued."""

    invoice: Issued
    features: Features


class History:
    """Goes through the days once, up to ``until``. ``groups`` are the customers' groups, the one to be preferred first."""

    def __init__(self, rules: Rules, until: int, groups: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        self.rules = rules
        self.until = until
        self.groups = groups
        self.pools: dict[tuple[str, str], Sums] = {ALL: Sums(ALL)}
        self.accounts: dict[str, Account] = {}
        self.closed: dict[str, Happened] = {}
        self.weights: dict[int, float] = {}
        self.troubled: dict[str, int] = {}

    def account(self, customer: str) -> Account:
        found = self.accounts.get(customer)
        if found is None:
            keys = [*self.groups.get(customer, ()), ALL]
            for key in keys:
                if key not in self.pools:
                    self.pools[key] = Sums(key)
            found = self.accounts[customer] = Account(tuple(self.pools[key] for key in keys))
        return found

    def run(self, issued: Iterable[Issued], happened: Sequence[Happened | Trouble], wanted: Collection[str] = ()) -> list[Case]:
        """``issued`` and ``happened`` in the order of their days; a ``Case`` for each invoice whose number is ``wanted``."""
        cases: list[Case] = []
        states: dict[int, State] = {}
        at, end = 0, len(happened)
        for invoice in issued:
            while at < end and happened[at].day < invoice.issued_on:
                self._apply(happened[at])
                at += 1
            if invoice.number in wanted:
                cases.append(Case(invoice, self.features(invoice.customer, invoice.issued_on - 1)))
            account = self.accounts.get(invoice.customer) or self.account(invoice.customer)
            state = states.get(invoice.due_on)
            if state is None:
                state = states[invoice.due_on] = State(OPEN, invoice.due_on, 0)
            account.open[invoice.number] = (invoice, state)
            account.first = account.first or invoice.issued_on
        while at < end:
            self._apply(happened[at])
            at += 1
        return cases

    def features(self, customer: str, day: int) -> Features:
        """What is known of a customer at the end of a day on which no more has happened than was gone through."""
        return features(self.account(customer), day, self.until, self.rules, self.troubled)

    def _apply(self, event: Happened | Trouble) -> None:
        if isinstance(event, Trouble):
            self._trouble(event)
            return
        invoice = event.invoice
        account = self.accounts[invoice.customer]
        if account.open.pop(invoice.number, None) is None:
            self._count(account, self.closed.pop(invoice.number), -1)
        if event.state.word == OPEN:
            account.open[invoice.number] = (invoice, event.state)
        else:
            self.closed[invoice.number] = event
            self._count(account, event, 1)

    def _weight(self, day: int) -> float:
        """What an invoice of that day weighs on the last day."""
        found = self.weights.get(day)
        if found is None:
            found = self.weights[day] = decay(self.until - day, self.rules.half_life)
        return found

    def _count(self, account: Account, event: Happened, sign: int) -> None:
        """A paid invoice enters the sums of its customer and of its groups, or leaves them."""
        invoice, state = event.invoice, event.state
        if state.word != SETTLED:
            return
        day, gross = invoice.issued_on, invoice.gross
        weight = sign * self._weight(day)
        days = min(CAP, state.worst)
        on_time = 0.0 if days else weight
        parts = weight if event.payments > 1 else 0.0
        for each in account.sums:
            each.count += sign
            each.weight += weight
            each.on_time += on_time
            each.part_payments += parts
            each.days += weight * days
            if day > each.newest and sign > 0:
                each.newest = day
        money = account.money.get(invoice.currency)
        if money is None:
            money = account.money[invoice.currency] = [0.0, 0.0, 0.0, 0.0]
        money[0] += weight * gross
        money[1] += weight * gross * days
        money[2] += sign * gross
        money[3] += sign
        if sign > 0:
            account.last = days
        if invoice.number in self.troubled:
            self._mark(account, weight)

    def _trouble(self, event: Trouble) -> None:
        account = self.account(event.customer)
        if not event.number:
            account.broken += event.delta * self._weight(event.since or event.day)
            return
        before = self.troubled.get(event.number, 0)
        now = before + event.delta
        if now > 0:
            self.troubled[event.number] = now
        else:
            self.troubled.pop(event.number, None)
        closed = self.closed.get(event.number)
        if closed is not None and closed.state.word == SETTLED and (before > 0) != (now > 0):
            weight = self._weight(closed.invoice.issued_on)
            self._mark(account, weight if now > 0 else -weight)

    def _mark(self, account: Account, weight: float) -> None:
        for each in account.sums:
            each.disputes += weight
