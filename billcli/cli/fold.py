"""``bill fold``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, DryRun, Quiet, Today, Yes

app = typer.Typer(add_completion=False, rich_markup_mode=None)

Period = Annotated[str, typer.Argument(metavar="YEAR|MONTH", help="A year such as 2026, or a month such as 2026-03.")]


@app.command()
def fold(
    ctx: typer.Context,
    period: Period,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Put the documents of a closed month, or of all months of a year, into one file for each kind.

    Each document stays as it is, byte for byte, and every command works on it as before; a large ledger has fewer files, and git
    is quicker. "bill unfold" takes it back. Only what lies wholly in the closed period is folded.

    Example: bill fold 2026-03
    """
    from billcli.app.fold import plan_fold

    write_command(ctx, plan_fold(period), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
