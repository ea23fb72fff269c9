"""What ``bill check`` gives the checks of notices to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from billcli.app.books import Books
from billcli.app.lost import Lost
from billcli.core.checks import reminders as checks
from billcli.core.checks.reminders import Asked
from billcli.core.delivery import COUNTS
from billcli.core.dunning.assess import assess
from billcli.core.dunning.levels import counting, next_step, notice_stands
from billcli.core.facts import DeliveryFact
from billcli.diagnostics import Diagnostic
from billcli.errors import BillError
from billcli.index import find, queries, reminder_queries


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
    asked = _asked(books, without)
    if not asked:
        return
    yield from checks.check_levels(asked, {each.name: each for each in dunning.policies} if dunning else {})
    yield from checks.check_interest(asked)
    yield from checks.check_open(asked)
    if not without.any_of("approvals"):
        yield from checks.check_consent(asked, reminder_queries.approvals(books.index, list({each.notice.customer for each in asked})))
    files = {each.notice.id: each.file for each in asked if each.counts}
    charges = reminder_queries.charges_of(books.index, list(files))
    yield from checks.check_charges((files[name], each) for name in files for each in charges.get(name, ()))


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
    return [
        Asked(paths[notice.id], notice, item, stands in COUNTS, fact.gross, fact.issued_on, rows[item.invoice])
        for notice in notices
        if (stands := _stands(deliveries.get(notice.id, []), without)) != "dropped"
        for item in items[notice.id]
        if (fact := invoices.get(item.invoice)) is not None
    ]


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
    due = []
    for account in every:
        for chase in assess(account, dunning, books.today).chases:
            assert account.chosen.policy is not None
            step = next_step(account.chosen.policy.levels, counting(chase.debt.past), chase.due_on, books.today)
            if step is not None and step.level.days >= 0:
                due.append((books.path("invoice", chase.debt.fact.number), chase.debt.fact.number, step.level.level, step.day))
    yield from checks.check_forgotten(due, books.today)
