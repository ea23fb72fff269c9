"""Damaged files: each is read, or refused with a code and a place; nothing else ever comes out."""

from __future__ import annotations

import random

import pytest

from billcli.banks.payouts import read_payouts
from billcli.banks.propose import propose
from billcli.banks.read import Options, read
from billcli.errors import BillError
from tests.banks.shown import SAMPLES, shipped

FILES = [path.read_bytes() for path in sorted(SAMPLES.glob("*.csv"))]
JUNK = [b'"', b";", b",", b"\t", b"\n", b"\r", b"0", b".", b"-", b"\xff", b"\xc3", b"(", b"12/13/14", b"9" * 30, b"\0", b'="', b"|", b"#1",
        b"{currency}", b"\xef\xbb\xbf", b"\xe4\xba\xa4", b"&#27;"]  # fmt: skip


def damaged(dice: random.Random) -> bytes:
    raw = bytearray(dice.choice(FILES))
    for _ in range(dice.randint(1, 6)):
        at, way = dice.randrange(len(raw) + 1), dice.randrange(5)
        if way == 0:
            raw[at:at] = dice.choice(JUNK)
        elif way == 1:
            del raw[at : at + dice.randint(1, 20)]
        elif way == 2:
            raw = raw[:at]
        elif way == 3:
            lines = bytes(raw).split(b"\n")
            dice.shuffle(lines)
            raw = bytearray(b"\n".join(lines))
        else:
            other = dice.choice(FILES)
            raw[at:at] = other[: dice.randint(0, len(other))]
    return bytes(raw)


@pytest.mark.parametrize("seed", range(6))
def test_damaged_file_is_read_or_refused_and_nothing_else(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(40):
        raw = damaged(dice)
        chosen = Options(profile=dice.choice(sorted(shipped())))
        for options in (Options(), chosen):
            try:
                for statement in read(raw, "x", shipped(), options):
                    texts = [text for line in statement.lines for text in (line.payer, line.text, line.iban, line.id)]
                    assert all(text.replace("\n", "").isprintable() for text in texts)
                    assert len({line.id for line in statement.lines}) == len(statement.lines)
            except BillError as refused:
                assert refused.diagnostics
        try:
            read_payouts(raw, "x", "EUR")
        except BillError as refused:
            assert refused.diagnostics
        propose(raw.decode("latin-1"), "utf-8", "x")
