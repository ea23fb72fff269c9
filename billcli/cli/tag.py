"""``bill tag``."""

from __future__ import annotations

from billcli.cli.common import list_command
from billcli.cli.lazy import typer
from billcli.cli.options import AsOf, Form

_HELP = """The tags that categories.yaml declares: who has them, and what is wrong with them.

Example: bill tag audit
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@app.command("list")
def list_(ctx: typer.Context, as_of: AsOf = None, form: Form = "table") -> None:
    """List the declared tags, and how many files say each themselves; "bill tag report" counts those that rules give, too.

    Example: bill tag list
    """
    from billcli.app.vocabulary import tag_list

    list_command(ctx, as_of, form, tag_list)


@app.command()
def audit(ctx: typer.Context, as_of: AsOf = None, form: Form = "table") -> None:
    """Tags that are unused, not declared, expired, or stand where their use: does not allow it; and on what.

    Example: bill tag audit
    """
    from billcli.app.vocabulary import tag_audit

    list_command(ctx, as_of, form, tag_audit)


@app.command()
def report(ctx: typer.Context, as_of: AsOf = None, form: Form = "table") -> None:
    """By tag: customers and invoices that have it, what is open, and revenue net of credit notes.

    An invoice has its own tags and those of its customer. What has two tags counts under both.

    Example: bill tag report --as-of 2026-06-30
    """
    from billcli.app.vocabulary import tag_report

    list_command(ctx, as_of, form, tag_report)
