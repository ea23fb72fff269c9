"""Whatever the server or the machine does in the middle of it: no mail twice without a person's word, none lost, and each doubt listed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.faults.mail.cron import Deed
from tests.faults.mail.episodes import Play, drawn, few
from tests.faults.mail.played import Episode
from tests.faults.mail.server import Fault, Server
from tests.faults.mail.steps import CANARIES, Blow
from tests.faults.mail.table import Log, Table
from tests.faults.mail.world import FIRST
from tests.support import PROJECT, folder_in_memory


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    with folder_in_memory() as folder, Server() as server:
        yield Play(folder, server)


CALM = Episode((Deed(FIRST), Deed(FIRST)))


@pytest.mark.parametrize("seed", [4, pytest.param(11, marks=pytest.mark.long)])
def test_mail_is_neither_doubled_nor_lost(play: Play, seed: int) -> None:
    """In a world with ``bill run``, and in one in git whose cron calls the commands one by one."""
    world = play.world(seed)
    assert play.episode(world, CALM) == []
    taken = play.server.transactions
    assert {each.kept for each in taken} == {True}
    assert {each.run for each in taken} == {1, 4}, "without faults one run delivers it all; the second level is due on the last day"
    play.table.clear()
    found = {str(each): play.episode(world, each) for each in few(drawn(at, world.steps) for at in count(seed * 40))}
    print(play.table)
    assert {episode: breaches for episode, breaches in found.items() if breaches} == {}
    assert {stage for stage, hits in play.table.hits("fault").items() if not hits} == set()


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, 2400, 200))
def test_mail_is_neither_doubled_nor_lost_in_many_episodes_that_strike_at_every_stage(play: Play, first: int) -> None:
    """What is played already is not played again while neither the product nor the rig changes (``build/mail.jsonl``)."""
    table = Table()
    found = {}
    for seed, breaches, came in play.recorded(range(first, first + 200), Log(PROJECT / "build/mail.jsonl")):
        table.update(came)
        if breaches:
            found[f"python -m tests.faults.mail {seed}"] = breaches
    print(table)
    assert found == {}
    assert {stage: hits for stage, hits in table.hits("fault").items() if hits < 5} == {}


def test_faults_of_the_product_itself_are_found(play: Play) -> None:
    """Each makes the product break its promise, as a slip in it would; a judge that lets one pass is worth nothing."""
    drop = Fault("dot", "drop")
    found = {
        "resend": [Episode((Deed(FIRST, (drop,)),), canary="resend")],
        "no fsync": [Episode((Deed(FIRST, blow=Blow("cut", at)),), canary="no fsync") for at in _ends(play)],
        "state too late": [Episode((Deed(FIRST, (Fault("dot", "kill"),)),), canary="state too late")],
    }
    assert set(CANARIES) < set(found)
    for name, episodes in found.items():
        assert [breach for each in episodes for breach in play.episode(play.world(4), each._replace(canary=None))] == []
        said = [breach for each in episodes for breach in play.episode(play.world(4), each)]
        assert any(breach.startswith("twice: ") for breach in said), f"{name}: {said}"


def _ends(play: Play) -> range:
    """Steps near the end of the first day, where messages were taken already."""
    steps = len(play.world(4).steps)
    return range(steps * 3 // 4, steps, steps // 8)
