"""What single reports come to for a handful of figures, and small rules at their bounds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from billcli.core.active import ensure_active
from billcli.core.addresses import name_of
from billcli.core.audit.log import Asked
from billcli.core.bank import BankLine
from billcli.core.interest import half_year_start
from billcli.core.matching.facts import Rule
from billcli.core.matching.rules import Rules
from billcli.core.matching.text import amounts
from billcli.core.payee import changed
from billcli.core.plan import Set
from billcli.core.report import Column, Report, currency_totals
from billcli.core.reports.allowances import bad_debt, discounts
from billcli.core.reports.collection import turnover
from billcli.core.reports.dso import dso
from billcli.core.reports.dunning import Reminded, dunning
from billcli.core.reports.table import Cut, Figure, everything
from billcli.core.reports.trend import overdue_trend
from billcli.core.reports.window import Window
from billcli.core.rows import Row, end
from billcli.core.where import parse_where
from billcli.errors import BillError
from billcli.model.money import Money

MARCH = Window(date(2026, 3, 1), date(2026, 3, 31), date(2026, 3, 31))
ALL = Cut((), everything)


def figures(**amounts: int) -> list[Figure]:
    return [Figure(what, "c", "", "", "EUR", amount, 1) for what, amount in amounts.items()]


def row(report: Report) -> dict[str, Any]:
    (found,) = report.rows
    return dict(zip((each.key for each in report.columns), found, strict=True))


def test_discounts_and_bad_debt_are_shares_of_sales_net_of_credit_notes() -> None:
    found = row(discounts(figures(given=3000, taken_back=1000, sale=50000, credit=10000), ALL, MARCH))
    assert (found["sales"].minor, found["share"]) == (40000, Decimal("5.0"))
    found = row(bad_debt(figures(written_off=3000, recovered=1000, sale=50000, credit=10000), ALL, MARCH))
    assert (found["sales"].minor, found["share"]) == (40000, Decimal("5.0"))


def test_turnover_says_why_there_is_none() -> None:
    owed = turnover(figures(sale=100, opening=0), ALL, MARCH)
    sold = turnover(figures(sale=0, opening=100), ALL, MARCH)
    assert ["owed" in str(owed), "sold in the time" in str(owed), "sold in the time" in str(sold)] == [True, False, True]
    assert (row(owed)["turnover"], row(sold)["turnover"]) == (None, None)


def test_the_overdue_part_of_what_is_owed_is_known_where_something_is() -> None:
    days = [date(2026, 3, 31)]
    assert [
        row(overdue_trend([Figure(what, "c", "", "2026-03-31", "EUR", amount, 1) for what, amount in each], ALL, days))["share"]
        for each in ([("owed", 400), ("overdue", 100)], [("owed", 0)])
    ] == [Decimal("25.0"), None]


@pytest.mark.parametrize(("day", "start"), [("2026-01-01", "2026-01-01"), ("2026-06-30", "2026-01-01"), ("2026-07-01", "2026-07-01")])
def test_half_years_start_in_january_and_july(day: str, start: str) -> None:
    assert half_year_start(date.fromisoformat(day)) == date.fromisoformat(start)


def test_what_changed_of_a_payee_is_told_where_both_are_known() -> None:
    assert [changed(*each) for each in (("1-2", "3-2"), ("1-2", "1-3"), ("1-2", "3-4"), ("1-2", "1-2"), ("", "1-2"), ("1-2", ""))] == [
        "IBAN", "e-mail", "IBAN and e-mail", "", "", "",
    ]  # fmt: skip


def test_a_number_of_thirteen_digits_is_no_amount() -> None:
    assert amounts("123456789012 1234567890123 1.234,50", 2) == [12345678901200, 123450]


def test_totals_are_made_of_each_currency() -> None:
    columns = [Column("customer", "Customer"), Column("currency", "Currency"), Column("open", "Open", "money")]
    rows = [("a", "EUR", Money(100, "EUR")), ("b", "USD", Money(7, "USD")), ("c", "EUR", Money(50, "EUR"))]
    assert currency_totals(columns, rows) == [("total", "EUR", Money(150, "EUR")), ("total", "USD", Money(7, "USD"))]


def test_days_of_sales_are_none_where_nothing_is_owed() -> None:
    (found,) = dso(figures(owed=0), ALL, MARCH).rows
    assert found[-1] == Decimal("0.0")


def test_a_notice_is_old_enough_on_the_last_of_its_days() -> None:
    notice = Reminded("c", "INV-1", "2026-03", "EUR", 1, "R", date(2026, 3, 1), 100, 50)
    assert [len(dunning([notice], ALL, MARCH, within).rows) for within in (29, 30, 31)] == [1, 1, 0]


@pytest.mark.parametrize(
    ("merged", "left", "said"), [("b", None, "a was merged into b"), (None, MARCH.first, "a gets no new invoices since")]
)
def test_who_gets_no_new_invoices_is_told_why(merged: str | None, left: date | None, said: str) -> None:
    with pytest.raises(BillError, match=said):
        ensure_active(SimpleNamespace(id="a", merged_into=merged, deactivated_on=left), MARCH.last)


def test_a_reason_is_kept_as_far_as_a_row_takes_it() -> None:
    _, reason = end(Row("allocations", 0, "INV-1", "", 100, MARCH.first), MARCH.last, "x" * 1001, "EUR")
    assert reason == Set(("allocations", 0, "reason"), "x" * 1000)


@pytest.mark.parametrize(("least", "most", "fits"), [(None, 99, False), (None, 100, True), (100, None, True), (101, None, False)])
def test_a_rule_on_bank_lines_fits_amounts_between_its_bounds(least: int | None, most: int | None, fits: bool) -> None:
    rules = Rules([Rule("fee", "rules.yaml:1", least=least, most=most)])
    assert [rules.first(BankLine("b", 0, MARCH.first, amount, "EUR")) is not None for amount in (100, -100)] == [fits, fits]


def test_what_has_no_amount_is_only_another_than_one() -> None:
    assert [parse_where(text).matches(lambda _: None) for text in ("gross>5", "gross<5", "gross=5", "gross!=5")] == [
        False,
        False,
        False,
        True,
    ]


def test_a_document_has_one_name_alone_and_in_a_folded_file() -> None:
    assert [name_of(path) for path in ("holds/2026/03.yaml#one", "holds/2026/03/one.yaml", "notes/a#b.yaml")] == ["one", "one", "a#b"]


@pytest.mark.parametrize(("asked", "days"), [(Asked(since=date(2026, 3, 2)), [2, 3]), (Asked(until=date(2026, 3, 2)), [1, 2])])
def test_a_log_is_asked_for_with_its_first_and_last_day(asked: Asked, days: list[int]) -> None:
    entries = [SimpleNamespace(day=date(2026, 3, day), actor="x") for day in (1, 2, 3)]
    assert [each.day.day for each in entries if asked.wants(each)] == days  # type: ignore[arg-type]
