"""Rows 16 and 17: a ledger whose ``.git`` folder was made by somebody else; whatever it names, no program of it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.history import git
from tests.support import PROJECT, Ran, bill, environment

DAY = "2026-06-20"
HOOKS = ("pre-commit", "post-commit", "commit-msg", "prepare-commit-msg", "reference-transaction", "post-index-change", "post-checkout")
PROGRAMS = (
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "gpg.program", "diff.external", "diff.x.textconv",
    "diff.x.command", "filter.x.clean", "filter.x.smudge", "filter.x.process", "merge.x.driver", "sequence.editor",
    "uploadpack.packObjectsHook",
)  # fmt: skip
ALIASES = ("rev-parse", "update-index", "write-tree", "commit-tree", "read-tree", "update-ref", "check-attr", "log", "show", "diff")


@pytest.fixture(scope="module")
def made(room: Path) -> Path:
    assert bill("init", str(room / "books"), "--name", "Fjord", "--currency", "EUR", "--country", "NO", at=DAY).code == 0
    return room / "books"


@pytest.fixture
def books(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    return Path(shutil.copytree(made, tmp_path / "books"))


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that writes down that it ran; what it wrote stands beside it."""
    program = tmp_path / "trap"
    program.write_text(f'#!/bin/sh\necho "$0 $*" >>{tmp_path}/ran\ncat\n')
    program.chmod(0o755)
    return program


def sprung(trap: Path) -> str:
    found = trap.with_name("ran")
    return found.read_text() if found.exists() else ""


def armed(books: Path, trap: Path) -> None:
    hooks = books / "hooks"
    for folder in (hooks, books / ".git/hooks"):
        folder.mkdir(exist_ok=True)
        for name in HOOKS:
            (folder / name).write_bytes(trap.read_bytes())
            (folder / name).chmod(0o755)
    for name in ALIASES:
        git(books, "config", f"alias.{name}", f"!{trap}")
    git(books, "config", "credential.helper", f"!{trap}")
    git(books, "config", "commit.gpgSign", "true")
    for name in PROGRAMS:
        git(books, "config", name, str(trap))
    git(books, "config", "core.hooksPath", str(hooks))


def add(books: Path, name: str = "Nordwind GmbH", **environment: str) -> Ran:
    return bill("customer", "add", "--name", name, "--yes", cwd=books, at=DAY, env=environment)


def test_no_program_that_the_repository_names_is_run(books: Path, trap: Path) -> None:
    armed(books, trap)
    assert add(books).code == 0
    for words in (
        [],
        ["check"],
        ["doctor"],
        ["diff", "HEAD~1..HEAD"],
        ["diff"],
        ["report", "aging", "--known-at", "HEAD"],
        ["undo", "--dry-run"],
    ):
        assert bill(*words, cwd=books, at=DAY).code in (0, 1), words
    assert sprung(trap) == ""
    assert "customers/nordwind-gmbh.yaml" in (books / ".bill/git-index").read_bytes().decode("latin-1")


@pytest.mark.parametrize("where", [".gitattributes", ".git/info/attributes", "customers/.gitattributes"])
def test_a_filter_is_neither_run_nor_left_out(books: Path, trap: Path, where: str) -> None:
    before = git(books, "rev-parse", "HEAD")
    armed(books, trap)
    (books / "customers").mkdir(exist_ok=True)
    with (books / where).open("a") as file:
        file.write("*.yaml filter=x diff=x merge=x\n")
    ran = add(books)
    assert (ran.code, sprung(trap)) == (3, "")
    assert 'customers/nordwind-gmbh.yaml has the git filter "x", and bill runs none' in ran.err
    assert git(books, "-c", "core.fsmonitor=false", "-c", "alias.rev-parse=rev-parse", "rev-parse", "HEAD") == before
    (books / where).unlink()
    assert add(books, "Sued AG").code == 0
    assert sprung(trap) == ""


@pytest.mark.parametrize("url", ["ext::{trap}", "ssh://nowhere.invalid/books", "{folder}"])
def test_an_object_that_is_missing_is_not_fetched(books: Path, trap: Path, url: str) -> None:
    for name, value in {
        "core.repositoryFormatVersion": "1", "extensions.partialClone": "origin", "remote.origin.promisor": "true",
        "remote.origin.url": url.format(trap=trap, folder=books), "remote.origin.uploadpack": str(trap), "core.sshCommand": str(trap),
        "protocol.allow": "always", "protocol.ext.allow": "always",
    }.items():  # fmt: skip
        git(books, "config", name, value)
    tree = git(books, "rev-parse", "HEAD^{tree}").strip()
    (books / ".git/objects" / tree[:2] / tree[2:]).unlink()
    (books / ".bill/git-base").unlink()
    ran = add(books)
    assert (ran.code, sprung(trap)) == (3, "")
    assert "git has not committed it" in ran.err


@pytest.mark.parametrize("path", ["", ".", "bin", "{books}/bin", "{books}"])
def test_no_program_of_the_ledger_is_taken_for_git_or_an_editor(books: Path, trap: Path, path: str) -> None:
    for folder in (books, books / "bin"):
        folder.mkdir(exist_ok=True)
        for name in ("git", "vi"):
            (folder / name).write_bytes(trap.read_bytes())
            (folder / name).chmod(0o755)
    search = os.pathsep.join([path.format(books=books), "/usr/bin", "/bin"])
    assert add(books, PATH=search).code == 0
    bill("edit", "nordwind-gmbh", cwd=books, at=DAY, env={"PATH": search.split(os.pathsep)[0] + ":/nowhere", "EDITOR": "vi"})
    assert bill("diff", "HEAD~1..HEAD", cwd=books, at=DAY, env={"PATH": search}).code == 0
    assert sprung(trap) == ""
    assert git(books, "show", "--format=", "--name-only", "HEAD").split()[-1] == "customers/nordwind-gmbh.yaml"


def test_git_of_another_repository_that_calls_bill_is_kept_out(books: Path, tmp_path: Path) -> None:
    """As in a hook: what git sets there is about the other repository."""
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", str(other))
    (other / ".git/index").write_bytes(b"not to be touched")
    ran = add(
        books, GIT_DIR=f"{other}/.git", GIT_INDEX_FILE=f"{other}/.git/index", GIT_OBJECT_DIRECTORY=f"{other}/.git/objects",
        GIT_ALTERNATE_OBJECT_DIRECTORIES=f"{other}/.git/objects", GIT_QUARANTINE_PATH=f"{other}/.git/objects", GIT_NAMESPACE="x",
        GIT_PREFIX="x/", GIT_WORK_TREE=str(other),
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert (other / ".git/index").read_bytes() == b"not to be touched"
    assert not [each for each in (other / ".git/objects").rglob("*") if each.is_file()]
    assert "customers/nordwind-gmbh.yaml" in git(books, "show", "--format=", "--name-only", "HEAD")


def test_a_repository_of_another_user_is_left_alone(books: Path) -> None:
    """git's own rule, ``safe.directory``, is not switched off."""
    ran = add(books, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    assert ran.code == 0, ran.err
    assert "nordwind" not in git(books, "log", "--format=%s")


def test_no_setting_of_a_ledger_names_a_program_a_folder_of_code_or_a_server(books: Path) -> None:
    """Row 17: such keys are unknown, in the ledger's settings and wherever else free words stand."""
    text = (books / "ledger.yaml").read_text()
    for key in (
        "plugins: [evil]", "plugin: evil", "insert_pythonpath: true", "editor: evil", "hooks:\n  post: evil", "smtp: smtp://evil.example",
        "templates: /etc", "include: /etc/passwd", "commands:\n  x: evil", "python: evil.py",
    ):  # fmt: skip
        (books / "ledger.yaml").write_text(f"{text}\n{key}\n")
        ran = bill("check", cwd=books, at=DAY)
        assert (ran.code, "E201" in ran.out) == (1, True), key
    for key in ("hooks: evil", "program: evil", "command: evil", "sign: evil"):
        (books / "ledger.yaml").write_text(text.replace("git:\n", f"git:\n  {key}\n"))
        assert "E201" in bill("check", cwd=books, at=DAY).out, key


def test_modules_that_lie_in_the_ledger_are_not_imported(books: Path, trap: Path) -> None:
    """Nor by the process that makes documents and stands in a folder of its own."""
    for name in ("typer", "rich", "jinja2", "pydantic", "sitecustomize", "usercustomize", "typst", "python_calamine", "billcli", "json"):
        (books / f"{name}.py").write_text(f"import os\nos.system('{trap} {name}')\n")
    entry = "import sys; sys.path = [each for each in sys.path if each]; from billcli.entry import main; main()"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", entry, "template", "check"], cwd=books, env={**environment(DAY), "PYTHONPATH": str(PROJECT)},
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ran.returncode, sprung(trap)) == (0, ""), ran.stderr
