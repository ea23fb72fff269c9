"""What the lines above a table say: the account, its currency, opening and closing balance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from billcli.banks import figures
from billcli.banks.profiles import Match, currency_of
from billcli.banks.table import plain_cells
from billcli.banks.texts import account, present
from billcli.model.money import digits

_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_NUMBER = re.compile(r"[0-9][0-9*]{5,}")
_BRACKETS = "[]【】 \t:："


class Above(NamedTuple):
    """``opening`` and ``closing`` as written; ``line`` is that of the closing balance, from 1."""

    account: str = ""
    currency: str = ""
    opening: str = ""
    closing: str = ""
    line: int = 0

    def balances(self, currency: str) -> tuple[int | None, int | None]:
        return _minor(self.opening, currency), _minor(self.closing, currency)


def above(match: Match) -> Above:
    """Read by the names that the layout gives; what is not there stays empty."""
    wanted = match.profile.preamble
    found = {"account": "", "currency": "", "opening": "", "closing": ""}
    line = 0
    if match.line <= 0:
        return Above()
    for at, text in enumerate(match.lines[: match.line], 1):
        cells = [cell.strip() for cell in plain_cells(text.rstrip("\r\n"), match.delimiter)]
        for role, known in found.items():
            if not known and (value := _value(cells, getattr(wanted, role))):
                found[role] = value
                line = at if role == "closing" else line
    iban = _IBAN.search(found["account"])
    digits_only = None if "@" in found["account"] else _NUMBER.search(found["account"])
    number = account(iban[0] if iban else digits_only[0] if digits_only else found["account"])
    return Above(number, currency_of(found["currency"]), found["opening"], found["closing"], line)


def _value(cells: Sequence[str], names: Sequence[str]) -> str:
    """What stands behind one of the names in its cell, else the next cell that holds something."""
    for at, cell in enumerate(cells):
        for name in names:
            if cell.casefold().startswith(name.casefold()):
                rest = cell[len(name) :]
                if rest[:1] in ("", ":", "：", " ") and (own := present(rest.strip(_BRACKETS))) and rest[:1] in (":", "："):
                    return own
                return next((present(each) for each in cells[at + 1 :] if present(each)), "")
    return ""


def _minor(text: str, currency: str) -> int | None:
    found = figures.figure(text) if text else None
    if found is None:
        return None
    mark = figures.decimal_mark(found.digits) or ("," if "." in found.digits else ".")
    value = figures.number(found, mark)
    return figures.minor(value, digits(currency)) if value else None
