"""The offer of an early-payment discount, and its tax by rate group (reference: the figures of a German and a UK example)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.core.early_payment import Offer, TaxShare, discount_offer, limit, tax_shares, tax_words
from billcli.core.facts import InvoiceFact, Settlement
from billcli.core.shares import Taxed
from billcli.model.settings import SettlementRules

ISSUED = date(2026, 3, 1)
UNTIL = date(2026, 3, 11)


def invoice(gross: int = 119_000, percent: str | None = "2", currency: str = "EUR") -> InvoiceFact:
    return InvoiceFact(
        "A", "nordwind", "sales", ISSUED, date(2026, 3, 31), 1, currency, gross, 0, gross, None, None, UNTIL if percent else None, percent,
        "A", 1, 0, None, "", "", None, None, 1,
    )  # fmt: skip


def row(kind: str, amount: int, ended_on: date | None = None) -> Settlement:
    return Settlement("A", kind, amount, ISSUED, ISSUED, "payment", "p", ended_on, "allocations[0].amount")


def rules(**changes: object) -> SettlementRules:
    return SettlementRules.model_validate(changes)


@pytest.mark.parametrize(
    ("day", "grace", "refused"),
    [
        (date(2026, 3, 1), 0, ""),
        (date(2026, 3, 11), 0, ""),
        (date(2026, 3, 12), 0, "the money came on 2026-03-12, 1 day after 2026-03-11"),
        (date(2026, 3, 12), 1, ""),
        (date(2026, 3, 13), 1, "the money came on 2026-03-13, 2 days after 2026-03-11, beyond 1 day of grace"),
        (date(2026, 3, 14), 3, ""),
        (date(2026, 3, 15), 3, "the money came on 2026-03-15, 4 days after 2026-03-11, beyond 3 days of grace"),
    ],
)
def test_the_discount_is_for_money_of_the_last_day_and_the_days_of_grace(day: date, grace: int, refused: str) -> None:
    assert discount_offer(invoice(), [], day, rules(discount_grace_days=str(grace))) == Offer(2_380, refused)


@pytest.mark.parametrize("kind", ["payment", "opening", "bank_charge"])
def test_cash_before_forfeits_it(kind: str) -> None:
    offer = discount_offer(invoice(), [row(kind, 100)], UNTIL, rules())
    assert (offer.amount, offer.granted) == (2_380, 0)
    assert "a part was paid before" in offer.refused
    assert discount_offer(invoice(), [row(kind, 100, UNTIL)], UNTIL, rules()).granted == 2_380


def test_credit_lowers_what_it_is_of_and_a_taken_back_one_does_not() -> None:
    assert discount_offer(invoice(), [row("credit", 19_000)], UNTIL, rules()) == Offer(2_000)
    assert discount_offer(invoice(), [row("credit", 19_000, UNTIL)], UNTIL, rules()) == Offer(2_380)


def test_no_terms_no_offer() -> None:
    assert discount_offer(invoice(percent=None), [], ISSUED, rules()) == Offer(0)


@pytest.mark.parametrize(
    ("gross", "percent", "amount"),
    [(17_250, "3", 518), (10_001, "2", 200), (10_025, "2", 201), (333, "1.5", 5), (25, "2", 1), (24, "2", 0)],
)
def test_half_a_cent_goes_up(gross: int, percent: str, amount: int) -> None:
    assert discount_offer(invoice(gross, percent), [], ISSUED, rules()).amount == amount


@pytest.mark.parametrize(
    ("text", "currency", "minor"), [("0.02", "EUR", 2), ("0.029", "EUR", 2), ("0.02", "JPY", 0), ("1", "JPY", 1), ("0.02", "KWD", 20)]
)
def test_a_limit_is_rounded_down_to_the_currency(text: str, currency: str, minor: int) -> None:
    assert limit(Decimal(text), currency) == minor


MIXED = {"vat-19": Taxed(10_000, 1_900), "vat-7": Taxed(5_000, 350)}


@pytest.mark.parametrize(
    ("codes", "amount", "shares"),
    [
        ({"vat-19": Taxed(100_000, 19_000)}, 2_380, [TaxShare("vat-19", 2_380, 380)]),
        (MIXED, 518, [TaxShare("vat-19", 357, 57), TaxShare("vat-7", 161, 11)]),
        (MIXED | {"none": Taxed(17_250, 0)}, 1_036, [TaxShare("vat-19", 357, 57), TaxShare("vat-7", 161, 11), TaxShare("none", 518, 0)]),
        ({"free": Taxed(0, 0), "none": Taxed(100, 0)}, 10, [TaxShare("free", 0, 0), TaxShare("none", 10, 0)]),
        ({"zero": Taxed(10_000, 0)}, 200, [TaxShare("zero", 200, 0)]),
        ({"none": Taxed(5_000, 0)}, 100, [TaxShare("none", 100, 0)]),
    ],
)
def test_the_tax_of_a_discount_is_shared_by_rate_group(codes: dict[str, Taxed], amount: int, shares: list[TaxShare]) -> None:
    assert tax_shares(codes, amount) == shares


GROUPS = st.lists(st.tuples(st.integers(1, 100_000), st.integers(0, 30_000)), min_size=1, max_size=4)


@given(GROUPS, st.data())
def test_shares_add_up_and_no_tax_exceeds_that_of_its_group(sizes: list[tuple[int, int]], data: st.DataObject) -> None:
    codes = {str(at): Taxed(base, tax) for at, (base, tax) in enumerate(sizes)}
    whole = sum(base + tax for base, tax in sizes)
    amount = data.draw(st.integers(0, whole))
    shares = tax_shares(codes, amount)
    assert sum(share.gross for share in shares) == amount
    assert all(share.tax <= tax and share.tax <= share.gross for share, (_, tax) in zip(shares, sizes, strict=True))
    assert [share.tax for share in tax_shares(codes, whole)] == [tax for _, tax in sizes]


def test_words_name_each_tax_that_there_is() -> None:
    assert tax_words(tax_shares(MIXED | {"none": Taxed(5_000, 0)}, 518), "EUR") == "its tax: 0.44 EUR of vat-19, 0.08 EUR of vat-7"
    assert tax_words([TaxShare("none", 100, 0)], "EUR") == ""
