"""Use cases on invoices and drafts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from billcli.app.books import Books
from billcli.app.hold_state import hold_table, holds_by_invoice, holds_on, live_plans
from billcli.app.master import master as master_of
from billcli.app.repeated import answered_by_content, made_before
from billcli.core.hold_state import is_live
from billcli.core.instalments import Agreed, Part, agreed_parts, due_parts, instalment_table, oldest_due
from billcli.core.plan import Plan
from billcli.core.report import Column, Report, View, currency_totals, table_data
from billcli.core.states import STATES, invoice_state
from billcli.errors import BillError, UsageError
from billcli.index import balances, find, hold_queries, queries
from billcli.model.money import Money
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.numbering import Given


def plan_new(request: Any, *, draft: bool) -> Planner:
    """Issue at once, or keep as a draft."""
    from billcli.app.amounts import notes_of, optional
    from billcli.model.values import parse_notes

    request = request._replace(notes=notes_of(request.notes), remark=optional(parse_notes, request.remark, "--remark"))
    return lambda books: _plan_draft(books, request) if draft else _plan_issue(books, request, None)


def line_meant(books: Books, request: Any, text: str) -> str:
    """A typed line as it will be understood, with what it comes to. Raises ``BillError``."""
    from billcli.core.adjustments import frozen_line, words
    from billcli.core.invoice import currency_for, resolved_lines
    from billcli.core.lines import typed_line
    from billcli.core.totals import line_amount

    master = master_of(books, request.customer)
    currency = currency_for(request, master)
    [line] = resolved_lines(request._replace(typed_lines=(typed_line(text),), lines=()), master, currency)
    line = frozen_line(line, currency)
    amount = Money(line_amount(line, currency), currency)
    adjusted = "".join(f", {words(each, currency)}" for each in line.adjustments)
    return f"{line.description}: {format(line.quantity, 'f')} × {format(line.unit_price, 'f')}{adjusted} = {amount}, tax {line.tax}"


def plan_issue(draft_id: str, issued_on: date | None) -> Planner:
    """Issue a draft: it gets its number, and the draft's file goes."""

    def planner(books: Books) -> Plan:
        from billcli.app.recurring import series_of
        from billcli.core.invoice import request_from_draft

        request = request_from_draft(books.draft(draft_id))
        path = books.path("draft", draft_id)
        series = series_of(books, request.external_id)
        return _plan_issue(books, request._replace(issued_on=issued_on or request.issued_on, series=series), path, draft_id)

    return planner


def given_number(books: Books, settings: Any, kind: str, series: str | None, issued_on: date) -> Given:
    """The next number of the sequence's period, from the index."""
    from billcli.core.numbering import find_sequence, next_number
    from billcli.model.sequence import head_for

    sequence = find_sequence(settings, kind, series)
    standing = find.sequence_end(books.index, kind, head_for(sequence.pattern, issued_on))
    given = next_number(sequence, issued_on, standing, settings, books.today)
    for other in find.taken(books.index, kind, [given.number]).values():
        message = f"the next number is {given.number}, and there is {other} already"
        raise BillError(message, "numbers that differ only by case are one file on some machines; give that document another number")
    return given


def _plan_issue(books: Books, request: Any, drafted: str | None, drafted_id: str | None = None) -> Plan:
    from billcli.app.credit_policy import of_grade, said_of_grade
    from billcli.app.vocabulary import check_tags
    from billcli.core import seal
    from billcli.core.active import ensure_active
    from billcli.core.invoice import invoice_document
    from billcli.core.invoice import plan_issue as plan
    from billcli.core.numbering import Given

    master = master_of(books, request.customer)
    if made := made_before(books, "invoice", request.external_id):
        there = books.invoice(made)
        request = request._replace(terms=request.terms or there.terms)  # which grade gave them then, nobody asked for
        invoice = invoice_document(request, master, Given(made, "", ()), there.issued_on)
        return answered_by_content(books, "invoice", made, request.external_id, seal.content(invoice))
    issued_on = request.issued_on or books.today
    check_tags(books, request.tags, "invoice", issued_on)
    ensure_active(master.customer, issued_on)
    grade = None
    if master.settings.credit:
        graded, grade = of_grade(books, master.customer, books.today, master.settings)
        master = master._replace(graded=graded)
    given = given_number(books, master.settings, "invoice", request.series, issued_on)
    invoice = invoice_document(request, master, given, issued_on)
    from billcli.app.credit_exposure import Source
    from billcli.app.credit_limit import LimitCheck

    source = Source("drafts", drafted_id) if drafted_id else None
    limits = LimitCheck(books)(invoice.customer, invoice.currency, Money.of(invoice.totals.gross, invoice.currency).minor, source)
    return said_of_grade(limits(plan(invoice, given, drafted)), invoice, request, master, grade)


def _plan_draft(books: Books, request: Any) -> Plan:
    from billcli.app.vocabulary import check_tags
    from billcli.core import seal
    from billcli.core.active import ensure_active
    from billcli.core.invoice import plan_draft
    from billcli.core.plan import Create
    from billcli.model.invoice import Draft

    if issued := made_before(books, "invoice", request.external_id):
        return Plan("nothing", (), (f"{issued} is already issued from it; nothing to do",), {"number": issued})
    taken = find.in_use(books.index, "draft")
    plan = plan_draft(request, master_of(books, request.customer), taken, books.today)
    made = made_before(books, "draft", request.external_id)
    if made and isinstance(plan.steps[0], Create):
        draft = Draft.model_validate(plan.steps[0].data)
        return answered_by_content(books, "draft", made, request.external_id, seal.content(draft))
    check_tags(books, request.tags, "draft", books.today)
    ensure_active(books.customer(request.customer), request.issued_on or books.today)
    return plan


def read_request(path: str) -> Any:
    """An invoice request from a YAML file with the keys of a draft, ``id`` left out. Raises ``BillError`` with every problem found."""
    import os

    from billcli.core.invoice import request_from_draft
    from billcli.model.invoice import Draft
    from billcli.store.read import read_loose
    from billcli.store.text import MAX_BYTES

    try:
        with open(path, "rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "give a YAML file with the keys of a draft") from None
    entity, problems = read_loose(raw, os.path.basename(path), Draft, {"id": "new"})
    if not isinstance(entity, Draft):
        raise BillError(f"{path} cannot be used", "", tuple(each._replace(file=path) for each in problems))
    return request_from_draft(entity)


@dataclass(frozen=True)
class InvoiceFilter:
    """What ``invoice list`` shows; everything given must hold. Amounts are decimal text in the invoice's own currency."""

    customer: str | None = None
    state: str | None = None
    since: date | None = None
    until: date | None = None
    type: str | None = None
    tag: str | None = None
    group: str | None = None
    above: str | None = None
    below: str | None = None


_COLUMNS = (
    Column("number", "Invoice"),
    Column("customer", "Customer"),
    Column("type", "Type", minor=True),
    Column("issued_on", "Issued", "day", minor=True),
    Column("due_on", "Due", "day"),
    Column("currency", "Cur"),
    Column("gross", "Gross", "money"),
    Column("open", "Open", "money"),
    Column("state", "State"),
    Column("days_overdue", "Days", "count"),
    Column("hold", "Hold", minor=True),
)


def invoice_list(books: Books, wanted: InvoiceFilter, as_of: date) -> Report:
    """Invoices issued by that day, in the order of their dates, with their state then."""
    if wanted.state and wanted.state not in STATES:
        raise UsageError(f"--state: {quoted(wanted.state)} is not a state", "use one of: " + ", ".join(STATES))
    if wanted.customer:
        books.path("customer", wanted.customer)
    _check_filter(books, wanted)
    every = balances.invoice_balances(books.index, as_of, wanted.customer or None)
    tagged = find.tags(books.index, "invoice") if wanted.tag else {}
    grouped = group_members(books, wanted.group) if wanted.group else None
    parts = queries.instalments_of(books.index, [each.fact.number for each in every if each.fact.parts > 1])
    plans = live_plans(books, as_of)
    held, held_customer = holds_by_invoice(books, as_of)
    bounded = wanted.above is not None or wanted.below is not None
    rows = []
    for fact, open_, credited, lost in every:
        if (
            (wanted.since and fact.issued_on < wanted.since)
            or (wanted.until and fact.issued_on > wanted.until)
            or (wanted.type and fact.type != wanted.type)
            or (wanted.tag and wanted.tag not in tagged.get(fact.number, ()))
            or (grouped is not None and fact.customer not in grouped)
            or (bounded and not _within(fact.gross, fact.currency, wanted))
        ):
            continue
        alone = fact.parts == 1 and fact.number not in plans
        due_on = fact.due_on if alone else oldest_due(_parts(fact, open_, parts, plans))
        state = invoice_state(fact.gross, open_, credited, due_on, fact.voided_on, as_of, lost)
        if wanted.state and state != wanted.state:
            continue
        days = max((as_of - due_on).days, 0) if state == "overdue" else 0
        money = (Money(fact.gross, fact.currency), Money(open_, fact.currency))
        holds = list(dict.fromkeys([*held.get(fact.number, ()), *held_customer.get(fact.customer, ())])) if held or held_customer else []
        rows.append((fact.number, fact.customer, fact.type, fact.issued_on, due_on, fact.currency, *money, state, days, holds))
    return Report("invoices", as_of, _COLUMNS, rows, currency_totals(_COLUMNS, rows))


def _check_filter(books: Books, wanted: InvoiceFilter) -> None:
    """What would match nothing because it is mistyped is an error, not an empty list."""
    from billcli.app.amounts import value_of
    from billcli.model.values import parse_amount

    for option, text in (("--above", wanted.above), ("--below", wanted.below)):
        if text is not None:
            value_of(parse_amount, text, option)
    if wanted.tag:
        from billcli.core.customer import check_vocabulary

        check_vocabulary([("tag", wanted.tag)], books.declared())


def _within(gross: int, currency: str, wanted: InvoiceFilter) -> bool:
    from billcli.app.amounts import minor_of

    if wanted.above is not None and gross < minor_of(wanted.above, currency, "--above"):
        return False
    return wanted.below is None or gross <= minor_of(wanted.below, currency, "--below")


def _parts(fact: Any, open_: int, own: dict[str, list[Any]], plans: Mapping[str, Agreed]) -> list[Part]:
    """What is open of each part that counts: those of a plan, else the invoice's own."""
    return due_parts(agreed_parts(fact.due_on, fact.gross, own.get(fact.number), plans.get(fact.number)), open_)


def group_members(books: Books, text: str) -> set[str]:
    """The customers of ``dimension=name``. Raises ``UsageError`` for a dimension or name that is not declared."""
    from billcli.core.customer import check_vocabulary
    from billcli.model.category_names import DIMENSIONS

    dimension, _, name = text.partition("=")
    if dimension not in DIMENSIONS or not name:
        raise UsageError(f"--group: {quoted(text)} is not a group", 'write it as "segment=public", with one of ' + ", ".join(DIMENSIONS))
    check_vocabulary([(dimension, name)], books.declared())
    from billcli.app.dimensions import facets
    from billcli.core.dimensions import TREES, is_within

    found = facets(books, [dimension], books.today, ())
    every = ((each, found.of_customer(each, dimension)[0]) for each in find.keys(books.index, "customer"))
    return {each for each, said in every if (is_within(said, name) if dimension in TREES else said == name)}


def invoice_view(books: Books, number: str, as_of: date) -> View:
    """The invoice with its settlements and its state on that day. Raises ``BillError`` for a day before it was issued."""
    from billcli.app.outbox.show import sent_lines
    from billcli.app.remind import levels_of
    from billcli.app.settling import discounts_taken
    from billcli.core import settlement
    from billcli.core.document import document_data
    from billcli.core.views import invoice_fields, line_table, settlement_data, settlement_table, void_fields

    invoice = books.invoice(number)
    fact = queries.invoice(books.index, number)
    assert fact is not None
    if as_of < fact.issued_on:
        raise BillError(f"{number} was issued on {fact.issued_on}, after {as_of}", "look from a later day")
    rows = queries.settlements_of(books.index, [number])[number]
    open_ = fact.gross - settlement.counted(rows, as_of)
    credited = settlement.counted([row for row in rows if row.kind == "credit"], as_of)
    own = queries.instalments_of(books.index, [number])
    due_on = oldest_due(_parts(fact, open_, own, live_plans(books, as_of)))
    lost = balances.written_off(books.index, number, as_of)
    state = invoice_state(fact.gross, open_, credited, due_on, fact.voided_on, as_of, lost)
    derived = {
        "state": state,
        "open": Money(open_, fact.currency),
        "days_overdue": max((as_of - due_on).days, 0) if state == "overdue" else 0,
    }
    discounts, taken = discounts_taken(books, rows, as_of)
    sent = sent_lines(books, "invoice", number)
    fields = [*invoice_fields(invoice, derived), *void_fields(invoice, as_of), *(("Discount taken", text) for _, text in discounts)]
    fields += [("Deliveries" if at == 0 else "", line) for at, line in enumerate(sent)]
    schedule = _schedule(books, fact, open_, own, as_of)
    holds = hold_table(books, holds_on(books, number, fact.customer, as_of), as_of)
    reminders = levels_of(books, number, fact.currency, as_of)
    tables = [
        ("Lines", line_table(invoice, as_of)),
        ("Instalments", schedule if len(schedule.rows) > 1 else schedule._replace(rows=[])),
        ("Settlements", settlement_table(rows, fact.currency, as_of, "source")),
        ("Holds", holds),
        ("Reminders", reminders),
    ]
    below = {
        "settlements": settlement_data(rows, fact.currency, as_of, "source"),
        "schedule": table_data(schedule),
        "holds": table_data(holds),
        "reminders": table_data(reminders),
        "discounts": taken,
        **({"deliveries": sent} if sent else {}),
    }
    return View("invoice", number, as_of, fields, tables, {**document_data(invoice), **derived, **below})


def _schedule(books: Books, fact: Any, open_: int, own: dict[str, list[Any]], as_of: date) -> Report:
    """The invoice's own instalments and those of every plan that has begun; the version that counts says what is open."""
    begun = [each for each in hold_queries.plans(books.index, as_of) if each.invoice == fact.number]
    agreed = hold_queries.plan_parts_of(books.index, [each.id for each in begun])
    counts = next((each.id for each in begun if is_live(each, as_of) and each.id in agreed), "invoice")
    versions = [("invoice", agreed_parts(fact.due_on, fact.gross, own.get(fact.number), None))]
    versions += [(each.id, [(part.due_on, part.amount) for part in agreed[each.id]]) for each in begun if each.id in agreed]
    return instalment_table(versions, counts, open_, fact.currency, as_of)
