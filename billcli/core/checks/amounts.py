"""The decimals of amounts, which every kind of document is checked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from billcli.diagnostics import Diagnostic, Path, dotted
from billcli.model.money import decimals, decimals_text, digits


def check_amounts(fields: Sequence[tuple[Path, Decimal]], currency: str) -> Iterator[Diagnostic]:
    """E211: in files an amount has exactly its currency's decimals, so that one amount has one spelling."""
    places = digits(currency)
    unit = Decimal(1).scaleb(-places)
    for path, amount in fields:
        if not amount.same_quantum(unit) and decimals(amount) != places:
            message = f"{dotted(path)}: {format(amount, 'f')} has {decimals_text(amount)}; {currency} has {places}"
            exact = decimals(amount) < places
            hint = f"write {format(amount.quantize(unit), 'f')}" if exact else "round it where it came from"
            yield Diagnostic("E211", message, path=path, hint=hint)
