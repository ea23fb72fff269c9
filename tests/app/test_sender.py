"""Which working copy is the one that sends: a look at what it would do writes nothing."""

from __future__ import annotations

from pathlib import Path

from tests.faults.rig import Fault, disk
from tests.support import LEDGER, bill, make_ledger

DAY = "2026-03-14"
DRY = ("run", "--dry-run")


def test_dry_run_in_a_folder_that_takes_no_file_shows_what_would_be_done(tmp_path: Path) -> None:
    root = make_ledger(tmp_path, f"--- ledger.yaml\n{LEDGER}sender: c10ec10e\nmail:\n  address: billing@fjord.example\n")
    with disk(Fault("EACCES", 1, stays=True), within=tmp_path):
        ran = bill("--ledger", str(root), *DRY, at=DAY, env={"BILL_CLONE": "c10ec10e"})
        other = bill("--ledger", str(root), *DRY, at=DAY)
    assert ran.code == 0, ran
    assert other.code == 1
    assert "come from the working copy c10ec10e, and this one is without an id, since .bill cannot be written" in other.err
