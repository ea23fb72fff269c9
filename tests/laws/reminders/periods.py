"""Which invoices must have come out of which templates by a day: from the words of the templates alone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from tests.laws.reminders.reader import day, documents, minor

ONE = timedelta(days=1)
MONTHS = {"month": 1, "months": 1, "quarter": 3, "quarters": 3, "year": 12, "years": 12}


class Period(NamedTuple):
    """Both days included; ``whole`` is how many days it would have, ``due`` the day from which it is to be invoiced."""

    begins: date
    ends: date
    whole: int
    due: date

    @property
    def days(self) -> int:
        return (self.ends - self.begins).days + 1


def step(anchor: date, every: str, count: int) -> date:
    """The beginning of the period ``count`` after that of the anchor; the day of the month is kept where the month has it."""
    *many, unit = every.split()
    count *= int(many[0]) if many else 1
    if unit in ("week", "weeks"):
        return anchor + timedelta(weeks=count)
    months = anchor.year * 12 + anchor.month - 1 + count * MONTHS[unit]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def periods(template: dict[str, Any], until: date) -> Iterator[Period]:
    """Those that are to be invoiced by that day, the oldest first."""
    starts, every = day(template["starts_on"]), template["every"]
    anchor = day(template["anchor_on"]) if template.get("anchor_on") else starts
    in_advance = template.get("in_advance", "true") == "true"
    last = day(template["ends_on"]) if template.get("ends_on") else date.max
    count = -1 if starts < anchor else 0
    while True:
        grid, after = step(anchor, every, count), step(anchor, every, count + 1)
        begins = max(grid, starts)
        ends = min(after - ONE, last)  # left open by "nothing begins after": bill cuts the last period off
        due = begins if in_advance else ends + ONE
        if due > until or begins > last or ends < begins:
            return
        yield Period(begins, ends, (after - grid).days, due)
        count += 1


def price(line: dict[str, Any], begins: date) -> Fraction:
    """The unit price of a period that begins on that day."""
    found = Fraction(line.get("unit_price") or "0")
    for each in sorted(line.get("prices") or (), key=lambda each: str(each["since"])):
        if day(each["since"]) <= begins:
            found = Fraction(each["unit_price"])
    return found


def net(template: dict[str, Any], period: Period) -> Fraction:
    """What the lines come to, exactly, in whole units of the currency."""
    share = Fraction(period.days, period.whole) if template.get("prorate") == "true" else Fraction(1)
    return sum((Fraction(line["quantity"]) * price(line, period.begins) * share for line in template["lines"]), Fraction(0))


class Made(NamedTuple):
    """A document that came out of a template."""

    template: str
    begins: date
    ends: date
    issued_on: date | None
    net: int | None
    draft: bool
    text: str


def made(root: Path) -> list[Made]:
    """Documents of templates: the first word of each line's text names the template here."""
    found = []
    for folder in ("invoices", "drafts"):
        for each in documents(root, folder):
            text = each["lines"][0]["description"]
            if not each.get("service_period"):
                continue
            begins, ends = day(each["service_period"]["begins_on"]), day(each["service_period"]["ends_on"])
            issued = day(each["issued_on"]) if each.get("issued_on") else None
            total = minor(each["totals"]["net"], each["currency"]) if each.get("totals") else None
            found.append(Made(text.split()[0], begins, ends, issued, total, folder == "drafts", text))
    return sorted(found)


def allowed(missing: Sequence[Period], bound: int, on: date) -> list[list[Period]]:
    """What one run may make of what is missing: so many of the oldest, and what is on time. Whether that is only what is due
    today or the newest that is due is left open."""
    newest = missing[-1:]
    on_time = [each for each in missing if each.due == on]
    late = [each for each in missing if each.due < on]
    return [
        [*late[:bound], *on_time],
        [*missing[:-1][:bound], *newest],
        list(missing[:bound]),
    ]


def missing(root: Path, template: dict[str, Any], on: date) -> list[Period]:
    """What is due by a day and not there."""
    customer = next(each for each in documents(root, "customers") if each["id"] == template["customer"])
    if customer.get("deactivated_on") and day(customer["deactivated_on"]) <= on:
        return []
    there = {(each.begins, each.ends) for each in made(root) if each.template == template["id"]}
    return [each for each in periods(template, on) if (each.begins, each.ends) not in there]
