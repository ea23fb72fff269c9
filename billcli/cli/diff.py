"""``bill diff``."""

from __future__ import annotations

import sys
from typing import Annotated

from billcli.cli.common import check_form, context, out
from billcli.cli.lazy import typer
from billcli.cli.options import LOOKED_FROM

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def diff(
    ctx: typer.Context,
    revisions: Annotated[
        str | None, typer.Argument(metavar="[REV | A..B | A...B]", help="Commits as git names them; HEAD where left out.")
    ] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DATE", help=LOOKED_FROM.replace("the books", "both"))] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 where something differs.")] = False,
    form: Annotated[str, typer.Option("--format", metavar="table|json|csv|markdown", help="How to print it.")] = "table",
) -> None:
    """What changed in money between two states of the books: receivables before, every change, receivables after.

    Without a commit: the files as they are beside HEAD; with one: beside that commit. A..B compares two commits, A...B what B has
    changed since it left A. A day such as 2026-04-05 stands for the last commit of that day or before.

    Both sides are looked at as of one day, so nothing differs for the passing of time. Before + issued - credited - paid + … = after,
    to the cent; what was taken back or has vanished is "undone", and what no command does is "changed by hand". Changed IBANs and mail
    addresses stand out. Nothing is checked out, and nothing that the repository's settings name is run.

    --format markdown is for the comment of a pull request.

    Example: bill diff main...HEAD --format markdown
    """
    from billcli.app.difference import difference
    from billcli.render.difference import FORMS, rendered_difference
    from billcli.render.progress import progress_bar

    check_form(form, FORMS)
    with progress_bar("Reading the ledger") as progress:
        found = difference(context(ctx, as_of), revisions, progress)
    out(rendered_difference(found, form, terminal=sys.stdout.isatty()))
    if exit_code and (found.changes or found.moves):
        raise typer.Exit(1)
