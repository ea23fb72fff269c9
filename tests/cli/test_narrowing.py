"""Whatever lists or reports can be grouped and narrowed, or stands here with the reason why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.written import commands
from tests.support import bill, make_ledger

NEITHER = {
    "doctor": "looks at the machine",
    "explain": "takes one thing apart",
    "reconcile status": "its rows are bank accounts, which stand in no dimension",
    "statement": "each account is proven as a whole; --group chooses customers",
    "schema views": "its rows are names of columns",
    "report html": "one page of the whole house",
    "category list": "its rows are declared words",
    "tag list": "its rows are declared words",
    "tag audit": "its rows are declared words",
    "tag report": "it is grouped by tag; invoice list --by tag adds up to the whole",
    "template list": "its rows are files of words and looks",
    "audit verify": "proves the whole, and names the first bad place",
    "audit log": "its rows are commands; one document's, one person's or some days' can be asked for",
    "audit numbers": "its rows are sequences, and a part of one proves nothing",
    "audit sample": "narrowed by kind, days and currency alone, so that anybody draws it again",
    "finding list": "its rows are about documents of every kind",
    "credit backtest": "holds the one formula to all that came after",
    "diff": "two states of the books beside each other; its rows are kinds of change",
}
NOT_BY = {
    "classify": "shows which rule decided; its rows carry no amounts",
    "credit limit": "one row per customer and limit, never added up",
}


def lists() -> dict[str, frozenset[str]]:
    """Commands that print rows, and so also offer CSV, of more than one thing; with their options."""
    found = {}
    for path, command in commands():
        params: list[Any] = command.params
        options = frozenset(option for each in params for option in each.opts)
        rows = any("--format" in each.opts and "csv" in (each.metavar or "") for each in params)
        of_one = any(each.param_type_name == "argument" and each.required for each in params)
        if path.split()[-1] in ("list", "audit", "report") or path.startswith("report ") or (rows and not of_one):
            found[path] = options
    return found


REFUSED = {
    "report overview": (("--by", "--where"), "the overview"),
    "report reconciliation": (("--where",), "bank"),
}
"""These know the options, and answer with the reason why not."""


@pytest.mark.parametrize("path", lists())
def test_every_list_and_report_can_be_grouped_and_narrowed_or_has_a_reason(path: str) -> None:
    options = lists()[path]
    assert ("--by" in options) == (path not in NEITHER and path not in NOT_BY)
    assert ("--where" in options) == (path not in NEITHER)


@pytest.mark.parametrize("path", REFUSED)
def test_option_that_a_report_cannot_take_is_refused_with_the_reason(tmp_path: Path, path: str) -> None:
    ledger = make_ledger(tmp_path / "books")
    options, reason = REFUSED[path]
    for option in options:
        ran = bill(*path.split(), option, "size" if option == "--by" else "size=large", cwd=ledger)
        assert ran.code == 2 and reason in ran.err, ran


def test_every_exception_is_a_command_of_today() -> None:
    assert {*NEITHER, *NOT_BY} <= {*lists()}


def test_commands_named_list_are_all_among_them() -> None:
    named = [path for path, _ in commands() if path.endswith(" list")]
    assert len(named) >= 14
    assert {*named} <= {*lists()}
