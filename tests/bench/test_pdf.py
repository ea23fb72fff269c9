"""The bench of PDFs on three invoices: both sides get the same invoices, and a peer that is not there is said to be so."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.bench import books, pdf


def test_page_for_the_peer_has_every_figure_of_the_invoice(tmp_path: Path) -> None:
    books.write(3, tmp_path, "ledger")
    numbers = pdf.written(tmp_path / "ledger", tmp_path / "html")
    assert len(numbers) == 3
    for number in numbers:
        shown = (tmp_path / "html" / f"{number}.html").read_text(encoding="utf-8")
        invoice = next((tmp_path / "ledger").glob(f"invoices/**/{number}.yaml")).read_text(encoding="utf-8")
        assert number in shown
        assert shown.count("<tr><td>") >= invoice.count("description:")
        gross = Decimal(invoice.rpartition("gross: ")[2].split()[0])
        assert f"{gross:,.2f}" in shown


def test_without_the_peer_the_bench_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert pdf.main(["--count", "2", "--rounds", "1", "--seconds", "1", "--weasyprint", str(tmp_path / "none")]) == 0
    said = capsys.readouterr().out
    assert said.startswith("bill ")
    assert "weasyprint   not found" in said
