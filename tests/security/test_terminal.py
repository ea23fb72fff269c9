"""Rows 9 and 23: whatever a ledger, a file name, a bank or a server says, a terminal shows it and obeys none of it."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from billcli.render.text import json_text, safe
from tests.support import PROJECT, bill, done, environment, make_ledger

DAY = "2026-06-30"
TEXT = "[/] [link=file:///etc/passwd]x[/link] [bold]\u202egpj\u2066\u200b\u061c\U000e0041\xad\u3164\u2800\u206a"
"""What YAML lets in: markup, text that runs backwards, characters that nobody sees."""

CONTROLS = "\x1b]8;;http://evil.example\x07\x1b[2J\x9b31m\r\x00\x08"
"""What only a bank, a file name or a server can say."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SPACES = "\n\r\xa0\u202f\u3000"
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"


def obeyed(screen: str) -> set[str]:
    """The characters that a terminal would not simply show. Colours of our own are fine, on a terminal."""
    return {c for c in _COLOUR.sub("", screen) if (not c.isprintable() and c not in _SPACES) or c in _BLANK}


@pytest.mark.parametrize("text", [TEXT, CONTROLS, "a\ud800b", "\U0001d173", "\U000e0100x", "e\u0301 葛\U000e0100 ❤\ufe0f 𝄞"])
def test_what_does_not_show_becomes_an_escape_and_json_reads_it_back(text: str) -> None:
    assert not obeyed(safe(text)) - {"\U000e0100"}
    assert json.loads(json_text({"a": text})) == {"a": text}
    assert not set(json_text({"a": text})) & set("\u202e\u2066\u200b\u061c\U000e0041\xad\u3164\x1b\x9b")


def test_letters_of_any_script_stay_as_they_are() -> None:
    for text in ("Nordwind Ærø Łódź", "東京都葛\U000e0100城市", "שלום", "مرحبا", "नमस्ते", "❤\ufe0f", "𝄞", "ไทย"):
        assert safe(text) == text


@pytest.fixture(scope="module")
def books(room: Path) -> Path:
    """A ledger in which every text that YAML takes is hostile."""
    root = make_ledger(
        room / "books",
        f"""
        --- categories.yaml
        schema: categories/1
        groups:
          industry:
            - name: "{TEXT.replace("[", "(")[:60]}"
        revenue:
          - name: consulting
            description: "{TEXT}"
        tags:
          - name: vip
            description: "{TEXT}"
        --- customers/evil.yaml
        schema: customer/1
        id: evil
        name: "{TEXT}"
        aliases:
          - "{TEXT}2"
        tax_id: "{TEXT}"
        contacts:
          - role: billing
            name: "{TEXT}"
            email: ap@evil.example
            phone: "{TEXT}"
        notes: "{TEXT}"
        x:
          any: "{TEXT}"
        """,
    )

    def command(*words: str) -> None:
        done(*words, "--yes", cwd=root, at=DAY)

    command("invoice", "new", "-c", "evil", "-l", f"{TEXT};1;100", "--notes", TEXT, "--issued-on", "2026-03-01")
    command("invoice", "new", "-c", "evil", "-l", f"{TEXT};1;50", "--draft")
    command("payment", "add", "-c", "evil", "-a", "10", "--reference", TEXT, "--payer-name", TEXT, "--received-on", "2026-04-01")
    command("credit-note", "new", "-i", "INV-2026-0001", "--reason", TEXT, "--amount", "5")
    command("hold", "new", "--kind", "dispute", "-i", "INV-2026-0001", "--reason", TEXT)
    command("write-off", "new", "-i", "INV-2026-0001:1", "--reason", TEXT, "--approved-by", TEXT)
    bank = f"Date;Amount;Currency;Text;Name\n2026-04-02;12.00;EUR;{TEXT}{CONTROLS.replace(chr(13), '')};{TEXT}\n"
    (root / "bank.csv").write_text(bank.replace("\x00", ""), encoding="utf-8")
    (root / "bank[x]\x1b[31m\u202e.csv").write_text("nothing\n", encoding="utf-8")
    return root


LOOK = [
    "", "check", "check --strict", "doctor", "template list", "bank read bank.csv", "bank profile bank.csv", "report overview",
    "bank read bank[x]\x1b[31m\u202e.csv", "remind preview", "report aging --by invoice", "reconcile status", "customer audit",
    *(f"{command} --format {form}" for form in ("table", "json", "csv") for command in (
        "customer list", "customer show evil", "invoice list", "invoice show INV-2026-0001", "draft list", "payment list",
        "credit-note show CN-2026-0001", "hold list", "write-off list", "report aging", "statement evil", "tag list", "category list",
    )),
]  # fmt: skip
BROKEN = ["", "check", "check --format short", "check --format json", "customer list", "doctor", "show evil"]


def echoes(text: str) -> list[list[str]]:
    """Commands that quote what they were given, in an error."""
    return [
        ["invoice", "show", text], ["customer", "show", text], ["show", text], ["explain", text], [text], ["invoice", text],
        ["invoice", "list", "--state", text], ["invoice", "list", f"--{text}"], ["report", "aging", "--as-of", text],
        ["invoice", "list", "--format", text], ["--ledger", text, "check"], ["reconcile", text], ["bank", "read", text], ["run", text],
        ["payment", "add", "-c", "evil", "-a", text], ["invoice", "new", "-c", "evil", "-l", text], ["customer", "import", text],
        ["customer", "edit", "evil", "--set", text], ["customer", "edit", "evil", "--set", f"{text}=1", "--yes"],
        ["template", "copy", text],
        ["hold", "new", "--kind", text],
        ["completion", text], ["invoice", "list", "--where", text], ["edit", text],
    ]  # fmt: skip


ONE = """
import json, sys
from billcli.cli.boundary import run
for words in json.load(open(sys.argv[1])):
    sys.stdout.write("\\n>>> " + " ".join(words).encode("unicode_escape").decode() + "\\n"); sys.stdout.flush()
    run(words)
"""


def on_a_terminal(books: Path, commands: Sequence[Sequence[str]]) -> str:
    """All of them one after another in one process, on a pseudo terminal; every byte that it was sent."""
    master, slave = pty.openpty()
    env = {**environment(DAY), "PYTHONPATH": str(PROJECT), "TERM": "xterm-256color", "COLUMNS": "300", "EDITOR": "true"}
    (books.parent / "commands").write_text(json.dumps(commands))
    command = [sys.executable, "-c", ONE, str(books.parent / "commands")]
    child = subprocess.Popen(command, cwd=books, env=env, stdin=slave, stdout=slave, stderr=slave, close_fds=True)
    os.close(slave)
    raw = b""
    while select.select([master], [], [], 60)[0]:
        try:
            piece = os.read(master, 1 << 16)
        except OSError:  # Linux says so when the other side is closed
            break
        if not piece:
            break
        raw += piece
    os.close(master)
    assert child.wait(60) == 0
    return raw.decode()


def told(screen: str) -> dict[str, set[str]]:
    """What each command would have made a terminal do."""
    return {said.split("\n", 1)[0]: found for said in screen.split(">>> ") if (found := obeyed(said))}


def test_nothing_that_a_ledger_says_is_obeyed_by_a_terminal(books: Path) -> None:
    screen = on_a_terminal(books, [each.split() for each in LOOK])
    assert told(screen) == {}
    assert screen.count("\\u202egpj") > 40
    assert "Traceback" not in screen and "bug of bill" not in screen


def test_nothing_that_a_broken_file_says_is_obeyed_by_a_terminal(books: Path) -> None:
    names = {
        "z.yaml": f'schema: customer/1\nid: z\nname: z\n"{TEXT}": 1\nterms: "{TEXT}"\n',
        "[x]\x1b[31m\u202e.yaml": "schema: customer/1\n",
    }
    for name, text in names.items():
        (books / "customers" / name).write_text(text, encoding="utf-8")
    screen = on_a_terminal(books, [each.split() for each in BROKEN])
    for name in names:
        (books / "customers" / name).unlink()
    assert told(screen) == {}
    assert screen.count("\\u202e") > 10


def test_nothing_that_an_error_quotes_is_obeyed_or_endless(books: Path) -> None:
    words = [each for text in (TEXT, CONTROLS.replace("\x00", ""), "x" * 20_000) for each in echoes(text)]
    screen = on_a_terminal(books, words)
    assert told(screen) == {}
    assert "Traceback" not in screen and "bug of bill" not in screen
    answers = [said.split("\n", 1)[1] for said in screen.split(">>> ")[1:]]
    assert max(map(len, answers)) < 3000


def test_into_a_pipe_goes_nothing_for_a_terminal_either(books: Path) -> None:
    """But csv, which is for programs, and has the characters themselves."""
    for command in (
        "",
        "check",
        "customer list",
        "customer show evil",
        "invoice show INV-2026-0001",
        "statement evil",
        f"customer show {TEXT[-3:]}",
    ):
        ran = bill(*command.split(" ") if command else (), cwd=books, at=DAY)
        assert not obeyed(ran.out + ran.err), command
        assert "\x1b" not in ran.out + ran.err, command
