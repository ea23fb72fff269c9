"""The pages behind ``bill explain``."""

from __future__ import annotations

from billcli.codes import CODES
from billcli.diagnostics import did_you_mean
from billcli.errors import UsageError
from billcli.resources import shared


def explain(code: str) -> str:
    """The page of a code, in Markdown. Raises ``UsageError`` for a code there is not."""
    name = code.upper()
    if name not in CODES:
        raise UsageError(f'there is no code "{code}"', did_you_mean(name, list(CODES)) or '"bill explain" lists them')
    return shared("explain", f"{name}.md").read_text("utf-8")


def all_codes() -> list[tuple[str, str]]:
    return sorted(CODES.items())
