"""A closed period: what commands leave of it, and what check says of people and merges that do not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import bill, done, make_ledger, tree

BOOKS = """
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
"""
HERE, THERE = {"BILL_CLONE": "11111111"}, {"BILL_CLONE": "22222222"}


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two invoices and a payment of March; the books closed through March on 2 April."""
    root = make_ledger(tmp_path_factory.mktemp("quarter"), BOOKS)
    for gross in ("100", "50"):
        done("invoice", "new", "-c", "nordwind", "-l", f"Work;1;{gross}", "--yes", cwd=root, at="2026-03-02", env=HERE)
    done("payment", "add", "-c", "nordwind", "-a", "100", "-i", "INV-2026-0001", "--yes", cwd=root, at="2026-03-20", env=HERE)
    done("close", "--through", "2026-03-31", "--yes", cwd=root, at="2026-04-02", env=HERE)
    return root


@pytest.fixture
def books(quarter: Path, tmp_path: Path) -> Path:
    return shutil.copytree(quarter, tmp_path / "books", ignore=shutil.ignore_patterns(".bill"))


def told(root: Path, *options: str, at: str = "2026-04-20") -> list[str]:
    found = bill("check", *options, "--format", "json", cwd=root, at=at).json["diagnostics"]
    return [f"{each['code']} {each['file'].rpartition('/')[2]}" for each in found]


def payment_file(root: Path) -> Path:
    (found,) = root.glob("payments/2026/03/*.yaml")
    return found


def tag(root: Path) -> None:
    path = payment_file(root)
    path.write_text(path.read_text(encoding="utf-8") + "notes: looked at\n", encoding="utf-8")


def take_away(root: Path) -> None:
    payment_file(root).unlink()


def slip_in(root: Path) -> None:
    path = payment_file(root)
    text = path.read_text(encoding="utf-8").replace(path.stem, "slipped-in")
    path.with_name("slipped-in.yaml").write_text(text.partition("allocations:")[0], encoding="utf-8")


HANDS: list[tuple[Callable[[Path], None], str]] = [(tag, ""), (take_away, ""), (slip_in, "slipped-in.yaml")]


@pytest.mark.parametrize(("hand", "name"), HANDS)
def test_what_a_person_does_to_a_closed_period_is_named_until_the_next_close(books: Path, hand: Callable[[Path], None], name: str) -> None:
    expected = [f"W610 {name or payment_file(books).name}"]
    assert told(books) == []
    hand(books)
    assert told(books) == expected
    done("customer", "add", "--name", "Neu GmbH", "--yes", cwd=books, at="2026-04-10", env=HERE)
    assert told(books) == expected, "noted in the trail, and named all the same"
    done("close", "--through", "2026-04-15", "--yes", cwd=books, at="2026-04-20", env=HERE)
    assert told(books) == [], "whoever closed again was told"


def test_what_cannot_be_looked_into_or_stands_in_another_folder_is_one_finding(books: Path, tmp_path: Path) -> None:
    path = payment_file(books)
    path.rename(books / "payments" / path.name)
    assert told(books) == [f"E120 {path.name}"]
    (books / "payments").rename(tmp_path / "payments")
    (books / "payments").symlink_to(tmp_path / "payments")
    assert told(books) == ["E115 payments"]


def test_a_payment_that_a_person_moves_out_of_a_closed_month_is_missed(books: Path) -> None:
    path = payment_file(books)
    later = books / "payments/2026/04" / path.name
    later.parent.mkdir(parents=True)
    text = path.read_text(encoding="utf-8")
    later.write_text(text.replace('"on": 2026-03-20', '"on": 2026-04-01'), encoding="utf-8")
    path.unlink()
    assert told(books) == [f"W610 {path.name}"]


def test_an_imported_invoice_that_a_person_moves_out_of_a_closed_month_is_missed(tmp_path: Path) -> None:
    root = make_ledger(tmp_path, BOOKS)
    head = "number,customer,issued_on,due_on,description,quantity,unit_price"
    (root / "old.csv").write_text(f"{head}\nOLD-1,nordwind,2026-03-01,2026-05-01,X,1,50\n", encoding="utf-8")
    done("invoice", "import", "old.csv", "--yes", cwd=root, at="2026-03-20", env=HERE)
    done("close", "--through", "2026-03-31", "--yes", cwd=root, at="2026-04-02", env=HERE)
    (path,) = root.glob("invoices/2026/03/*.yaml")
    later = root / "invoices/2026/04" / path.name
    later.parent.mkdir(parents=True)
    later.write_text(path.read_text(encoding="utf-8").replace("2026-03-01", "2026-04-01"), encoding="utf-8")
    path.unlink()
    assert told(root) == [f"W610 {path.name}"]
    later.unlink()
    assert told(root) == [f"E408 {path.name}"]


def test_file_that_cannot_be_read_is_one_finding(books: Path) -> None:
    path = payment_file(books)
    path.write_text("schema: [\n", encoding="utf-8")
    assert told(books) == [f"E104 {path.name}"]


def test_hands_in_an_open_period_are_nobodys_business(books: Path) -> None:
    done("payment", "add", "-c", "nordwind", "-a", "7", "--yes", cwd=books, at="2026-04-05", env=HERE)
    (path,) = books.glob("payments/2026/04/*.yaml")
    path.write_text(path.read_text(encoding="utf-8") + "notes: looked at\n", encoding="utf-8")
    assert told(books) == []


def test_hands_before_the_close_are_nobodys_business(tmp_path: Path) -> None:
    root = make_ledger(tmp_path, BOOKS)
    done("payment", "add", "-c", "nordwind", "-a", "100", "--yes", cwd=root, at="2026-03-20", env=HERE)
    tag(root)
    done("close", "--through", "2026-03-31", "--yes", cwd=root, at="2026-04-02", env=HERE)
    assert told(root) == []


def test_a_branch_that_did_not_know_of_the_close_is_named_once_merged(books: Path, tmp_path: Path) -> None:
    """Another desk takes money of March in April, on a branch where March is open."""
    branch = shutil.copytree(books, tmp_path / "branch", ignore=shutil.ignore_patterns(".bill"))
    settings = branch / "ledger.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("closed_through: 2026-03-31\n", ""), encoding="utf-8")
    done("payment", "add", "-c", "nordwind", "-a", "50", "--received-on", "2026-03-30", "--yes", cwd=branch, at="2026-04-04", env=THERE)
    (late,) = branch.glob("payments/2026/03/2026-03-30-*.yaml")
    for path in [late, *branch.glob("audit/22222222/*.jsonl")]:
        to = books / path.relative_to(branch)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, to)
    assert told(books) == [f"W610 {late.name}"]


def test_commands_change_nothing_that_check_would_name(books: Path) -> None:
    payment = payment_file(books).stem
    before = done("report", "aging", "--as-of", "2026-03-31", "--format", "json", cwd=books).out
    done("payment", "reverse", payment, "--reason", "bounced", "--on", "2026-03-30", "--yes", cwd=books, at="2026-04-05", env=HERE)
    write_off = ("write-off", "new", "-i", "INV-2026-0002:10", "--reason", "old", "--approved-by", "B", "--on", "2026-03-30")
    done(*write_off, "--yes", cwd=books, at="2026-04-05", env=HERE)
    done("payment", "add", "-c", "nordwind", "-a", "30", "--received-on", "2026-03-30", "--yes", cwd=books, at="2026-04-05", env=HERE)
    done(
        "refund",
        "new",
        "-c",
        "nordwind",
        "-a",
        "30",
        "--reason",
        "twice",
        "--paid-on",
        "2026-03-31",
        "--yes",
        cwd=books,
        at="2026-04-06",
        env=HERE,
    )
    assert done("report", "aging", "--as-of", "2026-03-31", "--format", "json", cwd=books).out == before
    assert told(books) == []


REFUSED = [
    ("invoice", "new", "-c", "nordwind", "-l", "Late;1;10", "--issued-on", "2026-03-31"),
    ("invoice", "void", "INV-2026-0002", "--reason", "twice", "--on", "2026-03-31"),
    ("credit-note", "new", "-i", "INV-2026-0002", "--reason", "late", "--issued-on", "2026-03-31"),
]


@pytest.mark.parametrize("words", REFUSED, ids=lambda words: " ".join(words[:2]))
def test_nothing_is_issued_or_voided_in_a_closed_period(books: Path, words: tuple[str, ...]) -> None:
    before = tree(books)
    refused = bill(*words, "--yes", cwd=books, at="2026-04-20", env=HERE)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == "bill: 2026-03-31 lies in a closed period\n  hint: the earliest possible day is 2026-04-01\n"
    assert tree(books) == before


def test_an_import_into_a_closed_period_is_refused_with_the_first_open_day(books: Path) -> None:
    header = "number,customer,issued_on,gross"
    row = "2026-117,nordwind,2026-03-31,1426.50"
    (books / "sales.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    refused = bill("invoice", "import", "sales.csv", "--yes", cwd=books, at="2026-04-20", env=HERE)
    assert refused.code == 1
    assert "E707" in refused.err
    assert "2026-04-01" in refused.err


def test_a_year_mistyped_by_hand_is_a_warning_at_its_place(books: Path) -> None:
    settings = books / "ledger.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("2026-03-31", "2062-03-31"), encoding="utf-8")
    (found,) = bill("check", "--format", "json", cwd=books, at="2026-04-20").json["diagnostics"]
    assert (found["code"], found["file"], found["path"]) == ("W611", "ledger.yaml", "closed_through")


def test_errors_keep_the_books_open_and_comments_of_the_ledger_stay(books: Path) -> None:
    draft = books / "drafts" / "d.yaml"
    draft.parent.mkdir()
    lines = "lines:\n  - description: Work\n    quantity: 1\n    unit_price: 1\n"
    draft.write_text(f"schema: draft/1\nid: d\ncustomer: nobody\nissued_on: 2026-04-10\n{lines}", encoding="utf-8")
    settings = books / "ledger.yaml"
    text = settings.read_text(encoding="utf-8").replace("closed_through: 2026-03-31", "closed_through: 2026-03-31 # first quarter")
    settings.write_text(text, encoding="utf-8")
    refused = bill("close", "--through", "2026-04-15", "--yes", cwd=books, at="2026-04-20", env=HERE)
    assert refused.code == 1
    assert "error[E204]" in refused.err
    assert refused.err.endswith("bill: the books hold 1 error; nothing is closed\n  hint: mend what stands above, then close\n")
    assert settings.read_text(encoding="utf-8") == text
    draft.write_text(draft.read_text(encoding="utf-8").replace("nobody", "nordwind"), encoding="utf-8")
    closed = done("close", "--through", "2026-04-15", "--reason", "audit", "--yes", cwd=books, at="2026-04-20", env=HERE)
    assert "warning: the draft d is meant for a day in the period" in closed.err
    assert settings.read_text(encoding="utf-8") == text.replace("closed_through: 2026-03-31", "closed_through: 2026-04-15")
    assert told(books) == ["W512 d.yaml"]


def test_a_payment_that_vanishes_from_a_month_closed_in_part_is_missed(books: Path) -> None:
    for day in ("2026-04-05", "2026-04-12"):
        done("payment", "add", "-c", "nordwind", "-a", "7", "--yes", cwd=books, at=day, env=HERE)
    done("close", "--through", "2026-04-10", "--yes", cwd=books, at="2026-04-15", env=HERE)
    done("payment", "add", "-c", "nordwind", "-a", "8", "--received-on", "2026-04-04", "--yes", cwd=books, at="2026-04-15", env=HERE)
    kept = [path for path in books.glob("payments/2026/04/*.yaml") if path.name.startswith("2026-04-05")]
    for path in books.glob("payments/2026/04/*.yaml"):
        path.unlink()
    assert told(books) == [f"W610 {path.name}" for path in kept]
    done("payment", "add", "-c", "nordwind", "-a", "9", "--yes", cwd=books, at="2026-04-15", env=HERE)
    assert told(books) == [f"W610 {path.name}" for path in kept], "also when the next command has noted it"
