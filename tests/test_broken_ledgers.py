"""Each code has a smallest broken ledger, its exact message and its page.

``UPDATE_EXPECTED=1 pytest tests/test_broken_ledgers.py`` writes the messages as they come out now, into the pages too: read the diff.
A ledger that cannot live in git is finished by its ``make.sh``; a code that plain ``check`` does not tell names its command in ``command``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from billcli.app.explain import TOPICS
from billcli.codes import CODES
from tests.support import PROJECT, Ran, bill, make_ledger, tree

BROKEN = PROJECT / "ledgers" / "broken"
PAGES = PROJECT / "billcli" / "explain"
DAY = "2026-06-30"
UPDATE = bool(os.environ.get("UPDATE_EXPECTED"))
KEYS = {"code", "severity", "message", "file", "line", "column", "hint", "path"}

_BLOCK = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEAD = re.compile(r"^(error|warning)\[([EW]\d{3})\]: (.*)\n(?:  --> (.+?)(?::(\d+):(\d+))?\n)?", re.MULTILINE)
_NEVER = re.compile(r"\binvalid\b|\bfailed to\b|\bplease\b|\w!(?:\s|$)", re.IGNORECASE)


def copied(code: str, folder: Path) -> Path:
    """The broken ledger as it stands in git, finished, in a folder of its own."""
    root = folder / code
    shutil.copytree(BROKEN / code, root, symlinks=True, ignore=shutil.ignore_patterns(".bill", "expected.txt"))
    if (root / "make.sh").exists():
        subprocess.run(["sh", "make.sh"], cwd=root, check=True)
    return root


def words(code: str) -> list[str]:
    """The command that shows the code."""
    file = BROKEN / code / "command"
    return file.read_text(encoding="utf-8").split() if file.exists() else ["check"]


def expected(code: str) -> str:
    return (BROKEN / code / "expected.txt").read_text(encoding="utf-8")


def shown(root: Path, code: str) -> Ran:
    return bill(*words(code), cwd=root, at=DAY)


def findings(text: str) -> list[tuple[str, str, str, str, int | None, int | None]]:
    """(severity, code, message, file, line, column) of each block of the text form."""
    found = _HEAD.findall(text)
    return [(sev, code, msg, file, int(line) if line else None, int(col) if col else None) for sev, code, msg, file, line, col in found]


def folds_case(folder: Path) -> bool:
    (folder / "case").write_text("", encoding="utf-8")
    return (folder / "CASE").exists()


@pytest.fixture(params=sorted(CODES))
def code(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    found: str = request.param
    if found == "E122" and folds_case(tmp_path):
        from billcli.store.fs import Stamp
        from billcli.store.scan import case_twins

        stamp = Stamp(0, 0, 0, 0)
        assert [each.code for each in case_twins({"customers/A.yaml": stamp, "customers/a.yaml": stamp})] == ["E122"]
        return "E121"  # such a file system holds no twins; the walk was shown what it cannot show
    return found


def test_broken_ledger_shows_its_code_and_no_other_to_the_letter(code: str, tmp_path: Path) -> None:
    root = copied(code, tmp_path)
    before = tree(root)
    ran = shown(root, code)
    said = ran.out if words(code)[0] == "check" else ran.out + ran.err
    if UPDATE:
        (BROKEN / code / "expected.txt").write_text(said, encoding="utf-8", newline="")
    assert said == expected(code)
    assert {each[1] for each in findings(said)} == {code}
    assert ran.code == (0 if code.startswith("W") and "--strict" not in words(code) else 1)
    assert tree(root) == before


OWN_FILE = ("E115", "E121", "E122", "E408")
"""About a file that is a link, is named otherwise, or is gone: a document in a folded file has none of its own."""


def test_same_document_in_a_folded_file_shows_the_same_on_its_line_there(code: str, tmp_path: Path) -> None:
    from billcli.core.addresses import file_of, when_folded
    from billcli.store.folded import why_apart

    root = copied(code, tmp_path)
    every = {path: raw for path, raw in tree(root).items() if when_folded(path) and not why_apart(raw) and not (root / path).is_symlink()}
    if words(code)[0] != "check" or not every or code in OWN_FILE:
        return
    single = bill(*words(code), "--format", "json", cwd=root, at=DAY).json["diagnostics"]
    line: dict[str, int] = {}
    for path, raw in every.items():
        file = root / file_of(when_folded(path) or "")
        before = file.read_bytes() + b"---\n" if file.exists() else b""
        line[path] = before.count(b"\n")
        file.write_bytes(before + raw)
        (root / path).unlink()
    found = bill(*words(code), "--format", "json", cwd=root, at=DAY).json["diagnostics"]
    expected = []
    for each in single:
        address = when_folded(each["file"]) if each["file"] in every else None
        where = (file_of(address), each["line"] and each["line"] + line[each["file"]]) if address else (each["file"], each["line"])
        expected.append((each["code"], *where, each["column"], _unplaced(each["message"])))
    told = [(each["code"], each["file"], each["line"], each["column"], _unplaced(each["message"])) for each in found]
    assert sorted(told, key=repr) == sorted(expected, key=repr)


def _unplaced(message: str) -> str:
    """Without the folder or folded file that it names."""
    return re.sub(r"/([0-9]{4})/([0-9]{2})(?:\.yaml#([^\s;,]+)|/([^\s;,]+)\.yaml|\.yaml|\b)", r"/\1/\2 \3\4", message)


def test_message_says_what_to_do_and_never_scolds(code: str) -> None:
    text = expected(code)
    assert text.count("= hint: ") == len(findings(text))
    assert not _NEVER.search(text)


def test_short_and_json_hold_the_same_findings(code: str, tmp_path: Path) -> None:
    if words(code)[0] != "check":
        assert "--format" not in words(code)  # that command has forms of its own, tested with it
        return
    root = copied(code, tmp_path)
    every = findings(expected(code))
    short = bill(*words(code), "--format", "short", cwd=root, at=DAY)
    assert short.out.splitlines() == [
        f"{file}{f':{line}:{column}' if line else ''}: {severity}[{name}]: {message}"
        for severity, name, message, file, line, column in every
    ]
    assert short.err == ""
    rows = bill(*words(code), "--format", "json", cwd=root, at=DAY).json
    assert list(rows) == ["diagnostics"]
    assert [tuple(each[key] for key in ("severity", "code", "file", "line", "column")) for each in rows["diagnostics"]] == [
        (severity, name, file, line, column) for severity, name, _, file, line, column in every
    ]
    for each in rows["diagnostics"]:
        assert set(each) >= KEYS
        assert isinstance(each["message"], str)
        assert each["hint"]


def test_page_names_its_code_and_shows_the_real_message(code: str) -> None:
    file = PAGES / f"{code}.md"
    page = file.read_text(encoding="utf-8")
    if UPDATE:
        page = _BLOCK.sub(lambda _: f"```text\n{expected(code).rstrip()}\n```", page, count=1)
        file.write_text(page, encoding="utf-8", newline="")
    lines = page.splitlines()
    assert lines[0] == f"# {code}: {CODES[code]}"
    assert 8 <= len(lines) <= 60
    assert all(len(line) <= 130 for line in lines if not line.startswith(("|", " ")))
    assert (found := _BLOCK.search(page))
    assert found[1].rstrip() == expected(code).rstrip()
    assert not _NEVER.search(page)
    assert bill("explain", code.lower()).out == page


def test_every_code_has_a_page_and_a_ledger_and_nothing_else_does() -> None:
    assert {path.name for path in BROKEN.iterdir() if path.is_dir()} == set(CODES)
    assert {path.stem for path in PAGES.glob("*.md")} == set(CODES) | set(TOPICS)


def test_source_and_list_of_codes_agree() -> None:
    used = {
        found
        for path in (PROJECT / "billcli").rglob("*.py")
        if path.name != "codes.py"
        for found in re.findall(r"[\"']([EW][0-9]{3})[\"']", path.read_text(encoding="utf-8"))
    }
    assert used == set(CODES)


def test_broken_ledgers_are_anonymous() -> None:
    for path in BROKEN.rglob("*"):
        if path.is_file() and ".bill" not in path.parts:
            raw = path.read_bytes()
            assert b"/tmp" not in raw
            assert b"/home" not in raw
            assert b"/work" not in raw


MANY = """
--- ledger.yaml
schema: ledger/1
company:
  name: Fjord Consulting AS
currency: euro
timezone: Mars/Olympus
sequences: none
--- categories.yaml
schema: categories/1
tags:
  - name: vip
  - name: vip
--- customers/a.yaml
schema: customer/1
id: a
nmae: A
terms: soon
--- customers/b.yaml
schema: customer/1
id: b
name: B
tags: [vip, nosuch]
parent: nobody
--- customers/c.yaml
id: c: d
--- drafts/d.yaml
schema: draft/1
id: e
customer: zz
issued_on: 2026-02-30
lines:
  - description: 北京 und mehr
    quantity: viel
    unit_price: 1e5
--- drafts/北京.yaml~
x
--- invoice/x.yaml
x
--- payments/2026/04/p.yaml
schema: payment/1
id: p
customer: nobody
received_on: 2026-04-02
on: 2026-04-01
amount: 5
currency: EUR
"""
ALL_OF_THEM = [
    ("categories.yaml", 4, 11, "E402"), ("customers/a.yaml", 1, 1, "E202"), ("customers/a.yaml", 3, 1, "E201"),
    ("customers/a.yaml", 4, 8, "E214"), ("customers/b.yaml", 4, 13, "E303"), ("customers/b.yaml", 5, 9, "E204"),
    ("customers/c.yaml", 1, 6, "E104"), ("drafts/d.yaml", 4, 12, "E206"), ("drafts/d.yaml", 7, 15, "E213"),
    ("drafts/d.yaml", 8, 17, "E213"), ("drafts/北京.yaml~", None, None, "W118"), ("invoice", None, None, "W123"),
    ("ledger.yaml", 4, 11, "E210"), ("ledger.yaml", 5, 11, "E209"), ("ledger.yaml", 6, 12, "E203"),
    ("payments/2026/04/p.yaml", 5, 5, "E504"), ("payments/2026/04/p.yaml", 6, 9, "E211"),
]  # fmt: skip


def test_every_error_of_every_file_is_told_in_one_run_and_in_one_order(tmp_path: Path) -> None:
    def told(root: Path) -> list[tuple[str, int | None, int | None, str]]:
        return [
            (each["file"], each["line"], each["column"], each["code"])
            for each in bill("check", str(root), "--format", "json").json["diagnostics"]
        ]

    first = make_ledger(tmp_path / "first", MANY)
    assert told(first) == ALL_OF_THEM
    assert told(first) == ALL_OF_THEM, "from the index"
    second = tmp_path / "second"
    for path in reversed(list(tree(first))):
        (second / path).parent.mkdir(parents=True, exist_ok=True)
        (second / path).write_bytes((first / path).read_bytes())
        told(second) if (second / "ledger.yaml").exists() else None
    assert told(second) == ALL_OF_THEM, "one by one, last first"
