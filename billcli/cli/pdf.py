"""``pdf`` of invoices and credit notes, and what is said of PDFs that were written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

from billcli.cli.common import afterwards, check_form, context, optional_day, out, say
from billcli.cli.lazy import typer

if TYPE_CHECKING:
    from billcli.app.pdf import Written

Out = Annotated[str, typer.Option("--out", metavar="DIR", help="The folder for the PDFs; made where it is missing.")]
Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="Issued on or after.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="Issued on or before.")]
Again = Annotated[
    bool, typer.Option("--again", help="Where a PDF is no longer what was first written, keep the hash of the new one as well.")
]
WORTH_A_BAR = 30
"""So many PDFs take about a second."""


def pdf_command(
    ctx: typer.Context, kind: str, numbers: list[str] | None, since: str | None, until: str | None, customer: str | None, folder: str, *,
    again: bool, as_of: str | None, dry_run: bool, quiet: bool, form: str,
) -> None:  # fmt: skip
    """The whole of ``invoice pdf`` and ``credit-note pdf``."""
    from billcli.app.pdf import Chosen, write_documents
    from billcli.render.progress import progress_bar

    check_form(form, ("table", "json"))
    chosen = Chosen(kind, tuple(numbers or ()), optional_day(since, "--since"), optional_day(until, "--until"), customer)
    with progress_bar("Reading the ledger", WORTH_A_BAR) as progress:
        written = write_documents(context(ctx, as_of), chosen, folder, again=again, dry_run=dry_run, progress=progress)
    finish(written, folder, dry_run=dry_run, quiet=quiet, form=form)


def finish(written: Written, folder: str, *, dry_run: bool, quiet: bool, form: str) -> None:
    """Says what was written and what not; the names on standard output for a program."""
    from billcli.app.pdf import check_complete

    paths = [os.path.join(folder, name) for name in (*written.wrote, *written.same)]
    for told in written.told:
        say(f"note: {told}")
    if not quiet:
        _say_count(written, folder, dry_run=dry_run)
    if form == "json":
        from billcli.render.text import json_text

        kept = written.done.plan.result["kept"] if written.done else 0
        answer = {"written": list(written.wrote), "unchanged": list(written.same), "failed": [each._asdict() for each in written.failed]}
        out(json_text({**answer, "folder": folder, "hashes_kept": kept, **({"dry_run": True} if dry_run else {})}))
    elif not quiet and not dry_run:
        out("".join(f"{path}\n" for path in paths))
    for each in written.failed[1:]:
        say(f"{each.name} cannot be made: {each.why}")
    check_complete(written)
    if written.done:
        afterwards(written.done, quiet=quiet)


def _say_count(written: Written, folder: str, *, dry_run: bool) -> None:
    from billcli.core.report import counted

    if not written.wrote and not written.same:
        say("no document is meant by that")
        return
    same = f", {len(written.same)} there already with the same bytes" if written.same else ""
    say(f"{counted(len(written.wrote), 'PDF')} {'would be ' if dry_run else ''}written to {folder}{same}")
    if dry_run:
        say("dry run: nothing was written")
    elif written.done:
        kept = written.done.plan.result["kept"]
        say(f"{kept} {'hash' if kept == 1 else 'hashes'} kept in the ledger")
