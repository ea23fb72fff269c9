"""``bill doctor``."""

from __future__ import annotations

import typer

from billcli.cli.common import context, out

app = typer.Typer(add_completion=False)


@app.command()
def doctor(ctx: typer.Context) -> None:
    """Look at what bill stands on: Python, SQLite, git, the folder, the lock, the journal, the index. Changes nothing.

    Example: bill doctor
    """
    from billcli.app.doctor import doctor as examine

    findings = examine(context(ctx))
    out("".join(f"{'ok  ' if each.ok else 'NOT '} {each.what}: {each.how}\n" for each in findings))
    if not all(each.ok for each in findings):
        raise typer.Exit(1)
