"""Every figure of every report against DuckDB over the ledger's own files; neither shares a line of code with the other."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.reports.exported import PLACES, export
from tests.reports.oracle import Oracle
from tests.reports.written import write
from tests.support import PROJECT, done

SEEDS = (1, 2, 3)
DAYS = (date(2026, 6, 30), date(2026, 2, 14), date(2025, 3, 31))


class Books:
    """A ledger and what independent sums say of it."""

    def __init__(self, root: Path, out: Path) -> None:
        export(root, out)
        self.root, self.oracle = root, Oracle(out)

    def report(self, *words: str) -> list[dict[str, Any]]:
        """The rows of a report, which must say nothing else."""
        ran = done("report", *words, "--format", "json", cwd=self.root)
        assert ran.err == ""
        rows = ran.json["rows"]
        assert isinstance(rows, list)
        return rows


@pytest.fixture(scope="module", params=[*SEEDS, "demo"])
def ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Books:
    root: Path = tmp_path_factory.mktemp("ledger")
    if request.param == "demo":
        shutil.copytree(PROJECT / "ledgers" / "demo", root, dirs_exist_ok=True)
    else:
        write(root, request.param)
    return Books(root, tmp_path_factory.mktemp("csv"))


@pytest.fixture(params=DAYS, ids=str)
def day(request: pytest.FixtureRequest) -> date:
    found: date = request.param
    return found


def year(last: date) -> date:
    """The first of the twelve months that end on that day, none of which has a 29 February at either end."""
    after = last + timedelta(days=1)
    return after.replace(year=after.year - 1)


def same(shown: Sequence[Mapping[str, Any]], sums: Sequence[Mapping[str, Any]], keys: Sequence[str], figures: Sequence[str]) -> None:
    """The rows meet by their keys; amounts to the cent, ratios as far as they are printed."""
    mine = {tuple(str(row[key]) for key in keys): row for row in shown}
    theirs = {tuple(str(row[key]) for key in keys): row for row in sums}
    assert len(mine) == len(shown)
    assert mine.keys() == theirs.keys()
    for key, row in theirs.items():
        for name in figures:
            assert agrees(mine[key][name], row[name], str(row["currency"])), f"{key} {name}: {mine[key][name]} is not {row[name]}"


def agrees(shown: Any, summed: Any, currency: str) -> bool:
    """A text with decimals is an amount where the sum is a whole number, and a ratio, half of its last digit off, where it is not."""
    if shown is None or summed is None:
        return shown is None and summed is None
    if isinstance(shown, int):
        return shown == int(summed)
    said = Decimal(shown)
    if isinstance(summed, int) or (isinstance(summed, Decimal) and summed == summed.to_integral_value()):
        exact = Decimal(int(summed)).scaleb(-PLACES.get(currency, 2))
        if said == exact:
            return True
    step = Decimal(1).scaleb(int(said.as_tuple().exponent))
    return not isinstance(summed, int) and abs(said - Decimal(float(summed))) <= step * Decimal("0.50001")


SIMPLE = {
    "cei": ("opening", "billed", "closing", "not_due", "cei"),
    "turnover": ("sales", "opening", "closing", "turnover", "days"),
    "days-to-pay": ("invoices", "paid", "weighted", "mean", "median", "slow"),
    "days-late": ("invoices", "paid", "weighted", "mean", "median", "slow", "on_time"),
    "revenue": ("invoices", "invoiced", "credited", "revenue"),
    "discounts": ("invoices", "given", "taken_back", "net", "late", "sales", "share"),
    "bad-debt": ("written_off", "recovered", "net", "small", "sales", "share"),
    "dso": ("owed", "sales", "dso"),
}


DOCUMENTS = ("type", "state", "band", "month", "quarter", "year", "category", "tag")
"""The dimensions of documents; every report has rows of one currency as it is. The rules of the demo give tags, which no file says."""


@pytest.mark.parametrize("by", ["", "region"])
@pytest.mark.parametrize("name", SIMPLE)
def test_report_equals_independent_sums(ledger: Books, day: date, name: str, by: str) -> None:
    _compare(ledger, day, name, by)


@pytest.mark.parametrize("ledger", [2], indirect=True)
@pytest.mark.parametrize("by", DOCUMENTS)
@pytest.mark.parametrize("name", SIMPLE)
def test_report_by_dimensions_of_documents_equals_independent_sums(ledger: Books, name: str, by: str) -> None:
    if (name, by) != ("revenue", "category"):  # each line where it belongs: a test of its own
        _compare(ledger, DAYS[1], name, by)


def _compare(ledger: Books, day: date, name: str, by: str) -> None:
    first = year(day)
    if name in ("dso", "turnover"):
        first = max(first, ledger.oracle.first_day())
    sums = ledger.oracle.report(name, by, a=first, d=day, k=day, state_on=day)
    grouping = by or ("currency" if name == "revenue" else "")  # revenue is by month where nothing is said
    shown = ledger.report(name, "--as-of", str(day), *(["--by", grouping] if grouping else []))
    for row in sums:
        row[by or "g"] = row["g"]
    shown = [row for row in shown if any(not _is_nothing(row[each]) for each in SIMPLE[name])]
    sums = [row for row in sums if any(row[each] for each in SIMPLE[name])]
    same(shown, sums, [*([by] if by else []), "currency"], SIMPLE[name])


def _is_nothing(value: Any) -> bool:
    return value is None or Decimal(value) == 0


@pytest.mark.parametrize("by", ["", "region"])
def test_countback_equals_independent_walk_over_months(ledger: Books, day: date, by: str) -> None:
    sums = {(row["g"], row["currency"]): row["countback"] for row in ledger.oracle.report("countback", by, d=day)}
    for row in ledger.report("dso", "--as-of", str(day), *(["--by", by] if by else [])):
        walked = sums.get((row[by] if by else "", row["currency"]))
        if row["countback"] is None:
            assert walked is None
        elif Decimal(row["owed"]) > 0:
            assert agrees(row["countback"], walked, row["currency"])


def test_revenue_by_month_equals_independent_sums(ledger: Books, day: date) -> None:
    sums = ledger.oracle.report("revenue-month", "", a=year(day), d=day, k=day)
    for row in sums:
        row["month"] = row["g"]
    same(ledger.report("revenue", "--as-of", str(day)), sums, ["month", "currency"], SIMPLE["revenue"])


def test_revenue_by_category_counts_each_line_where_it_belongs(ledger: Books, day: date) -> None:
    shown = ledger.report("revenue", "--by", "category", "--as-of", str(day))
    sums = ledger.oracle.report("revenue-category", "", a=year(day), d=day, k=day)
    for row in sums:
        row["category"] = row["g"]
    same(shown, sums, ["category", "currency"], SIMPLE["revenue"])
    for row in ledger.report("revenue", "--by", "currency", "--as-of", str(day)):
        parts = [Decimal(each["revenue"]) for each in shown if each["currency"] == row["currency"]]
        assert sum(parts) == Decimal(row["revenue"])


def test_customers_shares_and_concentration_equal_independent_sums(ledger: Books, day: date) -> None:
    sums = ledger.oracle.report("customers", "", a=year(day), d=day, k=day)
    for row in sums:
        row["customer"] = row["g"]
    same(
        ledger.report("customers", "--top", "0", "--as-of", str(day)),
        sums,
        ["customer", "currency"],
        ("revenue", "rank", "share", "cumulative"),
    )
    said = done("report", "customers", "--as-of", str(day), cwd=ledger.root).out
    for currency, index in {(row["currency"], round(row["hhi"])) for row in sums if row["hhi"] is not None}:
        assert f"{currency}  Herfindahl-Hirschman index {index} of 10000" in said


@pytest.mark.parametrize("by", ["", "region"])
def test_overdue_trend_equals_the_open_parts_of_each_month_end(ledger: Books, day: date, by: str) -> None:
    shown = ledger.report("overdue-trend", "--as-of", str(day), *(["--by", by] if by else []))
    last_month = date(day.year, day.month, 1)
    ends = {last_month - timedelta(days=1), day}
    while len(ends) < 13:
        last_month = (last_month - timedelta(days=1)).replace(day=1)
        ends.add(last_month - timedelta(days=1))
    assert {row["on"] for row in shown} == {str(end) for end in ends if end >= ledger.oracle.first_day()}
    for on in {row["on"] for row in shown}:
        sums = ledger.oracle.report("overdue-trend", by, d=date.fromisoformat(on))
        mine = [row for row in shown if row["on"] == on and not _is_nothing(row["owed"])]
        for row in sums:
            row[by or "g"] = row["g"]
        same(mine, [row for row in sums if row["owed"]], [*([by] if by else []), "currency"], ("owed", "overdue"))


@pytest.mark.parametrize("by", ["", "region", "type", "band", "month"])
def test_dunning_equals_independent_sums(ledger: Books, day: date, by: str) -> None:
    sums = ledger.oracle.report("dunning", by, a=year(day), d=day, k=day, state_on=day)
    for row in sums:
        row[by or "g"] = row["g"]
    shown = ledger.report("dunning", "--as-of", str(day), *(["--by", by] if by else []))
    same(shown, sums, ["level", *([by] if by else []), "currency"], ("notices", "invoices", "asked", "paid", "share", "in_full"))


@pytest.mark.parametrize("by", ["month", "quarter", "type", "band"])
def test_tax_equals_independent_sums_with_discounts_voids_and_relief(ledger: Books, day: date, by: str) -> None:
    names = ("invoiced_base", "invoiced_tax", "credited_base", "credited_tax", "reduced_base", "reduced_tax", "base", "tax")
    sums = ledger.oracle.report("tax", by, a=year(day), d=day, k=day, state_on=day)
    sums = [{**row, by: row["g"]} for row in sums if any(row[each] for each in names)]
    shown = ledger.report("tax", "--as-of", str(day), *(["--by", by] if by != "month" else []))
    shown = [row for row in shown if any(not _is_nothing(row[each]) for each in names)]
    shown = [row for row in shown if row["tax_category"] != "O"]  # what is outside tax stands in no tax group
    same(shown, [row for row in sums if row["tax_category"] != "O"], [by, "tax_category", "rate", "currency"], names)


def test_reconciliation_equals_independent_sums(ledger: Books, day: date) -> None:
    sums = ledger.oracle.report("reconciliation", "", a=year(day), d=day, k=day)
    names = ("lines", "bill", "rule", "person", "open", "decided", "by_machine", "moved", "open_amount")
    same(ledger.report("reconciliation", "--as-of", str(day)), sums, ["currency"], names)


@pytest.mark.parametrize("by", ["", "region", "type", "band"])
def test_cash_forecast_equals_independent_sums(ledger: Books, day: date, by: str) -> None:
    shown = ledger.report("cash-forecast", "--as-of", str(day), *(["--by", by] if by else []))
    mine = {(row[by] if by else "", row["currency"], row["week"]): row for row in shown}
    sums = ledger.oracle.report("cash-forecast", by, a=year(day), d=day, k=day, state_on=day)
    for row in sums:
        key = (row["g"], row["currency"], row["week"])
        cumulative = () if row["week"] in ("overdue", "disputed") else ("cumulative", "low", "high")
        for name in ("due", "expected", *cumulative):
            assert agrees(mine[key][name], row[name], row["currency"]), f"{key} {name}: {mine[key][name]} is not {row[name]}"
    for currency in {row["currency"] for row in shown}:
        for name in ("due", "expected"):
            both = [sum((Decimal(row[name]) for row in rows if row["currency"] == currency), Decimal(0)) for rows in (shown, sums)]
            assert both[0] == both[1].scaleb(-PLACES.get(currency, 2))


COMPARED = {
    "dso": ("owed", "sales", "dso"), "cei": ("cei",), "turnover": ("sales", "turnover", "days"),
    "days-to-pay": ("weighted", "mean", "median"), "days-late": ("weighted", "mean", "median", "on_time"),
    "revenue": ("invoiced", "credited", "revenue"), "discounts": ("given", "net", "share"),
    "bad-debt": ("written_off", "recovered", "net", "share"), "dunning": ("asked", "paid", "share"), "tax": ("base", "tax"),
    "reconciliation": ("lines", "decided", "by_machine"),
}  # fmt: skip
AGAINST = {
    "previous": (date(2025, 10, 1), date(2025, 11, 14)),
    "year": (date(2025, 1, 1), date(2025, 2, 14)),
}
"""The time before the first quarter of 2026 as it stands on 14 February, and that of a year earlier."""


@pytest.mark.parametrize("ledger", [1, "demo"], indirect=True)
@pytest.mark.parametrize("by", ["", "type"])
@pytest.mark.parametrize("against", AGAINST)
@pytest.mark.parametrize("name", COMPARED)
def test_comparison_equals_independent_sums_of_both_times(ledger: Books, name: str, against: str, by: str) -> None:
    day, figures = date(2026, 2, 14), COMPARED[name]
    grouping = by if name != "reconciliation" else ""
    keys = [*([grouping] if grouping else []), *{"dunning": ["level"], "tax": ["tax_category", "rate"]}.get(name, []), "currency"]
    sums: list[dict[tuple[Any, ...], dict[str, Any]]] = []
    for first, last in ((date(2026, 1, 1), day), AGAINST[against]):
        begun = min(max(first, ledger.oracle.first_day()), last) if name in ("dso", "turnover") else first
        found = ledger.oracle.report(name, grouping, a=begun, d=last, k=day, state_on=day)
        sums.append({tuple({**row, by: row.get("g")}[key] for key in keys): row for row in found})
    now, then = sums
    words = ["--period", "2026-Q1", "--as-of", str(day), "--compare", against, *(["--by", grouping] if grouping else [])]
    shown = {tuple(row[key] for key in keys): row for row in ledger.report(name, *words)}
    if name == "tax":
        shown = {key: row for key, row in shown.items() if row["tax_category"] != "O"}
        now, then = ({key: row for key, row in each.items() if row["tax_category"] != "O"} for each in sums)
    for key in {*now, *then} - shown.keys():
        assert not any(each.get(key, {}).get(figure) for each in (now, then) for figure in figures)
    for key, row in shown.items():
        for figure in figures:
            for at, side in ((figure, now), (f"{figure}_before", then)):
                summed = side[key][figure] if key in side else None
                known = summed is not None or row[at] is None or Decimal(row[at]) == 0
                assert known, f"{key} {at}: {row[at]} where there is nothing"
                assert summed is None or agrees(row[at], summed, row["currency"]), f"{key} {at}: {row[at]} is not {summed}"
            said = [row[each] for each in (figure, f"{figure}_before", f"{figure}_change")]
            if None in said[:2]:
                assert said[2] is None
            else:
                assert Decimal(said[2]) == Decimal(said[0]) - Decimal(said[1])
