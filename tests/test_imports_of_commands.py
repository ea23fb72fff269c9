"""What a command may import: the start-up of every call depends on it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from billcli.cli.quick import QUICK
from billcli.cli.words import NOUNS
from tests.support import PROJECT, done, environment, make_ledger

HEAVY = frozenset(("pydantic", "pydantic_core", "rich", "ruamel", "_ruamel_yaml", "jinja2", "stdnum", "dateutil", "click"))

_LISTED = """
import json, runpy, sys
target = sys.argv.pop()
sys.argv[0] = "bill"
try:
    runpy.run_module("billcli", run_name="__main__")
finally:
    with open(target, "w") as file:
        json.dump(sorted(sys.modules), file)
"""

Imported = Callable[..., frozenset[str]]


@pytest.fixture
def imported(tmp_path: Path) -> Imported:
    """Runs a command into a pipe and gives the modules it has imported when it ends."""

    def run(*words: str, cwd: Path = tmp_path, code: int = 0) -> frozenset[str]:
        listing = tmp_path / "modules.json"
        env = {**environment("2026-03-31"), "PYTHONPATH": str(PROJECT)}
        command = [sys.executable, "-c", _LISTED, *words, str(listing)]
        ran = subprocess.run(command, cwd=cwd, env=env, capture_output=True, timeout=60, check=False)
        assert ran.returncode == code, ran.stderr.decode()
        return frozenset(json.loads(listing.read_text()))

    return run


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a document of every kind, its index up to date."""
    root = make_ledger(tmp_path_factory.mktemp("warm"))
    env = {"BILL_LEDGER": str(root)}
    done("customer", "add", "--name", "Nordwind GmbH", "--id", "nordwind", "--yes", at="2026-01-02", env=env)
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;95;vat-20", "--yes", at="2026-01-10", env=env)
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;1;95;vat-20", "--draft", "--yes", at="2026-01-10", env=env)
    done("credit-note", "new", "-i", "INV-2026-0001", "--reason", "too many", "--line", "1:2", "--yes", at="2026-02-01", env=env)
    done("payment", "add", "-c", "nordwind", "-a", "500", "-i", "INV-2026-0001", "--yes", at="2026-02-10", env=env)
    done(
        "hold",
        "new",
        "--kind",
        "plan",
        "-i",
        "INV-2026-0001",
        "--instalment",
        "2026-06-30",
        "--reason",
        "cash",
        "--yes",
        at="2026-02-11",
        env=env,
    )
    done(
        "hold", "new", "--kind", "promise", "-c", "nordwind", "--until", "2026-06-30", "--reason", "told", "--yes", at="2026-02-11", env=env
    )
    done("payment", "add", "-c", "nordwind", "-a", "10", "--yes", at="2026-02-12", env=env)
    done("refund", "new", "-c", "nordwind", "-a", "5", "--reason", "asked", "--yes", at="2026-02-12", env=env)
    done("write-off", "new", "-i", "INV-2026-0001:1", "--reason", "lost", "--approved-by", "Ada", "--yes", at="2026-02-12", env=env)
    done("report", "aging", at="2026-03-31", env=env)
    return root


def packages(modules: frozenset[str]) -> frozenset[str]:
    return frozenset(name.split(".")[0] for name in modules)


def nouns(modules: frozenset[str]) -> frozenset[str]:
    """Which nouns' modules were imported."""
    every = {f"billcli.cli.{name.replace('-', '_')}": name for name in NOUNS}
    return frozenset(every[name] for name in modules if name in every)


def test_version_is_answered_before_typer_is_imported(imported: Imported) -> None:
    modules = imported("--version")
    assert not packages(modules) & (HEAVY | {"typer"})
    assert {name for name in modules if name.startswith("billcli.")} <= {"billcli.entry", "billcli.__main__"}


ALLOWED = {"billcli.entry", "billcli.__main__", "billcli.cli", "billcli.app", "billcli.index", "billcli.store"}


@pytest.mark.parametrize(
    ("words", "also"),
    [
        (("--help",), {"billcli.cli.help"}),
        (("completion", "zsh"), {"billcli.cli.scripts"}),
        (("__complete", "bash", "invoice", "new", "--l"), {"billcli.cli.complete", "billcli.cli.words"}),
        (
            ("__complete", "bash", "invoice", "show", "INV"),
            {"billcli.cli.complete", "billcli.cli.words", "billcli.app.complete", "billcli.index.complete", "billcli.store.root"},
        ),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_help_of_all_and_completion_are_answered_before_typer_is_imported(
    imported: Imported, warm: Path, words: tuple[str, ...], also: set[str]
) -> None:
    modules = imported(*words, cwd=warm)
    assert not packages(modules) & (HEAVY | {"typer", "hashlib", "ctypes", "subprocess", "inspect"})
    assert {name for name in modules if name.startswith("billcli.")} <= ALLOWED | also


def test_help_imports_no_noun(imported: Imported) -> None:
    modules = imported("--help")
    assert not packages(modules) & HEAVY
    assert nouns(modules) == frozenset()


@pytest.mark.parametrize(
    "words",
    [
        ("init", "--help"),
        ("check", "--help"),
        ("invoice", "--help"),
        ("invoice", "new", "--help"),
        ("customer", "add", "--help"),
        ("report", "--help"),
    ],
)
def test_help_of_a_noun_imports_that_noun_and_nothing_below_the_command_line(imported: Imported, words: tuple[str, ...]) -> None:
    modules = imported(*words)
    assert not packages(modules) & HEAVY
    assert nouns(modules) == {words[0]}
    assert not [name for name in modules if name.startswith(("billcli.app", "billcli.store", "billcli.index", "billcli.core"))]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("report", "aging"),
        ("report", "aging", "--as-of", "2026-02-05", "--by", "invoice", "--format", "json"),
        ("invoice", "list"),
        ("invoice", "list", "--format", "csv"),
        ("payment", "list"),
        ("statement", "nordwind"),
        ("statement", "nordwind", "--kind", "open", "--format", "csv"),
        ("customer", "list"),
        ("credit-note", "list"),
        ("hold", "list"),
        ("refund", "list"),
        ("write-off", "list"),
        ("explain",),
    ],
    ids=lambda words: " ".join(words) or "bare bill",
)
def test_warm_list_or_report_into_a_pipe_reads_no_document(imported: Imported, warm: Path, words: tuple[str, ...]) -> None:
    modules = imported(*words, cwd=warm)
    assert not packages(modules) & HEAVY
    assert nouns(modules) <= {words[0] if words else ""}
    assert "billcli.app.write" not in modules


@pytest.mark.parametrize("words", [(), *(tuple(path.split()) for path in QUICK if path)], ids=" ".join)
def test_warm_report_in_plain_words_is_called_without_typer(imported: Imported, warm: Path, words: tuple[str, ...]) -> None:
    modules = imported(*words, cwd=warm)
    assert not packages(modules) & (HEAVY | {"typer", "subprocess", "ctypes"})


def test_report_right_after_a_command_that_wrote_reads_no_document(imported: Imported, warm: Path) -> None:
    """The file is so new that its bytes are compared once more, and that is all."""
    done("payment", "add", "-c", "nordwind", "-a", "7", "--yes", at="2026-03-01", env={"BILL_LEDGER": str(warm)})
    assert not packages(imported("report", "aging", cwd=warm)) & HEAVY


def test_usage_error_and_unknown_ledger_are_told_without_anything_heavy(imported: Imported) -> None:
    assert not packages(imported("report", "aging", code=2)) & HEAVY
    assert not packages(imported("report", "agign", code=2)) & HEAVY


def test_writing_imports_neither_rich_nor_jinja(imported: Imported, warm: Path) -> None:
    modules = imported("invoice", "new", "-c", "nordwind", "-l", "Consulting;1;95;vat-20", "--dry-run", cwd=warm)
    assert not packages(modules) & {"rich", "jinja2", "click"}
    assert nouns(modules) == {"invoice"}
