"""Check digits of payment references."""

from __future__ import annotations

import pytest

from billcli.core.matching.checkdigits import structured


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("RF18 5390 0754 7034", "RF"),
        ("210000000003139471430009017", "QRR"),
        ("+++090/9337/55493+++", "OGM"),
        ("1234561", "viite"),
        ("00001232", "viite"),
        ("1234567897", "KID"),
        ("RF19 5390 0754 7034", ""),
        ("210000000003139471430009018", ""),
        ("INV-2026-0042", ""),
        ("12", ""),
        ("", ""),
    ],
)
def test_kinds(reference: str, kind: str) -> None:
    found = structured(reference)
    assert found == kind or (kind in ("viite", "KID") and found in ("viite", "KID"))
