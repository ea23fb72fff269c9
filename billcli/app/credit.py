"""Use cases of scoring: the history from the index, the score from ``core``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from billcli.app.books import Books
from billcli.app.dimensions import facets
from billcli.app.no_cycles import no_cycles
from billcli.core.active import is_active
from billcli.core.credit import calibration, merged
from billcli.core.credit.course import SETTLED, State
from billcli.core.credit.history import Case, History, Trouble
from billcli.core.credit.rules import Rules, grade_of, rules_of
from billcli.core.credit.score import Issued, days_late, decay, score
from billcli.core.credit.views import Behind, Scored, explain_view, group_report, score_report, scored
from billcli.core.dimensions import DIMENSIONS_OF_CUSTOMERS, label, parse_dimensions
from billcli.core.facts import CustomerFact
from billcli.core.report import Report, View
from billcli.errors import BillError, UsageError
from billcli.index import credit_queries, queries
from billcli.model.money import Money
from billcli.model.values import quoted

FIRST = ("segment", "size", "industry", "region")
"""In which of its groups a customer with little history is looked for, one after the other."""


class Known(NamedTuple):
    """What the books know on a day: ``history`` gone through to its end, and the cases that were wanted."""

    rules: Rules
    day: date
    customers: dict[str, CustomerFact]
    history: History
    issued: Sequence[Issued]
    cases: Sequence[Case]
    curve: calibration.Curve
    successors: dict[str, str]

    def merged_into(self, customer: str) -> list[str]:
        """The customer, and those that it has taken the place of."""
        return [customer, *(each for each, now in self.successors.items() if now == customer)]


def credit_rules(books: Books) -> Rules:
    return rules_of(queries.settings(books.index).get("credit"))


@no_cycles()
def known(books: Books, day: date, wanted: Callable[[Sequence[Issued]], Collection[str]] | None = None, *, fitted: bool = True) -> Known:
    """Goes through the history up to the end of a day; the curve is ``fitted`` to what was known then. Raises ``BillError``.

    Who asks for scores and grades alone needs no curve, for which thousands of past days are looked at.
    """
    from billcli.app.credit_promises import broken_promises

    rules = credit_rules(books)
    if not rules.work:
        raise BillError("no score can be computed from the weights and the half-life in ledger.yaml", '"bill check" says what is wrong')
    customers = {each.id: each for each in queries.customers(books.index)}
    successors = merged.successors(customers)
    issued, happened = credit_queries.history(books.index, day, successors)
    every: list[Any] = [*happened]
    if troubles := [*credit_queries.disputes(books.index, day), *broken_promises(books, day)]:
        every += (_moved(each, successors) for each in troubles)
        every.sort(key=lambda each: each.day)
    groups = {
        each.id: found for each in customers.values() if (found := [(name, group) for name in FIRST if (group := getattr(each, name))])
    }
    history = History(rules, day.toordinal(), groups)
    chosen = wanted(issued) if wanted else ()
    recent = chosen_lately(issued, day.toordinal()) if fitted else []
    cases = history.run(issued, every, frozenset(recent).union(chosen))
    marks = frozenset(recent)
    curve = calibration.fit(
        (score(each.features.shares, rules), is_late(history, each.invoice, day.toordinal()))
        for each in cases
        if each.invoice.number in marks
    )
    return Known(rules, day, customers, history, issued, cases, curve, successors)


def known_now(books: Books, day: date, *, fitted: bool = False) -> Known:
    """The same, gone through once for as long as nothing in the index changes."""
    key = (day, books.index.total_changes)
    kept = _KEPT.get(books)
    if kept is None or kept[0] != key or (fitted and not kept[1]):
        kept = _KEPT[books] = (key, fitted, known(books, day, fitted=fitted))
    return kept[2]


_KEPT: WeakKeyDictionary[Books, tuple[tuple[date, int], bool, Known]] = WeakKeyDictionary()
"""By the books of one command, of which many invoices, or lists by grade, may ask for scores of one day."""


def _moved(trouble: Trouble, successors: dict[str, str]) -> Trouble:
    return trouble._replace(customer=successors.get(trouble.customer, trouble.customer))


def chosen_lately(issued: Sequence[Issued], day: int) -> list[str]:
    """Which invoices calibrate: those due in the last year, where they are few all that were ever due; of very many every so-manieth."""
    recent = [each.number for each in issued if day - calibration.WINDOW <= each.due_on < day]
    if len(recent) < calibration.FEWEST:
        recent = [each.number for each in issued if each.due_on < day]
    return recent[:: len(recent) // calibration.MOST + 1]


def is_late(history: History, invoice: Issued, day: int, horizon: int = 0) -> bool:
    """Whether an invoice came, or has to be waited for, more than ``horizon`` days after its due date; credited ones count as on time."""
    account = history.accounts[invoice.customer]
    closed = account.closed.get(invoice.number)
    if closed is not None:
        return closed.state.word == SETTLED and closed.state.worst > horizon
    _, state = account.open[invoice.number]
    return max(state.worst, day - state.due) > horizon


@no_cycles()
def score_list(books: Books, wanted: Sequence[str], by: Sequence[str], where: str | None, group: str | None, as_of: date) -> Report:
    """Scores of all customers that are invoiced, or of those that are named; or a row per group of them."""
    dimensions = parse_dimensions(by, (*DIMENSIONS_OF_CUSTOMERS, "tag"))
    for each in wanted:
        books.path("customer", each)
    members = _members(books, group) if group else None
    again = where is not None or any(each.name == "grade" for each in dimensions)
    found = known_now(books, as_of, fitted=True) if again else known(books, as_of)
    rows = [
        _scored(found, each)
        for each in found.customers.values()
        if (each.id in wanted if wanted else is_active(each, as_of)) and (members is None or each.id in members)
    ]
    report = score_report(rows, as_of, found.rules, found.curve, _early(books, found))
    if where is not None:
        from billcli.app.listing import listed

        report = listed(books, report, "customer", (), where, as_of)
        fitting = {row[0] for row in report.rows}
        rows = [each for each in rows if each.customer in fitting]
    if not dimensions:
        return report
    facet = facets(books, [each.name for each in dimensions], as_of, ())
    labels = {each.customer: tuple(label(facet.of_customer(each.customer, one.name), one) for one in dimensions) for each in rows}
    return group_report(rows, labels, [each.text for each in dimensions], as_of, found.rules)


def _members(books: Books, group: str) -> set[str]:
    from billcli.app.invoice import group_members

    return group_members(books, group)


def _early(books: Books, found: Known) -> tuple[str, ...]:
    if found.issued:
        return ()
    first = credit_queries.first_issued(books.index)
    return (f"nothing was invoiced by {found.day}; " + (f"the first invoice is of {first}" if first else "there is no invoice yet"),)


def _scored(found: Known, customer: CustomerFact) -> Scored:
    features = found.history.features(customer.id, found.day.toordinal())
    return scored(customer.id, customer.name, features, found.rules, found.curve)


def scored_one(found: Known, customer_id: str) -> float:
    """The score of one customer."""
    return score(found.history.features(customer_id, found.day.toordinal()).shares, found.rules)


@no_cycles()
def grades(books: Books, as_of: date) -> dict[str, str]:
    """The grade of every customer on a day; of one that was merged that of the customer in its place."""
    found = known_now(books, as_of)
    successors = found.successors
    own = {each: grade_of(scored_one(found, each), found.rules).grade for each in found.customers if each not in successors}
    return own | {customer: own[into] for customer, into in successors.items() if into in own}


@no_cycles()
def explain(books: Books, customer_id: str, as_of: date) -> View:
    """One customer's score with what it is made of, and what follows from it."""
    from billcli.app.credit_policy import follows

    books.path("customer", customer_id)
    found = known(books, as_of)
    made = _scored(found, found.customers[customer_id])
    follow = follows(books, books.customer(customer_id), as_of, found)
    return explain_view(made, _behind(found, customer_id), found.rules, found.curve, as_of, _turnover(books, found, customer_id), follow)


def _behind(found: Known, customer_id: str) -> list[Behind]:
    """The invoices in the sums, with what each weighs."""
    history, day = found.history, found.day.toordinal()
    account = history.account(customer_id)
    late: list[tuple[Issued, State]] = [each for each in account.open.values() if day > each[1].due or each[1].worst > 0]
    paid = [each for each in account.closed.values() if each.state.word == SETTLED]
    newest = max([0, *(each.invoice.issued_on for each in paid), *(invoice.issued_on for invoice, _ in late)])
    rows = [Behind(invoice, state, 0, 1.0, invoice.number in history.troubled) for invoice, state in late]
    for each in paid:
        weight = decay(newest - each.invoice.issued_on, found.rules.half_life)
        rows.append(Behind(each.invoice, each.state, each.payments, weight, each.invoice.number in history.troubled))
    return rows


def _turnover(books: Books, found: Known, customer_id: str) -> list[tuple[str, Any]]:
    """What was invoiced in the last 365 days, less credit notes, in each currency for itself."""
    sums = credit_queries.turnover(books.index, found.merged_into(customer_id), found.day)
    money = [Money(total, currency) for currency, total in sums.items() if total]
    return [("Invoiced in a year", ", ".join(map(str, money)) or "nothing")]


@no_cycles()
def backtest(books: Books, split: str | None, split_on: date | None, horizons: Sequence[int], as_of: date) -> View:
    """The score held to what came after a day, which stands at a share of the time between the first and the last invoice."""
    from billcli.core.credit.backtest import backtest_view

    share = _share(split, split_on)
    part, at = 1, 0
    chosen: frozenset[str] = frozenset()

    def wanted(issued: Sequence[Issued]) -> Collection[str]:
        nonlocal part, at, chosen
        if len({each.issued_on for each in issued}) < 2:
            raise BillError(f"there is nothing to test on {as_of}", "it takes invoices of several days")
        first, last = issued[0].issued_on, issued[-1].issued_on
        at = split_on.toordinal() if split_on else int(first + (last - first) * share)
        near = [
            each.number for each in issued if each.issued_on > at or each.due_on > at - calibration.WINDOW - 2 * max(horizons, default=0)
        ]
        part = len(near) // _MOST + 1
        chosen = frozenset(near[::part])
        return chosen

    found = known(books, as_of, wanted)
    tested = [made for each in found.cases if each.invoice.number in chosen and (made := _tested(found, each)) is not None]
    return backtest_view(tested, at, as_of, list(dict.fromkeys(horizons)), found.rules, part)


_MOST = 20_000
"""So many invoices are tested at most; more say the same."""


def _share(split: str | None, split_on: date | None) -> float:
    from billcli.app.amounts import value_of
    from billcli.model.values import parse_quantity

    if split is None:
        return 0.6
    if split_on is not None:
        raise UsageError("--split and --split-on exclude each other", "give the share of the time, or the day")
    share = float(value_of(parse_quantity, split, "--split"))
    if not 0.1 <= share <= 0.9:
        raise UsageError(f"--split: {quoted(split)} leaves too little on one side", "use a share from 0.1 to 0.9, such as 0.6")
    return share


def _tested(found: Known, case: Case) -> Any:
    """What became of an invoice, and what was said of it; None where credit took all of it."""
    from billcli.core.credit.backtest import Tested, last_value

    invoice, features, day = case.invoice, case.features, found.day.toordinal()
    account = found.history.accounts[invoice.customer]
    closed = account.closed.get(invoice.number)
    if closed is not None:
        if closed.state.word != SETTLED:
            return None
        days, known_on = days_late(closed.state, day), closed.day
    else:
        days, known_on = days_late(account.open[invoice.number][1], day), 0
    ratio, usual = features.raw["on_time"], features.usual
    on_time = usual["on_time"] if ratio is None else ratio
    last = usual["days_late"] if features.last is None else features.last
    return Tested(invoice.issued_on, invoice.due_on, days, known_on, score(features.shares, found.rules), 100 * on_time, last_value(last))
