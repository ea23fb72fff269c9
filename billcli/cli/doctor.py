"""``bill doctor``."""

from __future__ import annotations

from billcli.cli.common import check_form, context, show
from billcli.cli.lazy import typer
from billcli.cli.options import Form

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def doctor(ctx: typer.Context, form: Form = "table") -> None:
    """Look at what bill stands on: Python, git, the folder, the journal, the index. Changes nothing.

    Example: bill doctor
    """
    from billcli.app.doctor import doctor_report

    check_form(form)
    report = doctor_report(context(ctx))
    show(report, form)
    if any(row[0] != "ok" for row in report.rows):
        raise typer.Exit(1)
