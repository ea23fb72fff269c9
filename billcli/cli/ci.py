"""``bill ci``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import context, has_ledger, out, say
from billcli.cli.lazy import typer
from billcli.cli.options import Quiet

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def ci(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="github|gitlab|pre-commit|hook", help="For whom.")],
    quiet: Quiet = False,
) -> None:
    """Print the file that has a forge, or git itself, check the books: on every push, and what a pull request changes in money.

    github is a workflow for GitHub Actions, gitlab a pipeline; both run "bill check" and post "bill diff" as one comment that is kept up
    to date. pre-commit is for the program of that name, hook a plain hook of git's. It names the ledger's folder in its repository.

    Example: bill ci github > .github/workflows/books.yml
    """
    from billcli.app.ci import PLACES, ci_file
    from billcli.store.history import prefix

    folder = prefix(context(ctx).root) if has_ledger(ctx) else ""
    out(ci_file(kind, folder))
    if not quiet:
        say(f"it belongs in {PLACES[kind].path}, from the repository's root")
