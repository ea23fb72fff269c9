"""What came of episodes, stage by stage, and a file of them: a long run that is interrupted goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.faults.mail.judge import DOUBT, Record, Run
from tests.faults.mail.server import STAGES, Transaction
from tests.support import PROJECT

_OUTCOMES = ("sent", "deferred", "refused", DOUBT, "planned", "dropped", "none")
_HEADS = ("hits", *_OUTCOMES, "killed", "lived")
_NO_MAIL = "no mail yet"


class Table(Counter[str]):
    """How often each thing happened: ``fault/dot/sent`` is a fault at the final dot after which the delivery stood as sent."""

    def add(self, record: Record) -> None:
        self["episodes"] += 1
        self["taken"] += sum(each.kept for each in record.transactions)
        self["doubts"] += sum(each.state == DOUBT for each in record.letters)
        for run in record.runs:
            mine = [each for each in record.transactions if each.run == run.number]
            for struck in (each for each in record.struck if each.run == run.number):
                met = [each for each in mine if each.fault is struck.fault]
                self._row(f"fault/{struck.fault.stage}", "killed" if run.died else _outcome(run, met))
            if run.blow:
                self._row(f"step/{mine[-1].reached if mine else _NO_MAIL}", _outcome(run, mine[-1:]) if run.died else "lived")
                self[f"blow/{run.blow.kind}"] += 1

    def _row(self, row: str, outcome: str) -> None:
        self[f"{row}/hits"] += 1
        self[f"{row}/{outcome}"] += 1

    def hits(self, part: str) -> dict[str, int]:
        """Of faults, or of steps, how many struck at each stage."""
        return {stage: self[f"{part}/{stage}/hits"] for stage in STAGES}

    def __str__(self) -> str:
        rows: list[tuple[str, ...]] = []
        for part, head, stages in (("fault", "fault at", STAGES), ("step", "step, after", (_NO_MAIL, *STAGES))):
            rows.append((head, *_HEADS))
            rows += [(stage, *(str(self[f"{part}/{stage}/{each}"] or "") for each in _HEADS)) for stage in stages]
        text = "\n".join("".join(f"{cell:>10}" if n else f"{cell:<14}" for n, cell in enumerate(row)) for row in rows)
        return f"{text}\n{self['episodes']} episodes, {self['taken']} messages taken, {self['doubts']} left in doubt at the end"


def _outcome(run: Run, met: Iterable[Transaction]) -> str:
    """How the delivery to the recipient stood after the run; the worst of them where there are several."""
    named = {to.lower() for each in met for to in each.recipients}
    held = [state for name, state in run.after.items() if run.to.get(name) in named]
    order = (DOUBT, "refused", "deferred", "planned", "dropped", "sent")
    return next((state for state in order if state in held), "none")


class Played(NamedTuple):
    """An episode that was played."""

    seed: int
    breaches: list[str]
    table: Table


class Log:
    """A line of JSON for each episode. Those that other sources played do not count: the first word of a line says which."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.sources = _sources()

    def add(self, played: Played) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a") as file:
            print(json.dumps([self.sources, *played]), file=file)

    def __iter__(self) -> Iterator[Played]:
        for line in self.file.read_text().splitlines() if self.file.exists() else ():
            sources, seed, breaches, table = json.loads(line)
            if sources == self.sources:
                yield Played(seed, breaches, Table(table))


def _sources() -> str:
    """Changes with the product and with the rig."""
    digest = hashlib.sha256()
    for path in sorted([*(PROJECT / "billcli").rglob("*.py"), *(PROJECT / "tests/faults").rglob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
