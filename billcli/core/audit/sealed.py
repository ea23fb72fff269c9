"""The seal of documents by themselves, without the books they come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from billcli.core import seal

_FIRST = "it is the first of its sequence and period"
FITS, MISFITS, UNKNOWN = "fits", "does not fit", "cannot be told"


class Sealed(NamedTuple):
    """A document with its number taken apart; ``n`` is None for one without a counter."""

    number: str
    head: str
    n: int | None
    digest: str
    seal: str | None
    imported: bool


class Verdict(NamedTuple):
    """Whether the content gives the seal that stands in it, and by what previous seal."""

    number: str
    seal: str | None
    verdict: str
    because: str


def verdicts(documents: Sequence[Sealed], previous: str | None) -> list[Verdict]:
    """Each against the seal of the document before it, where that is among them; ``previous`` is the seal before those that have none."""
    seals = {(each.head, each.n): each.seal for each in documents if each.seal and each.n is not None}
    return [_verdict(each, seals.get((each.head, each.n - 1)) if each.n is not None else None, previous) for each in documents]


def _verdict(each: Sealed, before: str | None, previous: str | None) -> Verdict:
    def say(verdict: str, because: str) -> Verdict:
        return Verdict(each.number, each.seal, verdict, because)

    if each.seal is None:
        if each.imported:
            return say(UNKNOWN, "it was imported from another tool: bill did not seal it")
        return say(MISFITS, "there is no seal in it, and bill seals what it issues")
    whence = "the seal of the document before it"
    if before is None and each.n != 1:
        before, whence = previous, "the seal that was given"
    if before is not None:
        fits = seal.seal(each.digest, before) == each.seal
        return say(FITS if fits else MISFITS, f"its content and {whence} {'give' if fits else 'do not give'} its seal")
    fits = seal.seal(each.digest, "") == each.seal
    if each.n == 1:
        return say(FITS if fits else MISFITS, f"its content {'gives' if fits else 'does not give'} its seal; {_FIRST}")
    if fits:
        return say(FITS, "its content gives its seal with none before it, so it must be the first of its sequence and period")
    return say(UNKNOWN, "the seal before it is needed: name that document's file too, or its seal with --previous")
