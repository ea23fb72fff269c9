"""What people, editors and merges do to folded files: bill answers as with a fresh index, names the place there and writes nothing."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from billcli.app import reading
from billcli.app.documents import document_bytes
from billcli.app.refresh import fresh_index
from billcli.errors import ChangedMeanwhile
from billcli.store import folded
from tests.index.ledgers import START, customer, invoice, known, payment, rebuilt
from tests.support import Ran, bill, make_ledger, tree

FILE = "invoices/2026/01.yaml"
PAID = "payments/2026/01.yaml"
MARK = "---\n"


def document(n: int) -> str:
    return invoice(f"R-{n}", 10 * n, START)


TEXTS = [document(n) for n in range(1, 6)]
WHOLE = MARK.join(TEXTS)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Five invoices and a payment folded, two years old by their stamps, with an index that knows them."""
    root = make_ledger(tmp_path / "books")
    for path, text in {
        "customers/nord.yaml": customer("nord"),
        FILE: WHOLE,
        PAID: payment("p-1", 30, START, [("R-1", 10, START, None), ("R-2", 20, START, None)]),
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    age(root)
    assert known(root) == rebuilt(root)
    return root


def age(root: Path) -> None:
    """As if the file had been saved long ago; a stamp of this moment would have it read again anyway."""
    for path in root.rglob("*.yaml"):
        os.utime(path, (1_600_000_000, 1_600_000_000))


Told = list[tuple[str, int, str]]
"""What is wrong in the folded file: the code, in which of its documents, and the text that stands there up to the end of its line."""

BY_HAND: dict[str, tuple[Callable[[str], str], Told]] = {
    "one line changed": (lambda text: text.replace("Work", "Play", 1), []),
    "an amount changed": (lambda text: text.replace("gross: 30.00", "gross: 31.00"), [("E404", 3, "31.00")]),
    "a comment added": (lambda text: text.replace("number: R-3\n", "number: R-3 # by Ana\n"), []),
    "a document added behind": (lambda text: text + MARK + document(9), []),
    "a document added before": (lambda text: document(9) + MARK + text, []),
    "a document added between": (lambda text: text.replace(TEXTS[2], document(9) + MARK + TEXTS[2]), []),
    "a document twice": (lambda text: text + MARK + TEXTS[1], [("E402", 6, "R-2"), ("E409", 6, "schema: invoice/1")]),
    "the last one removed": (lambda text: MARK.join(TEXTS[:-1]), []),
    "one in the middle removed": (lambda text: MARK.join(TEXTS[:3] + TEXTS[4:]), []),
    "one removed with all behind it": (lambda text: MARK.join(TEXTS[:2]), []),
    "two neighbours swapped": (lambda text: MARK.join([TEXTS[1], TEXTS[0], *TEXTS[2:]]), []),
    "all the other way round": (lambda text: MARK.join(TEXTS[::-1]), []),
    "a line of --- lost": (
        lambda text: text.replace(f"{MARK}{TEXTS[1]}", TEXTS[1], 1),
        [("E105", 1, line) for line in TEXTS[1].splitlines() if line[0].isalpha()],
    ),
    "a line of --- twice": (lambda text: text.replace(MARK, MARK + MARK, 1), [("E116", 2, "---")]),
    "a line of --- behind": (lambda text: text + MARK, [("E116", 6, "")]),
    "a line of --- before": (lambda text: MARK + text, []),
    "lines of --- with spaces": (lambda text: text.replace(MARK, "---  \n"), []),
    "line ends of Windows": (lambda text: text.replace("\n", "\r\n"), []),
    "a byte order mark": (lambda text: "\ufeff" + text, []),
    "a byte order mark within": (lambda text: text.replace("R-3\n", "R-3\ufeff\n", 1), [("E102", 3, "\ufeff")]),
    "a tab": (lambda text: text.replace("  name: Them", "\tname: Them", 1), [("E103", 1, "\tname: Them")]),
    "a control character": (lambda text: text.replace("Work", "Wo\x07rk", 1), [("E102", 1, "\x07rk")]),
    "a conflict": (
        lambda text: text.replace("number: R-3\n", "<<<<<<< HEAD\nnumber: R-3\n=======\nnumber: R-8\n>>>>>>> other\n"),
        [("E113", 3, "<<<<<<< HEAD")],
    ),
    "a conflict about documents": (
        lambda text: f"{text}<<<<<<< HEAD\n---\n{document(6)}=======\n---\n{document(7)}>>>>>>> other\n",
        [("E113", 5, "<<<<<<< HEAD")],
    ),
    "no line end at the end": (lambda text: text.rstrip("\n"), []),
    "cut off": (lambda text: text[: text.index("gross: 40.00")], [("E202", 4, "totals:")]),
    "nothing left": (lambda text: "", [("E116", 1, "")]),
    "another kind": (lambda text: text.replace("schema: invoice/1", "schema: payment/1", 1), [("E120", 1, "payment/1")]),
    "another month": (lambda text: text.replace(f"issued_on: {START}", "issued_on: 2026-02-10", 1), [("E120", 1, "2026-02-10")]),
    "a number that is another's": (lambda text: text.replace("number: R-3", "number: R-2"), [("E402", 3, "R-2")]),
    "an unknown key": (
        lambda text: text.replace("currency: EUR", "curency: EUR", 1),
        [("E201", 1, "curency: EUR"), ("E202", 1, "schema: invoice/1")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_change_by_hand_is_seen_named_in_the_file_and_undone_by_undoing_it(root: Path, name: str) -> None:
    change, told = BY_HAND[name]
    before, first = tree(root), known(root)
    (root / FILE).write_bytes(change(WHOLE).encode())
    changed = tree(root)
    assert changed != before
    assert known(root) == rebuilt(root)
    assert findings(root) == sorted(told)
    for words in (("report", "aging", "--by", "invoice"), ("invoice", "show", "R-2")):
        here = ran(root, *words)
        assert here.code in (0, 1), here
        assert here == without_index(root, *words)
    assert tree(root) == changed, "whatever reads writes nothing"
    (root / FILE).write_text(WHOLE)
    assert known(root) == first == rebuilt(root)
    assert tree(root) == before


BESIDES = ("E305", "E401", "E403", "W610")
"""What follows for other documents: a reference that leads nowhere, a number that is missing."""


def findings(root: Path) -> Told:
    """What is wrong in the folded file; nothing is wrong elsewhere but what follows from it."""
    found = bill("--ledger", str(root), "check", "--format", "json", at="2026-03-14").json["diagnostics"]
    assert {each["code"] for each in found if each["file"] != FILE} <= {*BESIDES}, found
    lines = [*(root / FILE).read_bytes().decode().removeprefix("\ufeff").replace("\r\n", "\n").split("\n")]
    told = []
    for each in found:
        if each["file"] == FILE and each["code"] not in BESIDES:
            above = lines[: each["line"] - 1]
            documents = sum(line.rstrip() == "---" for line in above[1:]) + 1
            told.append((each["code"], documents, lines[each["line"] - 1][each["column"] - 1 :]))
    return sorted(told)


def ran(root: Path, *words: str) -> Ran:
    return bill("--ledger", str(root), *words, at="2026-03-14")


def without_index(root: Path, *words: str) -> Ran:
    with mock.patch("billcli.app.refresh.index_path", lambda root: None):
        return ran(root, *words)


def thousand() -> list[str]:
    return [invoice(f"R-{n}", n + 99, START) for n in range(1, 1001)]


@pytest.mark.parametrize("cores", [1, 2])
def test_one_bad_document_among_a_thousand_is_named_and_only_it_is_read_again(
    root: Path, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    monkeypatch.setattr(reading, "_cores", lambda: cores)
    monkeypatch.setattr(reading, "MANY", 100)
    texts = thousand()
    (root / FILE).write_text(MARK.join(texts))
    age(root)
    assert known(root) == rebuilt(root)
    texts[699] = texts[699].replace("quantity: 1", "quantity: one")
    (root / FILE).write_text(MARK.join(texts))
    if cores == 1:
        with mock.patch.object(reading, "understand", wraps=reading.understand) as read:
            now = known(root)
        assert [call.args[1] for call in read.call_args_list] == [f"{FILE}#R-700"]
        assert now == rebuilt(root)
    assert findings(root) == [("E213", 700, "one")]
    aging = ran(root, "report", "aging")
    assert aging.code == 1
    assert f"{FILE}#R-700 cannot be read: " in aging.err
    texts[699] = texts[699].replace("quantity: one", "quantity: 1")
    (root / FILE).write_text(MARK.join(texts))
    assert known(root) == rebuilt(root)
    assert ran(root, "report", "aging").code == 0


@pytest.mark.parametrize("moment", ["limit", "unfit"])
def test_folded_file_that_changes_right_before_or_after_it_is_read(root: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """What is seen then is one state or the other, and the next command sees what is there."""
    (root / FILE).write_text(WHOLE.replace("Work", "Play"))
    real = getattr(folded, moment)

    def meanwhile(*given: bytes | str) -> object:
        if FILE in given:
            (root / FILE).write_text(WHOLE.replace("R-3", "R-7"))
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(folded, moment, meanwhile)
        first = numbers(root)
    assert first == {*("R-1", "R-2", "R-4", "R-5"), "R-7" if moment == "limit" else "R-3"}
    age(root)
    assert known(root) == rebuilt(root)
    assert "R-7" in numbers(root)


def numbers(root: Path) -> set[str]:
    with fresh_index(str(root)) as index:
        return {number for (number,) in index.execute("SELECT number FROM invoices")}


def test_document_that_was_changed_since_the_index_looked_is_not_taken_for_another(root: Path) -> None:
    """Whoever shows a document reads its own bytes only; another file may stand there by now."""
    with fresh_index(str(root)) as index:
        (root / FILE).write_text(MARK.join(TEXTS[::-1]))
        with pytest.raises(ChangedMeanwhile, match=FILE):
            document_bytes(str(root), index, f"{FILE}#R-1")
    assert ran(root, "invoice", "show", "R-1") == without_index(root, "invoice", "show", "R-1")


def test_stamps_set_back_and_a_clock_that_runs_ahead_hide_no_change(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time_ns
    for hours in (-48, 48, 0):
        monkeypatch.setattr(time, "time_ns", lambda hours=hours: real() + hours * 3600 * 10**9)
        (root / FILE).write_text(WHOLE.replace("Work", f"W{hours:+03d}"))
        os.utime(root / FILE, (1_600_000_000, 1_600_000_000))
        assert known(root) == rebuilt(root)


@pytest.mark.parametrize("place", ["invoices/2026/01.yaml", "invoices/2026", "invoices", "payments"])
def test_folded_file_or_folder_deleted_and_brought_back(root: Path, tmp_path: Path, place: str) -> None:
    before = known(root)
    (root / place).rename(tmp_path / "aside")
    assert known(root) == rebuilt(root)
    assert ran(root, "report", "aging") == without_index(root, "report", "aging")
    (tmp_path / "aside").rename(root / place)
    assert known(root) == rebuilt(root) == before


def test_folded_file_and_files_of_their_own_take_each_others_place(root: Path) -> None:
    """As a merge of a branch that folded with one that did not leaves it."""
    for n, text in enumerate(TEXTS, 1):
        (root / f"invoices/2026/01/R-{n}.yaml").parent.mkdir(exist_ok=True)
        (root / f"invoices/2026/01/R-{n}.yaml").write_text(text)
    assert known(root) == rebuilt(root)
    assert "stands in" in ran(root, "report", "aging").err
    (root / FILE).unlink()
    assert known(root) == rebuilt(root)
    assert ran(root, "report", "aging").code == 0
    (root / FILE).write_text(WHOLE)
    shutil.rmtree(root / "invoices/2026/01")
    assert known(root) == rebuilt(root)
    assert ran(root, "report", "aging").code == 0


def test_what_is_wrong_with_a_number_that_two_files_claim_is_told_of_the_first_by_path(root: Path) -> None:
    """Not of the one that was read first: that is another after a rebuild."""
    (root / FILE).write_text(WHOLE.replace(TEXTS[2], invoice("R-3", 90, START + timedelta(days=3), void=START)))
    assert known(root) == rebuilt(root)
    (root / "invoices/2026/01").mkdir()
    (root / "invoices/2026/01/R-3.yaml").write_text(TEXTS[2])
    assert known(root) == rebuilt(root)
    assert ran(root, "check") == without_index(root, "check")


def test_number_that_two_files_claim_is_told_where_it_stands_after_one_of_them_was_folded_by_hand(root: Path) -> None:
    second = START + timedelta(days=30)
    for path in ("invoices/2026/02/R-1.yaml", "invoices/2026/02/R-3.yaml"):
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(invoice(Path(path).stem, 50, second))
    assert known(root) == rebuilt(root)
    (root / "invoices/2026/02.yaml").write_text(MARK.join(invoice(number, 50, second) for number in ("R-1", "R-3")))
    shutil.rmtree(root / "invoices/2026/02")
    assert known(root) == rebuilt(root)
    assert "R-1 stands in invoices/2026/01.yaml#R-1 and invoices/2026/02.yaml#R-1" in ran(root, "report", "aging").err


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("02.yaml"), lambda path: path.write_bytes(b"\xff\xfe\x00")])
def test_something_else_in_the_place_of_a_folded_file(root: Path, make: Callable[[Path], object]) -> None:
    (root / FILE).unlink()
    make(root / FILE)
    assert known(root) == rebuilt(root)
    assert ran(root, "check").code == 1
    assert ran(root, "check") == without_index(root, "check")
    if (root / FILE).is_dir():
        (root / FILE).rmdir()
    else:
        (root / FILE).unlink()
    (root / FILE).write_text(WHOLE)
    assert known(root) == rebuilt(root)


def test_index_of_another_ledger_is_not_believed(root: Path, tmp_path: Path) -> None:
    other = make_ledger(tmp_path / "other")
    (other / FILE).parent.mkdir(parents=True)
    (other / FILE).write_text(WHOLE.replace("R-", "S-"))
    assert known(other) == rebuilt(other)
    shutil.copy(other / ".bill/index.sqlite", root / ".bill/index.sqlite")
    assert known(root) == rebuilt(root)


@pytest.mark.parametrize("bytes_", [WHOLE.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + WHOLE.encode()], ids=["CRLF", "BOM"])
@pytest.mark.parametrize("number", ["R-1", "R-4"])
def test_command_edits_a_folded_file_that_an_editor_saved_in_its_own_way(root: Path, bytes_: bytes, number: str) -> None:
    (root / FILE).write_bytes(bytes_)
    done = bill("--ledger", str(root), "invoice", "void", number, "--reason", "typo", "--yes", at="2026-03-14")
    if number == "R-1":
        assert done.code == 1  # paid in part
        assert (root / FILE).read_bytes() == bytes_
    else:
        assert done.code == 0, done.err
        before, after = bytes_.splitlines(keepends=True), (root / FILE).read_bytes().splitlines(keepends=True)
        at = next(at for at, line in enumerate(after) if line.startswith(b"void:"))
        assert after[:at] + after[at + 3 :] == before
        assert after[at].endswith(b"\r\n") == before[0].endswith(b"\r\n")
    assert known(root) == rebuilt(root)
