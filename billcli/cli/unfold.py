"""``bill unfold``."""

from __future__ import annotations

from billcli.cli.common import write_command
from billcli.cli.fold import Period
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, DryRun, Quiet, Today, Yes

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def unfold(
    ctx: typer.Context,
    period: Period,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Give the documents of a folded month, or of a year, files of their own again, byte for byte as they are.

    Example: bill unfold 2026-03
    """
    from billcli.app.fold import plan_unfold

    write_command(ctx, plan_unfold(period), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
