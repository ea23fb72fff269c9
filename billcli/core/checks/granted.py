"""What was settled without money: discounts within their terms, charges and small rests within the rules, credit that was paid for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from billcli.core.checks.facts import BouncedRefund, Granted, UnpaidCredit
from billcli.core.early_payment import last_discount_day, limit
from billcli.core.money import rounded_ratio
from billcli.core.settlement import counts
from billcli.core.totals import HUNDRED
from billcli.diagnostics import Diagnostic, undotted
from billcli.model.money import Money
from billcli.model.settings import SettlementRules


def check_discounts(granted: Sequence[Granted], rules: SettlementRules) -> Iterator[Diagnostic]:
    """E505: early-payment discounts stand on invoices that offer one, and come to no more than it."""
    for _, group in groupby((each for each in granted if each.kind == "discount"), key=lambda each: each.invoice):
        rows = list(group)
        for each in rows:
            path = (*undotted(each.place)[:-1], "amount")
            if each.discount_percent is None:
                message = f"{each.invoice} offers no early-payment discount"
                yield Diagnostic("E505", message, each.file, path, hint="what is given all the same is a credit note or a write-off")
                continue
            most = rounded_ratio(each.gross, Decimal(each.discount_percent), HUNDRED)
            on = each.booked_on
            total = sum(row.amount for row in rows if counts(row, on))
            if total > most + limit(rules.discount_tolerance, each.currency):
                come, offered = Money(total, each.currency), Money(most, each.currency)
                message = f"{each.invoice} has {come} of discount from {on} on; {each.discount_percent} % of it are {offered}"
                yield Diagnostic("E505", message, each.file, path, hint="lower it; the rest is open, or written off")
                break


def check_rules(granted: Sequence[Granted], rules: SettlementRules) -> Iterator[Diagnostic]:
    """W523: what a person granted beyond ``settlement:`` of the ledger."""
    for each in granted:
        path = undotted(each.place)
        amount = Money(each.amount, each.currency)
        if each.kind == "discount" and each.discount_until is not None:
            last = last_discount_day(each.discount_until, rules)
            if each.value_on > last:
                message = f"{amount} of discount on {each.invoice} for money of {each.value_on}; its last day was {last}"
                yield Diagnostic("W523", message, each.file, path, hint="discount_grace_days: under settlement: in ledger.yaml gives more")
        elif each.kind == "bank_charge" and each.amount > limit(rules.bank_charge, each.currency):
            message = f"{amount} of bank charge on {each.invoice}; the rules allow {rules.bank_charge}"
            yield Diagnostic("W523", message, each.file, path, hint="bank_charge: under settlement: in ledger.yaml is the most")
        elif (
            each.kind == "write_off"
            and (each.source_kind == "payment" or each.write_off == "small-difference")
            and each.amount > limit(rules.small_difference, each.currency)
        ):
            message = f"{amount} of {each.invoice} written off as a small difference; the rules allow {rules.small_difference}"
            yield Diagnostic("W523", message, each.file, path, hint="small_difference: under settlement: in ledger.yaml is the most")


def check_unpaid_credit(found: Iterable[UnpaidCredit]) -> Iterator[Diagnostic]:
    """W510: a customer has no credit for an invoice that was not paid."""
    for each in found:
        message = (
            f"{each.note} gives credit for {each.invoice}, but {Money(each.amount, each.currency)} of that were never paid or went back"
        )
        hint = f"apply what is unapplied of it to {each.invoice}; what was used elsewhere is owed again"
        yield Diagnostic("W510", message, each.file, ("corrects",), hint=hint)


def check_bounced(found: Iterable[BouncedRefund]) -> Iterator[Diagnostic]:
    """W511: money that was paid back, and whose payment then bounced, is owed by the customer."""
    for each in found:
        amount = Money(each.amount, each.currency)
        message = f"{each.refund} paid back {amount} of {each.payment}, which was reversed on {each.reversed_on}"
        hint = "the customer owes it: claim it back; reverse the refund when it has come"
        yield Diagnostic("W511", message, each.file, (*undotted(each.place)[:-1], "payment"), hint=hint)
