"""``bill credit``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import list_command, optional_day, refuse_given, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import AsOf, DryRun, Form, Quiet, Yes
from billcli.errors import UsageError

_HELP = """Who is good for it: scores from what really happened, and credit limits.

Example: bill credit score
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@app.command("score")
def score(
    ctx: typer.Context,
    customers: Annotated[
        list[str] | None, typer.Argument(metavar="CUSTOMER", help="Their ids; all that get invoices where left out.")
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="DIM", help="A row per industry, region, size, segment, country, grade, tag. Twice at most."),
    ] = None,
    where: Annotated[
        str | None, typer.Option("--where", metavar="TEXT", help="Only what fits: 'size=large tag=vip score<50 grade=D'.")
    ] = None,
    group: Annotated[
        str | None, typer.Option("--group", metavar="DIMENSION=NAME", help="Only customers of this group, such as segment=public.")
    ] = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """Score customers from 0 to 100, with a grade and how likely the next invoice is paid late; the lowest first.

    Score = 50 % share paid on time + 35 % exp(-days late / 10) + 15 % share without dispute or broken promise. Newer invoices
    count more (half-life 180 days), days late count by amount, and two invoices of the usual kind are added, so that little
    history says little. Only what was known on that day counts. "bill explain credit" says all of it.

    Example: bill credit score --as-of 2026-03-31
    """
    from billcli.app.credit import score_list

    list_command(ctx, as_of, form, lambda found, day: score_list(found, customers or [], by or [], where, group, day))


@app.command()
def explain(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Its id.")],
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """Take a score apart: each part with its value, weight and points, and the invoices behind it.

    Own is the customer's own figure, Usual that of its group, Used what comes of both; Value is from 0 to 1, Points are
    value times weight, and together the score. An unpaid invoice that is overdue weighs 1, a paid one less the older it is.

    Example: bill credit explain nordwind
    """
    from billcli.app.credit import explain as view

    list_command(ctx, as_of, form, lambda found, day: view(found, customer, day))


@app.command()
def backtest(
    ctx: typer.Context,
    split: Annotated[
        str | None, typer.Option("--split", metavar="SHARE", help="Test what came after this share of the time; 0.6 where left out.")
    ] = None,
    split_on: Annotated[str | None, typer.Option("--split-on", metavar="DATE", help="Test what was issued after this day.")] = None,
    late: Annotated[
        list[int] | None,
        typer.Option(
            "--late", metavar="DAYS", min=0, max=89, help="What counts as late: more than so many days. May be repeated; else 0 and 15."
        ),
    ] = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """Hold the score to what came: every invoice after a day, judged by what was known before it was issued.

    Beside it stand plain guesses: the share paid on time so far, the last paid invoice, the same for everybody. Probabilities
    are fitted anew each month to what was known by then. A horizon with fewer than 30 late invoices is not shown.

    Example: bill credit backtest --split 0.6 --late 0
    """
    from billcli.app.credit import backtest as view

    day = optional_day(split_on, "--split-on")
    list_command(ctx, as_of, form, lambda found, today: view(found, split, day, late or [0, 15], today))


@app.command()
def limit(
    ctx: typer.Context,
    customers: Annotated[
        list[str] | None, typer.Argument(metavar="CUSTOMER", help="Their ids; all that have a limit where left out.")
    ] = None,
    where: Annotated[
        str | None, typer.Option("--where", metavar="TEXT", help="Only what fits: 'size=large state=over left<1000EUR'.")
    ] = None,
    override: Annotated[str | None, typer.Option("--override", metavar="AMOUNT", help="Another limit for a while, from today on.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="The last day of it.")] = None,
    approved_by: Annotated[str | None, typer.Option("--approved-by", metavar="NAME", help="Who allows it.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    as_of: AsOf = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Form = "table",
) -> None:
    """Show how customers stand beside their credit limits, or allow another limit for a while.

    Exposure = open invoices + drafts + the next of each recurring invoice - unapplied money, never below 0, in the currency of
    the limit; other currencies are never added. The limit of a customer with others below it ("parent") holds for all of them
    together too. "credit: limit:" in ledger.yaml says whether an invoice beyond it is blocked or warned of, "overdue_limit:"
    how much may be overdue; "bill check" repeats both. Drafts and templates are those of now, on any day.

    Example: bill credit limit nordwind --override 50000 --until 2026-06-30 --approved-by "Ada" --reason "big order" --yes
    """
    from billcli.app.credit_limit import limit_list, plan_limit

    if override is None:
        refuse_given({"--until": until, "--approved-by": approved_by, "--reason": reason}, "belongs to --override", "add --override AMOUNT")
        list_command(ctx, as_of, form, lambda found, day: limit_list(found, customers or [], where, day))
        return
    refuse_given({"--where": where}, "is for the list", "name the one customer")
    if len(customers or []) != 1:
        raise UsageError("--override is for one customer", "name it")
    planner = plan_limit((customers or [""])[0], override, optional_day(until, "--until"), approved_by, reason)
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
