"""What templates must fulfil: a rhythm, days and prices in order, texts that can be filled; and what was made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

from billcli.core.checks.amounts import check_amounts
from billcli.core.facts import RecurringDocument
from billcli.core.recurring import FITTING_HINT, Period, Rhythm, misfit, parse_every
from billcli.core.recurring_texts import check_placeholders
from billcli.diagnostics import Diagnostic, Path, did_you_mean, dotted
from billcli.model.recurring import Recurring
from billcli.model.values import BadValue

OVERDUE_DAYS = 31
"""A period that has been due for longer than this and was not made is worth a word."""


def check_recurring(template: Recurring) -> Iterator[Diagnostic]:
    """One template by itself."""
    try:
        parse_every(template.every)
    except BadValue as bad:
        yield Diagnostic(bad.code, f"every: {bad.message}", path=("every",), hint=bad.hint)
    if template.ends_on is not None and template.ends_on < template.starts_on:
        message = f"ends_on: {template.ends_on} is before {template.starts_on}, the day it starts"
        yield Diagnostic("E691", message, path=("ends_on",), hint="one of the two is mistyped")
    if not template.lines:
        yield Diagnostic(
            "E694", "the template has no lines", path=("lines",), hint="write what is sold: an item, or a description and a price"
        )
    for at, line in enumerate(template.lines):
        yield from _prices([each.since for each in line.prices], ("lines", at, "prices"))
        if line.item is None:
            missing = "description" if line.description is None else "" if line.prices or line.unit_price is not None else "unit_price"
            if missing:
                message = f"lines[{at}] names no item and has no {missing}"
                yield Diagnostic("E694", message, path=("lines", at), hint=f"add {missing}:, or the item: whose it is")
    yield from _texts(template)
    yield from _amounts(template)


def _prices(days: list[date], path: Path) -> Iterator[Diagnostic]:
    """E692."""
    for at, (earlier, each) in enumerate(pairwise(days), 1):
        if each <= earlier:
            where = (*path, at, "since")
            what = f"two prices since {each}" if each == earlier else f"{each} stands behind {earlier}"
            hint = "one price holds on a day; keep one of them" if each == earlier else "the prices stand in the order of their days"
            yield Diagnostic("E692", f"{dotted(where)}: {what}", path=where, hint=hint)


def _texts(template: Recurring) -> Iterator[Diagnostic]:
    """E693."""
    texts: list[tuple[Path, str | None]] = [(("lines", at, "description"), line.description) for at, line in enumerate(template.lines)]
    for path, text in [*texts, (("remark",), template.remark)]:
        try:
            check_placeholders(text or "")
        except BadValue as bad:
            yield Diagnostic(bad.code, f"{dotted(path)}: {bad.message}", path=path, hint=bad.hint)


def _amounts(template: Recurring) -> Iterator[Diagnostic]:
    """E211, where the template says its currency."""
    if template.currency:
        every = [((), template.adjustments), *((("lines", at), line.adjustments) for at, line in enumerate(template.lines))]
        stated: list[tuple[Path, Decimal]] = [
            ((*path, "adjustments", at, "amount"), each.amount)
            for path, group in every
            for at, each in enumerate(group)
            if each.amount is not None
        ]
        yield from check_amounts(stated, template.currency)


def check_made(
    documents: Iterable[RecurringDocument], rhythms: Mapping[str, Rhythm | None], is_lost: Callable[[str], bool]
) -> Iterator[Diagnostic]:
    """E695 to E697: a document of a template is the only one of a period that the template has.

    ``rhythms`` has every template, None where ``every`` is not understood; ``is_lost`` tells one that cannot be read.
    """
    for (template, begins_on), group in groupby(documents, key=lambda each: (each.template, each.begins_on)):
        first, *others = list(group)
        rhythm = rhythms.get(template)
        path: Path = ("external_id",)
        if template not in rhythms and not is_lost(template):
            message = f'{first.name} was made by the template "{template}", which does not exist'
            hint = did_you_mean(template, list(rhythms)) or f"bring recurring/{template}.yaml back; git may have it"
            yield Diagnostic("E695", message, first.file, path, hint=hint)
        elif rhythm and not first.voided_on and (why := misfit(rhythm, begins_on, first.ends_on)):
            yield Diagnostic("E696", f"{first.name} was made by {template} {why}", first.file, path, hint=FITTING_HINT)
        for each in others:
            if first.kind == each.kind == "draft":  # two invoices are E409, a draft beside its invoice is W512
                message = f"{each.name} is of the same period of {template} as {first.name}, the one from {begins_on}"
                yield Diagnostic("E697", message, each.file, path, hint=f"throw one of the two away: {first.file}, {each.file}")


def check_overdue(overdue: Iterable[tuple[str, str, Period, date]], today: date) -> Iterator[Diagnostic]:
    """W698, once a template, at its rhythm. Each is its file, its id, the oldest period that is due and not made, and since when."""
    for file, template, period, since in overdue:
        if (today - since).days > OVERDUE_DAYS:
            message = f"every: {template} has not made the period {period.begins_on} to {period.ends_on}, due since {since}"
            hint = f'"bill recurring preview {template}" says why; where nothing more is due, end it: "bill recurring end {template}"'
            yield Diagnostic("W698", message, file, ("every",), hint=hint)
