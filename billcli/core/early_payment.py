"""Early-payment discount: when the terms give it, how much, and what it takes off each tax."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, Protocol

from billcli.core.facts import InvoiceFact, Settlement
from billcli.core.money import minor_units, rounded_ratio, split
from billcli.core.totals import HUNDRED
from billcli.model.money import Money, digits

if TYPE_CHECKING:
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
    last_day = invoice.discount_until + timedelta(days=rules.discount_grace_days)
    if received_on > last_day:
        late = (received_on - invoice.discount_until).days
        grace = f", beyond {_days(rules.discount_grace_days)} of grace" if rules.discount_grace_days else ""
        return Offer(amount, f"the money came on {received_on}, {_days(late)} after {invoice.discount_until}{grace}")
    if any(row.kind in ("payment", "opening", "bank_charge") for row in lasting):
        return Offer(amount, "a part was paid before, and the discount is for the whole at once")
    return Offer(amount)


def _days(count: int) -> str:
    return f"{count} day{'s' if count != 1 else ''}"


def limit(amount: Decimal, currency: str) -> int:
    """A limit of the settings in minor units, rounded down."""
    return int(amount.scaleb(digits(currency)))


class Taxed(Protocol):
    """What a tax group must have to bear a share."""

    @property
    def code(self) -> str: ...
    @property
    def base(self) -> Decimal: ...
    @property
    def amount(self) -> Decimal: ...


class TaxShare(NamedTuple):
    """A share of an amount that a tax code bears, with the tax in it; minor units."""

    code: str
    gross: int
    tax: int


def tax_words(shares: Iterable[TaxShare], currency: str) -> str:
    """The tax in an amount for a person; empty where there is none."""
    taxed = [f"{Money(each.tax, currency)} of {each.code}" for each in shares if each.tax]
    return "its tax: " + ", ".join(taxed) if taxed else ""


def tax_shares(groups: Sequence[Taxed], untaxed: int, amount: int, currency: str) -> list[TaxShare]:
    """An amount with tax, such as a discount or a write-off, shared by rate group by the largest remainder.

    ``untaxed`` is what the invoice holds without a tax group, in minor units.
    """
    parts = [(each.code, minor_units(each.base, currency), minor_units(each.amount, currency)) for each in groups]
    if untaxed:
        parts.append(("none", untaxed, 0))
    shares = split(amount, [base + tax for _, base, tax in parts])
    return [
        TaxShare(code, share, rounded_ratio(share, Decimal(tax), Decimal(base + tax)) if base + tax else 0)
        for (code, base, tax), share in zip(parts, shares, strict=True)
    ]
