"""``bill payment``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli import imports
from billcli.cli.common import list_command, narrowed_command, needed, optional_day, refuse_given, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, By, Customer, DryRun, ExternalId, Form, Quiet, Today, Where, Yes
from billcli.errors import UsageError

_HELP = """Record and import money received, and what it pays.

Example: bill payment list --unapplied
"""

Policy = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="WORD",
        help="What is left goes by-reference (invoices that --reference names), oldest-due or pro-rata; manual: to the named ones only.",
    ),
]
NoDiscount = Annotated[bool, typer.Option("--no-discount", help="Grant no early-payment discount.")]
WriteOffRest = Annotated[bool, typer.Option("--write-off-rest", help="Write off a small difference that is left open.")]
ForOther = Annotated[bool, typer.Option("--for-other", help="The invoice may belong to a customer who is not related.")]
Payment = Annotated[str, typer.Argument(metavar="ID", help="Its id.")]

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@app.command()
def add(
    ctx: typer.Context,
    customer: Annotated[str, typer.Option("--customer", "-c", metavar="ID", help="Who paid.")],
    amount: Annotated[str, typer.Option("--amount", "-a", metavar="AMOUNT", help="What came in, such as 1250.00.")],
    received_on: Annotated[
        str | None, typer.Option("--received-on", metavar="DATE", help="The day of the money; today where left out.")
    ] = None,
    invoice: Annotated[
        list[str] | None,
        typer.Option(
            "--invoice",
            "-i",
            metavar="N[:AMOUNT]",
            help="What it pays; without an amount as much as fits. May be repeated.",
        ),
    ] = None,
    policy: Policy = None,
    oldest_first: Annotated[bool, typer.Option("--oldest-first", help="The same as --policy oldest-due.")] = False,
    fee: Annotated[
        str | None, typer.Option("--fee", metavar="AMOUNT", help="What banks kept on the way; it settles the invoice beside the money.")
    ] = None,
    no_discount: NoDiscount = False,
    write_off_rest: WriteOffRest = False,
    for_other: ForOther = False,
    received: Annotated[
        str | None, typer.Option("--received", metavar='"AMOUNT CUR"', help="What came in, where that was another currency.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", metavar="CODE", help="ISO 4217 code; else that of the invoices, else the customer's.")
    ] = None,
    method: Annotated[str | None, typer.Option("--method", metavar="WORD", help="Such as transfer, card, cash.")] = None,
    payer_name: Annotated[str | None, typer.Option("--payer-name", metavar="NAME", help="As the bank names the payer.")] = None,
    payer_iban: Annotated[str | None, typer.Option("--payer-iban", metavar="IBAN", help="The account it came from.")] = None,
    reference: Annotated[str | None, typer.Option("--reference", metavar="TEXT", help="The text of the transfer.")] = None,
    notes: Annotated[str | None, typer.Option("--notes", metavar="TEXT", help="A note for yourself.")] = None,
    again: Annotated[bool, typer.Option("--again", help="It is another payment, though customer, day and amount are the same.")] = False,
    external_id: ExternalId = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Record a payment and allocate it; the rest stays as the customer's credit.

    An early-payment discount is granted where the cash fits the invoice's terms; the preview says so.

    Example: bill payment add --customer nordwind --amount 500 --invoice INV-2026-0042 --yes
    """
    from billcli.app.payment import PaymentOptions, plan_add, text_options

    texts = text_options(currency, method, payer_name, payer_iban, reference, external_id)
    days = optional_day(received_on, "--received-on")
    if policy:
        refuse_given({"--oldest-first": oldest_first}, "is a policy, and --policy names one")
    options = PaymentOptions(
        customer,
        amount,
        days,
        invoices=tuple(invoice or ()),
        policy=policy or ("oldest-due" if oldest_first else None),
        fee=fee,
        received=received,
        discount=not no_discount,
        write_off_rest=write_off_rest,
        for_other=for_other,
        notes=notes,
        again=again,
        **texts,
    )
    write_command(ctx, plan_add(options), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def allocate(
    ctx: typer.Context,
    payment: Payment,
    invoice: Annotated[
        list[str] | None, typer.Option("--invoice", "-i", metavar="N[:AMOUNT]", help="What it pays, or is to pay no more. May be repeated.")
    ] = None,
    policy: Policy = None,
    no_discount: NoDiscount = False,
    write_off_rest: WriteOffRest = False,
    for_other: ForOther = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take allocations back: of the named invoices, else all.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; needed with --undo.")] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="With --undo: from which day; today where left out.")] = None,
    external_id: ExternalId = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Give what is unapplied of a payment to invoices, or take allocations back.

    Taken back, the invoices are open again and the money is unapplied; a discount granted with it goes too.

    Example: bill payment allocate 2026-04-17-nordwind-7f3a9c21 --invoice INV-2026-0042 --yes
    """
    from billcli.app.amounts import optional
    from billcli.app.payment import AllocateOptions, plan_allocate, plan_undo
    from billcli.model.values import parse_text

    if undo:
        given = {"--policy": policy, "--no-discount": no_discount, "--write-off-rest": write_off_rest, "--for-other": for_other,
                 "--external-id": external_id}  # fmt: skip
        refuse_given(given, "does not go with --undo")
        if invoice and any(":" in each for each in invoice):
            raise UsageError("--undo takes back all of a payment on an invoice", "name the invoice without an amount")
        planner = plan_undo(payment, tuple(invoice or ()), needed(reason, "--reason"), optional_day(on, "--on"))
    else:
        refuse_given({"--reason": reason, "--on": on}, "goes with --undo only", "add --undo, or leave it out")
        key = optional(parse_text, external_id, "--external-id")
        options = AllocateOptions(payment, tuple(invoice or ()), policy, not no_discount, write_off_rest, for_other, key)
        planner = plan_allocate(options)
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def reverse(
    ctx: typer.Context,
    payment: Payment,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Such as: cheque bounced.")],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="The bank's day; today where left out.")] = None,
    bank_charge: Annotated[
        str | None, typer.Option("--bank-charge", metavar="AMOUNT", help="What the bank took for it: a claim, outside the balance.")
    ] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """The bank took the money back: a bounced cheque, a returned debit. What it settled is open again.

    Example: bill payment reverse 2026-04-17-nordwind-7f3a9c21 --reason "Cheque bounced" --yes
    """
    from billcli.app.payment import plan_reverse

    planner = plan_reverse(payment, needed(reason, "--reason"), optional_day(on, "--on"), bank_charge)
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command("list")
def list_(
    ctx: typer.Context,
    customer: Customer = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Received on or after.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Received on or before.")] = None,
    unapplied: Annotated[bool, typer.Option("--unapplied", help="Only those with something left.")] = False,
    by: By = None,
    where: Where = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """List payments with what is unapplied.

    Example: bill payment list --unapplied
    """
    from billcli.app.payment import payment_list

    days = (optional_day(since, "--since"), optional_day(until, "--until"))
    narrowed_command(
        ctx, as_of, form, "payment", by, where, lambda found, day: payment_list(found, day, customer, *days, unapplied_only=unapplied)
    )


@app.command()
def show(
    ctx: typer.Context, payment: Annotated[str, typer.Argument(metavar="ID", help="Its id.")], as_of: AsOf = None, form: Form = "table"
) -> None:
    """Show one payment with what it was used for.

    Example: bill payment show 2026-04-17-nordwind-7f3a9c21
    """
    from billcli.app.payment import payment_view

    list_command(ctx, as_of, form, lambda found, day: payment_view(found, payment, day))


@app.command("import")
def import_(
    ctx: typer.Context,
    file: imports.File,
    mapping: imports.Mapping = None,
    rejects: imports.Rejects = None,
    source: imports.Source = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Import payments from a CSV file and allocate them, all or, with --rejects, the good ones.

    Columns: external_id, customer, received_on, amount, currency, method, payer_name, payer_iban, reference, invoice,
    allocated. Rows with one external_id are one payment; an invoice without an amount takes as much as fits, a payment
    without an invoice stays as credit. Imported credit notes make room. A second import changes nothing.

    Example: bill payment import bank.csv --rejects later.csv --yes
    """
    from billcli.app.imports.payments import prepare_payments

    imports.import_command(
        ctx, prepare_payments, file, mapping=mapping, rejects=rejects, source=source, as_of=as_of, dry_run=dry_run, yes=yes,
        quiet=quiet, form=form,
    )  # fmt: skip
