"""A command that is called without Typer."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """Where its function is, and its parameters: by the spellings of options and of flags, the arguments, those that must be given."""

    module: str
    function: str
    options: dict[str, str]
    flags: dict[str, str]
    arguments: tuple[str, ...]
    required: tuple[str, ...]
    many: tuple[str, ...] = ()
