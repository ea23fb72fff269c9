"""``bill check``: every problem of every file, and of all files together, in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from itertools import groupby

from billcli.app.books import Books
from billcli.app.lost import Lost, lost
from billcli.core.addresses import alone, name_of
from billcli.core.checks import books as together
from billcli.core.checks import closed, granted, suspicions
from billcli.core.checks.facts import CreditedInvoice, Unused
from billcli.core.facts import OpenInvoice
from billcli.core.recurring import Rhythm
from billcli.diagnostics import Diagnostic, Path
from billcli.index import (
    balances,
    bank_queries,
    check_queries,
    delivery_queries,
    find,
    hold_queries,
    queries,
    recurring_queries,
    suspicion_queries,
)
from billcli.index.folded import in_files
from billcli.store.layout import KINDS


def check(books: Books, *, strict: bool = False) -> list[Diagnostic]:
    """All findings in the order of files and lines; ``strict`` adds what may be right but is worth a look."""
    return sorted(in_files(books.index, findings(books, strict=strict)), key=Diagnostic.sort_key)


def findings(books: Books, *, strict: bool = False) -> list[Diagnostic]:
    """The same by document: what stands in a folded file goes by its address, and lines are those of the document."""
    found = [*queries.problems(books.index)]
    without = lost(found, queries.unreadable(books.index), check_queries.kept_out(books.index), check_queries.gone(books.index))
    rules = {**CHECKS, **STRICT} if strict else CHECKS
    across = [each for rule in rules.values() for each in rule(books, without)]
    return [*found, *_located(books, across)]


def _located(books: Books, found: list[Diagnostic]) -> Iterator[Diagnostic]:
    from billcli.store.read import locate_all

    for file, group in groupby(sorted(found, key=lambda each: each.file), key=lambda each: each.file):
        together = list(group)
        try:
            raw = books.raw(file)
        except OSError:
            yield from together  # the file is what is missing, or another finding says why it cannot be read
        else:
            yield from locate_all(raw, together)


def _references(books: Books, without: Lost) -> Iterator[Diagnostic]:
    def known(kind: str) -> list[str]:
        if kind in find.TABLES:
            return find.keys(books.index, kind)
        return queries.names(books.index, kind)

    return together.check_references((each for each in check_queries.missing(books.index) if not without.name(each.kind, each.name)), known)


def _twice(books: Books, without: Lost) -> Iterator[Diagnostic]:
    return together.check_twice(each for each in check_queries.twice(books.index) if each.file not in without.twins)


def _sequences(books: Books, without: Lost) -> Iterator[Diagnostic]:
    settings = queries.settings(books.index)
    for kind in ("invoice", "credit-note"):
        patterns = [value for name, value in settings.items() if name.startswith(f"sequence {kind} ")]
        elsewhere = None if without.within(KINDS[kind].folder) else without.names
        documents = check_queries.numbered(books.index, kind)
        yield from together.check_sequences(documents, patterns, strict=settings.get("order") == "strict", elsewhere=elsewhere)


def _balances(books: Books, without: Lost) -> Iterator[Diagnostic]:
    return together.check_balances(check_queries.overdrawn(books.index))


def _crossings(books: Books, without: Lost) -> Iterator[Diagnostic]:
    related = None if without.any_of("customers") else lambda customer: queries.relatives(books.index, customer)
    return together.check_crossings(check_queries.crossings(books.index), related)


def _credit(books: Books, without: Lost) -> Iterator[Diagnostic]:
    invoices = check_queries.credited(books.index)
    yield from together.check_credit_caps(invoices)
    for each in invoices:
        if each.by_line:
            sold = {at: line.quantity for at, line in enumerate(books.invoice(each.number).lines, 1)}
            credited: dict[int, Decimal] = {}
            last: dict[int, str] = {}
            for note, line, quantity in sorted(queries.credited_quantities(books.index, each.number)):
                credited[line] = credited.get(line, Decimal(0)) + Decimal(quantity)
                last[line] = note
            yield from together.check_line_caps(each.number, sold, credited, partial(_place, books, last))
        if each.credited <= each.gross and not each.other_currency:
            yield from _tax_caps(books, each)


def _tax_caps(books: Books, credited: CreditedInvoice) -> Iterator[Diagnostic]:
    """What another tool shared over tax codes is not held to shares of our own."""
    from billcli.core.shares import taxed_by_code, taxed_in_all

    if credited.imported:
        return
    invoice = books.invoice(credited.number)
    notes = [books.credit_note(each.number) for each in queries.credit_notes_for(books.index, credited.number)]
    yield from together.check_tax_caps(credited, taxed_by_code(invoice), taxed_in_all(notes))


def _place(books: Books, last: Mapping[int, str], line: int) -> tuple[str, Path]:
    """Where the last credit note that takes back a line of the invoice does so."""
    at = max(at for at, each in enumerate(books.credit_note(last[line]).lines) if each.invoice_line == line)
    return books.path("credit-note", last[line]), ("lines", at, "quantity")


def _parents(books: Books, without: Lost) -> Iterator[Diagnostic]:
    yield from together.check_parents(check_queries.parents(books.index))
    yield from together.check_parents(check_queries.merged(books.index), "merged_into", "merged into itself")


def _trail(books: Books, without: Lost) -> Iterator[Diagnostic]:
    from billcli.core.audit.chain import faults

    chains = (each for each in check_queries.trail(books.index) if each.file.rpartition("/")[0] not in without.broken_trails)
    return together.check_trail(without.gone, faults(chains))


def _granted(books: Books, without: Lost) -> Iterator[Diagnostic]:
    found = check_queries.granted(books.index)
    if found and "ledger.yaml" not in without.files:
        yield from granted.check_discounts(found, books.settings().settlement)


def _unpaid_credit(books: Books, without: Lost) -> Iterator[Diagnostic]:
    if not any(without.any_of(folder) for folder in ("invoices", "credit-notes", "payments")):
        yield from granted.check_unpaid_credit(check_queries.unpaid_credit(books.index))
    yield from granted.check_bounced(check_queries.bounced_refunds(books.index))


def _closed(books: Books, without: Lost) -> Iterator[Diagnostic]:
    through = books.closed_through()
    yield from closed.check_drafts(suspicion_queries.drafts_left(books.index), through)
    if through is None:
        return
    yield from closed.check_closed_through(through, books.today)
    if closings := suspicion_queries.closings(books.index):
        last = max(each.through for each in closings)
        touched = suspicion_queries.touched(books.index, min(each.at for each in closings if each.through == last))
        elsewhere = _elsewhere(books, without)
        yield from closed.check_closed((each for each in touched if not (each.gone and elsewhere(each.file))), closings, through)


def _elsewhere(books: Books, without: Lost) -> Callable[[str], bool]:
    """Whether another finding says that a file is gone, or where it may be: in a folder that cannot be looked into, or in a wrong one."""
    told = {each.file for each in without.gone}
    named = suspicion_queries.with_findings(books.index)
    folders = tuple(f"{folder}/" for folder in without.folders)
    return lambda file: file in told or alone(file).startswith(folders) or name_of(file) in named


def _ahead(books: Books, without: Lost) -> Iterator[Diagnostic]:
    return suspicions.check_ahead(suspicion_queries.ahead(books.index, books.today), books.today)


def _odd_payments(books: Books, without: Lost) -> Iterator[Diagnostic]:
    yield from suspicions.check_early(suspicion_queries.early(books.index))
    yield from suspicions.check_paid_twice(suspicion_queries.paid_twice(books.index))


def _rules(books: Books, without: Lost) -> Iterator[Diagnostic]:
    found = check_queries.granted(books.index)
    if found and "ledger.yaml" not in without.files:
        yield from granted.check_rules(found, books.settings().settlement)


def _waiting(books: Books, without: Lost) -> Iterator[Diagnostic]:
    """Money, promises and drafts that wait for a person."""
    yield from suspicions.check_unused(_unused(books))
    yield from suspicions.check_promises(suspicion_queries.expired_promises(books.index, books.today))
    yield from closed.check_forgotten(suspicion_queries.drafts_left(books.index), books.closed_through(), books.today)


def _unused(books: Books) -> Iterator[Unused]:
    oldest: dict[tuple[str, str], OpenInvoice] = {}
    for invoice in balances.open_invoices(books.index, books.today):
        key = (invoice.customer, invoice.currency)
        if key not in oldest or (invoice.due_on, invoice.number) < (oldest[key].due_on, oldest[key].number):
            oldest[key] = invoice
    for each in balances.free_sources(books.index, books.today):
        beside = oldest.get((each.customer, each.currency))
        if each.amount > 0 and beside is not None and (books.today - each.booked_on).days > suspicions.UNUSED_DAYS:
            path = books.path(each.kind, each.name)
            yield Unused(path, each.kind, each.name, each.customer, each.currency, each.amount, each.booked_on, beside.number)


def _long_terms(books: Books, without: Lost) -> Iterator[Diagnostic]:
    return suspicions.check_long_terms(suspicion_queries.long_terms(books.index, suspicions.EU, suspicions.EU_DAYS))


def _holds(books: Books, without: Lost) -> Iterator[Diagnostic]:
    from billcli.core.checks import holds
    from billcli.model.hold import Hold

    found = hold_queries.held(books.index)
    yield from holds.check_held(found, lambda file: books.document(file, Hold).lines)
    yield from holds.check_plans(found)


def _evidence(books: Books, without: Lost) -> Iterator[Diagnostic]:
    from billcli.app.evidence import evidence_now
    from billcli.core.checks.holds import check_evidence

    return check_evidence(hold_queries.evidence(books.index), partial(evidence_now, books))


def _findings(books: Books, without: Lost) -> Iterator[Diagnostic]:
    from billcli.core.checks.findings import check_named
    from billcli.diagnostics import same_spelling
    from billcli.index import finding_queries

    misfound = [each for each in finding_queries.misfound(books.index) if each.name not in without.names and not without.folders]

    def near(name: str) -> str:
        return (
            same_spelling(name, [key for kind in find.TABLES for key in find.keys(books.index, kind)])
            or "mend the number, or bring it back"
        )

    return check_named(misfound, near)


def _recurring(books: Books, without: Lost) -> Iterator[Diagnostic]:
    from billcli.core.checks import recurring
    from billcli.core.recurring import rhythm_of
    from billcli.model.values import BadValue

    documents = recurring_queries.documents(books.index)
    rhythms: dict[str, Rhythm | None] = {}
    for name in find.keys(books.index, "recurring") if documents else ():
        try:
            rhythms[name] = rhythm_of(books.recurring(name))
        except BadValue:
            rhythms[name] = None  # E690 says it
    return recurring.check_made(documents, rhythms, lambda name: without.name("recurring", name))


def _overdue_periods(books: Books, without: Lost) -> Iterator[Diagnostic]:
    """Of templates that work, and whose documents are all there to be seen."""
    from billcli.app.recurring import Standings, all_standings, not_made
    from billcli.core.checks import recurring
    from billcli.core.recurring import due_on

    if without.any_of("invoices") or without.any_of("drafts"):
        return
    paths = recurring_queries.paths(books.index)
    for each in all_standings(books):
        if isinstance(each, Standings) and (missing := not_made(books, each, books.today)):
            found = (paths[each.template.id], each.template.id, missing[0], due_on(missing[0], each.rhythm))
            yield from recurring.check_overdue([found], books.today)


def _bank(books: Books, without: Lost) -> Iterator[Diagnostic]:
    """Decisions against the lines they are on and against what they booked; the originals; the balances of each account."""
    from billcli.app.evidence import original_now
    from billcli.core.bank_chain import breaks, marks
    from billcli.core.checks import bank

    statements = bank_queries.statements(books.index)
    decided = bank_queries.decided(books.index)
    if not statements and not decided:
        return
    yield from bank.check_decisions(decided, lambda account: without.any_of(f"bank/{account}"))
    yield from bank.check_booked(decided, bank_queries.booked(books.index))
    yield from bank.check_originals(bank_queries.originals(books.index), partial(original_now, books))
    paths = bank_queries.statement_paths(books.index)
    for account, group in groupby(statements, key=lambda each: each.account):
        mine = list(group)
        if not without.any_of(f"bank/{account}"):
            by_day, on_day = bank_queries.line_days(books.index, account)
            whole = [each for each in mine if each.opening is None or each.closing in (None, each.opening + each.total)]
            yield from bank.check_chain(account, mine[0].currency, breaks(marks(whole, on_day), by_day), paths.__getitem__)


def _reminders(books: Books, without: Lost) -> Iterator[Diagnostic]:
    from billcli.app.check_reminders import reminders

    return reminders(books, without)


def _tags(books: Books, without: Lost) -> Iterator[Diagnostic]:
    from billcli.app.dimensions import has_rules
    from billcli.core.checks import classifying
    from billcli.index import dimension_queries

    yield from classifying.check_expired_tags(dimension_queries.expired_tags(books.index, books.today.isoformat()))
    yield from classifying.check_misplaced_tags(dimension_queries.misplaced_tags(books.index))
    if has_rules(books):
        from billcli.app.classified import rules

        uses = {each.name: each.uses for each in dimension_queries.tags(books.index)}
        yield from classifying.check_tags_given(rules(books), uses)


def _classifying(books: Books, without: Lost) -> Iterator[Diagnostic]:
    from billcli.app.classified import rules
    from billcli.app.classify import accounted, finding
    from billcli.core.checks import classifying
    from billcli.core.classify import contradictions

    every = rules(books)
    if not every or without.any_of("customers") or without.any_of("invoices"):
        return
    yield from classifying.check_contradictions([each.name for each in every], contradictions(every))
    contradicted = {second.name for _, second, _ in contradictions(every)}
    found = {name: finding(each) for name, each in accounted(books, books.today, every).items() if name not in contradicted}
    yield from classifying.check_idle([each.name for each in every], found)


def _forgotten(books: Books, without: Lost) -> Iterator[Diagnostic]:
    from billcli.app.check_reminders import forgotten

    return forgotten(books, without)


def _deliveries(books: Books, without: Lost) -> Iterator[Diagnostic]:
    from billcli.core.checks.deliveries import check_handed_twice

    yield from check_handed_twice(delivery_queries.handed_twice(books.index))
    yield from _undelivered(books, strict=False)


def _refused(books: Books, without: Lost) -> Iterator[Diagnostic]:
    return _undelivered(books, strict=True)


def _undelivered(books: Books, *, strict: bool) -> Iterator[Diagnostic]:
    waiting = delivery_queries.waiting_files(books.index)
    if waiting:
        from billcli.core.checks.deliveries import check_open
        from billcli.model.dunning import MailSettings

        mail = books.settings().mail or MailSettings(address="nobody@bill.example")
        yield from check_open(waiting, books.today, mail.give_up_days, strict=strict)


def _limits(books: Books, without: Lost) -> Iterator[Diagnostic]:
    from billcli.core.checks.credit import check_limits

    if without.files or without.any_of("invoices") or without.any_of("payments") or not check_queries.any_limit(books.index):
        return
    from billcli.app.credit_limit import over_limit, too_fine

    yield from too_fine(books)
    found = over_limit(books)
    yield from check_limits(
        found.over, found.late, found.uncounted, lambda customer: books.path("customer", customer), block=found.rules.limit == "block"
    )


CHECKS: dict[str, Callable[[Books, Lost], Iterator[Diagnostic]]] = {
    "references": _references,
    "twice": _twice,
    "sequences": _sequences,
    "balances": _balances,
    "crossings": _crossings,
    "credit": _credit,
    "parents": _parents,
    "trail": _trail,
    "granted": _granted,
    "unpaid credit": _unpaid_credit,
    "closed": _closed,
    "holds": _holds,
    "evidence": _evidence,
    "findings": _findings,
    "bank": _bank,
    "recurring": _recurring,
    "reminders": _reminders,
    "deliveries": _deliveries,
    "limits": _limits,
    "tags": _tags,
}
"""Every check across documents by name; a new one is a function from the books, and what is not in them, to diagnostics."""

STRICT: dict[str, Callable[[Books, Lost], Iterator[Diagnostic]]] = {
    "ahead": _ahead,
    "odd payments": _odd_payments,
    "rules": _rules,
    "waiting": _waiting,
    "long terms": _long_terms,
    "overdue periods": _overdue_periods,
    "forgotten": _forgotten,
    "refused": _refused,
    "classifying": _classifying,
}
"""What ``--strict`` looks at besides."""
