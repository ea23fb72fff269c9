"""What commands that send have in common: plan, ask, write, hand over, and say what became of it."""

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
    needed,
    optional_day,
    out,
    refuse_given,
    say,
    say_plan,
    would_touch,
)
from billcli.cli.lazy import typer
from billcli.errors import NeedsPerson, UsageError

if TYPE_CHECKING:
    from billcli.app.context import Context
    from billcli.app.outbox import Handed
    from billcli.app.write import Planner

Later = Annotated[bool, typer.Option("--later", help="Only plan it; the next run of the outbox hands it over.")]


def send_command(
    ctx: typer.Context, planner: Planner, *, later: bool, as_of: str | None, dry_run: bool, yes: bool, quiet: bool, form: str
) -> None:  # fmt: skip
    """The whole of a command that plans deliveries and hands them over at once: preview, question, plan, hand over, result."""
    from billcli.app.sender import ensure_sender
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
    missing = [each for each in left if not each.get("there")]
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
    if handed.person:
        raise NeedsPerson("some of it cannot go until somebody has looked", '"bill outbox list" shows what waits')
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
