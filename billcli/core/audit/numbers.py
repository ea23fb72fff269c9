"""The proof that no number of a sequence is missing: what is there of each sequence and period, from the first that bill gave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import NamedTuple

from billcli.core.checks.facts import Numbered
from billcli.core.report import Column, Report
from billcli.model.sequence import head_matches, split_number


class Run(NamedTuple):
    """Counters in a row that nobody has, and the next one that somebody has."""

    first: int
    last: int
    before: int


class Series(NamedTuple):
    """The numbers of one sequence and period; ``lost`` are numbers whose document is gone or cannot be read.

    ``sequence`` is empty where no sequence of the ledger makes such numbers: those are another tool's, and may have holes.
    """

    kind: str
    sequence: str
    head: str
    period: str
    first: str
    last: str
    issued: int
    void: int
    imported: int
    missing: tuple[str, ...]
    lost: tuple[str, ...]
    twice: tuple[str, ...]
    unknown: bool = False

    def verdict(self) -> str:
        """In a few words; ``complete`` is the only good one of a sequence of the ledger."""
        if self.unknown:
            return "not to be told: files cannot be read"
        wrong = [
            f"{count} {word}"
            for count, word in ((_count(self.missing), "missing"), (len(self.lost), "gone"), (len(self.twice), "twice"))
            if count
        ]
        return ", ".join(wrong) or ("complete" if self.sequence else "not numbered here")

    def is_whole(self) -> bool:
        return not (self.missing or self.lost or self.twice or self.unknown)


def _count(runs: Iterable[str]) -> int:
    found = 0
    for run in runs:
        first, _, last = run.partition(" to ")
        found += (split_number(last).n or 0) - (split_number(first).n or 0) + 1 if last else 1
    return found


def missing(counters: Iterable[int], first: int, last: int) -> Iterator[Run]:
    """The holes between two counters that are there."""
    for before, n in pairwise(sorted({each for each in counters if first <= each <= last})):
        if n - before > 1:
            yield Run(before + 1, n - 1, n)


def named(head: str, width: int, run: Run) -> str:
    """``INV-0002``, or ``INV-0002 to INV-0004``."""
    first, last = f"{head}{run.first:0{width}d}", f"{head}{run.last:0{width}d}"
    return first if run.first == run.last else f"{first} to {last}"


def all_series(
    kind: str, documents: Iterable[Numbered], patterns: Mapping[str, str], void: Collection[str], twice: Collection[str],
    elsewhere: Mapping[str, str] | None,
) -> list[Series]:  # fmt: skip
    """Of the documents by head and counter. ``patterns`` are the sequences of this kind by name; ``elsewhere`` as the check has it."""
    lost: dict[str, list[tuple[int, str]]] = {}
    for number in elsewhere or ():
        split = split_number(number)
        if split.n and any(head_matches(pattern, split.head) for pattern in patterns.values()):
            lost.setdefault(split.head, []).append((split.n, number))
    groups = {head: list(group) for head, group in groupby(documents, key=lambda each: each.head)}
    return [
        _series(kind, head, groups.get(head, []), sorted(lost.get(head, [])), patterns, void, twice, unknown=elsewhere is None)
        for head in sorted({*groups, *lost})
    ]


def _series(
    kind: str, head: str, every: Sequence[Numbered], lost: Sequence[tuple[int, str]], patterns: Mapping[str, str], void: Collection[str],
    twice: Collection[str], *, unknown: bool,
) -> Series:  # fmt: skip
    sequence = next((name for name, pattern in patterns.items() if head_matches(pattern, head)), "")
    issued = [each for each in every if not each.imported]
    holes: tuple[str, ...] = ()
    if sequence and issued and not unknown:
        first = issued[0]
        mine = [each for each in every if each.n >= first.n]
        counters = [*(each.n for each in mine), *(n for n, _ in lost)]
        holes = tuple(named(head, len(first.number) - len(head), run) for run in missing(counters, first.n, mine[-1].n))
    known = {each.number for each in every}
    names = sorted([*((each.n, each.number) for each in every), *lost])
    return Series(
        kind, sequence, head, _period(patterns.get(sequence, ""), head), names[0][1], names[-1][1], len(issued),
        sum(each.number in void for each in issued), len(every) - len(issued), holes,
        tuple(number for _, number in lost if number not in known), tuple(sorted(known & set(twice))), unknown and bool(sequence),
    )  # fmt: skip


def _period(pattern: str, head: str) -> str:
    """The year, or year and month, that a head of this pattern names; empty where numbers count on for ever."""
    rest, at = pattern.rpartition("{n")[0], 0
    found: dict[str, str] = {}
    while rest:
        token = next((each for each in _WIDTHS if rest.startswith(each)), "")
        width = _WIDTHS.get(token, 1)
        if token:
            found.setdefault(token, head[at : at + width])
        rest, at = rest[len(token) or 1 :], at + width
    return "-".join(found[each] for each in _WIDTHS if each in found)


_WIDTHS = {"{year}": 4, "{month}": 2}


_COLUMNS = (
    Column("kind", "Kind"), Column("sequence", "Sequence"), Column("period", "Period"), Column("first", "First"), Column("last", "Last"),
    Column("issued", "Issued", "count"), Column("void", "Void", "count"), Column("imported", "Imported", "count"),
    Column("missing", "Missing"), Column("gone", "Gone"), Column("twice", "Twice"), Column("verdict", "Verdict"),
)  # fmt: skip


def numbers_report(series: Sequence[Series], as_of: date) -> Report:
    """A row for each sequence and period."""
    rows = [
        (
            each.kind, each.sequence, each.period, each.first, each.last, each.issued, each.void, each.imported, list(each.missing),
            list(each.lost), list(each.twice), each.verdict(),
        )
        for each in series
    ]  # fmt: skip
    return Report("audit numbers", as_of, _COLUMNS, rows)
