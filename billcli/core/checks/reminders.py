"""What notices must fulfil: one level after another, nothing claimed twice, nothing asked for that was not owed, consent to strict ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from billcli.core.checks.amounts import check_amounts
from billcli.core.dunning.policy import CONSENT_FROM, NEVER
from billcli.core.facts import ApprovalFact, CustomerFact, ReminderChargeFact, ReminderFact, ReminderItemFact, Settlement
from billcli.core.interest import Stretch, interest
from billcli.core.money import minor_units
from billcli.core.settlement import counts
from billcli.diagnostics import Diagnostic, Path, did_you_mean, dotted, undotted
from billcli.model.category import Categories
from billcli.model.category_names import DIMENSIONS
from billcli.model.dunning import Dunning, Policy
from billcli.model.money import Money
from billcli.model.reminder import Reminder, ReminderItem

LATE_DAYS = 14
"""So many days after an invoice became due for a notice, nobody can have wanted it to wait."""


class Asked(NamedTuple):
    """An invoice in a notice that was handed over, waits, or may have been (``counts``); the invoice's own figures; minor units.

    ``later`` are documents that settle it and were written, or written to, after the notice.
    """

    file: str
    notice: ReminderFact
    item: ReminderItemFact
    counts: bool
    gross: int
    issued_on: date
    rows: Sequence[Settlement]
    later: frozenset[str] = frozenset()


def check_reminder(notice: Reminder) -> Iterator[Diagnostic]:
    """One notice by itself: decimals, its sums, and that interest follows from its segments."""
    yield from check_amounts(_amounts(notice), notice.currency)
    yield from _adds_up(notice)
    for at, item in enumerate(notice.items):
        yield from _item(item, ("items", at), notice.currency)


def _amounts(notice: Reminder) -> list[tuple[Path, Decimal]]:
    found: list[tuple[Path, Decimal | None]] = [(("total",), notice.total), (("credit",), notice.credit)]
    found += [(("charges", at, "amount"), each.amount) for at, each in enumerate(notice.charges)]
    for at, item in enumerate(notice.items):
        names = ("gross", "open", "asked", "fee", "fixed_sum", "interest", "interest_computed")
        found += [(("items", at, name), getattr(item, name)) for name in names]
        found += [(("items", at, "segments", nth, "principal"), each.principal) for nth, each in enumerate(item.segments)]
    return [(path, amount) for path, amount in found if amount is not None]


def _adds_up(notice: Reminder) -> Iterator[Diagnostic]:
    """E685."""
    if not notice.items:
        yield Diagnostic("E685", "the notice names no invoice", path=("items",), hint='"git log" shows what changed')
        return
    total = sum((each.asked + (each.fee or 0) + (each.fixed_sum or 0) + (each.interest or 0) for each in notice.items), Decimal(0))
    total += sum((each.amount for each in notice.charges), Decimal(0))
    if total != notice.total:
        message = f"total: {format(notice.total, 'f')}; what is asked for and claimed comes to {format(total, 'f')}"
        yield Diagnostic("E685", message, path=("total",), hint='a notice stays as it was sent; "git log" shows what changed')
    highest = max(each.level for each in notice.items)
    if notice.level != highest:
        message = f"level: {notice.level}; the highest of its invoices is {highest}"
        yield Diagnostic("E685", message, path=("level",), hint="a notice has the level of its highest invoice")
    names = [each.invoice for each in notice.items]
    for at, name in enumerate(names):
        if name in names[:at]:
            message = f"items[{at}].invoice: {name} stands twice"
            yield Diagnostic("E685", message, path=("items", at, "invoice"), hint="an invoice is asked for once in a notice")


def _item(item: ReminderItem, at: Path, currency: str) -> Iterator[Diagnostic]:
    """E682 and E684 within a notice."""
    if item.asked > item.open:
        message = f"{dotted((*at, 'asked'))}: {format(item.asked, 'f')} of {item.invoice}, of which {format(item.open, 'f')} was open"
        yield Diagnostic("E684", message, path=(*at, "asked"), hint='a notice stays as it was sent; "git log" shows what changed')
    computed = item.interest_computed or Decimal(0)
    if item.interest is not None and item.interest > computed:
        message = f"{dotted((*at, 'interest'))}: {format(item.interest, 'f')} is claimed; {format(computed, 'f')} had run up"
        yield Diagnostic("E682", message, path=(*at, "interest"), hint="interest is claimed as far as it has run up")
    elif item.segments and not _follows(item, currency):
        message = f"{dotted((*at, 'interest_computed'))}: {format(computed, 'f')} does not follow from its segments"
        hint = 'principal × rate / 100 × days / basis, added up and rounded once; "git log" shows what changed'
        yield Diagnostic("E682", message, path=(*at, "interest_computed"), hint=hint)


def _follows(item: ReminderItem, currency: str) -> bool:
    """By one of the bases; which one counted then, the notice does not say."""
    try:
        parts = [Stretch(each.from_on, each.until, Money.of(each.principal, currency).minor, each.rate) for each in item.segments]
        computed = Money.of(item.interest_computed or Decimal(0), currency).minor
    except ValueError:
        return True  # another finding says that there are too many decimals
    return any(interest(parts, basis) == computed for basis in ("365", "360", "actual"))


def check_delivered(without: Iterable[tuple[str, ReminderFact]]) -> Iterator[Diagnostic]:
    """E642: (file, notice) of those that no delivery brings: nobody can tell whether they went."""
    for file, notice in without:
        message = f"no delivery brings this notice: deliveries/{notice.booked_on:%Y/%m} holds none of {notice.id}"
        hint = 'bring the file back, "git log" shows where it went; or delete the notice if nobody got it'
        yield Diagnostic("E642", message, file, ("id",), hint=hint)


def check_levels(asked: Iterable[Asked], policies: Mapping[str, Policy]) -> Iterator[Diagnostic]:
    """E680, E681 and E683: each level once for an invoice and none passed over, its fee once, the fixed sum once in all.

    In the order of days.
    """
    reached: dict[str, dict[int, str]] = {}
    last: dict[str, date] = {}
    fees: dict[tuple[str, int], str] = {}
    sums: dict[str, str] = {}
    for each in (every for every in asked if every.counts):
        item, path = each.item, undotted(each.item.place)
        mine = reached.setdefault(item.invoice, {})
        if item.level <= max(mine, default=-1) and item.due_on > last[item.invoice]:
            mine.clear()  # all that was overdue then was paid: a later instalment begins at the first level again
        last[item.invoice] = max(last.get(item.invoice, date.min), each.notice.booked_on, item.due_on)
        if item.level in mine:
            message = f"{item.invoice} got level {item.level} in {mine[item.level]} already"
            yield Diagnostic("E680", message, each.file, path, hint="both reached the customer; make it good with a word")
        elif passed := _passed(policies.get(each.notice.policy), mine, item.level):
            message = f"{item.invoice} got level {item.level} without level {passed[0]}"
            hint = 'the policy wants one after the other; "bill remind list" shows what went'
            yield Diagnostic("E683", message, each.file, (*path[:-1], "level"), hint=hint)
        key = (item.invoice, item.level)
        if item.fee and key in fees:
            message = f"{item.invoice}: the fee of level {item.level} was claimed in {fees[key]} already"
            yield Diagnostic("E681", message, each.file, (*path[:-1], "fee"), hint="a fee is claimed once for an invoice and a level")
        if item.fee:
            fees.setdefault(key, item.reminder)
        if item.fixed_sum and item.invoice in sums:
            message = f"{item.invoice}: the fixed sum of the law was claimed in {sums[item.invoice]} already"
            hint = "the law gives it once for an invoice, whatever its level"
            yield Diagnostic("E681", message, each.file, (*path[:-1], "fixed_sum"), hint=hint)
        if item.fixed_sum:
            sums.setdefault(item.invoice, item.reminder)
        mine.setdefault(item.level, item.reminder)


def _passed(policy: Policy | None, reached: Mapping[int, str], level: int) -> list[int]:
    """The levels of the policy below this one, and above all reached so far, that are no notices before the due day."""
    if policy is None:
        return []
    above = max(reached, default=-1)
    return sorted(each.level for each in policy.levels if above < each.level < level and each.days >= 0)


def check_interest(asked: Iterable[Asked]) -> Iterator[Diagnostic]:
    """E682: all notices together claim no more interest on an invoice than had run up by the last of them."""
    claimed: dict[str, int] = {}
    computed: dict[str, int] = {}
    for each in (every for every in asked if every.counts and every.item.interest):
        item, currency = each.item, each.notice.currency
        computed[item.invoice] = max(computed.get(item.invoice, 0), item.computed)
        claimed[item.invoice] = claimed.get(item.invoice, 0) + item.interest
        if claimed[item.invoice] > computed[item.invoice] and item.interest <= item.computed:
            shown = Money(claimed[item.invoice], currency), Money(computed[item.invoice], currency)
            message = f"{item.invoice}: {shown[0]} of interest is claimed in all; {shown[1]} had run up"
            path = (*undotted(item.place)[:-1], "interest")
            yield Diagnostic("E682", message, each.file, path, hint="a notice claims what ran up since the ones before it")


def check_overclaimed(asked: Iterable[Asked], run_up: Mapping[str, int]) -> Iterator[Diagnostic]:
    """W678: ``run_up`` is the interest of an invoice by the books of today, which money or a credit dated back may have lowered."""
    claimed: dict[str, int] = {}
    last: dict[str, Asked] = {}
    for each in (every for every in asked if every.counts and every.item.interest and every.item.invoice in run_up):
        claimed[each.item.invoice] = claimed.get(each.item.invoice, 0) + each.item.interest
        last[each.item.invoice] = each
    for number, each in last.items():
        much, now = claimed[number], run_up[number]
        if much > now:
            said = [Money(amount, each.notice.currency) for amount in (much, now, much - now)]
            message = f"{number}: {said[0]} of interest is claimed; by the books of today {said[1]} has run up, {said[2]} less"
            hint = "tell the customer that the difference counts no more; the next notice claims nothing until more than that has run up"
            yield Diagnostic("W678", message, each.file, (*undotted(each.item.place)[:-1], "interest"), hint=hint)


def check_charges(charges: Iterable[tuple[str, ReminderChargeFact]]) -> Iterator[Diagnostic]:
    """E681: what the bank took for a payment is claimed once. In the order of days, those that count."""
    claimed: dict[str, str] = {}
    for file, each in charges:
        if each.payment in claimed:
            message = f"the bank's charge for {each.payment} was claimed in {claimed[each.payment]} already"
            yield Diagnostic("E681", message, file, undotted(each.place), hint="it is claimed once for a payment")
        claimed.setdefault(each.payment, each.reminder)


def check_open(asked: Iterable[Asked]) -> Iterator[Diagnostic]:
    """E684: what was known to be credited, written off or voided by that day was not asked for."""
    for each in asked:
        rest = left(each)
        if each.item.open > rest:
            yield _beyond("E684", each, rest, "open", 'a notice stays as it was sent; "git log" shows what changed')


def check_crossed(asked: Iterable[Asked]) -> Iterator[Diagnostic]:
    """W689: money that had come, or credit of that day, was written down later, so the notice asked for it."""
    for each in (every for every in asked if every.counts):
        rest = _left(each, lambda row: True)
        if rest < each.item.open <= left(each):
            yield _beyond("W689", each, rest, "open", "read bank statements before reminders: dunning.statement_age in ledger.yaml")


def left(each: Asked) -> int:
    """What was open as far as the books said so when the notice was written."""
    return _left(each, lambda row: row.source_kind != "payment" and row.source not in each.later)


def _left(each: Asked, wanted: Callable[[Settlement], bool]) -> int:
    day = each.notice.booked_on
    return each.gross - sum(row.amount for row in each.rows if wanted(row) and row.booked_on < day and counts(row, day))


def _beyond(code: str, each: Asked, rest: int, key: str, hint: str) -> Diagnostic:
    currency = each.notice.currency
    message = f"{each.item.invoice} had {Money(rest, currency)} open on {each.notice.booked_on}, not {Money(each.item.open, currency)}"
    return Diagnostic(code, message, each.file, (*undotted(each.item.place)[:-1], key), hint=hint)


def check_consent(asked: Iterable[Asked], approvals: Sequence[ApprovalFact]) -> Iterator[Diagnostic]:
    """E686: somebody consented to every notice from level 3 on, by the day it went."""
    for each in (every for every in asked if every.item.level >= CONSENT_FROM and every.counts):
        day, item = each.notice.booked_on, each.item
        if not any(
            one.customer == each.notice.customer
            and one.invoice in (None, item.invoice)
            and one.level >= item.level
            and one.booked_on <= day <= (one.until or date.max)
            for one in approvals
        ):
            message = f"nobody consented that {item.invoice} gets level {item.level} on {day}"
            hint = f'"bill remind approve {each.notice.customer} --level {item.level} --by NAME" comes before it'
            yield Diagnostic("E686", message, each.file, (*undotted(item.place)[:-1], "level"), hint=hint)


def check_policies(dunning: Dunning | None, regimes: Sequence[str]) -> Iterator[Diagnostic]:
    """E687: what ``dunning:`` of ``ledger.yaml`` says can work."""
    if dunning is None:
        return
    names = [each.name for each in dunning.policies]
    if dunning.policy is not None and dunning.policy not in names:
        yield _unknown("ledger.yaml", ("dunning", "policy"), dunning.policy, names)
    if dunning.interest is not None and dunning.interest.regime not in regimes:
        message = f'dunning.interest.regime: there is no interest regime "{dunning.interest.regime}"'
        hint = did_you_mean(dunning.interest.regime, list(regimes)) or "one of: " + ", ".join(regimes)
        yield Diagnostic("E687", message, "ledger.yaml", ("dunning", "interest", "regime"), hint=hint)
    for at, policy in enumerate(dunning.policies):
        path: Path = ("dunning", "policies", at)
        if policy.name in names[:at]:
            yield Diagnostic(
                "E687", f'two policies of reminders are called "{policy.name}"', "ledger.yaml", (*path, "name"), hint="rename one"
            )
        if policy.name == NEVER:
            message = f'{dotted((*path, "name"))}: "{NEVER}" is the word for no reminders'
            yield Diagnostic("E687", message, "ledger.yaml", (*path, "name"), hint="give it another name")
        yield from _levels(policy, path, with_interest=dunning.interest is not None)


def _levels(policy: Policy, path: Path, *, with_interest: bool) -> Iterator[Diagnostic]:
    if not policy.levels:
        message = f'the policy of reminders "{policy.name}" has no levels'
        yield Diagnostic("E687", message, "ledger.yaml", (*path, "levels"), hint='"bill explain dunning" shows some to copy')
    for at, (earlier, each) in enumerate(pairwise(policy.levels), 1):
        if each.level <= earlier.level or each.days < earlier.days:
            message = f"{dotted((*path, 'levels', at))}: level {each.level} after {each.days} days stands behind level {earlier.level}"
            message += f" after {earlier.days} days"
            yield Diagnostic("E687", message, "ledger.yaml", (*path, "levels", at), hint="levels and their days go up")
    for at, each in enumerate(policy.levels):
        if each.approval is False and each.level >= CONSENT_FROM:
            message = f"{dotted((*path, 'levels', at, 'approval'))}: level {each.level} always needs a person's consent"
            yield Diagnostic("E687", message, "ledger.yaml", (*path, "levels", at, "approval"), hint="take the line out")
        if not with_interest and (each.interest != "none" or each.fixed_sum):
            message = f"{dotted((*path, 'levels', at))}: level {each.level} speaks of interest, and dunning.interest is missing"
            yield Diagnostic("E687", message, "ledger.yaml", (*path, "levels", at), hint='add "interest:" with "regime:" below "dunning:"')


def check_named(
    dunning: Dunning | None, categories: Categories, customers: Iterable[CustomerFact], file_of: Callable[[str], str]
) -> Iterator[Diagnostic]:
    """E687: customers and groups name policies that there are."""
    known = [*(each.name for each in dunning.policies), NEVER] if dunning is not None else [NEVER]
    for dimension in DIMENSIONS:
        for at, group in enumerate(getattr(categories.groups, dimension)):
            if group.dunning and group.dunning not in known:
                yield _unknown("categories.yaml", ("groups", dimension, at, "dunning"), group.dunning, known)
    for each in customers:
        if each.dunning and each.dunning not in known:
            yield _unknown(file_of(each.id), ("dunning",), each.dunning, known)


def _unknown(file: str, path: Path, name: str, known: Sequence[str]) -> Diagnostic:
    hint = did_you_mean(name, list(known)) or "declare it under dunning.policies in ledger.yaml"
    return Diagnostic("E687", f'{dotted(path)}: there is no policy of reminders "{name}"', file, path, hint=hint)


def check_fees(dunning: Dunning, used: Iterable[tuple[str, str]]) -> Iterator[Diagnostic]:
    """W643: ``used`` are (policy, currency) of what is open; a fee with more decimals than the currency has is claimed rounded, half-up."""
    currencies: dict[str, set[str]] = {}
    for name, currency in used:
        currencies.setdefault(name, set()).add(currency)
    for at, policy in enumerate(dunning.policies):
        for nth, level in enumerate(policy.levels):
            for currency in sorted(currencies.get(policy.name, ())):
                claimed = Money(minor_units(level.fee, currency), currency)
                if claimed.amount != level.fee:
                    path: Path = ("dunning", "policies", at, "levels", nth, "fee")
                    message = f"{dotted(path)}: {format(level.fee, 'f')} is more exact than {currency}; {claimed} is claimed"
                    hint = f'round it, or name a policy of their own for the customers that owe {currency}: "dunning:" in their files'
                    yield Diagnostic("W643", message, "ledger.yaml", path, hint=hint)


def check_forgotten(due: Iterable[tuple[str, str, int, date]], today: date) -> Iterator[Diagnostic]:
    """W688: (file, invoice, level, since when) of invoices that are due for a notice, with nothing that stops it."""
    for file, invoice, level, since in sorted(due):
        if (today - since).days > LATE_DAYS:
            message = f"{invoice} is due for level {level} since {since}, nothing stops it, and no notice went"
            yield Diagnostic("W688", message, file, ("number",), hint='"bill remind preview" shows it; "bill remind run" sends it')
