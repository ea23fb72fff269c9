"""``python -m tests.faults.mail 17`` plays the episode of a seed and shows it; ``0-200`` many, with the table; ``0-2399 FILE`` many that
are written into a file, so that the same command goes on where it was interrupted."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.faults.mail.episodes import Play
from tests.faults.mail.server import Server
from tests.faults.mail.table import Log, Table
from tests.support import folder_in_memory


def main(words: Sequence[str]) -> int:
    first, _, last = words[0].partition("-")
    seeds = range(int(first), int(last or first) + 1)
    bad = 0
    table = Table()
    with folder_in_memory() as folder, Server() as server:
        play = Play(folder, server)
        log = Log(Path(words[1]) if words[1:] else folder / "log")
        for seed, breaches, came in play.recorded(seeds, log):
            table.update(came)
            bad += bool(breaches)
            if breaches or len(seeds) == 1:
                print(f"{seed}: {_told(play, seed)}")
                print("".join(f"  {breach}\n" for breach in breaches), end="", flush=True)
            if len(seeds) == 1:
                for each in server.transactions:
                    print(f"  {each} {each.message_id}")
        print(f"{table}, {bad} with a broken promise")
    return 1 if bad else 0


def _told(play: Play, seed: int) -> str:
    _, episode = play.drawn(seed)
    deeds = (", ".join([*map(str, each.faults), *([str(each.blow)] if each.blow else [])]) or "calm" for each in episode.deeds)
    return "; then ".join(f"{told}{' (two at once)' if each.at_once > 1 else ''}" for told, each in zip(deeds, episode.deeds, strict=True))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
