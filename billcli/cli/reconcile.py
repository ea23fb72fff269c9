"""``bill reconcile``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from typer.core import TyperGroup

from billcli.cli.common import afterwards, agreed, books, check_form, context, list_command, needed, out, say, say_plan, show, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, DateOrder, Decimals, DryRun, Encoding, FileCurrency, Form, Profile, Quiet, Today, Yes
from billcli.errors import BillError, NeedsPerson, UsageError

if TYPE_CHECKING:
    from billcli.app.reconcile.review import Session
    from billcli.app.reconcile.run import Run
    from billcli.app.write import Done

_HELP = """Bank statements against the books: lines book themselves where they are certain, a person decides the rest.

"bill reconcile FILE…" is "bill reconcile import FILE…"; a file that is named as a command below is meant by ./review.
Exit code 3 while lines of the statement are open.

Example: bill reconcile import statement.csv
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
    payouts: Annotated[
        str | None, typer.Option("--payouts", metavar="FILE.csv", help="A provider's report: payout,date,net,invoice,gross,fee.")
    ] = None,
    propose: Annotated[
        str | None, typer.Option("--propose", metavar="FILE", help="Book nothing: write what would be booked here, to edit and apply.")
    ] = None,
    profile: Profile = None,
    date_order: DateOrder = None,
    decimal: Decimals = None,
    currency: FileCurrency = None,
    encoding: Encoding = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Read statements, keep them, and book every line that is certain; what is not waits for a person.

    Twice is once: lines that are known are not taken again, in whatever file and order they come.

    Example: bill reconcile import statement.csv --dry-run
    """
    from billcli.app.bank import options_of
    from billcli.app.reconcile.run import Run

    if propose is not None and dry_run:
        raise UsageError("--propose and --dry-run exclude each other", "--propose books nothing anyway; it keeps the statement")
    options = options_of(profile, encoding, date_order, decimal, currency)
    run = Run(file or [], account, payouts, options, books_lines=propose is None)
    if propose is not None:
        _propose(ctx, run, propose, as_of=as_of, yes=yes, quiet=quiet)
        return
    _carry_out(ctx, run, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


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
            run.writes = not dry_run
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
        if told.later and done.plan.steps:
            again = Run((), run.account)
            carry_out(where, again.plan, None, progress)
            told = told._replace(open=told.open + told.later - sum(row.booked for row in again.told.rows))
    if shown is None and not quiet:
        if form == "table":
            _show_lines(run)
        say_plan(done.plan)
    elif done.plan.steps and not quiet:
        say(f"written: {counted_files(done)}")
    _answer(run, done, form)
    afterwards(done, quiet=quiet)
    if told.open:
        raise NeedsPerson(
            f"{_lines(told.open)} open", '"bill reconcile review" goes through them; "bill explain reconcile" says what books itself'
        )


def _propose(ctx: typer.Context, run: Run, path: str, *, as_of: str | None, yes: bool, quiet: bool) -> None:
    """Keeps the statements, books nothing, and writes the proposal."""
    from billcli.app.reconcile.proposal import ensure_free, proposal_text, write_proposal

    ensure_free(path)
    write_command(ctx, run.plan, as_of=as_of, dry_run=False, yes=yes, quiet=quiet, form="table")
    write_proposal(path, proposal_text(run.told.rows, run.told.as_of))
    if not quiet:
        say(f'proposed: {path}; edit it, then "bill reconcile apply {path}"')


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
    from billcli.app.reconcile.show import head_data, row_data
    from billcli.render.text import json_rows

    if form == "json":
        also = {"created": list(done.created), "changed": list(done.changed), "open": run.told.open} if done else {}
        out(json_rows({**head_data(run.told.as_of), **also}, (row_data(each) for each in run.told.rows)))


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


@app.command()
def review(ctx: typer.Context, account: Account = None, as_of: Today = None) -> None:
    """Go through the open lines: each with what is proposed for it, and a key for each answer.

    Every answer is booked at once; "q" ends, and what is answered stays. "?" shows the keys. On a terminal without single
    keys, and from a pipe, an answer is the first letter of a line.

    Example: bill reconcile review
    """
    from billcli.app.reconcile.review import Session

    session = Session(context(ctx, as_of), account)
    session.begin()
    if not session.spots:
        say("no line is open")
        return
    open_ = _reviewed(session)
    if open_:
        raise NeedsPerson(f"{_lines(open_)} open", '"bill reconcile review" goes on with them')


_KEYS = """\
  1 2 3  accept what is proposed under that number    p  pick: type numbers of documents
  s      split: type NUMBER:AMOUNT for each           a  on account of a customer
  i      ignore, with a reason                        r  a return or a refund: type what it is of
  n      none of these, do not propose them again     k  skip (Enter too)
  u      undo the last answer                         q  quit"""


def _reviewed(session: Session) -> int:
    """Goes through the lines; how many are open at the end."""
    from billcli.cli import keys

    by_line = not keys.can_read_keys()
    say(_KEYS)
    shown = -1
    while session.spot is not None:
        if shown != session.at:
            say("\n" + "\n".join(session.shown()))
        shown = session.at
        typed = keys.key("1-3 p s a i r n k u q ? > ", lines=by_line).lower()
        if typed in (keys.END, "q"):
            break
        try:
            shown = _answered(session, typed, shown)
        except BillError as error:
            say(f"  {error.message}" + (f" ({error.hint})" if error.hint else ""))
    return session.still_open()


def _answered(session: Session, typed: str, shown: int) -> int:
    """Carries one answer out; returns the line that is on the screen, -1 where it is to be shown again."""
    from billcli.cli import keys

    match typed:
        case "1" | "2" | "3":
            found = session.candidates()
            if int(typed) > len(found):
                say(f"  nothing is proposed under {typed}")
                return shown
            _booked(session.accept(found[int(typed) - 1]))
        case "p" | "s":
            what = "numbers, each with :AMOUNT: " if typed == "s" else "number, or a part of a number or name to look for: "
            if text := keys.line(f"  {what}"):
                return _picked(session, text, shown)
        case "a":
            if text := keys.line("  customer: "):
                _booked(session.on_account(text))
        case "i":
            if text := keys.line("  reason: "):
                _booked(session.ignore(text))
        case "r":
            text = keys.line("  payment that comes back, refund or credit note that it is of (Enter: as proposed): ")
            _booked(session.goes_back(text))
        case "n":
            _booked(session.refuse())
            return -1
        case "k" | "\n" | " ":
            session.skip()
        case "u":
            _booked(session.undo())
            return -1
        case "?":
            say(_KEYS)
        case _:
            say('  "?" shows the keys')
    return shown


def _picked(session: Session, text: str, shown: int) -> int:
    """Books what is typed; where it is no document's number, shows what it may mean."""
    if not session.names_documents(text):
        for each in session.looked_up(text):
            say(each)
        return shown
    _booked(session.pick(text))
    return shown


def _booked(done: Done) -> None:
    for each in done.plan.summary:
        say(f"  {each}")
    if done.git_problem:
        say(f"  git has not committed it: {done.git_problem}")


@app.command()
def apply(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A proposal that --propose wrote, as edited.")],
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Book exactly what a proposal says. Where a line of it no longer holds, nothing is booked, and each such line is named.

    Example: bill reconcile apply proposal.yaml --yes
    """
    from billcli.app.reconcile.proposal import Application

    write_command(ctx, Application(file).plan, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def customer(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="ID", help="The customer's id.")],
    file: Annotated[str, typer.Argument(metavar="FILE.csv", help="Their list of open items: a number and an amount in each row.")],
    currency: Annotated[str | None, typer.Option("--currency", metavar="CODE", help="ISO 4217 code; else the customer's.")] = None,
    as_of: AsOf = None,
    form: Annotated[
        str, typer.Option("--format", metavar="table|json|csv|letter", help="How to print it; letter: a text to send.")
    ] = "table",
) -> None:
    """Compare our open items with the customer's own list: agreed, missing here or there, another amount, or only a matter of days.

    Example: bill reconcile customer nordwind their.csv --as-of 2026-03-31
    """
    from billcli.app.reconcile.customer import customer_report, letter
    from billcli.render.text import safe

    check_form(form, ("table", "json", "csv", "letter"))
    with books(ctx, as_of) as found:
        report = customer_report(found, customer, file, found.today, currency)
        text = letter(report, found.customer(customer).name, found.settings().company.name) if form == "letter" else ""
    if form == "letter":
        out("\n".join(safe(line) for line in text.split("\n")))
    else:
        show(report, form)
