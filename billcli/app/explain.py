"""The pages behind ``bill explain``."""

from __future__ import annotations

from billcli.codes import CODES
from billcli.diagnostics import did_you_mean
from billcli.errors import UsageError
from billcli.resources import shared

TOPICS = {"mapping": "how a table of another tool is read"}
"""Pages that belong to no code."""


def explain(code: str) -> str:
    """The page of a code or topic, in Markdown. Raises ``UsageError`` for one there is not."""
    name = code.lower() if code.lower() in TOPICS else code.upper()
    if name not in CODES and name not in TOPICS:
        raise UsageError(f'there is no code "{code}"', did_you_mean(name, list(CODES)) or '"bill explain" lists them')
    return shared("explain", f"{name}.md").read_text("utf-8")


def all_codes() -> list[tuple[str, str]]:
    return [*sorted(CODES.items()), *TOPICS.items()]
