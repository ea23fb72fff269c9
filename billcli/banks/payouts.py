"""A provider's report of payouts: ``payout,date,net,invoice,gross,fee``."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal, InvalidOperation

from billcli.core.matching.facts import PayoutItem
from billcli.errors import BillError
from billcli.model.money import Money


def read_payouts(raw: bytes, name: str, currency: str) -> list[PayoutItem]:
    """Raises ``BillError`` for a report that cannot be read whole."""
    try:
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), strict=True))
        return [
            PayoutItem(
                row["payout"], date.fromisoformat(row["date"]), Money.of(Decimal(row["net"]), currency).minor, row["invoice"],
                Money.of(Decimal(row["gross"]), currency).minor, Money.of(Decimal(row["fee"]), currency).minor,
            )
            for row in rows
        ]  # fmt: skip
    except (UnicodeDecodeError, csv.Error, KeyError, ValueError, TypeError, InvalidOperation) as error:
        raise BillError(f"{name} cannot be read as a report of payouts: {error}", "nothing was written") from None
