"""Currencies with no, two and three decimals: wherever an amount can be typed, one finer than the currency is refused, never rounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import bill, done, make_ledger, tree

DAY = "2026-03-14"
FINER = {"JPY": "1.5", "EUR": "1.005", "KWD": "1.0005"}
SAID = {"JPY": '"1.5" has 1 decimal; JPY has 0', "EUR": '"1.005" has 3 decimals; EUR has 2', "KWD": '"1.0005" has 4 decimals; KWD has 3'}


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """
    --- customers/nordwind.yaml
    schema: customer/1
    id: nordwind
    name: Nordwind Handels GmbH
    """
    root = make_ledger(tmp_path, books.__doc__)
    for at, currency in enumerate(FINER):
        done("invoice", "new", "-c", "nordwind", "-l", "A;10;100;vat-20", "--currency", currency, "--yes", cwd=root, at=DAY)
        done("payment", "add", "-c", "nordwind", "-a", "5", "--currency", currency, "--method", f"m{at}", "--yes", cwd=root, at=DAY)
    return root


@pytest.mark.parametrize(("at", "currency"), [(1, "JPY"), (2, "EUR"), (3, "KWD")])
def test_what_is_finer_than_the_currency_is_refused(books: Path, at: int, currency: str) -> None:
    finer, number = FINER[currency], f"INV-2026-000{at}"
    new = ("invoice", "new", "-c", "nordwind", "--currency", currency)
    before = tree(books)
    for words in (
        (*new, "-l", f"A;1;100;vat-20;;-{finer}"),
        (*new, "-l", f"A;1;100;vat-20;;+{finer}"),
        (*new, "-l", "A;1;100;vat-20", "--discount", finer),
        (*new, "-l", "A;1;100;vat-20", "--charge", f"{finer};Freight;vat-20"),
        (*new, "-l", "A;1;100;vat-20", "--discount", finer, "--draft"),
        ("credit-note", "new", "-i", number, "--reason", "r", "--amount", finer),
        ("credit-note", "new", "-c", "nordwind", "--currency", currency, "--reason", "r", "-l", f"A;1;100;vat-20;;-{finer}"),
        ("payment", "add", "-c", "nordwind", "--currency", currency, "-a", finer),
        ("payment", "add", "-c", "nordwind", "--currency", currency, "-a", "10", "-i", f"{number}:{finer}"),
        ("payment", "add", "-c", "nordwind", "--currency", currency, "-a", "10", "-i", number, "--fee", finer),
        ("write-off", "new", "-i", f"{number}:{finer}", "--reason", "r", "--approved-by", "a"),
        ("hold", "new", "--invoice", number, "--kind", "dispute", "--reason", "r", "--amount", finer),
    ):
        ran = bill(*words, "--yes", cwd=books, at=DAY)
        assert (ran.code, SAID[currency] in ran.err) == (2, True), (words, ran)
    assert tree(books) == before


@pytest.mark.parametrize(("currency", "finer"), [("JPY", "10.5"), ("KWD", "10.0005")])
def test_a_request_from_a_file_is_held_to_the_currency_too(books: Path, currency: str, finer: str) -> None:
    (books / "request.yaml").write_text(
        f"customer: nordwind\ncurrency: {currency}\nlines:\n  - description: A\n    quantity: 1\n    unit_price: 100\n"
        f"adjustments:\n  - kind: discount\n    amount: {finer}\n"
    )
    ran = bill("invoice", "new", "--from", "request.yaml", "--yes", cwd=books, at=DAY)
    assert (ran.code, f'the discount "{finer}" has' in ran.err) == (1, True), ran


def test_documents_in_these_currencies_are_written_with_their_decimals_and_checked(books: Path) -> None:
    assert "gross: 1200\n" in (books / "invoices/2026/03/INV-2026-0001.yaml").read_text()
    assert "gross: 1200.00\n" in (books / "invoices/2026/03/INV-2026-0002.yaml").read_text()
    assert "gross: 1200.000\n" in (books / "invoices/2026/03/INV-2026-0003.yaml").read_text()
    for number in ("INV-2026-0001", "INV-2026-0003"):
        done("credit-note", "new", "-i", number, "--reason", "r", "--line", "1:0.333333", "--yes", cwd=books, at=DAY)
        done("credit-note", "new", "-i", number, "--reason", "r", "--rest", "--yes", cwd=books, at=DAY)
    assert bill("check", cwd=books, at=DAY).code == 0
    text = (books / "invoices/2026/03/INV-2026-0001.yaml").read_text()
    (books / "invoices/2026/03/INV-2026-0001.yaml").write_text(text.replace("gross: 1200\n", "gross: 1200.00\n"))
    assert "1200.00 has 2 decimals; JPY has 0" in bill("check", cwd=books, at=DAY).out
