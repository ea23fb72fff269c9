"""``bill template``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import books, check_form, list_command, out, say, write_command
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, DryRun, Form, Quiet, Today, Yes

_HELP = """The words and looks of mails and documents: bill's own, and the ledger's in templates/, which count instead of them.

Example: bill template copy reminder-1 --language de
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@app.command("list")
def list_(ctx: typer.Context, as_of: Today = None, form: Form = "table") -> None:
    """List every template and whose counts, bill's or the ledger's.

    Example: bill template list
    """
    from billcli.app.templates import template_list

    list_command(ctx, as_of, form, template_list)


@app.command()
def copy(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="A file as listed, or a letter such as reminder-1: all its files.")],
    language: Annotated[str | None, typer.Option("--language", metavar="en|de|zh-CN", help="Only the files of this language.")] = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Copy templates of bill into the ledger, to be changed there. What is not copied stays as it comes with bill.

    Of a mail, NAME.subject.j2 is the subject and NAME.prose.j2 has the sentences; the tables between them are laid out apart.

    Example: bill template copy reminder-1 --language de --yes
    """
    from billcli.app.templates import plan_copy

    write_command(ctx, plan_copy(names, language), as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


@app.command()
def check(
    ctx: typer.Context,
    as_of: Today = None,
    form: Annotated[str, typer.Option("--format", metavar="text|short|json", help="For a person, for an editor, for a program.")] = "text",
) -> None:
    """Make every mail of an invented document, and look at the logo; tells each template that fails, with its line.

    It runs the ledger's templates, in a process that can reach neither files nor network. Silent when all is well.

    Example: bill template check
    """
    from billcli.app.templates import template_check
    from billcli.core.report import counted
    from billcli.render.diagnostics import as_json, as_short, as_text

    check_form(form, ("text", "short", "json"))
    with books(ctx, as_of) as found:
        problems = template_check(found)
    match form:
        case "json":
            out(as_json(problems))
        case "short":
            out(as_short(problems))
        case _ if problems:
            out(as_text(problems) + "\n")
            say(counted(len(problems), "error"))
    if problems:
        raise typer.Exit(1)
