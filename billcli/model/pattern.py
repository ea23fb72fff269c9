"""Regular expressions that are compiled when they are first used: most commands use few of all there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator


class Pattern:
    """As ``re.compile(text, flags)``, later."""

    match: Callable[[str], re.Match[str] | None]
    search: Callable[[str], re.Match[str] | None]
    finditer: Callable[[str], Iterator[re.Match[str]]]
    sub: Callable[..., str]

    def __init__(self, text: str, flags: int = 0) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        found: object = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, found)  # from now on at no cost
        return found
