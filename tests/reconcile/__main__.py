"""``python -m tests.reconcile --lines 2000 --seed 1``: how a messy statement over known truth is reconciled."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time

from billcli.core.matching.solve import decide
from tests.reconcile import scoring
from tests.reconcile.second import family
from tests.reconcile.world import make


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.reconcile", description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[200, 2000, 20000])
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument(
        "--family", choices=["first", "second", "both"], default="first", help="second: written by who does not know the matcher"
    )
    parser.add_argument("--format", choices=["table", "json"], default="table")
    parser.add_argument(
        "--show", choices=[scoring.WRONG, scoring.SUGGESTED, scoring.MISSED], help="each line of that mark, with what was decided"
    )
    parser.add_argument("--class", dest="case", default="", help="with --show: only classes with this in their name")
    asked = parser.parse_args()
    rows = []
    families = ["first", "second"] if asked.family == "both" else [asked.family]
    for which, count in ((which, count) for which in families for count in asked.lines):
        for seed in asked.seed:
            made = make(count, seed) if which == "first" else family(seed, count)
            before, clock = time.process_time(), time.perf_counter()
            decisions = decide(made.lines, made.books)
            cpu, wall = time.process_time() - before, time.perf_counter() - clock
            found = scoring.score(decisions, made.truth)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            documents = len(made.books.items) + len(made.books.settled)
            figures = {
                "family": which,
                "lines": len(made.lines),
                "documents": documents,
                "seed": seed,
                "cpu_seconds": round(cpu, 2),
                "wall_seconds": round(wall, 2),
                "peak_mb": peak,
            }
            figures |= {
                "straight_through": round(found.through, 4),
                "precision": round(found.precision, 5),
                "wrong_per_1000": round(found.per_thousand, 3),
            }
            if asked.format == "json":
                rows.append(figures | {"classes": {name: dict(counts) for name, counts in sorted(found.classes.items())}})
                continue
            print(f"\n{which} family: {len(made.lines)} lines, {documents} documents, seed {seed}: {cpu:.2f} s CPU, {peak} MB at most")
            print(scoring.table(found))
            for decision in decisions:
                known = made.truth[decision.line.id]
                if asked.show and asked.case in scoring.name(known) and scoring.judge(decision, known) == asked.show:
                    print(f"\n{scoring.name(known)}: {decision.line}\n  right: {known}")
                    print(f"  {decision.outcome}: {decision.allocations} {decision.because}")
                    for candidate in decision.candidates:
                        print("   ", candidate)
    if rows:
        json.dump(rows, sys.stdout, indent=1)
        print()


if __name__ == "__main__":
    main()
