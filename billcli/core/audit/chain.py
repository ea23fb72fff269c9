"""The chain of the audit trail: every entry follows one that stands before it, and stands once.

Branches of one working copy fork its chain, and a merge keeps both arms: two entries may then follow the same one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple


class Link(NamedTuple):
    """An entry of the trail where it stands; ``line`` counts from 1."""

    file: str
    line: int
    clone: str
    seq: int
    prev: str
    hash: str
    at: str = ""


class Fault(NamedTuple):
    """An entry that is not where the chain has it, or an entry before it that is gone."""

    file: str
    line: int
    clone: str
    seq: int
    message: str
    hint: str


class Fork(NamedTuple):
    """``arms`` entries follow the entry ``seq`` of a clone, 0 for its beginning."""

    clone: str
    seq: int
    arms: int


_GONE = "a line or a file of the trail is missing; git has it"
_MOVED = "the trail is only ever added to; put the lines back in the order of their seq"
_TWICE = "the trail is only ever added to; take the second one away"


def faults(links: Iterable[Link]) -> list[Fault]:
    """What is wrong with the chain of each clone, in its order: entries are given by clone, file and line."""
    return [fault for _, group in groupby(links, key=lambda each: each.clone) for fault in _of_clone(list(group))]


def _of_clone(links: Sequence[Link]) -> list[Fault]:
    places = {each.hash: each.seq for each in links}
    met: set[str] = set()
    found = []
    for each in links:
        wrong = None
        if each.hash in met:
            wrong = f"entry {each.seq} of clone {each.clone} stands twice", _TWICE
        elif not follows(each, met, places):
            if places.get(each.prev) == each.seq - 1:
                wrong = f"entry {each.seq} of clone {each.clone} stands before the entry it follows", _MOVED
            else:
                wrong = f"entry {each.seq} of clone {each.clone} follows an entry that is not there", _GONE
        if wrong:
            found.append(Fault(each.file, each.line, each.clone, each.seq, *wrong))
        met.add(each.hash)
    return found


def follows(each: Link, met: set[str], seqs: dict[str, int]) -> bool:
    """Whether it is the first of its clone, or follows an entry met before it."""
    if each.prev == "":
        return each.seq == 1
    return each.prev in met and seqs[each.prev] == each.seq - 1


def heads(links: Iterable[Link]) -> list[Link]:
    """The last entry of each clone, and of each arm where its chain forked: those that no entry follows."""
    every = list(links)
    followed = {(each.clone, each.prev) for each in every}
    return sorted((each for each in every if (each.clone, each.hash) not in followed), key=lambda each: (each.clone, each.seq, each.hash))


def forks(links: Iterable[Link]) -> list[Fork]:
    """Where several entries follow one: branches of one working copy, or an entry that somebody put in."""
    counted = Counter((each.clone, each.seq - 1, each.prev) for each in {each.hash: each for each in links}.values())
    return [Fork(clone, seq, arms) for (clone, seq, _), arms in sorted(counted.items()) if arms > 1]
