"""``bill report``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import list_command
from billcli.cli.lazy import typer
from billcli.cli.options import AsOf, Form, Where

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def report() -> None:
    """Who owes what.

    Example: bill report aging
    """


@app.command()
def aging(
    ctx: typer.Context,
    as_of: AsOf = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="DIM",
            help="customer, invoice, industry, region, region:1, size, segment, country, tag, band, month … Twice at most.",
        ),
    ] = None,
    where: Where = None,
    basis: Annotated[
        str,
        typer.Option("--basis", metavar="due|issued|original", help="Count from due dates, days of issue, or due dates before any plan."),
    ] = "due",
    form: Form = "table",
) -> None:
    """Open balances by how long they are overdue, as of any day; what came later is undone.

    Buckets: not due; 1-30, 31-60, 61-90, over 90 days after the due date. An invoice is due until the end of its due
    date, an instalment of its own; while a plan agreed later counts ("bill hold"), its dates do. Unapplied payments and
    credit notes stand in a column of their own: total = sum of buckets - unapplied.
    With --where only what fits is shown; what has several tags or categories is a group of its own, so every amount counts once.
    The last line proves the report: its buckets, the open invoices and the books as a whole come to the same.

    Example: bill report aging --as-of 2026-03-31 --by segment
    """
    from billcli.app.report import aging_report

    list_command(ctx, as_of, form, lambda found, day: aging_report(found, day, by or (), basis, where))
