"""``bill explain``."""

from __future__ import annotations

from typing import Annotated

import typer

from billcli.cli.common import out

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def explain(
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="Such as E204; without it, all codes.")] = None,
) -> None:
    """Explain a code that bill check reports: what it means, why it matters, how to mend it.

    Example: bill explain E204
    """
    from billcli.app.explain import all_codes
    from billcli.app.explain import explain as page

    out(page(code) if code else "".join(f"{name}  {meaning}\n" for name, meaning in all_codes()))
