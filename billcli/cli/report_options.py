"""The options that reports share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from billcli.cli.lazy import typer
from billcli.cli.options import AsOf, Form, Where

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from billcli.app.books import Books
    from billcli.app.reports.asked import Asked
    from billcli.core.report import Report

    Make = Callable[[Books, date, Asked], Report]

By = Annotated[
    list[str] | None,
    typer.Option("--by", metavar="DIM", help="Group by this: customer, industry, region, size, segment, country, type, month. Up to two."),
]
Period = Annotated[
    str | None,
    typer.Option("--period", metavar="PERIOD", help="2026, 2026-Q1, 2026-03 or FIRST..LAST, else the twelve months up to the day."),
]
Compare = Annotated[
    str | None, typer.Option("--compare", metavar="previous|year", help="Beside it the period before, or the same a year earlier.")
]


NoBy = Annotated[list[str] | None, typer.Option("--by", metavar="DIM", help="Not here.", hidden=True)]
NoWhere = Annotated[str | None, typer.Option("--where", metavar="TEXT", help="Not here.", hidden=True)]
NoCompare = Annotated[str | None, typer.Option("--compare", metavar="WHAT", help="Not here.", hidden=True)]
"""Options that other reports have: given where they mean nothing, they are refused with the reason."""


def show_report(
    ctx: typer.Context,
    as_of: str | None,
    form: str,
    asked: tuple[list[str] | None, str | None, str | None, str | None],
    make: Make,
) -> None:
    """The whole of a report command; ``asked`` is what was said of grouping, choosing, period and comparison."""
    from billcli.app.reports.asked import Asked
    from billcli.cli.common import list_command

    by, where, period, compare = asked
    list_command(ctx, as_of, form, lambda found, day: make(found, day, Asked(tuple(by or ()), where, period, compare)))


def plain_report(app: typer.Typer, name: str) -> Callable[[Make], Make]:
    """Makes a report a command that takes what all of them take and nothing more; its docstring is the help."""

    def taken(make: Make) -> Make:
        def command(
            ctx: typer.Context, as_of: AsOf = None, by: By = None, where: Where = None, period: Period = None, compare: Compare = None,
            form: Form = "table",
        ) -> None:  # fmt: skip
            show_report(ctx, as_of, form, (by, where, period, compare), make)

        command.__doc__ = make.__doc__
        app.command(name)(command)
        return make

    return taken
