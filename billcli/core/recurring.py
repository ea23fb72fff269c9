"""The rhythm of recurring invoices: periods that tile time, counted from the anchor and never from the period before.

A period is known by its template and its first day; its invoice or draft carries both as external id, so there is one of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from billcli.core.dates import months_later
from billcli.model.values import BadValue, quoted

if TYPE_CHECKING:
    from billcli.model.recurring import Recurring

PREFIX = "recurring:"

_LAST = date(2999, 12, 31)
_ONE = timedelta(days=1)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_MOST = 120


class Every(NamedTuple):
    """How long a period is: so many months, or so many days."""

    months: int
    days: int


class Period(NamedTuple):
    """Both days of each pair are included. A part lies within the full period it belongs to; otherwise both pairs are the same."""

    begins_on: date
    ends_on: date
    full_begins_on: date
    full_ends_on: date

    @property
    def is_part(self) -> bool:
        return (self.begins_on, self.ends_on) != (self.full_begins_on, self.full_ends_on)

    @property
    def days(self) -> int:
        return (self.ends_on - self.begins_on).days + 1

    @property
    def full_days(self) -> int:
        return (self.full_ends_on - self.full_begins_on).days + 1


class Rhythm(NamedTuple):
    """What of a template decides its periods."""

    every: Every
    anchor: date
    starts_on: date
    ends_on: date | None = None
    in_advance: bool = True


def parse_every(text: str) -> Every:
    """``month``, ``quarter``, ``year``, ``week``, or so many of them: ``2 weeks``. Raises ``BadValue`` E690."""
    number, space, word = text.rpartition(" ")
    unit = word.removesuffix("s") if number else word
    if space and not (number.isascii() and number.isdigit() and number[0] != "0" and int(number[:4]) <= _MOST):
        unit = ""
    count = int(number) if number and unit else 1
    if unit == "week":
        return Every(0, 7 * count)
    if unit in _MONTHS and _MONTHS[unit] * count <= _MOST:
        return Every(_MONTHS[unit] * count, 0)
    hint = 'write week, month, quarter or year, or a number of them such as "2 weeks" or "3 months", up to ten years'
    raise BadValue("E690", f"{quoted(text)} is no period", hint)


def rhythm_of(template: Recurring) -> Rhythm:
    """Raises ``BadValue`` E690 where ``every`` cannot be understood."""
    anchor = template.anchor_on or template.starts_on
    return Rhythm(parse_every(template.every), anchor, template.starts_on, template.ends_on, template.in_advance)


def boundary(anchor: date, every: Every, at: int) -> date:
    """The first day of the ``at``-th full period; the anchor's is number 0. A month too short for its day gives its last one."""
    if every.days:
        return anchor + timedelta(days=every.days * at)
    return months_later(anchor, every.months * at)


def full_period(anchor: date, every: Every, day: date) -> int:
    """The number of the full period that holds the day."""
    if every.days:
        return (day - anchor).days // every.days
    at = ((day.year - anchor.year) * 12 + day.month - anchor.month) // every.months
    return at - 1 if boundary(anchor, every, at) > day else at


def periods(rhythm: Rhythm) -> Iterator[Period]:
    """From the first day on, one after another without a gap, through the last day where there is one."""
    end = rhythm.ends_on or _LAST
    begins_on, at = rhythm.starts_on, full_period(rhythm.anchor, rhythm.every, rhythm.starts_on)
    while begins_on <= end:
        first, following = boundary(rhythm.anchor, rhythm.every, at), boundary(rhythm.anchor, rhythm.every, at + 1)
        yield Period(begins_on, min(following - _ONE, end), first, following - _ONE)
        begins_on, at = following, at + 1


def due_on(period: Period, rhythm: Rhythm) -> date:
    """The day from which a period is invoiced: its first, or in arrears the one after its last."""
    return period.begins_on if rhythm.in_advance else period.ends_on + _ONE


def due_periods(rhythm: Rhythm, day: date) -> Iterator[Period]:
    """All that are due by that day, made or not."""
    for period in periods(rhythm):
        if due_on(period, rhythm) > day:
            return
        yield period


def newest_due(rhythm: Rhythm, day: date) -> date | None:
    """The first day of the last period that is due by that day."""
    last = None
    for period in due_periods(rhythm, day):
        last = period.begins_on
    return last


def begins_a_period(rhythm: Rhythm, day: date) -> bool:
    """Whether a period began or would begin on that day, whatever the end of the template is now."""
    if day < rhythm.starts_on:
        return False
    return day == rhythm.starts_on or day == boundary(rhythm.anchor, rhythm.every, full_period(rhythm.anchor, rhythm.every, day))


FITTING_HINT = "put its days and every: back; another rhythm is another template, that starts the day after what is made"


def misfit(rhythm: Rhythm, begins_on: date, ends_on: date | None) -> str | None:
    """Why something made for those days is no period of this rhythm, or why days after it would never be invoiced; None where it fits.

    An end of the template that was moved back does not matter. Moved on or taken out, it leaves the rest of a period that it had cut.
    """
    if not begins_a_period(rhythm, begins_on):
        return f"for a period from {begins_on}, and none begins then any more"
    last = boundary(rhythm.anchor, rhythm.every, full_period(rhythm.anchor, rhythm.every, begins_on) + 1) - _ONE
    if ends_on is None or ends_on == last:
        return None
    if ends_on > last:
        return f"for {begins_on} to {ends_on}, and that period ends on {last} now"
    if rhythm.ends_on is None or rhythm.ends_on > ends_on:
        return f"for {begins_on} to {ends_on}, and that period goes on through {min(last, rhythm.ends_on or last)} now"
    return None


def caught_up(missing: list[Period], newest: date | None, catch_up: int) -> list[Period]:
    """Which of the periods that are due and not made one run makes, oldest first.

    ``newest`` is the first day of the last period that is due: that one is on time. Of those before it, the missed ones, at most
    ``catch_up`` are made, and the newest once none of them is left. With 0 missed periods wait for a person, and only the newest is made.
    """
    missed = [each for each in missing if each.begins_on != newest]
    on_time = missing[len(missed) :]
    return missed[:catch_up] + (on_time if len(missed) <= catch_up or catch_up == 0 else [])


def external_id(template: str, begins_on: date) -> str:
    return f"{PREFIX}{template}@{begins_on}"


def period_of(external: str) -> tuple[str, date] | None:
    """Template and first day of the period, from the external id of its document; None for any other."""
    name, at, day = external.removeprefix(PREFIX).rpartition("@")
    if not external.startswith(PREFIX) or not at or not name or len(day) != 10:
        return None
    try:
        return name, date.fromisoformat(day)
    except ValueError:
        return None


def draft_id(template: str, begins_on: date) -> str:
    """The id of a period's draft follows from the period, so the audit trail knows one that was thrown away."""
    stem = template
    if len(stem) > 53:
        stem = f"{template[:44]}-{hashlib.sha256(template.encode()).hexdigest()[:8]}"
    return f"{stem}-{begins_on}"
