"""``bill finding``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import list_command, needed, optional_day, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, AsOf, DryRun, ExternalId, Form, Quiet, Today, Yes

_HELP = """What an audit found on documents, and what became of it. Findings move no balance.

Example: bill finding list --state open
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@app.command()
def new(
    ctx: typer.Context,
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="The number or id of the document it is about.")],
    text: Annotated[str | None, typer.Option("--text", "-t", metavar="TEXT", help="What is wrong with it.")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who found it; else whoever works here.")] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day; today where left out.")] = None,
    notes: Annotated[str | None, typer.Option("--notes", metavar="TEXT", help="A note for yourself.")] = None,
    external_id: ExternalId = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Keep what was found on a document; it is open until it is corrected or accepted.

    Example: bill finding new INV-2026-0042 --text "no order on file" --by "Ms Berg" --yes
    """
    from billcli.app.finding import FindingOptions, plan_new

    options = FindingOptions(document, needed(text, "--text"), by, optional_day(on, "--on"), external_id, notes)
    write_command(ctx, plan_new(options), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def close(
    ctx: typer.Context,
    finding: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    correction: Annotated[str | None, typer.Option("--correction", metavar="NUMBER", help="The document that corrects it.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="It stays as it is.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day; today where left out.")] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Close a finding: a document corrects it, or it is accepted as it is. Either way for a reason.

    Example: bill finding close 2026-04-17-INV-2026-0042-7f3a9c21 --correction CN-2026-0003 --reason "credited" --yes
    """
    from billcli.app.finding import plan_close

    planner = plan_close(finding, correction, needed(reason, "--reason"), optional_day(on, "--on"), accept=accept)
    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option("--state", metavar="open|corrected|accepted", help="Only these.")] = None,
    document: Annotated[
        str | None, typer.Option("--document", "-d", metavar="NUMBER", help="Only on this document, or corrected by it.")
    ] = None,
    found_by: Annotated[str | None, typer.Option("--found-by", metavar="NAME", help="Only what this person found.")] = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """List findings as they stand.

    Example: bill finding list --state open --format csv
    """
    from billcli.app.finding import FindingFilter, finding_list

    list_command(ctx, as_of, form, lambda found, day: finding_list(found, FindingFilter(state, document, found_by), day))
