"""What customers owe and will, beside their limits: from the books, from what is prepared, and from what one command makes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcli.app.books import Books
from billcli.app.credit_policy import graded
from billcli.app.open_parts import open_parts
from billcli.core.credit.limit import Exposure, Limit, Standing, limit_of, overdue_words
from billcli.core.credit.merged import successors
from billcli.core.credit.rules import Rules
from billcli.core.defaults import defaults
from billcli.core.dimensions import TREES, ancestors
from billcli.core.facts import RecurringDocument
from billcli.index import balances, find, queries, recurring_queries
from billcli.model.category_names import DIMENSIONS

if TYPE_CHECKING:
    from billcli.app.credit_coming import Amount


class Source(NamedTuple):
    """What an invoice is made from: ``drafts`` or ``recurring`` with the id; of a template also the key of the period."""

    kind: str
    name: str
    key: str = ""


class Coming(NamedTuple):
    """What a draft or the next period of a template will come to, minor units."""

    source: Source
    currency: str
    amount: int


class Limits:
    """All that limits are told from on a day; what is asked for is read, and read once. With ``whole`` all customers in one go.

    ``waiting`` are the templates whose turn comes later in the same command: what they will make does not stand against what is made
    before it, else two that do not fit together would keep each other back for ever.
    """

    def __init__(self, books: Books, day: date, rules: Rules, *, whole: bool = False, waiting: Collection[str] = ()) -> None:
        self.books = books
        self.day = day
        self.rules = rules
        self.whole = whole
        self.settings = books.settings()
        self.categories = books.categories()
        self.customers = {each.id: each for each in queries.customers(books.index)}
        self.successors = successors(self.customers)
        self.overridden = frozenset(queries.names(books.index, "limit_override"))
        self.left_out: list[tuple[str, str]] = []
        self._below: dict[str, list[str]] = {}
        for each in self.customers.values():
            if each.parent and each.id not in self.successors:
                self._below.setdefault(self._now(each.parent), []).append(each.id)
        self._exposures: dict[str, dict[str, Exposure]] = {}
        self._coming: dict[str, list[Coming]] | None = None
        self._documents: list[RecurringDocument] | None = None
        self._made: dict[str, dict[str, int]] = {}
        self._keys: set[str] = set()
        self._waiting = set(waiting)
        self._chosen: dict[str, tuple[Limit | None, str]] = {}

    def _now(self, customer: str) -> str:
        return self.successors.get(customer, customer)

    def may_have(self, customer: str) -> bool:
        """Whether a customer may have a limit, told without reading its file. One that was merged has that of its successor."""
        fact = self.customers[customer]
        if customer in self.successors:
            return False
        if fact.credit_limit is not None or self.rules.apply or customer in self.overridden:
            return True
        for dimension in DIMENSIONS:
            said = getattr(fact, dimension)
            names = ancestors(said) if said and dimension in TREES else (said,)
            if any(each.name in names and each.credit_limit is not None for each in getattr(self.categories.groups, dimension)):
                return True
        return False

    def limit(self, customer: str) -> tuple[Limit | None, str]:
        """The customer's own limit, and its currency."""
        found = self._chosen.get(customer)
        if found is None:
            whole = self.books.customer(customer)
            chosen = defaults(self.settings, self.categories, whole, graded(self.books, whole, self.day, self.settings))
            found = self._chosen[customer] = (limit_of(whole, chosen, self.day), str(chosen["currency"].value))
        return found

    def below(self, customer: str) -> list[str]:
        """Everybody below it, over however many steps."""
        found: list[str] = []
        waiting = [*self._below.get(customer, ())]
        while waiting:
            each = waiting.pop()
            if each not in found and each != customer:
                found.append(each)
                waiting += self._below.get(each, ())
        return found

    def above(self, customer: str) -> list[str]:
        found: list[str] = []
        at = self.customers[customer].parent
        while at is not None and (at := self._now(at)) in self.customers and at not in found and at != customer:
            found.append(at)
            at = self.customers[at].parent
        return found

    def standings(self, customer: str, without: Source | None = None) -> list[Standing]:
        """The customer by itself, and with everybody below it where there are such; ``without`` what is issued now."""
        limit, currency = self.limit(customer)
        own = self.exposure(customer, currency, without)
        amount, source = (limit.amount, limit.source) if limit else (None, "")
        found = [Standing(customer, currency, amount, source, own)]
        if limit is not None and (below := self.below(customer)):
            total = own
            for each in below:
                total = total.plus(self.exposure(each, currency, without))
            found.append(Standing(customer, currency, amount, source, total, len(below)))
        return found

    def uncounted(self, customer: str) -> list[tuple[str, int]]:
        """What the customer and everybody below it owe in other currencies than that of the limit, each for itself."""
        limit, own = self.limit(customer)
        if limit is None or limit.allowed:
            return []
        everybody = [customer, *self.below(customer)]
        found: dict[str, int] = {}
        for each in everybody:
            for currency in sorted({*self._booked(each), *(one.currency for one in self._prepared(each))} - {own}):
                found[currency] = found.get(currency, 0) + self.exposure(each, currency).total
        return [(currency, total) for currency, total in sorted(found.items()) if total]

    def late(self, customer: str) -> str | None:
        """Why nothing more should go out while too much is overdue, in the ledger's currency; not where somebody allowed another limit."""
        if self.rules.overdue_limit is None:
            return None
        company = self.settings.currency
        words = overdue_words(customer, self._booked(customer).get(company, Exposure()).overdue, self.rules, company)
        if words is None:
            return None
        limit, _ = self.limit(customer)
        return None if limit and limit.allowed else words

    def exposure(self, customer: str, currency: str, without: Source | None = None) -> Exposure:
        """In one currency; others do not add, and have no limit here."""
        parts = self._booked(customer).get(currency, Exposure())
        for each in self._prepared(customer):
            waits = each.source.kind == "recurring" and each.source.name in self._waiting
            if each.currency == currency and not waits and (without is None or each.source[:2] != without[:2]):
                parts = parts.plus(Exposure(**{each.source.kind: each.amount}))
        return parts.plus(Exposure(open=self._made.get(customer, {}).get(currency, 0)))

    def add(self, customer: str, currency: str, gross: int, source: Source | None = None) -> None:
        """An invoice that the same command makes: what comes after it stands beside it, and its template goes on to the next period."""
        sums = self._made.setdefault(self._now(customer), {})
        sums[currency] = sums.get(currency, 0) + gross
        if source is not None and self._coming is not None:
            for name, mine in self._coming.items():
                self._coming[name] = [each for each in mine if each.source[:2] != source[:2]]
        if source is not None and source.kind == "recurring":
            self._keys.add(source.key)
            self._waiting.discard(source.name)
            if self._coming is not None:
                self._note_template(self._coming, source.name)

    def _booked(self, customer: str) -> dict[str, Exposure]:
        """What is open, overdue and unapplied, by currency."""
        if self.whole:
            if not self._exposures:
                self._read(None)
        elif customer not in self._exposures:
            for each in [customer, *(old for old, now in self.successors.items() if now == customer)]:
                self._read(each)
        return self._exposures.setdefault(customer, {})

    def _read(self, customer: str | None) -> None:
        """Of one customer, or of all in one go."""

        def add(customer: str, currency: str, **more: int) -> None:
            sums = self._exposures.setdefault(self._now(customer), {})
            sums[currency] = sums.get(currency, Exposure()).plus(Exposure(**more))

        for part in open_parts(self.books, self.day, customer):
            add(part.customer, part.currency, open=part.open, overdue=part.open if part.overdue > self.rules.overdue_days else 0)
        for each in balances.unapplied(self.books.index, self.day, customer):
            add(each.customer, each.currency, unapplied=each.amount)

    def _prepared(self, customer: str) -> Sequence[Coming]:
        """Drafts and the next of each recurring template."""
        if self._coming is None:
            from billcli.app.credit_coming import draft_amount

            found: dict[str, list[Coming]] = {}
            for name in find.keys(self.books.index, "draft"):
                self._note(found, Source("drafts", name), draft_amount(self.books, name, self.day))
            for name in find.keys(self.books.index, "recurring"):
                self._note_template(found, name)
            self._coming = found
        return self._coming.get(customer, ())

    def _note_template(self, found: dict[str, list[Coming]], name: str) -> None:
        from billcli.app.credit_coming import recurring_amount

        if self._documents is None:
            self._documents = recurring_queries.documents(self.books.index)
        self._note(found, Source("recurring", name), recurring_amount(self.books, name, self.day, self._documents, self._keys))

    def _note(self, into: dict[str, list[Coming]], source: Source, found: Amount | str | None) -> None:
        if isinstance(found, str):
            kind = "draft" if source.kind == "drafts" else "recurring"
            document = self.books.draft(source.name) if kind == "draft" else self.books.recurring(source.name)
            self.left_out.append((self._now(document.customer), f"{kind} {source.name} is left out: {found}"))
        elif found is not None:
            customer, currency, amount = found
            into.setdefault(self._now(customer), []).append(Coming(source, currency, amount))


def limited(limits: Limits) -> Iterator[str]:
    """Every customer that may have a limit."""
    return (each for each in limits.customers if limits.may_have(each))
