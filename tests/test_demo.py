"""The demo ledger: believable, clean, the same every time, and a copy of it can be worked with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from billcli.app.schemas import schema_files
from tests.support import PROJECT, bill, done, environment, tree

DEMO = PROJECT / "ledgers" / "demo"
DAY = "2026-09-30"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    done("demo", "copy", cwd=tmp_path, at=DAY)
    return tmp_path / "copy"


def test_demo_is_clean_and_check_is_silent(copy: Path) -> None:
    assert bill("check", str(copy), at=DAY) == (0, "", "")


def test_demo_shows_what_a_small_company_has(copy: Path) -> None:
    env = {"BILL_LEDGER": str(copy)}
    aging = done("report", "aging", "--format", "json", at=DAY, env=env).json
    invoices = done("invoice", "list", "--format", "json", at=DAY, env=env).json["rows"]
    customers = done("customer", "list", "--format", "json", at=DAY, env=env).json["rows"]
    payments = done("payment", "list", "--format", "json", at=DAY, env=env).json["rows"]
    notes = done("credit-note", "list", "--format", "json", at=DAY, env=env).json["rows"]
    drafts = done("draft", "list", "--format", "json", at=DAY, env=env).json["rows"]
    assert [total["currency"] for total in aging["totals"]] == ["EUR", "NOK"]
    assert all(Decimal(amount) > 0 for amount in aging["totals"][0]["buckets"].values())
    assert {"paid", "overdue", "partly paid", "credited", "void", "written off"} <= {each["state"] for each in invoices}
    assert any(each["hold"] for each in invoices)
    assert 30 <= len(invoices) <= 45
    assert 12 <= len(customers) <= 16
    assert any(each["unapplied"] != "0.00" for each in payments)
    assert any(each["unapplied"] != "0.00" for each in notes)
    assert len(drafts) == 1
    names = " ".join(each["name"] for each in customers)
    assert all(part in names for part in ("Müller", "Ålborg", "青岛", "東京"))


def test_demo_has_the_schemas_of_today(copy: Path) -> None:
    files = {name: (copy / name).read_text(encoding="utf-8") for name in schema_files()}
    assert files == schema_files(), "run ledgers/make_demo.sh again"


def test_copy_is_an_ordinary_ledger(copy: Path) -> None:
    env = {"BILL_LEDGER": str(copy)}
    draft = done("draft", "list", "--format", "json", at=DAY, env=env).json["rows"][0]["draft"]
    number = done("invoice", "issue", draft, "--yes", at="2026-10-01", env=env).out.strip()
    assert number == "INV-2026-0038"
    done("payment", "add", "-c", "hafenamt-brunsbuttel", "-a", "100", "-i", number, "--yes", at="2026-10-02", env=env)
    assert bill("check", at="2026-10-02", env=env) == (0, "", "")
    clones = {path.name for path in (copy / "audit").iterdir()}
    assert len(clones) == 2
    assert "de300001" in clones


def test_demo_is_not_copied_over_something(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("mine")
    ran = bill("demo", "there", cwd=tmp_path, at=DAY)
    assert ran.code == 1
    assert "there is not an empty folder" in ran.err


@pytest.mark.long
def test_script_makes_the_demo_byte_for_byte(tmp_path: Path) -> None:
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "bill").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m billcli "$@"\n')
    (bin_ / "bill").chmod(0o755)
    env = {**environment(), "PYTHONPATH": str(PROJECT), "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"}
    sh = shutil.which("sh")
    assert sh
    subprocess.run([sh, str(PROJECT / "ledgers" / "make_demo.sh"), str(tmp_path / "made")], env=env, check=True, timeout=300)
    assert tree(tmp_path / "made") == tree(DEMO)


def test_make_demo_needs_no_git_identity_no_terminal_and_leaves_nothing_behind(tmp_path: Path) -> None:
    for name in ("bin", "tmp", "home"):
        (tmp_path / name).mkdir()
    command = tmp_path / "bin" / "bill"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{PROJECT}" exec "{sys.executable}" -m billcli "$@"\n')
    command.chmod(0o755)
    env = {
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path / "tmp"),
        "LC_ALL": "C",
    }
    before = tree(DEMO)
    ran = subprocess.run(
        ["sh", str(PROJECT / "ledgers" / "demo.sh")],
        cwd=tmp_path,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    shown = ran.stdout.decode()
    assert (ran.returncode, ran.stderr) == (0, b""), shown
    steps = ["init", "customer import", "invoice import", "payment import", "invoice new", "payment add", "check", "report aging", "demo"]
    places = [shown.index(f"$ bill {step}") for step in steps]
    assert places == sorted(places)
    assert "EUR  Σ buckets 73851.88 = Σ open 73851.88 = control total 73851.88" in shown
    assert str(DEMO) in shown
    assert os.listdir(tmp_path / "tmp") == []
    assert tree(DEMO) == before
