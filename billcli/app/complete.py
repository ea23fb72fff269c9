"""Ids and numbers for the completion of a shell: from the index as it stands, which is neither made nor brought up to date for it."""

from __future__ import annotations

import os

from billcli.index.complete import beginning
from billcli.store.root import INDEX, is_ledger, nearest


def known(chosen: str | None, start: str, kinds: list[str], prefix: str) -> list[tuple[str, str]]:
    """What of these kinds begins so, with a word about each; nothing where there is no ledger or no index."""
    root = chosen if chosen and is_ledger(chosen) else None if chosen else nearest(os.path.realpath(start))
    return beginning(os.path.join(root, INDEX), kinds, prefix) if root else []
