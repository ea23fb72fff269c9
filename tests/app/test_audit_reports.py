"""``bill audit numbers`` says what ``bill check`` says; ``bill verify`` tells a changed document; a log and a sample of real books."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from billcli.app.audit.verify_file import _sealed
from billcli.core.audit.sealed import FITS, verdicts
from billcli.core.seal import UNSEALED
from billcli.errors import BillError
from tests.support import Ran, bill, done, make_ledger

MONTHLY = """
--- customers/a.yaml
schema: customer/1
id: a
name: Aaaa
"""
DAY = "2026-05-01"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of a sequence by month, one credit note, one void, one invoice that another tool numbered."""
    root = make_ledger(tmp_path_factory.mktemp("numbers") / "books", MONTHLY)
    ledger = root / "ledger.yaml"
    ledger.write_text(ledger.read_text().replace("INV-{year}-{n}", "R{year}-{month}-{n:2}"))
    sales = "".join(f"{number},invoice,a,2026-01-30,X,1,50\n" for number in (1001, 1003))
    (root / "old.csv").write_text(f"number,kind,customer,issued_on,description,quantity,unit_price\n{sales}")
    done("invoice", "import", "old.csv", "--yes", cwd=root, at="2026-02-01")
    for day in ("2026-03-02", "2026-03-02", "2026-03-03", "2026-04-01", "2026-04-02"):
        done("invoice", "new", "-c", "a", "-l", "A;1;100", "--yes", cwd=root, at=day)
    done("invoice", "void", "R2026-03-02", "--reason", "twice", "--yes", cwd=root, at="2026-04-02")
    done("credit-note", "new", "-i", "R2026-03-01", "--reason", "late", "--line", "1:1", "--yes", cwd=root, at="2026-04-03")
    return root


@pytest.fixture
def books(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "books")
    return tmp_path / "books"


def numbers(books: Path) -> tuple[int, list[dict[str, Any]]]:
    ran = bill("audit", "numbers", "--format", "json", cwd=books, at=DAY)
    return ran.code, ran.json["rows"]


def codes(ran: Ran) -> list[str]:
    return [each["code"] for each in ran.json["diagnostics"]]


def test_each_sequence_and_period_has_its_row(books: Path) -> None:
    code, rows = numbers(books)
    keys = ("sequence", "period", "first", "last", "issued", "void", "imported", "verdict")
    assert (code, [tuple(row[key] for key in keys) for row in rows]) == (
        0,
        [
            ("", "", "1001", "1003", 0, 0, 2, "not numbered here"),
            ("invoice", "2026-03", "R2026-03-01", "R2026-03-03", 3, 1, 0, "complete"),
            ("invoice", "2026-04", "R2026-04-01", "R2026-04-02", 2, 0, 0, "complete"),
            ("credit-note", "2026", "CN-2026-0001", "CN-2026-0001", 1, 0, 0, "complete"),
        ],
    )


@pytest.mark.parametrize(
    ("fault", "row", "verdict"),
    [
        ("missing", 1, {"missing": ["R2026-03-02"], "verdict": "1 missing"}),
        ("gone", 1, {"gone": ["R2026-03-02"], "verdict": "1 gone"}),
        ("unread", 2, {"gone": ["R2026-04-01"], "verdict": "1 gone"}),
        ("twice", 2, {"twice": ["R2026-04-02"], "verdict": "1 twice"}),
    ],
)
def test_whatever_the_check_says_of_numbers_stands_in_the_row_of_its_sequence(
    books: Path, fault: str, row: int, verdict: dict[str, Any]
) -> None:  # fmt: skip
    second, april = books / "invoices/2026/03/R2026-03-02.yaml", books / "invoices/2026/04"
    match fault:
        case "missing":  # and nothing knows of it
            second.unlink()
            shutil.rmtree(books / "audit")
        case "gone":
            second.unlink()
        case "unread":
            (april / "R2026-04-01.yaml").write_text("number: [\n")
        case "twice":
            (books / "invoices/2026/03/R2026-04-02.yaml").write_text(
                (april / "R2026-04-02.yaml").read_text().replace("issued_on: 2026-04-02", "issued_on: 2026-03-31")
            )
    code, rows = numbers(books)
    assert code == 1
    assert {key: rows[row][key] for key in verdict} == verdict
    assert sum(each["verdict"] not in ("complete", "not numbered here") for each in rows) == 1
    expected = {"missing": "E401", "gone": "E408", "unread": "E104", "twice": "E402"}[fault]
    assert expected in codes(bill("check", "--format", "json", cwd=books, at=DAY))


@given(st.sets(st.integers(1, 5)), st.booleans())
@settings(max_examples=8, deadline=None)
def test_numbers_are_complete_exactly_where_the_check_misses_none(template: Path, taken: set[int], audited: bool) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "books"
        shutil.copytree(template, root)
        names = ("03/R2026-03-01", "03/R2026-03-02", "03/R2026-03-03", "04/R2026-04-01", "04/R2026-04-02")
        for each in taken:
            (root / f"invoices/2026/{names[each - 1]}.yaml").unlink()
        if not audited:
            shutil.rmtree(root / "audit")
        found = codes(bill("check", "--format", "json", cwd=root, at=DAY))
        code, rows = numbers(root)
        assert (code == 1) == bool({"E401", "E402", "E408"} & set(found))
        missing = sum(len(row["missing"]) for row in rows)
        assert (missing, sum(len(row["gone"]) for row in rows)) == (found.count("E401"), found.count("E408"))


def plain(raw: bytes) -> dict[str, Any] | None:
    """What stands under the seal, and the seal, as a reader that knows nothing of bill sees it."""
    try:
        found = YAML(typ="base", pure=True).load(raw)
    except (YAMLError, ValueError):
        return None
    return {key: value for key, value in found.items() if key not in UNSEALED - {"seal"}} if isinstance(found, dict) else None


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_any_byte_changed_under_a_seal_is_told_from_the_file_alone(template: Path, data: st.DataObject) -> None:
    march = template / "invoices/2026/03"
    first, second = (march / f"R2026-03-0{n}.yaml" for n in (1, 3))
    before = (march / "R2026-03-02.yaml").read_bytes()
    raw = second.read_bytes()
    at = data.draw(st.integers(0, len(raw) - 1))
    byte = data.draw(st.sampled_from(sorted({*b'0123456789 aZ:-\n#."', raw[at] ^ 1, raw[at] ^ 32})))
    changed = raw[:at] + bytes([byte]) + raw[at + 1 :]
    try:
        documents = [*_sealed(first.read_bytes(), "a"), *_sealed(before, "b"), *_sealed(changed, "c")]
    except BillError:
        return  # it cannot be read any more, which is told
    verdict = verdicts(documents, None)[-1].verdict
    same = plain(changed) == plain(raw)
    assert (verdict == FITS) == same, changed.decode("utf-8", "replace")


def test_a_document_is_proven_from_standard_input_and_out_of_a_folded_file(books: Path) -> None:
    march = books / "invoices/2026/03"
    text = (march / "R2026-03-01.yaml").read_text()
    assert bill("verify", "-", cwd="/", stdin=text).code == 0
    done("close", "--through", "2026-03-31", "--yes", cwd=books, at=DAY)
    done("fold", "2026-03", "--yes", cwd=books, at=DAY)
    folded = (books / "invoices/2026/03.yaml").read_text()
    ran = bill("verify", "-", "--format", "json", cwd="/", stdin=folded)
    assert (ran.code, [row["verdict"] for row in ran.json["rows"]]) == (0, ["fits"] * 3)
    ran = bill("verify", "-", "--format", "json", cwd="/", stdin=folded.replace("100.00", "10.00"))
    assert (ran.code, {row["verdict"] for row in ran.json["rows"]}) == (1, {"does not fit"})
    imported = (books / "invoices/2026/01/1001.yaml").read_text()
    assert bill("verify", "-", cwd="/", stdin=imported).code == 3
    assert bill("verify", "-", cwd="/", stdin="seal: v1:0\n").code == 1
    assert bill("verify", "-", cwd="/", stdin="").code == 1
    assert bill("verify", "-", cwd="/", stdin="<<<<<<< a\n").code == 1


def test_the_life_of_a_document_goes_through_draft_payment_reminder_hand_and_fold(books: Path) -> None:
    draft = done("invoice", "new", "-c", "a", "-l", "B;1;40", "--draft", "--yes", cwd=books, at="2026-04-05").out.strip()
    number = done("invoice", "issue", draft, "--yes", cwd=books, at="2026-04-06").out.strip()
    done("payment", "add", "-c", "a", "-a", "15", "-i", number, "--yes", cwd=books, at="2026-04-07")
    file = books / f"invoices/2026/04/{number}.yaml"
    file.write_text(file.read_text() + "notes: called\n")
    done("customer", "add", "--name", "Bbbb", "--yes", cwd=books, at="2026-04-08")
    rows = done("audit", "log", number, "--format", "json", cwd=books).json["rows"]
    assert [row["what"].partition("; and")[0] for row in rows] == [
        f"wrote draft {draft}", f"issued invoice {number}; removed draft {draft}",
        next(row["what"] for row in rows if row["command"] == "payment add"), f"found changed by hand: invoice {number}",
    ]  # fmt: skip
    assert rows[2]["what"].startswith("recorded payment ") and rows[2]["what"].endswith("(payment 15.00 EUR)")
    file.unlink()
    assert len(done("audit", "log", number.lower(), "--format", "json", cwd=books).json["rows"]) == 3  # what is gone has had a life, too


def test_a_log_says_where_the_trail_cannot_be_told(books: Path) -> None:
    file = next(iter(sorted(books.glob("audit/*/2026-03.jsonl"))))
    file.write_text(file.read_text().replace("invoice new", "invoice old"))
    ran = bill("audit", "log", "--format", "csv", cwd=books, at=DAY)
    assert (ran.code, f"{file.relative_to(books)} is broken" in ran.err, "invoice old" in ran.out) == (0, True, False)


def test_a_sample_is_the_same_on_any_machine_and_larger_ones_hold_the_smaller(books: Path) -> None:
    def drawn(size: int, *words: str) -> list[tuple[str, int]]:
        ran = done("audit", "sample", "--seed", "Q1", "--size", str(size), *words, "--format", "json", cwd=books, at=DAY)
        return [(row["number"], row["hits"]) for row in ran.json["rows"]]

    assert drawn(2) == [("CN-2026-0001", 1), ("1003", 1)]
    assert {name for name, _ in drawn(2)} < {name for name, _ in drawn(5)}
    assert len(drawn(99)) == 8
    assert sum(hits for _, hits in drawn(3, "--by-amount")) == 3
    assert (
        json.loads(done("audit", "sample", "--seed", "x", "--size", "1", "--kind", "refund", "--format", "json", cwd=books).out)["rows"]
        == []
    )
