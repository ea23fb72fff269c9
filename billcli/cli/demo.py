"""``bill demo``."""

from __future__ import annotations

import shlex
from typing import Annotated

from billcli.cli.common import answer, say
from billcli.cli.lazy import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def demo(folder: Annotated[str, typer.Argument(metavar="DIR", help="Where to put it.")] = "bill-demo") -> None:
    """Copy the demo ledger, a small company, to try things on.

    Example: bill demo /tmp/demo && bill --ledger /tmp/demo report aging --as-of 2026-06-30
    """
    from billcli.app.init import copy_demo

    root = copy_demo(folder)
    say(f"the demo ledger is in {root}")
    say(f"try: bill --ledger {shlex.quote(folder)} report aging --as-of 2026-06-30")
    answer(folder)
