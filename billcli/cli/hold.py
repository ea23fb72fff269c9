"""``bill hold``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import list_command, narrowed_command, optional_day, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, By, Customer, DryRun, ExternalId, Form, Quiet, Today, Where, Yes

_HELP = """Disputes, promises to pay, plans, and whatever else keeps reminders back. They move no balance.

Example: bill hold list --live
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)

_KINDS = "dispute|promise|plan|manual"
Kind = Annotated[str, typer.Option("--kind", metavar=_KINDS, help="What kind of hold.")]
Invoice = Annotated[str | None, typer.Option("--invoice", "-i", metavar="NUMBER", help="The invoice it is about.")]


@app.command()
def new(
    ctx: typer.Context,
    kind: Kind,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")],
    invoice: Invoice = None,
    customer: Customer = None,
    amount: Annotated[
        str | None, typer.Option("--amount", "-a", metavar="AMOUNT", help="What is disputed or promised; all that is open if left out.")
    ] = None,
    line: Annotated[
        list[str] | None, typer.Option("--line", "-l", metavar="K", help="A disputed line of the invoice, from 1. May be repeated.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="The last day; of a promise the day by which the money is to come.")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="From when it counts; today where left out.")] = None,
    evidence: Annotated[
        list[str] | None, typer.Option("--evidence", metavar="FILE", help="A file that shows it, kept with its SHA-256. May be repeated.")
    ] = None,
    instalment: Annotated[
        list[str] | None,
        typer.Option("--instalment", metavar="DATE[:AMOUNT]", help="A part of a plan; the last may be the rest. Repeat it."),
    ] = None,
    notes: Annotated[str | None, typer.Option("--notes", metavar="TEXT", help="A note for yourself.")] = None,
    external_id: ExternalId = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Hold an invoice, or all invoices of a customer, back from reminders.

    A dispute is about an invoice, an amount or lines of it. A promise has a day. A plan gives an invoice new instalments,
    together all that is open; they count instead of its own from the day of the plan until it is released.

    Example: bill hold new --kind promise --invoice INV-2026-0042 --until 2026-05-15 --reason "phone, Ms Berg" --yes
    """
    from billcli.app.hold import HoldOptions, plan_new

    options = HoldOptions(
        kind, reason, invoice, customer, optional_day(on, "--on"), optional_day(until, "--until"), amount, tuple(line or ()),
        tuple(instalment or ()), tuple(evidence or ()), external_id, notes,
    )  # fmt: skip
    write_command(ctx, plan_new(options), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def release(
    ctx: typer.Context,
    hold: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", metavar="WORD", help="upheld, rejected, settled, kept, broken or withdrawn, as its kind allows."),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="From when it counts no more; today where left out.")] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """End a hold. It stays in the books with its outcome; of a plan, the invoice's own dates count again.

    Example: bill hold release 2026-04-17-nordwind-7f3a9c21 --outcome kept --yes
    """
    from billcli.app.hold import plan_release

    planner = plan_release(hold, outcome, reason, optional_day(on, "--on"))
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command("list")
def list_(
    ctx: typer.Context,
    customer: Customer = None,
    invoice: Invoice = None,
    kind: Annotated[str | None, typer.Option("--kind", metavar=_KINDS, help="Only this kind.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Only those that count on that day.")] = False,
    by: By = None,
    where: Where = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """List holds with how they stand: live, released, expired; a promise kept or broken; a plan kept or behind.

    Example: bill hold list --live --kind dispute
    """
    from billcli.app.hold_state import HoldFilter, hold_list

    wanted = HoldFilter(customer, invoice, kind, live)
    narrowed_command(ctx, as_of, form, "hold", by, where, lambda found, day: hold_list(found, wanted, day))


@app.command()
def show(
    ctx: typer.Context, hold: Annotated[str, typer.Argument(metavar="ID", help="Its id.")], as_of: AsOf = None, form: Form = "table"
) -> None:
    """Show one hold with its evidence and its instalments.

    Example: bill hold show 2026-04-17-nordwind-7f3a9c21
    """
    from billcli.app.hold_state import hold_view

    list_command(ctx, as_of, form, lambda found, day: hold_view(found, hold, day))
