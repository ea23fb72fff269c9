"""Which level is next for an invoice, and from which day on: from its age and from what was sent, never from the day of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcli.core.dates import days_later
from billcli.core.delivery import COUNTS, DOUBT, PLANNED, stands
from billcli.core.facts import DeliveryFact, ReminderFact, ReminderItemFact
from billcli.core.instalments import Part

if TYPE_CHECKING:
    from billcli.model.dunning import Level

WAITS = frozenset((PLANNED, "deferred"))

NO_DELIVERY = "without delivery"
"""Of a notice whose deliveries are gone: whether anybody has it, the books do not say."""


class Past(NamedTuple):
    """An invoice in a notice: when it was planned and when handed over, and how that stands; minor units.

    ``due_on`` is the oldest instalment that it asked for; ``said_at`` the instant of the last state of its deliveries, as text.
    """

    reminder: str
    invoice: str
    level: int
    on: date
    sent_on: date
    stands: str
    fee: int
    interest: int
    fixed_sum: int = 0
    due_on: date = date.max
    said_at: str = ""


def notice_stands(deliveries: Sequence[DeliveryFact]) -> str:
    """Of a notice to several: sent where one has it, in doubt where one may have it; else what still waits; else refused or dropped."""
    if not deliveries:
        return NO_DELIVERY
    every = {stands(each) for each in deliveries}
    return next((each for each in ("sent", DOUBT, "deferred", PLANNED, "refused", "dropped") if each in every), PLANNED)


def past_of(notice: ReminderFact, items: Iterable[ReminderItemFact], deliveries: Sequence[DeliveryFact], as_of: date) -> list[Past]:
    """Its items as they stand; what was handed over after ``as_of`` counts from the notice's own day."""
    how = notice_stands(deliveries)
    days = [date.fromisoformat(each.state_at[:10]) for each in deliveries if stands(each) in COUNTS and each.state_at]
    sent_on = max([notice.booked_on, *(day for day in days if day <= as_of)])
    said_at = max((each.state_at for each in deliveries), default="")
    return [
        Past(
            notice.id, each.invoice, each.level, notice.booked_on, sent_on, how, each.fee, each.interest, each.fixed_sum, each.due_on,
            said_at,
        )
        for each in items
    ]  # fmt: skip


def counting(past: Iterable[Past]) -> list[Past]:
    """Those whose level counts as reached, and whose claims as made."""
    return [each for each in past if each.stands in COUNTS]


def on_ladder(past: Iterable[Past], start: date) -> list[Past]:
    """Those that count for the instalment that was due on ``start``: it was overdue then, or was announced.

    Once all that was overdue is paid, a later instalment begins at the first level again.
    """
    return [each for each in past if each.due_on >= start or each.on > start]


class Step(NamedTuple):
    """The next level and the first day on which it may go."""

    level: Level
    day: date


def next_step(levels: Sequence[Level], past: Sequence[Past], due_on: date, today: date, start: date = date.min) -> Step | None:
    """The lowest level not reached yet; those before the due day are passed over once it is there. None where the last was reached.

    ``past`` are the invoice's items that count, ``start`` is the day of its oldest open instalment as issued. After weeks without a run it
    is the same level that would have been next before.
    """
    reached = max((each.level for each in on_ladder(past, start)), default=-1)
    last = max((each.sent_on for each in past), default=None)
    for level in sorted(levels, key=lambda each: each.level):
        if level.level <= reached or (level.days < 0 and today >= due_on):
            continue
        day = days_later(due_on, level.days)
        if last is not None:
            day = max(day, days_later(last, level.gap))
        if level.days < 0 and day >= due_on:
            continue
        return Step(level, day)
    return None


def asked(level: Level, parts: Iterable[Part], today: date, disputed: int) -> int:
    """What a notice of that level asks for: what is overdue, before the due day what comes due; nothing that is in dispute."""
    last = days_later(today, -min(level.days, 1))
    return max(sum(each.open for each in parts if each.due_on <= last and each.open > 0) - disputed, 0)
