"""The history of all customers, day by day: what was known of each when an invoice was issued, and at the end.

One pass in the order of time. Nothing that came later than a day enters what is said of that day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from billcli.core.credit.course import CAP, OPEN, SETTLED, State
from billcli.core.credit.rules import Rules
from billcli.core.credit.score import ALL, Account, Features, Happened, Issued, Sums, decay, features


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
        apply, known = self._apply, self.accounts.get
        at, end = 0, len(happened)
        following = happened[0].day if end else 0
        for invoice in issued:
            number, customer, _, on, due, _ = invoice
            while at < end and following < on:
                apply(happened[at])
                at += 1
                following = happened[at].day if at < end else 0
            if number in wanted:
                cases.append(Case(invoice, self.features(customer, on - 1)))
            account = known(customer) or self.account(customer)
            state = states.get(due)
            if state is None:
                state = states[due] = State(OPEN, due, 0)
            account.open[number] = (invoice, state)
            if not account.first:
                account.first = on
        for each in happened[at:]:
            apply(each)
        return cases

    def features(self, customer: str, day: int) -> Features:
        """What is known of a customer at the end of a day on which no more has happened than was gone through."""
        return features(self.account(customer), day, self.until, self.rules, self.troubled)

    def _apply(self, event: Happened | Trouble) -> None:
        if isinstance(event, Trouble):
            self._trouble(event)
            return
        _, invoice, state, _ = event
        number = invoice.number
        account = self.accounts[invoice.customer]
        reopened = account.open.pop(number, None) is None
        if reopened:
            self._count(account, account.closed.pop(number), -1)
        if state.word == OPEN:
            account.open[number] = (invoice, state)
        else:
            account.closed[number] = event
            self._count(account, event, 1)
        if reopened:
            self._newest(account, invoice.issued_on)

    def _weight(self, day: int) -> float:
        """What an invoice of that day weighs on the last day."""
        found = self.weights.get(day)
        if found is None:
            found = self.weights[day] = decay(self.until - day, self.rules.half_life)
        return found

    def _count(self, account: Account, event: Happened, sign: int) -> None:
        """A paid invoice enters the sums of its customer and of its groups, or leaves them."""
        _, (number, _, currency, day, _, gross), (word, _, days), payments = event
        if word != SETTLED:
            return
        weight = self.weights.get(day) or self._weight(day)
        if sign < 0:
            weight = -weight
        if days > CAP:  # noqa: PLR1730 — a call of min() for each of a hundred thousand invoices
            days = CAP
        on_time = 0.0 if days else weight
        parts = weight if payments > 1 else 0.0
        late = weight * days
        for each in account.sums:
            each.count += sign
            each.weight += weight
            each.on_time += on_time
            each.part_payments += parts
            each.days += late
            if day > each.newest:  # noqa: PLR1730
                each.newest = day
        money = account.money.get(currency)
        if money is None:
            money = account.money[currency] = [0.0, 0.0, 0.0, 0.0]
        money[0] += weight * gross
        money[1] += weight * gross * days
        money[2] += sign * gross
        money[3] += sign
        if number in self.troubled:
            self._mark(account, weight)

    def _newest(self, account: Account, day: int) -> None:
        """An invoice of that day is not paid any more, or otherwise: what was newest beside it, of the customer and of its groups."""
        own = account.own
        if own.newest == day:
            own.newest = max((each.invoice.issued_on for each in account.closed.values() if each.state.word == SETTLED), default=0)
        for pool in account.pools:
            if pool.newest == day:
                pool.newest = max((each.own.newest for each in self.accounts.values() if pool in each.pools), default=0)

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
        closed = account.closed.get(event.number)
        if closed is not None and closed.state.word == SETTLED and (before > 0) != (now > 0):
            weight = self._weight(closed.invoice.issued_on)
            self._mark(account, weight if now > 0 else -weight)

    def _mark(self, account: Account, weight: float) -> None:
        for each in account.sums:
            each.disputes += weight
