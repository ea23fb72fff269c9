"""A bookkeeper's first quarter, with real commands only; the figures are worked out by hand beside them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import Desk
from tests.support import bill


class EveryDay(Desk):
    """Keeps the aging of every day, to see later whether the past stays."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.aging_on_the_day: dict[str, Any] = {}

    def on(self, day: str) -> None:
        if self.day:
            self.aging_on_the_day[self.day] = self.aging(self.day)
        super().on(day)


@pytest.fixture
def desk(tmp_path: Path) -> EveryDay:
    found = EveryDay(tmp_path / "books")
    ran = bill("init", str(found.root), "--name", "Fjord Consulting AS", "--currency", "EUR", "--country", "DE", at="2026-01-02")
    assert ran.code == 0, ran.err
    settings = (found.root / "ledger.yaml").read_text(encoding="utf-8")
    settings = settings.replace("tax_codes: []\n", "tax_codes:\n  - code: vat-20\n    category: S\n    rate: 20\n")
    settings = settings.replace(
        "  - name: credit-note\n", '  - name: harbour\n    kind: invoice\n    pattern: "INV-H-{year}-{n}"\n  - name: credit-note\n'
    )
    (found.root / "ledger.yaml").write_text(settings, encoding="utf-8")
    words = (found.root / "categories.yaml").read_text(encoding="utf-8")
    (found.root / "categories.yaml").write_text(
        words.replace("  segment: []\n", "  segment:\n    - name: public\n      terms: net 60\n").replace(
            "tags: []\n", "tags:\n  - name: watch\n"
        ),
        encoding="utf-8",
    )
    return found


def test_quarter(desk: EveryDay) -> None:
    desk.on("2026-01-05")
    assert desk.do("customer", "add", "--id", "nordwind", "--name", "Nordwind Handels GmbH") == "nordwind"
    assert desk.do("customer", "add", "--id", "kreis", "--name", "Kreis Nordfriesland", "--segment", "public") == "kreis"

    # 10 × 95.10 = 951.00, with 20 % 190.20: 1141.20, due in 30 days, on 9 February
    desk.on("2026-01-10")
    assert desk.do("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;95.10;vat-20") == "INV-2026-0001"

    # the other desk issues in a series of its own; the segment's 60 days end on 13 March
    desk.on("2026-01-12")
    assert desk.do("invoice", "new", "-c", "kreis", "-l", "Survey of the quay;1;2000", "--series", "harbour") == "INV-H-2026-0001"

    desk.on("2026-01-20")
    prepaid = desk.do("payment", "add", "-c", "nordwind", "-a", "300", "--notes", "for the workshop in spring")

    # 500.00 with 20 %: 600.00, due on 4 March
    desk.on("2026-02-02")
    assert desk.do("invoice", "new", "-c", "nordwind", "-l", "Workshop;1;500;vat-20") == "INV-2026-0002"

    # 1141.20 - 500.00 = 641.20
    desk.on("2026-02-10")
    desk.do("payment", "add", "-c", "nordwind", "-a", "500", "-i", "INV-2026-0001")

    # 2 × 95.10 = 190.20, with tax 228.24; 641.20 - 228.24 = 412.96
    desk.on("2026-02-16")
    assert desk.do("credit-note", "new", "-i", "INV-2026-0001", "--reason", "Two hours too many", "--line", "1:2") == "CN-2026-0001"

    desk.on("2026-02-20")
    draft = desk.do("invoice", "new", "-c", "kreis", "-l", "Report;1;120", "--draft")
    assert desk.try_("report", "aging").out.count("120.00") == 0

    # issued from the draft in the main series, due after 60 days, on 1 May
    desk.on("2026-03-02")
    assert desk.do("invoice", "issue", draft) == "INV-2026-0003"
    assert not list(desk.root.glob("drafts/*.yaml"))

    # 412.96 + 600.00 = 1012.96
    desk.on("2026-03-05")
    second = desk.do("payment", "add", "-c", "nordwind", "-a", "1012.96", "--oldest-first")

    desk.on("2026-03-12")
    bank = ("payment", "add", "-c", "kreis", "-a", "800", "-i", "INV-H-2026-0001", "--external-id", "bank-0312-4")
    assert desk.do(*bank) == desk.do(*bank)
    desk.on("2026-03-31")

    # not due until 9 February and 13 March; 1141.20 - 300.00 = 841.20
    assert desk.owed("2026-01-31") == {
        "nordwind": "not due 1141.20, unapplied 300.00, total 841.20",
        "kreis": "not due 2000.00, unapplied 0.00, total 2000.00",
    }
    # the first invoice is 6 days overdue; 600.00 + 641.20 - 300.00 = 941.20
    assert desk.owed("2026-02-15") == {
        "nordwind": "not due 600.00, 1-30 641.20, unapplied 300.00, total 941.20",
        "kreis": "not due 2000.00, unapplied 0.00, total 2000.00",
    }
    # 600.00 + 412.96 - 300.00 = 712.96
    assert desk.owed("2026-02-28") == {
        "nordwind": "not due 600.00, 1-30 412.96, unapplied 300.00, total 712.96",
        "kreis": "not due 2000.00, unapplied 0.00, total 2000.00",
    }
    # nothing is open but the prepayment; 2000.00 - 800.00 = 1200.00, 18 days overdue; 1200.00 + 120.00 = 1320.00
    assert desk.owed("2026-03-31") == {
        "nordwind": "unapplied 300.00, total -300.00",
        "kreis": "not due 120.00, 1-30 1200.00, unapplied 0.00, total 1320.00",
    }
    # 32 and 50 days later; the draft's invoice is due on 1 May itself, and one day overdue on the 2nd
    assert desk.owed("2026-04-14")["kreis"] == "not due 120.00, 31-60 1200.00, unapplied 0.00, total 1320.00"
    assert desk.owed("2026-05-01")["kreis"] == "not due 120.00, 31-60 1200.00, unapplied 0.00, total 1320.00"
    assert desk.owed("2026-05-02")["kreis"] == "1-30 120.00, 31-60 1200.00, unapplied 0.00, total 1320.00"

    # what was answered on a day is answered for that day for ever
    assert len(desk.aging_on_the_day) == 11
    for day, then in desk.aging_on_the_day.items():
        assert desk.aging(day) == then, day

    assert desk.try_("check") == (0, "", "")
    assert prepaid != second


def test_payment_of_the_same_customer_day_and_amount_needs_to_be_said_again(desk: Desk) -> None:
    desk.on("2026-01-10")
    desk.do("customer", "add", "--id", "nordwind", "--name", "Nordwind Handels GmbH")
    desk.do("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;95.10;vat-20")
    first = desk.do("payment", "add", "-c", "nordwind", "-a", "500", "-i", "INV-2026-0001")
    refused = desk.try_("payment", "add", "-c", "nordwind", "-a", "500", "-i", "INV-2026-0001", "--yes")
    assert refused.code == 3
    assert f"{first} has the same customer, day and amount" in refused.err
    assert len(list(desk.root.glob("payments/**/*.yaml"))) == 1
    second = desk.do("payment", "add", "-c", "nordwind", "-a", "500", "-i", "INV-2026-0001", "--again")
    assert first != second
    assert desk.owed("2026-01-10") == {"nordwind": "not due 141.20, unapplied 0.00, total 141.20"}
    assert desk.try_("check") == (0, "", "")


def test_edit_by_hand_is_recorded_as_such_by_the_next_command_and_once(desk: Desk) -> None:
    desk.on("2026-01-05")
    desk.do("customer", "add", "--id", "nordwind", "--name", "Nordwind Handels GmbH")
    file = desk.root / "customers" / "nordwind.yaml"
    before = file.read_bytes()
    file.write_bytes(before + b"terms: net 10  # agreed by phone\n")
    desk.on("2026-01-10")
    assert desk.try_("check") == (0, "", "")
    desk.do("invoice", "new", "-c", "nordwind", "-l", "Consulting;1;100")
    desk.do("customer", "tag", "nordwind", "--add", "watch")
    by_hand = [(entry["command"], each["path"]) for entry in desk.audit() for each in entry["files"] if each.get("by") == "hand"]
    assert by_hand == [
        ("customer add", "categories.yaml"),
        ("customer add", "ledger.yaml"),
        ("invoice new", "customers/nordwind.yaml"),
    ]
    assert file.read_bytes() == before + b"terms: net 10  # agreed by phone\ntags:\n  - watch\n"
    assert {entry["actor"] for entry in desk.audit()[1:]} == {"anna"}
    assert desk.try_("check") == (0, "", "")


def test_every_command_is_one_commit_with_nothing_left_over(desk: Desk) -> None:
    desk.on("2026-01-05")
    desk.do("customer", "add", "--id", "nordwind", "--name", "Nordwind Handels GmbH")
    desk.do("invoice", "new", "-c", "nordwind", "-l", "Consulting;1;100")
    log = subprocess.run(["git", "-C", str(desk.root), "log", "--format=%s"], capture_output=True, text=True, check=True).stdout
    assert log.splitlines() == [
        "invoice INV-2026-0001 to Nordwind Handels GmbH over 100.00 EUR, issued 2026-01-05, due 2026-02-04",
        "customer nordwind: Nordwind Handels GmbH",
        "ledger of Fjord Consulting AS",
    ]
    left = subprocess.run(["git", "-C", str(desk.root), "status", "--porcelain"], capture_output=True, text=True, check=True).stdout
    assert left.splitlines() == [" M categories.yaml", " M ledger.yaml"]


def test_issued_document_that_is_gone_is_named_by_check(desk: Desk) -> None:
    desk.on("2026-01-10")
    desk.do("customer", "add", "--id", "nordwind", "--name", "Nordwind Handels GmbH")
    for _ in range(3):
        desk.do("invoice", "new", "-c", "nordwind", "-l", "Consulting;1;100")
    (desk.root / "invoices/2026/01/INV-2026-0002.yaml").unlink()
    assert desk.try_("check").code == 1
    assert "INV-2026-0002" in desk.try_("check").out
