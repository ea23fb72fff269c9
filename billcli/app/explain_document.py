"""``bill explain DOCUMENT``: what the books hold of it, put into sentences and rows by ``core.explain``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from billcli.app.books import Books
from billcli.app.hold_state import live_plans
from billcli.core import explain, explain_source, settlement
from billcli.core.explain import Share
from billcli.core.explain_source import Debt, Source
from billcli.core.facts import Draw, Settlement
from billcli.core.hold_state import is_live
from billcli.core.instalments import agreed_parts, due_parts, oldest_due
from billcli.core.report import Column, Report, View, table_data
from billcli.core.states import invoice_state
from billcli.errors import BillError
from billcli.index import balances, find, hold_queries, queries
from billcli.model.money import Money


def explain_document(books: Books, text: str, as_of: date) -> Report | View | None:
    """The document that is meant, or the list of those that could be; None where nothing fits."""
    found = find.search(books.index, text)
    if not found:
        return None
    found = [each for each in found if each[1] == text] or found
    if len(found) > 1:
        return Report("search", as_of, (Column("kind", "Kind"), Column("key", "Number or id")), found)
    kind, key = found[0]
    return _EXPLAINED[kind](books, key, as_of)


def _files(books: Books, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The file of each document, those left out that no file declares."""
    found = {}
    for kind, name in dict.fromkeys(wanted):
        if path := find.path_of(books.index, kind, name):
            found[kind, name] = path
    return found


_ROWS = {"payment": "allocations", "write-off": "allocations", "credit-note": "applied"}


def _document(books: Books, kind: str, name: str) -> Any:
    return getattr(books, kind.replace("-", "_"))(name)


def _reasons(books: Books, rows: Iterable[Settlement]) -> dict[tuple[str, str, str], str]:
    """Why rows ended; only the documents of rows that did are read."""
    found: dict[tuple[str, str, str], str] = {}
    for kind, name in dict.fromkeys((row.source_kind, row.source) for row in rows if row.ended_on is not None):
        document = _document(books, kind, name)
        taken = getattr(document, "reversed", None)
        for at, each in enumerate(getattr(document, _ROWS[kind])):
            why = each.reason or (f"the payment was reversed: {taken.reason}" if taken and taken.on == each.ended_on else "")
            found[kind, name, f"{_ROWS[kind]}[{at}].amount"] = why
    return found


def _not_yet(name: str, on: date, as_of: date, what: str) -> None:
    if as_of < on:
        raise BillError(f"{name} {what} {on}, after {as_of}", "look from a later day")


def _invoice(books: Books, number: str, as_of: date) -> View:
    from billcli.app.remind import levels_of
    from billcli.core.defaults import levels
    from billcli.core.dunning.tables import reminded_text

    document, fact = books.invoice(number), queries.invoice(books.index, number)
    assert fact is not None
    _not_yet(number, fact.issued_on, as_of, "was issued on")
    every = queries.settlements_of(books.index, [number])[number]
    rows, currency, settings = explain.known(every, as_of), fact.currency, books.settings()
    open_ = fact.gross - settlement.counted(every, as_of)
    plan = live_plans(books, as_of).get(number)
    parts = due_parts(agreed_parts(fact.due_on, fact.gross, queries.instalments_of(books.index, [number]).get(number), plan), open_)
    credited = settlement.counted([row for row in every if row.kind == "credit"], as_of)
    lost = balances.written_off(books.index, number, as_of)
    state = invoice_state(fact.gross, open_, credited, oldest_due(parts), fact.voided_on, as_of, lost)
    void_reason = document.void.reason if document.void else ""
    files = _files(books, [("invoice", number), *((row.source_kind, row.source) for row in rows)])
    reasons = {**_reasons(books, rows), ("invoice", number, "void.on"): void_reason}
    steps = explain.steps(explain.invoice_events(fact, rows, files, reasons, _others(books, fact.customer, rows)), as_of)
    customer = books.customer(fact.customer)
    said = levels(settings, books.categories(), customer)
    tax = ", ".join(dict.fromkeys(line.tax for line in document.lines))
    frozen = {"terms": document.terms or "(due dates only)", "currency": currency, "tax": tax, "language": ""}
    state_because = explain.because(fact, state, parts, rows, as_of, void_reason)
    discount = explain.discount_outcome(fact, rows, open_, as_of, settings.settlement)
    reminders = levels_of(books, number, currency, as_of)
    fields = [
        ("Invoice", number), ("Customer", f"{document.issued_to.name} ({fact.customer})"), ("Issued", fact.issued_on),
        ("File", files["invoice", number]), ("Open", f"{Money(open_, currency).text()} of {Money(fact.gross, currency)}"),
        ("State", state_because), *([("Discount", discount)] if discount else []),
        *([("Reminded", reminded_text(reminders))] if reminders.rows else []),
    ]  # fmt: skip
    tables = [
        ("How the open balance came about", explain.step_table("steps", steps, currency, as_of, "Open")),
        ("When it is due", explain.due_table(parts, currency, as_of, _plan_id(books, number, as_of) if plan else "", void=state == "void")),
        ("Tax in what was granted or written off", explain.share_table(_shares(books, document, rows), currency, as_of)),
        ("Which default won", explain.default_table(said, frozen, as_of)),
        ("Reminders", reminders),
    ]
    return _view("invoice", number, as_of, fields, tables, {"open": Money(open_, currency), "state": state, "because": state_because,
                                                            "discount": discount or None, "file": files["invoice", number]})  # fmt: skip


def _others(books: Books, customer: str, rows: Iterable[Settlement]) -> dict[tuple[str, str], str]:
    """Payments and credit notes of other customers, and whose they are."""
    found = {}
    for kind, name in dict.fromkeys((row.source_kind, row.source) for row in rows if row.kind in settlement.USES):
        source = queries.payment(books.index, name) if kind == "payment" else queries.credit_note(books.index, name)
        if source is not None and source.customer != customer:
            found[kind, name] = source.customer
    return found


def _plan_id(books: Books, number: str, as_of: date) -> str:
    return next(
        (each.id for each in reversed(hold_queries.plans(books.index, as_of)) if each.invoice == number and is_live(each, as_of)), ""
    )


def _shares(books: Books, invoice: Any, rows: Sequence[Settlement]) -> list[Share]:
    """What of each discount and write-off that counts each tax code bears."""
    from billcli.core.early_payment import tax_shares
    from billcli.core.shares import taxed_by_code

    codes, found = taxed_by_code(invoice), []
    for row in (each for each in rows if each.ended_on is None and each.kind in ("discount", "write_off")):
        written_off = queries.write_off(books.index, row.source) if row.source_kind == "write-off" else None
        adjusts = row.kind == "discount" or (written_off is not None and written_off.tax_relief == "adjust")
        found.append(Share(row, tax_shares(codes, row.amount) if adjusts else ()))
    return found


def _view(
    kind: str, key: str, as_of: date, fields: Sequence[tuple[str, Any]], tables: Sequence[tuple[str, Report]], data: Mapping[str, Any]
) -> View:
    """The tables stand in the data under their names."""
    body = {"kind": kind, "document": key, **data, **{table.name: table_data(table) for _, table in tables}}
    return View("explain", key, as_of, fields, tables, body)


def _payment(books: Books, payment_id: str, as_of: date) -> View:
    document, fact = books.payment(payment_id), queries.payment(books.index, payment_id)
    assert fact is not None
    _not_yet(payment_id, fact.booked_on, as_of, "counts from")
    source = _source(
        books, "payment", payment_id, as_of, fact.customer, fact.currency, fact.amount, (fact.received_on, fact.booked_on),
        fact.reversed_on, document.reversed.reason if document.reversed else "",
    )  # fmt: skip
    granted = [row for row in source.rows if row.kind not in settlement.USES]
    columns = (
        Column("date", "Date", "day"), Column("what", "What"), Column("invoice", "Invoice"), Column("amount", "Amount", "money"),
        Column("ended_on", "Taken back"),
    )  # fmt: skip
    table = Report("granted", as_of, columns, [
        (row.booked_on, row.kind.replace("_", " "), row.invoice, Money(row.amount, fact.currency), row.ended_on) for row in granted
    ])  # fmt: skip
    claim = document.reversed.bank_charge if document.reversed and document.reversed.on <= as_of else None
    fields = [
        ("Payment", payment_id), ("Received", fact.received_on), ("Booked", f"{fact.booked_on}, {explain_source.why_booked(source)}"),
        *([("How allocated", document.policy)] if document.policy else []),
        *([("Claim", f"{format(claim, 'f')} {fact.currency} bank charge of the reversal, outside the balance")] if claim else []),
    ]  # fmt: skip
    return _of_source(books, source, as_of, fields, [("Granted with it", table)])


def _credit_note(books: Books, number: str, as_of: date) -> View:
    document, fact = books.credit_note(number), queries.credit_note(books.index, number)
    assert fact is not None
    _not_yet(number, fact.issued_on, as_of, "was issued on")
    source = _source(
        books, "credit-note", number, as_of, fact.customer, fact.currency, fact.gross, (fact.issued_on, fact.issued_on), fact.voided_on,
        document.void.reason if document.void else "",
    )  # fmt: skip
    corrects = f"corrects {fact.corrects}" if fact.corrects else "belongs to no invoice"
    fields = [("Credit note", number), ("Issued", fact.issued_on), ("Why", f"{corrects}: {fact.reason}")]
    return _of_source(books, source, as_of, fields, [])


def _source(
    books: Books, kind: str, name: str, as_of: date, customer: str, currency: str, amount: int, days: tuple[date, date],
    ended_on: date | None, ended: str,
) -> Source:  # fmt: skip
    """As known on that day."""
    rows = explain.known(queries.settlements_from(books.index, kind, name), as_of)
    draws = [each for each in queries.draws_from(books.index, kind, name) if each.booked_on <= as_of]
    draws = [each._replace(ended_on=None) if each.ended_on is not None and each.ended_on > as_of else each for each in draws]
    gone = ended_on is not None and ended_on <= as_of
    return Source(kind, name, customer, currency, amount, *days, ended_on if gone else None, ended if gone else "", rows, draws)


def _of_source(books: Books, source: Source, as_of: date, fields: Sequence[tuple[str, Any]], tables: Sequence[tuple[str, Report]]) -> View:
    numbers = list(dict.fromkeys(row.invoice for row in source.rows))
    rows = queries.settlements_of(books.index, numbers)
    debts = {number: Debt(fact, explain.known(rows[number], as_of)) for number, fact in queries.invoices(books.index, numbers).items()}
    named = [(source.kind, source.name), *(("invoice", each) for each in numbers), *(("refund", each.refund) for each in source.draws)]
    files = _files(books, named)
    steps = explain.steps(explain_source.source_events(source, debts, files, _reasons(books, source.rows)), as_of)
    free = Money(settlement.balance(source.changes, as_of), source.currency)
    why = explain_source.why_unapplied(source, as_of)
    shown = [
        *fields[:1], ("Customer", source.customer), ("File", files[source.kind, source.name]), *fields[1:],
        ("Amount", Money(source.amount, source.currency)), ("Unapplied", f"{free}: {why}"),
    ]  # fmt: skip
    first = ("What came of it", explain.step_table("steps", steps, source.currency, as_of, "Unapplied"))
    data = {"unapplied": free, "because": why, "file": files[source.kind, source.name]}
    return _view(source.kind, source.name, as_of, shown, [first, *tables], data)


def _customer(books: Books, customer_id: str, as_of: date) -> View:
    """Which level gave each default, and the balance document by document."""
    from billcli.core.defaults import levels

    customer, path = books.customer(customer_id), books.path("customer", customer_id)
    invoices = [each for each in balances.open_invoices(books.index, as_of) if each.customer == customer_id]
    credits_ = [each for each in balances.free_sources(books.index, as_of) if each.customer == customer_id]
    files = _files(books, [*(("invoice", each.number) for each in invoices), *((each.kind, each.name) for each in credits_)])
    rows = [
        ("invoice", each.number, each.issued_on, each.currency, Money(each.open, each.currency), files["invoice", each.number])
        for each in invoices
    ]
    rows += [
        (
            each.kind.replace("-", " "),
            each.name,
            each.booked_on,
            each.currency,
            Money(-each.amount, each.currency),
            files[each.kind, each.name],
        )
        for each in credits_
    ]
    columns = (
        Column("kind", "Kind"), Column("name", "Document"), Column("date", "Date", "day"), Column("currency", "Cur"),
        Column("amount", "In the balance", "money"), Column("file", "File", minor=True),
    )  # fmt: skip
    owed = {}
    for currency in sorted({row[3] for row in rows}):
        open_ = sum(each.open for each in invoices if each.currency == currency)
        unapplied = sum(each.amount for each in credits_ if each.currency == currency)
        owed[currency] = Money(open_ - unapplied, currency), Money(open_, currency), Money(unapplied, currency)
    balance = [
        ("Balance", f"{total} = open {open_.text()} - unapplied {unapplied.text()}") for total, open_, unapplied in owed.values()
    ]  # fmt: skip
    tables = [
        ("The balance by document", Report("documents", as_of, columns, rows)),
        ("Which default won", explain.default_table(levels(books.settings(), books.categories(), customer), None, as_of)),
    ]
    fields = [("Customer", f"{customer.name} ({customer_id})"), ("File", path), *(balance or [("Balance", "nothing is open or unapplied")])]
    return _view("customer", customer_id, as_of, fields, tables, {"balances": [total for total, _, _ in owed.values()], "file": path})


def _refund(books: Books, refund_id: str, as_of: date) -> View:
    document, fact = books.refund(refund_id), queries.refund(books.index, refund_id)
    assert fact is not None
    _not_yet(refund_id, fact.booked_on, as_of, "counts from")
    draws = [each for each in queries.draws_of(books.index, refund_id) if each.booked_on <= as_of]
    files = _files(books, [("refund", refund_id), *((each.source_kind, each.source) for each in draws)])
    text = f"{Money(fact.amount, fact.currency)} of unapplied credit went back to {fact.customer} on {fact.paid_on}: {document.reason}"
    if document.reversed and document.reversed.on <= as_of:
        text += f"; it came back on {document.reversed.on}: {document.reversed.reason}"
    fields = [("Refund", refund_id), ("File", files["refund", refund_id]), ("What", text)]
    return _view("refund", refund_id, as_of, fields, [("Drawn from", _draw_table(draws, fact.currency, as_of, files))],
                 {"because": text, "file": files["refund", refund_id]})  # fmt: skip


def _draw_table(draws: Sequence[Draw], currency: str, as_of: date, files: explain.Files) -> Report:
    columns = (
        Column("date", "Date", "day"), Column("kind", "From"), Column("source", "Document"), Column("amount", "Amount", "money"),
        Column("ended_on", "Came back"), Column("file", "File", minor=True),
    )  # fmt: skip
    rows = [
        (
            each.booked_on, each.source_kind.replace("-", " "), each.source, Money(each.amount, currency),
            settlement.ended(each.ended_on, as_of), files.get((each.source_kind, each.source), ""),
        )
        for each in draws
    ]  # fmt: skip
    return Report("draws", as_of, columns, rows)


def _write_off(books: Books, write_off_id: str, as_of: date) -> View:
    fact = queries.write_off(books.index, write_off_id)
    assert fact is not None
    _not_yet(write_off_id, fact.booked_on, as_of, "counts from")
    rows = explain.known(queries.settlements_from(books.index, "write-off", write_off_id), as_of)
    files = _files(books, [("write-off", write_off_id), *(("invoice", row.invoice) for row in rows)])
    steps = explain.steps(explain.write_off_events(rows, files, _reasons(books, rows), fact.currency), as_of)
    still = Money(settlement.counted(rows, as_of), fact.currency)
    by = f", approved by {fact.approved_by}" if fact.approved_by else ""
    tax = "its tax is taken back from the tax office" if fact.tax_relief == "adjust" else "its tax stays owed"
    text = f"{Money(fact.amount, fact.currency)} given up as {fact.kind.replace('-', ' ')} on {fact.booked_on}{by}: {fact.reason}; {tax}"
    fields = [
        ("Write-off", write_off_id), ("Customer", fact.customer), ("File", files["write-off", write_off_id]), ("What", text),
        ("Still written off", still if still.minor == fact.amount else f"{still}; the rest was recovered or taken back"),
    ]  # fmt: skip
    table = explain.step_table("steps", steps, fact.currency, as_of, "Written off")
    return _view("write-off", write_off_id, as_of, fields, [("What came of it", table)],
                 {"because": text, "written_off": still, "file": files["write-off", write_off_id]})  # fmt: skip


def _hold(books: Books, hold_id: str, as_of: date) -> View:
    from billcli.app.hold_state import hold_view
    from billcli.core.explain import hold_text

    fact = hold_queries.hold(books.index, hold_id)
    assert fact is not None
    stood = hold_view(books, hold_id, as_of)
    text, path = hold_text(fact, stood.data["state"]), books.path("hold", hold_id)
    about = fact.invoice or f"all invoices of {fact.customer}"
    fields = [("Hold", f"{hold_id} ({fact.kind})"), ("On", about), ("File", path), ("Reason", fact.reason), ("What", text)]
    return _view("hold", hold_id, as_of, fields, stood.tables, {"because": text, "state": stood.data["state"], "file": path})


def _draft(books: Books, draft_id: str, as_of: date) -> View:
    from billcli.core.defaults import levels

    draft, path = books.draft(draft_id), books.path("draft", draft_id)
    tax = ", ".join(dict.fromkeys(line.tax for line in draft.lines))
    own = {"terms": draft.terms or "", "currency": draft.currency or "", "tax": tax, "language": ""}
    said = levels(books.settings(), books.categories(), books.customer(draft.customer))
    text = f'it has no number and stands in no figure until "bill invoice issue {draft_id}" issues it'
    fields = [("Draft", draft_id), ("Customer", draft.customer), ("File", path), ("What", text)]
    tables = [("What it would be issued with", explain.default_table(said, own, as_of))]
    return _view("draft", draft_id, as_of, fields, tables, {"because": text, "file": path})


def _recurring(books: Books, template_id: str, as_of: date) -> View:
    from billcli.app.recurring_show import recurring_view

    stood = recurring_view(books, template_id, as_of)
    path, now = books.path("recurring", template_id), stood.data["state"]
    text = f'what is due of it comes out with "bill recurring run": one document for each period, known as recurring:{template_id}@DAY'
    fields = [("Template", template_id), ("Customer", stood.data["customer"]), ("File", path), ("What", text), ("State", now)]
    return _view("recurring", template_id, as_of, fields, stood.tables, {"because": text, "state": now, "file": path})


def _reminder(books: Books, reminder_id: str, as_of: date) -> View:
    from billcli.app.remind import reminder_view

    return reminder_view(books, reminder_id, as_of)


def _approval(books: Books, approval_id: str, as_of: date) -> View:
    from billcli.app.approval import approval_view

    return approval_view(books, approval_id, as_of)


def _finding(books: Books, finding_id: str, as_of: date) -> View:
    from billcli.app.finding import finding_view

    return finding_view(books, finding_id, as_of)


_EXPLAINED: dict[str, Callable[[Books, str, date], View]] = {
    "customer": _customer, "invoice": _invoice, "credit-note": _credit_note, "payment": _payment, "refund": _refund,
    "write-off": _write_off, "hold": _hold, "draft": _draft, "recurring": _recurring, "reminder": _reminder, "approval": _approval,
    "finding": _finding,
}  # fmt: skip
