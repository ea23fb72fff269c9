"""Bare ``bill``: how the books stand and what to do next."""

from __future__ import annotations

from billcli.cli.common import books, show
from billcli.cli.lazy import typer


def status(ctx: typer.Context) -> None:
    """A short status of the ledger here, and the next steps."""
    from billcli.app.status import status_view

    with books(ctx, whole=False) as found:
        view = status_view(found, found.today)
    show(view, "table")
