"""What single figures come to by hand, and what is said where there is none."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from billcli.core.reports.comparison import compared
from billcli.core.reports.dso import dso
from billcli.core.reports.forecast import ON_TIME, Habit, OpenItem, cash_forecast, habit, habits
from billcli.core.reports.revenue import customers
from billcli.core.reports.table import WHOLE, Cut, Figure, median, quantile, ratio
from billcli.core.reports.window import Window, before, window
from billcli.errors import UsageError
from billcli.model.money import Money
from tests.support import PROJECT, bill, done, environment, make_ledger

JUNE = date(2026, 6, 30)


def sale(month: str, amount: int, *, inside: bool = True, what: str = "sale") -> Figure:
    return Figure(what if inside else f"{what}_before", "c", "", month, "EUR", amount, 1)


@pytest.mark.parametrize(
    ("top", "bottom", "places", "said"),
    [(1, 8, 2, "0.13"), (-1, 8, 2, "-0.13"), (1, 3, 1, "0.3"), (25, 100, 1, "0.3"), (-25, 100, 1, "-0.3"), (0, 7, 1, "0.0")],
)
def test_ratio_is_rounded_half_up_away_from_zero(top: int, bottom: int, places: int, said: str) -> None:
    assert ratio(top, bottom, places) == Decimal(said)


def test_median_and_quantiles_lie_on_straight_lines_between_neighbours() -> None:
    assert median([5]) == 5
    assert median([4, 1]) == Decimal("2.5")
    assert quantile([0, 10, 20, 30], 4) == Decimal("7.5")
    assert quantile([0, 10], 10, 9) == 9


def test_dso_divides_what_is_owed_by_sales_of_the_time_and_countback_takes_months_off() -> None:
    """100 owed; June sold 60 in 30 days, May 80 in 31: countback is 30 + 40/80 × 31."""
    facts = [
        sale("2026-06", 6000),
        sale("2026-05", 8000),
        sale("2025-01", 99900, inside=False),
        Figure("owed", "c", "", "", "EUR", 12000),
        Figure("unapplied", "c", "", "", "EUR", 2000),
    ]
    (row,) = dso(facts, WHOLE, Window(date(2026, 5, 1), JUNE, JUNE)).rows
    assert row == ["EUR", Money(10000, "EUR"), Money(14000, "EUR"), 61, Decimal("43.6"), Decimal("45.5")]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ([Figure("owed", "c", "", "", "EUR", 100)], "nothing was sold in the time"),
        (
            [sale("2026-06", 100), sale("2026-06", 300, what="credit"), Figure("owed", "c", "", "", "EUR", 100)],
            "nothing was sold in the time",
        ),
        ([sale("2026-06", 100), Figure("owed", "c", "", "", "EUR", 500)], "more is owed than was ever sold"),
    ],
)
def test_a_figure_that_cannot_be_given_says_why(facts: list[Figure], reason: str) -> None:
    report = dso(facts, WHOLE, Window(date(2026, 6, 1), JUNE, JUNE))
    assert None in report.rows[0]
    assert any(note.startswith("n/a for EUR") and reason in note for note in report.notes)


def test_concentration_of_one_customer_is_ten_thousand_and_of_two_alike_five() -> None:
    by_customer = Cut(("customer",), lambda fact: [(fact.customer,)])
    over = Window(date(2026, 1, 1), JUNE, JUNE)
    one = [Figure("sale", "a", "", "", "EUR", 500), Figure("credit", "b", "", "", "EUR", 100)]
    report = customers(one, by_customer, over, 10, "revenue", {"a": "Ada"})
    assert report.rows == [
        ("a", "Ada", "EUR", 1, Money(500, "EUR"), Decimal("100.0"), Decimal("100.0")),
        ("b", "", "EUR", 2, Money(-100, "EUR"), None, None),
    ]
    assert report.totals == [("total", "", "EUR", 2, Money(400, "EUR"), Decimal("100.0"), Decimal("100.0"))]
    assert report.notes[1] == "EUR  1 row below zero, -1.00 in all: shares are of 5.00"
    assert "Herfindahl-Hirschman index 10000 of 10000" in report.notes[2]
    two = [Figure("sale", name, "", "", "EUR", 500) for name in "ab"]
    assert "index 5000 of" in customers(two, by_customer, over, 1, "revenue", {}).notes[1]


def test_nothing_above_zero_has_no_shares() -> None:
    by_customer = Cut(("customer",), lambda fact: [(fact.customer,)])
    report = customers([Figure("credit", "b", "", "", "EUR", 100)], by_customer, Window(JUNE, JUNE, JUNE), 10, "revenue", {})
    assert report.rows == [("b", "", "EUR", 1, Money(-100, "EUR"), None, None)]
    assert report.totals == [("total", "", "EUR", 1, Money(-100, "EUR"), None, None)]
    assert "n/a for EUR: nothing is above zero, so there are no shares" in report.notes


def test_a_habit_needs_three_invoices_and_rounds_to_the_later_day() -> None:
    assert habit([0, 5, 10, 11]) == Habit(4, 8, 11)
    assert habits([]) == ({}, ON_TIME)


def test_forecast_moves_due_dates_by_habit_and_keeps_what_is_beyond_it_apart() -> None:
    """As of Tuesday 30 June: due 25 June and 10 days late as usual is 5 July; due 1 June is beyond its habit."""

    def item(due: str, open_: int, *, held: bool = False, promised: date | None = None) -> OpenItem:
        return OpenItem("c", "n", "", "EUR", date.fromisoformat(due), open_, held, promised)

    items = [
        item("2026-06-25", 100),
        item("2026-06-01", 20),
        item("2026-07-20", 3, held=True),
        item("2026-06-02", 7, promised=date(2026, 7, 8)),
    ]
    report = cash_forecast(items, WHOLE, JUNE, ({"c": Habit(2, 10, 30)}, ON_TIME), 5)
    found = {row[0]: [cell.minor for cell in row[3:]] for row in report.rows}
    assert found["overdue"] == [127, 20, 0, 0, 0]
    assert found["disputed"] == [0, 3, 0, 0, 0]
    assert found["2026-06-29"] == [0, 100, 100, 0, 100]
    assert found["2026-07-06"] == [0, 7, 107, 7, 107]
    assert found["2026-07-20"] == [3, 0, 107, 107, 107]
    assert all(row[6].minor <= row[5].minor <= row[7].minor for row in report.rows)


def test_a_period_ends_where_the_day_is_and_is_compared_with_as_much_of_another() -> None:
    day = date(2026, 5, 20)
    quarter = window("2026-Q2", day)
    assert quarter == Window(date(2026, 4, 1), day, day)
    assert before(quarter, "2026-Q2", "previous")[:2] == (date(2026, 1, 1), date(2026, 2, 20))
    assert before(quarter, "2026-Q2", "year")[:2] == (date(2025, 4, 1), date(2025, 5, 20))
    assert window(None, JUNE)[:2] == (date(2025, 7, 1), JUNE)
    assert before(window("2026-06", JUNE), "2026-06", "previous")[:2] == (date(2026, 5, 1), date(2026, 5, 31))
    with pytest.raises(UsageError, match="begins after"):
        window("2027", JUNE)


def test_a_period_may_be_any_days_and_is_compared_with_as_many_before() -> None:
    leap = window("2024-02-01..2024-02-29", JUNE)
    assert (leap[:2], leap.days) == ((date(2024, 2, 1), date(2024, 2, 29)), 29)
    assert before(leap, "2024-02-01..2024-02-29", "previous")[:2] == (date(2024, 1, 3), date(2024, 1, 31))
    assert before(leap, "2024-02-01..2024-02-29", "year")[:2] == (date(2023, 2, 1), date(2023, 2, 28))
    assert window("2026-06-15..2026-12-31", JUNE)[:2] == (date(2026, 6, 15), JUNE)
    assert window("2026-06-30..2026-06-30", JUNE).days == 1


@pytest.mark.parametrize("name", ["tax", "revenue"])
def test_days_from_and_to_are_what_the_report_is_about(small: Path, name: str) -> None:
    def first(period: str) -> list[object]:
        rows = done("report", name, "--as-of", "2026-03-31", "--period", period, "--format", "json", cwd=small).json["rows"]
        assert isinstance(rows, list)
        return rows

    assert len(first("2026-01-10..2026-01-10")) == 1
    assert first("2026-01-11..2026-01-31") == first("2025-12-01..2026-01-09") == []


def test_comparison_shows_change_and_rows_that_are_gone() -> None:
    over = Window(date(2026, 6, 1), JUNE, JUNE)
    now = dso([sale("2026-06", 3000), Figure("owed", "c", "", "", "EUR", 1000)], WHOLE, over)
    gone = [sale("2026-06", 1000)._replace(currency="USD"), Figure("owed", "c", "", "", "USD", 500)]
    then = dso([sale("2026-06", 1500), Figure("owed", "c", "", "", "EUR", 1000), *gone], WHOLE, over)
    report = compared(now, then, ("owed", "dso"), "May")
    assert [column.key for column in report.columns][:4] == ["currency", "owed", "owed_before", "owed_change"]
    euro, dollar = report.rows
    assert (euro[0], dollar[0]) == ("EUR", "USD")
    assert (euro[2], euro[3]) == (Money(1000, "EUR"), Money(0, "EUR"))
    assert euro[6:9] == (Decimal("10.0"), Decimal("20.0"), Decimal("-10.0"))
    assert (dollar[1], dollar[2], dollar[3]) == (Money(0, "USD"), Money(500, "USD"), Money(-500, "USD"))
    assert dollar[6:9] == (None, Decimal("15.0"), None)


REPORTS = (
    "dso", "days-to-pay", "days-late", "cei", "turnover", "revenue", "customers", "cash-forecast", "overdue-trend", "dunning", "discounts",
    "bad-debt", "tax", "reconciliation",
)  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One invoice of 10 January 2026."""
    root = make_ledger(tmp_path_factory.mktemp("small"))
    done("customer", "add", "--name", "Nordwind GmbH", "--id", "nordwind", "--yes", cwd=root, at="2026-01-02")
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;95;vat-20", "--yes", cwd=root, at="2026-01-10")
    return root


@pytest.mark.parametrize("name", REPORTS)
def test_before_the_first_document_a_report_is_empty_and_says_so(small: Path, name: str) -> None:
    ran = done("report", name, "--as-of", "2025-12-31", cwd=small)
    assert "the books begin on 2026-01-10; nothing is known on 2025-12-31" in ran.out
    assert done("report", name, "--as-of", "2025-12-31", "--format", "json", cwd=small).json["rows"] == []


@pytest.mark.parametrize("name", REPORTS)
def test_a_ledger_without_documents_gives_an_empty_report(tmp_path: Path, name: str) -> None:
    ran = done("report", name, "--as-of", "2026-12-31", cwd=make_ledger(tmp_path))
    assert "nothing has been issued or paid yet" in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dso", "--by", "segmnt"), 'did you mean "segment"'),
        (("dso", "--period", "2026-13"), '--period: "2026-13" is not a period'),
        (("dso", "--period", "2027"), "begins after 2026-03-31"),
        (("dso", "--compare", "last"), '--compare: "last" is nothing to compare with'),
        (("revenue", "--by", "month", "--compare", "year"), "--compare and --by month"),
        (("customers", "--of", "luck"), '--of: "luck" is nothing to rank by'),
        (("customers", "--top", "-1"), "--top: -1 is below zero"),
        (("cash-forecast", "--weeks", "0"), "--weeks: 0 weeks"),
        (("overdue-trend", "--months", "999"), "--months: 999"),
        (("dunning", "--within", "0"), "--within: 0 days"),
        (("dso", "--where", "tag=vop"), '--where: there is no tag "vop"'),
        (("dso", "--where", "luck=big"), '--where: nothing here is called "luck"'),
        (("reconciliation", "--by", "customer"), '--by: "customer" is no way to group'),
        (("reconciliation", "--where", "size=large"), "--where means nothing here"),
        (("customers", "--compare", "year"), "--compare means nothing here"),
        (("cash-forecast", "--compare", "year"), "--compare means nothing here"),
        (("overdue-trend", "--compare", "year"), "--compare means nothing here"),
        (("overview", "--compare", "year"), "--compare means nothing here: the overview is of everything on one day"),
        (("overview", "--by", "customer"), "--by means nothing here"),
        (("overview", "--where", "size=large"), "--where means nothing here"),
        (("tax", "--period", "2026-03-31..2026-01-01"), "2026-03-31..2026-01-01 ends before it begins"),
        (("tax", "--period", "2026-02-30..2026-03-01"), '--period: "2026-02-30"'),
        (("tax", "--period", "2026-01-01.."), "--period: "),
        (("dso", "--format", "xml"), '--format: "xml" is not a format'),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_hint(small: Path, words: tuple[str, ...], said: str) -> None:
    ran = bill("report", *words, "--as-of", "2026-03-31", cwd=small)
    assert ran.code == 2
    assert said in ran.err


def test_where_takes_amounts_and_groups_and_by_takes_two(small: Path) -> None:
    words = ("report", "revenue", "--as-of", "2026-03-31", "--by", "customer", "--by", "type", "--format", "json")
    (row,) = done(*words, "--where", "gross>1000", cwd=small).json["rows"]
    assert (row["customer"], row["type"], row["revenue"]) == ("nordwind", "sales", "950.00")
    assert done(*words, "--where", "gross<1000", cwd=small).json["rows"] == []


@pytest.mark.parametrize("name", [*REPORTS, "overview"])
def test_help_says_how_it_is_worked_out_and_every_report_has_three_forms(small: Path, name: str) -> None:
    assert len(bill("report", name, "--help").out.split("Options")[0].split()) > 15
    found = done("report", name, "--as-of", "2026-03-31", "--format", "json", cwd=small).json
    assert (found["report"], found["as_of"]) == (name, "2026-03-31")
    assert done("report", name, "--as-of", "2026-03-31", "--format", "csv", cwd=small).out.splitlines()[0].count(",") >= 1


_LISTED = """
import json, runpy, sys
sys.argv[0] = "bill"
try:
    runpy.run_module("billcli", run_name="__main__")
finally:
    sys.stderr.write(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("name", ["dso", "revenue", "cash-forecast", "overview"])
def test_a_warm_report_into_a_pipe_needs_no_model_and_no_renderer(small: Path, name: str) -> None:
    done("report", name, "--as-of", "2026-03-31", cwd=small)
    env = {**environment("2026-03-31"), "PYTHONPATH": str(PROJECT)}
    ran = subprocess.run(
        [sys.executable, "-c", _LISTED, "report", name], cwd=small, env=env, capture_output=True, text=True, timeout=60, check=True
    )
    assert not {"pydantic", "rich", "ruamel", "jinja2", "stdnum", "dateutil", "click"} & set(json.loads(ran.stderr))
