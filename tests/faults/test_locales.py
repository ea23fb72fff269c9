"""The same books and the same bytes in every locale: nothing is sorted, read or written by the letters and digits of a country."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.counts import record
from tests.support import PROJECT, environment, make_ledger, tree

DAY = "2026-03-14"
PLAIN = {"LC_ALL": "C.UTF-8"}
BARE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""What every system has, and Python kept from helping itself."""

COUNTRIES = {
    "C without UTF-8": BARE,
    "POSIX": {"LC_ALL": "POSIX", "PYTHONUTF8": "0"},
    **{name: {"LANG": name, "LC_ALL": name} for name in ("tr_TR.UTF-8", "de_DE.UTF-8", "ar_EG.UTF-8", "C")},
    "de_DE, but Turkish numbers": {"LANG": "de_DE.UTF-8", "LC_NUMERIC": "tr_TR.UTF-8", "LC_COLLATE": "tr_TR.UTF-8"},
    "de_DE without UTF-8": {"LC_ALL": "de_DE", "PYTHONUTF8": "0"},
}  # fmt: skip
WRITES: list[tuple[str, ...]] = [
    ("customer", "add", "--name", "İstanbul Işık A.Ş.", "--yes"),
    ("customer", "add", "--name", "IŞIK ILIK", "--yes"),
    ("customer", "add", "--name", "Ägir & Søn", "--id", "Iris", "--yes"),
    ("invoice", "new", "-c", "nord", "-l", "Straße; größer;1234.5;vat-20", "--yes"),
    ("invoice", "new", "-c", "nord", "-l", "Straße, größer;1;1234.5;vat-20", "--yes"),
    ("payment", "add", "-c", "nord", "-a", "1000.10", "--reference", "für März", "--yes"),
    ("invoice", "import", "../ö.csv", "--yes"),
]  # fmt: skip
READS: list[tuple[str, ...]] = [
    *(("customer", "list", "--format", form) for form in ("table", "json", "csv")), ("report", "aging", "--format", "json"),
    ("report", "aging", "--by", "invoice", "--format", "csv"), ("invoice", "show", "INV-2026-0001"), ("check",),
    ("show", "isik-ilik"), ("customer", "list", "ılık"), ("customer", "list", "ISIK"), ("explain", "E205"),
]  # fmt: skip
REFUSED: list[tuple[str, ...]] = [
    ("payment", "add", "-c", "nord", "-a", "١٢٣", "--yes"), ("payment", "add", "-c", "nord", "-a", "1.000,00", "--yes"),
    ("payment", "add", "-c", "nord", "-a", "12٫50", "--yes"), ("invoice", "new", "-c", "nord", "-l", "Work;１;5", "--yes"),
]  # fmt: skip


def bill(root: Path, *words: str, env: Mapping[str, str]) -> tuple[int, bytes, bytes]:
    """The bytes that the command gives in a process with that locale and no other."""
    kept = {name: text for name, text in environment(DAY).items() if not name.startswith(("LC_", "LANG", "PYTHONUTF8", "PYTHONIO"))}
    ran = subprocess.run(
        [sys.executable, "-m", "billcli", *words], cwd=root, capture_output=True, timeout=60, check=False,
        env={**kept, "PYTHONPATH": str(PROJECT), "BILL_CLONE": "0123abcd", **env},
    )  # fmt: skip
    return ran.returncode, ran.stdout, ran.stderr


def done(root: Path, env: Mapping[str, str], commands: list[tuple[str, ...]]) -> tuple[list[tuple[int, bytes, bytes]], dict[str, bytes]]:
    """All that the commands said, and the files they left."""
    make_ledger(root, "--- customers/nord.yaml\nschema: customer/1\nid: nord\nname: Nörd ﬀ GmbH\n")
    (root.parent / "ö.csv").write_text(
        "number,kind,customer,issued_on,currency,gross\nOLD-1,invoice,nord,2026-01-02,EUR,10.00\n", encoding="utf-8"
    )
    said = [bill(root, *words, env=env) for words in commands]
    files = tree(root)
    shutil.rmtree(root)
    return said, files


Said = tuple[list[tuple[int, bytes, bytes]], dict[str, bytes]]


@pytest.mark.parametrize("name", COUNTRIES)
@pytest.mark.long
def test_ledger_is_the_same_in_the_locale_of_every_country(tmp_path: Path, plain: Said, name: str) -> None:
    """Where a terminal is not in UTF-8 the words come in its own letters; here they are plain ones then."""
    env = COUNTRIES[name]
    there = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True).stdout.replace("utf8", "UTF-8").split()
    missing = {text for key, text in env.items() if key.startswith("L")} - {*there, "C", "POSIX"}
    assert not missing, f"not installed here: {missing}; apt-get install locales-all"
    if env.get("LC_ALL") == "de_DE":
        commands = [words for words in WRITES + READS if all(word.isascii() for word in words)]
        assert done(tmp_path / "books", env, commands) == done(tmp_path / "books", PLAIN, commands)
    else:
        assert done(tmp_path / "books", env, WRITES + READS + REFUSED) == plain
    record("locales", 1, 1)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Said:
    said, files = done(tmp_path_factory.mktemp("plain") / "books", PLAIN, WRITES + READS + REFUSED)
    assert [code for code, _, _ in said] == [0, 0, 0, 2, 0, 0, 0, *[0] * len(READS), *[2] * len(REFUSED)], said
    assert {path for path in files if path.startswith("customers/")} == {
        f"customers/{name}.yaml" for name in ("nord", "Iris", "istanbul-isik-a-s", "isik-ilik")
    }
    return said, files


def test_ledger_in_utf8_is_the_same_in_a_locale_that_knows_no_letters(tmp_path: Path) -> None:
    commands = [WRITES[0], WRITES[4], READS[2], REFUSED[0]]
    said, files = done(tmp_path / "books", PLAIN, commands)
    assert [code for code, _, _ in said] == [0, 0, 0, 2]
    assert done(tmp_path / "books", BARE, commands) == (said, files)
