"""Which format a file is, told by its first bytes and never by its name."""

from __future__ import annotations

import pytest

from billcli.banks.read import READERS, format_of


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"OFXHEADER:100\nDATA:OFXSGML\n\n<OFX>", "ofx"),
        (b'<?xml version="1.0"?>\n<?OFX OFXHEADER="200"?>\n<OFX>', "ofx"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">', "camt"),
        ('<?xml version="1.0"?>'.encode("utf-16"), "camt"),
        (b"ABNANL2A\n940\nABNANL2A\n:20:ABN AMRO\n:25:517852257\n", "mt940"),
        (b"{1:F01INGBNL2AXXXX00001}\n{4:\n:20:MPBZ\n:25:0001234567\n", "mt940"),
        (b":20:STARTUMSE\r\n:25:10050000/0000000001\r\n", "mt940"),
        (b"date,amount\n2026-03-02,1.50\n", None),
        (b"Text;:20: und :25:\n", None),
        (b"", None),
    ],
)
def test_format_is_told_by_the_first_bytes(raw: bytes, expected: str | None) -> None:
    assert format_of(raw) == expected
    assert expected is None or expected in READERS
