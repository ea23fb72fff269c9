"""A small process that forks in a test worker's stead: a fork copies the worker's tables of memory, ten times what a command takes.

It is asked for functions of modules, by name, with arguments that can be pickled.
"""

from __future__ import annotations

import atexit
import gc
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from multiprocessing.connection import Connection, Pipe
from typing import Any

from tests.faults.rig import Child, started
from tests.support import PROJECT, index_begun, papers_known


class Nursery:
    """This process's end of it."""

    def __init__(self) -> None:
        self._link, far = Pipe()
        with far:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.nursery", str(far.fileno())], env={**os.environ, "PYTHONPATH": str(PROJECT)},
                stdin=subprocess.DEVNULL, pass_fds=(far.fileno(),),
            )  # fmt: skip

    def here(self, work: Callable[..., object], *args: object) -> Any:
        """What it gives, done by the small process itself: what it imports and learns, no child has to again."""
        return self._told("here", work, args)

    def begun(self, work: Callable[..., object], *args: object) -> Begun:
        """Begins it in a child."""
        return Begun(self, self._told("begin", work, args))

    def ended(self, pid: int) -> Any:
        """Waits for that child; what its work gave, by way of JSON, or None where it died."""
        return self._told("end", pid)

    def _told(self, *words: object) -> Any:
        self._link.send(words)
        return self._link.recv()

    def close(self) -> None:
        self._link.close()
        self._process.wait()


class Begun:
    """A child at work there; calling it is as with ``Child``."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.pid = pid
        self._nursery = nursery

    def __call__(self) -> Any:
        return self._nursery.ended(self.pid)


@cache
def nursery() -> Nursery:
    """The one of this process."""
    made = Nursery()
    atexit.register(made.close)
    return made


def _serve(link: Connection) -> None:
    children: dict[int, Child] = {}
    while True:
        try:
            what, *words = link.recv()
        except EOFError:
            return
        match what:
            case "here":
                work, args = words
                link.send(work(*args))
                gc.freeze()
            case "begin":
                child = _begun(*words)
                children[child.pid] = child
                link.send(child.pid)
            case "end":
                link.send(children.pop(words[0])())


def _begun(work: Callable[..., object], args: tuple[object, ...]) -> Child:
    return started(lambda: work(*args))


if __name__ == "__main__":
    with index_begun(), papers_known():
        _serve(Connection(int(sys.argv[1])))
