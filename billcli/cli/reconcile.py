"""``bill reconcile``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from typer.core import TyperGroup

from billcli.cli.common import afterwards, agreed, check_form, context, list_command, needed, out, say, say_plan, show, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, DryRun, Form, Quiet, Today, Yes
from billcli.errors import NeedsPerson

if TYPE_CHECKING:
    from billcli.app.reconcile.run import Run
    from billcli.app.write import Done

_HELP = """Bank statements against the books: lines book themselves where they are certain, a person decides the rest.

"bill reconcile FILE…" is "bill reconcile import FILE…"; a file that is named as a command below is meant by ./review.
Exit code 3 while lines of the statement are open.

Example: bill reconcile statement.csv
"""


class FilesOrVerb(TyperGroup):
    """A first word that is no verb is a file to import."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["import", *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


app = typer.Typer(cls=FilesOrVerb, add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)

Account = Annotated[
    str | None, typer.Option("--account", metavar="ID", help="The account in ledger.yaml; a new one is declared there with the first file.")
]


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        list[str] | None, typer.Argument(metavar="FILE…", help="Statements; without any, open lines are looked at again.")
    ] = None,
    account: Account = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Read statements, keep them, and book every line that is certain; what is not waits for a person.

    Twice is once: lines that are known are not taken again, in whatever file and order they come.

    Example: bill reconcile statement.csv --dry-run
    """
    from billcli.app.reconcile.run import Run

    _carry_out(ctx, Run(file or [], account), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


def _carry_out(ctx: typer.Context, run: Run, *, as_of: str | None, dry_run: bool, yes: bool, quiet: bool, form: str) -> None:
    """Preview, question, apply; once more where a line waited for what was booked. Raises ``NeedsPerson`` while lines are open."""
    from billcli.app.reconcile.run import Run
    from billcli.app.write import carry_out, preview
    from billcli.render.progress import progress_bar

    check_form(form, ("table", "json"))
    where = context(ctx, as_of)
    with progress_bar("Reading the ledger") as progress:
        shown = None
        if dry_run or not yes:
            shown = preview(where, run.plan, progress)
            if form == "table":
                _show_lines(run)
            say_plan(shown)
            if dry_run:
                say("dry run: nothing was written")
                _answer(run, None, form)
                return
            if shown.steps:
                agreed()
        done = carry_out(where, run.plan, shown, progress)
        told = run.told
        if told.again and done.plan.steps:
            again = Run((), run.account)
            carry_out(where, again.plan, None, progress)
    if shown is None and not quiet:
        if form == "table":
            _show_lines(run)
        say_plan(done.plan)
    elif done.plan.steps and not quiet:
        say(f"written: {counted_files(done)}")
    _answer(run, done, form)
    afterwards(done, quiet=quiet)
    if told.open:
        raise NeedsPerson(f"{_lines(told.open)} open", '"bill reconcile review" goes through them')


def _lines(count: int) -> str:
    return f"{count} line is" if count == 1 else f"{count} lines are"


def counted_files(done: Done) -> str:
    from billcli.core.report import counted

    return counted(len(done.plan.steps), "file")


def _show_lines(run: Run) -> None:
    from billcli.app.reconcile.show import lines_report

    if run.told.rows:
        show(lines_report(run.told.rows, run.told.as_of), "table")


def _answer(run: Run, done: Done | None, form: str) -> None:
    """The rows for a program."""
    from billcli.app.reconcile.show import lines_data
    from billcli.render.report import plain
    from billcli.render.text import json_text

    if form == "json":
        also = {"created": list(done.created), "changed": list(done.changed), "open": run.told.open} if done else {}
        out(json_text(plain({**lines_data(run.told.rows, run.told.as_of), **also})))


@app.command()
def status(ctx: typer.Context, as_of: AsOf = None, form: Form = "table") -> None:
    """Show each account: how far its statements go, the bank's balance beside that of the lines, and what is open.

    Example: bill reconcile status
    """
    from billcli.app.reconcile.status import status_report

    list_command(ctx, as_of, form, status_report)


@app.command()
def undo(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="LINE|STATEMENT", help="The id of a line, or of a statement for all of its lines.")],
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the audit trail.")] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Take decisions back: the lines are open again, and what was booked from them counts no more.

    A document that was wrongly settled is not proposed for that line again.

    Example: bill reconcile undo L1 --reason "paid by another customer" --yes
    """
    from billcli.app.reconcile.undo import plan_undo

    planner = plan_undo(what, needed(reason, "--reason"))
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
