"""What is measured, and what it is held to (the goals of the design): each function gives the rows of one subject."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from tests.bench import peers
from tests.bench.measure import Contestant, Measured, Runner
from tests.bench.peers import Tools
from tests.bench.shelf import FOLDED_YEARS, OURS_ALONE, SETTLED, Shelf, disk, git, put_back, without_index, written

BARE = "python -I -c pass"
COMPLETE = ("__complete", "bash")
"""What the script of a shell asks at every Tab."""
SMALL = 100
"""What single commands on the largest books are measured against."""
CHECKED_AT_MOST = 10_000
"""Larger books are checked with ``--full`` only: the peers need minutes."""


class Ratio(NamedTuple):
    """One command to another of the same row; ``further`` is where it should go once ``limit`` is reached.

    The goal is on ``wall``, ``peak``, or ``time``: wall too, but CPU where other work keeps the machine busy.
    """

    of: str
    to: str
    limit: float | None = None
    further: float | None = None
    what: str = "time"


class Row(NamedTuple):
    """Commands that ran in turn, on books of so many invoices."""

    id: str
    title: str
    invoices: int | None
    measured: Sequence[Measured]
    ratios: Sequence[Ratio]


class Figure(NamedTuple):
    """Something counted, not timed: files, bytes."""

    title: str
    invoices: int
    before: int
    after: int | None
    unit: str


class Setting(NamedTuple):
    """What every subject is given."""

    tools: Tools
    shelf: Shelf
    runner: Runner
    sizes: Sequence[int]
    rounds: int
    seconds: float
    full: bool
    leave_out: Callable[[str], None]

    @property
    def largest(self) -> int:
        return max(self.sizes)

    def row(self, id_: str, title: str, invoices: int | None, contestants: Sequence[Contestant], ratios: Sequence[Ratio]) -> Row:
        self.shelf.say(f"{title}{f', {invoices:,} invoices' if invoices else ''}")
        measured = self.runner.compare(contestants, self.rounds, self.seconds)
        here = {each.name for each in measured}
        return Row(id_, title, invoices, measured, [each for each in ratios if {each.of, each.to} <= here])

    def has(self, *words: str) -> bool:
        """Whether ``bill`` has that command; where not, what is left out is said."""
        if peers.knows(self.tools, *words):
            return True
        self.leave_out(f"bill {words[0]}: there is no such command yet")
        return False


def start(at: Setting) -> Iterator[Row]:
    """The start alone, on no books; short, so in more rounds."""
    bare = Contestant(BARE, (sys.executable, "-I", "-c", "pass"), at.tools.env)
    ours = [at.tools.ours("bill --version", "--version"), at.tools.ours("bill --help", "--help")]
    ratios = [Ratio("bill --version", BARE, 1.3), Ratio("bill --help", BARE), Ratio("bill --help", "hledger --help")]
    if at.has(*COMPLETE, "inv"):
        ours.append(at.tools.ours("completion of a noun", *COMPLETE, "inv"))
        ratios.insert(1, Ratio("completion of a noun", BARE, 1.3))
    theirs = [*at.tools.theirs("hledger", "--version"), *at.tools.theirs("hledger", "--help"), *at.tools.theirs("ledger", "--version")]
    more = at._replace(rounds=at.rounds * 4)
    yield more.row("start", "start", None, [bare, *ours, *theirs], ratios)


def warm(at: Setting) -> Iterator[Row]:
    """Who owes what, on an index that is up to date, and after one file was changed."""
    for size in at.sizes:
        folder = at.shelf.folder(size)
        ledger = str(folder / "ledger")
        changed = _a_document(ledger)
        raw = changed.read_bytes()
        aging = ("--ledger", ledger, "report", "aging")
        ours = [
            at.tools.ours("bill report aging", *aging),
            at.tools.ours("bill, one file changed", *aging)._replace(before=_changing(changed, raw)),
        ]
        ratios = [
            *_goals("bill report aging", size),
            Ratio("bill, one file changed", "bill report aging"),
            Ratio("bill, one file changed", "hledger bal"),
        ]
        at.tools.said(*at.tools.bill, *aging)
        try:
            yield at.row("warm", "report aging, warm", size, [*ours, *peers.warm(at.tools, folder)], ratios)
        finally:
            changed.write_bytes(raw)


def _goals(ours: str, size: int, *, folded: bool = False) -> list[Ratio]:
    """The goals of a warm report; that for 100,000 invoices is for folded books."""
    hledger, ledger, peak = Ratio(ours, "hledger bal"), Ratio(ours, "ledger bal"), []
    if size == 10_000:
        hledger, ledger = hledger._replace(limit=0.12, further=0.05), ledger._replace(limit=0.6, further=0.25)
    elif size == 100_000:
        peak = [Ratio(ours, "hledger bal", 0.05, what="peak")]
        if folded:
            hledger, ledger = hledger._replace(limit=0.02), ledger._replace(limit=0.1)
    return [hledger, ledger, Ratio(ours, "bean-query"), *peak]


def _a_document(ledger: str) -> Path:
    """One invoice in the middle of the books."""
    found = sorted(Path(ledger, "invoices", str(FOLDED_YEARS[-1])).rglob("*.yaml"))
    return found[len(found) // 2]


def _changing(file: Path, raw: bytes) -> Callable[[], None]:
    """Another comment each time, and the wait after which a stamp is trusted."""
    turn = 0

    def change() -> None:
        nonlocal turn
        turn += 1
        file.write_bytes(raw + f"# {turn}\n".encode())
        time.sleep(SETTLED)

    return change


def check(at: Setting) -> Iterator[Row]:
    """Reading and checking everything, on one core and on all."""
    one = [max(os.sched_getaffinity(0))] if hasattr(os, "sched_getaffinity") else []
    for size in at.sizes:
        if size > CHECKED_AT_MOST and not at.full:
            at.leave_out(f"bill check on {size:,} invoices: only with --full")
            continue
        folder = at.shelf.folder(size)
        ledger = str(folder / "ledger")
        cold = at.tools.ours("bill check", "--ledger", ledger, "check")._replace(before=without_index(ledger))
        pinned = [cold._replace(name="bill check, one core", cpus=one)] if one else []
        goal = (0.5, 1.0) if size == 10_000 else (None, None)
        ratios = [
            Ratio("bill check", "hledger check", goal[0], what="wall"), Ratio("bill check, one core", "hledger check", goal[1]),
            Ratio("bill check", "bean-check"), Ratio("bill check, one core", "bean-check"),
        ]  # fmt: skip
        yield at.row("check", "check, cold", size, [cold, *pinned, *peers.checks(at.tools, folder)], ratios)


def single(at: Setting) -> Iterator[Row]:
    """Commands on one document, on the largest books against small ones; then the same with two years folded."""
    if at.largest <= SMALL or not _has_git(at):
        at.leave_out(f"single commands: they need git, and more than {SMALL} invoices")
        return
    small = at.shelf.under_git(SMALL)
    yield from _singles(at, small, at.shelf.under_git(at.largest), "")
    if at.has("fold", "--help"):
        yield from _singles(at, small, at.shelf.folded(at.largest), ", folded")


def _has_git(at: Setting) -> bool:
    return peers.find("git", at.tools.env) is not None


def _singles(at: Setting, small: Path, large: Path, told: str) -> Iterator[Row]:
    pair = _Pair(at, small, large, told)
    goal = bool(told) and at.largest == 100_000
    yield pair.reads("show NUMBER", lambda owing: ("show", owing.number))
    yield pair.reads("customer show", lambda owing: ("customer", "show", owing.customer))
    if peers.knows(at.tools, *COMPLETE, "inv"):
        yield pair.reads("completion of a number", lambda owing: (*COMPLETE, "show", owing.number[:-1]))
    for word, kept, limit in (("off", False, 1.5), ("on", True, 2.0)):
        yield pair.writes(f"invoice new, git {word}", _issue, kept, limit if goal else None)
        yield pair.writes(f"payment add, git {word}", _pay, kept)


class _Owing(NamedTuple):
    """Who owes the most, and an invoice of theirs."""

    customer: str
    number: str


def _issue(owing: _Owing) -> tuple[str, ...]:
    return ("invoice", "new", "--customer", owing.customer, "--line", "Workshop;1;950.00;vat-19;training", "--yes")


def _pay(owing: _Owing) -> tuple[str, ...]:
    return ("payment", "add", "--customer", owing.customer, "--amount", "1.00", "--oldest-first", "--again", "--yes")


def _in_ledger(root: Path, words: Sequence[str]) -> tuple[str, ...]:
    """The ledger is named as a person would: of completion it is part of the line that is completed."""
    before, after = (words[:2], words[2:]) if tuple(words[:2]) == COMPLETE else ((), words)
    return (*before, "--ledger", str(root), *after)


class _Pair:
    """The same command on small and on large books."""

    def __init__(self, at: Setting, small: Path, large: Path, told: str) -> None:
        self.at, self.small, self.large, self.told = at, small, large, told
        self.owing = {root: self._owing(root) for root in (small, large)}

    def reads(self, name: str, words: Callable[[_Owing], Sequence[str]]) -> Row:
        small, large = self._sides(name, words)
        return self.at.row("single", name + self.told, self.at.largest, [small, large], [Ratio(large.name, small.name)])

    def writes(self, name: str, words: Callable[[_Owing], Sequence[str]], git: bool, limit: float | None = None) -> Row:
        """Each on an index that shows what was written before; then the first report after it."""
        small, large = self._sides(name, words)
        small, large = small._replace(before=self._settle), large._replace(before=lambda: self._report(self.large))
        after = self.at.tools.ours(f"report aging right after{self.told}", "--ledger", str(self.large), "report", "aging")
        with written(self.small, self.at.tools, git=git), written(self.large, self.at.tools, git=git):
            ratios = [Ratio(large.name, small.name, limit)]
            found = self.at.row("single", name + self.told, self.at.largest, [small, large, after], ratios)
        return found

    def _sides(self, name: str, words: Callable[[_Owing], Sequence[str]]) -> tuple[Contestant, Contestant]:
        small, large = (
            self.at.tools.ours(label, *_in_ledger(root, words(self.owing[root])))
            for label, root in ((f"{name}, {SMALL} invoices", self.small), (name + self.told, self.large))
        )
        return small, large

    def _settle(self) -> None:
        """Once in a turn; what the large one wrote in the last turn is settled too by then."""
        time.sleep(SETTLED)
        self._report(self.small)

    def _report(self, root: Path) -> None:
        self.at.tools.said(*self.at.tools.bill, "--ledger", str(root), "report", "aging")

    def _owing(self, root: Path) -> _Owing:
        bill = (*self.at.tools.bill, "--ledger", str(root), "report", "aging", "--by", "invoice", "--format", "json")
        row = max(json.loads(self.at.tools.said(*bill))["rows"], key=lambda each: (Decimal(each["open"]), each["number"]))
        return _Owing(row["customer"], row["number"])


def in_git(at: Setting) -> Iterator[Row | Figure]:
    """What the books cost in git: disk, ``git status``, and adding and committing one invoice; folded too where ``bill`` can."""
    if not _has_git(at):
        at.leave_out("git: it is not on the PATH")
        return
    plain = at.shelf.under_git(at.largest)
    folded = at.shelf.folded(at.largest) if at.has("fold", "--help") else None
    sides = [(plain, "one file each"), *([(folded, "two years folded")] if folded else [])]
    counted = [(*disk(root), disk(root / ".git")[1]) for root, _ in sides]
    for place, (title, unit) in enumerate((("files", "files"), ("disk, without git", "bytes"), ("disk, .git", "bytes"))):
        yield Figure(title, at.largest, counted[0][place], counted[1][place] if folded else None, unit)
    for root, _ in sides:
        git(root, at.tools, "status", "--short")  # which notes the stamps of all files once
    program = shutil.which("git") or "git"
    status = [Contestant(f"git status, {told}", (program, "-C", str(root), "status", "--short"), at.tools.env) for root, told in sides]
    yield at.row("git", "git status", at.largest, status, [Ratio(status[-1].name, status[0].name)] if folded else [])
    adding = []
    for root, told in sides:
        script = 'git -C "$0" add --all -- invoices && git -C "$0" commit --quiet --message one'
        run = Contestant(f"git add and commit, {told}", (shutil.which("sh") or "/bin/sh", "-c", script, str(root)), at.tools.env)
        adding.append(run._replace(before=_one_more(root)))
    try:
        ratios = [Ratio(adding[-1].name, adding[0].name)] if folded else []
        yield at.row("git", "git add and commit of one invoice", at.largest, adding, ratios)
    finally:
        for root, _ in sides:
            put_back(root, at.tools)


def _one_more(root: Path) -> Callable[[], None]:
    """Puts another new document beside the last ones; for git any text will do."""
    folder = max(each for each in (root / "invoices").rglob("*") if each.is_dir())
    turn = 0

    def write() -> None:
        nonlocal turn
        turn += 1
        (folder / f"NEW-{turn}.yaml").write_text(f"schema: invoice/1\nnumber: NEW-{turn}\n" * 20)

    return write


def folded(at: Setting) -> Iterator[Row]:
    """The warm report with two years closed and folded."""
    if at.has("fold", "--help"):
        ledger = str(at.shelf.folded(at.largest))
        ours = at.tools.ours("bill report aging, folded", "--ledger", ledger, "report", "aging")
        at.tools.said(*ours.argv)
        theirs = peers.warm(at.tools, at.shelf.folder(at.largest))
        goals = _goals(ours.name, at.largest, folded=True)
        yield at.row("folded", "report aging, warm, two years folded", at.largest, [ours, *theirs], goals)


def million(at: Setting) -> Iterator[Row]:
    """A million invoices for ours alone, against the largest of the other sizes, both folded but for the last month."""
    if at.has("fold", "--help"):
        roots = {size: str(at.shelf.all_folded(size)) for size in (at.largest, OURS_ALONE)}
        goals = (3.0, 1.2) if at.largest == 100_000 else (None, None)
        for title, words in (("report aging, warm, folded", ("report", "aging")), ("check, warm, folded", ("check",))):
            sides = [at.tools.ours(f"bill {' '.join(words)}, {size:,}", "--ledger", root, *words) for size, root in roots.items()]
            for each in sides:
                at.tools.said(*each.argv)
            of, to = sides[1].name, sides[0].name
            limits = goals if words == ("report", "aging") else (None, None)
            yield at.row("million", title, OURS_ALONE, sides, [Ratio(of, to, limits[0]), Ratio(of, to, limits[1], what="peak")])


SUBJECTS: dict[str, Callable[[Setting], Iterator[Row] | Iterator[Row | Figure]]] = {
    "start": start, "warm": warm, "check": check, "folded": folded, "single": single, "git": in_git, "million": million,
}  # fmt: skip
