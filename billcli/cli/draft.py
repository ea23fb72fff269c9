"""``bill draft``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import list_command, narrowed_command, write_command
from billcli.cli.edit import EditReason, edit_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, By, DryRun, Form, Quiet, Today, Where, Yes

_HELP = """Invoices that are not issued yet.

Example: bill draft list
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@app.command("list")
def list_(ctx: typer.Context, by: By = None, where: Where = None, as_of: AsOf = None, form: Form = "table") -> None:
    """List drafts with what they would come to if they were issued on the day meant for them, else today.

    Example: bill draft list
    """
    from billcli.app.draft import draft_list

    narrowed_command(ctx, as_of, form, "draft", by, where, draft_list)


@app.command()
def show(
    ctx: typer.Context, draft: Annotated[str, typer.Argument(metavar="ID", help="Its id.")], as_of: AsOf = None, form: Form = "table"
) -> None:
    """Show one draft.

    Example: bill draft show nordwind-3fa9c2e1
    """
    from billcli.app.draft import draft_view

    list_command(ctx, as_of, form, lambda found, day: draft_view(found, draft, day))


@app.command()
def edit(
    ctx: typer.Context,
    draft: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    reason: EditReason = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Edit a draft in your editor, as "bill edit" does.

    Example: bill draft edit nordwind-3fa9c2e1
    """
    edit_command(ctx, draft, "draft", reason, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def delete(
    ctx: typer.Context,
    draft: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Throw a draft away.

    Example: bill draft delete nordwind-3fa9c2e1
    """
    from billcli.app.draft import plan_delete

    write_command(ctx, plan_delete(draft), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
