"""``bill run``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcli.cli.common import agreed, check_form, context, out, say
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, DryRun, Looked, Quiet, Yes
from billcli.errors import BillError, NeedsPerson

if TYPE_CHECKING:
    from billcli.app.run import Ran, Step

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def run(
    ctx: typer.Context, as_of: Looked = None, dry_run: DryRun = False, yes: Yes = False, quiet: Quiet = False, form: Answer = "table"
) -> None:
    """All that comes out by itself, for cron: issue recurring invoices, mail new ones, remind, try again what was deferred.

    With --yes it is silent unless a person is needed; what it says then is what cron mails. However often it runs, nothing goes twice.
    Only the working copy that "sender:" names does it ("bill outbox here").

    Example: bill run --yes
    """
    from billcli.app import run as app_run
    from billcli.app.sender import ensure_today
    from billcli.render.progress import progress_bar

    check_form(form, ("table", "json"))
    where = context(ctx, as_of)
    if not dry_run:
        ensure_today(where)
    with progress_bar("Making documents") as progress:
        if dry_run or not yes:
            steps = app_run.previewed(where, progress)
            for step in steps:
                _say_step(step)
                for line in step.waits:
                    say(f"waits for a person: {line}")
            if dry_run:
                say("dry run: nothing was written, nothing was sent")
                _answer({step.name: dict(step.plan.result) for step in steps if step.plan} | {"dry_run": True}, form)
                return
            agreed()
        ran = app_run.run(where, progress)
    _tell(ran, form, quiet=quiet or yes)


def _say_step(step: Step) -> None:
    for line in step.told:
        say(line)
    if step.problem:
        say(f"{step.name}: {_worded(step.problem)}")


def _worded(problem: BillError) -> str:
    return problem.message + (f" ({problem.hint})" if problem.hint else "")


def _tell(ran: Ran, form: str, *, quiet: bool) -> None:
    """Raises what the exit code says: a step could not be done, the server is away, or a person is needed."""
    handed = ran.handed
    if form == "json":
        words = ("sent", "deferred", "refused", "in_doubt", "dropped", "left")
        counts = {word: getattr(handed, word) if handed else 0 for word in words}
        _answer({step.name: dict(step.plan.result) for step in ran.steps if step.plan} | {"deliveries": counts}, form)
    if not quiet:
        for step in ran.steps:
            _say_step(step)
    for line in ran.waits:
        say(f"waits for a person: {line}")
    if handed and (not quiet or handed.exit_code):
        for line in handed.lines:
            say(line)
    for each in ran.problems[1:]:
        say(_worded(each))
    if ran.problems:
        raise ran.problems[0]
    if handed and handed.stopped:
        raise handed.stopped
    if ran.git_problem:
        raise NeedsPerson(f"all is done, but git has not committed it: {ran.git_problem}", "the next command commits it")
    if handed and handed.exit_code:
        raise NeedsPerson("some mail needs a person", '"bill outbox list" shows it, "bill outbox resolve" and "retry" settle it')
    if ran.waits:
        raise NeedsPerson("some of it waits for a person", "the rest is done")


def _answer(result: dict[str, object], form: str) -> None:
    if form == "json":
        from billcli.render.text import json_text

        out(json_text(result))
