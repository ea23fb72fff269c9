"""``bill check --format github|sarif``: what a review tool shows is the place and the words that ``bill check`` tells, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.history import begin
from tests.support import bill, make_ledger

HOSTILE = """\
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind
groups: {industry: "王😀", "::error file=x,line=1::gone%0A [pay](http://evil.example)": 1}
parent: "a\\r\\n::stop-commands::x%0D"
--- drafts/nordwind-3fa9c2e1.yaml
schema: draft/1
id: nordwind-3fa9c2e1
customer: nordwnd
lines:
  - description: Pump
    quantity: 1
    unit_price: 10
"""
PLACE = "Bücher: 1, 100%"


def unescaped(text: str) -> str:
    for escape, sign in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(escape, sign)
    return text


@pytest.fixture
def books(tmp_path: Path) -> Path:
    begin(tmp_path / "repository")
    return make_ledger(tmp_path / "repository" / PLACE, HOSTILE)


def told(books: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bill("check", "--format", "json", cwd=books).json["diagnostics"]
    assert len(found) >= 3
    return found


def sarif(books: Path) -> dict[str, Any]:
    ran = bill("check", "--format", "sarif", cwd=books)
    assert (ran.code, ran.err) == (1, "")
    found: dict[str, Any] = ran.json["runs"][0]
    return found


def test_github_marks_each_place_with_what_check_says_and_runs_no_other_command(books: Path) -> None:
    ran = bill("check", "--format", "github", cwd=books)
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert len(lines) == len(told(books))
    for line, each in zip(lines, told(books), strict=True):
        match = re.fullmatch(r"::(error|warning) file=([^,:]*),line=(\d+),col=(\d+),endColumn=(\d+),title=([EW]\d+)::([^\r\n]*)", line)
        assert match, line
        severity, file, row, column, end, code, message = match.groups()
        assert (severity, code, int(row), int(column)) == (each["severity"], each["code"], each["line"], each["column"])
        assert int(end) > int(column)
        assert unescaped(file) == f"{PLACE}/{each['file']}"
        assert "%" not in re.sub("%(25|0A|0D)", "", message)
        hint = f"\nhint: {each['hint']}" if each["hint"] else ""
        assert unescaped(message) == (each["message"] + hint).replace("\r", "\\u000d").replace("\n::", "\\u000a::")


def test_sarif_holds_what_the_standard_and_code_scanning_require(books: Path) -> None:
    whole = bill("check", "--format", "sarif", cwd=books).json
    assert whole["version"] == "2.1.0"
    assert whole["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = whole["runs"]
    driver = run["tool"]["driver"]
    assert {"name", "version", "rules"} <= driver.keys()
    assert run["columnKind"] == "unicodeCodePoints"
    for rule in driver["rules"]:
        assert rule["defaultConfiguration"]["level"] == ("warning" if rule["id"].startswith("W") else "error")
        assert all(rule[name]["text"] for name in ("shortDescription", "fullDescription", "help"))
    assert [each["id"] for each in driver["rules"]] == sorted({each["code"] for each in told(books)})
    for result, each in zip(run["results"], told(books), strict=True):
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == each["code"]
        assert result["level"] == each["severity"]
        assert "](" not in result["message"]["text"]
        (location,) = result["locations"]
        artifact, region = location["physicalLocation"]["artifactLocation"], location["physicalLocation"]["region"]
        assert re.fullmatch(r"[A-Za-z0-9%/._~-]+", artifact["uri"])
        assert unquote(artifact["uri"]) == f"{PLACE}/{each['file']}"
        assert (region["startLine"], region["startColumn"]) == (each["line"], each["column"])
        assert region["endColumn"] > region["startColumn"]
    assert len({each["partialFingerprints"]["billFinding/v1"] for each in run["results"]}) == len(run["results"])


def test_columns_count_characters_whatever_they_take_in_bytes(books: Path) -> None:
    line = next(each for each in (books / "customers/nordwind.yaml").read_text("utf-8").splitlines() if "😀" in each)
    (place,) = (each for each in told(books) if each["code"] == "E201")
    assert line[place["column"] - 1 :].startswith('"::error')
    region = next(each for each in sarif(books)["results"] if each["ruleId"] == "E201")["locations"][0]["physicalLocation"]["region"]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == '"::error file=x,line=1::gone%0A [pay](http://evil.example)"'


def test_a_finding_keeps_its_fingerprint_where_lines_above_it_come_and_go(books: Path) -> None:
    def prints() -> dict[str, int]:
        return {
            each["partialFingerprints"]["billFinding/v1"]: each["locations"][0]["physicalLocation"]["region"]["startLine"]
            for each in sarif(books)["results"]
        }

    before = prints()
    draft = books / "drafts/nordwind-3fa9c2e1.yaml"
    draft.write_text("# a remark\n\n" + draft.read_text("utf-8"), encoding="utf-8")
    after = prints()
    assert before.keys() == after.keys()
    assert before != after


def test_nothing_wrong_is_an_empty_run_and_no_command(tmp_path: Path) -> None:
    root = make_ledger(tmp_path)
    assert bill("check", "--format", "github", cwd=root) == (0, "", "")
    run = bill("check", "--format", "sarif", cwd=root).json["runs"][0]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
    assert run["invocations"] == [{"executionSuccessful": True}]
