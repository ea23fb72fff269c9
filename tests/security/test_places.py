"""Rows 3, 4 and 14: a link, pipe or folder in the place of any file of a ledger leads nowhere, keeps nobody waiting and shows nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from billcli.store import append
from tests.support import bill, done, make_ledger

DAY = "2026-06-20"
SECRET = "TOP-SECRET-OF-SOMEBODY"
PLACES = [
    "categories.yaml", "items.yaml", "rules.yaml", "customers", "customers/a.yaml", "invoices", "invoices/2026/06/INV-2026-0001.yaml",
    "audit", "audit/c10ec10e/2026-06.jsonl", "evidence", "evidence.txt", "bank/main/originals/x.csv", "templates", ".bill/index.sqlite",
    ".bill", ".bill/index.sqlite-journal", ".bill/index.sqlite-wal", ".bill/lock", ".bill/mail-lock", ".bill/journal",
    ".bill/journal/commit",
    ".bill/journal/done", ".bill/clone", ".bill/place", ".bill/outbox", ".bill/outbox/handed", ".bill/outbox/noted", ".bill/.gitignore",
]  # fmt: skip
KINDS = ["pipe", "link", "link to a folder", "folder", "endless"]


@pytest.fixture(scope="module")
def made(room: Path) -> Path:
    root = make_ledger(room / "made", "--- customers/a.yaml\nschema: customer/1\nid: a\nname: Aaaa\n")
    env = {"BILL_CLONE": "c10ec10e"}
    (root / "evidence.txt").write_text("because")
    done("invoice", "new", "-c", "a", "-l", "Work;1;100", "--yes", cwd=root, at=DAY, env=env)
    done(
        "hold", "new", "--kind", "dispute", "-i", "INV-2026-0001", "--reason", "x", "--evidence", str(root / "evidence.txt"), "--yes",
        cwd=root, at=DAY, env=env,
    )  # fmt: skip
    return root


@pytest.fixture
def alarm() -> Iterator[None]:
    """Whoever waits for a pipe is ended: half a minute is no time in which a command hangs by accident."""

    def late(*_: object) -> None:
        raise AssertionError("it waits for ever")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(40)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def put(kind: str, path: Path, outside: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "link":
            path.symlink_to(outside / "file")
        case "link to a folder":
            path.symlink_to(outside / "folder")
        case "folder":
            path.mkdir()
        case "endless":
            path.symlink_to("/dev/zero")


def seen(outside: Path) -> list[tuple[str, bytes | None]]:
    return sorted((str(each.relative_to(outside)), each.read_bytes() if each.is_file() else None) for each in outside.rglob("*"))


def tried(made: Path, tmp_path: Path, place: str, kind: str) -> None:
    outside, books = tmp_path / "outside", tmp_path / "books"
    for each in (outside, books):
        shutil.rmtree(each, ignore_errors=True)
    shutil.copytree(made, books)
    (books / ".bill/place").write_text(f"{os.stat(books / '.bill').st_ino}\n")  # or its index would not be believed, and not be opened
    (outside / "folder").mkdir(parents=True)
    (outside / "file").write_text(f"{SECRET}\n")
    (outside / "folder/x.yaml").write_text(f"schema: customer/1\nid: x\nname: {SECRET}\n")
    put(kind, books / place, outside)
    before = seen(outside)
    for words in (
        ["check"],
        ["customer", "list"],
        ["customer", "add", "--name", "Neu AG", "--yes"],
        ["invoice", "send", "INV-2026-0001", "--yes"],
    ):
        ran = bill(*words, cwd=books, at=DAY, env={"BILL_WAIT": "0", "BILL_SMTP_URL": "smtp://127.0.0.1:9"})
        assert ran.code in (0, 1, 2, 3, 4, 5), (words, ran)
        assert SECRET not in ran.out + ran.err
        assert "bug of bill" not in ran.err
    assert seen(outside) == before


@pytest.mark.usefixtures("alarm")
@pytest.mark.parametrize("place", PLACES)
def test_what_stands_in_a_files_place_leads_nowhere(made: Path, tmp_path: Path, place: str) -> None:
    """Two of the five kinds for each; which ones changes from place to place. ``make faults`` tries all of them."""
    at = PLACES.index(place)
    for kind in ("pipe" if at % 2 else "link", KINDS[2 + at % 3]):
        tried(made, tmp_path, place, kind)


@pytest.mark.long
@pytest.mark.usefixtures("alarm")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", PLACES)
def test_whatever_stands_in_any_place_leads_nowhere(made: Path, tmp_path: Path, place: str, kind: str) -> None:
    tried(made, tmp_path, place, kind)


def test_a_state_is_not_added_to_a_file_that_has_a_second_name(tmp_path: Path) -> None:
    """Else it would change outside too: in a backup made of hard links, or wherever a neighbour keeps the other name."""
    make_ledger(tmp_path / "books", "--- deliveries/2026/06/x.yaml\nschema: delivery/1\nid: x\nstates:\n  - one\n")
    os.link(tmp_path / "books/deliveries/2026/06/x.yaml", tmp_path / "other")
    with pytest.raises(append.UnfitFile, match="hard link"):
        append.append_state(str(tmp_path / "books"), "deliveries/2026/06/x.yaml", "two")
    assert "two" not in (tmp_path / "other").read_text()


def test_completion_waits_for_nobody(made: Path, tmp_path: Path) -> None:
    from billcli.index.complete import beginning

    index = shutil.copy(made / ".bill/index.sqlite", tmp_path / "index.sqlite")
    assert [name for name, _ in beginning(str(index), ["customer"], "")] == ["a"]
    os.mkfifo(tmp_path / "index.sqlite-journal")
    assert beginning(str(index), ["customer"], "") == []


def test_a_command_replaces_a_file_and_leaves_its_second_name_alone(made: Path, tmp_path: Path) -> None:
    books = Path(shutil.copytree(made, tmp_path / "books"))
    os.link(books / "customers/a.yaml", tmp_path / "other")
    done("customer", "edit", "a", "--set", "terms=net 7", "--yes", cwd=books, at=DAY)
    assert "net 7" not in (tmp_path / "other").read_text()


NAMES = [
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "a/../../b",
    "a\\..\\b",
    "~root",
    "$HOME",
    "-rf",
    "--help",
    "con",
    "a\x00b",
    ".bill/lock",
    "%2e%2e",
    "．．／",
]


@pytest.mark.parametrize("name", NAMES)
def test_no_id_number_or_template_is_a_path(made: Path, name: str) -> None:
    if "\0" not in name:
        for words in (["customer", "add", "--name", "Xyz", "--id", name, "--dry-run"], ["template", "copy", name, "--dry-run"]):
            assert bill(*words, cwd=made, at=DAY).code in (0, 1, 2), words
        if not name.startswith("-"):
            for words in (
                ["customer", "show", name],
                ["invoice", "show", name],
                ["show", name],
                ["explain", name],
                ["outbox", "show", name],
            ):
                ran = bill(*words, cwd=made, at=DAY)
                assert ran.code in (1, 2)
                assert "root:" not in ran.out + ran.err
    for folder, kind, key in (("customers", "customer", "id"), ("drafts", "draft", "id"), ("holds/2026/06", "hold", "id")):
        file = made / folder / "evil.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"schema: {kind}/1\n{key}: {json.dumps(name)}\nname: x\n")
        found = bill("check", cwd=made, at=DAY)
        file.unlink()
        assert found.code == 1
        assert "E207" in found.out or "E10" in found.out or "E121" in found.out, found.out


@pytest.mark.parametrize(
    "logo",
    ["/etc/passwd", "../outside.png", "logo.png", "pipe.png", "a/../../outside.png", "file:///etc/passwd", "http://127.0.0.1:9/x.png"],
)
def test_the_logo_is_a_picture_within_the_ledger(tmp_path: Path, logo: str) -> None:
    from billcli.render import sources
    from billcli.render.faults import TemplateFault

    books = tmp_path / "books"
    books.mkdir()
    (tmp_path / "outside.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (books / "logo.png").symlink_to(tmp_path / "outside.png")
    os.mkfifo(books / "pipe.png")
    with pytest.raises(TemplateFault):
        sources.logo(str(books), logo)
