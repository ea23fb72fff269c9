"""``bill schema``."""

from __future__ import annotations

from billcli.cli.common import write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, DryRun, Quiet, Yes

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def schema() -> None:
    """JSON Schemas for editors.

    Example: bill schema write --yes
    """


@app.command()
def write(ctx: typer.Context, dry_run: DryRun = False, yes: Yes = False, quiet: Quiet = False, form: Answer = "table") -> None:
    """Bring schemas/ and .vscode/settings.json up to date, so that editors complete and check the files.

    Example: bill schema write --yes
    """
    from billcli.app.schemas import plan_write

    write_command(ctx, plan_write, as_of=None, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
