"""``bill explain``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import has_ledger, list_command, out
from billcli.cli.lazy import typer
from billcli.cli.options import AsOf, Form

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def explain(
    ctx: typer.Context,
    what: Annotated[
        str | None, typer.Argument(metavar="[CODE|DOCUMENT]", help="A code such as E204, or a number, id or name; without it, all codes.")
    ] = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """Explain a code that bill check reports, or how a document came to stand as it does.

    Of a code: what it means, why it matters, how to mend it. Of an invoice: how its open balance came about, row by row,
    with days, reasons and files; what is due, what became of its discount, which default won. Of a payment or credit note:
    what came of it. Of a customer: its balance by document, and the level each default comes from.

    Example: bill explain INV-2026-0001 --as-of 2026-03-31
    """
    from billcli.app.explain import all_codes, explained, is_page
    from billcli.app.explain import explain as page

    if not what:
        out("".join(f"{name}  {meaning}\n" for name, meaning in all_codes()))
    elif is_page(what) or not has_ledger(ctx):
        out(page(what))
    else:
        list_command(ctx, as_of, form, lambda found, day: explained(found, what, day))
