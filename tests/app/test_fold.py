"""Folding: the same books with fewer files. Every command and report does on folded books what it does on books of single files."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from billcli.core.addresses import FOLDERS
from billcli.store.layout import KINDS
from tests.index.ledgers import known, rebuilt
from tests.support import LEDGER, PROJECT, Ran, bill, documents, folder_in_memory, make_ledger, tree

MONTH = "2026-03"
BOOKS = f"""
--- ledger.yaml
{LEDGER}settlement:
  discount_grace_days: 2
  small_difference: 1.00
dunning:
  policies:
    - name: usual
      levels:
        - level: 0
          days: -14
          channel: letter
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
address:
  street: Hafenstraße 1
  city: Hamburg
terms: 2% 10, net 30
--- customers/sued.yaml
schema: customer/1
id: sued
name: Süd AG
"""
CLONE = {"BILL_CLONE": "11111111"}
NORD = ("--customer", "nordwind")


def step(root: Path, *words: str, at: str, editor: str | None = None) -> Ran:
    env = {**CLONE, **({"VISUAL": editor} if editor else {})}
    return bill(*words, *(() if words[0] in ("report", "check") else ("--yes",)), cwd=root, at=at, env=env)


def ok(root: Path, *words: str, at: str) -> Ran:
    ran = step(root, *words, at=at)
    assert ran.code == 0, f"bill {' '.join(words)}\n{ran.out}{ran.err}"
    return ran


def only(root: Path, pattern: str) -> str:
    """The id of the one document whose file is like that."""
    (found,) = root.glob(pattern)
    return found.stem


@pytest.fixture(scope="module")
def singles(room: Path) -> Path:
    """A closed March with a document of every kind that has a month, and an open April."""
    root = make_ledger(room / "single", BOOKS)
    for line in ("Desk;1;1000;vat-20", "Lamp;2;50;vat-20", "Rug;1;500;vat-20", "Chair;3;100;vat-20"):
        ok(root, "invoice", "new", *NORD, "--line", line, at="2026-03-02")
    ok(root, "invoice", "new", "--customer", "sued", "--line", "Bench;1;40;vat-20", at="2026-03-03")
    ok(root, "payment", "add", *NORD, "--amount", "1176", "--invoice", "INV-2026-0001", at="2026-03-05")
    ok(root, "payment", "add", *NORD, "--amount", "250", "--invoice", "INV-2026-0002:50", at="2026-03-06")
    ok(root, "credit-note", "new", "--customer", "sued", "--line", "Goodwill;1;10;vat-20", "--reason", "goodwill", at="2026-03-07")
    ok(root, "credit-note", "new", *NORD, "--line", "Goodwill;1;20;vat-20", "--reason", "late", at="2026-03-07")
    ok(root, "refund", "new", *NORD, "--amount", "30", "--reason", "paid twice", at="2026-03-08")
    write_off = ("--kind", "bad-debt", "--reason", "gone", "--approved-by", "Ana")
    ok(root, "write-off", "new", "--invoice", "INV-2026-0005:8", *write_off, at="2026-03-20")
    ok(root, "hold", "new", "--invoice", "INV-2026-0003", "--kind", "dispute", "--amount", "100", "--reason", "scratched", at="2026-03-20")
    (root.parent / "bank.csv").write_text("id,date,amount,payer,text\nL1,2026-03-20,5.00,Somebody,?\n", encoding="utf-8")
    assert step(root, "reconcile", "import", str(root.parent / "bank.csv"), at="2026-03-21").code == 3
    assert bill("reconcile", "review", cwd=root, at="2026-03-21", env=CLONE, stdin="i\nnot for us, sent back by hand\n").code == 0
    ok(root, "invoice", "send", "INV-2026-0003", "--by-hand", "post", at="2026-03-22")
    ok(root, "remind", "approve", "nordwind", "--level", "3", "--by", "Ana", at="2026-03-22")
    ok(root, "remind", "run", "--later", at="2026-03-22")
    ok(root, "outbox", "resolve", only(root, "deliveries/2026/03/*-reminder-*.yaml"), "--sent", "--reason", "posted", at="2026-03-22")
    ok(root, "finding", "new", "INV-2026-0001", "--text", "no order on file", "--by", "Ana", at="2026-03-23")
    ok(root, "close", "--through", "2026-03-31", at="2026-04-02")
    ok(root, "invoice", "new", *NORD, "--line", "Table;1;10;vat-20", at="2026-04-03")
    return root


def copied(source: Path, to: Path) -> Path:
    return shutil.copytree(source, to, ignore=shutil.ignore_patterns(".bill"))


@pytest.fixture
def single(singles: Path) -> Iterator[Path]:
    with folder_in_memory() as folder:
        yield copied(singles, folder / "single")


@pytest.fixture(scope="module")
def foldeds(singles: Path, room: Path) -> Path:
    """The same with its March folded."""
    root = copied(singles, room / "folded")
    ok(root, "fold", MONTH, at="2026-04-04")
    return root


@pytest.fixture
def folded(foldeds: Path) -> Iterator[Path]:
    with folder_in_memory() as folder:
        yield copied(foldeds, folder / "folded")


REPORTS = [
    ("report", "aging", "--by", "invoice"), ("report", "aging"), ("invoice", "list"), ("payment", "list"), ("credit-note", "list"),
    ("refund", "list"), ("write-off", "list"), ("hold", "list"), ("customer", "list"), ("draft", "list"), ("statement", "nordwind"),
    ("remind", "list"), ("finding", "list"), ("outbox", "list", "--state", "sent"),
]  # fmt: skip
FEW = [("report", "aging", "--by", "invoice"), ("statement", "nordwind"), ("payment", "list"), ("credit-note", "list"), ("hold", "list")]
SHOWN = [("invoice", "INV-2026-0001"), ("invoice", "INV-2026-0003"), ("credit-note", "CN-2026-0001")]


def reports(root: Path, which: list[tuple[str, ...]] = REPORTS) -> list[Ran]:
    days = ("2026-03-06", "2026-03-31", "2026-05-31") if which is REPORTS else ("2026-03-31", "2026-05-31")
    commands = [(*words, "--as-of", day) for words in which for day in days]
    commands += [(kind, "show", number) for kind, number in SHOWN]
    return [bill(*words, "--format", "json", cwd=root, at="2026-05-31") for words in commands]


def checked(root: Path) -> list[tuple[str, str]]:
    found = bill("check", "--strict", "--format", "json", cwd=root, at="2026-05-31").json["diagnostics"]
    return [(each["code"], each["message"]) for each in found]


def test_folders_are_those_of_kinds_with_a_month() -> None:
    assert {kind.folder for kind in KINDS.values() if kind.dated} == set(FOLDERS)


def test_reports_are_the_same_folded_and_unfolded_and_files_come_back_byte_for_byte(single: Path, folded: Path) -> None:
    assert not [path for path in documents(folded) if f"/{MONTH.replace('-', '/')}/" in path]
    assert not list(folded.glob("*/2026/03")), "no empty folder stays"
    assert sorted(path for path in documents(folded) if path.endswith("/03.yaml")) == [
        f"{folder}/2026/03.yaml" for folder in sorted(FOLDERS)
    ]
    assert reports(folded) == reports(single)
    assert checked(folded) == checked(single)
    ok(folded, "unfold", MONTH, at="2026-04-05")
    assert documents(folded) == documents(single)
    assert reports(folded) == reports(single)
    assert checked(folded) == checked(single)


def test_folded_file_holds_each_document_to_the_byte_in_the_order_of_names(single: Path, folded: Path) -> None:
    for folder in FOLDERS:
        files = sorted((single / folder / "2026" / "03").iterdir())
        assert (folded / folder / "2026" / "03.yaml").read_bytes() == b"---\n".join(file.read_bytes() for file in files)


def test_demo_is_the_same_with_every_closed_month_folded(room: Path) -> None:
    root = copied(PROJECT / "ledgers" / "demo", room / "demo")
    ok(root, "close", "--through", "2026-09-30", at="2026-10-02")
    single = copied(root, room / "demo single")
    for month in range(1, 10):
        ok(root, "fold", f"2026-{month:02}", at="2026-10-02")
    assert len(documents(root)) < len(documents(single)) - 50
    commands = [(*words, "--as-of", day) for words in REPORTS[:-1] for day in ("2026-05-15", "2026-09-30")]
    commands += [("statement", path.stem) for path in (root / "customers").iterdir()]
    commands += [("invoice", "show", path.stem) for path in sorted((single / "invoices").rglob("*.yaml"))[::4]]
    for words in commands:
        assert bill(*words, "--format", "json", cwd=root, at="2026-10-02") == bill(*words, "--format", "json", cwd=single, at="2026-10-02")
    assert checked(root) == checked(single)
    assert known(root) == rebuilt(root)
    ok(root, "unfold", "2026", at="2026-10-02")
    assert documents(root) == documents(single)


def test_index_knows_a_month_as_soon_as_it_is_folded_or_unfolded(single: Path) -> None:
    ok(single, "report", "aging", at="2026-04-20")
    for verb in ("fold", "unfold"):
        ok(single, verb, MONTH, at="2026-04-20")
        with closing(sqlite3.connect(single / ".bill/index.sqlite")) as index:
            known_now = {path for (path,) in index.execute("SELECT path FROM files WHERE folded IS NULL AND path LIKE 'invoices/2026/03%'")}
        assert known_now == {str(path.relative_to(single)) for path in single.glob("invoices/2026/03*/**/*.yaml")} | {
            str(path.relative_to(single)) for path in single.glob("invoices/2026/03.yaml")
        }


def test_year_is_folded_and_unfolded_at_once(single: Path) -> None:
    settings = single / "ledger.yaml"
    settings.write_text(settings.read_text().replace("closed_through: 2026-03-31", "closed_through: 2026-12-31"))
    before = documents(single)
    ok(single, "fold", "2026", at="2027-01-10")
    assert (single / "invoices/2026/04.yaml").exists()
    assert known(single) == rebuilt(single)
    ok(single, "unfold", "2026", at="2027-01-10")
    assert documents(single) == before


PAYMENT = "payments/2026/03/2026-03-06-nordwind-*.yaml"
DISCOUNTED = "payments/2026/03/2026-03-05-nordwind-*.yaml"
EDITS = {
    "reverse a payment": ("payment", "reverse", PAYMENT, "--reason", "bounced"),
    "reverse a payment with a refund and a discount": ("payment", "reverse", DISCOUNTED, "--reason", "bounced"),
    "take an allocation back": ("payment", "allocate", PAYMENT, "--undo", "--reason", "mistake"),
    "allocate late": ("payment", "allocate", PAYMENT, "--invoice", "INV-2026-0003:100"),
    "apply credit": ("credit-note", "apply", "CN-2026-0002", "--invoice", "INV-2026-0004"),
    "apply credit twice": ("credit-note", "apply", "CN-2026-0002", "--invoice", "INV-2026-0004:5", "--invoice", "INV-2026-0003:5"),
    "void a credit note": ("credit-note", "void", "CN-2026-0001", "--reason", "not theirs"),
    "void an invoice": ("invoice", "void", "INV-2026-0004", "--reason", "typo"),
    "reverse a write-off": ("write-off", "reverse", "write-offs/2026/03/*.yaml", "--reason", "paid after all"),
    "reverse a part of a write-off": ("write-off", "reverse", "write-offs/2026/03/*.yaml", "--amount", "3", "--reason", "paid after all"),
    "reverse a refund": ("refund", "reverse", "refunds/2026/03/*.yaml", "--reason", "account closed"),
    "release a hold": ("hold", "release", "holds/2026/03/*.yaml", "--outcome", "rejected"),
    "credit more than is open": ("credit-note", "new", "--invoice", "INV-2026-0001", "--reason", "returned"),
    "credit a written-off invoice": ("credit-note", "new", "--invoice", "INV-2026-0005", "--reason", "returned"),
    "pay late": ("payment", "add", *NORD, "--amount", "700", "--invoice", "INV-2026-0003"),
    "duplicate an invoice": ("invoice", "duplicate", "INV-2026-0003"),
    "edit a hold": ("edit", "holds/2026/03/*.yaml"),
    "edit an invoice": ("edit", "INV-2026-0003"),
    "give a reason that needs quotes": ("payment", "allocate", PAYMENT, "--undo", "--reason", 'Süd: "x" #1'),
}


@pytest.mark.parametrize("name", EDITS)
def test_command_does_to_folded_books_what_it_does_to_single_files(single: Path, folded: Path, tmp_path: Path, name: str) -> None:
    program = tmp_path / "editor.py"
    program.write_text("import pathlib, sys\nfile = pathlib.Path(sys.argv[1])\nfile.write_text(file.read_text() + 'notes: looked at\\n')\n")
    words = [only(single, each) if "*" in each else each for each in EDITS[name]]
    before = documents(folded)
    editor = f"{sys.executable} {program}"
    one, other = (step(root, *words, at="2026-04-10", editor=editor) for root in (single, folded))
    assert one.code == 0, one.err
    assert (other.code, other.out) == (0, one.out)
    assert re.sub(r"/2026/03\.yaml(?:#([^ :\n]+))?", lambda at: f"/2026/03/{at[1]}.yaml", other.err) == one.err
    assert checked(folded) == checked(single)
    assert reports(folded, FEW) == reports(single, FEW)
    assert known(folded) == rebuilt(folded)
    assert documents(folded) != before
    assert not bill("check", cwd=folded, at="2026-04-11").out.count("W610"), "nothing of it was done by hand"
    ok(folded, "unfold", MONTH, at="2026-04-11")
    assert documents(folded) == documents(single)


def test_edit_of_a_folded_document_touches_only_its_lines(folded: Path) -> None:
    before = (folded / "payments/2026/03.yaml").read_text()
    name = re.findall(r'id: "(2026-03-06-.*)"', before)[0]
    ran = ok(folded, "payment", "reverse", name, "--reason", "bounced", "--format", "json", at="2026-04-10")
    assert ran.json["changed"] == ["payments/2026/03.yaml"]
    assert ran.json["created"] == []
    after = (folded / "payments/2026/03.yaml").read_text()
    assert len(after.splitlines()) > len(before.splitlines())
    lines = iter(after.splitlines())
    assert all(any(line == now for now in lines) for line in before.splitlines()), "every line is still there, in its order"
    (entry,) = [each for each in trail(folded) if each["command"] == "payment reverse"]
    container, document = entry["files"]
    assert (container["path"], document["path"]) == ("payments/2026/03.yaml", f"payments/2026/03.yaml#{name}")
    assert document["old"] != document["new"]


def trail(root: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(root.glob("audit/*/*.jsonl")) for line in path.read_text().splitlines()]


def test_answer_names_the_files_and_the_period(single: Path) -> None:
    preview = bill("fold", MONTH, "--dry-run", "--format", "json", cwd=single, at="2026-04-04").json
    answer = ok(single, "fold", MONTH, "--format", "json", at="2026-04-04").json
    assert answer["created"] == preview["created"] == [f"{folder}/2026/03.yaml" for folder in FOLDERS]
    assert answer["changed"] == preview["changed"]
    assert len(answer["changed"]) == answer["documents"] == 18
    assert answer["period"] == MONTH
    back = ok(single, "unfold", MONTH, "--format", "json", at="2026-04-04").json
    assert back["created"] == answer["changed"]
    assert back["changed"] == answer["created"]


def test_trail_names_the_folded_files_alone_for_it_knows_each_document_already(singles: Path, folded: Path) -> None:
    """A year has tens of thousands of them, and every later command of the month would write their names once more."""
    made, last = trail(singles), trail(folded)[-1]
    files = [f"{folder}/2026/03.yaml" for folder in FOLDERS]
    assert (last["command"], [(each["path"], each["old"]) for each in last["files"]]) == (f"fold {MONTH}", [(file, None) for file in files])
    ok(folded, "unfold", MONTH, at="2026-04-05")
    last = trail(folded)[-1]
    assert [(each["path"], each["new"]) for each in last["files"]] == [(file, None) for file in files]
    assert trail(folded)[:-2] == made
    assert checked(folded) == checked(singles)


def told(root: Path, *words: str) -> list[tuple[str, str, int | None]]:
    found = bill("check", *words, "--format", "json", cwd=root, at="2026-04-20").json["diagnostics"]
    return [(each["code"], each["file"], each["line"]) for each in found]


def test_changes_of_two_branches_in_one_folded_file_merge_by_themselves_and_diffs_name_the_document(folded: Path) -> None:
    from billcli.app.init import _ATTRIBUTES

    def git(*words: str) -> str:
        command = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "diff.bill.xfuncname=^((number|id): .*)", *words)
        return subprocess.run(command, cwd=folded, check=True, capture_output=True, text=True).stdout

    (folded / ".gitignore").write_text(".bill/\n")
    (folded / ".gitattributes").write_text(_ATTRIBUTES)
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "folded")
    git("switch", "-qc", "other")
    ok(folded, "invoice", "void", "INV-2026-0004", "--reason", "typo", at="2026-04-10")
    changed = git("diff", "--", "invoices")
    assert [line for line in changed.splitlines() if line[0] in "+-" and line[:3] not in ("+++", "---")] == [
        "+void:", '+  "on": 2026-04-10', "+  reason: typo",
    ]  # fmt: skip
    assert re.search(r"^@@ .* @@ number: INV-2026-0004$", changed, re.MULTILINE)
    git("commit", "-qam", "void")
    git("switch", "-q", "main")
    (folded / "invoices/2026/03.yaml").write_text((folded / "invoices/2026/03.yaml").read_text().replace("Desk", "Desks", 1))
    git("commit", "-qam", "by hand")
    git("merge", "-q", "other", "-m", "both")
    assert known(folded) == rebuilt(folded)
    assert [each[0] for each in told(folded) if each[0] != "W610"] == ["E403"], "the seal of what was changed by hand, and nothing else"


# what is not folded

SO_FAR = "the books are closed through 2026-03-31"


@pytest.mark.parametrize(
    ("period", "code", "message", "hint"),
    [
        (
            "2026-04",
            1,
            "2026-04 is not closed: the books are closed through 2026-03-31",
            '"bill close --through 2026-04-30" closes it first',
        ),
        (
            "2026",
            1,
            "2026 is not closed: the books are closed through 2026-03-31",
            '"bill fold 2026-03" folds the last month that is closed',
        ),
        ("2026-13", 2, '"2026-13" is neither a month nor a year', "write 2026-03 for a month, 2026 for a year"),
        ("march", 2, '"march" is neither a month nor a year', "write 2026-03 for a month, 2026 for a year"),
    ],
)
def test_open_period_is_not_folded(single: Path, period: str, code: int, message: str, hint: str) -> None:
    before = tree(single)
    ran = step(single, "fold", period, at="2026-04-04")
    assert ran == Ran(code, "", f"bill: {message}\n  hint: {hint}\n")
    assert tree(single) == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda raw: b"\xef\xbb\xbf" + raw, "it begins with a byte order mark"),
        (lambda raw: raw.replace(b"\n", b"\r\n"), "it has line ends of Windows"),
        (lambda raw: raw.rstrip(b"\n"), "its last line has no line end"),
        (lambda raw: b"---\n" + raw, "line 1 is one of ---"),
        (lambda raw: raw + b"...\n", "line 41 is one of ..."),
        (lambda raw: raw.replace(b"number:", b'"number":'), ""),
    ],
    ids=["BOM", "CRLF", "no last line end", "a mark first", "a mark last", "a quoted key"],
)
def test_document_that_would_not_come_back_is_named_and_nothing_is_folded(single: Path, change: object, why: str) -> None:
    path = single / "invoices/2026/03/INV-2026-0002.yaml"
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]  # a function of bytes
    before = documents(single)
    ran = step(single, "fold", MONTH, at="2026-04-04")
    assert ran.code == 1
    name = "invoices/2026/03/INV-2026-0002.yaml cannot be folded: " if why else "INV-2026-0002 cannot stand in invoices/2026/03.yaml: "
    assert f"{name}{why or 'its number or id is not in a plain line of its own'}" in ran.err
    assert documents(single) == before


@pytest.mark.parametrize(("verb", "word"), [("fold", "is folded already"), ("unfold", "is not folded")])
def test_what_is_done_already_is_nothing_to_do(single: Path, folded: Path, verb: str, word: str) -> None:
    root = folded if verb == "fold" else single
    before = tree(root)
    assert f"{MONTH} {word}; nothing to do" in ok(root, verb, MONTH, at="2026-04-20").err
    assert "2026-01 " in ok(root, verb, "2026-01", at="2026-04-20").err
    assert tree(root) == before


def test_late_file_of_a_folded_month_is_read_beside_it_and_folded_in_at_its_place(single: Path, folded: Path) -> None:
    for root in (single, folded):
        settings = root / "ledger.yaml"
        settings.write_text(settings.read_text().replace("closed_through: 2026-03-31\n", ""))
        ok(root, "payment", "add", *NORD, "--amount", "7", at="2026-03-15")
    assert len(list(folded.glob("payments/2026/03/*"))) == 1
    assert reports(folded, FEW) == reports(single, FEW)
    for root in (single, folded):
        ok(root, "close", "--through", "2026-03-31", at="2026-04-05")
    assert "1 payment, besides 2 that it holds" in ok(folded, "fold", MONTH, at="2026-04-05").err
    assert not list(folded.glob("payments/2026/03"))
    assert known(folded) == rebuilt(folded)
    ok(single, "fold", MONTH, at="2026-04-05")
    assert documents(folded) == documents(single)
    assert told(folded) == []


# what people do to folded files


def by_hand(root: Path, file: str, old: str, new: str) -> int:
    """Changes a text in a file once; gives the line on which it was."""
    path = root / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_change_by_hand_is_named_where_it_is_and_noted_for_the_document(folded: Path) -> None:
    assert told(folded) == []
    name = re.findall(r'id: "(2026-03-06-.*)"', (folded / "payments/2026/03.yaml").read_text())[0]
    by_hand(folded, "payments/2026/03.yaml", f'id: "{name}"\n', f'id: "{name}" # looked at\n')
    (found,) = told(folded)
    assert found[:2] == ("W610", "payments/2026/03.yaml")
    assert (folded / "payments/2026/03.yaml").read_text().splitlines()[found[2] - 1].startswith('"on":')  # type: ignore[operator]
    ran = ok(folded, "customer", "add", "--id", "neu", "--name", "Neu GmbH", at="2026-04-10")
    assert ran.err.count("payments/2026/03.yaml") == 1
    hands = [each for each in trail(folded)[-1]["files"] if each.get("by") == "hand"]
    assert [each["path"] for each in hands] == ["payments/2026/03.yaml", f"payments/2026/03.yaml#{name}"]
    assert told(folded) == [found], "noted in the trail, and named all the same"
    ok(folded, "unfold", MONTH, at="2026-04-11")
    assert [each[:2] for each in told(folded)] == [("W610", f"payments/2026/03/{name}.yaml")]


def test_document_taken_out_of_a_folded_file_is_gone(folded: Path) -> None:
    path = folded / "invoices/2026/03.yaml"
    text = path.read_text()
    path.write_text(text[: text.rindex("---\n")])
    found = told(folded)
    assert ("E408", "invoices/2026/03.yaml", None) in found
    assert {each[0] for each in found} <= {"E408", "E305", "E401"}
    ran = bill("report", "aging", cwd=folded, at="2026-04-20")
    assert ran.code == 1
    assert "INV-2026-0005 was issued, but invoices/2026/03.yaml holds it no longer" in ran.err
    assert "git checkout -- invoices/2026/03.yaml" in ran.err
    path.write_text(text)
    assert told(folded) == []


def test_folded_file_that_is_gone_is_told_document_by_document(folded: Path) -> None:
    (folded / "credit-notes/2026/03.yaml").unlink()
    assert [each[:2] for each in told(folded) if each[0] == "E408"] == [("E408", "credit-notes/2026/03.yaml")] * 2
    ran = bill("report", "aging", cwd=folded, at="2026-04-20")
    assert "CN-2026-0001 was issued, but credit-notes/2026/03.yaml" in ran.err


def test_one_bad_document_is_named_with_its_line_and_the_others_are_known(folded: Path) -> None:
    line = by_hand(folded, "invoices/2026/03.yaml", "number: INV-2026-0003\n", "number: INV-2026-0003\nnotes: : x\n") + 1
    assert told(folded) == [("E104", "invoices/2026/03.yaml", line)]
    ran = bill("report", "aging", cwd=folded, at="2026-04-20")
    assert "invoices/2026/03.yaml#INV-2026-0003 cannot be read: " in ran.err


def test_document_of_another_month_or_kind_and_one_that_stands_twice_are_named(folded: Path) -> None:
    path = folded / "invoices/2026/03.yaml"
    text = path.read_text()
    line = by_hand(folded, "invoices/2026/03.yaml", "issued_on: 2026-03-03", "issued_on: 2026-02-03")
    assert ("E120", "invoices/2026/03.yaml", line) in told(folded)
    path.write_text(text.replace("schema: invoice/1", "schema: payment/1", 1))
    assert ("E120", "invoices/2026/03.yaml", 1) in told(folded)
    path.write_text(f"{text}---\n{text.partition('---')[0]}")
    found = told(folded)
    assert ("E402", "invoices/2026/03.yaml", 1 + text.count("\n") + 2) in found
    assert known(folded) == rebuilt(folded)
    path.write_text(text)
    assert told(folded) == []


def test_nameless_document_says_so_and_hides_no_other_finding(folded: Path) -> None:
    by_hand(folded, "invoices/2026/03.yaml", "number: INV-2026-0003\n", "nmber: INV-2026-0003\n")
    assert {each[0] for each in told(folded)} == {"E201", "E202"}
    assert step(folded, "unfold", MONTH, at="2026-04-20").code == 1


def test_conflict_left_in_a_folded_file_is_one_finding(folded: Path) -> None:
    by_hand(folded, "invoices/2026/03.yaml", "number: INV-2026-0003\n", "<<<<<<< HEAD\nnumber: INV-2026-0003\n")
    assert [each[:2] for each in told(folded)] == [("E113", "invoices/2026/03.yaml")]


def test_file_whose_name_looks_like_a_place_in_a_folded_one_is_refused(folded: Path) -> None:
    (folded / "invoices/2026/03.yaml#INV-2026-0001.yaml").write_text("x\n")
    assert told(folded) == [("E121", "invoices/2026/03.yaml#INV-2026-0001.yaml", None)]


@pytest.mark.parametrize("end", ["", "\n---\nschema: hold/1\n", "\n---\n"])
def test_edited_text_that_would_break_the_folded_file_is_refused(folded: Path, tmp_path: Path, end: str) -> None:
    program = tmp_path / "editor.py"
    program.write_text(f"import pathlib, sys\nfile = pathlib.Path(sys.argv[1])\nfile.write_text(file.read_text() + 'notes: x' + {end!r})\n")
    first = re.findall(r'id: "(2026-03-05-.*)"', (folded / "payments/2026/03.yaml").read_text())[0]
    before = tree(folded)
    ran = step(folded, "edit", first, at="2026-04-10", editor=f"{sys.executable} {program}")
    assert ran.code == 1
    assert tree(folded) == before


def test_folded_file_as_a_whole_is_not_edited(folded: Path) -> None:
    ran = step(folded, "edit", "invoices/2026/03.yaml", at="2026-04-10", editor="true")
    assert "invoices/2026/03.yaml holds a month's documents" in ran.err


def test_fold_is_one_commit_that_says_what_it_did(single: Path) -> None:
    settings = single / "ledger.yaml"
    settings.write_text(settings.read_text().replace("  commit: false", "  commit: true"))
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "before"]):
        subprocess.run(["git", *words], cwd=single, check=True)
    ok(single, "fold", MONTH, at="2026-04-04")
    log = subprocess.run(["git", "log", "-1", "--format=%B"], cwd=single, check=True, capture_output=True, text=True).stdout
    assert log.splitlines()[0] == "2026-03 is folded: 18 documents in 11 files"
    assert "  invoices/2026/03.yaml: 5 invoices" in log
    assert subprocess.run(["git", "status", "--porcelain"], cwd=single, check=True, capture_output=True, text=True).stdout == ""
    assert subprocess.run(["git", "rev-list", "--count", "HEAD"], cwd=single, check=True, capture_output=True, text=True).stdout == "2\n"
