"""Files that people have: each is refused with its code at its place, or read; nothing changes, and nothing takes long."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.fuzz.bad import documents, tables
from tests.fuzz.bad.case import Case
from tests.support import Ran, bill, make_ledger, tree

_BOOKS = """
--- categories.yaml
schema: categories/1
groups:
  segment:
    - name: public
tags:
  - name: vip
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
"""
_AT = "2026-06-30"
_SECONDS = 10
_FINDING = re.compile(r"error\[(\w+)\]: .*\n(?:  --> (.+?)(?::(\d+):(\d+))?\n)?")
_CUSTOMER = "customers/nordwind.yaml"
_HOLD = "holds/2026/03/2026-03-14-nordwind-7f3a9c21.yaml"
_DOCUMENTS = documents.CUSTOMERS + documents.DAYS + documents.GOOD
_TABLES = tables.FILES + tables.GOOD
_STATEMENTS = tables.STATEMENTS + tables.GOOD_STATEMENTS


@pytest.fixture(scope="module")
def root(room: Path) -> Path:
    return make_ledger(room / "bad", _BOOKS)


def _names(cases: Sequence[Case]) -> list[str]:
    return [each.name for each in cases]


@pytest.mark.parametrize("case", _DOCUMENTS, ids=_names(_DOCUMENTS))
def test_document(root: Path, case: Case) -> None:
    path = root / (_HOLD if case in documents.DAYS else _CUSTOMER)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.exists() else None
    path.write_bytes(case.raw)
    try:
        _judge(case, _run(root, "check"), str(path.relative_to(root)))
    finally:
        path.unlink() if before is None else path.write_bytes(before)


@pytest.mark.parametrize("case", _TABLES, ids=_names(_TABLES))
def test_table(root: Path, case: Case) -> None:
    noun = "customer" if case.raw.startswith(b"id,") else "invoice" if case.raw.startswith(b"number") else "payment"
    (root.parent / "table.csv").write_bytes(case.raw)
    _judge(case, _run(root, noun, "import", "../table.csv", "--dry-run"), "../table.csv")


@pytest.mark.parametrize("case", _STATEMENTS, ids=_names(_STATEMENTS))
def test_statement(root: Path, case: Case) -> None:
    (root.parent / "bank").write_bytes(case.raw)
    _judge(case, _run(root, "bank", "read", "../bank", "--currency", "EUR"), "../bank")


def _run(root: Path, *words: str) -> Ran:
    """In bounded time, and with nothing changed."""
    before, began = tree(root), time.process_time()
    ran = bill(*words, cwd=root, at=_AT)
    assert time.process_time() - began < _SECONDS
    assert tree(root) == before
    return ran


def _judge(case: Case, ran: Ran, file: str) -> None:
    if not case.code:
        assert ran.code == 0, ran
        assert "error[" not in ran.out + ran.err
        return
    said = ran.err + ran.out
    assert ran.code == 1, ran
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", said)
    assert max(map(len, said.split("\n"))) < 2500
    first = _FINDING.search(said)
    assert first, ran
    assert first[1].startswith(case.code), said
    assert first[2] == file
    if case.line:
        assert (int(first[3]), int(first[4])) == (case.line, case.column or int(first[4])), said
    assert case.says in said


def test_there_are_four_hundred_and_more() -> None:
    every = [documents.CUSTOMERS, documents.DAYS, tables.FILES, tables.STATEMENTS]
    assert sum(map(len, every)) >= 400
    for cases in (_DOCUMENTS, _TABLES, _STATEMENTS):
        assert len({each.name for each in cases}) == len(cases)
