"""What was read of a statement, as text that a person checks against the file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from billcli.app.bank import profiles
from billcli.banks.read import Options, read
from billcli.core.bank import BankLine, BankStatement
from billcli.model.bank_profile import BankProfile
from billcli.model.money import Money

SAMPLES = Path(__file__).parent / "samples"


@cache
def shipped() -> dict[str, BankProfile]:
    """The layouts that bill brings."""
    return profiles(None)


def understood(raw: bytes | str, options: Options = Options(), name: str = "x.csv") -> list[BankStatement]:  # noqa: B008  # a tuple
    return read(raw.encode() if isinstance(raw, str) else raw, name, shipped(), options)


def as_text(statements: list[BankStatement]) -> str:
    """A block per statement: its head, its lines, what was set aside."""
    return "\n".join("\n".join(_block(each)) + "\n" for each in statements)


def _block(statement: BankStatement) -> list[str]:
    def money(minor: int | None) -> str:
        return "-" if minor is None else Money(minor, statement.currency).text()

    head = f"{statement.format} {statement.encoding} | {statement.account or '-'} {statement.currency}"
    balances = f"{money(statement.opening)} to {money(statement.closing)}, verified: {statement.verified or 'no'}"
    skipped = [f"  line {each.row} set aside: {each.reason}" for each in statement.skipped]
    return [f"{head} | {balances}", *(f"  {_line(line)}" for line in statement.lines), *skipped]


def _line(line: BankLine) -> str:
    found = [f"line {line.row}", str(line.booked_on), str(Money(line.amount, line.currency)), line.payer, repr(line.text)]
    also = {
        "value": line.value_on and str(line.value_on), "iban": line.iban, "for": line.ultimate, "ref": ", ".join(line.references),
        "e2e": line.end_to_end, "bank id": line.bank_id, "kind": line.kind, "returned": line.returned,
        "fee": line.fee and Money(line.fee, line.currency).text(), "was": line.original and str(Money(*line.original)),
    }  # fmt: skip
    return " | ".join([*found, *(f"{key} {value}" for key, value in also.items() if value)])
