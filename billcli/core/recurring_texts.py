"""Placeholders in the texts of recurring invoices: ``{period} {from} {until} {month} {year}``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from billcli.diagnostics import did_you_mean
from billcli.model.values import BadValue, quoted

if TYPE_CHECKING:
    from datetime import date

    from billcli.core.recurring import Period

PLACEHOLDERS = ("period", "from", "until", "month", "year")


class Wording(Protocol):
    """How a customer's language writes days and stretches of time."""

    def day(self, day: date) -> str: ...
    def month(self, day: date) -> str:
        """The name of the month alone."""

    def month_of_year(self, day: date) -> str: ...
    def quarter_of_year(self, day: date) -> str: ...
    def from_until(self, first: date, last: date) -> str: ...
    def share(self, days: int, of: int) -> str:
        """``17 of 31 days``."""


def values(period: Period, wording: Wording) -> dict[str, str]:
    """What each placeholder stands for; month and year are those of the first day."""
    first = period.begins_on
    return {
        "period": period_name(period, wording), "from": wording.day(first), "until": wording.day(period.ends_on),
        "month": wording.month(first), "year": str(first.year),
    }  # fmt: skip


def period_name(period: Period, wording: Wording) -> str:
    """A whole month, quarter or year of the calendar by its name, anything else by its first and last day."""
    first, last = period.begins_on, period.ends_on
    after = last + timedelta(days=1)
    if first.day == after.day == 1:
        months = (after.year - first.year) * 12 + after.month - first.month
        if months == 1:
            return wording.month_of_year(first)
        if months == 3 and first.month % 3 == 1:
            return wording.quarter_of_year(first)
        if months == 12 and first.month == 1:
            return str(first.year)
    return wording.from_until(first, last)


def filled(text: str, said: Mapping[str, str]) -> str:
    """The text with its placeholders replaced; ``{{`` and ``}}`` are braces. Raises ``BadValue`` E693."""
    made: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char in "{}" and text[at : at + 2] == char * 2:
            made.append(char)
            at += 2
        elif char == "{":
            end = text.find("}", at)
            name = text[at + 1 : end] if end > 0 else ""
            if name not in said:
                raise _unknown(text, name, end)
            made.append(said[name])
            at = end + 1
        elif char == "}":
            raise BadValue("E693", f'{quoted(text)}: a "}}" that closes nothing', "write }} where a brace is meant")
        else:
            made.append(char)
            at += 1
    return "".join(made)


def check_placeholders(text: str) -> None:
    """Raises ``BadValue`` E693 for a placeholder that is not known, or braces that do not match."""
    filled(text, dict.fromkeys(PLACEHOLDERS, ""))


def _unknown(text: str, name: str, end: int) -> BadValue:
    if end < 0:
        return BadValue("E693", f'{quoted(text)}: a "{{" that nothing closes', "write {{ where a brace is meant")
    known = "known: " + ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
    return BadValue("E693", f"{quoted(text)}: {quoted(f'{{{name}}}')} stands for nothing", did_you_mean(name, PLACEHOLDERS) or known)
