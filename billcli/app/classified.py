"""The rules of ``rules.yaml`` at work: what they make of customers, invoices and credit notes on a day, derived on read.

A rule about invoices is one about credit notes too: what is taken back is of the same kind as what was sold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property

from billcli.app.books import Books
from billcli.core.classify import Rule, Value, Verdict, decide, rules_of
from billcli.core.classify_documents import Documents
from billcli.core.facts import CustomerFact
from billcli.core.reports.days import Paid
from billcli.core.reports.table import ratio
from billcli.core.reports.window import Window, window
from billcli.index import dimension_queries, queries, report_queries
from billcli.index.report_queries import Grain
from billcli.model.category_names import DIMENSIONS
from billcli.model.money import Money


def rules(books: Books) -> list[Rule]:
    """As the index knows them; no file is read for it."""
    text = queries.settings(books.index).get("classify")
    return rules_of(json.loads(text)) if text else []


class Classified:
    """What the rules come to on a day. Each part is worked out when it is first asked for."""

    def __init__(self, books: Books, as_of: date, every: Sequence[Rule]) -> None:
        self._index = books.index
        self._as_of = as_of
        self._of_customers = [each for each in every if each.of == "customer"]
        self._of_invoices = [each for each in every if each.of == "invoice"]
        self._asked = frozenset(name for each in every for name in each.asks)
        self._currency = queries.settings(books.index)["currency"]
        self.facts = {each.id: each for each in queries.customers(books.index)}
        self.customer_tags = dimension_queries.words(books.index, "customer", "tag")

    def explicit(self, customer: str) -> dict[str, tuple[str, ...]]:
        fact = self.facts[customer]
        groups = {name: (said,) if (said := getattr(fact, name)) else () for name in DIMENSIONS}
        return {**groups, "tag": self.customer_tags.get(customer, ())}

    @cached_property
    def customers(self) -> dict[str, list[Verdict]]:
        """The verdicts by customer."""
        found = {}
        for customer, fact in self.facts.items():
            verdicts = decide(self._of_customers, self.explicit(customer), lambda rule, name, fact=fact: self._customer(rule, name, fact))  # type: ignore[misc]
            if verdicts:
                found[customer] = verdicts
        return found

    def standing(self, customer: str) -> dict[str, tuple[str, ...]]:
        """Where a customer stands, by itself or by a rule."""
        return _with(self.explicit(customer), self.customers.get(customer, ()))

    @cached_property
    def invoices(self) -> dict[str, list[Verdict]]:
        """The verdicts by invoice, of those issued by that day."""
        return self._documents("invoice", {})

    @cached_property
    def credit_notes(self) -> dict[str, list[Verdict]]:
        """The verdicts by credit note, of those issued by that day; each is of the type of the invoice it corrects."""
        return self._documents("credit-note", dict(dimension_queries.corrected_types(self._index)))

    def of_kind(self, kind: str) -> dict[str, list[Verdict]]:
        """By id or number."""
        return {"customer": lambda: self.customers, "invoice": lambda: self.invoices, "credit-note": lambda: self.credit_notes}[kind]()

    def _documents(self, kind: str, types: Mapping[str, str]) -> dict[str, list[Verdict]]:
        if not self._of_invoices:
            return {}
        tags = dimension_queries.words(self._index, kind, "tag")
        categories = dimension_queries.words(self._index, kind, "category")
        found = {}
        columns = ("customer", "type" if kind == "invoice" else "NULL", "currency", "gross", "net", "said", "issued_on")
        until = self._as_of.isoformat()
        for number, customer, type_, currency, gross, net, said, issued_on in dimension_queries.columns(self._index, kind, columns):
            if issued_on > until or customer not in self._standing:
                continue
            explicit = {"tag": tags.get(number, ()), "category": categories.get(number, ())}
            of_customer = self._standing[customer].get("tag", ())
            type_ = type_ or types.get(number, "")
            verdicts = self._sieve.decide(customer, type_, currency, gross, net, said, explicit, of_customer)
            if verdicts:
                found[number] = verdicts
        return found

    @cached_property
    def _standing(self) -> dict[str, dict[str, tuple[str, ...]]]:
        return {each: self.standing(each) for each in self.facts}

    @cached_property
    def _sieve(self) -> Documents:
        return Documents(self._of_invoices, self._of_document, self._currency)

    # what rules ask for

    def _customer(self, rule: Rule, name: str, fact: CustomerFact) -> Value:
        match name:
            case "customer":
                return (fact.id,)
            case "currency":
                return (fact.currency or self._currency,)
            case "revenue":
                currency = rule.currency[0] if rule.currency else self._currency
                return Money(self._revenue.get((fact.id, currency), 0), currency).amount
            case "invoices":
                return Decimal(self._counts.get(fact.id, 0))
            case "days_late":
                return self._late.get(fact.id)
            case "tag":
                return ()
            case _:
                return (getattr(fact, name) or "",)

    def _of_document(self, customer: str, rule: Rule, name: str) -> Value:
        """What a document's customer says, who stands where it does by rules too."""
        return self._standing[customer].get(name, ()) if name in DIMENSIONS else self._customer(rule, name, self.facts[customer])

    @cached_property
    def _revenue(self) -> dict[tuple[str, str], int]:
        """By customer and currency: the revenue of reports, over the twelve months that they take."""
        found: dict[tuple[str, str], int] = {}
        for each in report_queries.sales(self._index, window(None, self._as_of), Grain(customer=True), "net"):
            key = each.customer, each.currency
            found[key] = found.get(key, 0) + (each.amount if each.what == "sale" else -each.amount)
        return found

    @cached_property
    def _counts(self) -> dict[str, int]:
        return dimension_queries.invoice_counts(self._index, self._as_of.isoformat())

    @cached_property
    def _late(self) -> dict[str, Decimal]:
        """By customer the mean of ``bill report days-late`` over all the time until then."""
        every: dict[str, list[Paid]] = {}
        for each in report_queries.paid(self._index, Window(date.min, self._as_of, self._as_of)):
            every.setdefault(each.customer, []).append(each)
        return {customer: ratio(sum(each.late for each in mine), len(mine)) for customer, mine in every.items()}


def _with(explicit: Mapping[str, tuple[str, ...]], verdicts: Sequence[Verdict]) -> dict[str, tuple[str, ...]]:
    found = dict(explicit)
    for each in verdicts:
        if each.outcome == "decides":
            found[each.dimension] = (*found.get(each.dimension, ()), each.value)
    return found


OF = {"customer": "customer", "invoice": "invoice", "credit-note": "invoice"}
"""The kinds that are classified, and what a rule is about that classifies them."""


def derived(books: Books, as_of: date, dimension: str, of: str) -> dict[str, tuple[str, ...]]:
    """What rules add in one dimension, by customer, invoice or credit note; nothing where no rule sets it."""
    every = rules(books)
    if not any(each.of == OF[of] and name == dimension for each in every for name, _ in each.sets):
        return {}
    classified = classified_on(books, as_of, every)
    found: dict[str, tuple[str, ...]] = {}
    for key, verdicts in classified.of_kind(of).items():
        words = tuple(each.value for each in verdicts if each.dimension == dimension and each.outcome == "decides")
        if words:
            found[key] = words
    return found


def classified_on(books: Books, as_of: date, every: Sequence[Rule]) -> Classified:
    """Worked out once for a command."""
    return books.once(("classified", as_of), lambda: Classified(books, as_of, every))
