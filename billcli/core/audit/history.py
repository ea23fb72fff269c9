"""The trail through the commits of git: each version of a file goes on where the one before ended, and a merge keeps both arms.

An entry is a line, so versions are compared line by line.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple


class Bad(NamedTuple):
    """The first line that is not as it was, in the later version; ``seq`` is that of the entry that was there, if it is one."""

    line: int
    seq: int | None
    what: str


def lines(raw: bytes) -> list[bytes]:
    return raw.removesuffix(b"\n").split(b"\n") if raw else []


def first_change(old: bytes, new: bytes) -> Bad | None:
    """What befell the first entry of the old version that the new one does not begin with; None where the new one only goes on."""
    if new.startswith(old) and (not old or old.endswith(b"\n")):
        return None
    before, after = lines(old), lines(new)
    at = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), min(len(before), len(after)))
    if at == len(before):
        return None
    seq, now, there = seq_of(before[at]), frozenset(after), frozenset(before)
    if at == len(after):
        last = seq_of(before[-1])
        more = f" and all behind it, to entry {last}," if len(before) - at > 1 else ""
        return Bad(at + 1, seq, f"{_entry(seq)}{more} was cut off the end")
    if before[at] in now and after[at] in there:
        moved = seq_of(after[at])
        return Bad(at + 1, moved, f"{_entry(moved)} was moved up")
    if before[at] in now:
        return Bad(at + 1, seq, f"{_entry(seq)} has a line put in before it")
    return Bad(at + 1, seq, f"{_entry(seq)} was {'taken away' if after[at] in there else 'changed'}")


def first_lost(parents: Sequence[bytes], merged: bytes) -> Bad | None:
    """The first entry of a parent that its merge does not keep in its order, or a line that it puts in among them."""
    after = lines(merged)
    now = frozenset(after)
    for parent in parents:
        at = -1
        for line in lines(parent):
            try:
                at = after.index(line, at + 1)
            except ValueError:
                seq = seq_of(line)
                what = "was moved by the merge" if line in now else "was dropped by the merge"
                place = after.index(line) if line in now else at + 1
                return Bad(place + 1, seq, f"{_entry(seq)} {what}")
    known = frozenset(line for parent in parents for line in lines(parent))
    own = [at for at, line in enumerate(after) if line not in known]
    last = max((at for at, line in enumerate(after) if line in known), default=-1)
    if own and own[0] < last:
        return Bad(
            own[0] + 1, seq_of(after[own[0]]), f"{_entry(seq_of(after[own[0]]))} was put in by the merge among those that were there"
        )
    return None


def seq_of(line: bytes) -> int | None:
    """Which entry a line of the trail is; None for one that is none."""
    try:
        found = json.loads(line)["seq"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if isinstance(found, int) else None


def _entry(seq: int | None) -> str:
    return f"entry {seq}" if seq is not None else "a line that is no entry"
