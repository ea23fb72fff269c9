"""The options that commands share."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.lazy import typer

LOOKED_FROM = "The day to look at the books from; today where left out."
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help=LOOKED_FROM)]
"""Of commands that only look; each of them takes ``--known-at`` besides (``cli/main.py``)."""
Today = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The day to take as today; today where left out.")]
Looked = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="With --dry-run: the day to take as today.")]
Form = Annotated[str, typer.Option("--format", metavar="table|json|csv", help="How to print it.")]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="DIM",
        help='Sums by industry, region, size, segment, country, grade, customer, tag, month …; "region:1". Twice at most.',
    ),
]
Where = Annotated[
    str | None, typer.Option("--where", metavar="TEXT", help="Only what fits: 'size=large tag=vip gross>1000EUR region=germany'.")
]
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

# What a person says of a bank statement's file, where the file does not say it.
Profile = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="The layout, where the header does not tell: bill's own or the ledger's.")
]
DateOrder = Annotated[
    str | None, typer.Option("--date-order", metavar="dmy|mdy|ymd", help="What comes first in dates, where the file does not show it.")
]
Decimals = Annotated[str | None, typer.Option("--decimal", metavar=".|,", help="What parts the decimals, where the file does not show it.")]
FileCurrency = Annotated[str | None, typer.Option("--currency", metavar="CODE", help="ISO 4217 code, where the file does not say it.")]
Encoding = Annotated[str | None, typer.Option("--encoding", metavar="NAME", help="Where the file does not show it: cp1250, gb18030.")]
