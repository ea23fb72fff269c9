"""Bank files to statements: a plain CSV with a header ``id,date,amount,currency,payer,text`` and perhaps ``iban`` and ``account``."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from billcli.core.bank import BankLine, BankStatement
from billcli.diagnostics import Diagnostic, Span
from billcli.errors import BillError
from billcli.model.money import CURRENCIES, Money
from billcli.model.values import quoted


class Options(NamedTuple):
    """What a person says of a file where it does not say so itself."""

    currency: str | None = None


def read(raw: bytes, name: str, profiles: Mapping[str, Any], options: Options) -> list[BankStatement]:
    """The statements of a file, one for each account and currency. Raises ``BillError`` with every row that cannot be read."""
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BillError(f"{name} cannot be read: {error}", "nothing was written") from None
    if not rows or not {"date", "amount"} <= set(rows[0]):
        raise BillError(f"{name} has no header that is known", "nothing was written")
    found: dict[tuple[str, str], list[BankLine]] = {}
    problems = []
    counts: dict[str, int] = {}
    for at, cells in enumerate(rows[1:], 2):
        row = dict(zip(rows[0], cells, strict=False))
        try:
            code = row.get("currency") or options.currency or "EUR"
            if code not in CURRENCIES:
                raise ValueError(f"{quoted(code)} is not a currency")
            amount = Money.of(Decimal(row["amount"]), code).minor
            day = date.fromisoformat(row["date"])
        except (ValueError, InvalidOperation, KeyError) as error:
            problems.append(Diagnostic("E701", f"a row that cannot be read: {error}", name, span=Span(at, 1, 1, ",".join(cells))))
            continue
        account = row.get("account", "")
        content = "\n".join((account, row["date"], row["amount"], row.get("text", ""), row.get("payer", "")))
        counts[content] = counts.get(content, 0) + 1
        own = hashlib.sha256(f"{content}\n{counts[content]}".encode()).hexdigest()[:16]
        line = BankLine(
            row.get("id") or own, at, day, amount, code, payer=row.get("payer", ""), iban=row.get("iban", ""), text=row.get("text", ""),
            kind=row.get("kind", ""),
        )  # fmt: skip
        found.setdefault((account, code), []).append(line)
    if problems:
        raise BillError(f"{name} cannot be read", "nothing was written", tuple(problems))
    return [BankStatement(account, code, tuple(lines), format="csv", encoding="utf-8") for (account, code), lines in found.items()]
