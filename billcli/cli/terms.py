"""``bill terms``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import check_form, has_ledger, list_command, optional_day
from billcli.cli.common import show as print_report
from billcli.cli.lazy import typer
from billcli.cli.options import Form

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def terms() -> None:
    """What payment terms come to.

    Example: bill terms show "2% 10, net 30"
    """


@app.command()
def show(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TERMS", help='The terms as a customer or an invoice has them, such as "net 30".')],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day of issue; today where left out.")] = None,
    amount: Annotated[
        str | None, typer.Option("--amount", metavar="AMOUNT", help="The gross to divide; else only its shares are shown.")
    ] = None,
    currency: Annotated[str | None, typer.Option("--currency", metavar="CODE", help="ISO 4217 code; else the ledger's, or EUR.")] = None,
    form: Form = "table",
) -> None:
    """Show when payment terms are due, in which parts, and what paying early takes off. Works without a ledger too.

    Due: net 30 · on receipt · now · prepaid · eom · eom then net 30 · net 30 then eom · day 15 next month ·
    day 10 next month cutoff 25 · 1 month · by 2026-12-31. In parts: 30% now, 70% net 60, or 1/3 now, 1/3 net 30, rest net 60.
    In front, paying early: 2% 10, net 30. At last, days off: net 30, following DE (or preceding, or modified following), with a
    country or a calendar of ledger.yaml.

    Example: bill terms show "2% 10, net 30" --on 2026-11-21 --amount 1190
    """
    from billcli.app.terms import TermsRequest, in_ledger, outside, terms_report

    check_form(form)
    request = TermsRequest(text, optional_day(on, "--on"), amount, currency)
    if has_ledger(ctx):
        list_command(ctx, None, form, lambda found, day: terms_report(request, in_ledger(found)))
    else:
        print_report(terms_report(request, outside()), form)
