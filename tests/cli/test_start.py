"""What is answered before Typer is imported: it says what Typer would, and completes what there is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from billcli.cli.complete import main as complete
from billcli.cli.scripts import SCRIPTS
from billcli.index.complete import beginning, query
from billcli.index.connection import open_index
from tests.cli.written import MODULES, shown
from tests.support import PROJECT, bill, done, environment, make_ledger

Read = pytest.CaptureFixture[str]


@pytest.mark.parametrize("name", MODULES)
def test_what_is_written_down_is_what_the_commands_say(name: str) -> None:
    """``python -m tests.cli.written`` writes both anew."""
    assert (PROJECT / name).read_text() == MODULES[name]()


def started(*words: str, columns: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    env = {**environment("2026-03-31"), "PYTHONPATH": str(PROJECT), "COLUMNS": columns}
    return subprocess.run([sys.executable, "-m", "billcli", *words], env=env, cwd=cwd, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize("columns", ["", "40", "79", "80", "81", "109", "110", "111", "500", "0", "-1", "x"])
def test_help_of_all_is_what_typer_prints_at_any_width(columns: str) -> None:
    wide = int(columns) if columns.isdigit() and columns != "0" else 80
    assert started("--help", columns=columns).stdout.decode() == shown(wide)


def test_help_has_its_short_form_and_version_needs_nothing() -> None:
    assert started("-h").stdout == started("--help").stdout
    assert started("--version").stdout == bill("--version").out.encode()


@pytest.mark.parametrize("shell", SCRIPTS)
def test_script_is_the_same_before_and_through_typer(shell: str) -> None:
    assert started("completion", shell).stdout.decode() == SCRIPTS[shell] == bill("completion", shell).out


def test_no_other_shell_is_known() -> None:
    ran = bill("completion", "tcsh")
    assert (ran.code, ran.err) == (2, 'bill: "tcsh" is no shell that bill knows\n  hint: use one of: bash, zsh, fish\n')


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_ledger(tmp_path_factory.mktemp("books"))
    env = {"BILL_LEDGER": str(root)}
    done("customer", "add", "--name", "Nordwind: GmbH", "--id", "nordwind", "--yes", at="2026-01-02", env=env)
    done("customer", "add", "--name", "Süd AS", "--id", "syd", "--yes", at="2026-01-02", env=env)
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;95;vat-20", "--yes", at="2026-01-10", env=env)
    done("payment", "add", "-c", "nordwind", "-a", "500", "--yes", at="2026-02-10", env=env)
    done("report", "aging", at="2026-03-31", env=env)
    return root


def answer(capfd: Read, *words: str, shell: str = "bash") -> list[str]:
    complete(shell, list(words))
    return capfd.readouterr().out.splitlines()


def test_nouns_verbs_options_and_their_values(capfd: Read) -> None:
    assert answer(capfd, "inv") == ["words", "invoice"]
    assert answer(capfd, "--l") == ["words", "--ledger"]
    assert answer(capfd, "--ledger", "") == ["folders"]
    assert answer(capfd, "--ledger", "x", "rep") == ["words", "report"]
    assert answer(capfd, "invoice", "i") == ["words", "issue", "import"]
    assert answer(capfd, "invoice", "new", "--li") == ["words", "--line"]
    assert answer(capfd, "invoice", "list", "--state", "p") == ["words", "partly paid", "paid"]
    assert answer(capfd, "invoice", "list", "--state=p", shell="zsh") == ["words", "--state=partly paid", "--state=paid"]
    assert answer(capfd, "invoice", "list", "--state", "=", "p") == ["words", "partly paid", "paid"]
    assert answer(capfd, "invoice", "list", "--state", "=") == answer(capfd, "invoice", "list", "--state", "")
    assert answer(capfd, "report", "aging", "--format", "") == ["words", "table", "json", "csv"]
    assert answer(capfd, "payment", "add", "--policy", "o") == ["words", "oldest-due"]
    assert answer(capfd, "invoice", "import", "") == ["files"]
    assert answer(capfd, "customer", "add", "--name", "") == ["words"]
    assert answer(capfd, "nonsense", "") == answer(capfd, "invoice", "nonsense", "") == ["words"]
    assert answer(capfd)[:2] == ["words", "init"]


def test_ids_and_numbers_come_from_the_index(capfd: Read, books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(books)
    assert answer(capfd, "customer", "show", "") == ["words", "nordwind", "syd"]
    assert answer(capfd, "customer", "show", "", shell="fish") == ["words", "nordwind\tNordwind: GmbH", "syd\tSüd AS"]
    assert answer(capfd, "customer", "show", "n", shell="zsh") == ["words", "nordwind:Nordwind: GmbH"]
    assert answer(capfd, "invoice", "new", "--customer=s", shell="fish") == ["words", "--customer=syd\tSüd AS"]
    assert answer(capfd, "invoice", "show", "INV") == ["words", "INV-2026-0001"]
    assert answer(capfd, "show", "INV") == ["words", "INV-2026-0001"]
    assert answer(capfd, "invoice", "show", "INV-2026-0001", "") == ["words"]
    assert answer(capfd, "statement", "syd", "n") == ["words", "nordwind"]
    assert answer(capfd, "payment", "show", "2026")[1].startswith("2026-02-10-nordwind-")
    monkeypatch.chdir("/")
    assert answer(capfd, "customer", "show", "") == ["words"]
    assert answer(capfd, "--ledger", str(books), "customer", "show", "s") == ["words", "syd"]
    monkeypatch.setenv("BILL_LEDGER", str(books))
    assert answer(capfd, "customer", "show", "s") == ["words", "syd"]


def test_completion_changes_nothing_and_survives_a_damaged_index(capfd: Read, books: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in books.rglob("*")}
    assert answer(capfd, "--ledger", str(books), "customer", "show", "") == ["words", "nordwind", "syd"]
    assert {path: path.stat().st_mtime_ns for path in books.rglob("*")} == before
    for raw in (b"", b"nonsense", (books / ".bill/index.sqlite").read_bytes()[:5000]):
        (tmp_path / "index.sqlite").write_bytes(raw)
        assert beginning(str(tmp_path / "index.sqlite"), ["customer"], "") == []
    assert beginning(str(tmp_path / "nowhere?mode=rwc"), ["customer"], "") == []
    assert sorted(os.listdir(tmp_path)) == ["index.sqlite"]


def test_many_are_cut_off_without_hiding_how_far_they_begin_alike(tmp_path: Path) -> None:
    index = open_index(str(tmp_path / "index.sqlite"))
    index.execute("BEGIN")
    index.executemany("INSERT INTO drafts VALUES (1, ?, 'nord', 1, NULL, NULL, '', NULL)", [(f"d-{n:05}",) for n in range(5000)])
    index.execute("COMMIT")
    index.close()
    found = [word for word, _ in beginning(str(tmp_path / "index.sqlite"), ["draft"], "d-")]
    assert (found[0], found[-1], len(found)) == ("d-00000", "d-04999", 101)


def test_every_lookup_goes_along_an_index() -> None:
    index = open_index(None)
    for kind in ("customer", "invoice", "credit-note", "payment", "refund", "write-off", "hold", "draft", "tag"):
        for end in ("ASC LIMIT 1", "DESC LIMIT 100"):
            steps = [row[3] for row in index.execute(f"EXPLAIN QUERY PLAN {query(kind, end)}", (kind, "a", "b"))]
            assert len(steps) == 1, steps
            assert steps[0].startswith("SEARCH"), steps


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["bill", "cust"], ["customer"]),
        (["bill", "invoice", "list", "--state", "partly"], ["partly\\ paid"]),
        (["bill", "customer", "show", "no"], ["nordwind"]),
        (["bill", "schema", "write", "--q"], ["--quiet"]),
    ],
)
def test_bash_asks_and_quotes(books: Path, tmp_path: Path, words: list[str], expected: list[str]) -> None:
    """The script as a person's shell runs it."""
    program = tmp_path / "bin/bill"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m billcli "$@"\n')
    program.chmod(0o755)
    typed = " ".join(f"'{word}'" for word in words)
    press = f"COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _bill bill '{words[-1]}'; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    script = f"{SCRIPTS['bash']}\n{press}"
    env = {**environment(), "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(PROJECT)}
    ran = subprocess.run(["bash", "--norc", "-c", script], env=env, cwd=books, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.splitlines() == expected
