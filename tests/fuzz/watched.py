"""``python -m tests.fuzz.watched TARGET INPUTS SEED FOLDER``: inputs made by atheris, which keeps those that took a new way through the code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from random import Random

import atheris


def main(name: str, inputs: int, seed: int, folder: Path) -> None:
    """Ends the process, as libFuzzer does. What came of it is in ``FOLDER/tried.json``, written anew now and then and at the end."""
    from tests.fuzz.registry import MODULES, WATCHED

    with atheris.instrument_imports(include=[*WATCHED[name]], enable_loader_override=False):
        import_module(MODULES[name])
    from billcli.store import read
    from tests.fuzz.engine import Tried, write
    from tests.fuzz.law import limit_memory
    from tests.fuzz.registry import target

    read._FEW = 0  # the fast path from the first document on
    wanted = target(name)
    tried = Tried()
    corpus = folder / "corpus"
    corpus.mkdir()
    for at, data in enumerate(wanted.seeds()):
        if len(data) <= wanted.most:
            (corpus / f"{at:05d}").write_bytes(data)
    begun = len(os.listdir(corpus))
    limit_memory()

    def one(data: bytes) -> None:
        tried.one(wanted, data)
        if tried.inputs == inputs or tried.inputs % 500 == 0:
            write(folder, tried, len(os.listdir(corpus)) - begun)

    words = [f"-runs={inputs}", f"-seed={seed}", f"-max_len={wanted.most}", "-rss_limit_mb=3000", "-timeout=120", "-print_final_stats=1",
             "-reload=0", "-len_control=0", f"-artifact_prefix={folder}/"]  # fmt: skip
    atheris.Setup([sys.argv[0], *words, str(corpus)], one, custom_mutator=_changed(wanted.change))
    atheris.Fuzz()


def _changed(change: Callable[[Random, bytes], bytes]) -> Callable[[bytes, int, int], bytes]:
    """Ours where it makes something of the input, which keeps its form; libFuzzer's own now and then."""

    def mutated(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        if random.randrange(8) == 0:
            return bytes(atheris.Mutate(data, most))
        return change(random, data)[:most]

    return mutated


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
