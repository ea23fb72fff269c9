"""Samples that are cut, spliced and changed at random: a reader gives a statement or says what is wrong, and nothing else.

``python -m tests.banks.test_damaged_files 200000`` does the same for as many files.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable

import pytest

from billcli.banks.camt import read_camt
from billcli.banks.mt940 import read_mt940
from billcli.banks.ofx import read_ofx
from billcli.banks.sheets import rows
from billcli.codes import CODES
from billcli.core.bank import BankStatement
from billcli.errors import BillError
from tests.support import PROJECT

SAMPLES = PROJECT / "tests" / "banks" / "samples"
Reader = Callable[[bytes, str], list[BankStatement]]
READERS: dict[str, Reader] = {".xml": read_camt, ".sta": read_mt940, ".942": read_mt940, ".ofx": read_ofx}
WORDS = [
    b"\0", b"\x1b[31m", b"\xff", b"\xe2\x80\xae", b"9" * 40, b"-", b",", b".", b"1e5", b"\n", b"\r\n", b"<", b">", b"&", b"&#0;",
    b"&lt;", b"<!DOCTYPE a>", b"<![CDATA[", b"<Ntry>", b"</Ntry>", b'Ccy="JPY"', b"<TxDtls/>", b"<STMTTRN>", b"</STMTTRN>", b"<OFX>",
    b"</OFX>", b"<MEMO>", b":61:", b":86:", b":20:", b":60F:", b":62F:", b"\n-\n", b"?20", b"SVWZ+", b"/EREF/", b"/REMI/", b"RC",
    b"[/]", b"0000", b"29022",
]  # fmt: skip


def damaged(random_: random.Random, raw: bytes) -> bytes:
    """One to six changes: bytes replaced, cut out, doubled or moved, and words that mean something put in."""
    data = bytearray(raw)
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(data) + 1)
        end = min(len(data), at + random_.choice((1, 1, 2, 5, 20, 200)))
        match random_.randrange(6):
            case 0:
                data[at:end] = b""
            case 1:
                data[at:end] = bytes(random_.randrange(256) for _ in range(end - at))
            case 2:
                data[at:at] = random_.choice(WORDS)
            case 3:
                data[at:end] = random_.choice(WORDS)
            case 4:
                data[at:at] = data[at:end] * random_.choice((1, 2, 10))
            case _:
                other = random_.randrange(len(data) + 1)
                data[other:other] = data[at:end]
    return bytes(data)


VALUES = [
    b"", b" ", b"0", b"-1", b"1.005", b"1e5", b"99999999999999", b"CRDT", b"DBIT", b"BOOK", b"PDNG", b"true", b"JPY", b"XYZ", b"2026-02-30",
    b"2026-03-05T25:00", b"NOTPROVIDED", b"RF18539007547034", b"OPBD", b"CLBD", b"ITBD", b"RRTN", b"\xef\xbf\xbe", b"\n", b"1.00",
]  # fmt: skip
_LEAF = re.compile(rb"<([A-Za-z:]+)[^<>]*>([^<]*)</\1>")


def rewritten(random_: random.Random, raw: bytes) -> bytes:
    """XML that stays XML: up to five of its innermost elements left out, doubled, renamed, moved or with another value."""
    for _ in range(random_.randint(1, 5)):
        leaves = list(_LEAF.finditer(raw))
        if not leaves:
            return raw
        leaf, other = random_.choice(leaves), random_.choice(leaves)
        whole = leaf[0]
        match random_.randrange(5):
            case 0:
                whole = b""
            case 1:
                whole += leaf[0]
            case 2:
                whole = whole.replace(b"<" + leaf[1], b"<" + other[1]).replace(b"</" + leaf[1], b"</" + other[1])
            case 3:
                whole = other[0]
            case _:
                whole = whole.replace(b">" + leaf[2] + b"<", b">" + random_.choice(VALUES) + b"<")
        raw = raw[: leaf.start()] + whole + raw[leaf.end() :]
    return raw


def changed(random_: random.Random, name: str, raw: bytes) -> bytes:
    return rewritten(random_, raw) if name.endswith(".xml") and random_.random() < 0.8 else damaged(random_, raw)


def judge(read: Reader, raw: bytes) -> str:
    """What came of it, after a look that it may."""
    try:
        statements = read(raw, "bank")
    except BillError as refused:
        assert refused.message
        assert refused.diagnostics
        for each in refused.diagnostics:
            assert each.code in CODES
            assert each.message
            assert each.hint
            assert each.file == "bank"
        return refused.diagnostics[0].code
    ids = Counter((statement.account, line.id) for statement in statements for line in statement.lines)
    assert all(count == 1 for count in ids.values())
    for statement in statements:
        if statement.opening is not None and statement.closing is not None:
            assert statement.opening + sum(line.amount for line in statement.lines) == statement.closing
        for line in statement.lines:
            assert line.currency == statement.currency
            assert line.row > 0
            for text in (line.text, line.payer, line.iban, line.ultimate, line.end_to_end, line.bank_id, *line.references):
                assert not any((c < " " and c != "\n") or "\x7f" <= c <= "\x9f" or "\u202a" <= c <= "\u202e" for c in text)
    return "read"


def sources() -> dict[str, tuple[Reader, bytes]]:
    files = sorted(path for path in SAMPLES.iterdir() if path.suffix in READERS)
    return {path.name: (READERS[path.suffix], path.read_bytes()) for path in files}


@pytest.mark.parametrize("name", sorted(sources()))
def test_damaged_statement_is_read_or_refused_and_nothing_else(name: str) -> None:
    read, raw = sources()[name]
    random_ = random.Random(name)
    outcomes = Counter(judge(read, changed(random_, name, raw)) for _ in range(150))
    assert outcomes["read"]
    assert len(outcomes) > 1


@pytest.mark.parametrize("name", sorted(sources()))
def test_statement_cut_anywhere_is_read_or_refused(name: str) -> None:
    read, raw = sources()[name]
    for end in range(0, len(raw), 41):
        judge(read, raw[:end])


def test_time_grows_with_the_size_alone() -> None:
    """Each would take minutes where something is looked for again from every place."""
    long = 200_000
    camt = (SAMPLES / "camt054-v2.xml").read_bytes()
    ofx = (SAMPLES / "card.ofx").read_bytes()
    sta = (SAMPLES / "german.sta").read_bytes()
    for read, raw in (
        (read_camt, camt.replace(b"Z\xfcrich", b"a\n" + b" " * long + b"b")),
        (read_ofx, ofx.replace(b"tea", b"a\n" + b" " * long + b"b")),
        (read_ofx, ofx.replace(b"]]>", b"<![CDATA[" * long)),
        (read_ofx, ofx.replace(b"Kiosk", b"<A" * long)),
        (read_mt940, sta.replace(b":86:free", b":86:" + b"/" * long + b"?20" * long)),
        (read_mt940, sta.replace(b":86:free", b":86:166?20" + b"SVWZ" * long)),
        (read_mt940, sta.replace(b"C1,", b"C" + b"1" * long)),
        (read_mt940, sta.replace(b":20:STARTUMS", b"{1:a}" * long)),
    ):
        judge(read, raw)


def test_statement_in_a_wrong_format_is_refused() -> None:
    for name, (_, raw) in sources().items():
        for suffix, read in READERS.items():
            if not name.endswith(suffix) and READERS["." + name.rpartition(".")[2]] is not read:
                assert judge(read, raw) in {"E650", "E651"}


def _rows(raw: bytes, name: str) -> list[BankStatement]:
    rows(raw, name)
    return []


def test_damaged_workbook_is_read_or_refused_and_nothing_else() -> None:
    raw = (SAMPLES / "statement.xls").read_bytes()
    random_ = random.Random(1)
    for _ in range(3):
        judge(_rows, damaged(random_, raw))


def main(count: int) -> None:
    every = {**sources(), "statement.xls": (_rows, (SAMPLES / "statement.xls").read_bytes())}
    for name, (read, raw) in every.items():
        share = count // len(every) if read is not _rows else count // 500  # a process each
        random_ = random.Random(f"{name} {count}")
        outcomes: Counter[str] = Counter()
        for _ in range(share):
            data = changed(random_, name, raw)
            try:
                outcomes[judge(read, data)] += 1
            except BaseException:
                sys.stdout.write(f"{name}: {data!r}\n")
                raise
        sys.stdout.write(f"{name}: {dict(outcomes)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
