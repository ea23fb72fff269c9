"""What the rigs reached, in figures: how many points exist, how many were hit, and how often a promise was broken.

Every process of a run adds lines to one file; the table is printed when the tests end. ``make faults`` names the file, so that
all its parts come into one table: ``python -m tests.faults.counts FILE``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

FILE = "FAULTS_FIGURES"
"""The variable that names the file. No ``BILL_`` before it: tests take those out of the environment."""


@dataclass
class Tally:
    """Counted while a rig works; see ``tally``."""

    existing: int = 0
    hit: int = 0
    violations: list[str] = field(default_factory=list)

    def point(self, *, hit: bool = True) -> None:
        """One point exists, and was hit or not."""
        self.existing += 1
        self.hit += hit

    def violated(self, what: str) -> None:
        """A promise was broken; the rig goes on, and fails at its end."""
        self.violations.append(what)


@contextmanager
def tally(rig: str) -> Iterator[Tally]:
    """Counts for a rig and records the figures, whatever comes; fails where a point was not hit or a promise was broken."""
    counted = Tally()
    try:
        yield counted
    except BaseException as error:
        record(rig, counted.existing, counted.hit, len(counted.violations) + isinstance(error, Exception))
        raise
    record(rig, counted.existing, counted.hit, len(counted.violations))
    assert not counted.violations, "\n".join(counted.violations)
    assert counted.hit == counted.existing > 0, f"{rig}: {counted.hit} of {counted.existing} points hit"


def record(rig: str, existing: int, hit: int, violations: int = 0) -> None:
    """Adds to the figures of a rig; one rig may be recorded many times, by many processes."""
    print(f"{rig}: {hit} of {existing} points hit, {violations} violations")
    if file := os.environ.get(FILE):
        line = json.dumps({"rig": rig, "existing": existing, "hit": hit, "violations": violations})
        fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(fd, f"{line}\n".encode())
        finally:
            os.close(fd)


def table(file: Path) -> list[str]:
    """The sums of each rig, one line each; none where nothing was recorded."""
    sums: dict[str, list[int]] = {}
    for line in file.read_text().splitlines() if file.exists() else ():
        said = json.loads(line)
        found = sums.setdefault(said["rig"], [0, 0, 0])
        for at, what in enumerate(("existing", "hit", "violations")):
            found[at] += said[what]
    if not sums:
        return []
    rows = [("rig", "points", "hit", "violations"), *((rig, *(f"{each:,}" for each in found)) for rig, found in sorted(sums.items()))]
    width = max(len(row[0]) for row in rows)
    return [f"{rig:<{width}}  {points:>10}  {hit:>10}  {violations:>10}" for rig, points, hit, violations in rows]


if __name__ == "__main__":
    lines = table(Path(sys.argv[1]))
    print("\n".join(lines or ["no rig recorded anything"]))
    sys.exit(not lines)
