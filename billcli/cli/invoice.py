"""``bill invoice``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

from billcli.cli import imports, pdf
from billcli.cli.common import books, list_command, narrowed_command, needed, optional_day, say, span, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, By, Customer, DryRun, ExternalId, Form, IssuedOn, Quiet, Today, Where, Yes
from billcli.cli.sending import Later, send_documents
from billcli.errors import BillError, UsageError

if TYPE_CHECKING:
    from billcli.core.invoice import InvoiceRequest

_HELP = """Issue, list, show, send, void and import invoices, and write them as PDFs.

Example: bill invoice list --state overdue
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)

_LINE = (
    'A line: "description;quantity;unit price[;tax[;category]][;-10%]", or "ITEM;quantity[;-10%]" from the price list; '
    'the last part is a discount ("-10%", "-5.00") or a charge ("+3%", "+5.00"). May be repeated.'
)


@app.command()
def new(
    ctx: typer.Context,
    customer: Customer = None,
    line: Annotated[list[str] | None, typer.Option("--line", "-l", metavar="LINE", help=_LINE)] = None,
    from_file: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE.yaml", help="Take the invoice from a file with the keys of a draft."),
    ] = None,
    issued_on: IssuedOn = None,
    terms: Annotated[
        str | None, typer.Option("--terms", metavar="TERMS", help='Such as "net 30" or "2% 10, net 30"; see "bill terms".')
    ] = None,
    currency: Annotated[str | None, typer.Option("--currency", metavar="CODE", help="ISO 4217 code; else the customer's.")] = None,
    reference: Annotated[
        str | None,
        typer.Option("--reference", metavar="TEXT", help="What the customer quotes when paying; else made from the number (ISO 11649)."),
    ] = None,
    buyer_reference: Annotated[
        str | None, typer.Option("--buyer-reference", metavar="TEXT", help="The customer's own reference or order number.")
    ] = None,
    discount: Annotated[
        list[str] | None,
        typer.Option(
            "--discount",
            metavar="VALUE",
            help='Off the whole: "10%[;description[;tax]]" or "50.00;Loyalty", shared over the tax codes or on one. May be repeated.',
        ),
    ] = None,
    charge: Annotated[
        list[str] | None,
        typer.Option("--charge", metavar="VALUE", help='On top of the whole, in the same form: "12.00;Freight;vat-20". May be repeated.'),
    ] = None,
    prices: Annotated[
        str | None, typer.Option("--prices", metavar="net|gross", help="Whether prices are before or with tax; else net.")
    ] = None,
    contact: Annotated[str | None, typer.Option("--contact", metavar="NAME", help="The person at the customer.")] = None,
    delivered_on: Annotated[
        str | None, typer.Option("--delivered-on", metavar="DATE", help="The day of delivery; its tax rates hold.")
    ] = None,
    service_from: Annotated[str | None, typer.Option("--service-from", metavar="DATE", help="The first day of the service.")] = None,
    service_to: Annotated[
        str | None, typer.Option("--service-to", metavar="DATE", help="The last day of the service; its tax rates hold.")
    ] = None,
    remark: Annotated[str | None, typer.Option("--remark", metavar="TEXT", help="A text printed on the invoice.")] = None,
    type_: Annotated[str | None, typer.Option("--type", metavar="sales|service", help="Goods or services.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="A declared tag. May be repeated.")] = None,
    notes: Annotated[str | None, typer.Option("--notes", metavar="TEXT", help="A note for yourself.")] = None,
    series: Annotated[
        str | None,
        typer.Option("--series", metavar="NAME", help="The sequence in ledger.yaml to take the number from."),
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it without a number, to be issued later.")] = False,
    external_id: ExternalId = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Issue an invoice: number, figures and everything printed are fixed.

    Example: bill invoice new --customer nordwind --line "Consulting, March;12.5;95.10;vat-20" --yes
    """
    from billcli.app.amounts import optional
    from billcli.app.invoice import plan_new, read_request
    from billcli.core.adjustments import TypedAdjustment
    from billcli.core.invoice import InvoiceRequest
    from billcli.core.lines import typed_line
    from billcli.model.terms import terms_text
    from billcli.model.values import parse_currency, parse_text

    request = read_request(from_file) if from_file else InvoiceRequest(customer=customer or _asked_customer(ctx))
    said: dict[str, Any] = {
        "customer": customer,
        "issued_on": optional_day(issued_on, "--issued-on"),
        "terms": optional(terms_text, terms, "--terms"),
        "currency": optional(parse_currency, currency, "--currency"),
        "reference": optional(parse_text, reference, "--reference"),
        "buyer_reference": optional(parse_text, buyer_reference, "--buyer-reference"),
        "prices": _prices(prices),
        "contact": optional(parse_text, contact, "--contact"),
        "delivered_on": optional_day(delivered_on, "--delivered-on"),
        "service_period": _service_period(service_from, service_to),
        "remark": remark,
        "typed_adjustments": tuple(TypedAdjustment("discount", each) for each in discount or ())
        + tuple(TypedAdjustment("charge", each) for each in charge or ()),
        "type": _type(type_),
        "tags": tuple(tag) if tag else None,
        "notes": notes,
        "series": series,
        "external_id": optional(parse_text, external_id, "--external-id"),
    }
    request = request._replace(**{key: value for key, value in said.items() if value is not None})
    lines = line if line or from_file else _asked_lines(ctx, request)
    request = request._replace(typed_lines=tuple(typed_line(each) for each in lines or ()))
    write_command(ctx, plan_new(request, draft=draft), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


def _asked_customer(ctx: typer.Context) -> str:
    """Asks on a terminal until one customer is meant; elsewhere the option is required."""
    from billcli.app.customer import customer_meant

    if not sys.stdin.isatty():
        raise UsageError("--customer is missing", '"bill invoice new --help" shows an example')
    while True:
        text = str(typer.prompt("Customer (id or a part of the name)", err=True))
        try:
            with books(ctx) as found:
                customer_id, name = customer_meant(found, text)
        except BillError as error:
            _again(error)
        else:
            say(f"  {name} ({customer_id})")
            return customer_id


def _asked_lines(ctx: typer.Context, request: InvoiceRequest) -> list[str]:
    """Asks for lines on a terminal and says at once what each comes to; elsewhere the option is required."""
    from billcli.app.invoice import line_meant

    if not sys.stdin.isatty():
        raise UsageError("--line is missing", '--line "description;quantity;unit price"')
    lines: list[str] = []
    say('Lines: "description;quantity;unit price[;tax[;category]][;-10%]",')
    say('  or "ITEM;quantity[;-10%]" from the price list; an empty one ends.')
    while text := typer.prompt(f"Line {len(lines) + 1}", default="", show_default=False, err=True):
        try:
            with books(ctx) as found:
                say(f"  {line_meant(found, request, text)}")
        except BillError as error:
            _again(error)
        else:
            lines.append(text)
    return lines


def _again(error: BillError) -> None:
    say(f"  {error.message}" + (f" ({error.hint})" if error.hint else ""))


def _prices(text: str | None) -> str | None:
    if text not in (None, "net", "gross"):
        raise UsageError(f'--prices: "{text}" is neither net nor gross', "say whether prices are before or with tax")
    return text


def _service_period(begins: str | None, ends: str | None) -> Any:
    """None where neither day is given. Raises ``UsageError`` for one alone, or an end before the begin."""
    from billcli.model.invoice import ServicePeriod

    first, last = optional_day(begins, "--service-from"), optional_day(ends, "--service-to")
    if first and last:
        if last < first:
            raise UsageError(f"--service-to: {last} is before {first}, the day it begins", "one of the two is mistyped")
        return ServicePeriod(begins_on=first, ends_on=last)
    if first or last:
        raise UsageError("--service-from and --service-to belong together", "give both; for one day --delivered-on is enough")
    return None


def _type(text: str | None) -> str | None:
    if text not in (None, "sales", "service"):
        raise UsageError(f'--type: "{text}" is not a type of invoice', "use sales or service")
    return text


@app.command()
def issue(
    ctx: typer.Context, draft: Annotated[str, typer.Argument(metavar="DRAFT", help="The draft's id.")], issued_on: IssuedOn = None,
    as_of: Today = None, dry_run: DryRun = False, yes: Yes = False, quiet: Quiet = False, form: Answer = "table",
) -> None:  # fmt: skip
    """Issue a draft: it gets its number, and the draft goes.

    Example: bill invoice issue nordwind-3fa9c2e1 --yes
    """
    from billcli.app.invoice import plan_issue

    planner = plan_issue(draft, optional_day(issued_on, "--issued-on"))
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def duplicate(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The invoice to take as a pattern.")],
    customer: Annotated[str | None, typer.Option("--customer", "-c", metavar="ID", help="Another customer than there.")] = None,
    issued_on: IssuedOn = None,
    buyer_reference: Annotated[
        str | None, typer.Option("--buyer-reference", metavar="TEXT", help="Another order number than there.")
    ] = None,
    series: Annotated[
        str | None, typer.Option("--series", metavar="NAME", help="The sequence in ledger.yaml to take the number from.")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it without a number, to be issued later.")] = False,
    external_id: ExternalId = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Issue an invoice like another: its lines, discounts, prices, terms and contact; taxes, dates and number are its own.

    Example: bill invoice duplicate INV-2026-0042 --issued-on 2026-04-14 --yes
    """
    from billcli.app.amounts import optional
    from billcli.app.duplicate import Wanted, plan_duplicate
    from billcli.model.values import parse_text

    said = (optional(parse_text, buyer_reference, "--buyer-reference"), series, optional(parse_text, external_id, "--external-id"))
    wanted = Wanted(customer, optional_day(issued_on, "--issued-on"), *said)
    planner = plan_duplicate(number, wanted, draft=draft)
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command("list")
def list_(
    ctx: typer.Context,
    customer: Customer = None,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="open, partly paid, overdue, paid, credited, written off or void.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Issued on or after.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Issued on or before.")] = None,
    period: Annotated[str | None, typer.Option("--period", metavar="PERIOD", help="Issued in 2026, 2026-Q1 or 2026-03.")] = None,
    type_: Annotated[str | None, typer.Option("--type", metavar="sales|service", help="Goods or services.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", metavar="TAG", help="With this tag.")] = None,
    group: Annotated[
        str | None,
        typer.Option("--group", metavar="DIM=NAME", help="Of customers of this group, such as segment=public."),
    ] = None,
    above: Annotated[str | None, typer.Option("--above", metavar="AMOUNT", help="Gross at least this.")] = None,
    below: Annotated[str | None, typer.Option("--below", metavar="AMOUNT", help="Gross at most this.")] = None,
    by: By = None,
    where: Where = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """List invoices with their state on a day.

    Example: bill invoice list --state overdue --customer nordwind
    """
    from billcli.app.invoice import InvoiceFilter, invoice_list

    wanted = InvoiceFilter(customer, state, *span(since, until, period), _type(type_), tag, group, above, below)
    narrowed_command(ctx, as_of, form, "invoice", by, where, lambda found, day: invoice_list(found, wanted, day))


@app.command()
def show(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Its number.")],
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """Show one invoice with its settlements.

    Example: bill invoice show INV-2026-0042
    """
    from billcli.app.invoice import invoice_view

    list_command(ctx, as_of, form, lambda found, day: invoice_view(found, number, day))


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
    """Write invoices as PDFs (PDF/A-3b), each called by its number. The same invoice gives the same bytes.

    The first time, the SHA-256 of the PDF is kept in the ledger; later bill says where a changed template or logo gives
    another. Templates of your own in templates/ of the ledger stand before those that come with bill, file by file.

    Example: bill invoice pdf INV-2026-0042 --out outgoing
    """
    pdf.pdf_command(
        ctx, "invoice", numbers, since, until, customer, folder, again=again, as_of=as_of, dry_run=dry_run, quiet=quiet, form=form
    )


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
    """Make an invoice void that nothing was done with; it keeps its number. Anything else is corrected by a credit note.

    Example: bill invoice void INV-2026-0042 --reason "Wrong customer" --yes
    """
    from billcli.app.void import plan_void

    planner = plan_void(number, needed(reason, "--reason"), optional_day(on, "--on"))
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


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
    """Mail invoices with their PDF to the customer's billing contacts, each once.

    Where it is handed over stands in BILL_SMTP_URL: smtps://user@host:465, smtp+starttls://user@host:587, smtp://127.0.0.1:8025 on this
    machine alone, or maildir:/folder; the password in BILL_SMTP_PASSWORD, or in a file that BILL_SMTP_PASSWORD_FILE names.

    Example: bill invoice send INV-2026-0042 --yes
    """
    send_documents(
        ctx, "invoice", number, to, again, by_hand, on, later=later, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form
    )


@app.command("import")
def import_(
    ctx: typer.Context,
    file: imports.File,
    mapping: imports.Mapping = None,
    rejects: imports.Rejects = None,
    source: imports.Source = None,
    cut_over: imports.CutOver = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Import invoices and credit notes with their numbers from a CSV file, all or, with --rejects, the good ones.

    Columns: number, kind (invoice or credit-note), customer, issued_on, due_on, currency, terms, reference, description,
    quantity, unit_price, tax, category, gross, corrects, settled_before, open, external_id. Rows with one number are one document;
    a gross alone makes a line of it, without tax. A second import changes nothing.

    Example: bill invoice import sales.csv --mapping online-retail --dry-run
    """
    from billcli.app.imports.documents import prepare_documents

    imports.import_command(
        ctx, prepare_documents, file, mapping=mapping, rejects=rejects, source=source, cut_over=cut_over, as_of=as_of,
        dry_run=dry_run, yes=yes, quiet=quiet, form=form,
    )  # fmt: skip
