"""The wheel, installed where nothing of the checkout can be seen, has all that the commands need."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support import PROJECT, environment

DAY = "2026-09-30"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(PROJECT)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    [found] = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it; it sees the dependencies of this one, but not its editable install of the checkout."""
    root = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(root, with_pip=False, symlinks=True)
    python = root / "bin" / "python"
    [site] = root.glob("lib/python*/site-packages")
    if importlib.util.find_spec("pip"):
        command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", "--disable-pip-version-check"]
    else:
        uv = shutil.which("uv")
        assert uv, "neither pip nor uv is here to install with"
        command = [uv, "pip", "install", "--python", str(python), "--offline"]
    done = subprocess.run([*command, "--quiet", "--no-deps", str(wheel)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return root


def run(installed: Path, *words: str, cwd: Path) -> str:
    """What a command of the clean environment prints; it must succeed."""
    env = {name: value for name, value in environment(DAY).items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    command = [str(installed / "bin" / words[0]), *words[1:]]
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_wheel_holds_what_ships_beside_the_code_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    package = [name for name in names if not name.startswith("billcli-")]
    assert all(name.startswith("billcli/") for name in package)
    for needed in (
        "billcli/index/schema.sql",
        "billcli/explain/E204.md",
        "billcli/templates/init/ledger.yaml.j2",
        "billcli/ledgers/demo/ledger.yaml",
        "billcli/ledgers/demo/.gitignore",
        "billcli/ledgers/demo/audit/de300001/2026-01.jsonl",
        "billcli/ledgers/demo/.vscode/settings.json",
    ):
        assert needed in names
    assert [name for name in names if "/.bill/" in name or "/broken/" in name or "/tests/" in name or name.endswith(".pyc")] == []
    pages = {path.name for path in (PROJECT / "billcli" / "explain").glob("*.md")}
    assert pages == {name.rsplit("/", 1)[1] for name in names if name.startswith("billcli/explain/") and name.endswith(".md")}


def test_every_demo_and_mapping_file_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("ledgers/demo", "ledgers/mappings", "ledgers/rates", "templates"):
        files = [path for path in (PROJECT / folder).rglob("*") if path.is_file() and ".bill" not in path.parts]
        missing = [str(path) for path in files if f"billcli/{path.relative_to(PROJECT)}" not in names]
        assert missing == []


def test_commands_work_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    where = run(installed, "python", "-c", "import billcli; print(billcli.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed)
    assert run(installed, "bill", "--version", cwd=tmp_path).startswith("bill ")
    assert run(installed, "bill", "demo", "small", cwd=tmp_path) == "small\n"
    assert run(installed, "bill", "--ledger", "small", "check", cwd=tmp_path) == ""
    assert "control total" in run(installed, "bill", "--ledger", "small", "report", "aging", cwd=tmp_path)
    assert run(installed, "bill", "explain", "E204", cwd=tmp_path).startswith("# E204")
    run(
        installed,
        "bill",
        "init",
        "books",
        "--name",
        "Fjord Consulting AS",
        "--currency",
        "NOK",
        "--country",
        "NO",
        "--no-git",
        cwd=tmp_path,
    )
    assert run(installed, "bill", "--ledger", "books", "check", cwd=tmp_path) == ""
    assert sorted(os.listdir(tmp_path)) == ["books", "small"]
