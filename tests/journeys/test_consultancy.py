"""A Norwegian consultancy over the year's end: instalments, a dispute, a plan that breaks, a bad debt; figures by hand beside them."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from tests.journeys.desk import Desk

LEDGER = """\
schema: ledger/1
company:
  name: Fjord Consulting AS
  address:
    country: "NO"
currency: NOK
timezone: Europe/Oslo
terms: net 30
tax: mva
sequences:
  - name: invoice
    kind: invoice
    pattern: INV-{year}-{n}
  - name: credit-note
    kind: credit-note
    pattern: CN-{year}-{n}
tax_codes:
  - code: mva
    category: S
    rate: 25
git:
  commit: false
"""

LETTER = "Report 7 was agreed at no charge, see the minutes of 2 June. Kari Moe, Bergen Havn KF\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path / "books")
    found.on("2025-08-01")
    found.begin("Fjord Consulting AS", "NOK", "NO", {"ledger.yaml": LEDGER})
    return found


def editor(desk: Desk, old: str, new: str) -> str:
    """A program that edits as a person would: one text for another."""
    program = desk.root.parent / "editor.py"
    program.write_text(
        "import pathlib, sys\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "text = path.read_text()\n"
        f"assert {old!r} in text, text\n"
        f"path.write_text(text.replace({old!r}, {new!r}))\n"
    )
    return f"{sys.executable} {program}"


def test_eight_months_of_a_consultancy(desk: Desk) -> None:
    august(desk)
    september(desk)
    october(desk)
    november_and_december(desk)
    january(desk)
    february(desk)
    desk.past_stays()
    assert desk.try_("check", "--strict") == (0, "", "")


def august(desk: Desk) -> None:
    desk.on("2025-08-04")
    desk.do("customer", "add", "--id", "havn", "--name", "Bergen Havn KF")
    desk.do("customer", "add", "--id", "nordlys", "--name", "Nordlys Energi AS", "--terms", "net 14")
    desk.do("customer", "add", "--id", "brygge", "--name", "Brygge Eiendom AS")

    # 40 × 1250.00 = 50000.00 and 12345.60; with 25 % 15586.40: 77932.00; 30 % = 23379.60, the rest 54552.40 in 60 days, on 10 October
    desk.on("2025-08-11")
    period = ("--type", "service", "--service-from", "2025-07-01", "--service-to", "2025-07-31")
    lines = ("-l", "Survey of the quay;40;1250", "-l", "Report;1;12345.60", "--terms", "30% now, 70% net 60")
    assert desk.do("invoice", "new", "-c", "havn", *lines, *period) == "INV-2025-0001"
    # 23379.60 - 15000.00 = 8379.60 of the first instalment
    desk.on("2025-08-18")
    desk.do("payment", "add", "-c", "havn", "-a", "15000", "-i", "INV-2025-0001")

    # a price with its tax: 19999.00 × 25 / 125 = 3999.80
    desk.on("2025-08-20")
    period = ("--type", "service", "--service-from", "2025-08-01", "--service-to", "2025-08-31")
    told = desk.told("invoice", "new", "-c", "nordlys", "-l", "Retainer, August;1;19999", "--prices", "gross", *period)
    assert "net 15999.20, mva 3999.80 on 15999.20, gross 19999.00 NOK" in told

    desk.month_ends("2025-08-31")
    assert desk.owed("2025-08-31") == {
        "havn": "not due 54552.40, 1-30 8379.60, unapplied 0.00, total 62932.00",
        "nordlys": "not due 19999.00, unapplied 0.00, total 19999.00",
    }
    assert desk.parts("2025-08-31") == [
        "INV-2025-0001 2025-08-11 20 8379.60", "INV-2025-0002 2025-09-03 0 19999.00", "INV-2025-0001 2025-10-10 0 54552.40",
    ]  # fmt: skip


def september(desk: Desk) -> None:
    desk.on("2025-09-01")
    desk.closes("2025-08-31")
    desk.on("2025-09-02")
    desk.do("payment", "add", "-c", "nordlys", "-a", "19999", "-i", "INV-2025-0002")
    desk.on("2025-09-03")
    desk.do("payment", "add", "-c", "havn", "-a", "8379.60", "-i", "INV-2025-0001")

    # 28000.00 + 9500.00 with 25 % 9375.00, and 3120.50 without tax: 49995.50, due on 8 October
    desk.on("2025-09-08")
    lines = ("-l", "Concept;20;1400", "-l", "Drawings;10;950", "-l", "Travel;1;3120.50;none")
    assert "gross 49995.50 NOK" in desk.told("invoice", "new", "-c", "brygge", *lines, "--type", "service")

    # the report is 12345.60 with 3086.40: 15432.00 in dispute
    desk.on("2025-09-15")
    letter = desk.root.parent / "letter.txt"
    letter.write_text(LETTER)
    dispute = desk.do("hold", "new", "--kind", "dispute", "-i", "INV-2025-0001", "-l", "2", "--reason", "agreed at no charge",
                      "--evidence", str(letter))  # fmt: skip
    held = desk.ask("hold", "show", dispute)["rows"][0]
    assert (held["amount"], held["lines"], held["state"]) == ("15432.00", [2], "live")
    assert held["evidence"][0]["sha256"] == hashlib.sha256(LETTER.encode()).hexdigest()
    assert (desk.root / held["evidence"][0]["file"]).read_text() == LETTER

    # last month's retainer once more: a draft like it, whose text is edited before it is issued, due on 3 October
    desk.on("2025-09-19")
    draft = desk.do("invoice", "duplicate", "INV-2025-0002", "--draft")
    desk.do("draft", "edit", draft, EDITOR=editor(desk, "Retainer, August", "Retainer, September"))
    assert desk.do("invoice", "issue", draft) == "INV-2025-0004"
    again = desk.ask("invoice", "show", "INV-2025-0004")["rows"][0]
    assert (again["lines"][0]["description"], again["totals"]["gross"]) == ("Retainer, September", "19999.00")

    desk.month_ends("2025-09-30")
    assert desk.owed("2025-09-30") == {
        "havn": "not due 54552.40, unapplied 0.00, total 54552.40",
        "nordlys": "not due 19999.00, unapplied 0.00, total 19999.00",
        "brygge": "not due 49995.50, unapplied 0.00, total 49995.50",
    }


def october(desk: Desk) -> None:
    desk.on("2025-10-01")
    desk.closes("2025-09-30")
    desk.on("2025-10-03")
    desk.do("payment", "add", "-c", "nordlys", "-a", "19999", "-i", "INV-2025-0004")

    # they are right: 54552.40 - 15432.00 = 39120.40
    desk.on("2025-10-06")
    [dispute] = [row["hold"] for row in desk.ask("hold", "list", "--live")["rows"]]
    desk.do("hold", "release", dispute, "--outcome", "upheld", "--reason", "the minutes say so")
    told = desk.told("credit-note", "new", "-i", "INV-2025-0001", "--reason", "Report 7 was agreed at no charge", "-l", "2")
    assert "gross 15432.00 NOK" in told
    assert desk.parts("2025-10-06")[:1] == ["INV-2025-0003 2025-10-08 0 49995.50"]
    assert desk.open_("INV-2025-0001") == "39120.40 partly paid"

    # one promise is kept, three days before its day; one is not
    desk.on("2025-10-13")
    kept = desk.do("hold", "new", "--kind", "promise", "-i", "INV-2025-0001", "--until", "2025-10-20", "--reason", "phone, Kari Moe")
    words = ("-i", "INV-2025-0003", "--amount", "20000", "--until", "2025-10-24", "--reason", "phone, O. Brekke")
    broken = desk.do("hold", "new", "--kind", "promise", *words)

    # to the wrong customer: it is made void and keeps its number, the right one gets the next
    desk.on("2025-10-15")
    training = ("-l", "Training;1;8000", "--type", "service")
    assert desk.do("invoice", "new", "-c", "brygge", *training) == "INV-2025-0005"
    desk.on("2025-10-16")
    desk.do("invoice", "void", "INV-2025-0005", "--reason", "wrong customer")
    assert desk.do("invoice", "new", "-c", "nordlys", *training) == "INV-2025-0006"
    assert desk.open_("INV-2025-0005") == "0.00 void"

    desk.on("2025-10-17")
    desk.do("payment", "add", "-c", "havn", "-a", "39120.40", "-i", "INV-2025-0001")
    desk.on("2025-10-27")
    states = {row["hold"]: row["state"] for row in desk.ask("hold", "list", "--kind", "promise")["rows"]}
    assert states == {kept: "kept", broken: "broken"}
    desk.do("hold", "release", kept, "--outcome", "kept")
    desk.do("hold", "release", broken, "--outcome", "broken", "--reason", "nothing came")

    # 8000.00 with 2000.00, due yesterday; 23 days after 8 October
    desk.month_ends("2025-10-31")
    assert desk.owed("2025-10-31") == {
        "nordlys": "1-30 10000.00, unapplied 0.00, total 10000.00",
        "brygge": "1-30 49995.50, unapplied 0.00, total 49995.50",
    }


def november_and_december(desk: Desk) -> None:
    desk.on("2025-11-03")
    desk.closes("2025-10-31")
    desk.on("2025-11-04")
    desk.do("payment", "add", "-c", "nordlys", "-a", "10000", "-i", "INV-2025-0006")
    # in three parts instead: 15000.00 + 15000.00 + 19995.50
    desk.on("2025-11-05")
    parts = ("--instalment", "2025-11-20:15000", "--instalment", "2025-12-20:15000", "--instalment", "2026-01-20")
    plan = desk.do("hold", "new", "--kind", "plan", "-i", "INV-2025-0003", *parts, "--reason", "short of cash")
    assert desk.parts("2025-11-05") == [
        "INV-2025-0003 2025-11-20 0 15000.00", "INV-2025-0003 2025-12-20 0 15000.00", "INV-2025-0003 2026-01-20 0 19995.50",
    ]  # fmt: skip
    # until the day before, its own date held, 27 days ago
    assert desk.parts("2025-11-04") == ["INV-2025-0003 2025-10-08 27 49995.50"]
    desk.on("2025-11-19")
    desk.do("payment", "add", "-c", "brygge", "-a", "15000", "-i", "INV-2025-0003")

    # 49995.50 - 15000.00 = 34995.50, by the plan not due; by the invoice due 23 + 30 = 53 days ago
    desk.month_ends("2025-11-30")
    assert desk.owed("2025-11-30") == {"brygge": "not due 34995.50, unapplied 0.00, total 34995.50"}
    assert desk.parts("2025-11-30") == ["INV-2025-0003 2025-12-20 0 15000.00", "INV-2025-0003 2026-01-20 0 19995.50"]
    assert desk.parts("2025-11-30", "--basis", "original") == ["INV-2025-0003 2025-10-08 53 34995.50"]

    desk.on("2025-12-01")
    desk.closes("2025-11-30")
    # 8 × 1250.00 with 2500.00 = 12500.00, due on 9 January
    desk.on("2025-12-10")
    assert desk.do("invoice", "new", "-c", "havn", "-l", "Supervision;8;1250", "--type", "service") == "INV-2025-0007"
    # the second part did not come, and the plan is off
    desk.on("2025-12-29")
    assert desk.owed("2025-12-28")["brygge"] == "not due 19995.50, 1-30 15000.00, unapplied 0.00, total 34995.50"
    assert desk.ask("hold", "show", plan)["rows"][0]["state"] == "behind"
    desk.do("hold", "release", plan, "--outcome", "broken", "--reason", "the second part did not come")

    # 53 + 31 = 84 days after 8 October
    desk.month_ends("2025-12-31")
    assert desk.owed("2025-12-31") == {
        "havn": "not due 12500.00, unapplied 0.00, total 12500.00",
        "brygge": "61-90 34995.50, unapplied 0.00, total 34995.50",
    }


def january(desk: Desk) -> None:
    old = (desk.root / "invoices/2025/12/INV-2025-0007.yaml").read_bytes()
    desk.on("2026-01-02")
    desk.replaces("ledger.yaml", "    rate: 25\n", "    rate: 25\n    rates:\n      - since: 2026-01-01\n        rate: 24\n")
    desk.on("2026-01-05")
    desk.closes("2025-12-31")
    assert "2025-12-31 lies in a closed period" in desk.refused(
        "invoice", "void", "INV-2025-0007", "--reason", "too late", "--on", "2025-12-31"
    )

    # the day of delivery decides: 10000.00 with 25 % in the old year, with 24 % in the new one; the numbers begin anew
    desk.on("2026-01-08")
    inspection = ("-l", "Inspection;1;10000", "--type", "service")
    told = desk.told("invoice", "new", "-c", "havn", *inspection, "--delivered-on", "2025-12-19")
    assert "INV-2026-0001" in told and "mva 2500.00 on 10000.00, gross 12500.00 NOK" in told
    desk.on("2026-01-09")
    assert "mva 2400.00 on 10000.00, gross 12400.00 NOK" in desk.told("invoice", "new", "-c", "havn", *inspection)
    assert (desk.root / "invoices/2025/12/INV-2025-0007.yaml").read_bytes() == old
    # 12500.00 + 12500.00
    desk.on("2026-01-12")
    desk.do("payment", "add", "-c", "havn", "-a", "25000", "-i", "INV-2025-0007", "-i", "INV-2026-0001")

    # insolvent; of 34995.50 the taxed part is 32811.23 (46875.00 of 49995.50), in it 6562.25 tax (6562.246)
    desk.on("2026-01-15")
    off = ("write-off", "new", "-i", "INV-2025-0003", "--reason", "insolvent", "--tax-relief", "adjust")
    assert desk.try_(*off, "--yes").code == 2
    told = desk.told(*off, "--approved-by", "K. Lunde")
    assert "34995.50 NOK" in told and "6562.25" in told
    assert desk.open_("INV-2025-0003") == "0.00 written off"

    desk.month_ends("2026-01-31")
    assert desk.owed("2026-01-31") == {"havn": "not due 12400.00, unapplied 0.00, total 12400.00"}


def february(desk: Desk) -> None:
    desk.on("2026-02-02")
    desk.closes("2026-01-31")
    desk.on("2026-02-05")
    desk.do("payment", "add", "-c", "havn", "-a", "12400", "-i", "INV-2026-0002")

    # the estate pays 5000.00 after all: first so much of the write-off is taken back, then the money settles it
    desk.on("2026-02-16")
    assert "nothing is open on it" in desk.refused("payment", "add", "-c", "brygge", "-a", "5000", "-i", "INV-2025-0003")
    [off] = [file.stem for file in desk.root.glob("write-offs/**/*.yaml")]
    desk.do("write-off", "reverse", off, "--amount", "5000", "--reason", "dividend of the estate")
    assert desk.open_("INV-2025-0003") == "5000.00 overdue"
    desk.do("payment", "add", "-c", "brygge", "-a", "5000", "-i", "INV-2025-0003")
    assert desk.open_("INV-2025-0003") == "0.00 written off"

    # a draft that nobody wants any more leaves nothing behind
    desk.on("2026-02-18")
    draft = desk.do("invoice", "duplicate", "INV-2025-0004", "--draft")
    desk.do("edit", draft, EDITOR=editor(desk, "Retainer, September", "Retainer, February"))
    assert [row["gross"] for row in desk.ask("draft", "list")["rows"]] == ["19999.00"]
    desk.do("draft", "delete", draft)
    assert desk.ask("draft", "list")["rows"] == []

    desk.month_ends("2026-02-28")
    assert desk.owed("2026-02-28") == {}
    desk.on("2026-03-02")
    desk.closes("2026-02-28")

    # every row that ever counted, with what was open after it; of the 29995.50 that stay written off 28123.31 hold 5624.66 tax
    told = desk.ask("explain", "INV-2025-0003")["rows"][0]
    assert [f"{step['date']} {step['what']} {step['amount']} = {step['open']}" for step in told["steps"]] == [
        "2025-09-08 issued 49995.50 = 49995.50",
        "2025-11-19 payment -15000.00 = 34995.50",
        "2026-01-15 write-off -34995.50 = 0.00",
        "2026-02-16 write-off taken back: dividend of the estate 34995.50 = 34995.50",
        "2026-02-16 write-off -29995.50 = 5000.00",
        "2026-02-16 payment -5000.00 = 0.00",
    ]
    assert [(each["code"], each["amount"], each["tax"]) for each in told["tax"]] == [
        ("mva", "28123.31", "5624.66"), ("none", "1872.19", "0.00"),
    ]  # fmt: skip
    assert desk.statement("2025-08-01", "2026-02-28", "brygge") == [
        "2025-08-01 opening balance = 0.00",
        "2025-09-08 invoice +49995.50 = 49995.50",
        "2025-10-15 invoice +10000.00 = 59995.50",
        "2025-10-16 void -10000.00 = 49995.50",
        "2025-11-19 payment -15000.00 = 34995.50",
        "2026-01-15 write-off -34995.50 = 0.00",
        "2026-02-16 payment -5000.00 = -5000.00",
        "2026-02-16 write-off +5000.00 = 0.00",
        "2026-02-28 closing balance = 0.00",
    ]
