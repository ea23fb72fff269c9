"""``bill undo``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import context, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, DryRun, Quiet, Today, Yes

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def undo(
    ctx: typer.Context,
    entry: Annotated[
        str | None,
        typer.Argument(
            metavar="ENTRY", help="A number of the audit trail, or CLONE:NUMBER; the last command of this working copy if left out."
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the audit trail.")] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Take one command back: files it made go, files it removed or changed are as they were, byte for byte.

    Refused, with the command to use instead: what was issued or sent, what later work is built upon, what counts in a closed period,
    what a person has changed since. An undo can be taken back in its turn.

    Example: bill undo 12 --reason "entered for the wrong customer" --yes
    """
    from billcli.app.amounts import optional
    from billcli.app.undo import plan_undo
    from billcli.model.values import parse_text
    from billcli.store.lock import mail_lock

    planner = plan_undo(entry, optional(parse_text, reason, "--reason") or "")
    with mail_lock(context(ctx).root):
        write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
