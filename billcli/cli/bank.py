"""``bill bank``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import check_form, context, has_ledger, out, say, write_command
from billcli.cli.common import show as print_view
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, DateOrder, Decimals, DryRun, Encoding, FileCurrency, Profile, Quiet, Yes
from billcli.errors import UsageError

_HELP = """Bank statements: what bill reads in a file, and profiles of layouts. Nothing is booked.

Example: bill bank read march.csv
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)

File = Annotated[str, typer.Argument(metavar="FILE", help="The statement as the bank gives it: CSV, CAMT, MT940 or OFX.")]


@app.command()
def read(
    ctx: typer.Context,
    file: File,
    profile: Profile = None,
    date_order: DateOrder = None,
    decimal: Decimals = None,
    currency: FileCurrency = None,
    encoding: Encoding = None,
    form: Answer = "table",
) -> None:
    """Show what bill understands of a statement: each line, the balances, and every row it sets aside with the reason.

    Works without a ledger too. What does not add up, or could be read in two ways, is refused with its place.

    Example: bill bank read march.csv --format json
    """
    from billcli.app.bank import options_of, read_statements, statements_view
    from billcli.app.context import now

    check_form(form, ("table", "json"))
    options = options_of(profile, encoding, date_order, decimal, currency)
    root = context(ctx).root if has_ledger(ctx) else None
    print_view(statements_view(file, read_statements(file, root, options), now().date()), form)


@app.command()
def profile(
    ctx: typer.Context,
    file: File,
    save: Annotated[str | None, typer.Option("--save", metavar="NAME", help="Keep it in the ledger, as bank/profiles/NAME.yaml.")] = None,
    encoding: Encoding = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Propose a profile for a CSV layout that bill does not know, from its header and its cells, as YAML to check.

    Example: bill bank profile march.csv --save my-bank
    """
    from billcli.app.bank import plan_save, proposed_profile

    text, doubts = proposed_profile(file, encoding)
    if save is None:
        if dry_run or yes:
            raise UsageError("--dry-run and --yes go with --save NAME", "without it the profile is only printed")
        out(text)
        for each in doubts:
            say(f"look at this: {each}")
        return
    write_command(ctx, plan_save(save, text, doubts), as_of=None, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
