"""The one place where errors become exit codes."""

from __future__ import annotations

import os
import sys

from billcli.cli.common import tell
from billcli.errors import BillError, UsageError

_ECHO = 200
"""Characters of a word of the command that an error shows."""


def run(argv: list[str] | None = None) -> int:
    """Runs one command and returns its exit code; nothing but our bugs leaves a traceback, and that in a file."""
    words = sys.argv[1:] if argv is None else argv
    try:
        _streams()
        _all_text(words)
        code = _command(words)
        sys.stdout.flush()
        return code
    except BillError as error:
        return _refused(error, words)
    except KeyboardInterrupt:
        tell("interrupted\n")
        return 130
    except SystemExit:
        return 0  # Typer's answer where the reader of its help has gone
    except OSError as error:
        return _outside(error)
    except Exception as error:  # noqa: BLE001  # the boundary: what is left is a usage error of Typer's or our bug
        return _usage_or_bug(error, words)


def _command(words: list[str]) -> int:
    """A report that is asked for in plain words needs no Typer."""
    from billcli.cli.dispatch import called, found

    if plain := found(words):
        called(plain)
        return 0
    from billcli.cli.main import typed

    return typed(words)


def _streams() -> None:
    """UTF-8 whatever the locale; a closed standard output is an error before anything is written, a closed input is an empty one."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  # stays open for the whole run
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # stays open for the whole run
    if sys.stdout is None:
        raise BillError("standard output is closed", "send it to a file, or to /dev/null")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # text streams both


def _all_text(words: list[str]) -> None:
    """Raises ``UsageError`` for bytes that are no text: neither files nor the index could hold them."""
    for at, word in enumerate(words, 1):
        if any("\ud800" <= c <= "\udfff" for c in word):
            raise UsageError(f"word {at} of the command is not UTF-8", "type it anew; a folder of such a name can be entered, not named")


def _refused(error: BillError, words: list[str]) -> int:
    from billcli.render.diagnostics import as_text
    from billcli.render.text import safe

    if error.diagnostics:
        tell(as_text(error.diagnostics) + "\n")
    tell(f"bill: {safe(_short(error.message, words))}\n")
    if error.hint:
        tell(f"  hint: {safe(_short(error.hint, words))}\n")
    return error.exit_code


def _short(text: str, words: list[str]) -> str:
    """What was typed comes back in an error so that it is recognised; of a page of it the beginning does."""
    for each in {part for word in words for part in (word, *word.partition("="))}:
        if len(each) > _ECHO:
            for shown in (each, repr(each)[1:-1]):
                text = text.replace(shown, f"{each[: _ECHO - 1]}…")
    return text


def _outside(error: OSError) -> int:
    from billcli.render.text import safe

    where = f"{error.filename}: " if error.filename else ""
    tell(f"bill: {safe(str(where))}{error.strerror or error}\n")
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 1


def _usage_or_bug(error: Exception, words: list[str]) -> int:
    if hasattr(error, "format_message"):
        from billcli.render.text import safe

        if type(error).__name__ == "NoArgsIsHelpError":
            tell(f"{error.format_message()}\n")
            return 2
        where = getattr(getattr(error, "ctx", None), "command_path", "bill")
        tell(f'bill: {safe(_short(error.format_message(), words))}\n  hint: "{where} --help" shows how it is used\n')
        return int(getattr(error, "exit_code", 2))
    if type(error).__name__ == "OperationalError" and "locked" in str(error):
        tell("bill: another command is writing the index\n  hint: try again\n")
        return 4
    return _bug(error)


def _bug(error: Exception) -> int:
    import tempfile
    import traceback

    from billcli.delivery.url import hushed
    from billcli.render.text import clipped

    text = hushed("".join(traceback.format_exception(error)), os.environ)
    try:
        with tempfile.NamedTemporaryFile("wb", prefix="bill-bug-", suffix=".txt", delete=False) as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        where = f"what happened stands in {file.name}"
    except OSError as full:
        where = f"what happened could not be written to a file ({full.strerror}): {clipped(text.splitlines()[-1])}"
    tell(f"bill: this is a bug of bill ({type(error).__name__}); nothing more was done\n  hint: {where}\n")
    return 70
