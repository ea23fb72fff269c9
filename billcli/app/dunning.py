"""Who is due for a reminder on a day: facts from the index for ``core.dunning``, whole customers only where a notice would go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from billcli.app.books import Books
from billcli.app.credit_policy import policies
from billcli.core.delivery import COUNTS
from billcli.core.dunning.assess import Account, Assessed, Debt, assess
from billcli.core.dunning.levels import NO_DELIVERY, WAITS, Past, notice_stands, past_of
from billcli.core.dunning.policy import MISSING, chosen_policy, recipients
from billcli.core.facts import ApprovalFact, HoldFact, ReminderFact
from billcli.core.hold_state import is_live
from billcli.core.instalments import Agreed, agreed_parts, plans_by_invoice
from billcli.core.interest import Regime
from billcli.errors import BillError
from billcli.index import balances, delivery_queries, hold_queries, queries, reminder_queries
from billcli.model.dunning import Dunning, Level

if TYPE_CHECKING:
    from billcli.model.customer import Customer


class Round(NamedTuple):
    """What one look at the books found, account by account."""

    dunning: Dunning
    regime: Regime | None
    found: Sequence[tuple[Account, Assessed]]


def dunning_of(books: Books) -> Dunning:
    """Raises ``BillError`` where ``ledger.yaml`` says nothing of reminders."""
    found = books.settings().dunning
    if found is None or not found.policies:
        raise BillError("ledger.yaml says nothing about reminders", MISSING)
    return found


def regime(dunning: Dunning) -> Regime | None:
    if dunning.interest is None:
        return None
    from billcli.app.interest_rates import regime_of

    return regime_of(dunning.interest)


def look(books: Books, today: date, customers: Collection[str] | None = None, known: date = date.max) -> Round:
    """Every account with something open on that day, or those of these customers, and what becomes of it; ``known`` as in ``accounts``."""
    dunning = dunning_of(books)
    every = accounts(books, dunning, today, customers, known)
    return Round(dunning, regime(dunning), [(each, assess(each, dunning, today)) for each in every])


def accounts(books: Books, dunning: Dunning, today: date, wanted: Collection[str] | None, known: date = date.max) -> list[Account]:
    """Every customer and currency with something open on that day, all or those of these customers.

    Every notice counts, those of later days too: a clock that goes back sends nothing again. Only who looks at a past day leaves out what
    came after it, with ``known``.
    """
    only = next(iter(wanted)) if wanted is not None and len(wanted) == 1 else None
    open_ = [
        each for each in balances.open_invoices(books.index, today, only) if each.open > 0 and (wanted is None or each.customer in wanted)
    ]
    numbers = [each.number for each in open_]
    facts = queries.invoices(books.index, numbers)
    own = queries.instalments_of(books.index, [each.number for each in open_ if each.parts > 1])
    holds = _holds(reminder_queries.holds_of(books.index, list({each.customer for each in open_}), today))
    plans = _plans(books, holds, today)
    sent = delivery_queries.sent_invoices(books.index, numbers)
    past, remembered = _past(books, numbers, known), {} if books.context.known_at else _remembered(books.root, known)
    debts: dict[tuple[str, str], list[Debt]] = {}
    for each in open_:
        fact = facts[each.number]
        mine = [*holds.get((fact.customer, fact.number), ()), *holds.get((fact.customer, None), ())]
        agreed = agreed_parts(fact.due_on, fact.gross, own.get(each.number), None)
        left_the_house = bool(fact.imported) or each.number in sent
        debt = Debt(
            fact,
            each.open,
            agreed,
            plans.get(each.number),
            left_the_house,
            mine,
            past.get(each.number, ()),
            remembered.get(each.number, {}),
        )
        debts.setdefault((each.customer, each.currency), []).append(debt)
    return _joined(books, dunning, today, debts, known)


def _holds(every: Sequence[HoldFact]) -> dict[tuple[str, str | None], list[HoldFact]]:
    found: dict[tuple[str, str | None], list[HoldFact]] = {}
    for each in every:
        found.setdefault((each.customer, each.invoice), []).append(each)
    return found


def _plans(books: Books, holds: Mapping[tuple[str, str | None], Sequence[HoldFact]], today: date) -> dict[str, Agreed]:
    live = [
        (each.id, each.invoice) for mine in holds.values() for each in mine if each.kind == "plan" and each.invoice and is_live(each, today)
    ]
    return plans_by_invoice(live, hold_queries.plan_parts_of(books.index, [plan for plan, _ in live])) if live else {}


def _past(books: Books, numbers: Sequence[str], known: date) -> dict[str, list[Past]]:
    """The notices that named each of these invoices, as they stand."""
    notices = reminder_queries.reminders_about(books.index, numbers, known)
    ids = [each.id for each in notices]
    items, deliveries = reminder_queries.items_of(books.index, ids), reminder_queries.deliveries_of(books.index, ids)
    found: dict[str, list[Past]] = {}
    for notice in notices:
        for each in past_of(notice, items[notice.id], deliveries.get(notice.id, ()), known):
            found.setdefault(each.invoice, []).append(each)
    return found


def _remembered(root: str, known: date) -> dict[str, dict[int, str]]:
    """By invoice and level, when this working copy handed a notice over, whatever the books say."""
    from billcli.store.outbox import remembered_levels

    found: dict[str, dict[int, str]] = {}
    for (invoice, level), at in remembered_levels(root).items():
        if at[:10] <= known.isoformat():
            found.setdefault(invoice, {})[level] = at
    return found


def _joined(books: Books, dunning: Dunning, today: date, debts: Mapping[tuple[str, str], Sequence[Debt]], known: date) -> list[Account]:
    categories = books.categories()
    customers = {each.id: each for each in queries.customers(books.index)}
    credit = {(each.customer, each.currency): each.amount for each in balances.unapplied(books.index, today)}
    approvals: dict[str, list[ApprovalFact]] = {}
    for each in reminder_queries.approvals(books.index, list({customer for customer, _ in debts})):
        approvals.setdefault(each.customer, []).append(each)
    notices: dict[tuple[str, str], dict[str, date]] = {}
    for notice in _from(books, today, known):
        notices.setdefault((notice.customer, notice.currency), {})[notice.id] = notice.booked_on
    statements = reminder_queries.statements_until(books.index)
    grades = policies(books, [customers[each] for each in {customer for customer, _ in debts} if each in customers], today)
    found = []
    for (customer, currency), mine in sorted(debts.items()):
        fact = customers.get(customer)
        if fact is None:
            continue  # check says that it is missing
        chosen = chosen_policy(dunning, categories, fact, grades.get(customer))
        found.append(Account(
            customer, currency, chosen, mine, credit.get((customer, currency), 0), fact.deactivated_on,
            approvals.get(customer, ()), notices.get((customer, currency), {}),
            {account: until for account, of, until in statements if of == currency}, _reachable(books, customer),
        ))  # fmt: skip
    return found


def _from(books: Books, today: date, known: date) -> list[ReminderFact]:
    """The notices of today, and those of later days that were not dropped."""
    found = [each for each in reminder_queries.reminders(books.index, known) if each.booked_on >= today]
    deliveries = reminder_queries.deliveries_of(books.index, [each.id for each in found])
    return [each for each in found if each.booked_on == today or notice_stands(deliveries.get(each.id, ())) != "dropped"]


def _reachable(books: Books, customer: str) -> Callable[[Level], bool]:
    def reachable(level: Level) -> bool:
        return by(level.channel, level.level)

    @cache
    def by(channel: str, level: int) -> bool:
        found: Customer = books.customer(customer)
        if channel == "letter":
            return found.address is not None and bool(found.address.street or found.address.city)
        return bool(recipients(found.contacts, level))

    return reachable


def bank_charges(books: Books, customers: Collection[str], today: date) -> dict[tuple[str, str], dict[str, int]]:
    """What banks took for payments that came back and no notice has claimed yet, by customer and currency; minor units."""
    from billcli.model.money import Money

    found: dict[tuple[str, str], dict[str, int]] = {}
    taken_back = reminder_queries.reversed_payments(books.index, list(customers), today)
    claimed = claimed_charges(books, [each.id for each in taken_back])
    for each in taken_back:
        if each.id not in claimed:
            reversal = books.payment(each.id).reversed
            if reversal and reversal.bank_charge:
                found.setdefault((each.customer, each.currency), {})[each.id] = Money.of(reversal.bank_charge, each.currency).minor
    return found


def claimed_charges(books: Books, payments: Sequence[str]) -> set[str]:
    """The payments whose bank charge a notice claims that was handed over, or waits to be."""
    about = reminder_queries.charges_on(books.index, payments)
    deliveries = reminder_queries.deliveries_of(books.index, list({each.reminder for each in about}))
    return {each.payment for each in about if notice_stands(deliveries.get(each.reminder, ())) in (*COUNTS, *WAITS, NO_DELIVERY)}
