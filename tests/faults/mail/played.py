"""An episode played: faults on the first day, a person's word, calm days, and then everything there is to judge from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from tests.faults.mail.cron import Deed, Desk, begun, call, cron, letters
from tests.faults.mail.judge import Record, Run
from tests.faults.mail.server import Server
from tests.faults.mail.world import World, pay
from tests.faults.rig import copy
from tests.history import git

CALM = ("2026-02-03", "2026-02-10")
"""Days after the first; long enough apart for the second level, and for another try of what was deferred."""


class Episode(NamedTuple):
    """What goes wrong with a world. Before the calm days a person says a ``word`` on each doubt, and with ``pays`` an invoice is paid."""

    deeds: tuple[Deed, ...]
    word: str | None = None
    pays: bool = False
    canary: str | None = None


def played(world: World, episode: Episode, server: Server) -> Record:
    """The episode on a copy of the world, calm days after it, and everything there is to see then."""
    ledger = copy(world.root, world.root.parent / "work")
    desk = Desk(ledger, server, world.parts)
    if episode.canary == "resend":
        file = ledger / "ledger.yaml"
        file.write_text(file.read_text().replace("  give_up_days", "  in_doubt: resend\n  give_up_days"))
    server.forget()
    early = {each.message_id for each in letters(ledger)}
    runs: list[Run] = []
    for deed in episode.deeds:
        runs.append(_done(desk, deed, runs, episode.canary))
    resent, vouched = _word(desk, episode)
    paid: dict[str, int] = {}
    due, open_ = set(world.due), dict(world.open)
    if episode.pays and world.payable:
        name, number, amount = world.payable
        pay(desk, CALM[0], *world.payable)
        paid[number] = len(runs) + 1
        due = {item for item in due if not (item.kind == "reminder" and item.document == number)}
        open_[name] -= Decimal(amount)
    for day in CALM:
        runs.append(_done(desk, Deed(day), runs, None))
    listed = call(desk, CALM[-1], "outbox", "list", "--state", "in doubt", "--format", "json")
    aging = call(desk, CALM[-1], "report", "aging", "--format", "json")
    return Record(
        transactions=list(server.transactions),
        struck=list(server.struck),
        runs=runs,
        letters=[each for each in letters(ledger) if each.message_id not in early],
        listed=frozenset(row["id"] for row in listed.json["rows"]),
        due=frozenset(due),
        resent=resent,
        vouched=vouched,
        paid=paid,
        check=call(desk, CALM[-1], "check"),
        totals={row["customer"]: row["total"] for row in aging.json["rows"]},
        expected={name: f"{amount:.2f}" for name, amount in open_.items() if amount},
        outlasted=server.outlasted,
        uncommitted=git(ledger, "status", "--porcelain") if (ledger / ".git").is_dir() else "",
    )


def _done(desk: Desk, deed: Deed, earlier: Sequence[Run], canary: str | None) -> Run:
    number = len(earlier) + 1
    before = earlier[-1].after if earlier else {each.id: each.state for each in letters(desk.ledger)}
    desk.server.run = number
    desk.server.arm(*deed.faults)
    if deed.faults or deed.blow or canary or deed.at_once > 1:
        children = [begun(desk, deed, canary) for _ in range(deed.at_once)]
        desk.server.victim = lambda: children[0].pid
        told = [child() for child in children]
    else:
        rans = cron(desk, deed.day)
        told = [{"codes": [ran.code for ran in rans], "said": "".join(ran.err for ran in rans)}]
    desk.server.settle()
    desk.server.calm()
    codes = tuple(max(each["codes"]) for each in told if each)
    said = "".join(each["said"] for each in told if each)
    then = letters(desk.ledger)
    after, to = {each.id: each.state for each in then}, {each.id: each.to for each in then}
    return Run(number, deed.day, deed.faults, deed.blow, None in told, codes, said, deed.at_once, before, after, to)


def _word(desk: Desk, episode: Episode) -> tuple[Counter[str], frozenset[str]]:
    """A person looks at each doubt and decides."""
    resent: Counter[str] = Counter()
    vouched: set[str] = set()
    for each in letters(desk.ledger) if episode.word else ():
        if each.state == "in doubt":
            ran = call(desk, CALM[0], "outbox", "resolve", each.id, f"--{episode.word}", "--reason", "asked them", "--yes")
            assert ran.code == 0, ran
            if episode.word == "resend":
                resent[each.message_id] += 1
            else:
                vouched.add(each.id)
    return resent, frozenset(vouched)
