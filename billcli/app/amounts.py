"""Values given on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from billcli.errors import UsageError
from billcli.model.money import Money
from billcli.model.values import BadValue, amount_in, parse_notes

T = TypeVar("T")


def minor_of(text: str, currency: str, option: str) -> int:
    """Minor units of an amount as typed. Raises ``UsageError`` naming the option."""
    return Money.of(value_of(lambda typed: amount_in(typed, currency), text, option), currency).minor


def value_of(parse: Callable[[str], T], text: str, option: str) -> T:
    """A value of any field type as typed. Raises ``UsageError`` naming the option."""
    try:
        return parse(text)
    except BadValue as bad:
        raise UsageError(f"{option}: {bad.message}", bad.hint) from None


def optional(parse: Callable[[str], T], text: str | None, option: str) -> T | None:
    """As ``value_of``, or None where the option is left out."""
    return value_of(parse, text, option) if text is not None else None


def notes_of(text: str | None) -> str | None:
    """Notes as typed, or None where there are none. Raises ``UsageError``."""
    return optional(parse_notes, text, "--notes")
