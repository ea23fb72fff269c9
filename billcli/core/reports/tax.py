"""Tax per rate and period: what was invoiced, and everything that lowered it later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from billcli.core.report import Column, Report
from billcli.core.reports.table import Cut, Say, money, table
from billcli.core.reports.window import Window


class TaxFigure(NamedTuple):
    """Base and tax of one code and rate; ``what`` is invoiced, credited, void, discount or bad-debt. Minor units."""

    what: str
    customer: str
    number: str
    month: str
    currency: str
    tax_category: str
    rate: str
    base: int
    tax: int


class Reduction(NamedTuple):
    """A settlement that lowers base and tax of an invoice, or below zero one that ended; minor units with tax."""

    what: str
    customer: str
    number: str
    month: str
    currency: str
    amount: int


class TaxCode(NamedTuple):
    """What an invoice holds of one tax code."""

    code: str
    tax_category: str
    rate: str
    base: int
    tax: int


def reduced(reductions: Iterable[Reduction], codes: Mapping[str, Sequence[TaxCode]]) -> list[TaxFigure]:
    """Each reduction over the codes of its invoice as the letter about it shares it: by gross, the tax in each share half-up.

    What ends is shared as it was when it began, so that both cancel out to the cent.
    """
    from billcli.core.early_payment import tax_shares  # only where something was reduced: it brings the models along
    from billcli.core.shares import Taxed

    found = []
    for each in reductions:
        held = [code for code in codes.get(each.number, ()) if code.base + code.tax > 0]
        if not held:
            continue
        sign = -1 if each.amount < 0 else 1
        shares = tax_shares({code.code: Taxed(code.base, code.tax) for code in held}, abs(each.amount))
        for code, part in zip(held, shares, strict=True):
            base, tax = sign * (part.gross - part.tax), sign * part.tax
            if base or tax:
                found.append(
                    TaxFigure(each.what, each.customer, each.number, each.month, each.currency, code.tax_category, code.rate, base, tax)
                )
    return found


COLUMNS = (
    Column("invoiced_base", "Invoiced base", "money"),
    Column("invoiced_tax", "tax", "money"),
    Column("credited_base", "Credited base", "money"),
    Column("credited_tax", "tax", "money"),
    Column("reduced_base", "Reduced base", "money"),
    Column("reduced_tax", "tax", "money"),
    Column("base", "Base", "money"),
    Column("tax", "Tax", "money"),
)

_LESS = {"credited": ("credited",), "reduced": ("void", "discount", "bad-debt")}


def tax_summary(facts: Iterable[TaxFigure], cut: Cut, over: Window) -> Report:
    """Base and tax by tax category and rate: invoices by the tax point that stands in them (day of delivery, else the last day of the
    service period, else of issue), less credit notes by their day of issue, less what reduced them later by the day it was booked.

    Reductions: invoices made void, discounts taken, and bad debt whose write-off asks for tax relief, each less what was taken back
    (directive 2006/112/EC articles 63, 64, 79, 90). Their tax is the share of each rate in the invoice, as on the letter about it.
    What a tax office takes stands in the country's own return: this adds up, it does not file.
    """

    def make(mine: Sequence[TaxFigure], currency: str, _: Say) -> Sequence[Any]:
        sums = {what: [0, 0] for what in ("invoiced", "credited", "void", "discount", "bad-debt")}
        for each in mine:
            sums[each.what][0] += each.base
            sums[each.what][1] += each.tax
        credited, lowered = ([sum(sums[what][at] for what in _LESS[kind]) for at in (0, 1)] for kind in ("credited", "reduced"))
        base, tax = (sums["invoiced"][at] - credited[at] - lowered[at] for at in (0, 1))
        return [money(each, currency) for each in (*sums["invoiced"], *credited, *lowered, base, tax)]

    by_rate = Cut(
        (*cut.dimensions, "tax_category", "rate"),
        lambda fact: [(*group, fact.tax_category, fact.rate) for group in cut.groups(fact)],
    )
    return table("tax", over.last, by_rate, facts, COLUMNS, make, (f"tax points from {over}",))
