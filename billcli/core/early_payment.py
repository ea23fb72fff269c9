"""Early-payment discount: when the terms give it, how much, and what it takes off each tax."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from billcli.core.facts import InvoiceFact, Settlement
from billcli.core.money import rounded_ratio, split
from billcli.core.report import counted
from billcli.core.totals import HUNDRED
from billcli.model.money import Money, digits

if TYPE_CHECKING:
    from billcli.core.shares import Taxed
    from billcli.model.settings import SettlementRules


class Offer(NamedTuple):
    """The discount in minor units, 0 where there is none; ``refused`` says why the terms do not give it to this money."""

    amount: int
    refused: str = ""

    @property
    def granted(self) -> int:
        return 0 if self.refused else self.amount


def discount_offer(invoice: InvoiceFact, rows: Iterable[Settlement], received_on: date, rules: SettlementRules) -> Offer:
    """What the invoice's terms give to money of that day.

    The percentage is of the gross less credit notes. The whole must be paid at once: cash before, of whatever day, forfeits it.
    """
    if invoice.discount_until is None or invoice.discount_percent is None:
        return Offer(0)
    lasting = [row for row in rows if row.ended_on is None]
    base = invoice.gross - sum(row.amount for row in lasting if row.kind == "credit")
    amount = rounded_ratio(base, Decimal(invoice.discount_percent), HUNDRED)
    if received_on > last_discount_day(invoice.discount_until, rules):
        late = (received_on - invoice.discount_until).days
        grace = f", beyond {counted(rules.discount_grace_days, 'day')} of grace" if rules.discount_grace_days else ""
        return Offer(amount, f"the money came on {received_on}, {counted(late, 'day')} after {invoice.discount_until}{grace}")
    if any(row.kind in ("payment", "opening", "bank_charge") for row in lasting):
        return Offer(amount, "a part was paid before, and the discount is for the whole at once")
    return Offer(amount)


def last_discount_day(until: date, rules: SettlementRules) -> date:
    """The last day of the money, with the grace that the ledger gives."""
    return until + timedelta(days=rules.discount_grace_days)


def limit(amount: Decimal, currency: str) -> int:
    """A limit of the settings in minor units, rounded down."""
    return int(amount.scaleb(digits(currency)))


class TaxShare(NamedTuple):
    """A share of an amount that a tax code bears, with the tax in it; minor units."""

    code: str
    gross: int
    tax: int


def tax_words(shares: Iterable[TaxShare], currency: str) -> str:
    """The tax in an amount for a person; empty where there is none."""
    taxed = [f"{Money(each.tax, currency)} of {each.code}" for each in shares if each.tax]
    return "its tax: " + ", ".join(taxed) if taxed else ""


def tax_shares(codes: Mapping[str, Taxed], amount: int) -> list[TaxShare]:
    """An amount with tax, such as a discount or a write-off, shared over what the invoice holds of each code by the largest remainder."""
    shares = split(amount, [each.gross for each in codes.values()])
    return [
        TaxShare(code, share, rounded_ratio(share, Decimal(each.tax), Decimal(each.gross)) if each.gross else 0)
        for (code, each), share in zip(codes.items(), shares, strict=True)
    ]
