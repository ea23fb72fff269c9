"""``bill recurring``."""

from __future__ import annotations

from typing import Annotated, Any

from billcli.cli.common import (
    afterwards,
    agreed,
    answer,
    check_form,
    context,
    list_command,
    narrowed_command,
    needed,
    optional_day,
    say,
    say_plan,
    write_command,
)
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, By, Customer, DryRun, ExternalId, Form, Looked, Quiet, Today, Where, Yes
from billcli.errors import NeedsPerson, UsageError

_HELP = """Invoices that come out by themselves: templates, what they made, what is due.

Example: bill recurring preview --until 2026-12-31
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)

_LINE = (
    'A line: "description;quantity;unit price[;tax[;category]][;-10%]", or "ITEM;quantity[;-10%]", whose price and text the price list '
    "goes on deciding. {period}, {from}, {until}, {month} and {year} stand for the period. May be repeated."
)
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Only these templates.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="Its id.")]


@app.command()
def new(
    ctx: typer.Context,
    customer: Customer = None,
    line: Annotated[list[str] | None, typer.Option("--line", "-l", metavar="LINE", help=_LINE)] = None,
    every: Annotated[
        str | None, typer.Option("--every", metavar="PERIOD", help='week, month, quarter, year, or so many: "2 weeks", "3 months".')
    ] = None,
    starts: Annotated[str | None, typer.Option("--starts", metavar="DATE", help="The first day; today where left out.")] = None,
    ends: Annotated[str | None, typer.Option("--ends", metavar="DATE", help="The last day, where there is one.")] = None,
    anchor: Annotated[
        str | None, typer.Option("--anchor", metavar="DATE", help="A day on which a full period begins; else the first day.")
    ] = None,
    prorate: Annotated[bool, typer.Option("--prorate", help="A part of a period costs its share of the days.")] = False,
    in_arrears: Annotated[bool, typer.Option("--in-arrears", help="Invoice a period after its last day, not on its first.")] = False,
    catch_up: Annotated[
        int | None, typer.Option("--catch-up", metavar="N", min=0, help="How many missed periods one run makes up for; else 3.")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Make drafts, to be issued by a person.")] = False,
    mail: Annotated[bool, typer.Option("--mail", help="Send each invoice by e-mail, one of a draft once it is issued.")] = False,
    template_id: Annotated[str | None, typer.Option("--id", metavar="ID", help="Its id; else made from the customer's.")] = None,
    terms: Annotated[str | None, typer.Option("--terms", metavar="TERMS", help="Payment terms; else the customer's.")] = None,
    currency: Annotated[str | None, typer.Option("--currency", metavar="CODE", help="ISO 4217 code; else the customer's.")] = None,
    prices: Annotated[
        str | None, typer.Option("--prices", metavar="net|gross", help="Whether prices are before or with tax; else net.")
    ] = None,
    discount: Annotated[
        list[str] | None, typer.Option("--discount", metavar="VALUE", help='Off the whole: "10%" or "50.00;Loyalty". May be repeated.')
    ] = None,
    charge: Annotated[
        list[str] | None, typer.Option("--charge", metavar="VALUE", help="On top of the whole, in the same form. May be repeated.")
    ] = None,
    buyer_reference: Annotated[
        str | None, typer.Option("--buyer-reference", metavar="TEXT", help="The customer's own reference or order number.")
    ] = None,
    contact: Annotated[str | None, typer.Option("--contact", metavar="NAME", help="The person at the customer.")] = None,
    remark: Annotated[str | None, typer.Option("--remark", metavar="TEXT", help="A text printed on each invoice.")] = None,
    type_: Annotated[str | None, typer.Option("--type", metavar="sales|service", help="Goods or services.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="A declared tag. May be repeated.")] = None,
    notes: Annotated[str | None, typer.Option("--notes", metavar="TEXT", help="A note for yourself.")] = None,
    series: Annotated[str | None, typer.Option("--series", metavar="NAME", help="The sequence to take the numbers from.")] = None,
    external_id: ExternalId = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Keep a template of invoices. "bill recurring run" makes what is due of it.

    Periods follow from --anchor, else --starts, and keep its day: 31 January, 28 February, 31 March.

    Example: bill recurring new --customer nordwind --every month --starts 2026-01-01 --line "Hosting, {period};1;60;vat-20" --yes
    """
    from billcli.app.amounts import notes_of, optional, value_of
    from billcli.app.recurring_edit import NewOptions, plan_new
    from billcli.core.recurring import parse_every
    from billcli.core.recurring_texts import check_placeholders
    from billcli.model.terms import terms_text
    from billcli.model.values import parse_currency, parse_id, parse_notes, parse_text

    if customer is None or not line or every is None:
        missing = "--customer" if customer is None else "--line" if not line else "--every"
        raise UsageError(f"{missing} is missing", '"bill recurring new --help" shows an example')
    value_of(parse_every, every, "--every")
    for text in [*line, remark or ""]:
        value_of(check_placeholders, text, "--line" if text in line else "--remark")
    for option, value, words in (("--prices", prices, ("net", "gross")), ("--type", type_, ("sales", "service"))):
        if value is not None and value not in words:
            raise UsageError(f'{option}: "{value}" is not known', "use " + " or ".join(words))
    said: dict[str, Any] = {
        "every": every, "starts_on": optional_day(starts, "--starts"), "anchor_on": optional_day(anchor, "--anchor"),
        "ends_on": optional_day(ends, "--ends"),
        "in_advance": False if in_arrears else None, "prorate": True if prorate else None, "catch_up": catch_up,
        "issue": "draft" if draft else None, "mail": True if mail else None, "series": series, "type": type_,
        "currency": optional(parse_currency, currency, "--currency"), "terms": optional(terms_text, terms, "--terms"),
        "buyer_reference": optional(parse_text, buyer_reference, "--buyer-reference"),
        "contact": optional(parse_text, contact, "--contact"), "remark": optional(parse_notes, remark, "--remark"), "prices": prices,
        "notes": notes_of(notes), "tags": tuple(tag) if tag else None,
    }  # fmt: skip
    options = NewOptions(
        customer, tuple(line), {key: value for key, value in said.items() if value is not None}, tuple(discount or ()),
        tuple(charge or ()), optional(parse_id, template_id, "--id"), optional(parse_text, external_id, "--external-id"),
    )  # fmt: skip
    write_command(ctx, plan_new(options), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command("list")
def list_(
    ctx: typer.Context, customer: Customer = None, by: By = None, where: Where = None, as_of: AsOf = None, form: Form = "table"
) -> None:
    """List templates and what is next of each.

    With what the next period would come to, the last one made, and how many were missed.

    Example: bill recurring list --customer nordwind
    """
    from billcli.app.recurring_show import recurring_list

    narrowed_command(ctx, as_of, form, "recurring", by, where, lambda found, day: recurring_list(found, customer, day))


@app.command()
def show(ctx: typer.Context, template: Id, as_of: AsOf = None, form: Form = "table") -> None:
    """Show one template with the periods it made and the next ones.

    Example: bill recurring show nordwind-month
    """
    from billcli.app.recurring_show import recurring_view

    list_command(ctx, as_of, form, lambda found, day: recurring_view(found, template, day))


@app.command()
def preview(
    ctx: typer.Context,
    templates: Ids = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="All that is due by then, each on its day.")] = None,
    by: By = None,
    where: Where = None,
    as_of: Today = None,
    form: Form = "table",
) -> None:
    """Show what would come out now, or by a day.

    Without --until it is what "bill recurring run" would make, and leave with which reason; no file changes.

    Example: bill recurring preview --until 2026-12-31
    """
    from billcli.app import recurring_show

    last = optional_day(until, "--until")
    narrowed_command(ctx, as_of, form, "recurring", by, where, lambda found, day: recurring_show.preview(found, templates or (), last))


@app.command()
def run(
    ctx: typer.Context,
    templates: Ids = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="The most documents made in all.")] = 200,
    catch_up: Annotated[
        int | None, typer.Option("--catch-up", metavar="N", min=0, help="How many missed periods of each; else as its template says.")
    ] = None,
    as_of: Looked = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Issue what is due, each period once.

    One invoice or draft for each template and period, however often it is run; missed periods come first, within a bound.
    Works in the one working copy that sender: in ledger.yaml names. What cannot be made stays back with its reason, the others
    are made; then the exit code is 3.

    Example: bill recurring run --yes --quiet
    """
    from billcli.app.recurring import RunOptions, plan_run
    from billcli.app.sender import ensure_today
    from billcli.app.write import carry_out
    from billcli.app.write import preview as plan_shown
    from billcli.render.progress import progress_bar

    check_form(form, ("table", "json"))
    planner = plan_run(RunOptions(tuple(templates or ()), limit, catch_up))
    where = context(ctx, as_of)
    if not dry_run:
        ensure_today(where)
    with progress_bar("Reading the ledger") as progress:
        if yes and not dry_run:
            done = carry_out(where, planner, None, progress)
        else:
            plan = plan_shown(where, planner, progress)
            say_plan(plan)
            if dry_run or not plan.steps:
                if dry_run:
                    say("dry run: nothing was written")
                _told(plan, [], form, quiet=quiet or dry_run, also={"dry_run": True} if dry_run else {})
                return
            _say_left(plan)
            agreed()
            done = carry_out(where, planner, plan, progress)
    if yes and not quiet:
        say_plan(done.plan)
    try:
        _told(done.plan, list(done.created), form, quiet=quiet)
    finally:
        afterwards(done, quiet=quiet)


def _told(plan: Any, created: list[str], form: str, *, quiet: bool, also: dict[str, Any] | None = None) -> None:
    """The answer for a program, then what stays back. Raises ``NeedsPerson`` where anything does."""
    from billcli.core.report import counted

    if form == "json":
        from billcli.cli.common import out
        from billcli.render.text import json_text

        out(json_text({"created": created, "changed": [], **plan.result, "summary": "\n".join(plan.summary), **(also or {})}))
    elif not quiet:
        for name in [*plan.result["numbers"], *plan.result["drafts"]]:
            answer(name)
    _say_left(plan)
    if plan.result["left"] and not also:
        hint = "what could be made is made" if plan.steps else ""
        raise NeedsPerson(f"{counted(len(plan.result['left']), 'template')} could not be brought up to date", hint)


def _say_left(plan: Any) -> None:
    for each in plan.result["left"]:
        say(f"left: {each['template']}{' from ' + each['period'] if each['period'] else ''}: {each['reason']}")
        if each["hint"]:
            say(f"  hint: {each['hint']}")


@app.command()
def end(
    ctx: typer.Context,
    template: Id,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The last day; no period begins after it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the audit trail keeps it.")],
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """End a template. What it made stays; the period in which it ends is cut there, and costs its share where the template prorates.

    Example: bill recurring end nordwind-month --on 2026-06-30 --reason "cancelled by letter of 12 May" --yes
    """
    from billcli.app.context import day
    from billcli.app.recurring_edit import plan_end

    planner = plan_end(template, day(on, "--on"), needed(reason, "--reason"))
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
