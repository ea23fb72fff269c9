"""``bill check``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from billcli.cli.common import books, check_form, out, say
from billcli.cli.lazy import typer
from billcli.cli.options import Today

if TYPE_CHECKING:
    from billcli.diagnostics import Diagnostic

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def check(
    ctx: typer.Context,
    folder: Annotated[
        str | None,
        typer.Argument(metavar="[DIR]", help="The ledger; else --ledger, BILL_LEDGER, or upwards from here."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Also what may be right but is worth a look; warnings make exit 1.")] = False,
    as_of: Today = None,
    form: Annotated[
        str,
        typer.Option("--format", metavar="text|short|json|github|gitlab|sarif", help="For a person, an editor, a program, or a review."),
    ] = "text",
) -> None:
    """Check every file of the ledger; all problems at once. Silent when all is well, exit 0 unless an error is told.

    With --strict also what may be right but is worth a look: days to come, money older than its invoice or there twice,
    grants beyond the rules of ledger.yaml, money unused beside open invoices, promises and drafts whose day has passed.

    --format github marks the places in a pull request, gitlab is a report of code quality, sarif is for code scanning; all name
    files from the repository's root. "bill ci" prints what runs them.

    Example: bill check --format short
    """
    from billcli.app.check import check as run
    from billcli.core.report import counted
    from billcli.render.diagnostics import as_json, as_short, as_text

    check_form(form, ("text", "short", "json", "github", "gitlab", "sarif"))
    if folder is not None:
        ctx.obj = {"ledger": folder}
    with books(ctx, as_of, whole=False) as found:
        problems = run(found, strict=strict)
        root = found.root
    errors = sum(each.severity == "error" for each in problems)
    match form:
        case "json":
            out(as_json(problems))
        case "short":
            out(as_short(problems))
        case "github" | "gitlab" | "sarif":
            out(_reviewed(problems, root, form))
        case _ if problems:
            out(as_text(problems) + "\n")
            say(f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}")
    if errors or (strict and problems):
        raise typer.Exit(1)


def _reviewed(problems: list[Diagnostic], root: str, form: str) -> str:
    from billcli import __version__
    from billcli.app.explain import in_short
    from billcli.render.annotations import as_github, as_gitlab, as_sarif
    from billcli.store.history import prefix

    within = prefix(root)
    match form:
        case "github":
            return as_github(problems, within)
        case "gitlab":
            return as_gitlab(problems, within)
        case _:
            return as_sarif(problems, within, __version__, in_short)
