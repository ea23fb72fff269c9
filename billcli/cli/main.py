"""The command ``bill`` as Typer knows it: nouns loaded when they are used."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.models import TyperInfo

from billcli.cli.common import tell

NOUNS = {
    "init": ("billcli.cli.init", "Begin a ledger in a new folder."),
    "demo": ("billcli.cli.demo", "Copy the demo ledger to try things on."),
    "check": ("billcli.cli.check", "Check every file of the ledger."),
    "explain": ("billcli.cli.explain", "Explain a code of check, or why a document stands as it does."),
    "doctor": ("billcli.cli.doctor", "Look at the machine and the ledger's private folder."),
    "show": ("billcli.cli.show", "Show whatever has this number, id or name."),
    "edit": ("billcli.cli.edit", "Edit a file in your editor, checked before it is kept."),
    "undo": ("billcli.cli.undo", "Take a command back, byte for byte."),
    "renumber": ("billcli.cli.renumber", "Give one of two documents that claim a number the next one."),
    "schema": ("billcli.cli.schema", "JSON Schemas for editors, and views for a database browser."),
    "customer": ("billcli.cli.customer", "Who owes: add, list, show, change and merge customers."),
    "invoice": ("billcli.cli.invoice", "Issue, list, show, send, void and import invoices, and write them as PDFs."),
    "terms": ("billcli.cli.terms", "What payment terms come to."),
    "draft": ("billcli.cli.draft", "Invoices that are not issued yet."),
    "credit-note": ("billcli.cli.credit_note", "Credit what was invoiced."),
    "recurring": ("billcli.cli.recurring", "Invoices that come out by themselves, period after period."),
    "payment": ("billcli.cli.payment", "Record and import money received, and what it pays."),
    "reconcile": ("billcli.cli.reconcile", "Bank statements against the books."),
    "statement": ("billcli.cli.statement", "Statement of account: a customer's movements or open items."),
    "outbox": ("billcli.cli.outbox", "What leaves the house: what waits, what was sent, what became of it."),
    "hold": ("billcli.cli.hold", "Disputes, promises, plans: what keeps reminders back."),
    "remind": ("billcli.cli.remind", "Remind customers of what is due, and see what is stopped."),
    "refund": ("billcli.cli.refund", "Money paid back to customers."),
    "write-off": ("billcli.cli.write_off", "What nobody will pay, and its recovery."),
    "credit": ("billcli.cli.credit", "Who is good for it: scores and credit limits."),
    "category": ("billcli.cli.category", "The declared words: groups, revenue categories, tags, bands."),
    "tag": ("billcli.cli.tag", "Declared tags: who has them, and what is wrong with them."),
    "classify": ("billcli.cli.classify", "What rules make of customers and documents."),
    "report": ("billcli.cli.report", "Who owes what, and what the numbers say."),
    "template": ("billcli.cli.template", "Words and looks of mails and documents: list, copy and check them."),
    "bank": ("billcli.cli.bank", "Bank statements: what bill reads in a file, and profiles of layouts."),
    "completion": ("billcli.cli.completion", "Completion at a Tab for bash, zsh and fish."),
    "diff": ("billcli.cli.diff", "What changed in money between two commits, or since the last."),
    "ci": ("billcli.cli.ci", "Files that have a forge, or git, check the books."),
    "close": ("billcli.cli.close", "Close a period: no balance in it changes any more."),
    "run": ("billcli.cli.run", "All that comes out by itself, for cron: issue, mail, remind, try again."),
    "audit": ("billcli.cli.audit", "Proof of the books: trail, numbers, seals, samples."),
    "verify": ("billcli.cli.verify", "Whether documents are as they were sealed, from their files alone."),
    "finding": ("billcli.cli.finding", "What an audit found, and what became of it."),
    "fold": ("billcli.cli.fold", "Put a closed month's documents into one file for each kind."),
    "unfold": ("billcli.cli.unfold", "Give the documents of a folded month files of their own again."),
}


class LazyGroup(TyperGroup):
    """Knows every noun by name and help; imports the module of the one that is used."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        self._loaded: dict[str, Any] = {}
        for name, (_, help_) in NOUNS.items():
            self.commands.setdefault(name, TyperCommand(name=name, help=help_))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in NOUNS:
            return super().resolve_command(ctx, args)
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return name, self._loaded[name], args[1:]

    def _load(self, name: str) -> Any:
        app = import_module(NOUNS[name][0]).app
        single = len(app.registered_commands) == 1 and app.registered_callback is None
        if single:
            command: Any = typer.main.get_command(app)
            command.name = name
        else:
            info = TyperInfo(app, name=name)
            command = typer.main.get_group_from_info(info, pretty_exceptions_short=False, suggest_commands=True, rich_markup_mode=None)
        for each in (command, *getattr(command, "commands", {}).values()):
            each.help = _unwrapped(each.help or "")
            _dated(each)
        return command


def _dated(command: Any) -> None:
    """Whatever can be looked at as of a day can be looked at as it was known at a commit, too: one option for all of them."""
    from billcli.cli.options import LOOKED_FROM

    for at, each in enumerate(command.params):
        if each.name == "as_of" and each.help == LOOKED_FROM:
            command.params.insert(at + 1, _known_at())
            return


def _known_at() -> TyperOption:
    def remember(ctx: Any, _param: Any, value: str | None) -> None:
        ctx.ensure_object(dict)["known_at"] = value

    return TyperOption(
        param_decls=["--known-at"], type=str, metavar="REV", default=None, expose_value=False, callback=remember,
        help="The books as git has them at this commit, or at the end of this day; --as-of is another matter.",
    )  # fmt: skip


def _unwrapped(help_: str) -> str:
    """An example stays on its line, so that it can be copied; ``\\b`` says so to the formatter."""
    return help_.replace("\n\nExample:", "\n\n\b\nExample:")


app = typer.Typer(
    cls=LazyGroup, name="bill", rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False, invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)  # fmt: skip


@app.callback()
def bill(
    ctx: typer.Context,
    ledger: Annotated[
        str | None,
        typer.Option("--ledger", metavar="DIR", help="The ledger's folder; else BILL_LEDGER, else upwards from here."),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Accounts receivable over plain-text ledgers. Without a command: how the books stand, and what comes next.

    Each command says more: "bill invoice --help", "bill invoice new --help".

    Exit codes: 0 done, 1 problems in the ledger or refused by its rules, 2 usage, 3 done in part or a person is needed,
    4 locked or changed meanwhile, 5 outside service unreachable, 70 our bug, 130 interrupted.

    \b
    Example: bill demo && bill --ledger bill-demo report aging --as-of 2026-06-30
    """
    if version:
        from billcli import __version__

        typer.echo(f"bill {__version__}")
        raise typer.Exit
    ctx.obj = {"ledger": ledger}
    if ctx.invoked_subcommand is None:
        from billcli.cli.status import status

        status(ctx)


@cache
def _commands() -> Any:
    """Kept between calls in one process: reading the options of a noun takes longer than most of its commands."""
    return typer.main.get_command(app)


def typed(words: list[str]) -> int:
    """Runs one command as Typer reads it; its exit code."""
    try:
        code = _commands().main(args=words, prog_name="bill", standalone_mode=False)
    except typer.Abort as aborted:
        raise KeyboardInterrupt from aborted
    if code == 130:
        tell("interrupted\n")  # Typer has caught it and says nothing
    return code if isinstance(code, int) else 0
