"""``bill init``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import answer, say
from billcli.cli.lazy import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def init(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The new ledger's folder.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="The company's name, as it is printed.")],
    currency: Annotated[str, typer.Option("--currency", metavar="CODE", help="ISO 4217 code, such as EUR.")],
    country: Annotated[str, typer.Option("--country", metavar="CODE", help="ISO 3166 code, such as DE.")],
    timezone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="Such as Europe/Berlin; else the country's first.")
    ] = None,
    ci: Annotated[
        str | None, typer.Option("--ci", metavar="github|gitlab", help='Also have the forge check the books; see "bill ci".')
    ] = None,
    no_git: Annotated[bool, typer.Option("--no-git", help="Make no git repository and no commits.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing when all goes well.")] = False,
) -> None:
    """Begin a ledger in a new folder.

    Example: bill init books --name "Fjord Consulting AS" --currency NOK --country NO
    """
    from billcli.app.context import now
    from billcli.app.init import NewLedger
    from billcli.app.init import init as begin
    from billcli.errors import NeedsPerson

    plan, problem = begin(NewLedger(folder, name, currency, country, timezone, not no_git, ci), now())
    if not quiet:
        say(f"{plan.summary[0]}: {len(plan.steps)} files")
        say("next: look through ledger.yaml and categories.yaml, then: bill customer add --name NAME")
        answer(folder)
    if problem:
        raise NeedsPerson(f"the ledger is made, but git has not committed it: {problem}", "the next command commits it")
