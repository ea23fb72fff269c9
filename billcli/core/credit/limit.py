"""How much a customer may owe, and how much it would owe with what is coming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from billcli.core.credit.rules import GradeRule, Rules
from billcli.core.plan import Append, Change, Plan
from billcli.core.report import Column, Report
from billcli.errors import BillError
from billcli.model.money import EXACT, Money, digits


class Exposure(NamedTuple):
    """What a customer owes and will in one currency, minor units. ``drafts`` and ``recurring`` are what they would come to.

    ``overdue`` is what of ``open`` is overdue for longer than the ledger allows.
    """

    open: int = 0
    drafts: int = 0
    recurring: int = 0
    unapplied: int = 0
    overdue: int = 0

    @property
    def total(self) -> int:
        """Unapplied money counts for the customer, but nobody's exposure is below nothing."""
        return max(0, self.open + self.drafts + self.recurring - self.unapplied)

    def plus(self, other: Exposure) -> Exposure:
        return Exposure(*(mine + more for mine, more in zip(self, other, strict=True)))


class Limit(NamedTuple):
    """A credit limit, minor units; ``source`` is the level that gives it, or until when somebody allowed another one."""

    amount: int
    currency: str
    source: str
    allowed: bool = False
    """Whether somebody allowed it for a while; then nobody asks what is overdue."""


class Standing(NamedTuple):
    """A customer beside its limit; ``limit`` None where it has none. With ``family`` all customers below it are counted in."""

    customer: str
    currency: str
    limit: int | None
    source: str
    parts: Exposure
    family: int = 0
    late: bool = False
    """Whether more is overdue than the ledger allows."""

    @property
    def exposure(self) -> int:
        return self.parts.total

    @property
    def by_grade(self) -> bool:
        return self.source.startswith("grade ")

    @property
    def over(self) -> bool:
        return self.limit is not None and self.exposure > self.limit

    @property
    def left(self) -> int | None:
        return None if self.limit is None else self.limit - self.exposure


def limit_of(customer: Any, chosen: Mapping[str, Any], day: date) -> Limit | None:
    """What holds on a day: an override that counts then, else the default of the level that decides."""
    currency = str(chosen["currency"].value)
    live = [each for each in customer.limit_overrides if each.on <= day <= each.until]
    if live:
        last = live[-1]
        return Limit(_minor(last.amount, currency), currency, f"override until {last.until} by {last.approved_by}", allowed=True)
    said = chosen["credit_limit"]
    if said.value is None:
        return None
    return Limit(_minor(said.value, currency), currency, said.level)


def _minor(limit: Decimal, currency: str) -> int:
    """What is finer than the currency lets nobody owe more: a group's limit holds for customers in yen too."""
    return int(limit.scaleb(digits(currency), EXACT).to_integral_value(ROUND_FLOOR))


def formula(grade: GradeRule, turnover: int, currency: str) -> Decimal | None:
    """The limit of a grade: ``limit_months`` average months of the ``turnover`` of a year (minor units), in whole units of currency.

    None where there is no turnover to go by and no least limit: nothing is taken away from a new customer by a formula.
    """
    if grade.limit_months is None and grade.limit_least is None:
        return None
    least = Decimal(grade.limit_least) if grade.limit_least is not None else None
    if turnover <= 0 or grade.limit_months is None:
        amount = least
    else:
        months = Money(turnover, currency).amount * Decimal(grade.limit_months) / 12
        amount = max(months.to_integral_value(ROUND_FLOOR), least or Decimal(0))
        amount = min(amount, Decimal(grade.limit_most)) if grade.limit_most is not None else amount
    return None if amount is None else Money(_minor(amount, currency), currency).amount


def words_of(standing: Standing) -> str:
    """How far beyond its limit, and what that is made of."""
    currency, parts = standing.currency, standing.parts
    named = (("open", parts.open), ("drafts", parts.drafts), ("recurring", parts.recurring))
    made = ", ".join(f"{word} {Money(amount, currency).text()}" for word, amount in named if amount)
    credit = f", less unapplied {Money(parts.unapplied, currency).text()}" if parts.unapplied else ""
    who = f"{standing.customer} and {standing.family} below it come" if standing.family else f"{standing.customer} comes"
    total, limit = Money(standing.exposure, currency), Money(standing.limit or 0, currency)
    return f"{who} to {total} ({made}{credit}), beyond the credit limit of {limit} (from {standing.source})"


def allows_more(customer: str) -> str:
    """What can be done about it."""
    return f'"bill credit limit {customer} --override AMOUNT --until DATE --approved-by NAME --reason TEXT" allows more'


def other_currency_words(customer: str, gross: Money, currency: str) -> str:
    """Why an invoice in another currency than the limit's cannot be held to it: currencies never add."""
    return f"{customer} has its credit limit in {currency}, which says nothing about {gross}"


def uncounted_words(customer: str, total: Money, currency: str) -> str:
    """What stands beside a limit in another currency."""
    return f"{customer} comes to {total} too, which its credit limit in {currency} does not count"


def overdue_words(customer: str, overdue: int, rules: Rules, currency: str) -> str | None:
    """Why nothing more should go out on credit while too much is overdue; ``currency`` is the ledger's."""
    if rules.overdue_limit is None:
        return None
    allowed = Money.of(Decimal(rules.overdue_limit), currency)
    if overdue <= allowed.minor:
        return None
    since = f" for more than {rules.overdue_days} days" if rules.overdue_days else ""
    return f"{customer} has {Money(overdue, currency)} overdue{since}, beyond the overdue limit of {allowed}"


_COLUMNS = (
    Column("customer", "Customer"), Column("currency", "Cur"), Column("limit", "Limit", "money"),
    Column("source", "From", "prose", minor=True),
    Column("open", "Open", "money"), Column("drafts", "Drafts", "money", minor=True), Column("recurring", "Recurring", "money", minor=True),
    Column("unapplied", "Unapplied", "money", minor=True), Column("exposure", "Exposure", "money"), Column("left", "Left", "money"),
    Column("family", "Below", "count", minor=True), Column("overdue", "Overdue", "money"), Column("state", "State"),
)  # fmt: skip


def limit_report(rows: Sequence[Standing], as_of: date, notes: Sequence[str]) -> Report:
    """A row per customer and, of one with others below it, another for all of them together."""
    cells = []
    for each in rows:
        money = {name: Money(getattr(each.parts, name), each.currency) for name in Exposure._fields}
        limit = Money(each.limit, each.currency) if each.limit is not None else None
        left = Money(each.left, each.currency) if each.left is not None else None
        state = "over" if each.over else "overdue" if each.late else "no limit" if each.limit is None else "within"
        cells.append((
            each.customer, each.currency, limit, each.source or None,
            *(money[name] for name in ("open", "drafts", "recurring", "unapplied")), Money(each.exposure, each.currency), left, each.family,
            money["overdue"], state,
        ))  # fmt: skip
    return Report("credit limit", as_of, _COLUMNS, cells, (), tuple(notes))


class Override(NamedTuple):
    """Another limit for a while, as somebody allowed it; ``amount`` in the currency of the limit."""

    amount: Decimal
    on: date
    until: date
    approved_by: str
    reason: str


def plan_override(customer: Any, path: str, override: Override, currency: str) -> Plan:
    """Writes it down in the customer's file. Raises ``BillError`` where it ends before it begins; the same again changes nothing."""
    if override.until < override.on:
        raise BillError(f"--until: {override.until} is before {override.on}, the day it begins", "it counts up to and including that day")
    if any(tuple(getattr(each, name) for name in Override._fields) == tuple(override) for each in customer.limit_overrides):
        return Plan("nothing", (), (f"{customer.id} has this limit already; nothing to do",), {"id": customer.id})
    shown = Money.of(override.amount, currency)
    return Plan(
        command="credit limit",
        steps=(Change(path, "customer", (Append(("limit_overrides",), override._asdict()),)),),
        summary=(
            f"credit limit of {customer.id} is {shown} from {override.on} until {override.until}, "
            f"approved by {override.approved_by}: {override.reason}",
        ),
        result={"id": customer.id},
        relies_on=(path, "ledger.yaml"),
        reason=override.reason,
    )
