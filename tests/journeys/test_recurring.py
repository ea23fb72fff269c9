"""Fourteen months of invoices that come out by themselves: a leap day, a price change, three months without the machine, an end."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.journeys.desk import Desk
from tests.support import LEDGER, make_ledger

FIRST, LAST = date(2027, 12, 31), date(2029, 2, 28)
OUTAGE = (date(2028, 8, 1), date(2028, 11, 4))

HOSTING = [
    ("2027-12-31", "2028-01-30", "2027-12-31", "120.00"),
    ("2028-01-31", "2028-02-28", "2028-01-31", "120.00"),
    ("2028-02-29", "2028-03-30", "2028-02-29", "120.00"),
    ("2028-03-31", "2028-04-29", "2028-03-31", "120.00"),
    ("2028-04-30", "2028-05-30", "2028-04-30", "120.00"),
    ("2028-05-31", "2028-06-29", "2028-05-31", "120.00"),
    ("2028-06-30", "2028-07-30", "2028-06-30", "144.00"),  # 120.00 since 1 June
    ("2028-07-31", "2028-08-30", "2028-07-31", "144.00"),
    ("2028-08-31", "2028-09-29", "2028-11-05", "144.00"),  # missed
    ("2028-09-30", "2028-10-30", "2028-11-05", "144.00"),
    ("2028-10-31", "2028-11-29", "2028-11-05", "144.00"),
    ("2028-11-30", "2028-12-30", "2028-11-30", "144.00"),
    ("2028-12-31", "2029-01-30", "2028-12-31", "144.00"),
    ("2029-01-31", "2029-02-10", "2029-01-31", "56.57"),  # 11 of 28 days: 47.14 and 9.43
]
"""Period, its last day, the day of issue, gross: by hand."""

LICENCE = [("2028-02-29", "2029-02-27", "2028-02-29", "438.00"), ("2029-02-28", "2030-02-27", "2029-02-28", "438.00")]

TEMPLATE = """
--- ledger.yaml
{ledger}sender: 7e57c10e
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind GmbH
tax: vat-20
--- recurring/hosting.yaml
schema: recurring/1
id: hosting
customer: nordwind
every: month
starts_on: 2027-12-31
prorate: true
lines:
  - description: "Hosting {{from}} to {{until}}"
    quantity: 2
    unit_price: 50.00
    prices:
      - since: 2028-06-01
        unit_price: 60.00
--- recurring/licence.yaml
schema: recurring/1
id: licence
customer: nordwind
every: year
starts_on: 2028-02-29
mail: true
lines:
  - description: "Licence {{period}}"
    quantity: 1
    unit_price: 365.00
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(make_ledger(tmp_path, TEMPLATE.format(ledger=LEDGER)))


def test_fourteen_months_of_templates(desk: Desk) -> None:
    for day in (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)):
        desk.on(str(day))
        if (day.day > 26 or day.day < 6) and not OUTAGE[0] <= day <= OUTAGE[1]:
            ran = desk.try_("recurring", "run", "--yes", "--quiet", BILL_CLONE="7e57c10e")
            assert (ran.code, ran.out) == (0, ""), ran.err
        if day == date(2029, 1, 15):
            desk.do("recurring", "end", "hosting", "--on", "2029-02-10", "--reason", "moved to another host")

    for template, expected in (("hosting", HOSTING), ("licence", LICENCE)):
        [shown] = desk.ask("recurring", "show", template)["rows"]
        made = [(each["period"], each["until"], each["issued_on"], each["gross"]) for each in reversed(shown["made"])]
        assert made == expected
    assert desk.ask("recurring", "show", "hosting")["rows"][0]["state"] == "ended"

    invoices = desk.ask("invoice", "list")["rows"]
    assert len(invoices) == len(HOSTING) + len(LICENCE)
    # 6 × 100.00 + 7 × 120.00 + 47.14 and two licences of 365.00, each with its 20 %
    assert sum(round(float(each["gross"]) * 100) for each in invoices) == 60000 + 12000 + 84000 + 16800 + 4714 + 943 + 2 * 43800
    assert [each["number"] for each in invoices if each["number"].startswith("INV-2028")] == [f"INV-2028-{n:04d}" for n in range(1, 14)]
    assert desk.ask("check", "--strict")["diagnostics"] == []
    ran = desk.try_("recurring", "run", "--yes", "--format", "json")
    assert (ran.code, ran.json["numbers"], ran.json["left"]) == (0, [], [])
