"""PDFs into a folder, and their hashes into the ledger: once for the same bytes, told where they are others."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from billcli.errors import BillError
from tests.support import bill, done, make_ledger

LEDGER = """
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
language: de
"""
NEW = ("invoice", "new", "--customer", "nordwind", "--line", "Sensor;4;200;vat-20", "--yes", "--quiet")
DAY = "2026-03-02"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """With two invoices."""
    root = make_ledger(tmp_path / "books", LEDGER)
    for _ in range(2):
        done(*NEW, cwd=root, at=DAY)
    return root


def pdf(root: Path, *words: str, day: str = DAY) -> Any:
    return bill("invoice", "pdf", *words, "--out", str(root.parent / "out"), cwd=root, at=day)


def deliveries(root: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(root.glob("deliveries/**/*.yaml"))]


def own_template(root: Path, source: str) -> None:
    (root / "templates" / "paper").mkdir(parents=True, exist_ok=True)
    (root / "templates" / "paper" / "invoice.typ").write_text(source, encoding="utf-8")


OWN = '#import "base.typ": *\n#show: document-of\n#sheet.number'


def test_a_pdf_in_a_folder_went_to_nobody(ledger: Path) -> None:
    levels = "dunning:\n  policies:\n    - name: usual\n      levels:\n        - level: 1\n          days: 5\n"
    (ledger / "ledger.yaml").write_text((ledger / "ledger.yaml").read_text() + levels)
    assert pdf(ledger, "INV-2026-0001").code == 0
    late = "2026-05-20"
    (row,) = [
        each
        for each in done("remind", "preview", "--format", "json", cwd=ledger, at=late).json["rows"]
        if each["invoice"] == "INV-2026-0001"
    ]
    assert row["state"] == "stopped"
    assert "nobody is known to have sent it" in row["reason"]
    shown = done("invoice", "show", "INV-2026-0001", "--format", "json", cwd=ledger, at=late).json["rows"][0]
    assert shown["deliveries"] == [f"{DAY} written as a PDF"]
    done("invoice", "void", "INV-2026-0001", "--reason", "wrong customer", "--yes", cwd=ledger, at=late)


def test_first_pdf_leaves_its_hash_and_a_second_leaves_nothing(ledger: Path) -> None:
    assert pdf(ledger, "INV-2026-0001").code == 0
    raw = (ledger.parent / "out" / "INV-2026-0001.pdf").read_bytes()
    (kept,) = deliveries(ledger)
    assert hashlib.sha256(raw).hexdigest() in kept
    assert "channel: file" in kept
    assert "sent written as INV-2026-0001.pdf" in kept
    again = pdf(ledger, "INV-2026-0001", day="2026-04-01")
    assert "1 there already with the same bytes" in again.err
    assert deliveries(ledger) == [kept]
    assert done("check", cwd=ledger, at=DAY).code == 0


def test_notes_and_tags_of_later_change_no_byte(ledger: Path) -> None:
    pdf(ledger, "INV-2026-0001")
    path = next(ledger.glob("invoices/**/INV-2026-0001.yaml"))
    path.write_text(path.read_text(encoding="utf-8").replace("totals:", "notes: called them\ntotals:"), encoding="utf-8")
    assert "1 there already with the same bytes" in pdf(ledger, "INV-2026-0001").err


def test_other_bytes_than_the_first_are_told_and_kept_only_when_asked(ledger: Path) -> None:
    pdf(ledger, "INV-2026-0001")
    own_template(ledger, OWN)
    told = pdf(ledger, "INV-2026-0001")
    assert told.code == 0
    assert "is not what it was when it was first written" in told.err
    assert len(deliveries(ledger)) == 1
    assert pdf(ledger, "INV-2026-0001", "--again").code == 0
    assert len(deliveries(ledger)) == 2
    quiet = pdf(ledger, "INV-2026-0001", "--quiet")
    assert (quiet.err, len(deliveries(ledger))) == ("", 2)


def test_file_of_other_bytes_is_replaced_whole(ledger: Path) -> None:
    out = ledger.parent / "out"
    out.mkdir()
    (out / "INV-2026-0001.pdf").write_bytes(b"old")
    pdf(ledger, "INV-2026-0001")
    assert (out / "INV-2026-0001.pdf").read_bytes().startswith(b"%PDF")
    assert [path.name for path in out.iterdir()] == ["INV-2026-0001.pdf"]


def test_days_and_customer_choose_and_void_ones_are_left_out(ledger: Path) -> None:
    done("invoice", "void", "INV-2026-0002", "--reason", "Wrong", "--yes", "--quiet", cwd=ledger, at=DAY)
    pdf(ledger, "--since", "2026-03-01", "--customer", "nordwind")
    assert [path.name for path in (ledger.parent / "out").iterdir()] == ["INV-2026-0001.pdf"]
    assert "no document is meant by that" in pdf(ledger, "--since", "2026-04-01").err


def test_template_that_fails_is_an_error_with_file_and_line_and_writes_nothing(ledger: Path) -> None:
    own_template(ledger, "a\n\n#foo()")
    failed = pdf(ledger, "--since", "2026-03-01")
    assert failed.code == 1
    assert "INV-2026-0001.pdf cannot be made (and 1 more): templates/paper/invoice.typ:3: unknown variable: foo" in failed.err
    assert not (ledger.parent / "out").exists()
    assert deliveries(ledger) == []


def test_document_with_a_missing_glyph_does_not_hold_back_the_others(ledger: Path) -> None:
    done(*NEW[:4], "--line", "Scroll \U0001300d;1;5", "--yes", "--quiet", cwd=ledger, at=DAY)
    ran = pdf(ledger, "--since", "2026-03-01")
    assert ran.code == 3
    assert "INV-2026-0003.pdf cannot be made" in ran.err
    assert "U+1300D" in ran.err
    assert len(deliveries(ledger)) == 2


def test_ledger_that_cannot_be_written_gives_the_pdf_and_says_that_no_hash_is_kept(ledger: Path) -> None:
    def refused(*_args: object, **_named: object) -> None:
        raise BillError("it cannot be written: Read-only file system") from OSError(30, "Read-only file system")

    with mock.patch("billcli.app.write.carry_out", refused):
        ran = pdf(ledger, "INV-2026-0001")
    assert ran.code == 0
    assert "no hash is kept" in ran.err
    assert (ledger.parent / "out" / "INV-2026-0001.pdf").exists()


def test_dry_run_writes_neither_pdf_nor_hash(ledger: Path) -> None:
    assert "1 PDF would be written" in pdf(ledger, "INV-2026-0001", "--dry-run").err
    assert not (ledger.parent / "out").exists()
    assert deliveries(ledger) == []


def test_logo_that_is_not_there_is_an_error_that_says_so(ledger: Path) -> None:
    path = ledger / "ledger.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("git:", "printing:\n  logo: logo.png\ngit:"), encoding="utf-8")
    failed = pdf(ledger, "INV-2026-0001")
    assert failed.code == 1
    assert '"logo.png" is not there' in failed.err


def test_confirmation_comes_to_the_balance_of_the_books(ledger: Path) -> None:
    from pypdf import PdfReader

    out = ledger.parent / "out"
    done("statement", "nordwind", "--pdf", "--kind", "confirmation", "--out", str(out), cwd=ledger, at=DAY)
    (file,) = out.iterdir()
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(file).pages).split())
    assert "Saldenbestätigung" in text
    assert "1.920,00 €" in text
    assert "INV-2026-0002" in text
    assert deliveries(ledger) == []
