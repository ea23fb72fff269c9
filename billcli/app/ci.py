"""What a forge, or git itself, runs to check the books: files to be put into the repository."""

from __future__ import annotations

import json
import shlex
from typing import NamedTuple

from billcli import __version__
from billcli.errors import BillError, UsageError
from billcli.resources import shared


class Place(NamedTuple):
    """Where such a file belongs in a repository, and what bill brings it from."""

    path: str
    template: str


PLACES = {
    "github": Place(".github/workflows/books.yml", "github.yml"),
    "gitlab": Place(".gitlab-ci.yml", "gitlab.yml"),
    "pre-commit": Place(".pre-commit-config.yaml", "pre-commit.yaml"),
    "hook": Place(".git/hooks/pre-commit", "hook.sh"),
}


def ci_file(kind: str, folder: str) -> str:
    """The text of it for a ledger in that folder of its repository, empty for the repository itself."""
    if kind not in PLACES:
        raise UsageError(f'"{kind}" is nothing that bill writes a file for', "use one of: " + ", ".join(PLACES))
    ledger = folder.rstrip("/") or "."
    if "$" in ledger or not ledger.isprintable():
        raise BillError(f"the folder {json.dumps(ledger)} cannot stand in such a file", 'rename it; a "$" there means something else')
    if ledger.startswith("-"):
        ledger = f"./{ledger}"
    values = {"@LEDGER@": json.dumps(ledger, ensure_ascii=False), "@QUOTED@": _word(kind, ledger), "@VERSION@": __version__}
    text = shared("templates", "ci", PLACES[kind].template).read_text("utf-8")
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _word(kind: str, ledger: str) -> str:
    """As one word of a command; within YAML the whole command stands plainly, so nothing that YAML reads may be in it."""
    if kind == "pre-commit" and any(sign in ledger for sign in ":#'\"\\"):
        raise BillError(f"the folder {json.dumps(ledger, ensure_ascii=False)} cannot stand in such a file", "rename it")
    return shlex.quote(ledger)
