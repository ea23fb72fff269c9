"""``bill completion``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import out
from billcli.cli.lazy import typer
from billcli.cli.scripts import SCRIPTS
from billcli.errors import UsageError

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def completion(
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish", help="Which shell it is for.")],
) -> None:
    """Print a script that completes words of bill at a Tab: commands, options, ids and numbers.

    The script says in its first lines where it belongs. Ids and numbers are those of the last command that ran.

    Example: bill completion bash
    """
    if shell not in SCRIPTS:
        raise UsageError(f'"{shell}" is no shell that bill knows', "use one of: " + ", ".join(SCRIPTS))
    out(SCRIPTS[shell])
