"""``bill write-off``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import list_command, narrowed_command, needed, optional_day, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, By, Customer, DryRun, ExternalId, Form, Quiet, Today, Where, Yes

_HELP = """Write off what nobody will pay, and take that back when somebody does.

Example: bill write-off list
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@app.command()
def new(
    ctx: typer.Context,
    invoice: Annotated[
        list[str],
        typer.Option(
            "--invoice", "-i", metavar="N[:AMOUNT]", help="What is written off; all that is open without an amount. May be repeated."
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why nobody will pay it.")],
    kind: Annotated[str, typer.Option("--kind", metavar="bad-debt|small-difference", help="What it is.")] = "bad-debt",
    approved_by: Annotated[str | None, typer.Option("--approved-by", metavar="NAME", help="Who allowed it; needed for a bad debt.")] = None,
    tax_relief: Annotated[
        str, typer.Option("--tax-relief", metavar="none|adjust", help="Whether its tax is taken back from the tax office.")
    ] = "none",
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="From which day; today where left out.")] = None,
    notes: Annotated[str | None, typer.Option("--notes", metavar="TEXT", help="A note for yourself.")] = None,
    external_id: ExternalId = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Write off what is open on invoices of a customer, or a part of it.

    Example: bill write-off new --invoice INV-2026-0042 --reason "Insolvent" --approved-by "A. Berg" --yes
    """
    from billcli.app.write_off import WriteOffOptions, plan_new

    options = WriteOffOptions(tuple(invoice), kind, reason, optional_day(on, "--on"), approved_by, tax_relief, notes, external_id)
    write_command(ctx, plan_new(options), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def reverse(
    ctx: typer.Context,
    write_off: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Such as: paid after all.")],
    amount: Annotated[str | None, typer.Option("--amount", metavar="AMOUNT", help="How much of it; all where left out.")] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="From which day; today where left out.")] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Take a write-off back, wholly or in part: the invoices are open again, and a payment can settle them.

    Example: bill write-off reverse 2026-04-17-nordwind-7f3a9c21 --reason "Paid after all" --yes
    """
    from billcli.app.write_off import plan_reverse

    planner = plan_reverse(write_off, needed(reason, "--reason"), optional_day(on, "--on"), amount)
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command("list")
def list_(
    ctx: typer.Context, customer: Customer = None, by: By = None, where: Where = None, as_of: AsOf = None, form: Form = "table"
) -> None:
    """List write-offs with what of them still counts.

    Example: bill write-off list --customer nordwind
    """
    from billcli.app.write_off import write_off_list

    narrowed_command(ctx, as_of, form, "write-off", by, where, lambda found, day: write_off_list(found, day, customer))


@app.command()
def show(
    ctx: typer.Context, write_off: Annotated[str, typer.Argument(metavar="ID", help="Its id.")], as_of: AsOf = None, form: Form = "table"
) -> None:
    """Show one write-off with what it settles.

    Example: bill write-off show 2026-04-17-nordwind-7f3a9c21
    """
    from billcli.app.write_off import write_off_view

    list_command(ctx, as_of, form, lambda found, day: write_off_view(found, write_off, day))
