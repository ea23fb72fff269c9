"""What ``bill check`` gives the checks of notices to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date

from billcli.app.books import Books
from billcli.app.lost import Lost
from billcli.core.addresses import alone
from billcli.core.checks import reminders as checks
from billcli.core.checks.reminders import Asked
from billcli.core.delivery import COUNTS
from billcli.core.dunning.assess import assess
from billcli.core.dunning.levels import counting, next_step, notice_stands
from billcli.core.facts import DeliveryFact, ReminderFact
from billcli.core.instalments import agreed_parts
from billcli.diagnostics import Diagnostic
from billcli.errors import BillError
from billcli.index import find, hold_queries, queries, reminder_queries
from billcli.model.dunning import Dunning


def reminders(books: Books, without: Lost) -> Iterator[Diagnostic]:
    """Policies, then every notice against the ones before it and against its invoices."""
    if "ledger.yaml" in without.files:
        return
    from billcli.app.interest_rates import regimes

    dunning = books.settings().dunning
    yield from checks.check_policies(dunning, regimes())
    if "categories.yaml" not in without.files:
        paths = find.paths(books.index, "customer", find.keys(books.index, "customer"))
        yield from checks.check_named(dunning, books.categories(), queries.customers(books.index), paths.__getitem__)
    if not without.any_of("deliveries"):
        yield from checks.check_delivered(_undelivered(books))
    asked = _asked(books, without)
    if not asked:
        return
    yield from checks.check_levels(asked, {each.name: each for each in dunning.policies} if dunning else {})
    yield from checks.check_interest(asked)
    if not any(without.any_of(folder) for folder in ("payments", "credit-notes", "write-offs", "holds", "invoices")):
        yield from checks.check_overclaimed(asked, _run_up(books, asked, dunning))
    yield from checks.check_open(asked)
    if not without.any_of("approvals"):
        yield from checks.check_consent(asked, reminder_queries.approvals(books.index, list({each.notice.customer for each in asked})))
    files = {each.notice.id: each.file for each in asked if each.counts}
    charges = reminder_queries.charges_of(books.index, list(files))
    yield from checks.check_charges((files[name], each) for name in files for each in charges.get(name, ()))


def _undelivered(books: Books) -> list[tuple[str, ReminderFact]]:
    notices = reminder_queries.reminders(books.index, date.max)
    deliveries = reminder_queries.deliveries_of(books.index, [each.id for each in notices])
    alone = [each for each in notices if not deliveries.get(each.id)]
    paths = find.paths(books.index, "reminder", [each.id for each in alone])
    return [(paths[each.id], each) for each in alone]


def _asked(books: Books, without: Lost) -> list[Asked]:
    """Every invoice in every notice that was not dropped, in the order of days."""
    notices = reminder_queries.reminders(books.index, date.max)
    ids = [each.id for each in notices]
    if not ids:
        return []
    paths, items = find.paths(books.index, "reminder", ids), reminder_queries.items_of(books.index, ids)
    deliveries = reminder_queries.deliveries_of(books.index, ids)
    numbers = list({item.invoice for mine in items.values() for item in mine})
    invoices, rows = queries.invoices(books.index, numbers), queries.settlements_of(books.index, numbers)
    every = (
        Asked(paths[notice.id], notice, item, stands in COUNTS, fact.gross, fact.issued_on, rows[item.invoice])
        for notice in notices
        if (stands := _stands(deliveries.get(notice.id, []), without)) != "dropped"
        for item in items[notice.id]
        if (fact := invoices.get(item.invoice)) is not None
    )
    return [each if each.item.open <= checks.left(each) else each._replace(later=_later(books, each)) for each in every]


def _later(books: Books, asked: Asked) -> frozenset[str]:
    """Documents that settle the invoice and that the audit trail has from after the notice: it could not know what they say."""
    paths = {row.source: alone(path) for row in asked.rows if (path := find.path_of(books.index, row.source_kind, row.source))}
    after = reminder_queries.written_after(books.index, alone(asked.file), list(paths.values()))
    return frozenset(name for name, path in paths.items() if path in after)


def _run_up(books: Books, asked: Sequence[Asked], dunning: Dunning | None) -> dict[str, int]:
    """By the books of today, the interest of every invoice on which some was claimed; not of those for which a rate is missing."""
    from billcli.app.dunning import regime as regime_of
    from billcli.core.dunning.notice import History, run_up

    claimed = [each for each in asked if each.counts and each.item.interest]
    try:
        regime = regime_of(dunning) if dunning is not None and claimed else None
    except BillError:
        regime = None  # one that is not there, which another finding says
    if regime is None:
        return {}
    today = max(books.today, *(each.notice.booked_on for each in claimed))
    rows = {each.item.invoice: each.rows for each in claimed}
    facts = queries.invoices(books.index, list(rows))
    own = queries.instalments_of(books.index, [each.number for each in facts.values() if each.parts > 1])
    every = reminder_queries.holds_of(books.index, list({each.customer for each in facts.values()}), today)
    holds = {
        each.number: [hold for hold in every if hold.customer == each.customer and hold.invoice in (None, each.number)]
        for each in facts.values()
    }
    plans = [hold.id for hold in every if hold.kind == "plan"]
    history = History(rows, holds, hold_queries.plan_parts_of(books.index, plans) if plans else {})
    found = {}
    for number, fact in facts.items():
        agreed = agreed_parts(fact.due_on, fact.gross, own.get(number), None)
        with suppress(BillError):
            found[number] = 0 if fact.voided_on else run_up(fact, agreed, regime, history, today)[0]
    return found


def _stands(deliveries: list[DeliveryFact], without: Lost) -> str:
    return "dropped" if not deliveries and without.any_of("deliveries") else notice_stands(deliveries)


def forgotten(books: Books, without: Lost) -> Iterator[Diagnostic]:
    """Notices that crossed a payment, and invoices that nobody was reminded of."""
    if "ledger.yaml" in without.files:
        return
    yield from checks.check_crossed(_asked(books, without))
    dunning = books.settings().dunning
    if dunning is None or not dunning.policies:
        return
    from billcli.app.dunning import accounts

    try:
        every = accounts(books, dunning, books.today, None)
    except BillError:
        return  # a policy that is not there, which another finding says
    used = [(each.chosen.policy.name, each.currency) for each in every if each.chosen.policy is not None]
    yield from checks.check_fees(dunning, used)
    due = []
    for account in every:
        for chase in assess(account, dunning, books.today).chases:
            assert account.chosen.policy is not None
            step = next_step(account.chosen.policy.levels, counting(chase.debt.past), chase.due_on, books.today, chase.debt.start)
            if step is not None and step.level.days >= 0:
                due.append((books.path("invoice", chase.debt.fact.number), chase.debt.fact.number, step.level.level, step.day))
    yield from checks.check_forgotten(due, books.today)
