"""The first stage of the start: what needs no Typer is answered before it is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """The command ``bill``."""
    if sys.argv[1:] == ["--version"] and sys.stdout is not None:
        from billcli import __version__

        try:
            print(f"bill {__version__}", flush=True)
            return
        except OSError:
            pass  # told below, as for every command
    from billcli.cli.main import run

    sys.exit(run())
