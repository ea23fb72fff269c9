"""Evidence of holds as files, and holds beside closed periods."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from billcli.app import evidence
from tests.support import Ran, bill, done, make_ledger, tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_ledger(
        tmp_path / "books",
        """
        --- customers/nordwind.yaml
        schema: customer/1
        id: nordwind
        name: Nordwind Handels GmbH
        --- papers/letter.txt
        never ordered
        """,
    )
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;1;100", "--yes", cwd=root, at="2026-03-02")
    return root


def dispute(root: Path, *words: str) -> Ran:
    return bill("hold", "new", "--kind", "dispute", "-i", "INV-2026-0001", "--reason", "never ordered", *words, cwd=root, at="2026-04-20")


def test_a_file_from_elsewhere_is_copied_byte_for_byte_and_a_second_hold_names_the_same_copy(root: Path, tmp_path: Path) -> None:
    raw = b"\x00\xff\r\n%PDF scan"
    scan = tmp_path / "Brief (März) 送货单.pdf"
    scan.write_bytes(raw)
    sha256 = hashlib.sha256(raw).hexdigest()
    before = tree(root)
    assert dispute(root, "--evidence", str(scan), "--dry-run").code == 0
    assert tree(root) == before
    ran = dispute(root, "--evidence", str(scan), "--yes", "--format", "json")
    copied = f"evidence/{sha256[:8]}-Brief-M-rz-.pdf"
    assert copied in ran.json["created"]
    assert (root / copied).read_bytes() == raw
    again = dispute(root, "--amount", "20", "--evidence", str(scan), "--yes", "--format", "json")
    assert [path.split("/")[0] for path in again.json["created"]] == ["holds"]
    assert bill("check", cwd=root).code == 0
    (root / copied).write_bytes(raw + b" ")
    assert "is not what it was when the hold began" in bill("check", cwd=root).out


def test_a_file_of_the_ledger_is_named_where_it_stands(root: Path) -> None:
    shown = dispute(root, "--evidence", str(root / "papers" / ".." / "papers" / "letter.txt"), "--yes")
    assert (shown.code, "evidence papers/letter.txt" in shown.err) == (0, True)
    assert not (root / "evidence").exists()
    assert bill("check", cwd=root).code == 0


@pytest.mark.parametrize("how", ["gone", "link", "folder", "large"])
def test_evidence_that_cannot_be_shown_is_an_error(root: Path, tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dispute(root, "--evidence", "papers/letter.txt", "--yes").code == 0
    letter = root / "papers" / "letter.txt"
    if how == "large":
        monkeypatch.setattr(evidence, "LIMIT", 4)
    else:
        letter.rename(tmp_path / "letter.txt")
    if how == "link":
        letter.symlink_to(tmp_path / "letter.txt")
    if how == "folder":
        letter.mkdir()
    ran = bill("check", cwd=root)
    assert (ran.code, "error[E624]" in ran.out) == (1, True)


def test_evidence_outside_the_ledger_named_by_hand_is_never_read(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    assert dispute(root, "--evidence", "papers/letter.txt", "--yes").code == 0
    [file] = (root / "holds").rglob("*.yaml")
    file.write_text(file.read_text(encoding="utf-8").replace("papers/letter.txt", "../secret.txt"), encoding="utf-8")
    ran = bill("check", cwd=root)
    assert (ran.code, "E624" in ran.out, "secret\n" in ran.out) == (1, True, False)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        ("missing", "is not there"),
        ("folder", "is no file"),
        ("link", "is a symbolic link"),
        ("large", "is larger than"),
        ("twice", "names the same file twice"),
        ("clash", "is there already and is another file"),
    ],
)
def test_what_is_no_file_to_keep_is_refused(root: Path, tmp_path: Path, make: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = tmp_path / "scan.txt"
    words = ["--evidence", str(scan)]
    if make == "folder":
        scan.mkdir()
    elif make == "link":
        (root / "papers" / "link.txt").symlink_to("letter.txt")
        words = ["--evidence", "papers/link.txt"]
    elif make != "missing":
        scan.write_text("hello", encoding="utf-8")
    if make == "large":
        monkeypatch.setattr(evidence, "LIMIT", 4)
    if make == "twice":
        words *= 2
    if make == "clash":
        (root / "evidence").mkdir()
        (root / "evidence" / f"{hashlib.sha256(b'hello').hexdigest()[:8]}-scan.txt").write_text("other", encoding="utf-8")
    before = tree(root)
    ran = dispute(root, *words, "--yes")
    assert ran.code in (1, 2)
    assert said in ran.err
    assert tree(root) == before


def close(root: Path, day: str) -> None:
    ledger = root / "ledger.yaml"
    ledger.write_text(ledger.read_text(encoding="utf-8") + f"closed_through: {day}\n", encoding="utf-8")


def test_a_hold_never_begins_or_ends_in_a_closed_period(root: Path) -> None:
    close(root, "2026-04-10")
    ran = dispute(root, "--on", "2026-04-05", "--yes")
    assert "it counts from 2026-04-11: 2026-04-05 lies in a closed period" in ran.err
    name = ran.out.strip()
    assert (root / "holds" / "2026" / "04" / f"{name}.yaml").exists()
    close_later = (root / "ledger.yaml").read_text(encoding="utf-8").replace("2026-04-10", "2026-04-15")
    (root / "ledger.yaml").write_text(close_later, encoding="utf-8")
    refused = bill("hold", "release", name, "--on", "2026-04-12", "--yes", cwd=root, at="2026-04-20")
    assert (refused.code, "lies in a closed period" in refused.err) == (1, True)
    done("hold", "release", name, "--outcome", "upheld", "--yes", cwd=root, at="2026-04-20")


def test_a_bounced_payment_is_due_at_once_on_the_first_instalment_of_the_plan(root: Path) -> None:
    pay = done("payment", "add", "-c", "nordwind", "-a", "30", "-i", "INV-2026-0001", "--yes", cwd=root, at="2026-04-01")
    plan = ("--instalment", "2026-05-01:35", "--instalment", "2026-06-01")
    done("hold", "new", "--kind", "plan", "-i", "INV-2026-0001", "--reason", "cash", *plan, "--yes", cwd=root, at="2026-04-20")
    done("payment", "reverse", pay.out.strip(), "--reason", "bounced", "--yes", cwd=root, at="2026-04-25")
    rows = bill("report", "aging", "--by", "invoice", "--format", "json", cwd=root, at="2026-05-02").json["rows"]
    assert [(row["due_on"], row["open"]) for row in rows] == [("2026-05-01", "65.00"), ("2026-06-01", "35.00")]
    before = bill("report", "aging", "--by", "invoice", "--format", "json", "--as-of", "2026-04-24", cwd=root).json["rows"]
    assert [(row["due_on"], row["open"]) for row in before] == [("2026-05-01", "35.00"), ("2026-06-01", "35.00")]


def test_what_was_given_up_says_so_in_list_and_show_from_that_day_on(root: Path) -> None:
    words = ("write-off", "new", "--invoice", "INV-2026-0001", "--reason", "insolvent", "--approved-by", "Ida", "--yes")
    done(*words, cwd=root, at="2026-05-20")
    for day, state in (("2026-05-19", "overdue"), ("2026-05-20", "written off")):
        [row] = bill("invoice", "list", "--format", "json", "--as-of", day, cwd=root).json["rows"]
        [shown] = bill("invoice", "show", "INV-2026-0001", "--format", "json", "--as-of", day, cwd=root).json["rows"]
        assert (row["state"], shown["state"]) == (state, state)
    assert len(bill("invoice", "list", "--state", "written off", "--format", "json", cwd=root, at="2026-05-20").json["rows"]) == 1


def test_a_promise_of_a_customer_is_kept_by_money_that_settles_nothing_yet(root: Path) -> None:
    words = ("hold", "new", "--kind", "promise", "-c", "nordwind", "--amount", "60", "--until", "2026-05-01", "--reason", "phone", "--yes")
    done(*words, cwd=root, at="2026-04-20")
    done("payment", "add", "-c", "nordwind", "-a", "60", "--yes", cwd=root, at="2026-04-30")
    states = [bill("hold", "list", "--format", "json", cwd=root, at=day).json["rows"][0]["state"] for day in ("2026-04-29", "2026-05-02")]
    assert states == ["live", "kept"]


def test_a_hold_on_an_invoice_that_is_not_there_is_listed_all_the_same(root: Path) -> None:
    plan = ("--instalment", "2026-05-01")
    done("hold", "new", "--kind", "plan", "-i", "INV-2026-0001", "--reason", "cash", *plan, "--yes", cwd=root, at="2026-04-20")
    [file] = (root / "holds").rglob("*.yaml")
    file.write_text(file.read_text(encoding="utf-8").replace("INV-2026-0001", "INV-2026-0009"), encoding="utf-8")
    [row] = bill("hold", "list", "--format", "json", cwd=root, at="2026-05-20").json["rows"]
    assert (row["invoice"], row["state"]) == ("INV-2026-0009", "live")
    assert bill("hold", "show", row["hold"], cwd=root, at="2026-05-20").code == 0
    assert "E305" in bill("check", cwd=root).out
