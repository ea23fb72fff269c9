"""Document numbers in the shapes in which payers write them, looked up in one step each.

A number is its groups of letters and digits: ``INV-2026-0042`` is INV, 2026, 0042. It is found whole however it is parted, without its
prefix, without leading zeros, without or with a shortened year; a text that is another document's number is that document.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from billcli.core.matching.text import clean, groups

CHECKED, EXACT, NEAR, WEAK = 4, 3, 2, 1
"""Check digits and all; the whole number; all that tells it from others; its last digits."""


class Shape(NamedTuple):
    """A number's groups."""

    parts: tuple[str, ...]

    @property
    def whole(self) -> str:
        return "".join(self.parts)

    @property
    def digits(self) -> tuple[str, ...]:
        return tuple(part for part in self.parts if part[0] in "0123456789")

    @property
    def last(self) -> str:
        """The running number: its last digits."""
        found = self.digits
        return found[-1] if found else ""


def shape(number: str) -> Shape:
    return Shape(tuple(group.text for group in groups(clean(number))))


def stripped(parts: Iterable[str]) -> str:
    """The groups without leading zeros, parted: what two writings of one number share."""
    return "|".join(part.lstrip("0") or "0" if part[0] in "0123456789" else part for part in parts)


def _is_year(part: str) -> bool:
    return len(part) == 4 and part[:2] in ("19", "20")


class Numbers:
    """Which documents a written number may mean, and how sure that is."""

    def __init__(self) -> None:
        self.whole: dict[str, tuple[str, ...]] = {}
        self.parted: dict[str, tuple[str, ...]] = {}
        self.bare: dict[str, tuple[str, ...]] = {}
        self.short: dict[str, tuple[str, ...]] = {}
        self.words: set[str] = set()
        self.shapes: dict[str, Shape] = {}
        self.looks: set[tuple[str, ...]] = set()
        """The outward forms in use: letters as they are, digits as their count."""
        self.longest = 1

    def add(self, document: str, number: str, own: bool = True) -> None:
        """A document's own number, or another one that it is known by."""
        found = shape(number)
        if not found.digits:
            return
        if own:
            self.shapes[document] = found
            if len(found.parts) > 1:
                self.looks.add(_look(found.parts))
        parts, digits = found.parts, found.digits
        self.longest = max(self.longest, len(parts))
        self.words.update(part for part in parts if part not in digits)
        _put(self.whole, found.whole, document)
        _put(self.parted, stripped(parts), document)
        lettered = len(digits) < len(parts)
        if lettered:
            _put(self.bare, "".join(digits), document)
        if len(digits) > 1:
            if lettered:
                _put(self.bare, stripped(digits), document)
            year = next((at for at, part in enumerate(parts[:-1]) if _is_year(part)), None)
            if year is not None:
                _put(self.short, stripped([*parts[:year], parts[year][2:], *parts[year + 1 :]]), document)
                _put(self.short, "".join([*parts[:year], parts[year][2:], *parts[year + 1 :]]), document)
                rest = [*parts[:year], *parts[year + 1 :]]
                if len(rest) > 1:
                    _put(self.short, stripped(rest), document)

    def find(self, parts: tuple[str, ...], joined: bool) -> tuple[int, tuple[str, ...]]:
        """Strength and documents of a written number; ``joined`` where its groups stand apart and were put together."""
        strength, found = self._find(parts, joined)
        if strength and strength < EXACT:
            found = tuple(document for document in found if self._only_dropped(parts, document))
        return (strength, found) if found else (0, ())

    def _whole_may(self, parts: tuple[str, ...], found: tuple[str, ...]) -> bool:
        """Short groups of digits that stand apart are no longer number: ``INV-1-2`` is not ``INV-12``."""
        digits = [part for part in parts if part[0] in "0123456789"]
        own = self.shapes.get(found[0])
        return len(digits) < 2 or sum(map(len, digits)) >= 6 or (own is not None and own.parts == parts)

    def _only_dropped(self, parts: tuple[str, ...], document: str) -> bool:
        """Payers leave zeros out; they do not put more in."""
        own = self.shapes.get(document)
        written = next((part for part in reversed(parts) if part[0] in "0123456789"), "")
        return (
            own is None
            or not written.startswith("0")
            or len(written) == len(own.last)
            or (len(written) > len(own.last) and own.whole.endswith(written))
        )

    def _find(self, parts: tuple[str, ...], joined: bool) -> tuple[int, tuple[str, ...]]:
        whole = "".join(parts)
        lettered = any(part[0] not in "0123456789" for part in parts)
        if (found := self.whole.get(whole)) and self._whole_may(parts, found):
            return (NEAR if joined else EXACT) if lettered or len(whole) >= 6 else NEAR if len(whole) == 5 else WEAK, found
        if joined and len(parts) > 1 and not lettered:
            return 0, ()
        key = stripped(parts)
        if found := self.parted.get(key):
            count = sum(map(len, parts))
            return NEAR if lettered or len(parts) > 1 or count >= 5 else WEAK, found
        if not lettered and (found := self.bare.get(key if len(parts) > 1 else whole) or self.bare.get(whole)):
            return NEAR if len(parts) > 1 or len(whole) >= 5 else WEAK, found
        if (lettered or len(parts) > 1) and not _is_year(parts[-1]) and (found := self.short.get(key) or self.short.get(whole)):
            return NEAR if lettered else WEAK, found
        return 0, ()

    def looks_ours(self, parts: tuple[str, ...]) -> bool:
        """Whether a text has the outward form of the ledger's numbers."""
        return _look(parts) in self.looks


def _look(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(part if part[0] not in "0123456789" else f"#{len(part)}" for part in parts)


def _put(into: dict[str, tuple[str, ...]], key: str, document: str) -> None:
    held = into.get(key)
    if held is None:
        into[key] = (document,)
    elif document not in held and len(held) < 40:
        into[key] = (*held, document)
