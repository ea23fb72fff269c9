"""``bill classify``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import list_command, refuse_given, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import DryRun, Form, Quiet, Today, Where, Yes

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def classify(
    ctx: typer.Context,
    write: Annotated[bool, typer.Option("--write", help="Write down what the rules decide.")] = False,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="ID", help="Which rule decided for this customer or document.")
    ] = None,
    audit: Annotated[bool, typer.Option("--audit", help="Rules that never fit, always lose or contradict each other.")] = False,
    where: Where = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Form = "table",
) -> None:
    """Show what the rules under classify: in rules.yaml make of customers, invoices and credit notes, or write it down.

    What a customer or invoice says itself always wins. The first rule that sets a dimension decides it; tags add up. Without
    --write nothing needs to be written: lists and reports go by the rules anyway (--by, --where), only defaults such as terms do
    not. --write puts groups and tags into customers, tags and category under classification: into issued invoices and credit
    notes, outside their seal; not into those of a closed period. A rule about invoices is one about credit notes too.

    Example: bill classify --explain nordwind
    """
    from billcli.app.classify import audit_report, classify_report, explain_report, plan_write

    if write:
        refuse_given({"--explain": explain, "--audit": audit}, "does not go with --write")
        write_command(ctx, plan_write(where), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
        return
    refuse_given({"--yes": yes}, "goes with --write alone", "add --write to write down what is shown")
    if explain is not None:
        refuse_given({"--audit": audit, "--where": where}, "does not go with --explain")
        list_command(ctx, as_of, form, lambda found, day: explain_report(found, explain, day))
    elif audit:
        refuse_given({"--where": where}, "does not go with --audit")
        list_command(ctx, as_of, form, audit_report)
    else:
        list_command(ctx, as_of, form, lambda found, day: classify_report(found, where, day))
