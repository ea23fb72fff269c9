"""A German wholesaler's half year: Skonto, returns, freight and two rates of tax, with real commands only; figures by hand beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.desk import Desk

LEDGER = """\
schema: ledger/1
company:
  name: Hansekontor Großhandel GmbH
  address:
    country: DE
currency: EUR
timezone: Europe/Berlin
terms: 2% 10, net 30
sequences:
  - name: invoice
    kind: invoice
    pattern: INV-{year}-{n}
  - name: credit-note
    kind: credit-note
    pattern: CN-{year}-{n}
tax_codes:
  - code: vat-19
    category: S
    rate: 19
  - code: vat-7
    category: S
    rate: 7
settlement:
  discount_grace_days: 0  # to the day, as printed
git:
  commit: false
"""

ITEMS = """\
schema: items/1
items:
  - id: coffee
    description: Coffee, roasted
    unit: kg
    unit_price: 14.20
    tax: vat-7
  - id: mug
    description: Mug
    unit: piece
    unit_price: 3.45
    tax: vat-19
  - id: grinder
    description: Hand grinder
    unit: piece
    unit_price: 33.20
    tax: vat-19
  - id: machine
    description: Espresso machine
    unit: piece
    unit_price: 489.00
    tax: vat-19
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path / "books")
    found.on("2026-01-02")
    found.begin("Hansekontor Großhandel GmbH", "EUR", "DE", {"ledger.yaml": LEDGER, "items.yaml": ITEMS})
    return found


def test_half_a_year_of_a_wholesaler(desk: Desk) -> None:
    january(desk)
    february(desk)
    march(desk)
    april(desk)
    may_and_june(desk)
    july(desk)
    desk.past_stays()
    assert desk.try_("check", "--strict") == (0, "", "")


def january(desk: Desk) -> None:
    desk.on("2026-01-05")
    assert desk.do("customer", "add", "--name", "Feinkost Böhm KG", "--id", "feinkost") == "feinkost"
    assert desk.do("customer", "add", "--name", "Café Müller e.K.", "--id", "cafe") == "cafe"

    # coffee 100 × 14.20 = 1420.00 less 5 % 71.00 = 1349.00; mugs 60 × 3.45 = 207.00
    # 3 % of 1556.00 = 46.68, of it coffee 40.47 and mugs 6.21; freight 12.00 at 19 %
    # 7 % of 1308.53 = 91.60; 19 % of 212.79 = 40.43; 1521.32 + 132.03 = 1653.35
    desk.on("2026-01-08")
    lines = ("-l", "coffee;100;-5%", "-l", "mug;60", "--discount", "3%", "--charge", "12.00;Freight;vat-19")
    told = desk.told("invoice", "new", "-c", "feinkost", *lines)
    assert "over 1653.35 EUR, issued 2026-01-08, due 2026-02-07, less 2 % until 2026-01-18" in told
    assert "net 1521.32, vat-7 91.60 on 1308.53, vat-19 40.43 on 212.79, gross 1653.35 EUR" in told

    # 978.00 with 19 % 185.82 and 284.00 with 7 % 19.88: 1467.70; 2 % are 29.35, so 1438.35 until 22 January
    desk.on("2026-01-12")
    assert desk.do("invoice", "new", "-c", "cafe", "-l", "machine;2", "-l", "coffee;20") == "INV-2026-0002"

    # 2 % of 1653.35 = 33.07; in time, two days before the last day
    # the part at 7 % is 1308.53 + 91.60 = 1400.13 of 1653.35: 28.01 of the 33.07, with 1.83 tax; the part at 19 % is 5.06, with 0.81 tax
    desk.on("2026-01-16")
    told = desk.told("payment", "add", "-c", "feinkost", "-a", "1620.28", "-i", "INV-2026-0001")
    assert "33.07 EUR early-payment discount on INV-2026-0001, its tax: 1.83 EUR of vat-7, 0.81 EUR of vat-19" in told
    assert desk.open_("INV-2026-0001") == "0.00 paid"

    # 345.00 with 65.55 and 426.00 with 29.82: 866.37; 2 % are 17.33
    desk.on("2026-01-20")
    assert desk.do("invoice", "new", "-c", "feinkost", "-l", "mug;100", "-l", "coffee;30") == "INV-2026-0003"
    desk.on("2026-01-22")
    desk.do("payment", "add", "-c", "feinkost", "-a", "300", "-i", "INV-2026-0003")

    # one day late: 1467.70 - 1438.35 = 29.35 stay open
    desk.on("2026-01-23")
    ran = desk.try_("payment", "add", "-c", "cafe", "-a", "1438.35", "-i", "INV-2026-0002", "--yes")
    late = ran.out.strip()
    assert "so 29.35 EUR stay open: the money came on 2026-01-23, 1 day after 2026-01-22" in ran.err
    assert desk.open_("INV-2026-0002") == "29.35 partly paid"

    # 866.37 - 300.00 - 17.33 = 549.04, in time, but not the whole at once
    desk.on("2026-01-29")
    told = desk.told("payment", "add", "-c", "feinkost", "-a", "549.04", "-i", "INV-2026-0003")
    assert "no discount on INV-2026-0003, so 17.33 EUR stay open: a part was paid before" in told

    # a day of grace from now on; the café's payment is allocated anew and gets its discount
    desk.on("2026-01-30")
    desk.replaces("ledger.yaml", "discount_grace_days: 0  # to the day, as printed", "discount_grace_days: 1")
    desk.do("payment", "allocate", late, "--undo", "--reason", "a day of grace is granted")
    assert desk.open_("INV-2026-0002") == "1467.70 open"
    told = desk.told("payment", "allocate", late, "-i", "INV-2026-0002")
    assert "29.35 EUR early-payment discount on INV-2026-0002" in told
    assert desk.open_("INV-2026-0002") == "0.00 paid"

    desk.month_ends("2026-01-31")
    assert desk.owed("2026-01-31") == {"feinkost": "not due 17.33, unapplied 0.00, total 17.33"}
    # on the 29th the café's 29.35 were open, and on the 30th nothing any more
    assert desk.owed("2026-01-29")["cafe"] == "not due 29.35, unapplied 0.00, total 29.35"


def february(desk: Desk) -> None:
    desk.on("2026-02-02")
    desk.closes("2026-01-31")

    # the money came in the closed month: it counts from the first open day, and January stays as it was
    desk.on("2026-02-03")
    told = desk.told("payment", "add", "-c", "feinkost", "-a", "17.33", "-i", "INV-2026-0003", "--received-on", "2026-01-31")
    assert "booked on 2026-02-01: 2026-01-31 lies in a closed period" in told
    assert desk.owed("2026-01-31") == {"feinkost": "not due 17.33, unapplied 0.00, total 17.33"}
    assert desk.owed("2026-02-01") == {}
    assert "2026-01-30 lies in a closed period" in desk.refused(
        "invoice", "new", "-c", "feinkost", "-l", "mug;1", "--issued-on", "2026-01-30"
    )

    # 3 × 33.20 = 99.60 with 18.92 (18.924) and 142.00 with 9.94: 118.52 + 151.94 = 270.46
    desk.on("2026-02-04")
    assert desk.do("invoice", "new", "-c", "feinkost", "-l", "grinder;3", "-l", "coffee;10") == "INV-2026-0004"
    # one back: 33.20 with 6.31 (6.308) = 39.51; 270.46 - 39.51 = 230.95
    desk.on("2026-02-10")
    assert desk.do("credit-note", "new", "-i", "INV-2026-0004", "--reason", "Broken on arrival", "-l", "1:1") == "CN-2026-0001"
    assert desk.open_("INV-2026-0004") == "230.95 partly paid"
    # the other two: 66.40 with 12.62 (12.616) would be 79.02, a cent more than is left of 118.52
    desk.on("2026-02-12")
    assert "gross 79.01 EUR" in desk.told("credit-note", "new", "-i", "INV-2026-0004", "--reason", "The others too", "-l", "1")
    assert desk.open_("INV-2026-0004") == "151.94 partly paid"
    assert "line 1 of INV-2026-0004 is credited in full" in desk.refused(
        "credit-note", "new", "-i", "INV-2026-0004", "--reason", "More", "-l", "1:1"
    )
    # what is left of the invoice is the whole: 2 % of 151.94 = 3.04 (3.0388)
    desk.on("2026-02-13")
    assert "3.04 EUR early-payment discount" in desk.told("payment", "add", "-c", "feinkost", "-a", "148.90", "-i", "INV-2026-0004")
    assert desk.open_("INV-2026-0004") == "0.00 paid"

    # 710.00 with 49.70 = 759.70, less 15.19; 138.00 with 26.22 = 164.22, less 3.28; 489.00 with 92.91 = 581.91, less 11.64
    desk.on("2026-02-16")
    desk.do("invoice", "new", "-c", "cafe", "-l", "coffee;50")
    desk.do("invoice", "new", "-c", "cafe", "-l", "mug;40")
    desk.on("2026-02-17")
    desk.do("invoice", "new", "-c", "cafe", "-l", "machine;1")
    # 744.51 + 160.94 + 570.27 = 1475.72
    desk.on("2026-02-25")
    three = ("-i", "INV-2026-0005", "-i", "INV-2026-0006", "-i", "INV-2026-0007")
    told = desk.told("payment", "add", "-c", "cafe", "-a", "1475.72", *three)
    for discount, number in (("15.19", "INV-2026-0005"), ("3.28", "INV-2026-0006"), ("11.64", "INV-2026-0007")):
        assert f"{discount} EUR early-payment discount on {number}" in told
        assert desk.open_(number) == "0.00 paid"

    # 568.00 with 39.76 = 607.76
    desk.on("2026-02-26")
    desk.do("invoice", "new", "-c", "feinkost", "-l", "coffee;40")
    desk.month_ends("2026-02-28")
    assert desk.owed("2026-02-28") == {"feinkost": "not due 607.76, unapplied 0.00, total 607.76"}


def march(desk: Desk) -> None:
    desk.on("2026-03-02")
    desk.closes("2026-02-28")

    # 2 % of 607.76 = 12.16 (12.1552); 607.76 - 12.16 = 595.60
    desk.on("2026-03-03")
    assert "12.16 EUR early-payment discount" in desk.told("payment", "add", "-c", "feinkost", "-a", "595.60", "-i", "INV-2026-0008")
    # 5 kg back: 71.00 with 4.97 = 75.97; nothing is open, so the discount goes first, and 63.81 are credit
    desk.on("2026-03-09")
    told = desk.told("credit-note", "new", "-i", "INV-2026-0008", "--reason", "Five kilos too old", "-l", "1:5")
    assert "75.97 EUR" in told and "63.81 EUR of it stay as credit of feinkost" in told
    assert desk.open_("INV-2026-0008") == "0.00 paid"
    assert desk.owed("2026-03-09") == {"feinkost": "unapplied 63.81, total -63.81"}

    # 276.00 with 52.44 = 328.44; 328.44 - 63.81 = 264.63
    desk.on("2026-03-10")
    desk.do("invoice", "new", "-c", "feinkost", "-l", "mug;80")
    desk.on("2026-03-11")
    assert "63.81 EUR to INV-2026-0009" in desk.told("credit-note", "apply", "CN-2026-0003", "-i", "INV-2026-0009")
    # goodwill of 20.00 with its tax: 16.81 and 3.19; 264.63 - 20.00 = 244.63
    desk.on("2026-03-16")
    told = desk.told("credit-note", "new", "-i", "INV-2026-0009", "--reason", "Late delivery, goodwill", "--amount", "20")
    assert "net 16.81, vat-19 3.19 on 16.81, gross 20.00 EUR" in told
    assert desk.open_("INV-2026-0009") == "244.63 partly paid"

    # 355.00 with 24.85 = 379.85
    desk.on("2026-03-19")
    desk.do("invoice", "new", "-c", "cafe", "-l", "coffee;25")
    # 0.63 short, and long after the discount; nobody writes a letter for that
    desk.on("2026-03-24")
    short = ("payment", "add", "-c", "feinkost", "-a", "244", "-i", "INV-2026-0009", "--write-off-rest")
    assert "0.63 EUR small difference written off on INV-2026-0009" in desk.told(*short)
    assert desk.open_("INV-2026-0009") == "0.00 paid"

    # 10 kg of the first invoice: 142.00 less 5 % 7.10, less its part of the 3 % 4.05 (4.047): 130.85 with 9.16 = 140.01
    # it was paid with 33.07 of discount, which go first: 140.01 - 33.07 = 106.94
    desk.on("2026-03-25")
    told = desk.told("credit-note", "new", "-i", "INV-2026-0001", "--reason", "Wrong roast", "-l", "1:10")
    assert "net 130.85, vat-7 9.16 on 130.85, gross 140.01 EUR" in told
    assert "106.94 EUR of it stay as credit of feinkost" in told

    desk.month_ends("2026-03-31")
    assert desk.owed("2026-03-31") == {
        "feinkost": "unapplied 106.94, total -106.94",
        "cafe": "not due 379.85, unapplied 0.00, total 379.85",
    }
    assert desk.statement("2026-03-01", "2026-03-31", "feinkost") == [
        "2026-03-01 opening balance = 607.76",
        "2026-03-03 payment -595.60 = 12.16",
        "2026-03-03 discount -12.16 = 0.00",
        "2026-03-09 credit note -75.97 = -75.97",
        "2026-03-09 discount +12.16 = -63.81",
        "2026-03-10 invoice +328.44 = 264.63",
        "2026-03-16 credit note -20.00 = 244.63",
        "2026-03-24 payment -244.00 = 0.63",
        "2026-03-24 write-off -0.63 = 0.00",
        "2026-03-25 credit note -140.01 = -140.01",
        "2026-03-25 discount +33.07 = -106.94",
        "2026-03-31 closing balance = -106.94",
        "2026-03-25 unapplied 106.94",
    ]
    # the credit note stands among the open items with what is not used of it; 379.85 is due on 18 April
    assert desk.items("2026-03-31", "feinkost", "cafe") == ["credit note CN-2026-0005 -106.94", "invoice INV-2026-0010 2026-04-18 379.85"]


def april(desk: Desk) -> None:
    desk.on("2026-04-01")
    desk.closes("2026-03-31")

    # the bank kept 4.50 of 379.85 on the way
    desk.on("2026-04-02")
    told = desk.told("payment", "add", "-c", "cafe", "-a", "375.35", "--fee", "4.50", "-i", "INV-2026-0010")
    assert "4.50 EUR bank charge on INV-2026-0010" in told
    assert desk.open_("INV-2026-0010") == "0.00 paid"

    # 852.00 with 59.64 and 489.00 with 92.91 = 1493.55; 1493.55 - 106.94 = 1386.61
    desk.on("2026-04-03")
    desk.do("invoice", "new", "-c", "feinkost", "-l", "coffee;60", "-l", "machine;1")
    desk.on("2026-04-07")
    desk.do("credit-note", "apply", "CN-2026-0005", "--oldest-first")
    assert desk.open_("INV-2026-0011") == "1386.61 partly paid"
    # 1400.00 - 1386.61 = 13.39 too much, paid back two days later
    desk.on("2026-04-20")
    ran = desk.try_("payment", "add", "-c", "feinkost", "-a", "1400", "-i", "INV-2026-0011", "--yes")
    assert "13.39 EUR stay as unapplied credit" in ran.err
    assert desk.owed("2026-04-20") == {"feinkost": "unapplied 13.39, total -13.39"}
    desk.on("2026-04-22")
    over = desk.refused("refund", "new", "-c", "feinkost", "--payment", f"{ran.out.strip()}:13.40", "--reason", "Paid too much")
    assert "13.39" in over
    desk.do("refund", "new", "-c", "feinkost", "--payment", ran.out.strip(), "--reason", "Paid too much")
    assert desk.owed("2026-04-22") == {}

    # 142.00 with 9.94 = 151.94
    desk.on("2026-04-24")
    desk.do("invoice", "new", "-c", "cafe", "-l", "coffee;10")
    desk.month_ends("2026-04-30")
    assert desk.owed("2026-04-30") == {"cafe": "not due 151.94, unapplied 0.00, total 151.94"}


def may_and_june(desk: Desk) -> None:
    desk.on("2026-05-04")
    desk.closes("2026-04-30")

    # the day of the money is in April and in time for 2 % = 3.04; both count from the first open day
    desk.on("2026-05-06")
    told = desk.told("payment", "add", "-c", "cafe", "-a", "148.90", "-i", "INV-2026-0012", "--received-on", "2026-04-30")
    assert "3.04 EUR early-payment discount on INV-2026-0012" in told
    assert "booked on 2026-05-01" in told
    assert desk.owed("2026-04-30") == {"cafe": "not due 151.94, unapplied 0.00, total 151.94"}
    assert desk.owed("2026-05-01") == {}

    # 200 × 3.45 = 690.00 less 69.00 = 621.00, with 117.99 = 738.99, due on 10 June
    desk.on("2026-05-11")
    desk.do("invoice", "new", "-c", "feinkost", "-l", "mug;200;-10%")
    desk.month_ends("2026-05-31")
    assert desk.owed("2026-05-31") == {"feinkost": "not due 738.99, unapplied 0.00, total 738.99"}
    desk.on("2026-06-02")
    desk.closes("2026-05-31")

    # 50 mugs of the 200 back: 172.50 less 17.25 = 155.25, with 29.50 (29.4975) = 184.75; 738.99 - 184.75 = 554.24
    desk.on("2026-06-15")
    desk.do("credit-note", "new", "-i", "INV-2026-0013", "--reason", "Cracked", "-l", "1:50")
    desk.month_ends("2026-06-30")
    assert desk.owed("2026-06-30") == {"feinkost": "1-30 554.24, unapplied 0.00, total 554.24"}
    assert desk.parts("2026-06-30") == ["INV-2026-0013 2026-06-10 20 554.24"]
    desk.on("2026-07-01")
    desk.closes("2026-06-30")

    assert desk.items("2026-06-30", "feinkost") == ["invoice INV-2026-0013 2026-06-10 554.24"]
    # the whole half year of the café: six invoices, what it paid, and what was granted or kept
    assert desk.statement("2026-01-01", "2026-06-30", "cafe") == [
        "2026-01-01 opening balance = 0.00",
        "2026-01-12 invoice +1467.70 = 1467.70",
        "2026-01-23 payment -1438.35 = 29.35",
        "2026-01-30 discount -29.35 = 0.00",
        "2026-02-16 invoice +759.70 = 759.70",
        "2026-02-16 invoice +164.22 = 923.92",
        "2026-02-17 invoice +581.91 = 1505.83",
        "2026-02-25 payment -1475.72 = 30.11",
        "2026-02-25 discount -15.19 = 14.92",
        "2026-02-25 discount -3.28 = 11.64",
        "2026-02-25 discount -11.64 = 0.00",
        "2026-03-19 invoice +379.85 = 379.85",
        "2026-04-02 payment -375.35 = 4.50",
        "2026-04-02 bank charge -4.50 = 0.00",
        "2026-04-24 invoice +151.94 = 151.94",
        "2026-05-01 payment -148.90 = 3.04",
        "2026-05-01 discount -3.04 = 0.00",
        "2026-06-30 closing balance = 0.00",
    ]


def july(desk: Desk) -> None:
    # the bank takes February's debit back, by its books on 29 June; its discounts go with it: 759.70 + 164.22 + 581.91 = 1505.83
    desk.on("2026-07-06")
    [debit] = [row["payment"] for row in desk.ask("payment", "list", "-c", "cafe")["rows"] if row["amount"] == "1475.72"]
    told = desk.told("payment", "reverse", debit, "--reason", "Debit returned", "--on", "2026-06-29", "--bank-charge", "3.50")
    assert "counted from 2026-07-01: 2026-06-29 lies in a closed period" in told
    assert "15.19 EUR early-payment discount on INV-2026-0005 are open again" in told
    # due on 18 and 19 March, 110 and 109 days ago; the 3.50 of the bank are no part of the balance
    assert desk.owed("2026-07-06") == {
        "cafe": "over 90 1505.83, unapplied 0.00, total 1505.83",
        "feinkost": "1-30 554.24, unapplied 0.00, total 554.24",
    }
    assert desk.owed("2026-06-30") == {"feinkost": "1-30 554.24, unapplied 0.00, total 554.24"}
    assert desk.try_("check") == (0, "", "")
