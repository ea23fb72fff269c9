"""Late-payment interest: simple, on actual days, by balance and by rate, rounded once at the end.

Domain rules: §§ 247, 288 BGB; Directive 2011/7/EU; Late Payment of Commercial Debts (Interest) Act 1998; Order 802 of the State Council.
What a debtor disputes bears none while the dispute counts, nor if it ends in the debtor's favour; where it was rejected or withdrawn,
the debt was due all along and bears interest for those days too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from billcli.core.facts import HoldFact, Settlement
from billcli.core.instalments import Agreed
from billcli.core.settlement import fill_instalments
from billcli.errors import BillError
from billcli.model.money import Money

DAY = timedelta(days=1)


class Rate(NamedTuple):
    """Percent a year from a day on, and where it was published. ``until`` is the last day for which anybody knows it."""

    since: date
    rate: Decimal
    source: str
    until: date | None = None


class FixedSum(NamedTuple):
    """What the law gives for the trouble of an invoice from a gross on; minor units."""

    currency: str
    at_least: int
    amount: int


class Regime(NamedTuple):
    """The rules by which interest runs; ``rates`` in the order of their days. ``basis`` is 365, 360 or actual."""

    name: str
    rates: tuple[Rate, ...]
    fixed_at_start: bool = False
    basis: str = "365"
    count_payment_day: bool = True
    sums: tuple[FixedSum, ...] = ()


class Stretch(NamedTuple):
    """Days, both included, on which one balance ran at one rate; minor units."""

    from_on: date
    until: date
    principal: int
    rate: Decimal

    @property
    def days(self) -> int:
        return (self.until - self.from_on).days + 1


class Schedule(NamedTuple):
    """Instalments that count from a day until another: an invoice's own, or those of a plan agreed later."""

    since: date
    until: date | None
    agreed: Agreed
    amount: int
    """What all of them came to; at first that is the gross, of a plan what was open."""


def half_year_end(day: date) -> date:
    """The last day of its half-year: base rates hold no longer."""
    return date(day.year, 6, 30) if day.month <= 6 else date(day.year, 12, 31)


def with_own(shipped: Sequence[Rate], own: Sequence[Rate], *, half_years: bool) -> tuple[Rate, ...]:
    """The published rates with those that the ledger adds; of the same day the ledger's counts.

    Where rates hold for half-years, an added one does too: the next half-year needs one of its own.
    """
    added = [each._replace(until=half_year_end(each.since)) if half_years else each for each in own]
    days = {each.since for each in added}
    return tuple(sorted([*(each for each in shipped if each.since not in days), *added], key=lambda each: each.since))


def rate_on(regime: Regime, day: date) -> Decimal:
    """Raises ``BillError`` where nobody has said the rate of that day: interest is never computed at 0 for want of one."""
    at = bisect_right([each.since for each in regime.rates], day)
    found = regime.rates[at - 1] if at else None
    if found is None or (found.until is not None and day > found.until):
        hint = (
            "add it to ledger.yaml with where it was published: dunning.interest.rates, "
            f"[{{since: {half_year_start(day)}, rate: PERCENT, source: …}}]"
        )
        raise BillError(f'the interest regime "{regime.name}" knows no rate for {day}', hint)
    return found.rate


def half_year_start(day: date) -> date:
    return date(day.year, 1 if day.month <= 6 else 7, 1)


def stretches(
    regime: Regime, schedules: Sequence[Schedule], gross: int, rows: Iterable[Settlement], holds: Iterable[HoldFact], until: date
) -> list[Stretch]:
    """The days up to and including ``until`` on which something overdue and not disputed bore interest, as known on that day.

    Money counts by its own date, everything else by the day it is booked on. Each instalment runs from the day after it is due.
    ``schedules`` are the invoice's own dates and the plans on it, each for the days on which it counts.
    """
    balances = _balances(gross, rows, until, 1 if regime.count_payment_day else 0)
    disputes = _disputes(holds, until)
    cuts = {*balances, *(day for each in disputes for day in each[:2]), *(each.since for each in regime.rates)}
    cuts |= {each.until + DAY for each in regime.rates if each.until is not None and each.until < date.max}
    for each in schedules:
        cuts |= {each.since, *([each.until] if each.until else [])}
        cuts |= {due_on + DAY for due_on, _ in each.agreed if due_on < date.max}
    first = min((due_on + DAY for each in schedules for due_on, _ in each.agreed if due_on < date.max), default=until + DAY)
    days = sorted({first, *(each for each in cuts if first < each <= until)})
    found: list[Stretch] = []
    for at, day in enumerate(days):
        last = days[at + 1] - DAY if at + 1 < len(days) else until
        if day > last:
            continue
        settled = sum(delta for on, delta in balances.items() if on <= day)
        open_ = gross - settled
        disputed = sum(open_ if amount is None else amount for since, ends, amount in disputes if since <= day < ends)
        found += _between(regime, _counting(schedules, day), open_, disputed, day, last)
    return _joined(found)


def _balances(gross: int, rows: Iterable[Settlement], until: date, shift: int) -> dict[date, int]:
    """By how much more is settled from a day on, for the interest of that day: the day of payment itself still counts."""
    found: dict[date, int] = {}
    for row in rows:
        if row.booked_on > until:
            continue
        since = row.value_on if row.kind == "payment" and row.source_kind == "payment" else row.booked_on
        ends = row.ended_on
        if ends is not None and ends <= since:
            continue
        if ends is not None and row.ended_on == row.booked_on:
            continue
        found[since + shift * DAY] = found.get(since + shift * DAY, 0) + row.amount
        if ends is not None and ends <= until:
            found[ends + shift * DAY] = found.get(ends + shift * DAY, 0) - row.amount
    return found


def _disputes(holds: Iterable[HoldFact], until: date) -> list[tuple[date, date, int | None]]:
    """(from, until before, amount) of each dispute that keeps interest away, as known on the day; no amount is all of it."""
    found = []
    for each in holds:
        if each.kind != "dispute" or each.booked_on > until:
            continue
        ends = each.released_on if each.released_on is not None and each.released_on <= until else None
        if ends is not None and each.outcome in ("rejected", "withdrawn"):
            continue
        if each.until is not None and each.until < date.max and (ends is None or each.until + DAY < ends):
            ends = each.until + DAY
        found.append((each.booked_on, ends or date.max, each.amount))
    return found


def _counting(schedules: Sequence[Schedule], day: date) -> Schedule | None:
    """The one agreed last among those that count on that day."""
    return next((each for each in reversed(schedules) if each.since <= day and (each.until is None or day < each.until)), None)


def _between(regime: Regime, schedule: Schedule | None, open_: int, disputed: int, day: date, last: date) -> list[Stretch]:
    """What is overdue all these days, by the rate at which it runs. The disputed amount is taken off what fell due last."""
    if schedule is None or open_ <= 0:
        return []
    left = fill_instalments([amount for _, amount in schedule.agreed], max(schedule.amount - open_, 0))
    left[0] += max(open_ - schedule.amount, 0)
    due = [(due_on, amount) for (due_on, _), amount in zip(schedule.agreed, left, strict=True) if due_on < day and amount > 0]
    bearing = max(sum(amount for _, amount in due) - disputed, 0)
    by_rate: dict[Decimal, int] = {}
    for due_on, amount in due:
        taken = min(amount, bearing)
        bearing -= taken
        if taken:
            rate = rate_on(regime, due_on + DAY if regime.fixed_at_start else day)
            by_rate[rate] = by_rate.get(rate, 0) + taken
    return [Stretch(day, last, principal, rate) for rate, principal in by_rate.items()]


def _joined(found: Iterable[Stretch]) -> list[Stretch]:
    """Neighbours with the same balance and rate as one."""
    joined: list[Stretch] = []
    open_ends: dict[tuple[date, int, Decimal], int] = {}
    for each in found:
        at = open_ends.pop((each.from_on, each.principal, each.rate), None)
        if at is None:
            at = len(joined)
            joined.append(each)
        else:
            joined[at] = joined[at]._replace(until=each.until)
        open_ends[each.until + DAY, each.principal, each.rate] = at
    return joined


def interest(found: Iterable[Stretch], basis: str = "365") -> int:
    """Minor units: Σ principal × rate / 100 × days / basis, exact, and rounded once, half up."""
    total = sum((_exact(each, basis) for each in found), Fraction(0))
    return max(int((total + Fraction(1, 2)) // 1), 0)


def _exact(each: Stretch, basis: str) -> Fraction:
    yearly = Fraction(each.principal) * Fraction(each.rate) / 100
    if basis != "actual":
        return yearly * each.days / int(basis)
    years = Fraction(0)
    for year in range(each.from_on.year, each.until.year + 1):
        first, last = max(each.from_on, date(year, 1, 1)), min(each.until, date(year, 12, 31))
        years += Fraction((last - first).days + 1, (date(year, 12, 31) - date(year, 1, 1)).days + 1)
    return yearly * years


def fixed_sum(regime: Regime, currency: str, gross: int) -> int:
    """What the law gives once for an invoice of that gross; minor units, 0 where it says nothing of that currency."""
    fitting = [each for each in regime.sums if each.currency == currency and each.at_least <= gross]
    return max(fitting, key=lambda each: each.at_least).amount if fitting else 0


def claimable(computed: int, claimed: int) -> int:
    """What a notice may claim: never again what an earlier one has."""
    return max(0, computed - claimed)


def schedules_of(
    issued_on: date, agreed: Agreed, gross: int, plans: Sequence[HoldFact], parts: Mapping[str, Sequence[tuple[str, str, date, int]]]
) -> list[Schedule]:
    """The invoice's own dates, and those of each plan on it from its day until it was released."""
    found = [Schedule(issued_on, None, agreed, gross)]
    for plan in sorted(plans, key=lambda each: (each.booked_on, each.id)):
        own = [(due_on, amount) for _, _, due_on, amount in parts.get(plan.id, ())]
        if own:
            found.append(Schedule(plan.booked_on, plan.released_on, own, sum(amount for _, amount in own)))
    return found


def stretch_text(each: Stretch, currency: str) -> str:
    """``1190.00 × 10.27 % × 46 days from 2026-05-16``."""
    return f"{Money(each.principal, currency).text()} × {format(each.rate, 'f')} % × {each.days} days from {each.from_on}"
