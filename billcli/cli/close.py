"""``bill close``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, DryRun, Quiet, Today, Yes

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def close(
    ctx: typer.Context,
    through: Annotated[str, typer.Option("--through", metavar="DATE", help="The last day of the period; yesterday at the latest.")],
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="A word for the audit trail.")] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Close the books through a day: no balance up to it changes any more.

    The whole ledger is checked first; one error, and nothing is closed. Afterwards nothing can be issued or voided in the
    period; payments, refunds and write-offs of days in it count from the first open day. To open a period again, change
    closed_through: in ledger.yaml by hand, and say why in the commit.

    Example: bill close --through 2026-03-31
    """
    from billcli.app.close import plan_close
    from billcli.app.context import day

    write_command(ctx, plan_close(day(through, "--through"), reason), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
