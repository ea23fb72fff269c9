"""One cause is one finding: what only follows from it is not told again, and nothing that stands by itself is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import bill, done, make_ledger

BOOKS = """
--- categories.yaml
schema: categories/1
groups:
  segment:
    - name: public
revenue:
  - name: consulting
tags:
  - name: vip
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
parent: konzern
tags: [vip]
tax: vat-20
groups:
  segment: public
--- customers/suedwind.yaml
schema: customer/1
id: suedwind
name: Südwind GmbH
parent: konzern
--- customers/konzern.yaml
schema: customer/1
id: konzern
name: Wind Holding AG
"""

MARCH = "invoices/2026/03"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A family of customers, four issued invoices, a credit note, a payment across the family."""
    root = make_ledger(tmp_path_factory.mktemp("sound"), BOOKS)
    line = ("--line", "Consulting;1;100;vat-20;consulting")
    for day in (2, 9, 16, 23):
        done("invoice", "new", "-c", "nordwind", *line, "--yes", cwd=root, at=f"2026-03-{day:02d}")
    done("credit-note", "new", "-i", "INV-2026-0002", "--reason", "half of it", "--amount", "60", "--yes", cwd=root, at="2026-03-24")
    done("payment", "add", "-c", "suedwind", "-a", "150", "-i", "INV-2026-0001", "--yes", cwd=root, at="2026-03-25")
    assert codes(root) == []
    return root


@pytest.fixture
def books(sound: Path, tmp_path: Path) -> Path:
    """A copy to be damaged."""
    return shutil.copytree(sound, tmp_path / "books", ignore=shutil.ignore_patterns(".bill"))


def codes(root: Path) -> list[str]:
    """``file code`` of every finding."""
    return [f"{each['file']} {each['code']}" for each in bill("check", str(root), "--format", "json").json["diagnostics"]]


def break_text(path: Path) -> None:
    path.write_text("schema: [\n", encoding="utf-8")


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


BREAKS: list[tuple[Callable[[Path], None], str]] = [(break_text, "E104"), (as_folder, "E114")]


@pytest.mark.parametrize(("damage", "code"), BREAKS)
@pytest.mark.parametrize(
    "file",
    [
        "ledger.yaml", "categories.yaml", "customers/nordwind.yaml", "customers/suedwind.yaml", "customers/konzern.yaml",
        f"{MARCH}/INV-2026-0001.yaml", f"{MARCH}/INV-2026-0002.yaml", f"{MARCH}/INV-2026-0004.yaml",
        "credit-notes/2026/03/CN-2026-0001.yaml",
    ],
)  # fmt: skip
def test_file_that_cannot_be_read_is_the_only_finding(books: Path, file: str, damage: Callable[[Path], None], code: str) -> None:
    if file == "ledger.yaml" and damage is as_folder:
        damage(books / file)
        assert bill("check", str(books)).code == 2, "a folder without a ledger.yaml is no ledger"
        return
    damage(books / file)
    assert codes(books) == [f"{file} {code}"]
    refused = bill("report", "aging", cwd=books)
    assert (refused.code, refused.out) == (1, "")
    assert file in refused.err


@pytest.mark.parametrize("folder", ["customers", "invoices", MARCH, "credit-notes", "payments"])
def test_folder_that_is_a_link_is_the_only_finding(books: Path, folder: str, tmp_path: Path) -> None:
    (books / folder).rename(tmp_path / "elsewhere")
    (books / folder).symlink_to(tmp_path / "elsewhere")
    assert codes(books) == [f"{folder} E115"]
    for words in (("report", "aging"), ("invoice", "list"), ("customer", "add", "--name", "Neu GmbH", "--yes")):
        refused = bill(*words, cwd=books)
        assert (refused.code, refused.out) == (1, "")
        assert f"{folder} is a symbolic link" in refused.err


@pytest.mark.parametrize("folder", ["customers", "invoices", "credit-notes", "payments", "audit"])
def test_file_in_the_place_of_a_folder_is_the_only_finding(books: Path, folder: str, tmp_path: Path) -> None:
    (books / folder).rename(tmp_path / "elsewhere")
    (books / folder).write_text("", encoding="utf-8")
    assert codes(books) == [f"{folder} E114"]


def test_issued_document_that_is_gone_leaves_no_gap_and_no_missing_name_besides(books: Path) -> None:
    (books / MARCH / "INV-2026-0003.yaml").unlink()
    assert codes(books) == [f"{MARCH}/INV-2026-0003.yaml E408"]
    (books / MARCH / "INV-2026-0001.yaml").unlink()
    (books / MARCH / "INV-2026-0002.yaml").unlink()
    assert codes(books) == [f"{MARCH}/INV-2026-000{n}.yaml E408" for n in (1, 2, 3)]


def test_first_documents_that_are_gone_without_a_trail_break_the_seal_of_the_next(books: Path) -> None:
    next((books / "audit").rglob("*.jsonl")).unlink()
    (books / MARCH / "INV-2026-0001.yaml").unlink()
    payment = next((books / "payments").rglob("*.yaml")).relative_to(books)
    assert codes(books) == [f"{MARCH}/INV-2026-0002.yaml E403", f"{payment} E305"]
    assert "INV-2026-0002 is not as it was issued, or what came before it is gone" in bill("check", cwd=books).out


def test_gap_beside_an_unreadable_number_names_only_what_is_missing(books: Path) -> None:
    audit = next((books / "audit").rglob("*.jsonl"))
    audit.unlink()
    (books / MARCH / "INV-2026-0002.yaml").unlink()
    (books / "credit-notes/2026/03/CN-2026-0001.yaml").unlink()
    break_text(books / MARCH / "INV-2026-0003.yaml")
    assert codes(books) == [f"{MARCH}/INV-2026-0003.yaml E401", f"{MARCH}/INV-2026-0003.yaml E104"]
    assert "INV-2026-0002 is missing before INV-2026-0003" in bill("check", cwd=books).out


def test_document_in_the_wrong_folder_is_not_also_gone(books: Path) -> None:
    (books / "invoices/2026/04").mkdir()
    (books / MARCH / "INV-2026-0003.yaml").rename(books / "invoices/2026/04/INV-2026-0003.yaml")
    assert codes(books) == ["invoices/2026/04/INV-2026-0003.yaml E120"]


def test_renamed_or_copied_customer_is_told_once(books: Path) -> None:
    file = books / "customers/nordwind.yaml"
    (books / "customers/nordwind-copy.yaml").write_bytes(file.read_bytes())
    assert codes(books) == ["customers/nordwind-copy.yaml E121"]
    file.unlink()
    assert codes(books) == ["customers/nordwind-copy.yaml E121"]


def test_one_wrong_id_in_a_file_is_told_there(books: Path) -> None:
    file = books / "customers/nordwind.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("id: nordwind", "id: nordwnd"), encoding="utf-8")
    assert codes(books) == ["customers/nordwind.yaml E121"]


def test_circle_of_parents_is_one_finding(books: Path) -> None:
    file = books / "customers/konzern.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "parent: nordwind\n", encoding="utf-8")
    assert codes(books) == ["customers/konzern.yaml E306"]
    assert "konzern → nordwind → konzern" in bill("check", cwd=books).out


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("unit_price: 100", "unit_price: 90", ["E404"]),
        ("gross: 120.00", "gross: 121.00", ["E404"]),
        ("net: 100.00", "net: 101.00", ["E404"]),
        ("base: 100.00", "base: 101.00", ["E404"]),
        ("rate: 20", "rate: 19", ["E404"]),
        ("  tax: 20.00", "  tax: 2.00", ["E404"]),
        ("amount: 120.00", "amount: 12.00", ["E405"]),
        ("description: Consulting", "description: Training", []),
    ],
)
def test_one_changed_figure_is_one_finding_beside_the_broken_seal(books: Path, old: str, new: str, expected: list[str]) -> None:
    file = books / MARCH / "INV-2026-0003.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert sorted(codes(books)) == sorted(f"{MARCH}/INV-2026-0003.yaml {code}" for code in [*expected, "E403"])


def test_several_figures_of_several_causes_are_told_each(books: Path) -> None:
    file = books / MARCH / "INV-2026-0003.yaml"
    text = file.read_text(encoding="utf-8").replace("base: 100.00", "base: 101.00").replace("gross: 120.00", "gross: 125.00")
    file.write_text(text, encoding="utf-8")
    assert [each.split()[1] for each in codes(books)] == ["E404", "E404", "E403"]


def test_settlement_dated_too_early_is_not_also_overspent(books: Path) -> None:
    payment = next((books / "payments").rglob("*.yaml"))
    text = payment.read_text(encoding="utf-8")
    row = text.rindex('"on": 2026-03-25')
    payment.write_text(text[:row] + '"on": 2026-02-01\n', encoding="utf-8")
    assert [each.split()[1] for each in codes(books)] == ["E504", "E504"], "before the payment counts, and before the invoice was issued"


def test_broken_trail_is_told_at_its_first_break(books: Path) -> None:
    for day in ("2026-04-02", "2026-04-03", "2026-05-02"):
        done("invoice", "new", "-c", "nordwind", "--line", "Consulting;1;100;vat-20", "--yes", cwd=books, at=day)
    (second,) = (books / "audit").rglob("2026-05.jsonl")
    first = second.with_name("2026-04.jsonl")
    lines = first.read_text(encoding="utf-8").splitlines(keepends=True)
    first.write_text(lines[0].replace("tester", "nobody") + lines[1], encoding="utf-8")
    assert codes(books) == [f"{first.relative_to(books)} E601"]
    first.write_text("".join(lines[:-1]), encoding="utf-8")
    assert codes(books) == [f"{second.relative_to(books)} E601"], "an entry taken out shows at the one that follows it"
    first.write_text("".join(lines), encoding="utf-8")
    second.write_text(second.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    assert codes(books) == [f"{second.relative_to(books)} E601"]
    refused = bill("customer", "add", "--name", "Neu GmbH", "--yes", cwd=books, at="2026-05-03")
    assert refused.code == 1
    assert "does not end with an audit entry; nothing was changed" in refused.err
    assert not (books / "customers/neu-gmbh.yaml").exists()


def test_conflict_in_the_trail_is_named_as_one(books: Path) -> None:
    (trail,) = (books / "audit").rglob("*.jsonl")
    lines = trail.read_text(encoding="utf-8").splitlines(keepends=True)
    conflict = ["<<<<<<< HEAD\n", lines[-1], "=======\n", lines[-1], ">>>>>>> office\n"]
    trail.write_text("".join([*lines[:-1], *conflict]), encoding="utf-8")
    assert codes(books) == [f"{trail.relative_to(books)} E113"]
    assert f"{trail.name}:{len(lines)}:1" in bill("check", cwd=books).out
