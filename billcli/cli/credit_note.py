"""``bill credit-note``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli import pdf
from billcli.cli.common import list_command, narrowed_command, needed, optional_day, refuse_given, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, By, Customer, DryRun, ExternalId, Form, IssuedOn, Quiet, Today, Where, Yes
from billcli.cli.sending import Later, send_documents
from billcli.errors import UsageError

_HELP = """Credit what was invoiced.

Example: bill credit-note list
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@app.command()
def new(
    ctx: typer.Context,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; printed on the credit note.")],
    invoice: Annotated[str | None, typer.Option("--invoice", "-i", metavar="NUMBER", help="The invoice to credit.")] = None,
    line: Annotated[
        list[str] | None,
        typer.Option(
            "--line",
            "-l",
            metavar="K[:QTY]",
            help='A line of the invoice, counted from 1; without an invoice, a line as in "invoice new". May be repeated.',
        ),
    ] = None,
    amount: Annotated[
        str | None, typer.Option("--amount", metavar="AMOUNT", help="An amount with tax, shared over the invoice's tax rates.")
    ] = None,
    rest: Annotated[bool, typer.Option("--rest", help="All that earlier credit notes left of the invoice.")] = False,
    customer: Annotated[
        str | None, typer.Option("--customer", "-c", metavar="ID", help="Whom to credit where it corrects no invoice.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", metavar="CODE", help="Without an invoice: ISO 4217 code; else the customer's.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help="Why it is given: return, goodwill or correction.")] = None,
    remark: Annotated[str | None, typer.Option("--remark", metavar="TEXT", help="A text printed on the credit note.")] = None,
    issued_on: IssuedOn = None,
    notes: Annotated[str | None, typer.Option("--notes", metavar="TEXT", help="A note for yourself.")] = None,
    series: Annotated[
        str | None,
        typer.Option("--series", metavar="NAME", help="The sequence in ledger.yaml to take the number from."),
    ] = None,
    external_id: ExternalId = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Credit an invoice: all of it, some lines, an amount, or the rest. What exceeds its open balance stays as the customer's credit.

    All notes on an invoice together take exactly its base and tax, never more. With --customer the credit belongs to no invoice.

    Example: bill credit-note new --invoice INV-2026-0042 --reason "two hours too many" --line 1:2 --yes
    """
    from billcli.app.credit_note import CreditOptions, plan_new

    options = CreditOptions(
        invoice, reason, tuple(line or ()), amount, optional_day(issued_on, "--issued-on"), notes, external_id, series, customer, currency,
        rest, kind, remark,
    )  # fmt: skip
    write_command(ctx, plan_new(options), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def send(
    ctx: typer.Context,
    number: Annotated[list[str], typer.Argument(metavar="NUMBER...", help="Their numbers.")],
    to: Annotated[str | None, typer.Option("--to", metavar="ADDRESS", help="To this address instead of the customer's contacts.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Send another copy of what was sent already.")] = False,
    by_hand: Annotated[
        str | None, typer.Option("--by-hand", metavar="TEXT", help='It went another way: "post". Nothing is mailed, it counts as sent.')
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="With --by-hand: the day it went; today where left out.")] = None,
    later: Later = False,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Mail credit notes with their PDF to the customer's billing contacts, each once; "bill invoice send --help" says where mail goes.

    Example: bill credit-note send CN-2026-0007 --yes
    """
    given = {"later": later, "as_of": as_of, "dry_run": dry_run, "yes": yes, "quiet": quiet, "form": form}
    send_documents(ctx, "credit-note", number, to, again, by_hand, on, **given)


@app.command("list")
def list_(
    ctx: typer.Context, customer: Customer = None,
    invoice: Annotated[str | None, typer.Option("--invoice", metavar="NUMBER", help="That correct this invoice.")] = None,
    by: By = None, where: Where = None, as_of: AsOf = None, form: Form = "table",
) -> None:  # fmt: skip
    """List credit notes with what is unapplied.

    Example: bill credit-note list --customer nordwind
    """
    from billcli.app.credit_note import credit_note_list

    narrowed_command(ctx, as_of, form, "credit-note", by, where, lambda found, day: credit_note_list(found, day, customer, invoice))


@app.command()
def show(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Its number.")],
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """Show one credit note with what it was used for.

    Example: bill credit-note show CN-2026-0003
    """
    from billcli.app.credit_note import credit_note_view

    list_command(ctx, as_of, form, lambda found, day: credit_note_view(found, number, day))


@app.command("pdf")
def pdf_(
    ctx: typer.Context,
    folder: pdf.Out,
    numbers: Annotated[list[str] | None, typer.Argument(metavar="[NUMBER]...", help="Their numbers; or say which with --since.")] = None,
    since: pdf.Since = None,
    until: pdf.Until = None,
    customer: Customer = None,
    again: pdf.Again = False,
    as_of: Today = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Write credit notes as PDFs (PDF/A-3b), each called by its number. The same credit note gives the same bytes.

    Hashes and templates are as in "bill invoice pdf".

    Example: bill credit-note pdf CN-2026-0003 --out outgoing
    """
    pdf.pdf_command(
        ctx, "credit-note", numbers, since, until, customer, folder, again=again, as_of=as_of, dry_run=dry_run, quiet=quiet, form=form
    )


@app.command()
def apply(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Its number.")],
    invoice: Annotated[
        list[str] | None,
        typer.Option("--invoice", "-i", metavar="N[:AMOUNT]", help="What it settles, or is to settle no more. May be repeated."),
    ] = None,
    oldest_first: Annotated[bool, typer.Option("--oldest-first", help="Use what is left on the oldest due invoices.")] = False,
    for_other: Annotated[bool, typer.Option("--for-other", help="The invoice may belong to a customer who is not related.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take applications back: of the named invoices, else all.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; needed with --undo.")] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="With --undo: from which day; today where left out.")] = None,
    external_id: ExternalId = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Use unapplied credit on invoices from today on, or take that back.

    Example: bill credit-note apply CN-2026-0003 --invoice INV-2026-0042 --yes
    """
    from billcli.app.amounts import optional
    from billcli.app.credit_use import plan_apply, plan_undo
    from billcli.model.values import parse_text

    if undo:
        refuse_given({"--oldest-first": oldest_first, "--for-other": for_other, "--external-id": external_id}, "does not go with --undo")
        if invoice and any(":" in each for each in invoice):
            raise UsageError("--undo takes back all of a credit note on an invoice", "name the invoice without an amount")
        planner = plan_undo(number, tuple(invoice or ()), needed(reason, "--reason"), optional_day(on, "--on"))
    else:
        refuse_given({"--reason": reason, "--on": on}, "goes with --undo only", "add --undo, or leave it out")
        key = optional(parse_text, external_id, "--external-id")
        planner = plan_apply(number, tuple(invoice or ()), oldest_first=oldest_first, for_other=for_other, external_id=key)
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def void(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Its number.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it should never have been issued.")],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="From which day; today where left out.")] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Make a credit note void while all of it is unapplied; it keeps its number.

    Example: bill credit-note void CN-2026-0003 --reason "Issued twice" --yes
    """
    from billcli.app.credit_use import plan_void

    planner = plan_void(number, needed(reason, "--reason"), optional_day(on, "--on"))
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
