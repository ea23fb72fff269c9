"""``bill refund``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import list_command, narrowed_command, needed, optional_day, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, By, Customer, DryRun, ExternalId, Form, Quiet, Today, Where, Yes

_HELP = """Money paid back to customers, out of their unapplied payments and credit notes.

Example: bill refund list
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@app.command()
def new(
    ctx: typer.Context,
    customer: Annotated[str, typer.Option("--customer", "-c", metavar="ID", help="Who gets the money.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it goes back.")],
    amount: Annotated[
        str | None,
        typer.Option("--amount", "-a", metavar="AMOUNT", help="What went out; where no source is named, the oldest credit first."),
    ] = None,
    payment: Annotated[
        list[str] | None, typer.Option("--payment", metavar="ID[:AMOUNT]", help="A payment to take it from. May be repeated.")
    ] = None,
    credit_note: Annotated[
        list[str] | None, typer.Option("--credit-note", metavar="N[:AMOUNT]", help="A credit note to take it from. May be repeated.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", metavar="CODE", help="ISO 4217 code; else that of the named sources, else the customer's.")
    ] = None,
    paid_on: Annotated[str | None, typer.Option("--paid-on", metavar="DATE", help="The day of the money; today where left out.")] = None,
    method: Annotated[str | None, typer.Option("--method", metavar="WORD", help="Such as transfer, card, cash.")] = None,
    reference: Annotated[str | None, typer.Option("--reference", metavar="TEXT", help="The text of the transfer.")] = None,
    notes: Annotated[str | None, typer.Option("--notes", metavar="TEXT", help="A note for yourself.")] = None,
    again: Annotated[bool, typer.Option("--again", help="It is another refund, though customer, day and amount are the same.")] = False,
    external_id: ExternalId = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Record money paid back. It draws on unapplied payments and credit notes and never touches an invoice.

    Example: bill refund new --customer nordwind --amount 80 --reason "Paid twice" --yes
    """
    from billcli.app.refund import RefundOptions, plan_new

    options = RefundOptions(
        customer, reason, amount, tuple(payment or ()), tuple(credit_note or ()), currency, optional_day(paid_on, "--paid-on"), method,
        reference, notes, external_id, again,
    )  # fmt: skip
    write_command(ctx, plan_new(options), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def reverse(
    ctx: typer.Context,
    refund: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Such as: account closed.")],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="The bank's day; today where left out.")] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """The money came back from the bank: what the refund drew is unapplied again.

    Example: bill refund reverse 2026-04-17-nordwind-7f3a9c21 --reason "Account closed" --yes
    """
    from billcli.app.refund import plan_reverse

    planner = plan_reverse(refund, needed(reason, "--reason"), optional_day(on, "--on"))
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command("list")
def list_(
    ctx: typer.Context, customer: Customer = None, by: By = None, where: Where = None, as_of: AsOf = None, form: Form = "table"
) -> None:
    """List refunds.

    Example: bill refund list --customer nordwind
    """
    from billcli.app.refund import refund_list

    narrowed_command(ctx, as_of, form, "refund", by, where, lambda found, day: refund_list(found, day, customer))


@app.command()
def show(
    ctx: typer.Context, refund: Annotated[str, typer.Argument(metavar="ID", help="Its id.")], as_of: AsOf = None, form: Form = "table"
) -> None:
    """Show one refund with what it draws on.

    Example: bill refund show 2026-04-17-nordwind-7f3a9c21
    """
    from billcli.app.refund import refund_view

    list_command(ctx, as_of, form, lambda found, day: refund_view(found, refund, day))
