"""``python -m tests.fuzz.blind TARGET INPUTS SEED FOLDER``: inputs made without watching the code; what came of it is in ``FOLDER/tried.json``."""

from __future__ import annotations

import sys
from pathlib import Path

from billcli.store import read
from tests.fuzz.engine import run, write
from tests.fuzz.law import limit_memory
from tests.fuzz.registry import target


def main(name: str, inputs: int, seed: int, folder: Path) -> None:
    limit_memory()
    read._FEW = 0  # the fast path from the first document on
    tried = run(target(name), inputs, seed)
    write(folder, tried, tried.kept)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
