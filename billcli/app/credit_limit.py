"""Use cases of credit limits: how customers stand, what an invoice would do, and another limit for a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from billcli.app.books import Books
from billcli.app.credit_policy import graded
from billcli.core import aging
from billcli.core.credit.limit import (
    Exposure,
    Limit,
    Override,
    Standing,
    limit_of,
    limit_report,
    overdue_words,
    plan_override,
    words_of,
)
from billcli.core.credit.rules import Rules
from billcli.core.defaults import defaults
from billcli.core.report import Report
from billcli.errors import BillError, UsageError
from billcli.index import balances, find, queries
from billcli.model.category_names import DIMENSIONS

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.plan import Plan


class Limits:
    """All that limits are told from on a day; what is asked for is read, and read once."""

    def __init__(self, books: Books, day: date, rules: Rules, *, without: str | None = None, whole: bool = False) -> None:
        self.books = books
        self.day = day
        self.rules = rules
        self.without = without
        self.whole = whole
        self.settings = books.settings()
        self.categories = books.categories()
        self.customers = {each.id: each for each in queries.customers(books.index)}
        self.overridden = frozenset(queries.names(books.index, "limit_override"))
        self.left_out: list[str] = []
        self._below: dict[str, list[str]] = {}
        for each in self.customers.values():
            if each.parent:
                self._below.setdefault(each.parent, []).append(each.id)
        self._exposures: dict[str, dict[str, Exposure]] = {}
        self._coming: dict[str, list[tuple[str, str, int]]] | None = None
        self._chosen: dict[str, tuple[Limit | None, str]] = {}

    def may_have(self, customer: str) -> bool:
        """Whether a customer may have a limit, told without reading its file."""
        fact = self.customers[customer]
        if fact.credit_limit is not None or self.rules.apply or customer in self.overridden:
            return True
        for dimension in DIMENSIONS:
            name = getattr(fact, dimension)
            if name and any(each.name == name and each.credit_limit is not None for each in getattr(self.categories.groups, dimension)):
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
        while at is not None and at in self.customers and at not in found and at != customer:
            found.append(at)
            at = self.customers[at].parent
        return found

    def standings(self, customer: str) -> list[Standing]:
        """The customer by itself, and with everybody below it where there are such."""
        limit, currency = self.limit(customer)
        own = self.exposure(customer, currency)
        amount, source = (limit.amount, limit.source) if limit else (None, "")
        found = [Standing(customer, currency, amount, source, own)]
        if limit is not None and (below := self.below(customer)):
            total = own
            for each in below:
                total = total.plus(self.exposure(each, currency))
            found.append(Standing(customer, currency, amount, source, total, len(below)))
        return found

    def exposure(self, customer: str, currency: str) -> Exposure:
        """In one currency; others do not add, and have no limit here."""
        if self.whole:
            if not self._exposures:
                self._read(None)
        elif customer not in self._exposures:
            self._read(customer)
        return self._exposures.get(customer, {}).get(currency, Exposure())

    def _read(self, customer: str | None) -> None:
        """Of one customer, or of all in one go."""

        def add(customer: str, currency: str, **more: int) -> None:
            sums = self._exposures.setdefault(customer, {})
            sums[currency] = sums.get(currency, Exposure()).plus(Exposure(**more))

        if customer is not None:
            self._exposures[customer] = {}
        invoices = balances.open_invoices(self.books.index, self.day, customer)
        instalments = queries.instalments_of(self.books.index, [each.number for each in invoices if each.parts > 1])
        for part in aging.open_parts(invoices, instalments, self.day, "due"):
            add(part.customer, part.currency, open=part.open, overdue=part.open if part.overdue > self.rules.overdue_days else 0)
        for each in balances.unapplied(self.books.index, self.day, customer):
            add(each.customer, each.currency, unapplied=each.amount)
        for each_customer, coming in self._all_coming().items():
            if customer in (None, each_customer):
                for kind, currency, amount in coming:
                    add(each_customer, currency, **{kind: amount})

    def _all_coming(self) -> dict[str, list[tuple[str, str, int]]]:
        """Drafts and the next of each recurring template, by customer."""
        if self._coming is None:
            from billcli.app.credit_coming import draft_amount, recurring_amount

            self._coming = {}
            for draft_id in find.keys(self.books.index, "draft"):
                if draft_id != self.without:
                    self._note("drafts", f"draft {draft_id}", draft_amount(self.books, draft_id, self.day))
            for template in find.keys(self.books.index, "recurring"):
                if template != self.without:
                    self._note("recurring", f"recurring {template}", recurring_amount(self.books, template, self.day))
        return self._coming

    def _note(self, kind: str, name: str, found: tuple[str, str, int] | str | None) -> None:
        if isinstance(found, str):
            self.left_out.append(f"{name} is left out: {found}")
        elif found is not None:
            customer, currency, amount = found
            assert self._coming is not None
            self._coming.setdefault(customer, []).append((kind, currency, amount))


def limit_list(books: Books, wanted: Sequence[str], as_of: date) -> Report:
    """How customers stand beside their limits; all that have one, or those that are named."""
    from billcli.app.credit import credit_rules

    for each in wanted:
        books.path("customer", each)
    limits = Limits(books, as_of, credit_rules(books), whole=not wanted)
    rows: list[Standing] = []
    for customer in wanted or [*limits.customers]:
        if wanted or limits.may_have(customer):
            found = limits.standings(customer)
            rows += found if wanted else [each for each in found if each.limit is not None]
    return limit_report(rows, as_of, limits.left_out)


def checked(books: Books, customer: str, currency: str, gross: int, source: str | None) -> Callable[[Plan], Plan]:
    """What the limits say to an invoice: the plan as it is, or with warnings. ``source`` is the draft or template it comes from.

    Raises ``BillError`` where the ledger blocks it.
    """
    from dataclasses import replace

    from billcli.app.credit import credit_rules

    rules = credit_rules(books)
    if rules.limit == "off":
        return lambda plan: plan
    limits = Limits(books, books.today, rules, without=source)
    concerned = [customer, *limits.above(customer)]
    if not (rules.overdue_limit or any(limits.may_have(each) for each in concerned)):
        return lambda plan: plan
    said: list[tuple[str, str]] = []
    for each in concerned:
        for standing in limits.standings(each):
            if each == customer or standing.family:
                after = standing._replace(parts=standing.parts.plus(Exposure(open=gross))) if standing.currency == currency else standing
                if after.over:
                    said.append((each, words_of(after)))
    own, (limit, _) = limits.settings.currency, limits.limit(customer)
    if (late := overdue_words(customer, limits.exposure(customer, own).overdue, rules, own)) and not (limit and limit.allowed):
        said.append((customer, late))
    if said and rules.limit == "block":
        hint = f'"bill credit limit {said[0][0]} --override AMOUNT --until DATE --approved-by NAME --reason TEXT" allows more'
        raise BillError("; ".join(words for _, words in said), hint)
    return lambda plan: replace(plan, warnings=(*plan.warnings, *(words for _, words in said)))


def over_limit(books: Books) -> tuple[list[Standing], Rules]:
    """Every customer, and everybody below one together, that stands beyond a limit."""
    from billcli.app.credit import credit_rules

    rules = credit_rules(books)
    if rules.limit == "off":
        return [], rules
    limits = Limits(books, books.today, rules, whole=True)
    found = [each for name in limits.customers if limits.may_have(name) for each in limits.standings(name)]
    return [each for each in found if each.over], rules


def plan_limit(customer: str, amount: str, until: date | None, approved_by: str | None, reason: str | None) -> Planner:
    """Another limit for a while, with who allowed it and why."""

    def planner(books: Books) -> Plan:
        from billcli.app.amounts import value_of
        from billcli.model.values import amount_in, parse_text

        for option, text in (("--until", until), ("--approved-by", approved_by), ("--reason", reason)):
            if not text:
                raise UsageError(f"{option} is missing", "another limit is for a while, and somebody answers for it")
        whole = books.customer(customer)
        currency = str(defaults(books.settings(), books.categories(), whole)["currency"].value)
        exact: Decimal = value_of(lambda typed: amount_in(typed, currency), amount, "--override")
        assert until is not None
        by, why = (value_of(parse_text, text or "", option) for option, text in (("--approved-by", approved_by), ("--reason", reason)))
        return plan_override(whole, books.path("customer", customer), Override(exact, books.today, until, by, why), currency)

    return planner
