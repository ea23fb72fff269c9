"""The day on which something counts: it is not in the future, and not in a closed period."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from billcli.errors import BillError

if TYPE_CHECKING:
    from billcli.model.settings import Settings


def first_open_day(settings: Settings, day: date) -> date:
    """The day itself, or the first one after the closed period."""
    closed = settings.closed_through
    return closed + timedelta(days=1) if closed and day <= closed else day


def check_not_ahead(day: date, today: date, hint: str) -> None:
    """Raises ``BillError`` for a day in the future."""
    if day > today:
        raise BillError(f"{day} is in the future", hint)


def check_day(day: date, settings: Settings, today: date) -> None:
    """What is issued, voided or released counts on the very day that was asked for. Raises ``BillError`` where it cannot."""
    check_not_ahead(day, today, f"the latest possible day is {today}")
    if settings.closed_through and day <= settings.closed_through:
        raise BillError(f"{day} lies in a closed period", f"the earliest possible day is {first_open_day(settings, day)}")


def moved(on: date, asked_on: date, how: str = "counted from") -> list[str]:
    """The line that says why another day counts than was asked for; none where it is that day."""
    return [f"{how} {on}: {asked_on} lies in a closed period"] if on != asked_on else []
