"""Histories that once broke a law, cut down to the commands that it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.laws.histories import LEDGER
from tests.support import done, make_ledger


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return make_ledger(tmp_path / "books", LEDGER.format(order="warn"))


def issue(books: Path, price: str, *more: str, on: str = "2026-03-01") -> str:
    line = f"Work;1;{price};none"
    return done("invoice", "new", "-c", "head", "--line", line, "--issued-on", on, *more, "--yes", cwd=books, at="2026-03-31").out.strip()


def pay(books: Path, amount: str, on: str, *more: str) -> str:
    words = ("payment", "add", "-c", "head", "-a", amount, "--received-on", on, *more, "--yes")
    return done(*words, cwd=books, at="2026-03-31").out.strip()


def credit(books: Path, invoice: str, amount: str, on: str) -> str:
    words = ("credit-note", "new", "-i", invoice, "--reason", "Returned", "--amount", amount, "--issued-on", on, "--yes")
    return done(*words, cwd=books, at="2026-03-31").out.strip()


def checked(books: Path) -> list[str]:
    found = done("check", "--format", "json", cwd=books, at="2026-03-31").json
    return [each["code"] for each in found["diagnostics"]]


def figure(books: Path, noun: str, name: str, key: str, as_of: str) -> str:
    value: str = done(noun, "show", name, "--as-of", as_of, "--format", "json", cwd=books, at="2026-03-31").json["rows"][0][key]
    return value


def test_discount_ends_with_its_money_though_a_credit_note_took_it_back_later(books: Path) -> None:
    invoice = issue(books, "100.00", "--terms", "2% 10, net 30")
    payment = pay(books, "98.00", "2026-03-05", "-i", invoice)
    credit(books, invoice, "2.00", "2026-03-20")
    done("payment", "allocate", payment, "--undo", "--reason", "Mistake", "--on", "2026-03-10", "--yes", cwd=books, at="2026-03-31")
    assert figure(books, "invoice", invoice, "open", "2026-03-15") == "100.00"
    assert figure(books, "invoice", invoice, "open", "2026-03-20") == "98.00"
    assert checked(books) == []


def test_reversal_on_a_day_before_the_allocation_was_taken_back(books: Path) -> None:
    invoice = issue(books, "100.00")
    payment = pay(books, "100.00", "2026-03-05", "-i", invoice)
    done("payment", "allocate", payment, "--undo", "--reason", "Mistake", "--on", "2026-03-20", "--yes", cwd=books, at="2026-03-31")
    done("payment", "reverse", payment, "--reason", "Bounced", "--on", "2026-03-10", "--yes", cwd=books, at="2026-03-31")
    assert figure(books, "invoice", invoice, "open", "2026-03-15") == "100.00"
    assert figure(books, "payment", payment, "unapplied", "2026-03-25") == "0.00"
    assert checked(books) == []


def test_credit_returns_to_its_invoice_when_the_credit_that_settled_it_goes(books: Path) -> None:
    words = (
        "credit-note",
        "new",
        "-c",
        "head",
        "--reason",
        "Goodwill",
        "--line",
        "Goodwill;1;80.00;none",
        "--issued-on",
        "2026-03-02",
        "--yes",
    )
    goodwill = done(*words, cwd=books, at="2026-03-31").out.strip()
    invoice = issue(books, "80.00", on="2026-03-03")
    done("credit-note", "apply", goodwill, "-i", invoice, "--yes", cwd=books, at="2026-03-05")
    own = credit(books, invoice, "30.00", "2026-03-10")
    done("credit-note", "apply", goodwill, "--undo", "--reason", "Mistake", "--on", "2026-03-07", "--yes", cwd=books, at="2026-03-31")
    assert figure(books, "invoice", invoice, "open", "2026-03-08") == "80.00"
    assert figure(books, "invoice", invoice, "open", "2026-03-10") == "50.00"
    assert figure(books, "credit-note", own, "unapplied", "2026-03-10") == "0.00"
    assert checked(books) == []


def test_fee_of_a_payment_is_charged_once_on_every_day(books: Path) -> None:
    first, second = issue(books, "100.00"), issue(books, "60.00")
    payment = pay(books, "155.00", "2026-03-05", "--fee", "5.00", "-i", f"{first}:95.00")
    done("payment", "allocate", payment, "--undo", "--reason", "Mistake", "--on", "2026-03-20", "--yes", cwd=books, at="2026-03-31")
    done("payment", "allocate", payment, "-i", f"{second}:55.00", "--yes", cwd=books, at="2026-03-31")
    assert figure(books, "invoice", second, "open", "2026-03-19") == "60.00"
    assert figure(books, "invoice", second, "open", "2026-03-20") == "0.00"
    assert checked(books) == []


def test_credit_note_may_be_dated_before_an_allocation_that_never_counted(books: Path) -> None:
    """The money was free from the 20th on; taken back from the 10th on, it settled nothing on any day."""
    other, invoice = issue(books, "100.00"), issue(books, "100.00")
    payment = pay(books, "100.00", "2026-03-05", "-i", other)
    undo = ("payment", "allocate", payment, "--undo", "--reason", "Mistake", "--yes", "--on")
    done(*undo, "2026-03-20", cwd=books, at="2026-03-31")
    done("payment", "allocate", payment, "-i", invoice, "--yes", cwd=books, at="2026-03-31")
    done(*undo, "2026-03-10", cwd=books, at="2026-03-31")
    note = credit(books, invoice, "30.00", "2026-03-15")
    assert figure(books, "credit-note", note, "unapplied", "2026-03-15") == "0.00"
    assert checked(books) == []
