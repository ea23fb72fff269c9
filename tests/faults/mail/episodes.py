"""Episodes from a seed: every fault of the server, death at any step, two runs at once."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.faults.mail.cron import Deed
from tests.faults.mail.judge import judged
from tests.faults.mail.played import Episode, played
from tests.faults.mail.server import DEEDS, Fault, Server
from tests.faults.mail.steps import KINDS, Blow
from tests.faults.mail.table import Log, Played, Table
from tests.faults.mail.world import FIRST, World, world

PAIRS = [(stage, deed) for stage, deeds in DEEDS.items() for deed in deeds]
WORLDS = 12
_IN_A_ROW = 40
"""So many episodes of neighbouring seeds play in one world."""


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


def few(episodes: Iterable[Episode]) -> Iterator[Episode]:
    """As many of these as it takes for a fault at every stage, every kind of blow, and two runs at once."""
    wanted: set[object] = {*DEEDS, *KINDS, 2}
    for episode in episodes:
        first = episode.deeds[0]
        sure = first.faults if first.blow is None and (len(first.faults), first.at_once) == (1, 1) else ()
        brings = {*(each.stage for each in sure if each.nth == 1), first.blow and first.blow.kind, first.at_once}
        if wanted & brings:
            wanted -= brings
            yield episode
        if not wanted:
            break


class Play:
    """Plays episodes one after the other; worlds are made when first needed."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.server = server
        self.worlds: dict[int, World] = {}
        self.table = Table()

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
        self.table.add(record)
        return judged(record)

    def recorded(self, seeds: Iterable[int], log: Log) -> Iterator[Played]:
        """Each of these episodes, those from the log first; what is played is added to it, so that another call goes on from there."""
        wanted = set(seeds)
        known = {each.seed: each for each in log if each.seed in wanted}
        yield from known.values()
        for seed in sorted(wanted - known.keys()):
            before = Table(self.table)
            made = Played(seed, self.of_seed(seed), Table(self.table - before))
            log.add(made)
            yield made
