"""What banks and payment providers send, and the profiles of their layouts."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from billcli.app.bank import statements_view
from billcli.banks import sheets
from billcli.banks.camt import read_camt
from billcli.banks.mt940 import read_mt940
from billcli.banks.ofx import read_ofx
from billcli.banks.payouts import read_payouts
from billcli.banks.propose import propose
from billcli.banks.read import Options, format_of, read
from billcli.core.bank import BankStatement
from billcli.errors import BillError
from billcli.model.bank_profile import BankProfile
from billcli.resources import shared
from billcli.store.read import read_loose
from tests.banks.shown import SAMPLES, shipped
from tests.banks.test_damaged_files import WORDS, judge, rewritten
from tests.banks.test_hostile import JUNK
from tests.fuzz.changes import bytewise, linewise, one_of, spliced
from tests.fuzz.law import Target, check_findings

Reader = Callable[[bytes, str], list[BankStatement]]


def _samples(*suffixes: str) -> Callable[[], list[bytes]]:
    @cache
    def found() -> list[bytes]:
        return [path.read_bytes() for path in sorted(SAMPLES.iterdir()) if path.suffix in suffixes]

    return found


def _reads(reader: Reader) -> Callable[[bytes], Any]:
    def found(raw: bytes) -> Any:
        judge(reader, raw)
        return reader(raw, "bank")

    return found


def _read_table(raw: bytes) -> Any:
    names = sorted(shipped())
    turn = zlib.crc32(raw)
    options = (
        Options(), Options(), Options(profile=names[turn % len(names)]), Options(encoding=("utf-8", "cp1252", "gb18030", "utf-16")[turn % 4]),
        Options(date_order=("dmy", "mdy", "ymd")[turn % 3], decimal=".,"[turn % 2], currency=("EUR", "JPY")[turn % 2]),
    )[turn % 5]  # fmt: skip
    found: list[Any] = []

    def table(raw: bytes, name: str) -> list[BankStatement]:
        return read(raw, name, shipped(), options)

    if format_of(raw) is None and not sheets.is_workbook(raw):
        judge(table, raw)
    for reader in (
        lambda: table(raw, "bank"),
        lambda: read_payouts(raw, "bank", "EUR"),
        lambda: propose(raw.decode("latin-1"), "utf-8", "x"),
    ):
        try:
            found.append(reader())
        except BillError as refused:
            check_findings(refused.diagnostics)
            found.append((refused.message, refused.diagnostics))
    return found


# profiles


@cache
def _layouts() -> list[bytes]:
    """A profile above the sample of its name, with a line between them that neither has."""
    files = ((path.stem, path) for path in sorted(shared("banks", "layouts").glob("*.yaml")))
    return [path.read_bytes() + _BETWEEN + sample.read_bytes() for name, path in files if (sample := SAMPLES / f"{name}.csv").exists()]


_BETWEEN = b"\n@@@@@@\n"


def _read_profile(data: bytes) -> Any:
    said, _, raw = data.partition(_BETWEEN)
    profile, problems = read_loose(said, "bank/profiles/own.yaml", BankProfile, {})
    check_findings(problems)
    if not isinstance(profile, BankProfile):
        assert problems
        return problems
    if format_of(raw) or sheets.is_workbook(raw):
        return None
    return read(raw, "bank", {"own": profile}, Options(profile="own" if zlib.crc32(raw) % 2 else None))


def _profile_changed(random: Random, data: bytes) -> bytes:
    said, between, raw = data.partition(_BETWEEN)
    if random.randrange(4):
        said = _PROFILE_CHANGES(random, said)
    else:
        raw = _TABLE_CHANGES(random, raw)
    return said + between + raw


_PROFILE_CHANGES = one_of(
    bytewise((b"columns:\n", b"  amount: ", b"sign:\n", b"skip:\n", b"header: ", b"shape: ", b"delimiter: ", b"encoding: utf-16\n", b"encoding: idna\n",
              b"decimal: \",\"\n", b"date_order: dmy\n", b"'#3'", b"{currency}", b"[", b"]")), linewise,
)  # fmt: skip
_TABLE_CHANGES = one_of(bytewise(JUNK), linewise)


# workbooks: the archive for all, the sheets, which a child reads, for a few


def _read_workbook(raw: bytes) -> Any:
    if not sheets.is_workbook(raw):
        return None
    if not raw.startswith(b"\xd0\xcf"):
        sheets._check_archive(raw, "bank")
    return sheets.rows(raw, "bank") if zlib.crc32(raw) % _FEW == 0 else None


_FEW = 60


def read_whole(raw: bytes) -> Any:
    """As ``bill bank read`` reads it and shows it."""
    from datetime import date

    return statements_view("bank", read(raw, "bank", shipped()), date(2026, 3, 14))


def _xml(random: Random, raw: bytes) -> bytes:
    return rewritten(random, raw) if random.randrange(3) else bytewise(WORDS)(random, raw)


_CSV = _samples(".csv")
_OFX = _samples(".ofx")
_STA = _samples(".sta", ".942")
_XML = _samples(".xml")
_XLS = _samples(".xls", ".xlsx")

TARGETS = (
    Target("tables", 7, _read_table, _CSV, one_of(bytewise(JUNK), bytewise(JUNK), linewise, spliced(_CSV))),
    Target("camt", 14, _reads(read_camt), _XML, _xml),
    Target("mt940", 20, _reads(read_mt940), _STA, one_of(bytewise(WORDS), bytewise(WORDS), linewise, spliced(_STA))),
    Target("ofx", 20, _reads(read_ofx), _OFX, one_of(bytewise(WORDS), bytewise(WORDS), linewise, spliced(_OFX))),
    Target("profiles", 5, _read_profile, _layouts, _profile_changed),
    Target("workbooks", 8, _read_workbook, _XLS, bytewise((b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"xl/workbook.xml")),
           most=40_000),
)  # fmt: skip
