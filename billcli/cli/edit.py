"""``bill edit``."""

from __future__ import annotations

import errno
import os
from contextlib import AbstractContextManager
from typing import Annotated

from billcli.cli.common import books, check_form, context, on_terminal, say, write_command, yes_or_no
from billcli.cli.lazy import typer
from billcli.cli.options import Answer, DryRun, Quiet, Today, Yes
from billcli.errors import BillError, ChangedMeanwhile, NeedsPerson, UsageError

app = typer.Typer(add_completion=False, rich_markup_mode=None)

EditReason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the audit trail.")]


@app.command()
def edit(
    ctx: typer.Context,
    document: Annotated[
        str,
        typer.Argument(metavar="DOCUMENT", help="A number, an id, a file's path, or ledger.yaml, categories.yaml, items.yaml."),
    ],
    reason: EditReason = None,
    as_of: Today = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    form: Answer = "table",
) -> None:
    """Edit a file in your editor (VISUAL, else EDITOR, else vi); what you wrote is checked with all the books before it is kept.

    Refused: what was issued, a number or id, anything that counts in a closed period, anything "bill check" would call an error.
    What is not written stays in a copy, whose name is said.

    Example: bill edit nordwind --reason "new address"
    """
    edit_command(ctx, document, None, reason, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)


def edit_command(
    ctx: typer.Context, document: str, kind: str | None, reason: str | None, *, as_of: str | None, dry_run: bool, yes: bool, quiet: bool,
    form: str,
) -> None:  # fmt: skip
    """Opens the editor until the text can stand, or until the person gives up."""
    from billcli.app.amounts import optional
    from billcli.app.edit import opened
    from billcli.model.values import parse_text

    check_form(form, ("table", "json"))
    said = optional(parse_text, reason, "--reason") or ""
    editor, root = _editor(), context(ctx).root
    with books(ctx, as_of) as found:
        editing = opened(found, document, kind)
    try:
        while True:
            _run(editor, editing.file, root)
            try:
                planner = editing.planner(ctx.command_path.removeprefix("bill "), said)
                with _no_run(ctx, editing.path):
                    write_command(ctx, planner, as_of=as_of, dry_run=dry_run, yes=yes, quiet=quiet, form=form)
                return
            except (ChangedMeanwhile, NeedsPerson):
                raise
            except BillError as error:
                if not on_terminal():
                    raise
                _say_refused(error)
                if not yes_or_no("Edit again?", default=True):
                    raise BillError(f"{editing.path} stays as it was") from None
    finally:
        if editing.is_kept():
            say(f"what you wrote is kept in {editing.file}")


def _no_run(ctx: typer.Context, path: str) -> AbstractContextManager[None]:
    """A run adds states to deliveries; none may get lost under what was typed meanwhile."""
    from contextlib import nullcontext

    from billcli.store.lock import mail_lock

    return mail_lock(context(ctx).root) if path.startswith("deliveries/") else nullcontext()


def _editor() -> list[str]:
    """The words of the editor's command; no shell sees them."""
    import shlex

    text = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("vi" if on_terminal() else "")
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"the editor {text} cannot be understood: {error}", "set EDITOR to a command, such as nano") from None
    if not words:
        raise UsageError("there is no editor to open", 'set EDITOR to one, or edit the file by hand; "bill check" looks at it then')
    return words


def _run(editor: list[str], file: str, root: str) -> None:
    """A name without folders is looked up as the shell does it, but not in the ledger."""
    import subprocess

    from billcli.store.programs import find_program

    name, *words = editor
    try:
        if (program := name if "/" in name else find_program(name, root)) is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        code = subprocess.run([program, *words, file], check=False).returncode
    except OSError as error:
        raise UsageError(f'the editor "{name}" cannot be started: {error.strerror}', "set EDITOR to another one") from None
    if code:
        raise BillError(f'the editor "{name}" ended with {code}; nothing was written')


def _say_refused(error: BillError) -> None:
    from billcli.render.diagnostics import as_text

    if error.diagnostics:
        say(as_text(error.diagnostics))
    say(error.message + (f" ({error.hint})" if error.hint else ""))
