"""``bill statement``."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from billcli.cli.common import context, list_command, needed, optional_day, refuse_given
from billcli.cli.lazy import typer
from billcli.cli.options import AsOf, DryRun, Form, Quiet, Yes

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def statement(
    ctx: typer.Context,
    customers: Annotated[
        list[str] | None, typer.Argument(metavar="[CUSTOMER]...", help="The customers' ids; or a group with --group.")
    ] = None,
    group: Annotated[str | None, typer.Option("--group", metavar="DIM=NAME", help='All of a group, such as "segment=public".')] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="First day of the movements; 1 January of the last day's year where left out."),
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day; the same as --as-of.")] = None,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="activity|open|confirmation",
            help="Movements, the items open on the last day, or, with --pdf or --mail, a letter to confirm the balance.",
        ),
    ] = "activity",
    mail: Annotated[
        bool, typer.Option("--mail", help="Mail it as a PDF to the customers' billing contacts instead of showing it.")
    ] = False,
    later: Annotated[bool, typer.Option("--later", help="With --mail: only plan it; the next run of the outbox hands it over.")] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write a PDF for each customer into --out instead of printing.")] = False,
    folder: Annotated[str | None, typer.Option("--out", metavar="DIR", help="The folder for the PDFs; made where it is missing.")] = None,
    quiet: Quiet = False,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """Statement of account: opening balance + movements = closing balance, by customer and currency.

    The balance is what is open of the customer's invoices less what is unapplied of its payments and credit notes, as in
    "bill report aging". A payment for another customer's invoice goes from one account to the other. Below: credit not
    used, claims outside the balance, holds; and the proof that the closing balance is what the books say.

    With --pdf it is a letter to the customer, written to --out; with --mail it goes there as one, each to a recipient once.
    --kind confirmation asks for the balance to be confirmed, with a slip to sign.

    Example: bill statement nordwind --from 2026-01-01 --to 2026-03-31
    """
    from billcli.app.statement import statement_report
    from billcli.errors import UsageError

    first, last = optional_day(since, "--from"), optional_day(to, "--to")
    if last is not None and as_of is not None and last != optional_day(as_of, "--as-of"):
        raise UsageError("--to and --as-of are two days", "they mean the same: give one of them")
    if mail:
        refuse_given({"--pdf": pdf, "--out": folder}, "does not go with --mail", "mail it, or write it to a folder")
        from billcli.cli.sending import send_statements

        sending = {"later": later, "as_of": to or as_of, "dry_run": dry_run, "yes": yes, "quiet": quiet, "form": form}
        send_statements(ctx, customers or [], group, kind, first, **sending)
        return
    refuse_given({"--later": later, "--yes": yes}, "goes with --mail", "add --mail, or leave it out")
    if pdf:
        _pdf(ctx, customers or [], group, first, kind, needed(folder, "--out"), to or as_of, dry_run=dry_run, quiet=quiet, form=form)
        return
    refuse_given({"--out": folder}, "goes with --pdf", "add --pdf, or leave it out")
    refuse_given({"--dry-run": dry_run, "--quiet": quiet}, "goes with --mail or --pdf", "add one of them, or leave it out")
    if kind == "confirmation":
        raise UsageError("--kind confirmation is a letter to be signed", "mail it with --mail, or write it with --pdf --out DIR")
    list_command(ctx, to or as_of, form, lambda found, day: statement_report(found, customers or [], group, first, day, kind))


def _pdf(
    ctx: typer.Context, customers: list[str], group: str | None, since: date | None, kind: str, folder: str, day: str | None, *,
    dry_run: bool, quiet: bool, form: str,
) -> None:  # fmt: skip
    from billcli.app.pdf import write_statements
    from billcli.cli.pdf import WORTH_A_BAR, finish
    from billcli.render.progress import progress_bar

    with progress_bar("Reading the ledger", WORTH_A_BAR) as progress:
        written = write_statements(context(ctx, day), customers, group, since, kind, folder, dry_run=dry_run, progress=progress)
    finish(written, folder, dry_run=dry_run, quiet=quiet, form=form)
