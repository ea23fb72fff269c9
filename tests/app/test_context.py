"""Today is read once, in the ledger's time zone; nothing of the machine's own zone or clock format gets through."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import LEDGER, bill, done, make_ledger


def today(root: Path, at: str, tz: str) -> str:
    return str(done("report", "aging", "--format", "json", at=at, env={"BILL_LEDGER": str(root), "TZ": tz}).json["as_of"])


@pytest.mark.parametrize("tz", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Europe/Oslo", "2026-03-15"), ("Pacific/Kiritimati", "2026-03-15"), ("Pacific/Pago_Pago", "2026-03-14"), ("UTC", "2026-03-14")],
)
def test_today_is_the_day_in_the_ledgers_zone_whatever_the_machines(tmp_path: Path, zone: str, expected: str, tz: str) -> None:
    make_ledger(tmp_path, f"--- ledger.yaml\n{LEDGER.replace('Europe/Oslo', zone)}")
    assert today(tmp_path, "2026-03-14T23:30", tz) == expected


def test_day_of_issue_is_that_day_too(ledger: Path) -> None:
    """
    --- customers/nordwind.yaml
    schema: customer/1
    id: nordwind
    name: Nordwind Handels GmbH
    """
    words = ("invoice", "new", "-c", "nordwind", "-l", "Consulting;1;100", "--yes")
    env = {"BILL_LEDGER": str(ledger), "TZ": "Pacific/Pago_Pago"}
    assert "issued 2026-03-15" in done(*words, at="2026-03-14T23:30", env=env).err


@pytest.mark.parametrize("text", ["yesterday", "-5", "1.5", "１７", "99999999999999999999"])
def test_clock_that_cannot_be_read_is_refused_and_not_replaced_by_the_real_one(tmp_path: Path, text: str) -> None:
    make_ledger(tmp_path)
    ran = bill("report", "aging", env={"BILL_LEDGER": str(tmp_path), "BILL_NOW": text})
    assert ran.code == 2
    assert f'BILL_NOW is "{text}"' in ran.err


def test_as_of_wins_over_the_clock(tmp_path: Path) -> None:
    make_ledger(tmp_path)
    ran = done("report", "aging", "--as-of", "2026-01-31", "--format", "json", at="2026-03-14", env={"BILL_LEDGER": str(tmp_path)})
    assert ran.json["as_of"] == "2026-01-31"


@pytest.mark.parametrize(
    ("name", "text"), [("BILL_WAIT", "soon"), ("BILL_WAIT", "601"), ("BILL_CLONE", "mine"), ("BILL_CLONE", "DE300001")]
)
def test_setting_of_the_environment_that_is_none_is_refused(tmp_path: Path, name: str, text: str) -> None:
    make_ledger(tmp_path)
    ran = bill("customer", "add", "--name", "Nordwind", "--yes", at="2026-03-14", env={"BILL_LEDGER": str(tmp_path), name: text})
    assert ran.code == 2
    assert f'{name} is "{text}"' in ran.err
    assert not (tmp_path / "customers").exists()
