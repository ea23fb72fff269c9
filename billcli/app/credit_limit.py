"""Use cases of credit limits: how customers stand, what an invoice would do, and another limit for a while."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from billcli.app.books import Books
from billcli.app.credit_exposure import Limits, Source, limited
from billcli.core.credit.limit import (
    Exposure,
    Override,
    Standing,
    allows_more,
    limit_report,
    other_currency_words,
    plan_override,
    uncounted_words,
    words_of,
)
from billcli.core.credit.rules import Rules
from billcli.core.defaults import defaults
from billcli.core.report import Report, counted
from billcli.diagnostics import Diagnostic
from billcli.errors import BillError, UsageError
from billcli.model.money import Money, decimals, decimals_text, digits

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.plan import Plan


def limit_list(books: Books, wanted: Sequence[str], where: str | None, as_of: date) -> Report:
    """How customers stand beside their limits; all that have one, or those that are named."""
    found = _limit_list(books, wanted, as_of)
    if where is None:
        return found
    from billcli.app.listing import listed

    return listed(books, found, "customer", (), where, as_of)


def _limit_list(books: Books, wanted: Sequence[str], as_of: date) -> Report:
    from billcli.app.credit import credit_rules

    for each in wanted:
        books.path("customer", each)
    limits = Limits(books, as_of, credit_rules(books), whole=not wanted)
    rows: list[Standing] = []
    notes: list[str] = []
    blocks = limits.rules.limit != "off"
    for customer in wanted or limits.customers:
        late = limits.late(customer) if blocks else None
        if not (wanted or late or limits.may_have(customer)):
            continue
        found = [each._replace(late=late is not None and not each.family) for each in limits.standings(customer)]
        rows += found if wanted else [each for each in found if each.limit is not None or each.late]
        notes += [*([late] if late else []), *_uncounted(limits, customer)]
    if as_of != books.clock_day() and any(each.parts.drafts or each.parts.recurring for each in rows):
        notes.append(f"drafts and templates are those that there are now, not those of {as_of}: no file says since when")
    return limit_report(rows, as_of, [*notes, *(words for _, words in limits.left_out)])


def too_fine(books: Books) -> Iterator[Diagnostic]:
    """E211 for limits of customers whose currency their own file does not say."""
    from billcli.index import queries

    bare = [each for each in queries.customers(books.index) if each.credit_limit is not None and each.currency is None]
    if not bare:
        return
    from billcli.app.credit import credit_rules

    limits = Limits(books, books.today, credit_rules(books), whole=False)
    for each in bare:
        amount, currency = Decimal(each.credit_limit or 0), limits.limit(each.id)[1]
        if decimals(amount) > digits(currency):
            message = f"credit_limit: {each.credit_limit} has {decimals_text(amount)}; {currency} has {digits(currency)}"
            yield Diagnostic("E211", message, books.path("customer", each.id), ("credit_limit",), hint="round it where it came from")


def _uncounted(limits: Limits, customer: str) -> list[str]:
    own = limits.limit(customer)[1]
    return [uncounted_words(customer, Money(total, currency), own) for currency, total in limits.uncounted(customer)]


class LimitCheck:
    """What the limits say to the invoices of one command, one after the other: each counts for those after it.

    ``waiting`` are the templates that the command makes invoices of.
    """

    def __init__(self, books: Books, waiting: Collection[str] = ()) -> None:
        from billcli.app.credit import credit_rules

        self.books = books
        self.waiting = waiting
        self.rules = credit_rules(books)
        self._limits: Limits | None = None

    def __call__(self, customer: str, currency: str, gross: int, source: Source | None = None) -> Callable[[Plan], Plan]:
        """The plan as it is, or with warnings; ``source`` is the draft or template it comes from.

        Raises ``BillError`` where the ledger blocks it; then it does not count either.
        """
        if self.rules.limit == "off":
            return lambda plan: plan
        if self._limits is None:
            self._limits = Limits(self.books, self.books.today, self.rules, waiting=self.waiting)
        said = self._said(self._limits, customer, currency, gross, source)
        if self.rules.limit == "block" and (blocked := [each for each in said if not each.allowed]):
            raise BillError("; ".join(each.words for each in blocked), allows_more(blocked[0].customer))
        self._limits.add(customer, currency, gross, source)
        return lambda plan: replace(plan, warnings=tuple(dict.fromkeys([*plan.warnings, *(each.words for each in said)])))

    def _said(self, limits: Limits, customer: str, currency: str, gross: int, source: Source | None) -> list[Said]:
        concerned = [customer, *limits.above(customer)]
        if not (self.rules.overdue_limit or any(limits.may_have(each) for each in concerned)):
            return []
        said: list[Said] = []
        for each in concerned:
            limit, own = limits.limit(each)
            if limit is not None and own != currency:
                said.append(Said(each, other_currency_words(each, Money(gross, currency), own), limit.allowed))
            for standing in limits.standings(each, source):
                if each == customer or standing.family:
                    after = standing._replace(parts=standing.parts.plus(Exposure(open=gross))) if own == currency else standing
                    if after.over:
                        said.append(Said(each, words_of(after), allowed=False))
        if late := limits.late(customer):
            said.append(Said(customer, late, allowed=False))
        family = {name for each in concerned for name in (each, *limits.below(each)) if limits.limit(each)[0] is not None}
        said += [Said(name, f"for a credit limit, {words}", allowed=True) for name, words in limits.left_out if name in family]
        return said


class Said(NamedTuple):
    """Why an invoice should not go out to a customer; ``allowed`` where somebody allowed it for a while."""

    customer: str
    words: str
    allowed: bool


def beyond_by(books: Books, invoices: Iterable[tuple[str, str, int]]) -> list[str]:
    """Which limits are exceeded once these invoices, made elsewhere, are in the books too: (customer, currency, open) of each.

    They exist whatever a limit says, so nothing is refused.
    """
    from billcli.app.credit import credit_rules
    from billcli.index.check_queries import any_limit

    rules = credit_rules(books)
    if rules.limit == "off" or not any_limit(books.index):
        return []
    limits = Limits(books, books.today, rules, whole=True)
    concerned: dict[str, None] = {}
    for customer, currency, open_ in invoices:
        if customer in limits.customers:
            limits.add(customer, currency, open_)
            concerned.update(dict.fromkeys([customer, *limits.above(customer)]))
    said = [words_of(each) for name in concerned if limits.may_have(name) for each in limits.standings(name) if each.over]
    more = [f'{counted(len(said) - _MOST, "more limit")} exceeded; "bill credit limit" shows them'] if len(said) > _MOST else []
    return [*said[:_MOST], *more]


_MOST = 5
"""So many words about limits beside an import."""


class Beyond(NamedTuple):
    """Who stands beyond a limit, and (customer, words) of who has too much overdue and of what no limit counts."""

    over: list[Standing]
    late: list[tuple[str, str]]
    uncounted: list[tuple[str, str]]
    rules: Rules


def over_limit(books: Books) -> Beyond:
    """Every customer, and everybody below one together, that stands beyond a limit or owes what it does not count."""
    from billcli.app.credit import credit_rules

    rules = credit_rules(books)
    if rules.limit == "off" or not rules.work:
        return Beyond([], [], [], rules)
    limits = Limits(books, books.today, rules, whole=True)
    names = [*limited(limits)]
    over = [each for name in names for each in limits.standings(name) if each.over]
    late = [(name, words) for name in limits.customers if (words := limits.late(name))]
    return Beyond(over, late, [(name, words) for name in names for words in _uncounted(limits, name)], rules)


def plan_limit(customer: str, amount: str, until: date | None, approved_by: str | None, reason: str | None) -> Planner:
    """Another limit for a while, with who allowed it and why."""

    def planner(books: Books) -> Plan:
        from billcli.app.amounts import value_of
        from billcli.model.values import amount_in, parse_text

        for option, text in (("--until", until), ("--approved-by", approved_by), ("--reason", reason)):
            if not text:
                raise UsageError(f"{option} is missing", "another limit is for a while, and somebody answers for it")
        whole = books.customer(customer)
        currency = str(defaults(books.settings(), books.categories(), whole)["currency"].value)
        exact: Decimal = value_of(lambda typed: amount_in(typed, currency), amount, "--override")
        assert until is not None
        by, why = (value_of(parse_text, text or "", option) for option, text in (("--approved-by", approved_by), ("--reason", reason)))
        return plan_override(whole, books.path("customer", customer), Override(exact, books.today, until, by, why), currency)

    return planner
