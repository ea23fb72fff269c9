"""A progress bar on standard error, on a terminal only, for what may take longer than a second."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_WORTH_A_BAR = 300


@contextmanager
def progress_bar(usual: str, worth: int = _WORTH_A_BAR) -> Iterator[Callable[..., Callable[[], None]]]:
    """Yields a function that, told how many steps there are and what they are, else the usual, returns what to call after each."""
    if not sys.stderr.isatty():
        yield lambda _total, _what="": lambda: None
        return
    bars: list[Callable[[], None]] = []

    def begin(total: int, what: str = "") -> Callable[[], None]:
        if total < worth:
            return lambda: None
        from rich.console import Console
        from rich.progress import Progress

        bar = Progress(console=Console(stderr=True), transient=True)
        bar.start()
        bars.append(bar.stop)
        task = bar.add_task(what or usual, total=total)
        left = total

        def advance() -> None:
            nonlocal left
            left -= 1
            bar.advance(task)
            if left == 0:
                bar.stop()  # the next bar has the line to itself

        return advance

    try:
        yield begin
    finally:
        for stop in bars:
            stop()
