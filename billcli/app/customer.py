"""Use cases on customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from billcli.app.books import Books
from billcli.app.repeated import answered
from billcli.core.plan import Plan
from billcli.core.report import Column, Report, View, currency_totals
from billcli.errors import BillError, UsageError
from billcli.index import balances, find, queries, recurring_queries
from billcli.model.category_names import DIMENSIONS
from billcli.model.money import Money
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner


def plan_add(fields: Mapping[str, Any]) -> Planner:
    """``fields`` are the keys of a customer file, ``id`` made from the name where left out. Raises ``BillError``."""

    def planner(books: Books) -> Plan:
        from billcli.core.checks.documents import check_document
        from billcli.core.customer import customer_id, plan_add
        from billcli.model.customer import Customer
        from billcli.store.read import checked

        customer = checked(Customer, {"id": customer_id(str(fields.get("name", ""))), **fields}, "customer")
        found = check_document("customer", customer)
        if found:
            raise BillError(found[0].message, found[0].hint)
        _check(books, customer)
        customer = _with_exact_limit(books, customer)
        if (known := _same_external(books, customer)) is not None:
            return known
        return plan_add(customer, find.taken(books.index, "customer", [customer.id]))

    return planner


def _same_external(books: Books, customer: Any) -> Plan | None:
    if customer.external_id is None:
        return None
    twin = next((each for each in queries.customers(books.index) if each.external_id == customer.external_id), None)
    if twin is None:
        return None
    same = books.customer(twin.id).model_dump(exclude={"id"}) == customer.model_dump(exclude={"id"})
    return answered("customer", twin.id, customer.external_id, same=same)


def _check(books: Books, customer: Any, had: Collection[str] = ()) -> None:
    """The words of a customer must be declared, its parent and tax code must exist. Tags that it ``had`` may have expired since."""
    from billcli.app.vocabulary import check_tags
    from billcli.core.customer import check_vocabulary

    check_tags(books, [tag for tag in customer.tags if tag not in had], "customer", books.today)
    words = []
    if customer.groups:
        words += [(name, value) for name in DIMENSIONS if (value := getattr(customer.groups, name)) is not None]
    check_vocabulary(words, books.declared())
    if customer.parent is not None:
        books.path("customer", customer.parent)
    if customer.tax is not None and customer.tax not in queries.names(books.index, "tax"):
        from billcli.diagnostics import did_you_mean

        hint = did_you_mean(customer.tax, queries.names(books.index, "tax")) or "the codes stand in ledger.yaml"
        raise UsageError(f"unknown tax code {quoted(customer.tax)}", hint)


def plan_edit(customer_id: str, changes: Mapping[str, Any]) -> Planner:
    """Sets fields by dotted name; None takes a field away. The result must be a valid customer."""

    def planner(books: Books) -> Plan:
        from billcli.core.checks.documents import check_document
        from billcli.core.customer import field_of, plan_edit
        from billcli.core.document import document_data
        from billcli.model.customer import Customer
        from billcli.store.read import checked

        customer = books.customer(customer_id)
        data = document_data(customer)
        for name, value in changes.items():
            if not _put(data, name.split("."), value):
                raise UsageError(f"{quoted(name)} is not a field of a customer", "such as name, terms or address.city")
        changed = checked(Customer, data, "customer")
        if found := check_document("customer", changed):
            raise BillError(found[0].message, found[0].hint)
        _check(books, changed, customer.tags)
        if changed.parent is not None and customer_id in _ancestors(books, changed.parent):
            raise BillError(f"{changed.parent} stands below {customer_id}; a customer cannot be its own parent")
        changed = _with_exact_limit(books, changed)
        values = {name: field_of(changed, name) for name in changes}
        path = books.path("customer", customer_id)
        plan = plan_edit(customer, path, values)
        if changed.parent != customer.parent:
            _families_kept(books, path, plan)
        return plan

    return planner


def _families_kept(books: Books, path: str, plan: Plan) -> None:
    """Raises ``BillError`` where a settlement would go across unrelated customers with this edit."""
    from billcli.app.documents import overlaid
    from billcli.app.trial import new_findings
    from billcli.core.plan import Change
    from billcli.model.customer import Customer
    from billcli.store.edit import edited

    edits = tuple(edit for step in plan.steps if isinstance(step, Change) for edit in step.edits)
    raw = edited(overlaid(books.root, path), path, edits, list(Customer.model_fields))
    found = tuple(each for each in new_findings(books, {path: raw}) if each.code == "E308")
    if found:
        raise BillError("settlements would go across unrelated customers", 'undo them first; "bill payment allocate --undo"', found)


def plan_deactivate(customer_id: str, on: date | None, reason: str) -> Planner:
    """From a day on, no new invoices."""

    def planner(books: Books) -> Plan:
        from billcli.core.customer import plan_deactivate

        path = books.path("customer", customer_id)
        drafts = [draft_id for draft_id, _ in _drafts(books, customer_id)]
        templates = [name for name, _ in _templates(books, customer_id)]
        return plan_deactivate(books.customer(customer_id), path, on, books.today, reason, drafts, templates)

    return planner


def plan_activate(customer_id: str, reason: str) -> Planner:
    """Takes a deactivation back."""

    def planner(books: Books) -> Plan:
        from billcli.core.customer import plan_activate

        return plan_activate(books.customer(customer_id), books.path("customer", customer_id), reason)

    return planner


def plan_merge(old_id: str, new_id: str, reason: str) -> Planner:
    """Another customer takes the place of this one."""

    def planner(books: Books) -> Plan:
        from billcli.core.customer import Moves, plan_merge

        children = [(each.id, books.path("customer", each.id)) for each in queries.customers(books.index) if each.parent == old_id]
        moves = Moves(_drafts(books, old_id), children, _templates(books, old_id))
        return plan_merge(books.customer(old_id), books.customer(new_id), moves, books.today, reason)

    return planner


def _templates(books: Books, customer_id: str) -> list[tuple[str, str]]:
    """Its recurring templates that have not ended, with their files."""
    return [
        (each.id, books.path("recurring", each.id))
        for each in recurring_queries.templates(books.index)
        if each.customer == customer_id and (each.ends_on is None or each.ends_on >= books.today)
    ]


def _drafts(books: Books, customer_id: str) -> list[tuple[str, str]]:
    """Its drafts with their files."""
    found = [draft_id for draft_id, customer, *_ in queries.drafts(books.index) if customer == customer_id]
    return [(draft_id, books.path("draft", draft_id)) for draft_id in found]


def _with_exact_limit(books: Books, customer: Any) -> Any:
    """The credit limit with exactly the decimals of the customer's currency, as amounts stand in files. Raises ``UsageError``."""
    from billcli.app.amounts import value_of
    from billcli.core.defaults import defaults
    from billcli.model.values import amount_in

    if customer.credit_limit is None:
        return customer
    currency = str(defaults(books.settings(), books.categories(), customer)["currency"].value)
    limit = value_of(lambda text: amount_in(text, currency), format(customer.credit_limit, "f"), "--credit-limit")
    return customer.model_copy(update={"credit_limit": limit})


def _ancestors(books: Books, customer_id: str) -> set[str]:
    parents = {each.id: each.parent for each in queries.customers(books.index)}
    found: set[str] = set()
    at: str | None = customer_id
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return found


def _put(data: dict[str, Any], steps: list[str], value: Any) -> bool:
    """Whether the place is one that can be set; whether the field exists is checked afterwards."""
    inner: Any = data
    for step in steps[:-1]:
        inner = inner.setdefault(step, {})
        if not isinstance(inner, dict):
            return False
    if value is None:
        inner.pop(steps[-1], None)
    else:
        inner[steps[-1]] = value
    return all(steps)


def plan_tag(customer_id: str, add: Sequence[str], remove: Sequence[str]) -> Planner:
    """Adds and removes declared tags."""

    def planner(books: Books) -> Plan:
        from billcli.app.vocabulary import check_tags
        from billcli.core.customer import plan_tag

        customer = books.customer(customer_id)
        check_tags(books, [tag for tag in add if tag not in customer.tags], "customer", books.today)
        return plan_tag(customer, books.path("customer", customer_id), add, remove)

    return planner


def customer_meant(books: Books, text: str) -> tuple[str, str]:
    """Id and name of the one customer with this id, else with this in its id, names or mail. Raises ``BillError`` for none or several.

    One that gets no new invoices is meant only where no other fits.
    """
    from billcli.core.active import is_active

    wanted = text.strip().casefold()
    every = queries.customers(books.index)
    fitting = [each for each in every if each.id.casefold() == wanted]
    fitting = fitting or [each for each in every if wanted and wanted in f"{each.id}\n{each.name}\n{each.also}".casefold()]
    fitting = [each for each in fitting if is_active(each, books.today)] or fitting
    if len(fitting) == 1:
        return fitting[0].id, fitting[0].name
    if not fitting:
        books.path("customer", text)
    shown = ", ".join(each.id for each in fitting[:8]) + (" …" if len(fitting) > 8 else "")
    raise BillError(f"{len(fitting)} customers fit", shown)


@dataclass(frozen=True)
class CustomerFilter:
    """What ``customer list`` shows; everything given must hold."""

    tag: str | None = None
    group: str | None = None
    country: str | None = None
    text: str | None = None
    inactive: bool = False
    every: bool = False


def customer_list(books: Books, wanted: CustomerFilter, as_of: date) -> Report:
    """Customers by id with what is open and unapplied; a row per currency in which something is.

    Those that get no invoices any more are among them where something is left on their account, or where they are asked for.
    """
    from billcli.app.invoice import group_members
    from billcli.core.active import is_active

    grouped = group_members(books, wanted.group) if wanted.group else None
    if wanted.tag:
        from billcli.core.customer import check_vocabulary

        check_vocabulary([("tag", wanted.tag)], books.declared())
    if wanted.country:
        from billcli.app.amounts import value_of
        from billcli.model.values import parse_country

        value_of(parse_country, wanted.country, "--country")
    from billcli.app.dimensions import facets

    stands = facets(books, [*DIMENSIONS, "tag"], as_of, ())
    tagged = {each: words for each in find.keys(books.index, "customer") if (words := [*filter(None, stands.of_customer(each, "tag"))])}
    owed = _owed(books, as_of)
    usual = queries.settings(books.index)["currency"]
    columns = (
        Column("customer", "Customer"),
        Column("name", "Name", "prose"),
        Column("country", "Country", minor=True),
        Column("terms", "Terms", minor=True),
        *(Column(name, name.capitalize(), minor=True) for name in DIMENSIONS),
        Column("tags", "Tags", "list", minor=True),
        Column("balance_currency", "Cur"),
        Column("open", "Open", "money"),
        Column("unapplied", "Unapplied", "money"),
        Column("inactive_since", "Inactive", "day", minor=True),
        Column("merged_into", "Merged into", minor=True),
    )
    rows = []
    for each in queries.customers(books.index):
        active = is_active(each, as_of)
        if (wanted.inactive and active) or not (wanted.inactive or wanted.every or active or each.id in owed):
            continue
        text = wanted.text.casefold() if wanted.text else ""
        if (
            (wanted.tag and wanted.tag not in tagged.get(each.id, ()))
            or (grouped is not None and each.id not in grouped)
            or (wanted.country and each.country != wanted.country)
            or (text and text not in f"{each.id}\n{each.name}\n{each.also}".casefold())
        ):
            continue
        dimensions = [stands.of_customer(each.id, name)[0] or None for name in DIMENSIONS]
        head = (each.id, each.name, each.country, each.terms, *dimensions, tagged.get(each.id, []))
        nothing = {each.currency or usual: [0, 0]}
        for currency, sums in sorted((owed.get(each.id) or nothing).items()):
            state = (None if active else each.deactivated_on, each.merged_into)
            rows.append((*head, currency, *(Money(amount, currency) for amount in sums), *state))
    return Report("customers", as_of, columns, rows, currency_totals(columns, rows))


def _owed(books: Books, as_of: date, customer: str | None = None) -> dict[str, dict[str, list[int]]]:
    """What is open and what is unapplied, in minor units, by customer and currency."""
    found: dict[str, dict[str, list[int]]] = {}
    for invoice in balances.open_invoices(books.index, as_of, customer):
        found.setdefault(invoice.customer, {}).setdefault(invoice.currency, [0, 0])[0] += invoice.open
    for credit in balances.unapplied(books.index, as_of, customer):
        found.setdefault(credit.customer, {}).setdefault(credit.currency, [0, 0])[1] += credit.amount
    return found


def customer_view(books: Books, customer_id: str, as_of: date) -> View:
    """Master data, the level each default comes from, and what is open."""
    from billcli.app.invoice import InvoiceFilter, invoice_list
    from billcli.core.defaults import defaults
    from billcli.core.document import document_data
    from billcli.core.views import customer_fields

    customer = books.customer(customer_id)
    settings = books.settings()
    graded, advice, advised = _by_grade(books, customer, as_of, settings) if settings.credit else (None, [], {})
    chosen = defaults(settings, books.categories(), customer, graded)
    balances = sorted(_owed(books, as_of, customer_id).get(customer_id, {}).items())
    owed = [Money(open_, currency) for currency, (open_, _) in balances if open_]
    unapplied = [Money(credit, currency) for currency, (_, credit) in balances if credit]
    every = invoice_list(books, InvoiceFilter(customer=customer_id), as_of)
    open_rows = [row for row in every.rows if row[7].minor]
    columns = tuple(each for each in every.columns if each.key != "customer")
    table = Report("open invoices", as_of, columns, [(*row[:1], *row[2:]) for row in open_rows])
    levels = {name: {"value": each.value, "from": each.level} for name, each in chosen.items() if each.level}
    data = {**document_data(customer), "defaults": levels, "open": owed, "unapplied": unapplied, **advised}
    fields = [
        *customer_fields(customer, chosen, owed),
        *([("Unapplied", ", ".join(map(str, unapplied)))] if unapplied else []),
        *advice,
    ]
    return View("customer", customer_id, as_of, fields, [("Open invoices", table)], data)


def _by_grade(books: Books, customer: Any, as_of: date, settings: Any) -> tuple[Any, list[tuple[str, Any]], dict[str, Any]]:
    """What the grade decides where the ledger applies grades; the score, and what the grade advises, for people and for programs."""
    from billcli.app.credit_policy import by_grade

    graded, grade, score = by_grade(books, customer, as_of, settings)
    limit = f"limit {graded.credit_limit} {customer.currency or settings.currency}" if graded.credit_limit is not None else None
    words = [
        graded.terms, limit, f"discount {grade.discount} %" if grade.discount else None,
        f"deposit {grade.deposit} %" if grade.deposit else None, f"reminders {grade.dunning}" if grade.dunning else None,
    ]  # fmt: skip
    said = ", ".join(each for each in words if each)
    fields = [("Score", f"{score} of 100, grade {grade.grade}"), *([(f"Advice for {grade.grade}", said)] if said else [])]
    advice = {name: getattr(grade, name) for name in ("discount", "deposit", "dunning")}
    advice |= {"terms": graded.terms, "credit_limit": graded.credit_limit}
    found = {"score": score, "grade": grade.grade, "advice": {key: value for key, value in advice.items() if value is not None}}
    return graded if settings.credit.apply else None, fields, found
