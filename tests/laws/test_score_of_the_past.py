"""The law of scores: as of a day they are the same with everything after that day deleted from the files.

Random histories of all commands, several of a day and many dated back, with disputes, promises and plans among them. What counts as
known on a day is what the books date no later (``on``; ``issued_on`` of documents), whenever it was typed in.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.laws import histories
from tests.laws.histories import CUSTOMERS, Drawn, command, day, invoice, live
from tests.laws.world import World, run
from tests.support import folder_in_memory

KINDS = {"dispute": ("upheld", "rejected", "withdrawn"), "promise": ("kept", "broken", "withdrawn"), "plan": ("kept", "broken")}
FACTS = ("void", "reversed", "released")


def cut(node: Any, until: date) -> bool:
    """Takes out of a document what is dated later; False where the document or row itself is."""
    if isinstance(node, list):
        node[:] = [each for each in node if cut(each, until)]
    if not isinstance(node, dict):
        return True
    if any(isinstance(node.get(key), date) and node[key] > until for key in ("on", "issued_on")):
        return False
    for key in [key for key in FACTS if key in node and not cut(node[key], until)]:
        del node[key]
    if "ended_on" in node and node["ended_on"] > until:
        del node["ended_on"]
    return all(cut(each, until) for each in node.values())


def past(root: Path, to: Path, until: date) -> Path:
    """A copy of the ledger without what came later."""
    shutil.copytree(root, to, ignore=shutil.ignore_patterns(".bill", "audit"))
    yaml = YAML()
    for folder in ("invoices", "credit-notes", "payments", "refunds", "write-offs", "holds"):
        for file in (to / folder).rglob("*.yaml"):
            document = yaml.load(file)
            if cut(document, until):
                yaml.dump(document, file)
            else:
                file.unlink()
    return to


def hold(d: Drawn, world: World) -> list[str] | None:
    """A hold on an invoice or a customer, or the end of one."""
    made = sorted(path.stem for path in world.root.glob("holds/**/*.yaml"))
    today = world.books.today
    on = [] if d.odds(2) else ["--on", day(max(0, today - d.whole(0, 9))).isoformat()]
    if made and d.odds(2):
        name = d.one(made)
        kind = next(kind for kind in KINDS if f"kind: {kind}\n" in next(world.root.glob(f"holds/**/{name}.yaml")).read_text())
        return ["hold", "release", name, "--outcome", d.one(KINDS[kind]), *on]
    kind = d.one([*KINDS, "promise"])
    until = (day(today) + timedelta(d.whole(0, 12))).isoformat()
    if kind == "promise" and d.odds(2):
        return ["hold", "new", "--kind", kind, "-c", d.one(CUSTOMERS), "--until", until, "--reason", "told", *on]
    if not (numbers := live(world.books)):
        return None
    more = {"promise": ["--until", until], "plan": ["--instalment", until], "dispute": []}[kind]
    return ["hold", "new", "--kind", kind, "-i", d.one(numbers), *more, "--reason", "told", *on]


LATER = (
    histories.invoice_void, histories.reverse, histories.undo, histories.credit_note_void, histories.write_off_reverse,
    histories.credit_note, histories.apply,
)  # fmt: skip
"""What makes something earlier stand otherwise from then on."""


def history(data: st.DataObject, most: int) -> None:
    d = Drawn(data.draw)
    with folder_in_memory() as folder:
        world = World(folder / "books", strict=False)
        world.books.today = 25
        for _ in range(4):
            world.run(invoice(d, world.books))
        for _ in range(d.whole(most // 2, most)):
            world.books.today += d.one([0, 0, 1, 4, 9])
            if d.odds(4) and (words := hold(d, world)):
                code = run(world.root, world.books.today, [*words, "--yes", "-q"]).code
                world.ran.append((world.books.today, words, code))
            else:
                world.run(command(d, world.books))
        turn = world.books.today
        world.books.today += d.whole(1, 9)
        for make in d.some(LATER, len(LATER)):
            if later := make(d, world.books):
                world.run(later)
        for path in sorted(world.root.glob("holds/**/*.yaml")):
            outcome = d.one(["withdrawn", "withdrawn", "broken", "kept", "rejected"])
            run(world.root, world.books.today, ["hold", "release", path.stem, "--outcome", outcome, "--yes", "-q"])
        for at in sorted({turn, d.whole(25, turn), d.whole(0, world.books.today)}):
            before = past(world.root, folder / f"past-{at}", day(at))
            for words in (["score"], *(["explain", each] for each in CUSTOMERS)):
                asked = ["credit", *words, "--as-of", day(at).isoformat(), "--format", "json"]
                now, then = (run(root, world.books.today, asked) for root in (world.root, before))
                assert now.code == then.code == 0, world.told(now.err + then.err)
                assert now.json == then.json, world.told(f"{' '.join(asked)}: {now.out} is not {then.out}")


@settings(max_examples=15)
@given(st.data())
def test_law_a_score_is_the_same_with_everything_later_deleted(data: st.DataObject) -> None:
    history(data, 14)


@pytest.mark.long
@settings(max_examples=300)
@given(st.data())
def test_long_histories_keep_the_law_of_scores(data: st.DataObject) -> None:
    history(data, 40)
