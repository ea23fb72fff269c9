"""What credit settings must fulfil."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import pairwise

from billcli.core.checks.amounts import check_amounts
from billcli.core.credit.limit import Standing, allows_more, words_of
from billcli.core.dunning.policy import NEVER
from billcli.diagnostics import Diagnostic, Path, did_you_mean
from billcli.model.customer import Customer
from billcli.model.settings import Settings
from billcli.model.values import quoted

SHORTEST = 30
"""Days: with a shorter half-life a score would follow the last invoice alone."""


def check_credit_settings(settings: Settings) -> Iterator[Diagnostic]:
    """E710: weights that come to 100, a half-life, grades that cover every score once; and the decimals of amounts."""
    credit = settings.credit
    if credit is None:
        return
    total = sum((getattr(credit.weights, name) for name in type(credit.weights).model_fields), Decimal(0))
    if total != 100:
        message = f"credit.weights: the weights come to {format(total, 'f')}, not to 100"
        yield Diagnostic("E710", message, path=("credit", "weights"), hint="those not named are 50, 35, 15 and 0; name them all")
    if credit.half_life < SHORTEST:
        message = f"credit.half_life: {credit.half_life} days are too short"
        yield Diagnostic("E710", message, path=("credit", "half_life"), hint=f"at least {SHORTEST}; 180 where left out")
    if credit.grades:
        yield from _grades(settings)
    if credit.overdue_limit is not None:
        yield from check_amounts([(("credit", "overdue_limit"), credit.overdue_limit)], settings.currency)


def _grades(settings: Settings) -> Iterator[Diagnostic]:
    assert settings.credit is not None
    grades = settings.credit.grades
    for at, each in enumerate(grades):
        for name in ("grade", "at_least"):
            if getattr(each, name) in [getattr(other, name) for other in grades[:at]]:
                message = f"credit.grades[{at}].{name}: {getattr(each, name)} stands twice"
                yield Diagnostic("E710", message, path=("credit", "grades", at, name), hint="one grade for each bound")
        yield from _policy(settings, each.dunning, at)
        least, most = each.limit_least, each.limit_most
        if least is not None and most is not None and least > most:
            path: Path = ("credit", "grades", at, "limit_least")
            message = f"credit.grades[{at}].limit_least: {format(least, 'f')} is more than limit_most, {format(most, 'f')}"
            yield Diagnostic("E710", message, path=path, hint="one of the two is mistyped")
    if min(each.at_least for each in grades) > 0:
        message = f"credit.grades: no grade for a score below {format(min(each.at_least for each in grades), 'f')}"
        yield Diagnostic("E710", message, path=("credit", "grades"), hint="the lowest grade has at_least: 0")
    ordered = sorted(grades, key=lambda each: each.grade)
    for better, worse in pairwise(ordered):
        if better.at_least < worse.at_least:
            message = f"credit.grades: {better.grade} begins at {format(better.at_least, 'f')}, below {worse.grade}"
            yield Diagnostic("E710", message, path=("credit", "grades"), hint="A is the best grade, and has the highest bound")


def _policy(settings: Settings, name: str | None, at: int) -> Iterator[Diagnostic]:
    """A grade names a policy of reminders that there is; where the ledger has none yet, it is advice for later."""
    if name is None or settings.dunning is None or name == NEVER or name in (names := [each.name for each in settings.dunning.policies]):
        return
    message = f"credit.grades[{at}].dunning: there is no policy of reminders {quoted(name)}"
    hint = did_you_mean(name, [*names, NEVER]) or "dunning.policies declares them"
    yield Diagnostic("E710", message, path=("credit", "grades", at, "dunning"), hint=hint)


def check_overrides(customer: Customer) -> Iterator[Diagnostic]:
    """E411: another credit limit ends on the day it begins or later."""
    for at, each in enumerate(customer.limit_overrides):
        if each.until < each.on:
            message = f"limit_overrides[{at}].until: {each.until} is before {each.on}, the day it begins"
            yield Diagnostic("E411", message, path=("limit_overrides", at, "until"), hint="one of the two is mistyped")
        if customer.currency:
            yield from check_amounts([(("limit_overrides", at, "amount"), each.amount)], customer.currency)


def check_limits(
    found: Iterable[Standing],
    late: Iterable[tuple[str, str]],
    uncounted: Iterable[tuple[str, str]],
    path_of: Callable[[str], str],
    *,
    block: bool,
) -> Iterator[Diagnostic]:
    """E711 where the ledger blocks and a person gave the limit: customers beyond it, alone or with those below them.

    W712 where it warns; and, blocked or not, for what comes about by the calendar alone, so that the same books are not wrong a day
    later: a limit that the grade gives, more overdue than the ledger allows, and what is owed in currencies that the limit does not
    count. Both latter are (customer, words).
    """
    for each in found:
        if each.over:
            code = "E711" if block and not each.by_grade else "W712"
            place: Path = ("credit_limit",) if each.source == "customer" else ("id",)
            yield Diagnostic(code, words_of(each), path_of(each.customer), place, hint=allows_more(each.customer))
    for customer, words in late:
        yield Diagnostic("W712", words, path_of(customer), ("id",), hint=allows_more(customer))
    for customer, words in uncounted:
        yield Diagnostic("W712", words, path_of(customer), ("id",), hint="currencies never add; look at it from time to time")
