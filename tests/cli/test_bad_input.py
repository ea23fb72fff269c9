"""What cannot be is refused: a word that names it, the right exit code, nothing written, no traceback."""

from __future__ import annotations

import fcntl
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest

from tests.support import PROJECT, Ran, bill, done, environment, make_ledger, tree

TODAY = "2026-06-30"
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
--- items.yaml
schema: items/1
items:
  - id: hour
    description: Consulting, per hour
    unit_price: 95.00
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
--- customers/fremd.yaml
schema: customer/1
id: fremd
name: Fremde AG
"""
LONG = "a" * 300


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """INV-2026-0001 over 200.00 EUR in two lines, open; INV-2026-0002 over 50.00 EUR, of which 20.00 EUR are credited."""
    root = make_ledger(tmp_path_factory.mktemp("sound"), BOOKS)
    done("invoice", "new", "-c", "nordwind", "-l", "Work;1;100", "-l", "Travel;4;25", "--yes", cwd=root, at="2026-03-02")
    done("invoice", "new", "-c", "nordwind", "-l", "Work;1;50", "--yes", cwd=root, at="2026-03-03")
    done("credit-note", "new", "-i", "INV-2026-0002", "--amount", "20", "--reason", "too much", "--yes", cwd=root, at="2026-03-04")
    return root


@pytest.fixture
def books(sound: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sound, tmp_path / "books", symlinks=True)


def refused(root: Path, *words: str, code: int, says: str = "") -> Ran:
    """The command ends with the code and the word, says nothing on standard output and leaves every byte as it was."""
    before = tree(root)
    ran = bill(*words, cwd=root, at=TODAY)
    assert ran.code == code, ran
    assert says in ran.err
    assert ran.err.startswith(("bill: ", "error["))
    assert "Traceback" not in ran.err
    assert ran.out == ""
    assert tree(root) == before
    return ran


# amounts, dates, ids

AMOUNTS = {
    "1e5": "is not an amount", "1_000": "is not an amount", "NaN": "is not an amount", "-0": "has a minus sign",
    "1,000.00": "is not an amount", "0.005": "has 3 decimals; EUR has 2", "12345678901234567.89": "is too large",
    "１２.５": "is not an amount", "-5": "has a minus sign", "": "is not an amount", " 5": "is not an amount", "+5": "is not an amount",
    ".5": "is not an amount", "5.": "is not an amount", "0x10": "is not an amount", "Infinity": "is not an amount",
    "5 EUR": "is not an amount",
    "0" * 50: "is not an amount",
}  # fmt: skip


@pytest.mark.parametrize(("amount", "says"), AMOUNTS.items())
def test_amount_that_is_none(books: Path, amount: str, says: str) -> None:
    shown = f'"{amount}" {says}'
    refused(books, "payment", "add", "-c", "nordwind", f"--amount={amount}", "--yes", code=2, says=f"--amount: {shown}")
    refused(books, "payment", "add", "-c", "nordwind", "-a", "500", f"--invoice=INV-2026-0001:{amount}", "--yes", code=2, says=shown)
    refused(books, "credit-note", "new", "-i", "INV-2026-0001", "--reason", "x", f"--amount={amount}", "--yes", code=2, says=shown)
    if "decimals" not in says:
        refused(books, "customer", "add", "--name", "Neu", f"--credit-limit={amount}", "--yes", code=2, says=shown)
        refused(books, "invoice", "list", f"--above={amount}", code=2, says=f"--above: {shown}")


@pytest.mark.parametrize("number", ["1e5", "1_000", "NaN", "1,5", "0.0000001", "１２.５", "", "-0", "9" * 13])
def test_quantity_or_price_that_is_none(books: Path, number: str) -> None:
    refused(books, "invoice", "new", "-c", "nordwind", "-l", f"Work;1;{number}", "--yes", code=2, says=f'"{number}"')
    refused(books, "invoice", "new", "-c", "nordwind", "-l", f"Work;{number};1", "--yes", code=2, says=f'"{number}"')
    refused(books, "credit-note", "new", "-i", "INV-2026-0001", "--reason", "x", "-l", f"2:{number}", "--yes",
            code=1 if number == "9" * 12 else 2, says=f'"{number}"')  # fmt: skip


def test_amounts_of_nothing_and_of_too_much(books: Path) -> None:
    refused(books, "payment", "add", "-c", "nordwind", "-a", "0", "--yes", code=2, says='--amount: "0" is nothing')
    refused(books, "credit-note", "new", "-i", "INV-2026-0001", "--reason", "x", "--amount", "0", "--yes", code=2, says="more than zero")
    huge = "Work;999999999999;999999999999"
    refused(books, "invoice", "new", "-c", "nordwind", "-l", huge, "--yes", code=1, says="the total is too large")
    refused(
        books,
        "invoice",
        "new",
        "-c",
        "nordwind",
        "-l",
        "Work;-1;5",
        "--yes",
        code=2,
        says="a negative quantity of something that has a price",
    )


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-02-30", "is not a day of the calendar"), ("2026-13-01", "is not a day of the calendar"), ("0", "is not a date"),
        ("26-1-1", "is not a date"), ("20260301", "is not a date"), ("2026-03-01T00:00", "is not a date"), ("", "is not a date"),
        ("２０２６-03-01", "is not a date"), ("1066-10-14", "is outside the years"),
    ],
)  # fmt: skip
def test_date_that_is_none(books: Path, day: str, says: str) -> None:
    shown = f'"{day}" {says}'
    refused(books, "payment", "add", "-c", "nordwind", "-a", "5", "--received-on", day, "--yes", code=2, says=f"--received-on: {shown}")
    refused(books, "invoice", "new", "-c", "nordwind", "-l", "Work;1;5", "--issued-on", day, "--yes", code=2, says=f"--issued-on: {shown}")
    refused(books, "credit-note", "new", "-i", "INV-2026-0001", "--reason", "x", "--issued-on", day, "--yes", code=2, says=shown)
    refused(books, "report", "aging", f"--as-of={day}", code=2, says=f"--as-of: {shown}")
    refused(books, "invoice", "list", f"--since={day}", code=2, says=f"--since: {shown}")
    refused(books, "payment", "list", f"--until={day}", code=2, says=f"--until: {shown}")


def test_date_the_books_do_not_allow(books: Path) -> None:
    refused(
        books, "invoice", "new", "-c", "nordwind", "-l", "Work;1;5", "--issued-on", "2026-07-01", "--yes", code=1, says="is in the future"
    )
    refused(
        books,
        "invoice",
        "new",
        "-c",
        "nordwind",
        "-l",
        "Work;1;5",
        "--issued-on",
        "2026-03-01",
        "--yes",
        code=1,
        says="would be out of order",
    )
    refused(books, "payment", "add", "-c", "nordwind", "-a", "5", "--received-on", "2026-07-01", "--yes", code=1, says="is in the future")
    note = ("credit-note", "new", "-i", "INV-2026-0001", "--reason", "x", "--yes", "--issued-on", "2026-03-01")
    refused(books, *note, code=1, says="2026-03-0")


IDS = ["a/b", "/", "..", ".", "../x", "con", "CON", "nul.txt", "Lpt1", LONG, "a b", "-x", "ä", "", "a.", "a\nb", "a\\b", "a:b", "北京"]


@pytest.mark.parametrize("name", IDS)
def test_id_that_cannot_be_a_file_name(books: Path, name: str) -> None:
    refused(books, "customer", "add", "--name", "Neu GmbH", f"--id={name}", "--yes", code=2, says="cannot be an id or number")
    for noun in ("customer", "invoice", "credit-note", "payment", "draft"):
        refused(books, noun, "show", "--", name, code=1, says="there is no ")
    refused(books, "customer", "add", "--name", "Neu GmbH", f"--parent={name}", "--yes", code=2, says="cannot be an id or number")
    if name:
        refused(books, "invoice", "new", f"--customer={name}", "-l", "Work;1;5", "--yes", code=1, says="there is no customer ")


def test_id_with_a_nul_byte_in_a_file_is_refused_there(books: Path) -> None:
    (books / "customers/neu.yaml").write_bytes(b"schema: customer/1\nid: ne\0u\nname: Neu\n")
    assert "error[E102]" in bill("check", cwd=books).out
    (books / "customers/neu.yaml").write_bytes(b'schema: customer/1\nid: "ne\\0u"\nname: Neu\n')
    assert 'error[E207]: id: "ne\\u0000u" cannot be an id or number' in bill("check", cwd=books).out


def test_words_that_are_not_text(books: Path) -> None:
    word = b"a\xff".decode("utf-8", "surrogateescape")
    refused(books, "show", word, code=2, says="word 2 of the command is not UTF-8")
    refused(books, "customer", "add", "--name", word, "--yes", code=2, says="word 4 of the command is not UTF-8")
    assert done("customer", "add", "--name", "Neu GmbH", "--yes", cwd=books, at=TODAY, env={"BILL_ACTOR": word}).code == 0
    assert bill("check", cwd=books).out == ""


# names that nobody declared


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("invoice new -c nordwnid -l Work;1;5 --yes", 1, 'there is no customer "nordwnid"\n  hint: did you mean "nordwind"?'),
        ("payment add -c nosuch -a 5 --yes", 1, 'there is no customer "nosuch"'),
        ("customer add --name Neu --parent nosuch --yes", 1, 'there is no customer "nosuch"'),
        ("invoice list -c nosuch", 1, 'there is no customer "nosuch"'),
        ("payment add -c nordwind -a 5 -i INV-2026-0009 --yes", 1, 'there is no invoice "INV-2026-0009"'),
        ("payment add -c nordwind -a 5 -i inv-2026-0001 --yes", 1, 'did you mean "INV-2026-0001"?'),
        ("credit-note new -i nosuch --reason x --yes", 1, 'there is no invoice "nosuch"'),
        ("credit-note list --invoice nosuch", 1, 'there is no invoice "nosuch"'),
        ("invoice issue nosuch --yes", 1, 'there is no draft "nosuch"'),
        ("draft delete nosuch --yes", 1, 'there is no draft "nosuch"'),
        ("show nosuch", 1, 'nothing has "nosuch"'),
        ("invoice new -c nordwind -l Work;1;5 --currency EURO --yes", 2, '--currency: "EURO" is not a currency'),
        ("payment add -c nordwind -a 5 --currency eur --yes", 2, '--currency: "eur" is not a currency'),
        ("customer add --name Neu --currency XXX --yes", 2, '"XXX" is not a currency'),
        ("customer add --name Neu --country UK --yes", 2, '"UK" is not a country'),
        ("customer list --country XX", 2, '--country: "XX" is not a country'),
        ("invoice new -c nordwind -l Work;1;5;vat-02 --yes", 2, 'unknown tax code "vat-02"\n  hint: did you mean "vat-20"?'),
        ("customer add --name Neu --tax nosuch --yes", 2, 'unknown tax code "nosuch"'),
        ("invoice new -c nordwind -l Work;1;5;vat-20;consultnig --yes", 2, 'unknown revenue category "consultnig"'),
        ("invoice new -c nordwind -l Work;1;5;a|b --yes", 2, '"a|b" cannot be a name in a vocabulary'),
        (f"invoice new -c nordwind -l Work;1;5;vat-20;{LONG} --yes", 2, "has 300 characters; at most 64 fit"),
        ("invoice new -c nordwind -l nosuch;1 --yes", 2, 'the price list has no item "nosuch"'),
        ("invoice new -c nordwind -l Work;1;5 --tag VIP --yes", 2, 'unknown tag "VIP"\n  hint: did you mean "vip"?'),
        ("customer tag nordwind --add nosuch --yes", 2, 'unknown tag "nosuch"'),
        ("customer list --tag nosuch", 2, 'unknown tag "nosuch"'),
        ("invoice list --tag nosuch", 2, 'unknown tag "nosuch"'),
        ("customer add --name Neu --segment nosuch --yes", 2, 'unknown segment "nosuch"'),
        ("customer edit nordwind --set groups.segment=pubic --yes", 2, 'did you mean "public"?'),
        ("invoice list --group segment=nosuch", 2, 'unknown segment "nosuch"'),
        ("invoice list --group nosuch", 2, '"nosuch" is not a group'),
        ("invoice new -c nordwind -l Work;1;5 --series nosuch --yes", 2, 'no sequence "nosuch"'),
        ("invoice new -c nordwind -l Work;1;5 --terms soon --yes", 2, '"soon" are not payment terms'),
        ("customer edit nordwind --set nmae=x --yes", 2, 'unknown key "nmae"\n  hint: did you mean "name"?'),
        ("customer edit nordwind --set name.x=y --yes", 2, '"name.x" is not a field of a customer'),
        ("customer edit nordwind --set name. --yes", 2, '"name." sets nothing'),
        ("customer edit nordwind --set name.=x --yes", 2, '"name." is not a field of a customer'),
        ("customer edit nordwind --set parent=nordwind --yes", 1, "a customer cannot be its own parent"),
        ("report aging --by nosuch", 2, '"nosuch"'),
        ("report aging --format xml", 2, '"xml" is not a format'),
        ("check --format table", 2, '"table" is not a format'),
        ("explain E999", 2, 'there is no code "E999"'),
        ("explain ../../etc/passwd", 2, 'there is no code "../../etc/passwd"'),
        ("nosuch", 2, "nosuch"),
        ("invoice nosuch", 2, "nosuch"),
        ("check --nosuch", 2, "--nosuch"),
        ("invoice new -c nordwind --from nosuch.yaml --yes", 2, "nosuch.yaml cannot be read: No such file or directory"),
        ("invoice new -c nordwind --from customers --yes", 2, "customers cannot be read: Is a directory"),
        ("invoice new -c nordwind --from /dev/zero --yes", 1, "the file has more than"),
        ("--ledger nosuch check", 2, '"nosuch" is no ledger'),
        ("check nosuch", 2, '"nosuch" is no ledger'),
    ],
)  # fmt: skip
def test_name_that_is_not_there(books: Path, words: str, code: int, says: str) -> None:
    refused(books, *words.split(), code=code, says=says)


# amounts beyond what is there


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("payment add -c nordwind -a 500 -i INV-2026-0001:300", 1, "INV-2026-0001 has 200.00 EUR open, less than 300.00 EUR"),
        ("payment add -c nordwind -a 50 -i INV-2026-0001:100", 1, "the payment has 50.00 EUR left for INV-2026-0001, less than 100.00 EUR"),
        ("payment add -c nordwind -a 500 -i INV-2026-0002:31", 1, "INV-2026-0002 has 30.00 EUR open"),
        ("payment add -c nordwind -a 50 -i INV-2026-0001 -i INV-2026-0002", 1, "the payment is used up"),
        ("payment add -c nordwind -a 50 -i INV-2026-0001 -i INV-2026-0001", 2, "names an invoice twice"),
        ("payment add -c nordwind -a 50 -i INV-2026-0001 --currency USD", 1, "INV-2026-0001 is in EUR, the payment in USD"),
        ("payment add -c fremd -a 50 -i INV-2026-0001", 1, "INV-2026-0001 belongs to nordwind, who is not related to fremd"),
        (
            "credit-note new -i INV-2026-0001 --reason x --amount 200.01",
            1,
            "is more than can still be credited on INV-2026-0001: 200.00 EUR",
        ),
        ("credit-note new -i INV-2026-0002 --reason x --amount 30.01", 1, "is more than can still be credited on INV-2026-0002: 30.00 EUR"),
        ("credit-note new -i INV-2026-0002 --reason x", 2, "INV-2026-0002 was credited before, by 20.00 EUR"),
        ("credit-note new -i INV-2026-0002 --reason x --line 1", 1, "is more than can still be credited"),
        ("credit-note new -i INV-2026-0001 --reason x --line 2:5", 1, "line 2 of INV-2026-0001 has 4 left to credit, not 5"),
        ("credit-note new -i INV-2026-0001 --reason x --line 2:3 --line 2:3", 2, "line 2 is named twice"),
        ("credit-note new -i INV-2026-0001 --reason x --line 3", 2, "INV-2026-0001 has no line 3"),
        ("credit-note new -i INV-2026-0001 --reason x --line 0", 2, "INV-2026-0001 has no line 0"),
        ("credit-note new -i INV-2026-0001 --reason x --line 1:0", 1, "line 1 of INV-2026-0001 has 1 left to credit, not 0"),
        ("credit-note new -i INV-2026-0001 --reason x --line one", 2, '--line "one" names no line'),
        ("credit-note new -i INV-2026-0001 --reason x --line 1 --amount 5", 2, "--line and --amount exclude each other"),
    ],
)
def test_more_than_there_is(books: Path, words: str, code: int, says: str) -> None:
    refused(books, *words.split(), "--yes", code=code, says=says)


def test_line_credited_twice_over(books: Path) -> None:
    note = ("credit-note", "new", "-i", "INV-2026-0001", "--reason", "x", "--yes")
    done(*note, "--line", "2:3", cwd=books, at=TODAY)
    refused(books, *note, "--line", "2:2", code=1, says="line 2 of INV-2026-0001 has 1 left to credit, not 2")
    done(*note, "--line", "2", cwd=books, at=TODAY)
    refused(books, *note, "--line", "2", code=1, says="line 2 of INV-2026-0001 is credited in full")
    assert bill("check", cwd=books).out == ""


# numbers


@pytest.mark.parametrize("name", ["nordwind", "NORDWIND", "NordWind"])
def test_id_that_is_taken_in_any_case(books: Path, name: str) -> None:
    refused(books, "customer", "add", "--name", "Andere GmbH", "--id", name, "--yes", code=1, says='there is already a customer "nordwind"')


def test_number_that_is_taken_in_another_case(books: Path) -> None:
    text = (books / "invoices/2026/03/INV-2026-0001.yaml").read_text(encoding="utf-8").replace("INV-2026-0001", "inv-2026-0003")
    own = text[: text.index("seal: ")] + "imported:\n  source: old books\n  external_id: X1\n"
    (books / "invoices/2026/03/inv-2026-0003.yaml").write_text(own, encoding="utf-8")
    assert bill("check", cwd=books).out == ""
    refused(books, "invoice", "new", "-c", "nordwind", "-l", "Work;1;5", "--yes", code=1, says="there is inv-2026-0003 already")


def test_gap_and_edited_document_do_not_pass_the_check(books: Path) -> None:
    file = books / "invoices/2026/03/INV-2026-0002.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("description: Work", "description: Rest"), encoding="utf-8")
    ran = bill("check", cwd=books)
    assert (ran.code, ran.out.count("error[")) == (1, 1)
    assert "error[E403]: INV-2026-0002 is not as it was issued" in ran.out
    done("invoice", "new", "-c", "nordwind", "-l", "Work;1;5", "--yes", cwd=books, at=TODAY)
    file.unlink()
    ran = bill("check", "--format", "short", cwd=books)
    assert ran.code == 1
    assert ran.out.splitlines() == ["invoices/2026/03/INV-2026-0002.yaml: error[E408]: INV-2026-0002 was issued, but its file is gone"]


# links, rights, disks


@pytest.mark.parametrize("place", ["customers", "invoices/2026/03", "audit", "ledger.yaml", "customers/nordwind.yaml", "items.yaml"])
def test_link_out_of_the_ledger_is_named_and_not_followed(books: Path, place: str, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    (books / place).rename(target)
    (books / place).symlink_to(target)
    before = tree(books), tree(target) if target.is_dir() else target.read_bytes()
    ran = bill("check", "--format", "short", cwd=books)
    assert (ran.code, ran.out) == (1, f"{place}: error[E115]: {place} is a symbolic link\n")
    for words in (
        ("report", "aging"),
        ("customer", "add", "--name", "Neu GmbH", "--yes"),
        ("payment", "add", "-c", "nordwind", "-a", "5", "--yes"),
    ):
        refused(books, *words, code=1, says=f"{place} is a symbolic link")
    assert (tree(books), tree(target) if target.is_dir() else target.read_bytes()) == before


def test_link_to_a_system_folder_shows_nothing_of_it(books: Path) -> None:
    shutil.rmtree(books / "customers")
    (books / "customers").symlink_to("/etc")
    ran = bill("check", "--format", "json", cwd=books)
    assert [(each["code"], each["file"]) for each in ran.json["diagnostics"]] == [("E115", "customers")]
    assert "root" not in ran.out
    (books / "customers").unlink()
    (books / "customers").mkdir()
    (books / "customers/nordwind.yaml").symlink_to("/etc/passwd")
    assert "root" not in bill("check", cwd=books).out


def test_private_folder_is_no_way_out(books: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.sqlite"
    import sqlite3

    with sqlite3.connect(outside) as database:
        database.execute("CREATE TABLE precious (x)")
    database.close()
    before = outside.read_bytes()
    index = books / ".bill/index.sqlite"
    index.unlink()
    index.symlink_to(outside)
    (books / ".bill/.gitignore").unlink()
    (books / ".bill/.gitignore").symlink_to(tmp_path / "made")
    assert bill("customer", "list", cwd=books, at=TODAY).code == 0
    assert outside.read_bytes() == before
    assert not (tmp_path / "made").exists()
    shutil.rmtree(books / ".bill")
    (books / ".bill").symlink_to(tmp_path)
    refused(books, "customer", "add", "--name", "Neu GmbH", "--yes", code=1, says=".bill is a symbolic link")


@contextmanager
def nobody() -> Iterator[None]:
    """As somebody whom the rights of files bind: root they do not."""
    if os.geteuid() != 0:
        yield
        return
    os.setresgid(65534, 65534, 0)
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)


@pytest.fixture
def shared(sound: Path) -> Iterator[Path]:
    """A copy where everybody may look, without the private folder of whoever made it."""
    folder = Path(tempfile.mkdtemp(prefix="bill-test-"))
    folder.chmod(0o755)
    root = shutil.copytree(sound, folder / "books", ignore=shutil.ignore_patterns(".bill"))
    root.chmod(0o755)
    bill("report", "aging", cwd=sound, at=TODAY)  # what it imports is there before the rights go
    bill("check", cwd=sound)
    bill("payment", "add", "-c", "nordwind", "-a", "5", "--dry-run", cwd=sound, at=TODAY)
    bill("init", str(folder / "x"), "--name", "Neu", "--currency", "EUR", "--country", "DE", "--no-git")
    try:
        yield root
    finally:
        for path in [root, *root.rglob("*")]:
            if path.is_dir():
                path.chmod(0o755)
        shutil.rmtree(folder)


@pytest.mark.parametrize("place", ["customers/nordwind.yaml", "customers", "invoices/2026", "ledger.yaml"])
def test_place_that_may_not_be_read(shared: Path, place: str) -> None:
    before = tree(shared)
    (shared / place).chmod(0)
    with nobody():
        ran = bill("check", "--format", "short", cwd=shared)
        report = bill("report", "aging", cwd=shared, at=TODAY)
    assert (ran.code, ran.out.count("error[")) == (1, 1)
    assert ran.out.startswith(f"{place}: error[E114]: ")
    assert "cannot be read: Permission denied" in ran.out
    assert (report.code, report.out) == (1, "")
    assert f"{place} cannot be read" in report.err
    (shared / place).chmod(0o755)
    assert tree(shared) == before


def test_folder_that_may_not_be_written(shared: Path) -> None:
    before = tree(shared)
    for path in [shared, *shared.rglob("*")]:
        if path.is_dir():
            path.chmod(0o555)
    with nobody():
        report = bill("report", "aging", cwd=shared, at=TODAY)
        check = bill("check", cwd=shared)
        write = bill("payment", "add", "-c", "nordwind", "-a", "5", "--yes", cwd=shared, at=TODAY)
        begin = bill("init", str(shared / "new"), "--name", "Neu", "--currency", "EUR", "--country", "DE", cwd=shared)
    assert (report.code, check.code, check.out) == (0, 0, "")
    for ran in (write, begin):
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith("bill: ")
        assert "Permission denied" in ran.err
    assert "nothing was changed" in write.err
    assert tree(shared) == before
    assert not (shared / ".bill").exists()


@contextmanager
def disk_with_room_for(size: int) -> Iterator[None]:
    """No file can grow beyond so many bytes: writing ends short, then fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("size", [0, 1, 40, 300, 700, 1500, 5000, 20_000])
@pytest.mark.parametrize(
    "words", ["payment add -c nordwind -a 5", "invoice new -c nordwind -l Work;1;5", "customer edit nordwind --set city=x"]
)
@pytest.mark.parametrize("private", [True, False], ids=["with .bill", "without .bill"])
def test_full_disk_leaves_all_or_nothing(books: Path, size: int, words: str, private: bool) -> None:
    command = words.replace("city", "address.city").split()
    if not private:
        shutil.rmtree(books / ".bill")
    before = tree(books)
    with disk_with_room_for(size):
        report = bill("report", "aging", cwd=books, at=TODAY)
        ran = bill(*command, "--yes", cwd=books, at=TODAY)
    assert report.code == 0, report
    assert "Traceback" not in ran.err
    if ran.code == 0:
        assert tree(books) != before
    else:
        assert ran.code == 1, ran
        assert ran.out == ""
        assert "nothing was changed" in ran.err
        assert tree(books) == before
    assert bill("check", cwd=books).out == ""
    assert bill(*command, "--yes", *(["--again"] if "payment" in words and ran.code == 0 else []), cwd=books, at=TODAY).code == 0


def test_full_disk_for_a_new_ledger(tmp_path: Path) -> None:
    begin = ("init", str(tmp_path / "new"), "--name", "Neu", "--currency", "EUR", "--country", "DE", "--no-git")
    for size in (0, 10, 100, 1000, 3000):
        with disk_with_room_for(size):
            ran = bill(*begin)
        assert (ran.code, ran.out) == (1, "")
        assert "nothing was changed" in ran.err
        assert tree(tmp_path / "new") == {}
    assert bill(*begin).code == 0


# standard streams


def sh(root: Path, script: str, *words: str, at: str = TODAY) -> Ran:
    """The command as ``"$@"`` in a shell script."""
    command = ["sh", "-c", script, "sh", sys.executable, "-m", "billcli", *words]
    env = {**environment(at), "PYTHONPATH": str(PROJECT)}
    ran = subprocess.run(command, cwd=root, env=env, capture_output=True, timeout=60, check=False)
    assert b"Traceback" not in ran.stderr
    assert b"Exception ignored" not in ran.stderr
    return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


READS = [("--version",), ("--help",), ("explain",), ("invoice", "list"), ("check", "--format", "json"), ()]


@pytest.mark.parametrize("words", READS)
def test_output_that_is_closed_or_full_is_an_error(books: Path, words: tuple[str, ...]) -> None:
    closed = sh(books, '"$@" >&-', *words)
    assert (closed.code, closed.err.splitlines()[0]) == (1, "bill: standard output is closed")
    full = sh(books, '"$@" >/dev/full', *words)
    assert full.code == 1
    assert full.err.endswith("No space left on device\n")


@pytest.mark.parametrize("words", READS)
def test_reader_that_goes_ends_it_quietly(books: Path, words: tuple[str, ...]) -> None:
    one = sh(books, '{ "$@"; echo "exit $?" >&2; } | head -1', *words)
    assert one.err == "exit 0\n"
    assert len(one.out.splitlines()) == 1
    assert sh(books, '{ sleep 0.3; "$@"; echo "exit $?" >&2; } | true', *words).err == "exit 0\n"


def test_writing_command_does_not_write_where_it_cannot_answer(books: Path) -> None:
    before = tree(books)
    closed = sh(books, '"$@" >&-', "payment", "add", "-c", "nordwind", "-a", "5", "--yes")
    assert closed.code == 1
    assert tree(books) == before
    full = sh(books, '"$@" >/dev/full', "payment", "add", "-c", "nordwind", "-a", "5", "--yes")
    assert full.code == 3
    assert "the change is made, but the answer could not be written: No space left on device" in full.err
    assert tree(books) != before


def test_closed_input_is_nobody_to_ask(books: Path) -> None:
    before = tree(books)
    asked = sh(books, '"$@" <&-', "payment", "add", "-c", "nordwind", "-a", "5")
    assert (asked.code, asked.out) == (3, "")
    assert "add --yes to write without being asked" in asked.err
    assert sh(books, '"$@" <&-', "invoice", "new").code == 2
    assert sh(books, '"$@" <&-', "invoice", "new", "-c", "nordwind").code == 2
    assert tree(books) == before
    assert sh(books, '"$@" <&-', "customer", "list").code == 0
    assert sh(books, '"$@" <&-', "payment", "add", "-c", "nordwind", "-a", "5", "--yes").code == 0


def test_closed_or_full_error_output_changes_no_exit_code(books: Path) -> None:
    for script in ('"$@" 2>&-', '"$@" 2>/dev/full'):
        assert sh(books, script, "customer", "list").code == 0
        assert sh(books, script, "customer", "list", "--tag", "nosuch").code == 2
        assert sh(books, script, "customer", "show", "nosuch").code == 1
        assert sh(books, script, "payment", "add", "-c", "nordwind", "-a", "5", "--yes", "--again").code == 0
    assert sh(books, '"$@" >&- 2>&- <&-', "customer", "list").code == 1


def test_locale_changes_no_text(books: Path) -> None:
    env = 'LC_ALL=C PYTHONIOENCODING=ascii "$@"'
    assert sh(books, env, "customer", "add", "--name", "北京 Handel", "--id", "bj", "--yes").code == 0
    assert "北京 Handel" in sh(books, env, "customer", "list").out


# who is at it, and how it ends


def test_locked_ledger_is_waited_for_and_named(books: Path) -> None:
    before = tree(books)
    with open(books / ".bill/lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = bill("payment", "add", "-c", "nordwind", "-a", "5", "--yes", cwd=books, at=TODAY, env={"BILL_WAIT": "0"})
        assert (ran.code, ran.out) == (4, "")
        assert "another command holds the ledger" in ran.err
        for wait in ("-1", "²", "601", "soon", ""):
            assert bill("payment", "add", "-c", "nordwind", "-a", "5", "--yes", cwd=books, env={"BILL_WAIT": wait}).code == 2
        process = subprocess.Popen(
            [sys.executable, "-m", "billcli", "payment", "add", "-c", "nordwind", "-a", "5", "--yes"], cwd=books,
            env={**environment(TODAY), "PYTHONPATH": str(PROJECT), "BILL_WAIT": "60"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=heeds_interrupts,  # noqa: PLW1509  # these tests have no threads
        )  # fmt: skip
        while process.poll() is None and not _waits_for(process.pid, books / ".bill/lock"):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"interrupted\n")
    assert tree(books) == before


def heeds_interrupts() -> None:
    """Tests that run in the background of a shell ignore interrupts, and so would every command they begin."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _waits_for(pid: int, lock: Path) -> bool:
    """Whether the process has opened the lock."""
    folder = Path(f"/proc/{pid}/fd")
    if not folder.exists():
        time.sleep(1)  # a system without /proc: the command is at the lock by then
        return True
    try:
        return any(os.path.realpath(each) == str(lock) for each in folder.iterdir())
    except OSError:
        return False


@pytest.mark.parametrize("instant", ["²", "-1", "soon", "9" * 20])
def test_clock_that_is_none(books: Path, instant: str) -> None:
    ran = bill("report", "aging", cwd=books, env={"BILL_NOW": instant})
    assert (ran.code, ran.out) == (2, "")
    assert "BILL_NOW" in ran.err


def test_bug_leaves_its_traceback_in_a_file(books: Path, tmp_path: Path) -> None:
    with (
        mock.patch("billcli.app.status.status_view", side_effect=RuntimeError("\ud800 oops")),
        mock.patch.object(tempfile, "tempdir", str(tmp_path)),
    ):
        ran = bill(cwd=books, at=TODAY)
    assert (ran.code, ran.out) == (70, "")
    assert "this is a bug of bill (RuntimeError)" in ran.err
    assert "Traceback" not in ran.err
    (left,) = tmp_path.glob("bill-bug-*.txt")
    assert "oops" in left.read_text(encoding="utf-8")
    with mock.patch("billcli.app.status.status_view", side_effect=RuntimeError("oops")), mock.patch.object(tempfile, "tempdir", "/nosuch"):
        ran = bill(cwd=books, at=TODAY)
    assert ran.code == 70
    assert "RuntimeError: oops" in ran.err


# texts that want to be more than texts


@pytest.mark.parametrize("text", ["a\x1b]8;;http://evil\x07b", "a\x9b31mb", "a\x00b", "a\rb", "a\nb", "a\u2028b"])
def test_control_characters_are_refused_wherever_a_text_is_given(books: Path, text: str) -> None:
    shown = "contains the control character U+"
    refused(books, "customer", "add", "--name", text, "--yes", code=2, says=shown)
    refused(books, "invoice", "new", "-c", "nordwind", "-l", f"{text};1;5", "--yes", code=2)
    refused(books, "credit-note", "new", "-i", "INV-2026-0001", "--reason", text, "--yes", code=2, says=shown)
    refused(books, "payment", "add", "-c", "nordwind", "-a", "5", "--reference", text, "--yes", code=2, says=shown)
    writing = ["invoice new -c nordwind -l Work;1;5", "payment add -c nordwind -a 5", "credit-note new -i INV-2026-0001 --reason x"]
    for command in writing:
        refused(books, *command.split(), "--external-id", text, "--yes", code=2, says=shown)
        if "\n" not in text:
            refused(books, *command.split(), "--notes", text, "--yes", code=2, says=shown)
    for command, code in (("customer show", 1), ("invoice list --customer", 1), ("invoice list --group", 2), ("explain", 2)):
        ran = refused(books, *command.split(), text, code=code)
        assert text not in ran.err


DISGUISED = "[/] [link=file:///etc/passwd]x[/link] [bold]\u202egpj.exe\u200b\u2066"


def test_markup_and_hidden_characters_show_in_every_output(books: Path) -> None:
    done("customer", "add", "--name", DISGUISED, "--id", "evil", "--yes", cwd=books, at=TODAY)
    done("invoice", "new", "-c", "evil", "-l", f"{DISGUISED};1;5", "--yes", cwd=books, at=TODAY)
    harmless = "[/] [link=file:///etc/passwd]x[/link] [bold]\\u202egpj.exe\\u200b\\u2066"
    commands = [
        ("customer", "list"), ("customer", "show", "evil"), ("show", "gpj"), ("invoice", "show", "INV-2026-0003"),
        ("customer", "list", "--format", "json"), ("invoice", "show", "INV-2026-0003", "--format", "json"),
        ("payment", "add", "-c", "evil", "-a", "5", "-i", "INV-2026-0003", "--payer-name", DISGUISED, "--dry-run"),
        ("customer", "add", "--name", DISGUISED, "--dry-run", "--format", "json"),
    ]  # fmt: skip
    for words in commands:
        ran = bill(*words, cwd=books, at=TODAY)
        assert ran.code == 0, ran
        assert not set(ran.out + ran.err) & set("\u202e\u200b\u2066\x1b")
        assert harmless in ran.out + ran.err or "payment" in words
    (row,) = [each for each in bill("customer", "list", "--format", "json", cwd=books, at=TODAY).json["rows"] if each["customer"] == "evil"]
    assert row["name"] == DISGUISED


def test_markup_is_no_markup_on_a_terminal(books: Path) -> None:
    from datetime import date

    from billcli.core.report import Column, Report
    from billcli.render.report import rendered

    report = Report(
        "x", date(2026, 6, 30), (Column("name", "Name"), Column("list", "List", "list")), [(DISGUISED + "\x1b]8;;x\x07", [DISGUISED])]
    )
    with mock.patch.dict(os.environ, {"COLUMNS": "300", "TERM": "xterm-256color", "FORCE_COLOR": "1"}):
        text = rendered(report, "table", terminal=True)
    assert "[link=file:///etc/passwd]x[/link] [bold]" in text
    assert "\x1b]8" not in text
    assert not set(text) & set("\u202e\u200b\u2066\x07")


def test_broken_names_in_files_and_folders_are_shown_harmless(books: Path) -> None:
    body = "schema: customer/1\nid: y\nname: y\n"
    for name in ("a\nb.yaml", "a\x1b[31m.yaml", "[x].yaml", "\u202elmay.yaml"):
        (books / "customers" / name).write_text(body, encoding="utf-8")
    if sys.platform == "linux":
        with open(os.fsencode(books) + b"/customers/\xff.yaml", "wb") as file:
            file.write(body.encode())
    for form in ("text", "short", "json"):
        ran = bill("check", "--format", form, cwd=books)
        assert ran.code == 1
        assert ran.out.count("E121") == (5 if sys.platform == "linux" else 4)
        assert not set(ran.out) & set("\x1b\u202e")
    refused(books, "customer", "list", code=1, says="cannot be read, and ")
