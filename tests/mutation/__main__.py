"""``python -m tests.mutation``: slips of the money, the journal and the outbox, and whether a test notices each.

Of small modules every slip, of the others a sample from a seed. ``--only core/money`` names some; ``--minutes`` ends it sooner.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from math import sqrt
from pathlib import Path

import pytest

from tests.mutation.operators import Key, Mutant, mutants
from tests.mutation.rig import Rig, Tried
from tests.support import PROJECT, folder_in_memory

_CORE = ("money", "numbering", "allocation", "settlement", "seal", "plan")
WHOLE = {
    **{f"billcli/core/{name}.py": "core" for name in _CORE},
    **{f"billcli/store/{name}.py": "store" for name in ("apply", "journal", "append", "fs")},
    **dict.fromkeys(("billcli/store/outbox.py", "billcli/delivery/outcome.py"), "outbox"),
}
SAMPLED = {"outbox": "app/outbox/*.py", "core": "core/**/*.py"}
TESTS = ("core", "store", "model", "outbox", "delivery", "app/test_write.py", "app/test_run.py", "test_broken_ledgers.py")


def named() -> dict[Key, str]:
    """Slips that change nothing anybody could see, each with the reason."""
    from ruamel.yaml import YAML

    known = YAML(typ="safe").load(Path(__file__).with_name("survivors.yaml"))
    return {(at, each["in"], each["line"], slip): each["why"] for at, rows in known.items() for each in rows for slip in each["slips"]}


def modules() -> dict[str, str]:
    """The group of each module that slips are made in."""
    found = dict(WHOLE)
    for group, pattern in SAMPLED.items():
        for path in sorted((PROJECT / "billcli").glob(pattern)):
            found.setdefault(str(path.relative_to(PROJECT)), group)
    return found


def drawn(module: str, seed: int, sample: int) -> list[Mutant]:
    """Every slip of a small module, and so many of another."""
    known = named()
    every = [each for each in mutants(module, (PROJECT / module).read_text()) if each.key not in known]
    if module in WHOLE or len(every) <= sample:
        return every
    return sorted(random.Random(f"{seed} {module}").sample(every, sample))


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=15)
    parser.add_argument("--only", nargs="*", default=[""])
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--tests", nargs="*", default=TESTS)
    parser.add_argument("--sampled", action="store_true", help="without the modules of which every slip is made")
    parser.add_argument("--again", action="store_true", help="only what no test noticed the last time")
    given = parser.parse_args(words)
    every = modules()
    asked = (module for module in every if any(each in module for each in given.only))
    groups = {module: every[module] for module in asked if not (given.sampled and module in WHOLE)}
    until = time.monotonic() + 60 * given.minutes
    tried: list[Tried] = []
    log = PROJECT / "build/mutation.jsonl"
    log.parent.mkdir(exist_ok=True)
    before = [Tried(Mutant(*mutant), *rest) for mutant, *rest in map(json.loads, log.read_text().splitlines())] if given.again else []
    log.write_text("")

    def wanted() -> Iterator[Mutant]:
        slips = [each for module in groups for each in drawn(module, given.seed, given.sample)]
        random.Random(given.seed).shuffle(slips)  # what the time is too short for is missing from everywhere
        known = {each.mutant: each for each in before}
        for mutant in slips:
            last = known.get(mutant)
            if last and last.how in ("killed", "timeout"):
                told(last)
            elif time.monotonic() < until and bool(last) is given.again:
                yield mutant

    def told(each: Tried) -> None:
        tried.append(each)
        with log.open("a") as file:
            print(json.dumps(each), file=file)
        if each.how in ("survived", "not reached"):
            mutant = each.mutant
            print(f"{each.how}: {mutant.module}:{mutant.lineno} {mutant.function}: {mutant.change}: {mutant.line}", flush=True)

    rig = Rig(list(groups), wanted, told)
    options = ["-o", "addopts=--import-mode=importlib", "-p", "no:cacheprovider", "-p", "no:terminal"]
    with folder_in_memory() as folder:
        tempfile.tempdir = str(folder)
        os.environ.update(dict.fromkeys(("TMPDIR", "PYTEST_DEBUG_TEMPROOT"), tempfile.tempdir))
        code = pytest.main([*options, "-m", "not long", *(str(PROJECT / "tests" / each) for each in given.tests)], [rig])
    print(table(tried, groups))
    return int(code)


def table(tried: list[Tried], groups: dict[str, str]) -> str:
    """Module by module, and for each group the share that was noticed with its interval of 95 % (Wilson)."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for each in tried:
        for row in (each.mutant.module, f"all of {groups[each.mutant.module]}"):
            counts[row][each.how] += 1
    heads = ("killed", "timeout", "survived", "not reached")
    lines = [f"{'':50}{''.join(f'{head:>12}' for head in heads)}"]
    for row in sorted(counts, key=lambda row: (row.startswith("all"), row)):
        mine = counts[row]
        total, good = mine.total(), mine["killed"] + mine["timeout"]
        low, high = wilson(good, total)
        lines.append(f"{row:50}{''.join(f'{mine[head]:>12}' for head in heads)}  {good / total:7.1%} ({low:.1%}-{high:.1%})")
    return "\n".join(lines)


def wilson(good: int, total: int) -> tuple[float, float]:
    z = 1.96
    share, weight = good / total, 1 + z * z / total
    middle, width = share + z * z / (2 * total), z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (middle - width) / weight, (middle + width) / weight


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
