"""The code that a bank's app scans: EPC069-12, for transfers in euro."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from billcli.model.money import Money

_LEAST, _MOST = Decimal("0.01"), Decimal("999999999.99")


def epc_code(party: Mapping[str, Any], amount: str, currency: str, reference: str | None, text: str) -> Any | None:
    """The code itself, or None where none can be: another currency, no IBAN, an amount outside the bounds.

    ``reference`` goes in as such where it is an ISO 11649 one; else ``text``, or it, as free text.
    """
    from segno.helpers import make_epc_qr

    if currency != "EUR" or not party.get("iban") or not _LEAST <= Decimal(amount) <= _MOST:
        return None
    iban, name = party["iban"].replace(" ", ""), _fitting(party["name"], 70)
    said = {"reference": reference} if _is_creditor_reference(reference) else {"text": _fitting(reference or text, 140)}
    try:
        return make_epc_qr(
            name=name, iban=iban, amount=Money.of(Decimal(amount), "EUR").amount, bic=party.get("bic"), encoding="utf-8", **said
        )
    except ValueError:
        return None


def _fitting(text: str, most: int) -> str:
    return " ".join(text.split())[:most].strip()


def _is_creditor_reference(text: str | None) -> bool:
    from stdnum import iso11649

    return text is not None and bool(iso11649.is_valid(text))


def outline(code: Any) -> dict[str, Any]:
    """The dark modules as one path of an SVG, row by row: one shape is drawn and read faster than a thousand squares."""
    rows = [bytes(row) for row in code.matrix]
    parts = [run for at, row in enumerate(rows) for run in _runs(row, at)]
    return {"size": len(rows), "path": "".join(parts)}


@lru_cache(maxsize=4096)
def _runs(row: bytes, at: int) -> tuple[str, ...]:
    found, begin = [], None
    for column, dark in enumerate([*row, 0]):
        if dark and begin is None:
            begin = column
        elif not dark and begin is not None:
            found.append(f"M{begin} {at}h{column - begin}v1h-{column - begin}z")
            begin = None
    return tuple(found)
