"""What the source may contain: who writes files, starts programs, opens connections, and makes code or numbers of a text.

Each exception is named here with its reason. A new one is a decision, not an accident.
"""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import PROJECT

PACKAGE = PROJECT / "billcli"


class Module(NamedTuple):
    """What is asked of a source file: the names and nodes of its calls, and what it imports."""

    calls: list[tuple[str, ast.Call]]
    imports: set[str]


@cache
def modules() -> dict[str, Module]:
    """Parsed and walked once: it takes longer than all the questions."""
    return {path.relative_to(PACKAGE).as_posix(): _read(ast.parse(path.read_text())) for path in sorted(PACKAGE.rglob("*.py"))}


def _read(tree: ast.Module) -> Module:
    found = Module([], set())
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                found.calls.append((name_of(node.func), node))
            case ast.Import():
                found.imports.update(each.name for each in node.names)
            case ast.ImportFrom(module=str(module), level=0):
                found.imports.update((module, *(f"{module}.{each.name}" for each in node.names)))
    return found


def name_of(node: ast.AST) -> str:
    """``os.path.join`` of such an expression; ``?.write_bytes`` of a method of whatever."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=inner, attr=attr):
            return f"{name_of(inner) if isinstance(inner, ast.Name | ast.Attribute) else '?'}.{attr}"
    return "?"


def holding(found: Callable[[str, ast.Call], bool]) -> set[str]:
    """The modules with such a call."""
    return {path for path, tree in modules().items() if any(found(*each) for each in tree.calls)}


def importing(*names: str) -> set[str]:
    return {path for path, tree in modules().items() if tree.imports & set(names)}


_CHANGING = frozenset(
    f"os.{each}"
    for each in (
        "rename", "replace", "renames", "unlink", "remove", "mkdir", "makedirs", "rmdir", "removedirs", "link", "symlink", "truncate",
        "ftruncate", "write", "pwrite", "writev", "mkfifo", "mknod", "chmod", "fchmod", "chown", "fchown", "utime", "fdopen", "sendfile",
        "copy_file_range", "open",
    )
)  # fmt: skip
_METHODS = (".write_bytes", ".write_text", ".touch", ".mkdir", ".unlink", ".rmdir", ".symlink_to", ".hardlink_to", ".rename", ".chmod")
_READING = frozenset(("O_RDONLY", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"))


def writes(name: str, call: ast.Call) -> bool:
    if name in ("os.open",):
        flags = {node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute) and node.attr.startswith("O_")}
        return not flags or bool(flags - _READING)
    if name in _CHANGING or name.startswith(("shutil.rm", "shutil.copy", "shutil.move", "tempfile.")):
        return True
    if name in ("open", "io.open") or (name.endswith(".open") and len(call.args) == 1):
        mode = next(
            (each.value for each in call.keywords if each.arg == "mode"), call.args[1] if len(call.args) > 1 and name == "open" else None
        )
        return mode is not None and (not isinstance(mode, ast.Constant) or bool(set(str(mode.value)) & set("wax+")))
    return name.endswith(_METHODS) and not name.startswith(("fs.", "rows."))  # ours


WRITERS = {
    "store/fs.py": "the one that writes ledgers",
    "store/append.py": "state lines of deliveries, which must be on the disk before the next step",
    "store/lock.py": "the locks, which are never replaced",
    "store/locate.py": "makes .bill",
    "store/outbox.py": "the memory of what was handed over, below .bill",
    "store/working_copy.py": "copies for an editor, below .bill",
    "store/outfile.py": "PDFs, pages, rejected rows and the demo, where the user names it",
    "store/history.py": "a temporary file, of what git is asked for",
    "index/known.py": "indexes of past commits, below .bill",
    "index/connection.py": "deletes a damaged index, below .bill",
    "app/init.py": "the folder of a new ledger, and the copy of the demo",
    "delivery/maildir.py": "a Maildir, named by the environment",
    "render/studio.py": "a temporary folder for the process that runs templates",
    "render/sources.py": "copies of templates, into that folder",
    "render/typeset.py": "the same for typst, in that process",
    "render/studio_child.py": "answers, to a pipe",
    "cli/boundary.py": "the traceback of a bug, and standard streams",
    "cli/common.py": "standard output that nobody reads is sent to /dev/null",
}
"""Everything of a ledger itself goes through the first of them."""


def test_nothing_but_the_named_modules_writes_files() -> None:
    assert holding(writes) == WRITERS.keys()


def test_core_model_banks_and_index_write_nothing() -> None:
    assert not {path for path in holding(writes) if path.startswith(("core/", "model/", "banks/"))}


STARTERS = {
    "store/git_program.py": "git, looked up outside the ledger",
    "store/history.py": "git, likewise",
    "cli/edit.py": "the user's editor, likewise",
    "render/studio.py": "the process that runs templates, with limits",
    "banks/sheets.py": "the process that reads workbooks, with limits",
    "app/reading.py": "copies of itself, to read on several cores",
}
AGAIN = ("entry.py", "os.execv")
"""Itself once more, in UTF-8, where the locale knows no letters beyond ASCII."""


def test_programs_are_started_by_the_named_modules_alone_and_never_by_a_shell() -> None:
    assert importing("subprocess", "multiprocessing", "pty", "asyncio", "concurrent.futures.ProcessPoolExecutor") - STARTERS.keys() == set()
    for path, tree in modules().items():
        for name, call in tree.calls:
            assert not any(each.arg == "shell" for each in call.keywords), path
            if (path, name) == AGAIN:
                continue
            assert not re.match(r"(?:os\.(?:system|popen|exec|spawn|posix_spawn|fork)|commands\.|pty\.)", name), (path, name)
            if name.startswith("subprocess."):
                assert not isinstance(call.args[0], ast.Constant | ast.JoinedStr), (path, "a list of words is no shell's business")


CODE = {
    "app/reading.py": "marshal and pickle between a process and its own copies",
    "store/looks.py": "marshal of what this process has packed, to compare it",
}


def test_no_text_becomes_code_or_an_object() -> None:
    assert importing("pickle", "marshal", "shelve", "dill", "code", "codeop", "runpy", "imp", "yaml") - CODE.keys() == set()
    evil = {"eval", "exec", "compile", "__import__", "globals", "locals", "breakpoint", "yaml.load", "builtins.eval", "input"}
    assert holding(lambda name, _: name in evil) == set()
    loaders = holding(
        lambda name, call: name in ("import_module", "importlib.import_module") and not isinstance(call.args[0], ast.Constant)
    )
    assert loaders <= {"banks/read.py", "cli/dispatch.py", "cli/main.py", "render/sheets/__init__.py", "store/layout.py"}


def test_what_the_registries_import_is_written_in_the_source() -> None:
    """No name of a module comes from a ledger: they are values of plain dicts."""
    from billcli.banks import read
    from billcli.cli.main import NOUNS
    from billcli.cli.quick import QUICK
    from billcli.store.layout import KINDS

    named = [
        *(module for module, _ in NOUNS.values()),
        *(each.entity for each in KINDS.values()),
        *(each.module for each in QUICK.values()),
    ]
    assert all(each.startswith("billcli.") for each in named)
    assert "entry_points" not in Path(read.__file__).read_text()


def test_connections_are_opened_by_delivery_alone() -> None:
    network = {
        "socket",
        "ssl",
        "smtplib",
        "http",
        "http.client",
        "urllib.request",
        "ftplib",
        "requests",
        "httpx",
        "aiohttp",
        "xmlrpc.client",
    }
    assert importing(*network) == {"delivery/smtp.py"}
    assert holding(lambda name, _: name.endswith("set_debuglevel")) == set()


FLOATS = {
    "delivery/url.py": "seconds to wait",
    "app/credit.py": "a share of customers in a back test",
    "app/reconcile/proposal.py": "a likelihood",
    "core/credit/rules.py": "weights of a score",
    "core/credit/score.py": "a score",
    "render/drawn.py": "a place in a drawing",
    "banks/workbook.py": "what Excel holds, turned into the digits that it shows",
}


def test_no_float_near_money() -> None:
    assert holding(lambda name, _: name == "float") - FLOATS.keys() == set()


PATTERNS = {
    "model/pattern.py": "the source's own, compiled later",
    "model/linear.py": "the user's, after everything that takes more than linear time was refused",
    "model/mapping.py": "a date's form, each of whose parts is escaped",
    "core/imports/cells.py": "a number's form, of marks that are escaped",
    "store/canonical.py": "the fields of our own models",
    "store/forms.py": "the same",
    "store/folded.py": "the key of our own kinds",
    "store/secret.py": "the source's own",
    "banks/mt940.py": "the source's own",
    "banks/mt940_details.py": "the source's own, and a mark that is escaped",
    "banks/profiles.py": "what stands around a mark, escaped",
    "app/reconcile/customer.py": "the source's own",
    "core/allocation.py": "a number, escaped sign by sign",
    "core/audit/numbers.py": "what stands around the counter of a number, escaped",
    "model/sequence.py": "the parts of a number's pattern, escaped",
    "model/terms.py": "the source's own",
}


def test_regular_expressions_of_a_user_are_linear() -> None:
    """Row 20: see tests/model/test_linear.py for what is refused, and how long the rest takes."""

    def made(name: str, call: ast.Call) -> bool:
        of_text = re.fullmatch(r"re\.(?:compile|match|search|fullmatch|sub|split|findall|finditer)|Pattern", name) is not None
        names = {node.id for node in ast.walk(call.args[0]) if isinstance(node, ast.Name)} if of_text and call.args else set()
        return bool({each for each in names if not each.isupper() and not each.startswith("_")})

    assert holding(made) - PATTERNS.keys() == set()


def test_no_text_of_a_user_is_a_format() -> None:
    """``"{0.__class__}".format(x)`` looks inside; only texts of the source may be formats."""

    def of_another(name: str, call: ast.Call) -> bool:
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        return name.endswith((".format", ".format_map")) and not isinstance(owner, ast.Constant) and not re.match(r"_?[A-Z_]+\.", name)

    assert holding(of_another) <= {
        "app/wording.py", "cli/imports.py", "core/checks/books.py", "core/where.py", "core/undo.py",
        "index/check_queries.py", "index/report_queries.py",
        "render/letters.py", "index/derived.py", "index/balances.py",
    }  # fmt: skip


def test_ruffs_rules_of_security_hold_and_each_exception_names_its_reason() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in settings["select"]
    assert {each for each in settings["ignore"] if re.fullmatch(r"S\d+", each)} == {"S608", "S101", "S603", "S607"}
    for path in sorted(PACKAGE.rglob("*.py")):
        for line in path.read_text().splitlines():
            if found := re.search(r"# noqa: S(\d+)(.*)", line):
                assert found[1] in ("105", "301", "302", "606", "704"), (path, line)


# what is installed


def test_every_dependency_is_locked_with_hashes_and_from_no_other_index() -> None:
    text = (PROJECT / "requirements.txt").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 30
    for each in entries:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", each), each.splitlines()[0]
        assert "--hash=sha256:" in each, each.splitlines()[0]
    assert not re.search(r"--(?:extra-)?index-url|--find-links|--trusted-host|https?://|git\+|file:", text)
    setup = (PROJECT / ".ci/setup").read_text()
    installs = [line for line in setup.replace("\\\n", " ").splitlines() if "pip install" in line and "echo" not in line]
    assert len(installs) == 4
    assert all("--require-hashes" in line or ("--no-deps" in line and "--no-build-isolation" in line) for line in installs)


@pytest.mark.parametrize("tool", ["", "#!/bin/sh\nexit 1\n"])
def test_an_audit_that_could_not_run_says_so_and_is_not_green(tmp_path: Path, tool: str) -> None:
    if tool:
        (tmp_path / "pip-audit").write_text(tool)
        (tmp_path / "pip-audit").chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "BILL_PIP_AUDIT": str(tmp_path / "pip-audit")}
    ran = subprocess.run(["sh", ".ci/audit"], cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 3
    assert "NOT AUDITED" in ran.stderr


@pytest.mark.parametrize(("found", "code"), [("[]", 0), ('[{"id": "PYSEC-2026-1", "fix_versions": []}]', 1)])
def test_an_audit_that_ran_counts_what_it_looked_at(tmp_path: Path, found: str, code: int) -> None:
    report = f'{{"dependencies": [{{"name": "jinja2", "version": "3.1.6", "vulns": {found}}}], "fixes": []}}'
    (tmp_path / "pip-audit").write_text(f"#!/bin/sh\necho '{report}'\nexit {code}\n")
    (tmp_path / "pip-audit").chmod(0o755)
    env = {"PATH": "/usr/bin:/bin", "BILL_PIP_AUDIT": str(tmp_path / "pip-audit")}
    ran = subprocess.run(["sh", ".ci/audit"], cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    assert (ran.returncode, "1 package" in ran.stdout) == (code, True)
    assert ("PYSEC-2026-1" in ran.stdout) is bool(code)


def test_every_threat_of_the_page_names_tests_that_are_there() -> None:
    page = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    rows = {int(found[1]): found[0] for found in re.finditer(r"^\| (\d+) \|.*$", page, re.MULTILINE)}
    assert rows.keys() == set(range(1, 24)) - {15}
    for number, row in rows.items():
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row)
        assert named, number
        for file, function in named:
            text = (PROJECT / file).read_text(encoding="utf-8")
            assert f"def {function}(" in text if function else "def test_" in text, (number, file, function)
