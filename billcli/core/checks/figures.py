"""What issue froze must follow from the lines: discounts and charges, tax groups, totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from billcli.core.adjustments import overdone
from billcli.core.checks.amounts import check_amounts
from billcli.core.money import minor_units, rounded_ratio
from billcli.core.tax import OUTSIDE
from billcli.core.totals import (
    HUNDRED,
    Figures,
    Group,
    adjustment_amount,
    adjustment_base,
    figures,
    line_sums,
    listed_amount,
)  # fmt: skip
from billcli.diagnostics import Diagnostic, Path, dotted
from billcli.model.credit_note import CreditNote
from billcli.model.invoice import Adjustment, Draft, Invoice, TaxGroup
from billcli.model.money import EXACT, digits, minor_text

_ZERO = Decimal(0)
_RESTORE = "an issued document goes back to what was printed; git has it"


def check_figures(document: Invoice | CreditNote) -> Iterator[Diagnostic]:
    """E404, E301, E202 and E211. A figure that follows from a wrong one before it is not wrong a second time."""
    if not adds_up(document):
        yield from explained(document)


def explained(document: Invoice | CreditNote) -> Iterator[Diagnostic]:
    """The same, rule by rule."""
    currency = document.currency
    codes: dict[str, Any] = {group.code: group for group in document.taxes} | {OUTSIDE.code: OUTSIDE}
    unknown = list(_unknown_codes(document, codes))
    yield from _quantities(document)
    yield from unknown
    if unknown:
        return
    adjustments = getattr(document, "adjustments", ())
    yield from _adjustments(document, adjustments)
    computed = figures(document.lines, codes, currency, document.rounding, document.prices, adjustments)
    shares = isinstance(document, CreditNote) and document.corrects is not None
    if shares:
        yield from _shares(document, computed)
    else:
        by_base = document.prices == "net" and document.rounding == "document"
        expected = {group.code: group for group in computed.groups}
        for at, group in enumerate(document.taxes):
            yield from _group(group, at, expected.get(group.code, Group(group.code, 0, 0)), currency, by_base=by_base)
    yield from _totals(document, computed, by_groups=shares)


def adds_up(document: Invoice | CreditNote) -> bool:
    """Whether a document of the plainest form, net prices and nothing taken off or added, has nothing wrong with its figures.

    Most have that form and are right, and this tells at a fraction of the cost; of any other it says no, and the rules say what is wrong.
    """
    if (
        document.prices != "net"
        or document.rounding != "document"
        or getattr(document, "corrects", None)
        or getattr(document, "adjustments", ())
    ):
        return False
    add, multiply = EXACT.add, EXACT.multiply
    unit = Decimal(1).scaleb(-digits(document.currency))
    sums: dict[str, Decimal] = {}
    for line in document.lines:
        if line.adjustments or line.quantity < 0:
            return False
        amount = multiply(line.quantity, line.unit_price).quantize(unit, ROUND_HALF_UP, EXACT)
        sums[line.tax] = add(sums[line.tax], amount) if line.tax in sums else amount
    net, tax = sums.pop(OUTSIDE.code, _ZERO), _ZERO
    for group in document.taxes:
        base = sums.pop(group.code, None)
        if base is None or group.base != base or (group.category != "S" and group.rate != 0):
            return False
        if group.amount != multiply(base, group.rate).scaleb(-2, EXACT).quantize(unit, ROUND_HALF_UP, EXACT):
            return False
        net, tax = add(net, base), add(tax, group.amount)
    totals = document.totals
    return not sums and totals.net == net and totals.tax == tax and totals.gross == add(net, tax)


def check_draft_figures(draft: Draft) -> Iterator[Diagnostic]:
    """E202 and, where the draft names its currency, E211 for its discounts and charges; the figures come with the issue."""
    for path, adjustment, _ in _all_adjustments(draft, draft.adjustments):
        yield from _value(path, adjustment, draft.currency)


def _unknown_codes(document: Invoice | CreditNote, codes: Mapping[str, Any]) -> Iterator[Diagnostic]:
    named: list[tuple[Path, str]] = [(("lines", at, "tax"), line.tax) for at, line in enumerate(document.lines)]
    own = getattr(document, "adjustments", ())
    named += [(("adjustments", at, "tax"), each.tax) for at, each in enumerate(own) if each.tax]
    for path, tax in named:
        if tax not in codes:
            message = f'{dotted(path)}: the document has no tax group "{tax}"'
            yield Diagnostic("E301", message, path=path, hint="the groups stand under taxes:")
            return


def _quantities(document: Invoice | CreditNote) -> Iterator[Diagnostic]:
    for at, line in enumerate(document.lines):
        if line.quantity < 0 and line.unit_price != 0:
            message = f"lines[{at}].quantity: {format(line.quantity, 'f')} of something that has a price"
            yield Diagnostic("E213", message, path=("lines", at, "quantity"), hint="what comes back is credited with a credit note")


def _all_adjustments(document: Any, own: tuple[Adjustment, ...]) -> Iterator[tuple[Path, Adjustment, Any]]:
    """Each with its place and its line, None for the document's own."""
    for at, line in enumerate(document.lines):
        for nth, each in enumerate(line.adjustments):
            yield ("lines", at, "adjustments", nth), each, line
    for nth, each in enumerate(own):
        yield ("adjustments", nth), each, None


def _value(path: Path, adjustment: Adjustment, currency: str | None) -> Iterator[Diagnostic]:
    if adjustment.percent is None and adjustment.amount is None:
        message = f"{dotted(path)}: a {adjustment.kind} without percent and amount"
        yield Diagnostic("E202", message, path=path, hint="add one of the two, or take it out")
    if adjustment.amount is not None and currency:
        yield from check_amounts([((*path, "amount"), adjustment.amount)], currency)
    if adjustment.tax and path[0] == "lines":
        message = f"{dotted(path)}.tax: a {adjustment.kind} of a line has the tax of its line"
        yield Diagnostic("E301", message, path=(*path, "tax"), hint="leave tax: out, or give it to the document")


def _adjustments(document: Invoice | CreditNote, own: tuple[Adjustment, ...]) -> Iterator[Diagnostic]:
    """What is frozen has its amount, that of its percentage where it has one, and takes no line and no tax code below zero."""
    currency = document.currency
    sums = line_sums(document.lines, currency)
    for path, each, line in _all_adjustments(document, own):
        yield from _value(path, each, currency)
        if each.percent is None:
            continue
        base = listed_amount(line, currency) if line else adjustment_base(each, sums)
        minor = abs(adjustment_amount(each.model_copy(update={"amount": None}), base, currency))
        computed = minor_text(minor, digits(currency))
        if each.amount is None:
            message = f"{dotted(path)}: the {each.kind} has no amount"
            yield Diagnostic("E202", message, path=path, hint=f"an issued document has it: amount: {computed}")
        elif minor_units(each.amount, currency) != minor:
            percent = f"{format(each.percent, 'f')} % of {minor_text(base, digits(currency))}"
            message = f"{dotted(path)}.amount is {format(each.amount, 'f')}; {percent} are {computed}"
            yield Diagnostic("E404", message, path=(*path, "amount"), hint=_RESTORE)
    for path, message in overdone(document.lines, own, currency):
        yield Diagnostic("E404", f"{dotted(path)}: {message}", path=path, hint="a discount is at most what it is on")


def _group(group: TaxGroup, at: int, expected: Group, currency: str, *, by_base: bool) -> Iterator[Diagnostic]:
    yield from _category(group, at)
    base = minor_units(group.base, currency)
    yield from _same(("taxes", at, "base"), group.base, expected.base, expected.base, currency)
    if by_base or base == expected.base:
        follows = rounded_ratio(base, group.rate, HUNDRED) if by_base else expected.tax
        yield from _same(("taxes", at, "amount"), group.amount, expected.tax, follows, currency)


def _category(group: TaxGroup, at: int) -> Iterator[Diagnostic]:
    if group.category != "S" and group.rate != 0:
        message = f"taxes[{at}].rate: category {group.category} has the rate 0, not {format(group.rate, 'f')}"
        yield Diagnostic("E404", message, path=("taxes", at, "rate"), hint="only S, the standard category, has a rate")


def _shares(note: Any, computed: Figures) -> Iterator[Diagnostic]:
    """A credit note takes exact shares of its invoice, so its tax may differ from rate × base by what rounding does to shares.

    Two units and a little at most; where the invoice rounds each line, half a unit for each unit of the base.
    """
    currency = note.currency
    expected = {group.code: group for group in computed.groups}
    for at, group in enumerate(note.taxes):
        yield from _category(group, at)
        lines = expected.get(group.code, Group(group.code, 0, 0))
        base, tax = minor_units(group.base, currency), minor_units(group.amount, currency)
        if note.prices == "gross":
            agreed = lines.base + lines.tax
            yield from _same(("taxes", at, "base"), group.base, agreed - tax, agreed - tax, currency)
        else:
            yield from _same(("taxes", at, "base"), group.base, lines.base, lines.base, currency)
        if abs(tax - base * Fraction(group.rate) / 100) > slack(group.rate, base if note.rounding == "line" else 0):
            yield from _same(("taxes", at, "amount"), group.amount, lines.tax, lines.tax, currency)


def slack(rate: Decimal, roundings: int) -> Fraction:
    """How far the tax of a share may be from its rate, in minor units; ``roundings`` are those of single lines, half a unit each."""
    return 2 + Fraction(rate) / 100 + Fraction(roundings, 2)


def _totals(document: Invoice | CreditNote, computed: Figures, *, by_groups: bool) -> Iterator[Diagnostic]:
    currency, totals = document.currency, document.totals
    untaxed = sum(group.base for group in computed.groups if group.code == OUTSIDE.code)
    net = untaxed + sum(minor_units(group.base, currency) for group in document.taxes)
    tax = sum(minor_units(group.amount, currency) for group in document.taxes)
    sums = (
        ("net", totals.net, net if by_groups else computed.net, net),
        ("tax", totals.tax, tax if by_groups else computed.tax, tax),
        (
            "gross",
            totals.gross,
            net + tax if by_groups else computed.gross,
            minor_units(totals.net, currency) + minor_units(totals.tax, currency),
        ),
    )
    for name, stated, minor, follows in sums:
        yield from _same(("totals", name), stated, minor, follows, currency)


def _same(path: Path, stated: Decimal, minor: int, follows: int, currency: str) -> Iterator[Diagnostic]:
    """``minor`` is what the lines give, ``follows`` what the figures before this one do."""
    if minor_units(stated, currency) not in (minor, follows):
        name = dotted(path)
        computed = minor_text(minor, digits(currency))
        yield Diagnostic(
            "E404",
            f"{name} is {format(stated, 'f')}; the lines give {computed}",
            path=path,
            label=f"{computed} by the lines",
            hint=_RESTORE,
        )
