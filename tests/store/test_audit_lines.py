from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from billcli.store.audit import _fault, _plain_entry, entry_hash, read_loose, read_trail
from tests.support import PROJECT

FILE = "audit/be9c0001/2026-03.jsonl"
LINES = [line for file in sorted((PROJECT / "ledgers/demo/audit").rglob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]


def entry(**also: Any) -> str:
    """A line as a command writes it."""
    files = [
        {"path": "invoices/2026/03/R-1.yaml", "old": None, "new": "a" * 64},
        {"path": "payments/2026/03/süd.yaml", "old": "b" * 64, "new": None, "by": "hand"},
        {"path": "customers/süd.yaml", "old": None, "new": "d" * 64, "payee": "e3b0c44298fc1c14-b4d9c6afb0401896"},
        {"path": "ledger.yaml", "old": "a" * 64, "new": "b" * 64, "by": "hand", "payee": "b4d9c6afb0401896-e3b0c44298fc1c14"},
    ]
    made: dict[str, Any] = {
        "seq": 7, "at": "2026-03-14T08:00:00Z", "clone": "be9c0001", "actor": "bench", "version": "0.1.0", "command": "invoice new",
        "files": files, "prev": "c" * 64, **also,
    }  # fmt: skip
    return json.dumps({**made, "hash": entry_hash(made)}, ensure_ascii=False)


def assert_law(line: str, file: str = FILE) -> bool:
    """What is read by its pattern is what JSON reads, and nothing is wrong with it. Whether it was."""
    found = _plain_entry(line, file)
    if found is None:
        return False
    assert not _fault(line, file)
    assert found == json.loads(line)
    return True


def test_every_line_that_bill_wrote_is_read_by_its_pattern() -> None:
    assert len(LINES) > 20
    clones = {line: json.loads(line)["clone"] for line in LINES}
    assert all(assert_law(line, f"audit/{clones[line]}/2026-03.jsonl") for line in LINES)
    assert all(assert_law(each) for each in (entry(), entry(reason="a wrong price"), entry(files=[]), entry(prev="")))


@pytest.mark.parametrize(
    "line",
    [
        entry(actor='a"b'), entry(x=1), entry(seq=0), entry(clone="be9c0002"), entry().replace("bench", "bunch"), entry() + " ",
        entry(seq="7"), entry().replace("}, {", "}{"), entry().replace("}, {", "},  {"), entry(files=[{"path": "a", "old": None}]),
    ],
)  # fmt: skip
def test_any_other_line_is_judged_as_json(line: str) -> None:
    assert _plain_entry(line, FILE) is None


@pytest.mark.parametrize(
    "line",
    [
        entry().replace('"actor": "bench"', '"actor": "somebody else", "actor": "bench"'), entry().replace('"seq": 7', '"seq":7'),
        entry().replace("bench", "\\u0062ench"), entry().replace('"command"', ' "command"'),
    ],
)  # fmt: skip
def test_a_line_that_shows_more_than_its_hash_covers_is_named(line: str) -> None:
    assert json.loads(line)["hash"] == entry_hash(json.loads(line))
    assert _fault(line, FILE) == "entry 7 was changed: it is not written as bill writes it"


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", ".", "..", "../a", "a/../b", "a/./b", "a//b", "a/", "a/.", "a/..", "./a", ".git", ".git/config", ".GIT/config",
        ".bill/clone", ".Bill/clone", "a\0b",
    ],
)  # fmt: skip
def test_a_line_about_a_file_that_no_command_writes_is_no_entry(path: str) -> None:
    line = entry(files=[{"path": path, "old": None, "new": "a" * 64}])
    read = read_trail(f"{line}\n".encode(), FILE)
    assert ([each.message for each in read.problems], read.entries, read_loose(f"{line}\n".encode())) == (
        ["a line that is no audit entry"],
        [],
        [],
    )


@pytest.mark.parametrize("path", [".gitignore", ".github/workflows/books.yml", ".billing", "a..b", "templates/a.b/..c", "süd"])
def test_a_line_about_a_file_with_dots_is_read_by_its_pattern(path: str) -> None:
    assert _plain_entry(entry(files=[{"path": path, "old": None, "new": "a" * 64}]), FILE) is not None


def test_bytes_that_are_no_text_are_named_though_the_text_that_stands_for_them_fits() -> None:
    line = entry(reason="a \ufffd b")
    assert not read_trail(f"{line}\n".encode(), FILE).problems
    broken = read_trail(f"{line}\n".encode().replace("\ufffd".encode(), b"\xff"), FILE)
    assert [(each.code, each.message, each.span and each.span.line) for each in broken.problems] == [
        ("E601", "a line that is not UTF-8", 1)
    ]


def test_changed_lines_are_read_as_json_reads_them() -> None:
    random = Random(1)
    lines = [entry(), entry(reason="süd"), entry(files=[])]
    signs = '"\\{}[],: 09a\x00\u2028'
    held = 0
    for _ in range(2000):
        line = random.choice(lines)
        at = random.randrange(len(line))
        changed = line[:at] + random.choice(signs) + line[at + random.randrange(3) :]
        if random.randrange(4) == 0:  # with a hash that holds for whatever it says now
            try:
                said = json.loads(changed)
                changed = changed.replace(said["hash"], entry_hash(said))
            except (ValueError, KeyError, TypeError):
                pass
        held += assert_law(changed)
    assert held > 50
