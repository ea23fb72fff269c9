"""``bill customer``."""

from __future__ import annotations

from typing import Annotated, Any

from billcli.cli import imports
from billcli.cli.common import list_command, narrowed_command, optional_day, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, By, DryRun, ExternalId, Form, Quiet, Today, Where, Yes
from billcli.errors import UsageError

_HELP = """Who owes: add, list, show, change, merge and import customers.

Example: bill customer list
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)

Text = str | None
_CONTACT = "ROLE:EMAIL[:NAME[:PHONE]], with the role billing, dunning or legal. May be repeated."


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Option("--name", "-n", metavar="NAME", help="As it is printed.")],
    id_: Annotated[Text, typer.Option("--id", metavar="ID", help="Never changes; else made from the name.")] = None,
    email: Annotated[Text, typer.Option("--email", metavar="ADDRESS", help="Where invoices go: the billing contact.")] = None,
    contact: Annotated[list[str] | None, typer.Option("--contact", metavar="CONTACT", help=_CONTACT)] = None,
    language: Annotated[Text, typer.Option("--language", metavar="CODE", help="Such as en, de or zh-CN.")] = None,
    currency: Annotated[Text, typer.Option("--currency", metavar="CODE", help="ISO 4217 code.")] = None,
    street: Annotated[Text, typer.Option("--street", metavar="TEXT", help="Street and number.")] = None,
    postal_code: Annotated[Text, typer.Option("--postal-code", metavar="TEXT", help="As text; leading zeros stay.")] = None,
    city: Annotated[Text, typer.Option("--city", metavar="NAME", help="Place.")] = None,
    country: Annotated[Text, typer.Option("--country", metavar="CODE", help="ISO 3166 code, such as DE.")] = None,
    tax_id: Annotated[Text, typer.Option("--tax-id", metavar="ID", help="Checked by the rules of the country.")] = None,
    iban: Annotated[list[str] | None, typer.Option("--iban", metavar="IBAN", help="An account it pays from. May be repeated.")] = None,
    terms: Annotated[Text, typer.Option("--terms", metavar="TERMS", help='Such as "net 30".')] = None,
    tax: Annotated[Text, typer.Option("--tax", metavar="CODE", help="Default tax code.")] = None,
    credit_limit: Annotated[Text, typer.Option("--credit-limit", metavar="AMOUNT", help="An amount in the customer's currency.")] = None,
    parent: Annotated[Text, typer.Option("--parent", metavar="ID", help="The customer above it.")] = None,
    alias: Annotated[list[str] | None, typer.Option("--alias", metavar="NAME", help="Another name. May be repeated.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="A declared tag. May be repeated.")] = None,
    industry: Annotated[Text, typer.Option("--industry", metavar="NAME", help="A declared industry.")] = None,
    region: Annotated[Text, typer.Option("--region", metavar="NAME", help="A declared region.")] = None,
    size: Annotated[Text, typer.Option("--size", metavar="NAME", help="A declared size.")] = None,
    segment: Annotated[
        Text, typer.Option("--segment", metavar="NAME", help="A declared segment; its terms hold unless the customer has its own.")
    ] = None,
    notes: Annotated[Text, typer.Option("--notes", metavar="TEXT", help="A note for yourself.")] = None,
    external_id: ExternalId = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Add a customer.

    Example: bill customer add --name "Nordwind Handels GmbH" --country DE --email rechnung@nordwind.example --terms "net 14" --yes
    """
    from billcli.app.customer import plan_add

    contacts = [*([{"role": "billing", "email": email}] if email else []), *(_contact(each) for each in contact or [])]
    address = {"street": street, "postal_code": postal_code, "city": city, "country": country}
    groups = {"industry": industry, "region": region, "size": size, "segment": segment}
    fields: dict[str, Any] = {
        "id": id_, "name": name, "aliases": alias, "language": language, "currency": currency, "address": _said(address), "tax_id": tax_id,
        "ibans": iban, "contacts": contacts, "terms": terms, "tax": tax, "credit_limit": credit_limit, "parent": parent,
        "groups": _said(groups), "tags": tag, "notes": notes, "external_id": external_id,
    }  # fmt: skip
    write_command(ctx, plan_add(_said(fields) or {}), as_of=None, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


def _said(fields: dict[str, Any]) -> dict[str, Any] | None:
    return {key: value for key, value in fields.items() if value not in (None, [], {})} or None


def _contact(text: str) -> dict[str, Any]:
    role, _, rest = text.partition(":")
    email, _, rest = rest.partition(":")
    name, _, phone = rest.partition(":")
    return _said({"role": role, "name": name or None, "email": email or None, "phone": phone or None}) or {}


@app.command("list")
def list_(
    ctx: typer.Context,
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="A part of an id, name, alias, e-mail or IBAN.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", metavar="TAG", help="With this tag.")] = None,
    group: Annotated[str | None, typer.Option("--group", metavar="DIM=NAME", help="Of this group, such as segment=public.")] = None,
    country: Annotated[str | None, typer.Option("--country", metavar="CODE", help="In this country.")] = None,
    inactive: Annotated[bool, typer.Option("--inactive", help="Those that get no new invoices.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Also those that get no new invoices and owe nothing.")] = False,
    by: By = None,
    where: Where = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """List customers with what they owe; those that get no new invoices only where something is left on their account.

    Example: bill customer list --group segment=public
    """
    from billcli.app.customer import CustomerFilter, customer_list

    if inactive and all_:
        raise UsageError("--inactive and --all exclude each other")
    wanted = CustomerFilter(tag, group, country, text, inactive, all_)
    narrowed_command(ctx, as_of, form, "customer", by, where, lambda found, day: customer_list(found, wanted, day))


@app.command()
def audit(ctx: typer.Context, by: By = None, where: Where = None, as_of: AsOf = None, form: Form = "table") -> None:
    """Customers that lack something: a group in a dimension that has groups, address, tax id, terms of its own, mail, invoices.

    Example: bill customer audit
    """
    from billcli.app.vocabulary import customer_audit

    narrowed_command(ctx, as_of, form, "customer", by, where, customer_audit)


@app.command()
def show(
    ctx: typer.Context, customer: Annotated[str, typer.Argument(metavar="ID", help="Its id.")], as_of: AsOf = None, form: Form = "table"
) -> None:
    """Show one customer: master data, where each default comes from, what is open.

    Example: bill customer show nordwind
    """
    from billcli.app.customer import customer_view

    list_command(ctx, as_of, form, lambda found, day: customer_view(found, customer, day))


@app.command()
def edit(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    set_: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="Such as terms=net 14 or address.city=Oslo; an empty value takes it away. May be repeated.",
        ),
    ],
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Change fields of a customer's file; every other line stays as it is. A former name becomes an alias.

    Example: bill customer edit nordwind --set "terms=net 14" --set address.city=Bremen --yes
    """
    from billcli.app.customer import plan_edit

    changes: dict[str, str | None] = {}
    for text in set_:
        field, sep, value = text.partition("=")
        if not sep or not field:
            raise UsageError(f'--set "{text}" sets nothing', 'write it as "field=value"')
        if field in ("id", "schema") or field.split(".")[0] in ("contacts", "ibans", "aliases", "tags"):
            raise UsageError(
                f"{field} is not set this way", f'an id never changes; "bill customer tag" changes tags, "bill edit {customer}" lists'
            )
        if field in ("deactivated_on", "merged_into"):
            raise UsageError(f"{field} is not set this way", '"bill customer deactivate" and "bill customer merge" do')
        changes[field] = value or None
    write_command(ctx, plan_edit(customer, changes), as_of=None, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def tag(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    add_: Annotated[list[str] | None, typer.Option("--add", metavar="TAG", help="A tag to add. May be repeated.")] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", metavar="TAG", help="A tag to take away. May be repeated.")] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Add and remove tags.

    Example: bill customer tag nordwind --add vip --yes
    """
    from billcli.app.customer import plan_tag

    if not add_ and not remove:
        raise UsageError("nothing to do", "name a tag with --add or --remove")
    write_command(ctx, plan_tag(customer, add_ or [], remove or []), as_of=None, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def deactivate(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit trail.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="The first day without new invoices; today where left out.")
    ] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """No new invoices and drafts for a customer from a day on; payments and credit notes stay possible.

    Example: bill customer deactivate nordwind --reason "closed its doors" --yes
    """
    from billcli.app.amounts import value_of
    from billcli.app.customer import plan_deactivate
    from billcli.model.values import parse_text

    planner = plan_deactivate(customer, optional_day(on, "--on"), value_of(parse_text, reason, "--reason"))
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def activate(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the audit trail.")] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Take a deactivation back.

    Example: bill customer activate nordwind --yes
    """
    from billcli.app.amounts import optional
    from billcli.app.customer import plan_activate
    from billcli.model.values import parse_text

    planner = plan_activate(customer, optional(parse_text, reason, "--reason") or "")
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def merge(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="ID", help="The one that goes.")],
    into: Annotated[str, typer.Option("--into", metavar="ID", help="The one that takes its place.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit trail.")],
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Let one customer take the place of another: documents stay with whom they were issued to, everything new goes to the one.

    Names, IBANs, contacts, tags, drafts and the customers below go over; payments of either may settle invoices of both.

    Example: bill customer merge nordwind-2 --into nordwind --reason "entered twice" --yes
    """
    from billcli.app.amounts import value_of
    from billcli.app.customer import plan_merge
    from billcli.model.values import parse_text

    planner = plan_merge(customer, into, value_of(parse_text, reason, "--reason"))
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


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
    """Import customers from a CSV file, all of them or, with --rejects, the good ones. A second import changes nothing.

    Columns: id, name, email, language, country, tax_id, terms, credit_limit, parent, aliases, ibans, tags, industry, region,
    size, segment, street, postal_code, city, currency; only name is needed. Lists are separated by "|".

    Example: bill customer import customers.csv --dry-run
    """
    from billcli.app.imports.customers import prepare_customers

    imports.import_command(
        ctx, prepare_customers, file, mapping=mapping, rejects=rejects, source=source, as_of=as_of, dry_run=dry_run, yes=yes,
        quiet=quiet, form=form,
    )  # fmt: skip
