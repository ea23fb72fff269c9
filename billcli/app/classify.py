"""The rules of ``rules.yaml`` at work: what they make of customers, invoices and credit notes, derived on read or written down.

A rule about invoices is one about credit notes too: what is taken back is of the same kind as what was sold.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from billcli.app.books import Books
from billcli.core.classify import Account, Rule, Value, Verdict, accounts, contradictions, decide, rules_of
from billcli.core.facts import CustomerFact
from billcli.core.report import Column, Report, counted
from billcli.core.tags import refusal
from billcli.errors import BillError, UsageError
from billcli.index import dimension_queries, queries
from billcli.model.category_names import DIMENSIONS
from billcli.model.money import Money
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.plan import Edit, Plan


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
        standing = {each: self.standing(each) for each in self.facts}
        found = {}
        columns = ("customer", "type" if kind == "invoice" else "NULL", "currency", "gross", "net", "said", "issued_on")
        until = self._as_of.isoformat()
        for number, *row in dimension_queries.columns(self._index, kind, columns):
            if row[-1] > until or row[0] not in standing:
                continue
            row[1] = row[1] or types.get(number, "")
            explicit = {"tag": tags.get(number, ()), "category": categories.get(number, ())}
            verdicts = decide(self._of_invoices, explicit, lambda rule, name, row=row: self._invoice(rule, name, row, standing[row[0]]))  # type: ignore[misc]
            if verdicts:
                found[number] = verdicts
        return found

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
                late = self._late.get(fact.id)
                return Decimal(str(round(late, 1))) if late is not None else None
            case "tag":
                return ()
            case _:
                return (getattr(fact, name) or "",)

    def _invoice(self, rule: Rule, name: str, row: Sequence[Any], standing: Mapping[str, tuple[str, ...]]) -> Value:
        customer, type_, currency, gross, net, said, _ = row
        match name:
            case "type":
                return (type_,)
            case "currency":
                return (currency,)
            case "gross" | "net":
                fits = currency in (rule.currency or (self._currency,))
                return Money(gross if name == "gross" else net, currency).amount if fits else None
            case "text":
                return tuple(said.split("\n"))
            case "tag" | "industry" | "region" | "size" | "segment":
                return standing.get(name, ())
            case _:
                return self._customer(rule, name, self.facts[customer])

    @cached_property
    def _revenue(self) -> dict[tuple[str, str], int]:
        day = self._as_of
        before = day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
        return dimension_queries.revenue(self._index, before.isoformat(), day.isoformat())

    @cached_property
    def _counts(self) -> dict[str, int]:
        return dimension_queries.invoice_counts(self._index, self._as_of.isoformat())

    @cached_property
    def _late(self) -> dict[str, float]:
        return dimension_queries.days_late(self._index, self._as_of.isoformat())


def _with(explicit: Mapping[str, tuple[str, ...]], verdicts: Sequence[Verdict]) -> dict[str, tuple[str, ...]]:
    found = dict(explicit)
    for each in verdicts:
        if each.outcome == "decides":
            found[each.dimension] = (*found.get(each.dimension, ()), each.value)
    return found


_OF = {"customer": "customer", "invoice": "invoice", "credit-note": "invoice"}
"""The kinds that are classified, and what a rule is about that classifies them."""


def derived(books: Books, as_of: date, dimension: str, of: str) -> dict[str, tuple[str, ...]]:
    """What rules add in one dimension, by customer, invoice or credit note; nothing where no rule sets it."""
    every = rules(books)
    if not any(each.of == _OF[of] and name == dimension for each in every for name, _ in each.sets):
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
    known: dict[date, Classified] = books.__dict__.setdefault("_classified", {})
    if as_of not in known:
        known[as_of] = Classified(books, as_of, every)
    return known[as_of]


# bill classify


def classify_report(books: Books, where: str | None, as_of: date) -> Report:
    """What the rules add today: a row per customer, invoice or credit note and dimension."""
    columns = (
        Column("kind", "Of"), Column("id", "Which"), Column("dimension", "Dimension"), Column("value", "Value"),
        Column("rule", "Rule", "prose"),
    )  # fmt: skip
    rows = [(kind, key, each.dimension, each.value, each.rule) for kind, key, each in _decided(books, where, as_of)]
    notes = () if rules(books) else ("there are no rules: write them under classify: in rules.yaml",)
    return Report("classify", as_of, columns, rows, (), notes)


def _decided(books: Books, where: str | None, as_of: date) -> Iterator[tuple[str, str, Verdict]]:
    every = rules(books)
    if not every:
        return
    classified = classified_on(books, as_of, every)
    meant = _meant(books, where, as_of)
    for kind in _OF:
        found = classified.of_kind(kind)
        for key in sorted(found):
            if meant is None or key in meant[kind]:
                yield from ((kind, key, each) for each in found[key] if each.outcome == "decides")


def _meant(books: Books, where: str | None, as_of: date) -> Mapping[str, Collection[str]] | None:
    """By kind what ``--where`` asks for; a kind that does not have all its names is not asked for. Raises ``UsageError`` where none has."""
    if where is None:
        return None
    from billcli.app.credit_note import credit_note_list
    from billcli.app.customer import CustomerFilter, customer_list
    from billcli.app.invoice import InvoiceFilter, invoice_list
    from billcli.app.listing import listed

    lists = {
        "invoice": invoice_list(books, InvoiceFilter(), as_of), "credit-note": credit_note_list(books, as_of, None, None),
        "customer": customer_list(books, CustomerFilter(every=True), as_of),
    }  # fmt: skip
    found = {"invoice": {row[0] for row in listed(books, lists.pop("invoice"), "invoice", (), where, as_of).rows}}
    for kind, every in lists.items():
        try:
            found[kind] = {row[0] for row in listed(books, every, kind, (), where, as_of).rows}
        except UsageError:
            found[kind] = set()
    return found


def explain_report(books: Books, key: str, as_of: date) -> Report:
    """What every rule that fits one customer, invoice or credit note would set, which one decided and which lost. Raises ``BillError``."""
    every = rules(books)
    classified = classified_on(books, as_of, every)
    invoice = queries.invoice(books.index, key)
    fact = invoice or queries.credit_note(books.index, key)
    if key not in classified.facts and fact is None:
        hint = '"bill customer list", "bill invoice list" and "bill credit-note list" show them'
        raise BillError(f"there is no customer, invoice or credit note {quoted(key)}", hint)
    if fact is not None and fact.issued_on > as_of:
        raise BillError(f"{key} was issued on {fact.issued_on}, after {as_of}", "look from a later day")
    columns = (
        Column("dimension", "Dimension"),
        Column("value", "Value"),
        Column("rule", "Rule", "prose"),
        Column("outcome", "Outcome", "prose"),
    )
    if key in classified.facts:
        explicit, verdicts = classified.explicit(key), classified.customers.get(key, [])
        where = f"in customers/{key}.yaml"
    else:
        document = "invoice" if invoice else "credit-note"
        words = {name: dimension_queries.words(books.index, document, name).get(key, ()) for name in ("tag", "category")}
        explicit, verdicts = words, classified.of_kind(document).get(key, [])
        where = f"on the {document.replace('-', ' ')}"
    rows: list[tuple[str, str, str | None, str]] = [
        (name, value, None, f"stands {where}") for name, values in explicit.items() for value in values if value
    ]
    rows += [(each.dimension, each.value, each.rule, _outcome(each, where)) for each in verdicts]
    fitting = {each.rule for each in verdicts}
    kind = "customer" if key in classified.facts else "invoice"
    missed = [each.name for each in every if each.of == kind and each.name not in fitting]
    notes = (f"rules that do not fit: {', '.join(missed)}",) if missed else ()
    return Report("classify-explain", as_of, columns, rows, (), notes)


def _outcome(verdict: Verdict, where: str) -> str:
    match verdict.outcome:
        case "decides":
            return "decides"
        case "stands":
            return f"stands {where} already"
        case "explicit":
            return f"loses: what stands {where} wins"
        case "agrees":
            return f"as {quoted(verdict.to)} has decided"
        case _:
            return f"loses to {quoted(verdict.to)}, which comes first"


def audit_report(books: Books, as_of: date) -> Report:
    """How often each rule fits and decides, and what is wrong with it."""
    columns = (
        Column("rule", "Rule", "prose"), Column("of", "Of"), Column("fits", "Fits", "count"), Column("decides", "Decides", "count"),
        Column("explicit", "Written", "count", minor=True), Column("loses", "Loses", "count"), Column("finding", "Finding", "prose"),
    )  # fmt: skip
    every = rules(books)
    found = accounted(books, as_of, every)
    against = {second.name: f"contradicts {quoted(first.name)} on the {name}" for first, second, name in contradictions(every)}
    rows = [
        (each.name, each.of, mine.fired, mine.decided, mine.explicit, mine.lost, against.get(each.name) or finding(mine))
        for each in every
        for mine in (found[each.name],)
    ]
    return Report("classify-audit", as_of, columns, rows)


def accounted(books: Books, as_of: date, every: Sequence[Rule]) -> dict[str, Account]:
    classified = classified_on(books, as_of, every)
    return accounts(every, [each for kind in _OF for each in classified.of_kind(kind).values()])


def finding(account: Account) -> str | None:
    """What is wrong with a rule, if something is."""
    if not account.fired:
        return "never fits"
    if account.lost and not account.decided and not account.explicit:
        return "never decides: comes after " + ", ".join(quoted(each) for each in account.to)
    return None


def plan_write(where: str | None) -> Planner:
    """Writes down what the rules decide: groups and tags of customers, tags and category of documents under ``classification:``.

    Documents of a closed period stay as they are; what rules say of them is derived. A tag is not written where it may not stand.
    """

    def planner(books: Books) -> Plan:
        from billcli.core.plan import Append, Change, Plan, Set

        through = books.closed_through()
        issued = {
            kind: {number: date.fromisoformat(day) for number, day in dimension_queries.columns(books.index, kind, ["issued_on"])}
            for kind in ("invoice", "credit-note")
        }
        tags = {each.name: each for each in dimension_queries.tags(books.index)}
        edits: dict[tuple[str, str], list[Edit]] = {}
        summary = []
        closed = set()
        refused: Counter[str] = Counter()
        for kind, key, each in _decided(books, where, books.today):
            day = issued[kind][key] if kind in issued else books.today
            if kind in issued and through is not None and day <= through:
                closed.add(key)
                continue
            tag = tags.get(each.value) if each.dimension == "tag" else None
            if tag and (why := refusal(tag, kind, day)):
                refused[why[0]] += 1
                continue
            mine = edits.setdefault((kind, key), [])
            if kind == "customer":
                mine.append(Append(("tags",), each.value) if each.dimension == "tag" else Set(("groups", each.dimension), each.value))
            elif each.dimension == "tag":
                mine.append(Append(("classification", "tags"), each.value))
            else:
                mine.insert(0, Set(("classification", "category"), each.value))  # the order of the keys
            summary.append(f"{key}: {each.dimension} {each.value}, by the rule {quoted(each.rule)}")
        documents = counted(len(closed), "document")
        notes = [f"{documents} of the closed period stay as they are; what rules say of them is derived"] if closed else []
        notes += [f"{why}; not written {'once' if count == 1 else f'{count} times'}" for why, count in sorted(refused.items())]
        if not edits:
            return Plan("classify", (), ("everything is classified; nothing to do", *notes), {"classified": 0})
        steps = tuple(Change(books.path(kind, key), kind, tuple(mine)) for (kind, key), mine in edits.items())
        result = {"classified": len(edits)}
        return Plan("classify", steps, tuple(summary), result, relies_on=tuple(each.path for each in steps), warnings=tuple(notes))

    return planner
