"""What a line names, as it stands against what is open at its moment."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from billcli.core.bank import BankLine
from billcli.core.matching import amounts
from billcli.core.matching.facts import Item, Rule
from billcli.core.matching.numbers import WEAK
from billcli.core.matching.payers import Payer, Payers
from billcli.core.matching.references import Mention, Reading
from billcli.core.matching.state import State

WAYS = 8


class Seen(NamedTuple):
    """All that can be read from a line before the books are asked what is open."""

    line: BankLine
    money: amounts.Facts
    reading: Reading
    payers: dict[str, Payer]
    refused: frozenset[str]
    rule: Rule | None = None


class Named(NamedTuple):
    """The mentions of a line as they stand against what is open."""

    sets: tuple[tuple[Item, ...], ...]
    """The documents named, one set for every way to read an ambiguous number."""
    strength: dict[str, Mention]
    settled: tuple[Mention, ...]
    """What names only documents that are not open."""
    foreign: tuple[str, ...]
    """Documents named that are in another currency."""
    later: tuple[str, ...]
    """Documents named that were issued only after the money came."""


def named(seen: Seen, state: State, payers: Payers) -> Named:
    """What the mentions mean now."""
    line = seen.line
    fixed: dict[str, Item] = {}
    choices: list[list[Item]] = []
    strength: dict[str, Mention] = {}
    settled: list[Mention] = []
    foreign: list[str] = []
    later: list[str] = []
    for mention in seen.reading.mentions:
        if mention.strength <= WEAK:
            continue
        found = [item for document in mention.documents if (item := state.open.get(document))]
        usable = [item for item in found if item.currency == line.currency and item.issued_on <= line.booked_on]
        foreign += [item.document for item in found if item.currency != line.currency]
        later += [item.document for item in found if item.currency == line.currency and item.issued_on > line.booked_on]
        if not usable:
            if not found:
                settled.append(mention)
            continue
        for item in usable:
            held = strength.get(item.document)
            if held is None or held.strength < mention.strength:
                strength[item.document] = mention
        if mention.together or len(usable) == 1:
            fixed.update((item.document, item) for item in usable)
            continue
        near = [item for item in usable if any(payers.related(item.customer, customer) for customer in seen.payers)]
        fits = [item for item in near or usable if item.open == seen.money.amount]
        if not near and len(fits) != 1:
            fits = []
        chosen = fits or near or usable
        if len(chosen) == 1:
            fixed[chosen[0].document] = chosen[0]
        else:
            choices.append(sorted(chosen, key=lambda item: item.document)[:WAYS])
    base = tuple(sorted(fixed.values(), key=lambda item: item.document))
    sets: list[tuple[Item, ...]] = []
    if choices:
        several = sorted(
            {item.document: item for choice in choices for item in choice if item.document not in fixed}.values(),
            key=lambda item: item.document,
        )
        sets.append((*base, *several))
        for picked in list(product(*choices[:2]))[:WAYS]:
            sets.append((*base, *(item for item in picked if item.document not in fixed)))
    elif base:
        sets.append(base)
    return Named(tuple(dict.fromkeys(sets)), strength, tuple(settled), tuple(foreign), tuple(later))
