"""What the three import commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from billcli.cli.common import check_form, optional_day, say, write_command
from billcli.cli.lazy import typer
from billcli.errors import NeedsPerson

if TYPE_CHECKING:
    from billcli.app.imports.file import Import, ImportOptions

File = Annotated[str, typer.Argument(metavar="FILE.csv", help="The table: a header, then a row per line.")]
Mapping = Annotated[
    str | None,
    typer.Option("--mapping", metavar="MAP.yaml", help="Which column is which field; a file, or the name of a mapping that bill brings."),
]
Rejects = Annotated[
    str | None,
    typer.Option("--rejects", metavar="FILE", help="Import the good documents; the rows of the others go here with the reasons."),
]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar="NAME", help="What the documents say they come from; the file's name where left out."),
]
CutOver = Annotated[
    str | None,
    typer.Option("--cut-over", metavar="DATE", help="The first day of these books: from it on, what was settled before counts."),
]


def import_command(
    ctx: typer.Context,
    prepare: Callable[[ImportOptions], Import],
    file: str,
    *,
    mapping: str | None,
    rejects: str | None,
    source: str | None,
    cut_over: str | None = None,
    as_of: str | None,
    dry_run: bool,
    yes: bool,
    quiet: bool,
    form: str,
) -> None:
    """Reads the table, then previews, asks and writes as any command; raises ``NeedsPerson`` where rows were rejected."""
    from billcli.app.imports.file import ImportOptions
    from billcli.render.diagnostics import as_text
    from billcli.render.progress import progress_bar

    check_form(form, ("table", "json"))
    this = prepare(ImportOptions(file, mapping, rejects, source, optional_day(cut_over, "--cut-over")))
    with progress_bar("Reading the rows") as this.progress:
        write_command(ctx, this.plan, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form, under_lock=this.plan_and_keep)
    if not this.rejected:
        return
    if dry_run:
        say(as_text(this.problems))
        return
    this.keep()
    count = len(this.rejected)
    said = "row was not imported: see {}, which has the reason" if count == 1 else "rows were not imported: see {}, which has the reasons"
    raise NeedsPerson(f"{count} {said.format(rejects)}", "mend it there, and import that file")
