"""``bill verify FILE``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import check_form, show
from billcli.cli.lazy import typer
from billcli.cli.options import Form

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def verify(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files of invoices and credit notes, folded ones too; - is standard input.")
    ],
    previous: Annotated[
        str | None,
        typer.Option("--previous", metavar="SEAL", help="The seal of the document before the first, where its file is not given."),
    ] = None,
    form: Form = "table",
) -> None:
    """Whether issued documents are as they were sealed, from their files alone: no ledger is needed, the files may lie anywhere.

    A seal is made of the content and of the seal before it in its sequence and period. So the file of the document before is given
    too, or its seal with --previous; the first of a period needs neither. What that proves, and what not, is said below the answer.
    Exit 0 where every seal fits, 1 where one does not, 3 where one cannot be told.

    Example: bill verify INV-2026-0041.yaml INV-2026-0042.yaml
    """
    from billcli.app.audit.verify_file import exit_code, verify_files
    from billcli.app.context import now

    check_form(form)
    made = verify_files(files, previous, now().date())
    show(made, form)
    if code := exit_code(made):
        raise typer.Exit(code)
