"""``bill outbox``, and what commands that send have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from billcli.cli.common import (
    afterwards,
    agreed,
    books,
    check_form,
    context,
    list_command,
    needed,
    optional_day,
    out,
    refuse_given,
    say,
    say_plan,
    would_touch,
    write_command,
)
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, Customer, DryRun, Form, Quiet, Today, Yes
from billcli.errors import NeedsPerson, UsageError

if TYPE_CHECKING:
    from billcli.app.context import Context
    from billcli.app.outbox import Handed
    from billcli.app.write import Planner

_HELP = """What leaves the house: what waits, what was sent, what became of it.

Example: bill outbox list --state refused
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)

Delivery = Annotated[str, typer.Argument(metavar="ID", help="The delivery's id.")]
Later = Annotated[bool, typer.Option("--later", help="Only plan it; the next run of the outbox hands it over.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help='planned, deferred, refused, "in doubt", sent or dropped.')
    ] = None,
    customer: Customer = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """List what is not sent yet; with --state or --customer also what is.

    Example: bill outbox list --state "in doubt"
    """
    from billcli.app.outbox.show import outbox_list

    list_command(ctx, as_of, form, lambda found, day: outbox_list(found, state, customer, day))


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
    from billcli.store.lock import MailBusy

    check_form(form, ("table", "json"))
    where = context(ctx)
    try:
        handed = handed_over(where, only=delivery or (), limit=limit)
    except MailBusy:
        if quiet:
            return
        raise
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
        path = write_pdf(found, delivery, out_)
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


# sending, for other nouns too


def send_command(
    ctx: typer.Context, planner: Planner, *, later: bool, as_of: str | None, dry_run: bool, yes: bool, quiet: bool, form: str
) -> None:  # fmt: skip
    """The whole of a command that plans deliveries and hands them over at once: preview, question, plan, hand over, result."""
    from billcli.app.outbox import ensure_sender
    from billcli.app.write import carry_out, preview
    from billcli.render.progress import progress_bar

    check_form(form, ("table", "json"))
    where = context(ctx, as_of)
    if not later and not dry_run:
        with books(ctx, as_of) as found:
            ensure_sender(found)
    with progress_bar("Making documents") as progress:
        plan = preview(where, planner, progress)
        if not (quiet and yes):
            say_plan(plan)
        if dry_run:
            say("dry run: nothing was written, nothing was sent")
            created, changed = would_touch(plan)
            _answered({"created": created, "changed": changed, **plan.result, "dry_run": True}, form)
            return
        if plan.steps and not yes:
            agreed()
        done = carry_out(where, planner, plan, progress) if plan.steps else None
    result = {"created": [*done.created] if done else [], "changed": [*done.changed] if done else [], **plan.result}
    if done:
        afterwards(done, quiet=quiet)
    ids = [str(each) for each in plan.result["deliveries"]]
    if later or not ids:
        _answered(result, form)
        _ensure_all(plan.result["left"], done_some=bool(ids))
        return
    if not yes and not plan.steps:
        agreed()
    tell_handed(handed_over(where, only=ids), form, quiet=quiet, result=result)
    _ensure_all(plan.result["left"], done_some=True)


def _ensure_all(left: Iterable[Any], *, done_some: bool) -> None:
    """Raises ``NeedsPerson`` where something that was asked for was not planned for another reason than that it is there."""
    missing = [each for each in left if not str(each["reason"]).startswith(("already", "waits already"))]
    if missing:
        what = ", ".join(", ".join(each["documents"]) or each["customer"] for each in missing[:3])
        raise NeedsPerson(f"not sent: {what}: {missing[0]['reason']}", "" if done_some else "nothing was sent")


def handed_over(where: Context, *, only: Iterable[str] = (), limit: int | None = None) -> Handed:
    from billcli.app.outbox import send_waiting
    from billcli.render.progress import progress_bar

    with progress_bar("Handing over") as progress:
        return send_waiting(where, only=tuple(only), limit=limit, progress=progress)


def tell_handed(handed: Handed, form: str, *, quiet: bool, result: dict[str, Any]) -> None:
    """What a run came to. Raises what its exit code says: a person is needed, or the server could not be reached."""
    if not quiet or handed.exit_code:
        for line in handed.lines:
            say(line)
    words = ("sent", "deferred", "refused", "in_doubt", "dropped", "left")
    counts = {word: getattr(handed, word) for word in words}
    if form == "json":
        _answered({**result, **counts, "lines": [*handed.lines]}, form)
    elif not quiet:
        say("; ".join(f"{number} {word.replace('_', ' ')}" for word, number in counts.items() if number) or "nothing to hand over")
    if handed.stopped is not None:
        raise handed.stopped
    if handed.git_problem:
        raise NeedsPerson(
            f"what was sent is written down, but git has not committed it: {handed.git_problem}", "the next command commits it"
        )
    if handed.in_doubt:
        raise NeedsPerson(
            "what is in doubt may have arrived; it is not sent again by itself", '"bill outbox resolve ID" with --sent, --resend or --drop'
        )
    if handed.refused:
        raise NeedsPerson("a server refused mail for good", 'look at the address; "bill outbox retry ID" tries it again')


def _answered(result: dict[str, Any], form: str) -> None:
    if form == "json":
        from billcli.render.text import json_text

        out(json_text(result))


def to_address(text: str | None) -> str | None:
    """``--to``, one address."""
    if text is None:
        return None
    from billcli.app.amounts import value_of
    from billcli.delivery.address import mailbox

    value_of(lambda each: mailbox(each).address, text, "--to")
    return text


def send_documents(
    ctx: typer.Context, kind: str, numbers: list[str], to: str | None, again: bool, by_hand: str | None, on: str | None, **options: Any
) -> None:  # fmt: skip
    """``invoice send`` and ``credit-note send``."""
    from datetime import UTC, datetime, time

    from billcli.app.outbox.parcels import Sending, parcels_of
    from billcli.app.outbox.plan import plan_deliveries
    from billcli.render.studio import Studio

    where = context(ctx)
    if by_hand is None:
        refuse_given({"--on": on}, "goes with --by-hand", "mail goes now; leave it out")
    else:
        refuse_given({"--to": to, "--later": options["later"]}, "does not go with --by-hand")
    day = optional_day(on, "--on")
    if day is not None and day > where.now.date():
        raise UsageError(f"--on: {day} is still to come", "say the day on which it went")
    at = datetime.combine(day, time(12), UTC) if day is not None and day < where.now.date() else where.now
    sending = Sending(to_address(to), again, needed(by_hand, "--by-hand") if by_hand is not None else None)
    planner = plan_deliveries(f"{kind} send", lambda found: parcels_of(found, kind, numbers, sending), Studio(where.root), at)
    send_command(ctx, planner, **{**options, "later": options["later"] or by_hand is not None})


def send_statements(ctx: typer.Context, customers: list[str], group: str | None, kind: str, since: date | None, **options: Any) -> None:
    """``statement --mail``."""
    from billcli.app.outbox.parcels import statement_parcels
    from billcli.app.outbox.plan import plan_deliveries
    from billcli.render.studio import Studio

    where = context(ctx)
    planner = plan_deliveries(
        "statement", lambda found: statement_parcels(found, customers, group, kind, since, found.today), Studio(where.root), where.now
    )
    send_command(ctx, planner, **options)
