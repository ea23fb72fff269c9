"""Where a ledger is, told with next to no imports: completion asks at every Tab."""

from __future__ import annotations

import os

PRIVATE = ".bill"
MARK = "ledger.yaml"
MARKS = (MARK, f"{PRIVATE}/journal/commit")
INDEX = f"{PRIVATE}/index.sqlite"


def is_ledger(folder: str) -> bool:
    """Its mark may be missing just now: in a change of ``ledger.yaml`` itself that a killed command has left half done."""
    return any(os.path.isfile(os.path.join(folder, name)) for name in MARKS)


def nearest(folder: str) -> str | None:
    """The ledger that this folder is or lies in."""
    while not is_ledger(folder):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder
