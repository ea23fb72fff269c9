"""``bill show``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import list_command
from billcli.cli.lazy import typer
from billcli.cli.options import AsOf, Form

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def show(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="ANYTHING", help="A number, an id, a name, or a part of one.")],
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """Show whatever has this number, id, external id or name; a list where several do.

    Example: bill show INV-2026-0042
    """
    from billcli.app.show import show_anything

    list_command(ctx, as_of, form, lambda found, day: show_anything(found, what, day))
