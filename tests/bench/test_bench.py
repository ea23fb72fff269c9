"""The bench itself, on twenty invoices: the three books are the same books, and the results have their form. Nothing is timed here."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from tests.bench import books, peers, rows, table
from tests.bench.__main__ import environment, main
from tests.bench.measure import Broken, Contestant, Measured, Runner
from tests.bench.rows import Figure, Ratio, Row
from tests.support import bill, documents, done, tree

COUNT = 20
TODAY = books.LAST.isoformat()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("books")
    books.write(COUNT, folder)
    return folder


def postings(text: str) -> dict[str, Decimal]:
    """Balances of all accounts, of either journal."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for account, amount in re.findall(r"^ +(\S+) +(-?\d+\.\d\d) EUR$", text, re.M):
        found[account] += Decimal(amount)
    return found


def test_ledger_of_the_bench_is_clean(made: Path) -> None:
    ran = bill("--ledger", str(made / "ledger"), "check", "--strict", at=TODAY)
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_three_books_say_the_same_of_every_customer(made: Path) -> None:
    aging = done("--ledger", str(made / "ledger"), "report", "aging", "--format", "json", at=TODAY)
    ours = peers.bill_owes(aging.out)
    assert ours
    for name in ("books.journal", "books.beancount"):
        found = postings((made / name).read_text("utf-8"))
        assert sum(found.values()) == 0
        assert {account: amount for account, amount in found.items() if account.startswith("Assets:AR:") and amount} == ours


def test_books_come_out_the_same_every_time(made: Path, tmp_path: Path) -> None:
    books.write(COUNT, tmp_path / "again")
    books.write(COUNT, tmp_path / "apart", "peers")
    books.write(COUNT, tmp_path / "apart", "ledger")
    assert tree(tmp_path / "again" / "ledger") == tree(made / "ledger") == tree(tmp_path / "apart" / "ledger")
    for name in ("books.journal", "books.beancount"):
        assert (tmp_path / "again" / name).read_bytes() == (made / name).read_bytes() == (tmp_path / "apart" / name).read_bytes()


def test_folded_books_are_those_that_bill_makes_of_single_files(made: Path, tmp_path: Path) -> None:
    closed = books.LAST.replace(year=2025)
    books.write(COUNT, tmp_path, "ledger", closed=closed)
    root, single = tmp_path / "ledger", tmp_path / "single"
    shutil.copytree(made / "ledger", single)
    books.adopt(single)
    done("--ledger", str(single), "close", "--through", str(closed), "--yes", at=TODAY)
    for year in (2024, 2025):
        done("--ledger", str(single), "fold", str(year), "--yes", at=TODAY)
    assert documents(root) == documents(single)
    for ledger in (root, single):
        ran = bill("--ledger", str(ledger), "check", "--strict", at=TODAY)
        assert (ran.code, ran.out, ran.err) == (0, "", "")
    done("--ledger", str(root), "invoice", "new", "-c", "c0001", "-l", "Work;1;10;vat-19;support", "--yes", at=TODAY)
    assert not bill("--ledger", str(root), "check", at=TODAY).out


def test_next_command_goes_on_with_the_trail_of_the_books(tmp_path: Path) -> None:
    books.write(3, tmp_path)
    root = tmp_path / "ledger"
    done("--ledger", str(root), "invoice", "new", "-c", "c0001", "-l", "Work;1;10;vat-19;support", "--yes", at=TODAY)
    assert [path.name for path in (root / "audit").iterdir()] == [books.CLONE]
    assert bill("--ledger", str(root), "check", at=TODAY).out == ""


def test_movements_are_in_order_and_nine_of_ten_are_paid() -> None:
    found = list(books.movements(3000))
    assert [each.on for each in found] == sorted(each.on for each in found)
    issued = {each.number: each.gross for each in found if isinstance(each, books.Issued)}
    paid = [each for each in found if isinstance(each, books.Paid)]
    assert len(issued) == 3000
    assert 0.88 < len(paid) / 3000 < 0.92
    parts = [each for each in paid if each.amount < issued[each.number]]
    assert 0.02 < len(parts) / 3000 < 0.04
    assert all(each.on <= books.LAST for each in found)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (peers.hledger_owes, '"account","balance"\n"Assets:AR:C0003","4906.22 EUR"\n"Assets:AR:C0004","0"\n'),
        (peers.ledger_owes, "Assets:AR:C0003 4906.22\n"),
        (peers.beancount_owes, "account,sum(position)\nAssets:AR:C0003, 4906.22 EUR\nAssets:AR:C0331,             \n"),
        (peers.bill_owes, '{"rows": [{"customer": "c0003", "total": "4906.22"}, {"customer": "c0004", "total": "0.00"}]}'),
    ],
)
def test_each_answer_is_read_as_amounts_by_customer(read: object, text: str) -> None:
    assert callable(read)
    assert read(text) == {"Assets:AR:C0003": Decimal("4906.22")}


def test_tool_that_answers_otherwise_is_named_with_the_first_customer() -> None:
    ours = {"Assets:AR:C0001": Decimal("1.00"), "Assets:AR:C0002": Decimal("2.00")}
    assert peers.differences({"bill": ours, "ledger": dict(ours)}) == []
    [line] = peers.differences({"bill": ours, "hledger": {"Assets:AR:C0001": Decimal("1.00")}})
    assert line == "hledger and bill differ on 1 customer: Assets:AR:C0002 owes 0 by hledger, 2.00 by bill"


def test_processes_run_in_turn_and_a_failing_one_is_no_figure(tmp_path: Path) -> None:
    order: list[str] = []
    env = environment(tmp_path)

    def command(name: str, code: str = "pass") -> Contestant:
        return Contestant(name, (sys.executable, "-I", "-S", "-c", code), env, before=lambda: order.append(name))

    with Runner() as runner:
        found = runner.compare([command("a"), command("b", "print('x' * 200000)")], rounds=2, seconds=600)
        assert order == ["a", "b"] * 3
        assert [(each.name, each.runs) for each in found] == [("a", 2), ("b", 2)]
        assert all(each.wall > 0 and each.peak > 1 for each in found)
        with pytest.raises(Broken, match=r"c: exit 1\n.*no such thing"):
            runner.compare([command("c", "raise SystemExit('no such thing')")], rounds=1, seconds=600)


def test_row_that_takes_too_long_is_run_once(tmp_path: Path) -> None:
    once = Contestant("a", (sys.executable, "-I", "-S", "-c", "pass"), environment(tmp_path))
    with Runner() as runner:
        [found] = runner.compare([once], rounds=5, seconds=0)
    assert found.runs == 1


RESULTS = table.Results(
    {"cores": "2", "memory": "8 GiB", "system": "Linux 6.1 x86_64", "python": "3.11.7", "load": "0.1 to 0.2"},
    {"bill": "0.1.0", "hledger": "1.25"},
    ["ledger"],
    ["bill fold: there is no such command yet"],
    [{"invoices": 10_000, "customers": 900, "tools": ["bill", "hledger"]}],
    [
        Row(
            "warm", "report aging, warm", 10_000,
            [Measured("bill report aging", True, 0.2, 0.2, 20.0, 5), Measured("hledger bal", False, 2.0, 1.0, 200.0, 5)],
            [Ratio("bill report aging", "hledger bal", 0.12, 0.05), Ratio("bill report aging", "hledger bal", 0.05, what="peak")],
        )
    ],
    [Figure("disk, .git", 10_000, 3 << 20, None, "bytes")],
    busy=False,
)  # fmt: skip


def test_json_has_what_was_measured_and_each_ratio_with_its_goal() -> None:
    found = table.as_json(RESULTS)
    assert list(found) == ["bench", "machine", "versions", "missed", "left_out", "agreed", "rows", "figures"]
    [row] = found["rows"]
    assert row["measured"][0] == {
        "name": "bill report aging", "ours": True, "wall_s": 0.2, "cpu_s": 0.2, "peak_mib": 20.0, "runs": 5
    }  # fmt: skip
    assert [(each["goal_on"], each["goal"], each["reached"]) for each in row["ratios"]] == [("wall", 0.12, True), ("peak", 0.05, False)]
    assert row["ratios"][0] | {"wall": 0.1, "cpu": 0.2} == row["ratios"][0]
    [row] = table.as_json(RESULTS._replace(busy=True))["rows"]
    assert [(each["goal_on"], each["reached"]) for each in row["ratios"]] == [("cpu", False), ("peak", False)]


def test_table_says_what_is_reached_and_what_is_missing() -> None:
    text = table.as_text(RESULTS)
    assert "Not found, so not measured: ledger." in text
    assert "Left out: bill fold: there is no such command yet." in text
    assert "On 10,000 invoices bill, hledger say the same of 900 customers." in text
    verdicts = [[cell.strip() for cell in line.split("|")[3:-1]] for line in text.splitlines() if "bill report aging / hledger bal" in line]
    assert verdicts == [
        ["bill report aging / hledger bal", "0.10x", "0.20x", "0.10x", "wall ≤ 0.12x, then 0.05x", "reached, not yet the further one"],
        ["bill report aging / hledger bal", "–", "–", "0.10x", "memory ≤ 0.05x", "not reached"],
    ]
    assert len({len(line) for line in text.splitlines() if line.startswith("| report")}) == 2  # two tables, each with even columns


def test_results_name_neither_host_nor_place(tmp_path: Path) -> None:
    import platform

    shown = " ".join(table.machine().values())
    assert platform.node() not in shown.split()
    assert "/" not in shown


def test_run_without_peers_measures_ours_and_names_the_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "find", lambda name, env: None)
    monkeypatch.setattr(rows, "SETTLED", 0.0)
    kept = tmp_path / "kept"
    words = [
        "--work",
        str(kept),
        "--sizes",
        str(COUNT),
        "--seconds",
        "0",
        "--only",
        "start,warm",
        "--json",
        str(tmp_path / "found.json"),
    ]
    assert main([*words, "--markdown", str(tmp_path / "found.md")]) == 0
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert [(row["id"], row["invoices"]) for row in found["rows"]] == [("start", None), ("warm", COUNT)]
    assert found["missed"] == ["hledger", "ledger", "bean-check", "bean-query"]
    assert (tmp_path / "found.md").read_text("utf-8") == capsys.readouterr().out
    books.write(COUNT, tmp_path / "fresh", "ledger")
    assert tree(kept / f"books-{COUNT}" / "ledger") == tree(tmp_path / "fresh" / "ledger")  # what was measured left nothing


def test_nothing_is_measured_where_answers_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "owed", lambda tools, folder: {"bill": {}, "ledger": {"Assets:AR:C0001": Decimal(1)}})
    assert main(["--work", str(tmp_path), "--sizes", str(COUNT), "--only", "warm"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith("The answers differ, so nothing is measured.\n")


def test_unknown_subject_is_a_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "wram"])
    assert "--only wram: there is start, warm" in capsys.readouterr().err
