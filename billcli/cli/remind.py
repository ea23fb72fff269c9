"""``bill remind``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import context, list_command, narrowed_command, optional_day, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, By, Customer, DryRun, Form, Quiet, Today, Where, Yes

_HELP = """Remind customers of what is due: level by level, never twice, and not while something speaks against it.

Levels stand in ledger.yaml under "dunning:"; "bill explain dunning" shows some that can be copied.

Example: bill remind preview
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)

Customers = Annotated[list[str] | None, typer.Option("--customer", "-c", metavar="ID", help="Only this customer. May be repeated.")]
Group = Annotated[str | None, typer.Option("--group", metavar="DIM=NAME", help="Only customers of this group, such as segment=public.")]


@app.command()
def preview(
    ctx: typer.Context,
    customer: Customers = None,
    group: Group = None,
    by: By = None,
    where: Where = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """Show what a run would send to whom, at which level, and what is stopped and why. Writes nothing.

    Example: bill remind preview --as-of 2026-06-30 --format csv
    """
    from billcli.app.remind import Wanted, preview_report

    wanted = Wanted(tuple(customer or ()), group)
    narrowed_command(
        ctx, as_of, form, "reminding", by, where, lambda found, day: preview_report(found, wanted, day, *([day] if as_of else ()))
    )


@app.command()
def run(
    ctx: typer.Context,
    customer: Customers = None,
    group: Group = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many notices in this run.")] = None,
    later: Annotated[bool, typer.Option("--later", help="Only plan them; the next run of the outbox hands them over.")] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Write today's notices and hand them over. Run again, it sends nothing twice.

    One notice for each customer and currency, with every invoice at the next level of its own. What is stopped is told with its reason.

    Example: bill remind run --customer nordwind --yes
    """
    from billcli.app.remind import Wanted, plan_run
    from billcli.cli.sending import send_command
    from billcli.render.studio import Studio

    where = context(ctx)
    planner = plan_run(Wanted(tuple(customer or ()), group, limit), Studio(where.root), where.now)
    send_command(ctx, planner, later=later, as_of=None, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command("list")
def list_(
    ctx: typer.Context,
    customer: Customer = None,
    invoice: Annotated[str | None, typer.Option("--invoice", "-i", metavar="NUMBER", help="Only notices about this invoice.")] = None,
    by: By = None,
    where: Where = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """List notices with their level, what they ask for, and how they were delivered.

    Example: bill remind list --invoice INV-2026-0042
    """
    from billcli.app.remind import notices

    narrowed_command(ctx, as_of, form, "reminder", by, where, lambda found, day: notices(found, customer, invoice, day))


@app.command()
def show(
    ctx: typer.Context, reminder: Annotated[str, typer.Argument(metavar="ID", help="Its id.")], as_of: AsOf = None, form: Form = "table"
) -> None:
    """Show one notice: its invoices, fees, how interest ran up, and its deliveries.

    Example: bill remind show 2026-06-30-nordwind-7f3a9c21
    """
    from billcli.app.remind import reminder_view

    list_command(ctx, as_of, form, lambda found, day: reminder_view(found, reminder, day))


@app.command()
def approve(
    ctx: typer.Context,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who consents.")],
    level: Annotated[int, typer.Option("--level", metavar="L", min=0, max=99, help="Up to this level.")],
    customer: Annotated[str | None, typer.Argument(metavar="[CUSTOMER]", help="The customer's id; all its invoices.")] = None,
    invoice: Annotated[str | None, typer.Option("--invoice", "-i", metavar="NUMBER", help="Only this invoice.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="The last day on which the consent counts.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Consent to strict notices: none above level 2 goes without it.

    Example: bill remind approve nordwind --level 3 --by "Ada Berg" --until 2026-07-31 --yes
    """
    from billcli.app.approval import ApprovalOptions, plan_approve

    options = ApprovalOptions(customer, invoice, level, by, optional_day(until, "--until"), reason)
    write_command(ctx, plan_approve(options), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
