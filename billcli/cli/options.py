"""The options that commands share."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.lazy import typer

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The day to look at the books from; today where left out.")]
Today = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The day to take as today; today where left out.")]
Form = Annotated[str, typer.Option("--format", metavar="table|json|csv", help="How to print it.")]
Answer = Annotated[str, typer.Option("--format", metavar="table|json", help="How to answer: for a person, or for a program.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen; write nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing when all goes well.")]
ExternalId = Annotated[
    str | None,
    typer.Option("--external-id", metavar="KEY", help="A key of your own: the same command with it happens once."),
]
IssuedOn = Annotated[str | None, typer.Option("--issued-on", metavar="DATE", help="Day of issue; today where left out.")]
Customer = Annotated[str | None, typer.Option("--customer", "-c", metavar="ID", help="The customer's id.")]
