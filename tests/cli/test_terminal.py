"""What a person at a terminal sees: questions, a preview, tables that fit. The commands run on a pseudo terminal."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from billcli.render.text import width
from tests.support import PROJECT, bill, done, environment, make_ledger

DAY = "2026-06-30"
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def typed(
    *words: str, ledger: Path, columns: int, answers: Sequence[tuple[str, str]] = (), enter: str = "\n", term: str = "xterm"
) -> tuple[int, str]:
    """Runs a command on a terminal that wide; each answer is typed once its question stands there. Gives exit code and screen."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    env = environment(DAY, {"BILL_LEDGER": str(ledger), "PYTHONPATH": str(PROJECT), "TERM": term})
    del env["COLUMNS"]
    child = subprocess.Popen([sys.executable, "-m", "billcli", *words], env=env, stdin=slave, stdout=slave, stderr=slave, close_fds=True)
    os.close(slave)
    decoder = codecs.getincrementaldecoder("utf-8")()  # a read may end within a letter
    shown, seen = "", 0
    waiting = list(answers)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([master], [], [], 0.05)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:  # Linux says so when the other side is closed
                break
            if not piece:
                break
            shown += decoder.decode(piece)
        if waiting and waiting[0][0] in shown[seen:]:
            seen = shown.index(waiting[0][0], seen) + len(waiting[0][0])
            os.write(master, f"{waiting.pop(0)[1]}{enter}".encode())
    os.close(master)
    assert not waiting, f"no question {waiting[0][0]!r} in:\n{shown}"
    return child.wait(timeout=60), _COLOUR.sub("", shown).replace("\r\n", "\n")


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return make_ledger(
        tmp_path / "books",
        """
        --- customers/nordwind.yaml
        schema: customer/1
        id: nordwind
        name: Nordwind Handels GmbH
        --- customers/nordwind-service.yaml
        schema: customer/1
        id: nordwind-service
        name: Nordwind Service GmbH
        """,
    )


def test_invoice_new_asks_for_what_is_missing_and_asks_again_for_what_it_does_not_understand(books: Path) -> None:
    code, screen = typed(
        "invoice", "new", ledger=books, columns=120,
        answers=[
            ("Customer", "nordwin"), ("Customer", "südwind"), ("Customer", "service"),
            ("Line 1", "Consulting;two;95.10"), ("Line 1", "Consulting;2;95.10;vat-20"), ("Line 2", ""),
            ("Write this? [y/N]", "y"),
        ],
    )  # fmt: skip
    assert code == 0
    assert "2 customers fit (nordwind, nordwind-service)" in screen
    assert 'there is no customer "südwind"' in screen
    assert "Nordwind Service GmbH (nordwind-service)" in screen
    assert '"two" is not a quantity' in screen
    assert "Consulting: 2 × 95.10 = 190.20 EUR, tax vat-20" in screen
    assert "invoice INV-2026-0001 to Nordwind Service GmbH over 228.24 EUR, issued 2026-06-30, due 2026-07-30" in screen
    assert (books / "invoices/2026/06/INV-2026-0001.yaml").exists()


def test_a_customer_merged_into_another_does_not_stand_in_the_way_of_a_part_of_its_name(books: Path) -> None:
    env = {"BILL_LEDGER": str(books)}
    done("customer", "merge", "nordwind-service", "--into", "nordwind", "--reason", "one firm", "--yes", at=DAY, env=env)
    words = ("invoice", "new", "-l", "Consulting;2;95.10;vat-20")
    code, screen = typed(*words, ledger=books, columns=120, answers=[("Customer", "nordwi"), ("Write this?", "y")])
    assert code == 0
    assert "Nordwind Handels GmbH (nordwind)" in screen


def test_no_to_the_question_writes_nothing_and_exits_3(books: Path) -> None:
    words = ("invoice", "new", "-c", "nordwind", "-l", "Consulting;2;95.10;vat-20")
    code, screen = typed(*words, ledger=books, columns=120, answers=[("Write this?", "n")])
    assert code == 3
    assert "nothing was written" in screen
    assert not (books / "invoices").exists()
    assert not (books / "audit").exists()


def test_an_answer_that_is_neither_yes_nor_no_is_quoted_and_the_question_asked_again(books: Path) -> None:
    words = ("invoice", "new", "-c", "nordwind", "-l", "Consulting;2;95.10;vat-20")
    code, screen = typed(*words, ledger=books, columns=120, answers=[("Write this?", "ja"), ("Write this? [y/N]", "Yes")])
    assert code == 0
    assert '"ja" is neither yes nor no (y or n; Enter alone means no)' in screen
    assert (books / "invoices/2026/06/INV-2026-0001.yaml").exists()


def test_terminal_is_told_the_number_once(books: Path) -> None:
    words = ("invoice", "new", "-c", "nordwind", "-l", "Consulting;2;95.10;vat-20", "--yes")
    code, screen = typed(*words, ledger=books, columns=120)
    assert code == 0
    assert screen.count("INV-2026-0001") == 1


def test_end_of_input_at_the_question_writes_nothing_and_exits_130(books: Path) -> None:
    words = ("invoice", "new", "-c", "nordwind", "-l", "Consulting;2;95.10;vat-20")
    code, _ = typed(*words, ledger=books, columns=120, answers=[("Write this?", "\x04")])
    assert code == 130
    assert not (books / "invoices").exists()


@pytest.mark.parametrize("columns", [200, 100, 80])
def test_table_on_a_terminal_fits_and_cuts_no_id_or_amount(tmp_path: Path, columns: int) -> None:
    done("demo", "demo", cwd=tmp_path, at=DAY)
    _, screen = typed("report", "aging", "--as-of", "2026-03-31", ledger=tmp_path / "demo", columns=columns)
    plain = bill("report", "aging", "--as-of", "2026-03-31", at=DAY, env={"BILL_LEDGER": str(tmp_path / "demo")}).out
    assert "nordwind-service" in screen
    assert "…" not in screen
    for amount in re.findall(r"\d+\.\d\d", plain):
        assert amount in screen
    table = screen.split("EUR  Σ")[0].splitlines()
    assert max(map(len, table)) <= max(columns, 84)
    assert ("(no room for: Name)" in screen) == (columns < 120)


def test_lists_and_documents_fit_a_hundred_columns_with_every_day_and_amount_whole(tmp_path: Path) -> None:
    done("demo", "demo", cwd=tmp_path, at=DAY)
    demo = tmp_path / "demo"
    for words in (
        "invoice list", "payment list", "credit-note list", "hold list", "report aging", "report aging --by invoice",
        "statement nordwind", "statement nordwind --kind open", "explain INV-2026-0001", "explain nordwind",
        "show INV-2026-0036", "explain INV-2026-0035",
    ):  # fmt: skip
        looked = (*words.split(), "--as-of", "2026-10-31")
        code, screen = typed(*looked, ledger=demo, columns=100)
        assert code == 0
        assert max(width(line) for line in screen.splitlines() if " Σ " not in line) <= 100, words
        plain = bill(*looked, at=DAY, env={"BILL_LEDGER": str(demo)}).out
        missing = set(re.findall(r"\d+\.\d\d\b", plain)) - set(re.findall(r"\d+\.\d\d\b", screen))
        assert not missing, words
        assert not re.search(r"\b\d{4}-\d\d-\d\b", screen), words


def test_an_edit_that_cannot_stand_is_shown_and_the_editor_opened_again(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = books.parent / "editor.py"
    editor.write_text(
        "import pathlib, sys\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "text = path.read_text()\n"
        "again = 'nmae' in text\n"
        "path.write_text(text.replace('nmae', 'name') if again else text.replace('name: Nordwind Handels GmbH', 'nmae: Nordwind AG'))\n"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {editor}")
    code, screen = typed(
        "edit", "nordwind", ledger=books, columns=120, answers=[("Edit again? [Y/n]", ""), ("Write this? [y/N]", "y")]
    )  # fmt: skip
    assert code == 0
    assert 'did you mean "name"?' in screen
    assert "+name: Nordwind AG" in screen
    assert "name: Nordwind AG\n" in (books / "customers/nordwind.yaml").read_text()
    assert not list((books / ".bill/edits").iterdir())


def test_giving_up_an_edit_keeps_what_was_typed(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "sed -i s/^name/nmae/")
    code, screen = typed("edit", "nordwind", ledger=books, columns=120, answers=[("Edit again? [Y/n]", "n")])
    assert code == 1
    assert "customers/nordwind.yaml stays as it was" in screen
    [copy] = (books / ".bill/edits").glob("*/nordwind.yaml")
    assert "nmae: Nordwind Handels GmbH" in copy.read_text()
    assert f"kept in {copy}" in screen.replace("\n", "")


@pytest.fixture
def reviewed(books: Path) -> Path:
    """Two open lines of the bank, and one invoice that fits the first of them."""
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;5;100;vat-20", "--yes", cwd=books, at="2026-06-14")
    path = books.parent / "june.csv"
    path.write_text(
        "id,date,amount,payer,text\nL1,2026-06-20,600.00,Nordwind,thanks\nL2,2026-06-21,90.00,[red]\x1b[2Jx,?\n", encoding="utf-8"
    )
    assert bill("reconcile", str(path), "--yes", cwd=books, at=DAY).code == 3
    return books


def test_review_takes_single_keys_and_gives_the_terminal_back(reviewed: Path) -> None:
    code, screen = typed(
        "reconcile", "review", ledger=reviewed, columns=100, enter="",
        answers=[("? > ", "1"), ("? > ", "u"), ("? > ", "1"), ("? > ", "\x1b[A"), ("? > ", "i"), ("reason: ", "a gift\n")],
    )  # fmt: skip
    assert code == 0, screen
    assert screen.count("1 of 2") == 2, "shown again after undo"
    assert "line L2 over 90.00 EUR: ignore, a gift" in screen
    assert "\x1b" not in screen
    assert bill("check", cwd=reviewed, at=DAY).code == 0


def test_review_that_ends_early_keeps_what_was_answered(reviewed: Path) -> None:
    code, screen = typed("reconcile", "review", ledger=reviewed, columns=100, enter="", answers=[("? > ", "1"), ("? > ", "\x04")])
    assert code == 3, screen
    rows = bill("reconcile", "status", "--format", "json", cwd=reviewed, at=DAY).json["rows"]
    assert [row["open"] for row in rows] == [1]


def test_review_reads_lines_where_the_terminal_gives_no_keys(reviewed: Path) -> None:
    code, screen = typed("reconcile", "review", ledger=reviewed, columns=100, answers=[("? > ", "1"), ("? > ", "q")], term="dumb")
    assert code == 3, screen
    assert "line L1 over 600.00 EUR: book, INV-2026-0001" in screen
