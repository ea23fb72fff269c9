"""``bill category``."""

from __future__ import annotations

from billcli.cli.common import list_command
from billcli.cli.lazy import typer
from billcli.cli.options import AsOf, Form

_HELP = """The words that categories.yaml declares: groups, revenue categories, tags, amount bands.

Example: bill category list
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@app.callback()
def category() -> None:
    """The words that categories.yaml declares: groups, revenue categories, tags, amount bands.

    Example: bill category list
    """


@app.command("list")
def list_(ctx: typer.Context, as_of: AsOf = None, form: Form = "table") -> None:
    """List every declared word with how many customers or documents use it.

    Example: bill category list
    """
    from billcli.app.vocabulary import category_list

    list_command(ctx, as_of, form, category_list)
