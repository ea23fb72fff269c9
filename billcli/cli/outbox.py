"""``bill outbox``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from billcli.cli.common import books, check_form, context, list_command, narrowed_command, needed, out, say, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, By, Customer, DryRun, Form, Quiet, Today, Where, Yes
from billcli.cli.sending import handed_over, tell_handed

if TYPE_CHECKING:
    from billcli.app.write import Planner

_HELP = """What leaves the house: what waits, what was sent, what became of it.

Example: bill outbox list --state refused
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)

Delivery = Annotated[str, typer.Argument(metavar="ID", help="The delivery's id.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help='planned, deferred, refused, "in doubt", sent or dropped.')
    ] = None,
    customer: Customer = None,
    by: By = None,
    where: Where = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """List what is not sent yet; with --state or --customer also what is.

    Example: bill outbox list --state "in doubt"
    """
    from billcli.app.outbox.show import outbox_list

    narrowed_command(ctx, as_of, form, "delivery", by, where, lambda found, day: outbox_list(found, state, customer, day))


@app.command()
def show(ctx: typer.Context, delivery: Delivery, as_of: AsOf = None, form: Form = "table") -> None:
    """Show one delivery: to whom, what it says, and every state with what the server said.

    Example: bill outbox show INV-2026-0042-invoice-0a1b2c3d
    """
    from billcli.app.outbox.show import delivery_view

    list_command(ctx, as_of, form, lambda found, day: delivery_view(found, delivery, day))


@app.command()
def send(
    ctx: typer.Context,
    delivery: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Only these; all that may go where left out.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = None,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Hand over what waits, as BILL_SMTP_URL says; for cron: "bill outbox send --quiet".

    What is deferred is tried again after 5 minutes, 30 minutes, 2 hours, 6 hours, and then daily; what may have arrived is not sent again.

    Example: bill outbox send
    """
    from billcli.app.outbox.open_ends import left_to_another
    from billcli.store.lock import MailBusy

    check_form(form, ("table", "json"))
    where = context(ctx)
    try:
        handed = handed_over(where, only=delivery or (), limit=limit)
    except MailBusy:
        if not quiet:
            raise
        handed = left_to_another(where)
    tell_handed(handed, form, quiet=quiet, result={})


@app.command()
def resolve(
    ctx: typer.Context,
    delivery: Delivery,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="How you know, or why.")],
    sent: Annotated[bool, typer.Option("--sent", help="It has arrived, or went by hand.")] = False,
    resend: Annotated[bool, typer.Option("--resend", help="Hand it over once more, under the same Message-ID.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="It is not to go any more.")] = False,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Say what became of a delivery: one in doubt, one that goes by hand, or one that shall not go any more.

    Example: bill outbox resolve INV-2026-0042-invoice-0a1b2c3d --sent --reason "in the mailbox for sent mail" --yes
    """
    from billcli.app.outbox.plan import check_word, plan_resolve

    word = check_word(sent=sent, resend=resend, drop=drop)
    planner = plan_resolve(delivery, word, needed(reason, "--reason"), context(ctx).now)
    _with_mail_lock(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def retry(
    ctx: typer.Context,
    delivery: Annotated[list[str], typer.Argument(metavar="ID...", help="The deliveries' ids.")],
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Have deliveries that were refused, deferred or dropped tried again by the next run, as templates and data are now.

    Example: bill outbox retry INV-2026-0042-invoice-0a1b2c3d --yes
    """
    from billcli.app.outbox.plan import plan_retry
    from billcli.render.studio import Studio

    where = context(ctx)
    planner = plan_retry(delivery, Studio(where.root), where.now)
    _with_mail_lock(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def pdf(
    ctx: typer.Context,
    delivery: Delivery,
    out_: Annotated[str, typer.Option("--out", "-o", metavar="DIR", help="The folder to write it to.")] = ".",
) -> None:
    """Write the PDF of a delivery to a folder, to print and post it, or to look at it.

    Example: bill outbox pdf nordwind-reminder-0a1b2c3d --out letters
    """
    from billcli.app.outbox.file import write_pdf

    with books(ctx) as found:
        path, stale = write_pdf(found, delivery, out_)
    if stale:
        say(f"warning: {stale}: is this letter still to go?")
    out(f"{path}\n")


@app.command()
def here(
    ctx: typer.Context, as_of: Today = None, dry_run: DryRun = False, yes: Yes = False, quiet: Quiet = False, form: Answer = "table"
) -> None:
    """Make this working copy the one that hands mail over; any other refuses to from then on.

    Example: bill outbox here --yes
    """
    from billcli.app.outbox.plan import plan_here

    write_command(ctx, plan_here, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


def _with_mail_lock(ctx: typer.Context, planner: Planner, **options: Any) -> None:
    """No run may hand over what a person is deciding about."""
    from billcli.store.lock import mail_lock

    with mail_lock(context(ctx).root):
        write_command(ctx, planner, **options)
