"""``make bench``: ``bill`` beside hledger, ledger and beancount on the same books."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import peers, table
from tests.bench.books import LAST
from tests.bench.measure import Broken, Runner
from tests.bench.rows import SUBJECTS, Figure, Row, Setting
from tests.bench.shelf import OURS_ALONE, Shelf
from tests.bench.table import Results

DEFAULT = "start,warm,check,folded,single,git"
QUIET = 0.5
"""A load average above this when a run begins is other work."""
QUICK = "start,warm,check"


def main(words: list[str]) -> int:
    told = _parser().parse_args(words)
    wanted = [each for each in told.only.split(",") if each] if told.only else (QUICK if told.quick else DEFAULT).split(",")
    if told.million and "million" not in wanted:
        wanted.append("million")
    if unknown := [each for each in wanted if each not in SUBJECTS]:
        _parser().error(f"--only {unknown[0]}: there is {', '.join(SUBJECTS)}")
    sizes = [1000] if told.quick else told.sizes
    if max(sizes) >= OURS_ALONE:
        _parser().error(f"--sizes: {OURS_ALONE:,} and more are too many for the peers; --million measures ours alone")
    with _work(told.work) as root:
        try:
            found = measure(root, sizes, wanted, told.rounds or (3 if told.quick else 5), told.seconds, full=told.full)
        except Broken as error:
            print(error, file=sys.stderr)
            return 1
    if found is None:
        return 1
    text = table.as_text(found)
    print(text, end="")
    if told.json:
        told.json.write_text(json.dumps(table.as_json(found), indent=2) + "\n", encoding="utf-8")
    if told.markdown:
        told.markdown.write_text(text, encoding="utf-8")
    return 0


def measure(root: Path, sizes: list[int], wanted: list[str], rounds: int, seconds: float, *, full: bool) -> Results | None:
    """All rows that are wanted; None where the tools do not answer alike, since a ratio of different answers says nothing."""
    tools = peers.tools(environment(root))
    shelf, left = Shelf(root, tools, table.tell), list[str]()
    for name in tools.missed:
        table.tell(f"{name} is not on the PATH; its rows are left out")
    load = os.getloadavg()[0]
    agreed = []
    for size in sizes if set(wanted) - {"start"} else ():
        folder = shelf.folder(size)
        table.tell(f"comparing the answers on {size:,} invoices")
        answers = peers.owed(tools, folder)
        if apart := peers.differences(answers):
            print("\n".join(apart), file=sys.stderr)
            print("The answers differ, so nothing is measured.", file=sys.stderr)
            return None
        agreed.append({"invoices": size, "customers": len(answers["bill"]), "tools": list(answers)})
    rows, figures = list[Row](), list[Figure]()
    with Runner() as runner:
        setting = Setting(tools, shelf, runner, sizes, rounds, seconds, full, _once(left))
        for subject in wanted:
            for each in SUBJECTS[subject](setting):
                if isinstance(each, Row):
                    rows.append(each)
                else:
                    figures.append(each)
    loads = sorted((load, os.getloadavg()[0]))
    machine = {**table.machine(), "load": f"{loads[0]:.1f} to {loads[1]:.1f}"}
    return Results(machine, table.versions(tools.versions), tools.missed, left, agreed, rows, figures, load > QUIET)


def _once(left: list[str]) -> Callable[[str], None]:
    def leave_out(what: str) -> None:
        if what not in left:
            left.append(what)
            table.tell(f"left out: {what}")

    return leave_out


def environment(root: Path) -> dict[str, str]:
    """The same for all: nothing of the machine's own settings, the day of the books, UTF-8, and no repository around the books."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")}
    name, mail = "bench", "bench@localhost"
    noon = int((LAST - type(LAST)(1970, 1, 1)).total_seconds()) + 12 * 3600
    return {
        **kept, "HOME": str(root), "LC_ALL": "C.UTF-8", "TZ": "UTC", "BILL_NOW": str(noon), "BILL_ACTOR": "bench",
        "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail, "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": mail,
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": str(root), "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "gc.auto",
        "GIT_CONFIG_VALUE_0": "0",
    }  # fmt: skip


@contextmanager
def _work(chosen: Path | None) -> Iterator[Path]:
    if chosen is not None:
        chosen.mkdir(parents=True, exist_ok=True)
        yield chosen.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="bill-bench-") as made:
        yield Path(made).resolve()


def _sizes(text: str) -> list[int]:
    return sorted({int(each) for each in text.split(",")})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Measures bill beside hledger, ledger and beancount on the same books. The peers are looked for on the PATH.",
    )
    parser.add_argument("--sizes", type=_sizes, default=[1000, 10_000, 100_000], metavar="N,N", help="numbers of invoices")
    parser.add_argument("--rounds", type=int, help="how often each command runs: 5, or 3 with --quick, and four times that for the start")
    parser.add_argument("--seconds", type=float, default=60, help="a row that takes longer gets fewer rounds; 60 where left out")
    parser.add_argument("--only", metavar="SUBJECTS", help=f"of {', '.join(SUBJECTS)}; all but million where left out")
    parser.add_argument("--quick", action="store_true", help="1,000 invoices, and no single commands")
    parser.add_argument("--full", action="store_true", help="check on the largest books too")
    parser.add_argument("--million", action="store_true", help="1,000,000 folded invoices too, ours alone; about 4 GB of disk")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where the books are kept and found again; else they are deleted")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the results as JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="the tables as Markdown")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
