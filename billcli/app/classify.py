"""``bill classify``: what the rules of ``rules.yaml`` add, which of them decided, what is wrong with them, and writing it down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from billcli.app.books import Books
from billcli.app.classified import OF, classified_on, rules
from billcli.core.classify import Account, Rule, Verdict, accounts, contradictions
from billcli.core.report import Column, Report, counted
from billcli.core.tags import refusal
from billcli.core.where import UnknownName
from billcli.errors import BillError
from billcli.index import dimension_queries, queries
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.plan import Edit, Plan


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
    for kind in OF:
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
    found: dict[str, set[str]] = {}
    unknown: list[UnknownName] = []
    for kind, every in lists.items():
        try:
            found[kind] = {row[0] for row in listed(books, every, kind, (), where, as_of).rows}
        except UnknownName as name:
            unknown.append(name)
            found[kind] = set()
    if len(unknown) == len(lists):
        raise UnknownName(unknown[0].name, dict.fromkeys(name for each in unknown for name in each.known))
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
    return accounts(every, [each for kind in OF for each in classified.of_kind(kind).values()])


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
        declared = books.declared()
        for kind, key, each in _decided(books, where, books.today):
            if each.value not in declared.get(each.dimension, ()):
                what = f"the rule {quoted(each.rule)} sets the {each.dimension} {quoted(each.value)}, which is not declared"
                raise BillError(f"{what}; nothing was changed", '"bill check" shows where it stands')
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
