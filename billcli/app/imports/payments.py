"""``payment import``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from billcli.app.books import Books
from billcli.app.imports.customers import creates, customers_of, relied_on
from billcli.app.imports.documents import invoiced_of
from billcli.app.imports.file import Import, ImportOptions, Outcome, counted, first_lines, prepare
from billcli.core.defaults import defaults
from billcli.core.document import document_data, path_of
from billcli.core.imports import payments as rules
from billcli.core.imports.cells import Fault
from billcli.core.imports.customers import families
from billcli.core.plan import Create, Step
from billcli.index import find, import_queries, queries
from billcli.model.money import Money
from billcli.model.payment import Payment


def prepare_payments(options: ImportOptions) -> Import:
    """Payments from a table. Raises ``BillError``."""
    return prepare(rules.NOUN, options, "payment import", _make)


def _make(books: Books, this: Import) -> Outcome:
    if this.parsed is None:
        this.parsed = rules.said_payments(this.watched(), this.table.odd, this.layout, this.mapping, this.formats)
    parsed: rules.ParsedPayments = this.parsed
    faults = list(parsed.faults)
    known, new_ones, different = _known(books, parsed.payments)
    faults += different
    there, new, more, warnings = customers_of(books, this, [*new_ones, *parsed.faulty])
    faults += more
    good = this.without(new_ones, faults, parsed.rows_of)
    settings, categories = books.settings(), books.categories()
    customers = {**there, **new}
    currencies = {name: defaults(settings, categories, each)["currency"].value for name, each in customers.items()}
    above = {each.id: (each.parent, each.merged_into) for each in queries.customers(books.index)}
    above |= {each.id: (each.parent, None) for each in new.values()}
    named = (wish.invoice for said in (*good, *parsed.faulty) for wish in said.wishes)
    invoices = invoiced_of(books, named, settings.closed_through)
    held = rules.PaymentRules(settings, books.today, this.source, currencies, families(above), invoices)
    taken = set(find.in_use(books.index, "payment"))
    done = rules.allocate_all(good, held, taken)
    faults += [*done.faults, *rules.also_wrong(parsed.faulty, held)]
    used = {each.customer for each in done.payments}
    made = [each for name, each in new.items() if name in used]
    settled = sorted({row.invoice for each in done.payments for row in each.allocations})
    relies_on = find.paths(books.index, "invoice", settled).values()
    counts = {
        "payments": len(done.payments), "customers": len(made), "credit_notes_changed": len(done.edited),
        "already_there": len(known) - len(different),
    }  # fmt: skip
    totals = _totals(done.payments)
    recorded = [Create(path_of("payments", each.id, each.on), "payment", document_data(each)) for each in done.payments]
    steps: list[Step] = [*creates(made), *recorded, *done.edited]
    if done.idle:
        idle = counted(done.idle, "invoice that is named takes", "invoices that are named take")
        warnings = [*warnings, f"{idle} nothing: nothing is open there; the money stays as credit"]
    summary = _summary(this, done, counts, totals)
    return Outcome(steps, summary, counts, totals, relied_on(books, relies_on), warnings, faults, parsed.rows_of)


def _known(books: Books, payments: Sequence[rules.SaidPayment]) -> tuple[list[rules.SaidPayment], list[rules.SaidPayment], list[Fault]]:
    """Payments that are there, those that are not, and what the rows of the former say otherwise."""
    facts = import_queries.payments(books.index, [said.external_id for said in payments])
    rows = import_queries.payment_rows(books.index, [fact.id for fact in facts.values()])
    known = [said for said in payments if said.external_id in facts]
    faults = []
    for said in known:
        fact = facts[said.external_id]
        if different := rules.differences(fact, rows[fact.id], said):
            message = f"{said.external_id} is there already as {fact.id} and says something else: {', '.join(different)}"
            faults.append(said.fault("external_id", "E705", message, f'look at it: "bill show {fact.id}"'))
    return known, [said for said in payments if said.external_id not in facts], faults


def _totals(payments: Sequence[Payment]) -> dict[str, dict[str, str]]:
    """Money received, and how much of it is allocated, by currency."""
    received: dict[str, int] = {}
    allocated: dict[str, int] = {}
    for each in payments:
        received[each.currency] = received.get(each.currency, 0) + Money.of(each.amount, each.currency).minor
        used = sum(Money.of(row.amount, each.currency).minor for row in each.allocations)
        allocated[each.currency] = allocated.get(each.currency, 0) + used
    return {name: {currency: Money(amount, currency).text() for currency, amount in sorted(sums.items())}
            for name, sums in (("payments", received), ("allocated", allocated))}  # fmt: skip


def _summary(this: Import, done: rules.Allocated, counts: dict[str, int], totals: dict[str, dict[str, str]]) -> list[str]:
    lines: list[Any] = []
    if done.payments:
        lines.append(f"{counted(len(done.payments), 'payment', 'payments')} of {this.source}")
        lines += [f"received {amount} {currency}, allocated {totals['allocated'][currency]} {currency}"
                  for currency, amount in totals["payments"].items()]  # fmt: skip
    if counts["customers"]:
        lines.append(f"with {counted(counts['customers'], 'new customer', 'new customers')}")
    moved = [each for each in done.payments if each.on > each.received_on]
    if moved:
        were = counted(len(moved), "payment of a day in a closed period is", "payments of days in a closed period are")
        lines.append(f"{were} booked on {max(each.on for each in moved)}")
    if done.edited:
        lines.append(f"{counted(len(done.edited), 'credit note makes', 'credit notes make')} room and becomes credit of its customer")
    if counts["already_there"]:
        lines.append(f"{counts['already_there']} already there")
    shown = [f"{each.external_id}  {each.received_on}  {each.customer}  {each.amount} {each.currency}" for each in done.payments]
    return lines + first_lines(shown)
