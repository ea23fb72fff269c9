"""A notice as a document: everything it says and claims, frozen on its day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core.dates import days_later
from billcli.core.document import content_id, made
from billcli.core.dunning.assess import Account, Assessed, Chase
from billcli.core.dunning.levels import counting
from billcli.core.dunning.policy import template_of
from billcli.core.facts import HoldFact, InvoiceFact, PlanPart, Settlement
from billcli.core.instalments import Agreed
from billcli.core.interest import Regime, Stretch, claimable, fixed_sum, interest, schedules_of, stretches
from billcli.core.money import minor_units
from billcli.errors import BillError
from billcli.model.money import Money
from billcli.model.party import Party
from billcli.model.reminder import Reminder


class Printed(NamedTuple):
    """Who writes to whom, and in which language."""

    issued_by: Party
    issued_to: Party
    language: str


class History(NamedTuple):
    """What interest is computed from: settlements, all holds that ever were on these invoices, and the instalments of plans."""

    rows: Mapping[str, Sequence[Settlement]]
    holds: Mapping[str, Sequence[HoldFact]]
    plan_parts: Mapping[str, Sequence[PlanPart]]


class Claims(NamedTuple):
    """What a notice claims on an invoice besides the invoice itself; minor units. ``computed`` is None where no interest is spoken of."""

    fee: int
    interest: int
    computed: int | None
    stretches: tuple[Stretch, ...]
    fixed_sum: int = 0

    @property
    def total(self) -> int:
        return self.fee + self.fixed_sum + self.interest


def claims_on(chase: Chase, regime: Regime | None, history: History, today: date) -> Claims:
    """The fee of the level, once for ever, what the law gives for an invoice, once for ever, and the interest no notice has claimed yet.

    Raises ``BillError`` where the level needs an interest regime and the ledger names none.
    """
    level, fact = chase.level, chase.debt.fact
    if regime is None and (level.interest != "none" or level.fixed_sum):
        raise BillError(
            f"level {level.level} speaks of interest, but ledger.yaml has no dunning.interest",
            'add "interest:" with "regime:" below "dunning:"; "bill explain dunning" lists the regimes',
        )
    before = counting(chase.debt.past)
    fee = 0 if any(each.level == level.level and each.fee for each in before) else minor_units(level.fee, fact.currency)
    given = regime is not None and level.fixed_sum and not any(each.fixed_sum for each in before)
    lawful = fixed_sum(regime, fact.currency, fact.gross) if regime is not None and given else 0
    if regime is None or level.interest == "none":
        return Claims(fee, 0, None, (), lawful)
    computed, found = interest_on(chase, regime, history, today)
    claimed = sum(each.interest for each in before)
    return Claims(fee, claimable(computed, claimed) if level.interest == "claimed" else 0, computed, found, lawful)


def interest_on(chase: Chase, regime: Regime, history: History, today: date) -> tuple[int, tuple[Stretch, ...]]:
    """What has run up on the invoice in all, up to and including today, and how."""
    return run_up(chase.debt.fact, chase.debt.own, regime, history, today)


def run_up(fact: InvoiceFact, own: Agreed, regime: Regime, history: History, today: date) -> tuple[int, tuple[Stretch, ...]]:
    """``own`` are the instalments as issued."""
    holds = history.holds.get(fact.number, ())
    plans = [each for each in holds if each.kind == "plan" and each.booked_on <= today]
    schedules = schedules_of(fact.issued_on, own, fact.gross, plans, history.plan_parts)
    found = stretches(regime, schedules, fact.gross, history.rows.get(fact.number, ()), holds, today)
    return interest(found, regime.basis), tuple(found)


def notice_id(on: date, customer: str, currency: str, chases: Sequence[Chase]) -> str:
    """The same invoices at the same levels on the same day are the same notice."""
    said = [currency, *(f"{each.debt.fact.number} {each.level.level}" for each in chases)]
    return content_id(f"{on}-{customer}", "\n".join(said), ())


def notice_of(
    account: Account, assessed: Assessed, claims: Mapping[str, Claims], charges: Mapping[str, int], printed: Printed, today: date
) -> Reminder:
    """The document; ``charges`` are what banks took for payments that came back, by payment; they are claimed once something is late."""
    level, currency = assessed.level, account.currency
    claimed = dict(charges) if level.level > 0 else {}

    def money(minor: int) -> object:
        return Money(minor, currency).amount

    items = [_item(each, claims[each.debt.fact.number], currency) for each in assessed.chases]
    total = sum(each.asked for each in assessed.chases) + sum(claimed.values())
    total += sum(each.total for each in claims.values())
    consents = dict.fromkeys(each.consent.approved_by for each in assessed.chases if each.consent)
    fields = {
        "id": notice_id(today, account.customer, currency, assessed.chases), "customer": account.customer, "currency": currency,
        "on": today, "level": level.level, "policy": account.chosen.said, "template": template_of(level), "channel": level.channel,
        "language": printed.language, "deadline": days_later(today, level.deadline) if level.days >= 0 else None,
        "issued_by": printed.issued_by, "issued_to": printed.issued_to, "items": items,
        "charges": [{"payment": name, "amount": money(amount)} for name, amount in sorted(claimed.items())] or None,
        "credit": money(account.credit) if account.credit > 0 else None, "total": money(total),
        "approved_by": ", ".join(consents) or None,
    }  # fmt: skip
    return made(Reminder, fields)


def _item(chase: Chase, claims: Claims, currency: str) -> dict[str, object]:
    fact = chase.debt.fact

    def money(minor: int | None) -> object:
        return None if minor is None else Money(minor, currency).amount

    said: dict[str, object] = {
        "invoice": fact.number, "level": chase.level.level, "reference": fact.reference, "issued_on": fact.issued_on,
        "due_on": chase.due_on, "gross": money(fact.gross), "open": money(chase.debt.open), "asked": money(chase.asked),
        "fee": money(claims.fee or None), "fixed_sum": money(claims.fixed_sum or None),
        "interest": money(claims.interest or None), "interest_computed": money(claims.computed),
    }  # fmt: skip
    rows = [
        {"from_on": each.from_on, "until": each.until, "principal": money(each.principal), "rate": each.rate} for each in claims.stretches
    ]
    return {key: value for key, value in {**said, "segments": rows or None}.items() if value is not None}
