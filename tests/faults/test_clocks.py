"""Around midnight, year's end, leap days and nights on which clocks are put: day, number and folder of a document agree, in every zone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.faults.counts import tally
from tests.support import LEDGER, PROJECT, Ran, bill, done, environment, make_ledger

ZONES = ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin", "Asia/Kathmandu")
BERLIN = "Europe/Berlin"
NIGHTS = (date(2026, 12, 31), date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29), date(2037, 12, 31), date(2038, 1, 18))
"""Of each of these the last minute, and the first minute of the day after, in the zone of the ledger."""

CLOCKS_PUT = ("2027-03-28T00:59", "2027-03-28T01:00", "2027-10-31T00:59", "2027-10-31T01:00", "2027-10-31T02:00")
"""Berlin's, in UTC: 2:00 does not come, and 2:30 comes twice."""

END_OF_32_BITS = ("2038-01-19T03:14", "2038-01-19T03:15")
TEMPLATE = """\
--- recurring/month-end.yaml
schema: recurring/1
id: month-end
customer: nord
every: month
anchor_on: 2027-01-31
starts_on: {starts}
catch_up: 0
lines:
  - description: "Hosting {{period}}"
    quantity: 1
    unit_price: 1
    tax: none
"""


def books(root: Path, zone: str, more: str = "") -> Path:
    dunning = "dunning:\n  unsent: remind\n  policies:\n    - name: usual\n      levels:\n        - level: 1\n          days: 1\n"
    settings = LEDGER.replace("Europe/Oslo", zone).replace("git:", f"mail:\n  address: a@fjord.example\nsender: 0123abcd\n{dunning}git:")
    contacts = "contacts:\n  - role: billing\n    email: a@nord.example\n"
    text = f"--- ledger.yaml\n{settings}--- customers/nord.yaml\nschema: customer/1\nid: nord\nname: Nord\n{contacts}{more}"
    return make_ledger(root, text)


def midnight(day: date, zone: str) -> datetime:
    """The instant at which the day is over there."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)


def instants(zone: str) -> list[datetime]:
    nights = [midnight(day, zone) + timedelta(minutes=by) for day in NIGHTS for by in (-1, 0)]
    return sorted([*nights, *(datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (*CLOCKS_PUT, *END_OF_32_BITS))])


def said_at(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def held(root: Path, folder: str, name: str) -> tuple[str, str]:
    """The folder of a document's file, and its own day."""
    file = next(root.glob(f"{folder}/*/*/{name}.yaml"))
    key = "issued_on: " if folder == "invoices" else "received_on: "
    return f"{file.parent.parent.name}-{file.parent.name}", next(
        line[len(key) :] for line in file.read_text().splitlines() if line.startswith(key)
    )


@pytest.mark.parametrize("zone", ZONES)
def test_number_day_and_folder_agree_at_every_odd_instant(tmp_path: Path, zone: str) -> None:
    root = books(tmp_path / "books", zone)
    counts: dict[int, int] = {}
    for at in instants(zone):
        today = at.astimezone(ZoneInfo(zone)).date()
        counts[today.year] = counts.get(today.year, 0) + 1
        number = done("invoice", "new", "-c", "nord", "-l", "Work;1;10", "--yes", cwd=root, at=said_at(at)).out.strip()
        assert number == f"INV-{today.year}-{counts[today.year]:04d}", at
        assert held(root, "invoices", number) == (f"{today:%Y-%m}", today.isoformat())
        payment = done("payment", "add", "-c", "nord", "-a", "1", "--again", "--yes", cwd=root, at=said_at(at)).out.strip()
        assert payment.startswith(today.isoformat())
        assert held(root, "payments", payment) == (f"{today:%Y-%m}", today.isoformat())
    assert done("check", cwd=root, at=said_at(at)) == Ran(0, "", "")


@pytest.mark.parametrize(
    ("zone", "month_ends"), [(BERLIN, ["2027-02-28", "2027-03-31"]), ("Pacific/Kiritimati", ["2028-02-29", "2028-03-31"])]
)
def test_period_begins_with_its_day_in_the_zone_of_the_ledger(tmp_path: Path, zone: str, month_ends: list[str]) -> None:
    """The 31st of January, then the last of February, then the 31st of March: made from its first minute on, and not before."""
    root = books(tmp_path / "books", zone, TEMPLATE.format(starts=month_ends[0]))
    for begins in month_ends:
        first = midnight(date.fromisoformat(begins) - timedelta(days=1), zone)
        for at, expected in ((first - timedelta(minutes=1), 0), (first, 1), (first + timedelta(hours=23, minutes=30), 0)):
            ran = bill("recurring", "run", "--yes", "--format", "json", cwd=root, at=said_at(at), env={"BILL_CLONE": "0123abcd"})
            assert len(ran.json["numbers"]) == expected, (at, ran)
    issued = sorted(held(root, "invoices", path.stem)[1] for path in root.glob("invoices/*/*/*.yaml"))
    assert issued == month_ends


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31", "2028-02-29", "2026-12-31"])
def test_reminder_goes_with_the_day_after_the_last_one_to_pay_and_once(tmp_path: Path, day: str) -> None:
    """Due on the day itself, reminded from its end on: the days between are counted by the calendar, not in hours."""
    root = books(tmp_path / "books", BERLIN)
    due = date.fromisoformat(day)
    over = midnight(due, BERLIN)
    env = {"BILL_CLONE": "0123abcd"}
    done(
        "invoice",
        "new",
        "-c",
        "nord",
        "-l",
        "Work;1;10",
        "--terms",
        "on receipt",
        "--yes",
        cwd=root,
        at=said_at(over - timedelta(hours=5)),
        env=env,
    )
    counted = []
    for at in (over - timedelta(minutes=1), over, over + timedelta(minutes=1), over + timedelta(hours=23)):
        done("remind", "run", "--later", "--yes", cwd=root, at=said_at(at), env=env)
        counted.append(len(list(root.glob("reminders/*/*/*.yaml"))))
    assert counted == [0, 1, 1, 1]
    assert next(root.glob("reminders/*/*/*.yaml")).stem.startswith((due + timedelta(days=1)).isoformat())
    late = done("report", "aging", "--by", "invoice", "--format", "json", cwd=root, at=said_at(over), env=env).json["rows"]
    assert [row["days_overdue"] for row in late] == [1]


# real processes


@pytest.fixture(scope="module")
def faketime() -> str:
    found = shutil.which("faketime")
    assert found, "not installed here: apt-get install faketime"
    return found


def process(program: str, root: Path, at: datetime, machine: str, *words: str) -> Any:
    """A command on a machine whose clock stands there, in whatever zone; the clock goes on while it runs."""
    there = at.astimezone(ZoneInfo(machine)).strftime("%Y-%m-%d %H:%M:%S")
    env = {**environment(), "PYTHONPATH": str(PROJECT), "TZ": machine, "BILL_CLONE": "0123abcd", "BILL_CLOCK": ""}
    ran = subprocess.run(
        [program, there, sys.executable, "-m", "billcli", *words, "--yes", "--format", "json"], cwd=root, env=env, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, (at, ran)
    return json.loads(ran.stdout)


def odd(zone: str) -> Iterator[datetime]:
    """Two seconds before each midnight, so that it strikes while the command runs or starts, and right after."""
    for day in NIGHTS:
        yield midnight(day, zone) - timedelta(seconds=1)
        yield midnight(day, zone) + timedelta(seconds=1)
    yield from (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in END_OF_32_BITS)
    if zone == BERLIN:
        yield from (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in CLOCKS_PUT)


@pytest.mark.long
@pytest.mark.parametrize("zone", ZONES)
def test_documents_of_real_processes_agree_with_themselves_whatever_the_clock_and_the_zone_of_the_machine(
    tmp_path: Path, faketime: str, zone: str
) -> None:
    root = books(tmp_path / "books", zone)
    with tally("clocks and zones") as counted:
        for at, machine in zip(sorted(odd(zone)), [ZONES[at % len(ZONES)] for at in range(99)], strict=False):
            number = process(faketime, root, at, machine, "invoice", "new", "-c", "nord", "-l", "Work;1;10")["number"]
            month, issued_on = held(root, "invoices", number)
            possible = {(at + timedelta(seconds=by)).astimezone(ZoneInfo(zone)).date().isoformat() for by in (0, 60)}
            if issued_on not in possible or month != issued_on[:7] or number[4:8] != issued_on[:4]:
                counted.violated(f"{number} of {issued_on} in {month}, at {at} in {zone}")
            counted.point()
    checked = subprocess.run(
        [sys.executable, "-m", "billcli", "check", "--as-of", "2038-02-01"], cwd=root, capture_output=True, text=True, check=False,
        env={**environment(), "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    assert (checked.returncode, checked.stdout) == (0, ""), checked


@pytest.mark.long
def test_clock_a_year_back_gives_no_number_in_a_real_process(tmp_path: Path, faketime: str) -> None:
    root = books(tmp_path / "books", BERLIN)
    now = datetime(2027, 6, 1, 12, tzinfo=UTC)
    process(faketime, root, now, "UTC", "invoice", "new", "-c", "nord", "-l", "Work;1;10")
    ran = subprocess.run(
        [faketime, "2026-06-01 12:00:00", sys.executable, "-m", "billcli", "invoice", "new", "-c", "nord", "-l", "Work;1;10", "--yes"],
        cwd=root, capture_output=True, text=True, check=False,
        env={**environment(), "PYTHONPATH": str(PROJECT), "TZ": "UTC", "BILL_CLOCK": ""},
    )  # fmt: skip
    assert ran.returncode == 1
    assert "the clock stands at 2026-06-01T12:00:" in ran.stderr
    assert sorted(path.name for path in root.glob("invoices/*/*/*")) == ["INV-2027-0001.yaml"]
