"""The first stage of the start: what needs no Typer is answered before it is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """The command ``bill``."""
    if sys.argv[1:] == ["--version"]:
        from billcli import __version__

        print(f"bill {__version__}")
        return
    from billcli.cli.main import run

    sys.exit(run())
