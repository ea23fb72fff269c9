from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from billcli.core.checks.figures import adds_up, check_figures, explained
from billcli.core.totals import figures
from billcli.model.credit_note import CreditNote
from billcli.model.invoice import Invoice
from billcli.model.money import digits, minor_text
from tests.core.test_seal import INVOICE
from tests.store.mutations import any_document

CODES = ["vat-20", "vat-7", "free", "none"]
RATES = {"vat-20": "20", "vat-7": "7.123456", "free": "0", "none": "0"}


class Code:
    def __init__(self, rate: str) -> None:
        self.rate = Decimal(rate)


def numbers(most: int, places: int) -> st.SearchStrategy[str]:
    return st.decimals(min_value=0, max_value=most, places=places, allow_nan=False).map(lambda value: format(value, "f"))


LINE = st.fixed_dictionaries(
    {
        "quantity": numbers(10**12 - 1, 3) | numbers(99, 2),
        "unit_price": numbers(10**12 - 1, 6) | numbers(99, 2),
        "tax": st.sampled_from(CODES),
    }
)


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    """Most of them right, some with a figure or another part that is not."""
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
    lines = [{"description": "Work", **each} for each in draw(st.lists(LINE, min_size=1, max_size=5))]
    plain = Invoice.model_validate({**INVOICE, "currency": currency, "lines": lines})
    right = figures(plain.lines, {code: Code(rate) for code, rate in RATES.items()}, currency, "document", "net")

    def text(minor: int) -> str:
        return minor_text(minor + draw(st.sampled_from([0] * 40 + [1])), digits(currency))

    taxes: list[dict[str, Any]] = [
        {
            "code": each.code,
            "category": "S" if each.code != "free" else "E",
            "rate": RATES[each.code],
            "base": text(each.base),
            "amount": text(each.tax),
        }
        for each in right.groups
        if each.code != "none"
    ]
    more: dict[str, Any] = draw(
        st.sampled_from([{}] * 8 + [{"prices": "gross"}, {"rounding": "line"}, {"taxes": taxes * 2}, {"taxes": taxes[1:]}])
    )
    totals = {"net": text(right.net), "tax": text(right.tax), "gross": text(right.gross)}
    fields = {**INVOICE, "currency": currency, "lines": lines, "taxes": taxes, "totals": totals, **more}
    return Invoice.model_validate(_below_the_limit(fields))


def _below_the_limit(fields: dict[str, Any]) -> dict[str, Any]:
    """Amounts that no file may have are cut; such a document is wrong, and may be."""

    def cut(each: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
        return {**each, **{name: each[name][-14:].lstrip("0.") or "0" for name in names if len(each[name]) > 14}}

    return {
        **fields,
        "taxes": [cut(each, ("base", "amount")) for each in fields["taxes"]],
        "totals": cut(fields["totals"], ("net", "tax", "gross")),
    }


@given(invoices())
def test_figures_that_add_up_break_no_rule(invoice: Invoice) -> None:
    assert list(check_figures(invoice)) == list(explained(invoice))


def test_every_document_is_told_the_same_whether_or_not_its_figures_add_up() -> None:
    documents = [each for number in range(2000) if isinstance(each := any_document(number), Invoice | CreditNote)]
    assert sum(adds_up(each) for each in documents) > 100
    for each in documents:
        assert list(check_figures(each)) == list(explained(each))


def test_half_a_cent_of_tax_is_rounded_up() -> None:
    lines = [{"description": "Work", "quantity": "1", "unit_price": "0.25", "tax": "vat-20"}]
    taxes = [{"code": "vat-20", "category": "S", "rate": "10", "base": "0.25", "amount": "0.03"}]
    fields = {**INVOICE, "lines": lines, "taxes": taxes, "totals": {"net": "0.25", "tax": "0.03", "gross": "0.28"}}
    assert adds_up(Invoice.model_validate(fields))
    assert not adds_up(Invoice.model_validate({**fields, "taxes": [{**taxes[0], "amount": "0.02"}]}))
