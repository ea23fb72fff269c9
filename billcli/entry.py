"""The first stage of the start: what needs no Typer is answered before it is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """The command ``bill``."""
    if sys.getfilesystemencoding() == "ascii":
        _begin_anew()
    words = sys.argv[1:]
    if words and sys.stdout is not None:
        try:
            if _early(words):
                return
        except OSError:
            pass  # told below, as for every command
    from billcli.cli.boundary import run

    sys.exit(run())


def _begin_anew() -> None:
    """In UTF-8, where the locale knows no letters beyond ASCII and Python is kept from helping itself."""
    import os

    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606  # the same program once more, and no shell wanted


def _early(words: list[str]) -> bool:
    """Whether that was one of the few commands that are answered from what is written down already."""
    match words:
        case ["__complete", shell, *rest]:
            from billcli.cli.complete import main as complete

            complete(shell, rest)
            return True
        case ["--version"]:
            from billcli import __version__

            text = f"bill {__version__}\n"
        case ["--help"] | ["-h"]:
            from billcli.cli.help import HELP

            text = HELP.get(min(_columns(), max(HELP)), "")
        case ["completion", shell]:
            from billcli.cli.scripts import SCRIPTS

            text = SCRIPTS.get(shell, "")
        case _:
            return False
    if text:
        print(text, end="", flush=True)
    return bool(text)


def _columns() -> int:
    """The terminal's width, as ``shutil`` tells it."""
    import os

    try:
        given = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        given = 0
    if given > 0:
        return given
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]  # None is an AttributeError
    except (AttributeError, ValueError, OSError):
        return 80
