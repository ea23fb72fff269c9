"""Making inputs without help: a pool that begins with the seeds and grows by what came out otherwise than before."""

from __future__ import annotations

import json
import os
import resource
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.fuzz.law import Target, judge

_POOL = 2000


@dataclass
class Tried:
    """What a run over one target came to. ``faults`` are told apart by where they arose; each has its first input."""

    inputs: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    kept: int = 0
    """Inputs that were added to the pool."""

    def one(self, target: Target, data: bytes) -> None:
        self.inputs += 1
        try:
            self.outcomes[judge(target, data)] += 1
        except Exception as error:  # noqa: BLE001  # every kind is what is looked for
            self.outcomes["fault"] += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            key = f"{type(error).__name__} {where.filename.rsplit('/', 1)[-1]}:{where.lineno}"
            if key not in self.faults:
                self.faults[key] = ("".join(traceback.format_exception(error))[-3000:], data)


def run(target: Target, inputs: int, seed: int) -> Tried:
    """So many inputs; the same for the same seed. The seeds themselves come first."""
    tried = Tried()
    random = Random(f"{target.name} {seed}")
    pool = [each for each in target.seeds() if len(each) <= target.most]
    assert pool, target.name
    first = pool if len(pool) < inputs // 2 else random.sample(pool, max(1, inputs // 4))
    for data in first:
        tried.one(target, data)
    while tried.inputs < inputs:
        data = target.change(random, random.choice(pool))[: target.most]
        before = tried.outcomes["read"]
        tried.one(target, data)
        if tried.outcomes["read"] > before and random.randrange(20) == 0 and len(pool) < _POOL:
            pool.append(data)
            tried.kept += 1
    return tried


def write(folder: Path, tried: Tried, new: int) -> None:
    """What came of it so far, for who began this process."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    said = {
        "inputs": tried.inputs, "outcomes": dict(tried.outcomes), "new": new, "peak": own.ru_maxrss * 1024,
        "seconds": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
        "faults": {key: [trace, data.hex()] for key, (trace, data) in tried.faults.items()},
    }  # fmt: skip
    (folder / "tried.new").write_text(json.dumps(said))
    os.replace(folder / "tried.new", folder / "tried.json")
