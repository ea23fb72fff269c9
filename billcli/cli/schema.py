"""``bill schema``."""

from __future__ import annotations

from billcli.cli.common import check_form, context, out, show, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, DryRun, Form, Quiet, Yes

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def schema() -> None:
    """JSON Schemas for editors, and the views of the index for a database browser.

    Example: bill schema write --yes
    """


@app.command()
def write(ctx: typer.Context, dry_run: DryRun = False, yes: Yes = False, quiet: Quiet = False, form: Answer = "table") -> None:
    """Bring schemas/ and .vscode/settings.json up to date, so that editors complete and check the files.

    Example: bill schema write --yes
    """
    from billcli.app.schemas import plan_write

    write_command(ctx, plan_write, as_of=None, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def views(ctx: typer.Context, form: Form = "table") -> None:
    """Explain the views of the index, which any SQLite browser opens: what each column says.

    They have no clock: everything written counts, also what is dated later. Amounts are exact text in the currency's units; the column
    beside each, named …_minor, has them in whole minor units, to sort and to add up. Only read the index: bill makes it from the files.

    Example: bill schema views
    """
    from billcli.app.views import views_report

    check_form(form)
    show(views_report(context(ctx).now.date()), form)


@app.command()
def datasette() -> None:
    """Print what Datasette needs to show the views with their explanations, and to hide the program's own tables.

    datasette .bill/index.sqlite --metadata datasette.json

    Example: bill schema datasette > datasette.json
    """
    import json

    from billcli.app.views import datasette_metadata

    out(json.dumps(datasette_metadata(), indent=2) + "\n")
