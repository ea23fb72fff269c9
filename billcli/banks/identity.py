"""What a bank line is called, so that it is the same in every download it is in."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from billcli.core.bank import BankLine


def content_key(account: str, line: BankLine) -> str:
    """The hash of what no download changes: account, day, amount, text and payer, and the bank's own id."""
    parts = (account, line.booked_on.isoformat(), str(line.amount), line.currency, _bare(line.text), _bare(line.payer), line.bank_id)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def with_ids(account: str, lines: Sequence[BankLine]) -> list[BankLine]:
    """Lines without an id of the file's own get the hash of their content and the number of its occurrence, whatever their order."""
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        if not line.id:
            key = content_key(account, line)
            seen[key] += 1
            line = line._replace(id=f"{key}-{seen[key]}")
        found.append(line)
    return found


def _bare(text: str) -> str:
    return " ".join(text.split())
