"""What the rig has found, each in its smallest form."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from billcli.banks.mt940 import read_mt940
from billcli.banks.ofx import read_ofx
from billcli.core.quoting import behind_quote
from billcli.diagnostics import Diagnostic, did_you_mean
from billcli.errors import BillError
from billcli.store import audit, carry, fs, journal, outbox
from billcli.store.parse import parse
from billcli.store.read import locate_all, read_with_authority
from tests.banks.shown import understood
from tests.fuzz.bad.tables import OFX, STA
from tests.support import bill, done


def test_limit_finer_than_the_currency_is_told_at_its_place_and_breaks_nothing(ledger: Path) -> None:
    """
    --- customers/nordwind.yaml
    schema: customer/1
    id: nordwind
    name: Nordwind Handels GmbH
    credit_limit: 5.001
    """
    found = bill("check", cwd=ledger, at="2026-06-30")
    assert found.code == 1
    assert found.out.startswith("error[E211]: credit_limit: 5.001 has 3 decimals; EUR has 2\n  --> customers/nordwind.yaml:4:15\n")
    assert "5.00" in done("credit", "limit", cwd=ledger, at="2026-06-30").out


def test_limit_of_a_group_holds_for_a_currency_without_decimals(ledger: Path) -> None:
    """
    --- categories.yaml
    schema: categories/1
    groups:
      segment:
        - name: small
          credit_limit: 1000.50
    --- customers/kaito.yaml
    schema: customer/1
    id: kaito
    name: Kaito KK
    currency: JPY
    groups:
      segment: small
    """
    assert done("check", cwd=ledger, at="2026-06-30").out == ""
    assert "1000" in done("credit", "limit", cwd=ledger, at="2026-06-30").out


def _commit(root: Path, *entries: list[object]) -> None:
    folder = root / carry.FOLDER
    folder.mkdir(parents=True)
    said = json.dumps(entries)
    body = {"format": 1, "sha256": fs.sha256(said.encode()), "files": entries}
    (folder / "commit").write_text(json.dumps(body))


_HASH = "0" * 64
_STAGE = ".bill/journal/st0"


@pytest.mark.parametrize(
    "entry",
    [
        ["a\0b", None, _HASH, _STAGE], ["\ud800", None, _HASH, _STAGE], ["../a", None, _HASH, _STAGE], ["", None, _HASH, _STAGE],
        ["a//b", None, _HASH, _STAGE], [".", None, _HASH, _STAGE], [7, None, _HASH, _STAGE], ["a", 7, _HASH, _STAGE], ["a", None, _HASH, None],
        ["a", None, _HASH, ".bill/journal/commit"], ["a", None, _HASH, ".bill/journal/st0\0"], ["a", None, _HASH, ".bill/journal/../lock"],
    ],
    ids=repr,
)  # fmt: skip
def test_journal_that_no_command_wrote_is_damaged(tmp_path: Path, entry: list[object]) -> None:
    _commit(tmp_path, entry)
    with pytest.raises(BillError, match="is damaged"):
        journal.pending(str(tmp_path))


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"id": ' * 100_000, b'{"format": ' + b"[" * 100_000])
def test_journal_and_clone_of_brackets_without_end(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / carry.FOLDER).mkdir(parents=True)
    (tmp_path / carry.COMMIT).write_bytes(raw)
    with pytest.raises(BillError, match="is damaged"):
        journal.pending(str(tmp_path))
    (tmp_path / ".bill/clone").write_bytes(raw)
    assert audit.known_clone(raw).startswith("unreadable")
    assert len(audit.clone_id(str(tmp_path))) == 8


def test_clone_id_that_is_none_is_given_anew(tmp_path: Path) -> None:
    (tmp_path / ".bill").mkdir()
    info = os.stat(tmp_path / ".bill")
    (tmp_path / ".bill/clone").write_text(json.dumps({"id": "../../beside", "folder": [info.st_dev, info.st_ino]}))
    assert len(audit.clone_id(str(tmp_path))) == 8


def test_memory_of_the_outbox_with_a_number_without_end(tmp_path: Path) -> None:
    (tmp_path / ".bill/outbox").mkdir(parents=True)
    nines = "9" * 5000
    lines = [f"handed\tx\td1\t{nines}\tinvoice\tA\t1\ta@b.example\n", f"handed\tx\td2\t0\treminder\tA\t{nines}\ta@b.example\n"]
    (tmp_path / ".bill/outbox/handed").write_text("".join(lines))
    assert [*outbox.handed(str(tmp_path))] == ["d2"]
    assert outbox.remembered_levels(str(tmp_path)) == {}


def test_finding_about_a_delivery_with_a_torn_line_has_its_place() -> None:
    raw = b"schema: delivery/1\nstates:\n  - data\n  - sen\xc3"
    (found,) = locate_all(raw, [Diagnostic("E670", "x", "deliveries/2026/03/d.yaml", ("states", 0))])
    assert found.span
    assert (found.span.line, found.span.column) == (3, 5)


def test_long_name_of_a_column_is_clipped(ledger: Path) -> None:
    table = ledger / "t.csv"
    table.write_text(f"id,name,{'h' * 3000}\nx,X,1\n")
    ran = bill("customer", "import", str(table), "--dry-run", cwd=ledger, at="2026-06-30")
    assert ran.code == 1
    assert max(map(len, ran.err.split("\n"))) < 500


def test_tag_on_nothing_is_told_as_a_tag_alone() -> None:
    (problem,) = parse("terms: !!python/name:os.system\n", "x").problems
    assert problem.code == "E107"


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("tags: [a, b\nname: x\n", (1, 7), "a [ is opened here"), ("address: {city: Oslo\n", (1, 10), "a { is opened here"),
        ('a: "x\n---\nb: y\n', (1, 4), "a quote is opened here"), ("a: 'x\nb: y\n", (1, 4), "a quote is opened here"),
    ],
)  # fmt: skip
def test_what_is_not_closed_is_told_where_it_opens(text: str, place: tuple[int, int], says: str) -> None:
    (problem,) = parse(text, "x").problems
    assert problem.span
    assert (problem.span.line, problem.span.column) == place
    assert says in problem.message


def test_letter_that_only_looks_alike_is_named() -> None:
    found = read_with_authority("schema: customer/1\nid: a\nname: A\nt\u0435rms: net 30\n".encode(), "customers/a.yaml")
    assert [each.hint for each in found.problems] == ['did you mean "terms"? "\u0435" (U+0435) is no letter of it']


@pytest.mark.parametrize(
    ("line", "column"), [('a,"b"c,d', 6), ('"b" ,d', 4), ('a,"b""c",d', 1), ('"x"', 1), ('a,"b"\r\n', 1), ('"a","b"x"', 8)]
)
def test_column_of_what_stands_behind_a_quote(line: str, column: int) -> None:
    assert behind_quote(line, ",") == column


def test_balance_told_alone_does_not_stand_beside_another_day_s() -> None:
    """The first balance is of another day than the first row: the rows' own count, and the statement adds up."""
    raw = (
        "Description,,Summary Amt.\nBeginning balance as of 02/01/2026,,\"1,000.00\"\n\nDate,Description,Amount,Running Bal.\n"
        '03/30/2026,"WIRE OUT, RENT","-31,711.25","2,190.00"\n'
    )  # fmt: skip
    (statement,) = understood(raw)
    assert statement.opening is not None
    assert statement.opening + sum(line.amount for line in statement.lines) == statement.closing


def test_missing_currency_is_told_once_beside_all_else() -> None:
    with pytest.raises(BillError) as refused:
        understood("Date,Payee,Amount,Balance\n2026-03-14,A,5.00,5.00\n2026-03-15,B,7.00,12.00\n2026-03-16,C,x,13.00\n")
    assert [each.code for each in refused.value.diagnostics].count("E631") == 1


@pytest.mark.parametrize("amount", ["1,000", "1.000", "25.000"])
def test_amount_that_may_have_thousands_is_no_amount(amount: str) -> None:
    with pytest.raises(BillError) as refused:
        read_ofx(OFX.replace("<TRNAMT>5.00", f"<TRNAMT>{amount}").encode(), "x")
    assert "thousands or three decimals" in refused.value.diagnostics[0].message
    with pytest.raises(BillError) as refused:
        read_mt940(STA.replace("C5,00N", f"C{amount}N").encode(), "x")
    assert any("thousands or three decimals" in each.message for each in refused.value.diagnostics)


@pytest.mark.parametrize(("columns", "missing"), [("{date: '#1', amount: '#2x'}", "amount"), ("{date: Tag, amount: '#2'}", "day")])
def test_profile_that_names_a_column_which_is_not_there(ledger: Path, columns: str, missing: str) -> None:
    profile = ledger / "bank/profiles/own.yaml"
    profile.parent.mkdir(parents=True)
    profile.write_text(f"schema: bank-profile/1\ntitle: own\nshape: [date, amount]\ncurrency: EUR\ncolumns: {columns}\n")
    (ledger / "bank.csv").write_text("2026-03-14;5,00\n")
    ran = bill("bank", "read", "bank.csv", "--profile", "own", cwd=ledger, at="2026-06-30")
    assert ran.code == 1
    assert f'error[E625]: the profile "own" takes the {missing} from a column that the file has not' in ran.err


def test_hint_pours_no_long_word_out() -> None:
    assert did_you_mean("Text", ["Text" + "9" * 3000]) == ""
    assert did_you_mean("Txet", ["Text"]) == 'did you mean "Text"?'


def test_fault_at_a_line_end_of_two_signs_is_told_right_behind_the_line() -> None:
    found = next(each for each in read_with_authority(b"a: b\r\nb: {*terms:\r\n", "ledger.yaml").problems if each.code == "E104")
    assert found.span is not None
    assert (found.span.line, found.span.column, found.span.text) == (2, 12, "b: {*terms:")
