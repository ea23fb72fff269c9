"""One customer's invoices in one currency: which are due for a notice today, and what stops them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from billcli.core.dunning import stops
from billcli.core.dunning.levels import NO_DELIVERY, Past, Step, asked, counting, next_step, on_ladder
from billcli.core.dunning.policy import Chosen
from billcli.core.dunning.stops import Stop
from billcli.core.facts import ApprovalFact, HoldFact, InvoiceFact
from billcli.core.instalments import Agreed, Part, due_parts, oldest_due
from billcli.core.money import minor_units
from billcli.model.dunning import Dunning, Level


class Debt(NamedTuple):
    """An invoice with something open; minor units. ``own`` are its dates as issued, ``plan`` those agreed later that count today.

    ``sent`` where it is known to have reached the customer; ``holds`` are those on it and on all of the customer's; ``past`` the notices
    that named it; ``remembered`` the levels that this working copy handed over, with the instant, whatever the books say.
    """

    fact: InvoiceFact
    open: int
    own: Agreed
    plan: Agreed | None
    sent: bool
    holds: Sequence[HoldFact] = ()
    past: Sequence[Past] = ()
    remembered: Mapping[int, str] = {}

    @property
    def parts(self) -> list[Part]:
        return due_parts(self.plan or self.own, self.open)

    @property
    def start(self) -> date:
        """When its oldest open instalment was due as issued: a plan is no new debt."""
        return oldest_due(due_parts(self.own, self.open))


@dataclass(frozen=True)
class Account:
    """A customer in one currency, as the books stand. ``notices`` are the days of its notices from today on, ``newest`` as ``stops.stale``
    wants it.

    ``reachable`` tells whether a notice of a level has somewhere to go; whole customers are read for it only where one is due.
    """

    customer: str
    currency: str
    chosen: Chosen
    debts: Sequence[Debt]
    credit: int = 0
    deactivated_on: date | None = None
    approvals: Sequence[ApprovalFact] = ()
    notices: Mapping[str, date] = field(default_factory=dict)
    newest: Mapping[str, date | None] = field(default_factory=dict)
    reachable: Callable[[Level], bool] = lambda level: True


class Chase(NamedTuple):
    """An invoice that goes into a notice, with what is asked for; minor units. ``consent`` is the approval where the level needs one.

    ``since`` is the first day on which the level could go.
    """

    debt: Debt
    level: Level
    asked: int
    due_on: date
    consent: ApprovalFact | None
    since: date = date.min


class Assessed(NamedTuple):
    """What would go in one notice, and what is stopped."""

    chases: tuple[Chase, ...]
    stopped: tuple[Stop, ...]

    @property
    def level(self) -> Level:
        """The highest of its invoices': its letter, its way and its deadline are those of the notice."""
        return max((each.level for each in self.chases), key=lambda level: level.level)

    @property
    def turn(self) -> tuple[date, date]:
        """Whoever waits longest comes first where a run cannot take all, and of those the oldest debt."""
        return min(each.since for each in self.chases), min(each.due_on for each in self.chases)


def assess(account: Account, dunning: Dunning, today: date) -> Assessed:
    """Every invoice that would be due for a notice today either goes or is stopped, and says why."""
    if account.chosen.policy is None:
        return Assessed((), _never(account, today))
    chases: list[Chase] = []
    stopped: list[Stop] = []
    for debt in account.debts:
        found = _invoice(account, debt, account.chosen.policy.levels, dunning, today)
        if isinstance(found, Chase):
            chases.append(found)
        elif found is not None:
            stopped.append(found)
    return together(account, dunning, chases, stopped, today)


def together(account: Account, dunning: Dunning, found: Sequence[Chase], stopped: Sequence[Stop], today: date) -> Assessed:
    """What would go, as one notice: it goes as a whole, or something about the customer stops all of it."""
    chases = sorted(found, key=lambda each: (each.due_on, each.debt.fact.number))
    found_stops = _customer(account, dunning, chases, today) if chases else []
    if found_stops:
        top = max(each.level.level for each in chases)
        whole = Stop(account.customer, account.currency, None, top, sum(each.asked for each in chases), "; ".join(found_stops))
        return Assessed((), (*stopped, whole))
    return Assessed(tuple(chases), tuple(stopped))


def without(account: Account, dunning: Dunning, assessed: Assessed, reasons: Mapping[str, str], today: date) -> Assessed:
    """The same notice without the invoices, by number, that cannot be in it until a person has done something."""
    stopped = [
        Stop(account.customer, account.currency, number, each.level.level, each.asked, reasons[number], person=True)
        for each in assessed.chases
        if (number := each.debt.fact.number) in reasons
    ]
    left = [each for each in assessed.chases if each.debt.fact.number not in reasons]
    return together(account, dunning, left, (*assessed.stopped, *stopped), today)


def _never(account: Account, today: date) -> tuple[Stop, ...]:
    late = sum(part.open for debt in account.debts for part in debt.parts if part.due_on < today)
    reason = f"never reminded, says {account.chosen.level}"
    return (Stop(account.customer, account.currency, None, None, late, reason),) if late > 0 else ()


def _invoice(account: Account, debt: Debt, levels: Sequence[Level], dunning: Dunning, today: date) -> Chase | Stop | None:
    """None where nothing is due for it today."""
    due_on, counted = oldest_due(debt.parts), counting(debt.past)
    step = next_step(levels, counted, due_on, today, debt.start)
    if step is None or step.day > today:
        if ahead := _ahead(account, debt, counted, today):
            return ahead
        return _planned(account, debt, levels, counted, today) if debt.plan else _last(account, debt, step, today)
    level = step.level
    whole = asked(level, debt.parts, today, 0)
    wanted = asked(level, debt.parts, today, stops.disputed(debt.holds, debt.open, today))
    reasons = []
    if whole <= 0:
        return None
    if wanted <= 0:
        reasons.append(stops.dispute(debt.holds, today))
    if held := stops.held(debt.holds, today, dunning.promise_grace):
        reasons.append(held)
    if not debt.sent and dunning.unsent == "hold":
        number = debt.fact.number
        reasons.append(f'nobody is known to have sent it: "bill invoice send {number}", or "--by-hand" if somebody did')
    if lost := stops.forgotten(debt.remembered, debt.past, level):
        reasons.append(lost)
    if waits := stops.pending(debt.past):
        reasons.append(waits)
    person = bool(lost) or any(each.stands == NO_DELIVERY for each in debt.past)
    consent = stops.consent(level, account.approvals, debt.fact.number, today)
    if consent is None and (missing := stops.unapproved(level, account.customer)):
        reasons.append(missing)
    if not reasons and (nowhere := _nowhere(account, level)):
        reasons.append(nowhere)
    if reasons:
        return Stop(account.customer, account.currency, debt.fact.number, level.level, wanted or whole, "; ".join(reasons), person)
    return Chase(debt, level, wanted, due_on, consent if stops.unapproved(level, account.customer) else None, step.day)


def _ahead(account: Account, debt: Debt, counted: Sequence[Past], today: date) -> Stop | None:
    """By the calendar of this machine its last notice is still to come."""
    late = sum(part.open for part in debt.parts if part.due_on < today)
    last = max(counted, key=lambda each: each.sent_on, default=None)
    if last is None or last.sent_on <= today or late <= 0:
        return None
    reason = f"level {last.level} went on {last.sent_on}, a day that is still to come: is today really {today}? ({last.reminder})"
    return Stop(account.customer, account.currency, debt.fact.number, last.level, late, reason)


def _planned(account: Account, debt: Debt, levels: Sequence[Level], counted: Sequence[Past], today: date) -> Stop | None:
    """By its own dates a notice would be due; by the plan nothing is late yet."""
    parts = due_parts(debt.own, debt.open)
    step = next_step(levels, counted, oldest_due(parts), today, debt.start)
    if step is None or step.day > today or step.level.days < 0:
        return None
    plan = next((each for each in debt.holds if each.kind == "plan" and each.released_on is None), None)
    missed = any(each.due_on < today and each.open > 0 for each in debt.parts)
    what = "its missed instalment is not due for a notice yet" if missed else "no instalment was missed"
    reason = f"paid by a plan, {what}; the next is due on {oldest_due(debt.parts)}" + (f" ({plan.id})" if plan else "")
    return Stop(account.customer, account.currency, debt.fact.number, step.level.level, asked(step.level, parts, today, 0), reason)


def _last(account: Account, debt: Debt, step: Step | None, today: date) -> Stop | None:
    """All levels are used up; what comes next is for a person."""
    late = sum(part.open for part in debt.parts if part.due_on < today)
    if step is not None or late <= 0 or not debt.past:
        return None
    last = max(on_ladder(counting(debt.past), debt.start), key=lambda each: each.level, default=None)
    if last is None:
        return None
    reason = f"the last level, {last.level}, went on {last.sent_on} ({last.reminder})"
    return Stop(account.customer, account.currency, debt.fact.number, last.level, late, reason)


def _customer(account: Account, dunning: Dunning, chases: Sequence[Chase], today: date) -> list[str]:
    """What stops the whole notice."""
    policy, total = account.chosen.policy, sum(each.asked for each in chases)
    assert policy is not None
    minimum = minor_units(policy.minimum, account.currency)
    found = [
        f"deactivated since {account.deactivated_on}" if account.deactivated_on and account.deactivated_on <= today else None,
        stops.stale(dunning, account.newest, today),
        stops.covered(account.credit, total, account.currency),
        stops.below(minimum, total, account.currency),
        _there(account, today),
    ]
    return [each for each in found if each]


def _there(account: Account, today: date) -> str | None:
    for name, day in sorted(account.notices.items(), key=lambda each: each[1]):
        if day == today:
            return f"a notice of today is there already: {name}"
        if day > today:
            return f"a notice of {day} is there already, a day that is still to come: {name}"
    return None


def _nowhere(account: Account, level: Level) -> str | None:
    """Each invoice by itself: one that has to wait for an address holds no other back."""
    if account.reachable(level):
        return None
    what = "a letter needs a street or a city" if level.channel == "letter" else f"no contact for level {level.level} has e-mail"
    return f'no address: {what}; "bill customer update {account.customer}" adds one'
