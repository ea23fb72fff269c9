"""``bill renumber``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import needed, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, DryRun, Quiet, Today, Yes

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def renumber(
    ctx: typer.Context,
    document: Annotated[
        str | None,
        typer.Argument(metavar="DOCUMENT", help="A number, or the file that is to move; all that are claimed twice if left out."),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; the audit trail keeps it.")] = None,
    ours: Annotated[bool, typer.Option("--ours", help="In a merge: let our document move, and keep theirs.")] = False,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Give one of two documents that claim a number the next free one: after two branches issued it.

    In the midst of a merge or rebase that stopped at both, our document keeps the number and theirs moves; seals are made right. Only
    what was never sent, paid, credited or reminded moves.

    Example: bill renumber INV-2026-0042 --reason "both desks took it" --yes
    """
    from billcli.app.renumber import plan_renumber

    planner = plan_renumber(document, needed(reason, "--reason"), ours=ours)
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form, merging=True)
