"""Episodes from a seed: every fault of the server, death at any step, two runs at once; and the table of what came of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.faults.mail.cron import Deed
from tests.faults.mail.judge import DOUBT, Record, Run, judged
from tests.faults.mail.played import Episode, played
from tests.faults.mail.server import DEEDS, STAGES, Fault, Server, Transaction
from tests.faults.mail.steps import KINDS, Blow
from tests.faults.mail.world import FIRST, World, world

PAIRS = [(stage, deed) for stage, deeds in DEEDS.items() for deed in deeds]
WORLDS = 12
_IN_A_ROW = 40
"""So many episodes of neighbouring seeds play in one world."""

_OUTCOMES = ("sent", "deferred", "refused", DOUBT, "planned", "dropped", "none")


def drawn(seed: int, steps: Sequence[str]) -> Episode:
    """What goes wrong in the episode of a seed, in a world whose first day takes these steps; more often once mail is on its way."""
    dice = random.Random(f"episode {seed}")
    style, turn = seed % 5, seed // 5
    faults: tuple[Fault, ...] = ()
    blow = None
    at_once = 1
    if style < 2 or (style > 2 and dice.random() < 0.5):
        stage, deed = PAIRS[(turn * 2 + style) * 31 % len(PAIRS)] if style < 2 else dice.choice(PAIRS)
        faults = (_fault(dice, stage, deed), *(_fault(dice, *dice.choice(PAIRS)) for _ in range(dice.random() < 0.3)))
    if style in (2, 3):
        begin = steps.index("connect") if dice.random() < 0.7 else 0
        blow = Blow(KINDS[turn % len(KINDS)], dice.randint(begin + 1, len(steps)))
    if style == 4:
        at_once = 2
    deeds = [Deed(FIRST, faults, blow, at_once)]
    if dice.random() < 0.5:
        again = (_fault(dice, *dice.choice(PAIRS)),) if dice.random() < 0.4 else ()
        deeds.append(Deed(FIRST, again, None, dice.choice((1, 1, 2))))
    return Episode(tuple(deeds), dice.choice((None, None, "sent", "resend")), dice.random() < 0.5)


def _fault(dice: random.Random, stage: str, deed: str) -> Fault:
    slow = deed in ("silent", "endless")
    return Fault(stage, deed, nth=dice.choice((1, 1, 1, 2, 2, 3)), times=1 if slow else dice.choice((1, 1, 1, 1, 2, 3)))


class Play:
    """Plays episodes one after the other; worlds are made when first needed."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.server = server
        self.worlds: dict[int, World] = {}
        self.table: dict[str, Counter[str]] = {stage: Counter() for stage in STAGES}
        self.blows: dict[str, Counter[str]] = {}
        self.played = 0
        self.kept = 0
        self.doubts = 0

    def world(self, seed: int) -> World:
        if seed not in self.worlds:
            self.worlds[seed] = world(seed, self.folder, self.server)
        return self.worlds[seed]

    def drawn(self, seed: int) -> tuple[World, Episode]:
        found = self.world(seed // _IN_A_ROW % WORLDS)
        return found, drawn(seed, found.steps)

    def of_seed(self, seed: int) -> list[str]:
        """What the judge says of a seed's episode."""
        return self.episode(*self.drawn(seed))

    def episode(self, found: World, episode: Episode) -> list[str]:
        record = played(found, episode, self.server)
        self._count(record)
        return judged(record)

    def _count(self, record: Record) -> None:
        self.played += 1
        self.kept += sum(each.kept for each in record.transactions)
        self.doubts += sum(each.state == DOUBT for each in record.letters)
        for run in record.runs:
            mine = [each for each in record.transactions if each.run == run.number]
            for struck in (each for each in record.struck if each.run == run.number):
                met = [each for each in mine if each.fault is struck.fault]
                self.table[struck.fault.stage].update(("hits", "killed" if run.died else _outcome(run, met)))
            if run.blow:
                reached = mine[-1].reached if mine else "no mail yet"
                row = self.blows.setdefault(reached, Counter())
                row.update(("hits", _outcome(run, mine[-1:])) if run.died else ("hits", "lived"))

    def report(self) -> str:
        """Stage by stage, how often a fault struck and how the delivery stood after the run."""
        heads = ("hits", *_OUTCOMES, "killed", "lived")
        rows: list[tuple[str, ...]] = [("fault at", *heads)]
        rows += [(stage, *(str(counts[head] or "") for head in heads)) for stage, counts in self.table.items()]
        rows.append(("step, after", *("" for _ in heads)))
        order = ("no mail yet", *STAGES)
        rows += [(stage, *(str(self.blows[stage][head] or "") for head in heads)) for stage in order if stage in self.blows]
        text = "\n".join("".join(f"{cell:>10}" if n else f"{cell:<14}" for n, cell in enumerate(row)) for row in rows)
        return f"{text}\n{self.played} episodes, {self.kept} messages taken, {self.doubts} left in doubt at the end"


def _outcome(run: Run, met: Iterable[Transaction]) -> str:
    """How the delivery to the recipient stood after the run; the worst of them where there are several."""
    named = {to.lower() for each in met for to in each.recipients}
    held = [state for name, state in run.after.items() if run.to.get(name) in named]
    order = (DOUBT, "refused", "deferred", "planned", "dropped", "sent")
    return next((state for state in order if state in held), "none")
