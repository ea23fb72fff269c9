"""What every command does: find the ledger, show a report, or preview, ask and write."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from billcli.cli.lazy import typer
from billcli.errors import NeedsPerson, UsageError

if TYPE_CHECKING:
    from billcli.app.books import Books
    from billcli.app.context import Context
    from billcli.app.write import Done, Planner
    from billcli.core.plan import Plan
    from billcli.core.report import Report, View


def out(text: str) -> None:
    """Data, to standard output. A reader that has gone ends it quietly; a disk that is full is an error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what could not be written is not tried again at the end
        if not isinstance(error, BrokenPipeError):
            raise OSError(error.errno, error.strerror, "standard output") from error


def tell(text: str) -> None:
    """To standard error as it is. Where that cannot be written nobody listens, and the exit code alone tells."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        pass


def answer(key: str) -> None:
    """The name of what was made, for a program; on a terminal the talk has said it already."""
    if not sys.stdout.isatty():
        out(f"{key}\n")


def say(text: str) -> None:
    """Talk, to standard error."""
    from billcli.render.text import safe

    tell("".join(f"{safe(line)}\n" for line in text.split("\n")))


def context(ctx: typer.Context, as_of: str | None = None, *, looks: bool = False) -> Context:
    """Where and when this command works; ``looks`` where it does nothing but look, so that the books of another time will do."""
    from billcli.app.context import Context, day, now
    from billcli.store.locate import find_ledger

    if as_of is not None:
        day(as_of, "--as-of")
    known_at = (ctx.obj or {}).get("known_at")
    if known_at is not None and not looks:
        raise UsageError("--known-at shows how the books were; nothing is written or sent from there", "leave --known-at out")
    return Context(find_ledger(_chosen(ctx), os.getcwd()), as_of, now(), ctx.command_path.removeprefix("bill "), known_at)


def has_ledger(ctx: typer.Context) -> bool:
    """Whether there is one here; one that was named must be there."""
    try:
        context(ctx, looks=True)
    except UsageError:
        if _chosen(ctx):
            raise
        return False
    return True


def _chosen(ctx: typer.Context) -> str | None:
    return (ctx.obj or {}).get("ledger") or os.environ.get("BILL_LEDGER")


@contextmanager
def books(ctx: typer.Context, as_of: str | None = None, *, whole: bool = True, anew: bool = False) -> Iterator[Books]:
    """The books of this command, with a progress bar where many files are new."""
    from billcli.app.books import open_books
    from billcli.render.progress import progress_bar

    with (
        progress_bar("Reading the ledger") as progress,
        open_books(context(ctx, as_of, looks=True), progress, whole=whole, anew=anew) as found,
    ):
        yield found


def optional_day(text: str | None, option: str) -> date | None:
    from billcli.app.context import day

    return day(text, option) if text is not None else None


def span(since: str | None, until: str | None, period: str | None) -> tuple[date | None, date | None]:
    """The first and last day that are meant by ``--since`` and ``--until``, or by ``--period``. Raises ``UsageError``."""
    if period is None:
        return optional_day(since, "--since"), optional_day(until, "--until")
    from billcli.app.amounts import value_of
    from billcli.core.periods import period_days

    refuse_given({"--since": since, "--until": until}, "and --period exclude each other")
    return value_of(period_days, period, "--period")


def needed(text: str | None, option: str) -> str:
    """A line of text that must be given. Raises ``UsageError``."""
    from billcli.app.amounts import value_of
    from billcli.model.values import parse_text

    if text is None:
        raise UsageError(f"{option} is missing", f'{option} "…"')
    if not text.strip():
        raise UsageError(f"{option}: the text is empty", "say it in a few words; the audit trail keeps it")
    return value_of(parse_text, text, option)


def refuse_given(options: Mapping[str, object], why: str, hint: str = "leave one of the two out") -> None:
    """Raises ``UsageError`` naming the first option that was given, though here it means nothing."""
    for option, value in options.items():
        if value:
            raise UsageError(f"{option} {why}", hint)


def yes_or_no(question: str, *, default: bool) -> bool:
    """A person's yes or no; asked again where the answer is neither."""
    while True:
        typed = str(typer.prompt(f"{question} [{'Y/n' if default else 'y/N'}]", default="", show_default=False, err=True)).strip()
        word = typed.lower()
        if word in ("", "y", "yes", "n", "no"):
            return default if not word else word in ("y", "yes")
        say(f'  "{typed}" is neither yes nor no (y or n; Enter alone means {"yes" if default else "no"})')


def check_form(form: str, allowed: tuple[str, ...] = ("table", "json", "csv")) -> None:
    if form not in allowed:
        raise UsageError(f'--format: "{form}" is not a format', "use one of: " + ", ".join(allowed))


def show(found: Report | View, form: str) -> None:
    """Prints a report or a document."""
    from billcli.core.report import Report
    from billcli.render.report import rendered, rendered_view

    terminal = sys.stdout.isatty()
    out(rendered(found, form, terminal=terminal) if isinstance(found, Report) else rendered_view(found, form, terminal=terminal))


def list_command(ctx: typer.Context, as_of: str | None, form: str, make: Callable[[Books, date], Report | View]) -> None:
    """The whole of a command that only shows."""
    check_form(form)
    with books(ctx, as_of) as found:
        made = make(found, found.today)
    show(made, form)


def narrowed_command(
    ctx: typer.Context,
    as_of: str | None,
    form: str,
    kind: str,
    by: list[str] | None,
    where: str | None,
    make: Callable[[Books, date], Report],
) -> None:
    """The whole of a command that lists documents of a kind, all of them or those that ``--where`` asks for, or their sums ``--by``."""

    def made(found: Books, day: date) -> Report:
        every = make(found, day)
        if by is None and where is None:
            return every
        from billcli.app.listing import listed

        return listed(found, every, kind, by or (), where, day)

    list_command(ctx, as_of, form, made)


def write_command(
    ctx: typer.Context,
    planner: Planner,
    *,
    as_of: str | None,
    dry_run: bool,
    yes: bool,
    quiet: bool,
    form: str,
    under_lock: Planner | None = None,
    merging: bool = False,
) -> None:
    """The whole of a command that writes: preview, question, apply, result. ``under_lock`` plans instead just before writing.

    ``merging``: it works on what a merge has left, files that cannot be read among it, and the merge's own commit takes in what it writes.
    """
    from billcli.app.write import carry_out, preview
    from billcli.render.progress import progress_bar

    check_form(form, ("table", "json"))
    where = context(ctx, as_of)
    with progress_bar("Reading the ledger") as progress:
        if yes and not dry_run:
            done = carry_out(where, under_lock or planner, None, progress, merging=merging)
        else:
            shown = preview(where, planner, progress, merging=merging)
            say_plan(shown)
            if dry_run or not shown.steps:
                if dry_run:
                    say("dry run: nothing was written")
                _result(shown, *would_touch(shown), form, quiet=quiet or dry_run, also={"dry_run": True} if dry_run else {})
                return
            agreed()
            done = carry_out(where, under_lock or planner, shown, progress, merging=merging)
    _finish(done, form, quiet=quiet, told=not yes)


def say_plan(plan: Plan) -> None:
    for line in plan.summary:
        say(line)
    for warning in plan.warnings:
        say(f"warning: {warning}")


def on_terminal() -> bool:
    """Whether somebody is there who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agreed() -> None:
    """Asks a person. Raises ``NeedsPerson`` where there is none."""
    if not on_terminal():
        raise NeedsPerson("nothing was written", "add --yes to write without being asked")
    if not yes_or_no("Write this?", default=False):
        raise NeedsPerson("nothing was written")


def _finish(done: Done, form: str, *, quiet: bool, told: bool) -> None:
    if not quiet and not told:
        say_plan(done.plan)
    elif told and done.plan.steps:
        from billcli.core.report import counted

        say(f"written: {done.plan.result.get('number') or done.plan.result.get('id') or counted(len(done.plan.steps), 'file')}")
    try:
        _result(done.plan, list(done.created), list(done.changed), form, quiet=quiet)
    except OSError as error:
        raise NeedsPerson(f"the change is made, but the answer could not be written: {error.strerror}", "do not run it again") from error
    afterwards(done, quiet=quiet)


def afterwards(done: Done, *, quiet: bool) -> None:
    """What is to be said after a change was made. Raises ``NeedsPerson`` where git has not committed it."""
    if done.by_hand and not quiet:
        _say_by_hand(done.by_hand)
    if done.payees:
        more = f" and {len(done.payees) - 3} more" if len(done.payees) > 3 else ""
        say(f'warning: another IBAN or e-mail address in {", ".join(done.payees[:3])}{more}; "bill" alone shows it for 30 days')
    if done.git_problem:
        raise NeedsPerson(f"the change is made, but git has not committed it: {done.git_problem}", "the next command commits it")


def _say_by_hand(paths: tuple[str, ...]) -> None:
    """Told once per edit: a person's edit is noted, and stays that person's to commit."""
    issued = [path for path in paths if path.startswith(("invoices/", "credit-notes/"))]
    if issued:
        say(f'warning: {", ".join(issued[:3])} {"was" if len(issued) == 1 else "were"} changed by hand after issue; see "bill check"')
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    say(f"note: changed by hand: {', '.join(paths[:3])}{more}; noted in the audit trail, yours to commit with git")


def would_touch(plan: Plan) -> tuple[list[str], list[str]]:
    """The files a plan creates, and those it changes or removes."""
    from billcli.core.addresses import file_of
    from billcli.core.plan import Create, CreateBytes, Join, Revert

    there = frozenset((*plan.relies_on, *(step.path for step in plan.steps if isinstance(step, Revert) and step.was)))
    new = {step.path: None for step in plan.steps if isinstance(step, Create | CreateBytes | Join | Revert) and step.path not in there}
    return [*new], [file for file in dict.fromkeys(file_of(step.path) for step in plan.steps) if file not in new]


def _result(plan: Plan, created: list[str], changed: list[str], form: str, *, quiet: bool, also: dict[str, Any] | None = None) -> None:
    """The answer for a program."""
    result = {"created": created, "changed": changed, **plan.result, "summary": "\n".join(plan.summary), **(also or {})}
    if form == "json":
        from billcli.render.text import json_text

        out(json_text(result))
    elif not quiet and (key := plan.result.get("number") or plan.result.get("id")):
        answer(str(key))
