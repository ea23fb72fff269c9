"""Answers from a keyboard: a key alone on a terminal that can give one, else the first letter of a line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from billcli.cli.common import tell

END = ""
"""No more input."""

_ENDS = ("\x04", "\x00")
"""Ctrl-D, and what a terminal makes of it that was typed ahead, while it still gave lines."""


def key(prompt: str, *, lines: bool) -> str:
    """One key; with ``lines`` the first letter of a line, or a line end for an empty one. ``END`` where the input has ended."""
    if lines:
        tell(prompt)
        typed = _line()
        return END if typed == END else (typed.strip()[:1] or "\n")
    with _key_by_key():
        tell(prompt)
        typed = _character()
    typed = END if typed in _ENDS else typed
    tell(f"{typed if typed.isprintable() else ''}\n")
    return typed.replace("\r", "\n")


def line(prompt: str) -> str:
    """A line without its end; empty where nothing was typed, or no more comes."""
    tell(prompt)
    return _line().strip()


def can_read_keys() -> bool:
    """Whether the terminal gives single keys."""
    return sys.stdin.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb")


def _line() -> str:
    """A line with its end, ``END`` at the end of all; on a terminal nothing that was typed ahead is lost."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    raw = bytearray()
    while not raw.endswith(b"\n"):
        more = _byte(sys.stdin.fileno())
        if not more:
            break
        raw += more
    return raw.decode("utf-8", "replace")


def _byte(fd: int) -> bytes:
    """Nothing where the input has ended, or the terminal has gone."""
    try:
        return os.read(fd, 1)
    except OSError:
        return b""


def _character() -> str:
    """One character, over several bytes where it is not ASCII; of a key that sends a sequence, such as an arrow, the escape alone."""
    fd = sys.stdin.fileno()
    raw = _byte(fd)
    if raw == b"\x1b":
        _forget_sequence(fd)
        return "\x1b"
    while raw and len(raw) < 4:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            more = _byte(fd)
            if not more:
                break
            raw += more
    return raw.decode("utf-8", "replace")


def _forget_sequence(fd: int) -> None:
    import select

    while select.select([fd], [], [], 0.02)[0] and _byte(fd) not in (b"", *(bytes((each,)) for each in range(0x40, 0x5B))):
        pass


@contextmanager
def _key_by_key() -> Iterator[None]:
    """Keys come one by one and are not shown; an interrupt stays one. The terminal is afterwards as it was, whatever happens."""
    import termios
    import tty

    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd, termios.TCSADRAIN)
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
