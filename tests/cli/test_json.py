"""JSON is an interface: these keys, nothing else on standard output, amounts as texts. Keys may be added here, never taken away."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support import bill, bill_process, done, make_ledger

DAY = "2026-03-31"
REPORT = {"report", "schema", "as_of", "rows", "totals"}
BUCKETS = {"not due", "1-30", "31-60", "61-90", "over 90"}
_AMOUNT = re.compile(r"-?\d+\.\d\d")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_ledger(
        tmp_path_factory.mktemp("books"),
        """
        --- categories.yaml
        schema: categories/1
        groups:
          segment:
            - name: public
        --- customers/kreis.yaml
        schema: customer/1
        id: kreis
        name: Kreis Nordfriesland
        groups:
          segment: public
        """,
    )
    env = {"BILL_LEDGER": str(root)}
    done("invoice", "new", "-c", "kreis", "-l", "Consulting;10;95.10;vat-20", "--yes", at="2026-01-10", env=env)
    done("invoice", "new", "-c", "kreis", "-l", "Consulting;1;95.10;vat-20", "--draft", "--yes", at="2026-01-10", env=env)
    done("credit-note", "new", "-i", "INV-2026-0001", "--reason", "too many", "--line", "1:2", "--yes", at="2026-02-01", env=env)
    done("payment", "add", "-c", "kreis", "-a", "500", "-i", "INV-2026-0001", "--yes", at="2026-02-10", env=env)
    done("hold", "new", "--kind", "manual", "-c", "kreis", "--reason", "see letter", "--yes", at="2026-02-12", env=env)
    return root


def shown(books: Path, *words: str) -> Any:
    """What a command prints; with nothing but the document on standard output and nothing on standard error."""
    ran = bill("--ledger", str(books), *words, "--format", "json", at=DAY)
    assert (ran.code, ran.err) == (0, "")
    return ran.json


def report(books: Path, *words: str) -> Any:
    found = shown(books, *words)
    assert set(found) == REPORT
    assert found["schema"] == 1
    assert found["as_of"] == DAY
    [row] = found["rows"]
    return row


def test_aging(books: Path) -> None:
    row = report(books, "report", "aging")
    assert set(row) == {"customer", "name", "currency", "buckets", "unapplied", "total"}
    assert set(row["buckets"]) == BUCKETS
    amounts = [*row["buckets"].values(), row["unapplied"], row["total"]]
    assert all(isinstance(each, str) and _AMOUNT.fullmatch(each) for each in amounts)
    [total] = shown(books, "report", "aging")["totals"]
    assert set(total) == {"currency", "buckets", "unapplied", "total"}


def test_aging_by_a_group(books: Path) -> None:
    assert set(report(books, "report", "aging", "--by", "segment")) == {"segment", "currency", "buckets", "unapplied", "total"}


def test_aging_by_invoice(books: Path) -> None:
    row = report(books, "report", "aging", "--by", "invoice")
    assert set(row) == {"number", "customer", "due_on", "days_overdue", "currency", "open", "bucket"}
    assert (row["due_on"], row["days_overdue"], row["open"], row["bucket"]) == ("2026-02-09", 50, "412.96", "31-60")


def test_invoice_list(books: Path) -> None:
    row = report(books, "invoice", "list")
    expected = {"number", "customer", "type", "issued_on", "due_on", "currency", "gross", "open", "state", "days_overdue"}
    assert set(row) == expected | {"hold"}
    assert isinstance(row["days_overdue"], int)
    assert row["hold"] == ["manual"]


def test_hold_list(books: Path) -> None:
    row = report(books, "hold", "list")
    assert set(row) == {"hold", "kind", "customer", "invoice", "on", "until", "amount", "currency", "live", "state", "reason"}
    assert (row["live"], row["state"], row["amount"]) == (True, "live", None)
    assert {"id", "live", "state"} <= set(report(books, "hold", "show", row["hold"]))


def test_credit_note_list(books: Path) -> None:
    row = report(books, "credit-note", "list")
    assert set(row) == {"number", "customer", "issued_on", "currency", "gross", "unapplied", "corrects", "reason", "kind"}
    assert row["gross"] == "228.24"


def test_payment_list(books: Path) -> None:
    row = report(books, "payment", "list")
    assert set(row) == {"payment", "customer", "received_on", "method", "currency", "amount", "unapplied", "reversed_on"}


def test_customer_list(books: Path) -> None:
    row = report(books, "customer", "list")
    expected = {"customer", "name", "country", "terms", "industry", "region", "size", "segment", "tags"}
    assert set(row) == expected | {"balance_currency", "open", "unapplied", "inactive_since", "merged_into"}
    assert (row["balance_currency"], row["open"], row["unapplied"]) == ("EUR", "412.96", "0.00")


def test_draft_list(books: Path) -> None:
    row = report(books, "draft", "list")
    assert set(row) == {"draft", "customer", "lines", "issued_on", "currency", "net", "gross", "note"}


def test_show_of_a_document_has_its_fields_and_what_is_derived(books: Path) -> None:
    row = report(books, "invoice", "show", "INV-2026-0001")
    derived = {"state", "open", "days_overdue", "settlements", "schedule", "holds", "reminders", "discounts"}
    frozen = {"number", "type", "customer", "issued_on", "currency", "terms", "reference", "rounding", "issued_by", "issued_to"}
    assert set(row) == frozen | {"lines", "taxes", "instalments", "totals", "seal"} | derived
    assert {"unapplied"} <= set(report(books, "credit-note", "show", "CN-2026-0001"))
    payment = report(books, "payment", "list")["payment"]
    assert {"allocations", "unapplied", "discounts"} <= set(report(books, "show", payment))
    assert {"defaults", "open", "unapplied"} <= set(report(books, "customer", "show", "kreis"))


def test_check(books: Path) -> None:
    assert shown(books, "check") == {"diagnostics": []}
    (books / "drafts" / "odd.txt").write_text("?")
    try:
        [found] = shown(books, "check")["diagnostics"]
    finally:
        (books / "drafts" / "odd.txt").unlink()
    assert {"code", "severity", "message", "file", "line", "column", "hint"} <= set(found)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("customer", "add", "--name", "Nordwind GmbH"), "id"),
        (("customer", "edit", "kreis", "--set", "terms=net 14"), "id"),
        (("customer", "tag", "kreis", "--remove", "vip"), "id"),
        (("invoice", "new", "-c", "kreis", "-l", "Consulting;1;95.10"), "number"),
        (("invoice", "new", "-c", "kreis", "-l", "Consulting;1;95.10", "--draft"), "id"),
        (("credit-note", "new", "-i", "INV-2026-0001", "--reason", "more", "--amount", "10"), "number"),
        (("payment", "add", "-c", "kreis", "-a", "10"), "id"),
        (("schema", "write"), ""),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else value,
)
def test_writing_commands(books: Path, words: tuple[str, ...], key: str) -> None:
    ran = bill("--ledger", str(books), *words, "--format", "json", "--dry-run", at=DAY)
    assert ran.code == 0
    found = ran.json
    assert set(found) == {"created", "changed", "summary", "dry_run"} | ({key} if key else set())
    assert isinstance(found["created"], list)
    assert isinstance(found["changed"], list)


def test_writing_for_real_leaves_dry_run_out(tmp_path: Path) -> None:
    root = make_ledger(tmp_path)
    ran = bill_process("--ledger", str(root), "customer", "add", "--name", "Nordwind GmbH", "--yes", "--format", "json", at=DAY)
    assert ran.json == {
        "created": ["customers/nordwind-gmbh.yaml"],
        "changed": [],
        "id": "nordwind-gmbh",
        "summary": "customer nordwind-gmbh: Nordwind GmbH",
    }
