"""Whatever the server or the machine does in the middle of it: no mail twice without a person's word, none lost, and each doubt listed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.mail.cron import Deed
from tests.faults.mail.episodes import Play
from tests.faults.mail.played import Episode
from tests.faults.mail.server import Fault, Server
from tests.faults.mail.steps import CANARIES, Blow
from tests.faults.mail.world import FIRST
from tests.support import folder_in_memory


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    with folder_in_memory() as folder, Server() as server:
        yield Play(folder, server)


def breaches(play: Play, seeds: range) -> dict[str, list[str]]:
    """By the command that shows an episode, what the judge says of it."""
    return {f"python -m tests.faults.mail {seed}": found for seed in seeds if (found := play.of_seed(seed))}


@pytest.mark.parametrize("first", range(0, 100, 20))
def test_mail_is_neither_doubled_nor_lost(play: Play, first: int) -> None:
    assert breaches(play, range(first, first + 20)) == {}


@pytest.mark.long
def test_mail_is_neither_doubled_nor_lost_in_many_episodes_that_strike_at_every_stage(play: Play) -> None:
    found = breaches(play, range(2400))
    print(play.report())
    assert found == {}
    assert {stage: counts["hits"] for stage, counts in play.table.items() if counts["hits"] < 20} == {}


def test_without_faults_everything_is_delivered_by_one_run(play: Play) -> None:
    for seed in range(3):
        assert play.episode(play.world(seed), Episode((Deed(FIRST), Deed(FIRST)))) == []
        taken = play.server.transactions
        assert {each.kept for each in taken} == {True}
        assert {each.run for each in taken} == {1, 4}, "the second level is due on the last day"


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
        assert [breach for each in episodes for breach in play.episode(play.world(0), each._replace(canary=None))] == []
        said = [breach for each in episodes for breach in play.episode(play.world(0), each)]
        assert any(breach.startswith("twice: ") for breach in said), f"{name}: {said}"


def _ends(play: Play) -> range:
    """Steps near the end of the first day, where messages were taken already."""
    steps = len(play.world(0).steps)
    return range(steps * 3 // 4, steps, steps // 16)
