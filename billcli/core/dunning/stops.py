"""What holds a notice back, each as the sentence that is printed for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core.dates import days_later
from billcli.core.delivery import DOUBT
from billcli.core.dunning.levels import NO_DELIVERY, WAITS, Past
from billcli.core.dunning.policy import needs_consent
from billcli.core.facts import ApprovalFact, HoldFact
from billcli.core.hold_state import is_live
from billcli.model.dunning import Dunning, Level
from billcli.model.money import Money


class Stop(NamedTuple):
    """Why an invoice, or without one all that a customer owes in a currency, gets no notice; minor units. ``level`` is what waits.

    With ``person`` a run tells that it waits for one: nothing that happens by itself ends it.
    """

    customer: str
    currency: str
    invoice: str | None
    level: int | None
    amount: int
    reason: str
    person: bool = False


def pending(past: Sequence[Past]) -> str | None:
    """The notice before this one has not arrived, or nobody knows: another would be one too many."""
    for each in past:
        if each.stands in WAITS:
            return f"level {each.level} waits to be handed over: {each.reminder}"
        if each.stands == DOUBT:
            return f'nobody knows whether level {each.level} arrived: "bill outbox list" shows {each.reminder}'
        if each.stands == NO_DELIVERY:
            folder = f"deliveries/{each.on:%Y/%m}"
            return (
                f"level {each.level} was written, but its delivery is gone: bring {folder}/{each.reminder[:46]}-reminder-….yaml back, "
                f"or delete {each.reminder}.yaml if nobody got it"
            )
        if each.stands == "refused":
            return f'level {each.level} was refused: "bill outbox list" shows {each.reminder}; correct the address and retry it'
    return None


def forgotten(remembered: Mapping[int, str], past: Sequence[Past], level: Level) -> str | None:
    """This working copy handed over what the books know nothing of: they were set back. ``remembered`` are instants by level."""
    for reached, at in sorted(remembered.items()):
        if reached >= level.level and not any(each.level == reached and each.said_at >= at for each in past):
            return f'level {reached} went out from here on {at[:10]}, and the books do not hold the notice: "git reflog" finds where it is'
    return None


def disputed(holds: Iterable[HoldFact], open_: int, today: date) -> int:
    """What of an invoice is in dispute on that day; minor units."""
    found = sum(open_ if each.amount is None else each.amount for each in holds if each.kind == "dispute" and is_live(each, today))
    return min(found, open_)


def dispute(holds: Iterable[HoldFact], today: date) -> str:
    live = [each for each in holds if each.kind == "dispute" and is_live(each, today)]
    return "in dispute: " + "; ".join(f"{each.reason} ({each.id})" for each in live)


def held(holds: Iterable[HoldFact], today: date, grace: int) -> str | None:
    """A promise until its day and the days of grace after it; a manual hold while it counts."""
    for each in holds:
        if each.kind == "promise" and _promised(each, today, grace):
            return f"promised until {each.until}: {each.reason} ({each.id})"
        if each.kind == "manual" and is_live(each, today):
            until = f" until {each.until}" if each.until else ""
            return f"held{until}: {each.reason} ({each.id})"
    return None


def _promised(hold: HoldFact, today: date, grace: int) -> bool:
    if today < hold.booked_on or (hold.released_on is not None and hold.released_on <= today):
        return False
    return hold.until is None or today <= days_later(hold.until, grace)


def consent(level: Level, approvals: Iterable[ApprovalFact], invoice: str, today: date) -> ApprovalFact | None:
    """The one given last that covers this invoice and level on that day."""
    fitting = [
        each
        for each in approvals
        if each.invoice in (None, invoice) and each.level >= level.level and each.booked_on <= today and (each.until or date.max) >= today
    ]
    return max(fitting, key=lambda each: (each.booked_on, each.id), default=None)


def unapproved(level: Level, customer: str) -> str | None:
    if not needs_consent(level):
        return None
    return f'level {level.level} needs a person\'s consent: "bill remind approve {customer} --level {level.level} --by NAME"'


def stale(dunning: Dunning, newest: Mapping[str, date | None], today: date) -> str | None:
    """``newest`` is the last day that the statements of each account in the currency cover; the money may be there already."""
    if dunning.statement_age is None:
        return None
    for account, until in sorted(newest.items()):
        if until is None:
            return f"no statement of the account {account} was read: what was paid is not known"
        if (today - until).days > dunning.statement_age:
            return f"the newest statement of {account} ends on {until}, more than {dunning.statement_age} days ago"
    return None


def covered(credit: int, asked: int, currency: str) -> str | None:
    if credit <= 0 or credit < asked:
        return None
    return f'{Money(credit, currency)} of unused credit covers it: "bill payment allocate" or "bill credit-note apply" uses it'


def below(minimum: int, asked: int, currency: str) -> str | None:
    return f"{Money(asked, currency)} is below the minimum of {Money(minimum, currency)}" if asked < minimum else None
