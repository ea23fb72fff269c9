"""Changed payee details: the trick is old, and what helps is that somebody looks before the next transfer or mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

SHOWN = timedelta(days=30)


class PayeeMarked(NamedTuple):
    """What an entry of the trail says of the accounts and addresses in a file; ``at`` is its instant as text."""

    path: str
    at: str
    mark: str


class PayeeChange(NamedTuple):
    """``on`` is None for a change that the trail does not know yet."""

    path: str
    what: str
    on: date | None


def changes(marked: Iterable[PayeeMarked], now: Mapping[str, str], today: date) -> list[PayeeChange]:
    """The last change of each file within thirty days. ``marked`` in the order of time; ``now`` are marks of files edited by hand since."""
    last: dict[str, str] = {}
    found: dict[str, PayeeChange] = {}
    for path, at, mark in marked:
        on = date.fromisoformat(at[:10])
        if (what := changed(last.get(path, ""), mark)) and today - on <= SHOWN:
            found[path] = PayeeChange(path, what, on)
        last[path] = mark or last.get(path, "")
    for path, mark in now.items():
        if what := changed(last.get(path, ""), mark):
            found[path] = PayeeChange(path, what, None)
    return [found[path] for path in sorted(found)]


def changed(before: str, now: str) -> str:
    """``IBAN``, ``e-mail``, both or neither; nothing where one of the two is not known."""
    if not before or not now:
        return ""
    return " and ".join(word for word, a, b in zip(("IBAN", "e-mail"), before.split("-"), now.split("-"), strict=False) if a != b)
