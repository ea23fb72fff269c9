"""Amounts given on the command line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from billcli.errors import UsageError
from billcli.model.money import Money
from billcli.model.values import BadValue, amount_in


def minor_of(text: str, currency: str, option: str) -> int:
    """Minor units of an amount as typed. Raises ``UsageError`` naming the option."""
    try:
        return Money.of(amount_in(text, currency), currency).minor
    except BadValue as bad:
        raise UsageError(f"{option}: {bad.message}", bad.hint) from None


def value_of(parse: Any, text: str, option: str) -> Any:
    """A value of any field type as typed. Raises ``UsageError`` naming the option."""
    try:
        return parse(text)
    except BadValue as bad:
        raise UsageError(f"{option}: {bad.message}", bad.hint) from None


def notes_of(text: str | None) -> str | None:
    """Notes as typed, or None where there are none. Raises ``UsageError``."""
    from billcli.model.values import parse_notes

    return value_of(parse_notes, text, "--notes") if text is not None else None


def quantity_of(text: str, option: str) -> Decimal:
    from billcli.model.values import parse_quantity

    found: Decimal = value_of(parse_quantity, text, option)
    return found
