"""A Maildir instead of a server: for a dry run, or for a machine that takes the messages on from there.

A message has its name from its key, and ``link(2)`` refuses a name that is there: handing over twice is impossible here.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from billcli.delivery.address import Mailbox
from billcli.delivery.outcome import Outcome
from billcli.errors import Unreachable

_FOLDERS = ("tmp", "new", "cur")


class Maildir:
    """``path`` is made where it is missing, for its owner alone."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = f"maildir:{path}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None

    def open(self) -> None:
        try:
            for each in ("", *_FOLDERS):  # the mode is that of the last one alone
                os.makedirs(os.path.join(self.path, each), mode=0o700, exist_ok=True)
        except OSError as error:
            raise self._unreachable(error) from None

    def hand_over(self, name: str, sender: Mailbox, to: Mailbox, raw: bytes, before: Callable[[], None]) -> Outcome:
        there = Outcome("sent", f"it was in {self.name} already")
        made, new = (os.path.join(self.path, folder, file) for folder, file in (("tmp", f"{name}.{os.getpid()}"), ("new", name)))
        try:
            if self._has(name):
                return there
            self._write(made, raw)
        except OSError as error:
            raise self._unreachable(error) from None
        try:
            before()
            try:
                os.link(made, new, follow_symlinks=False)
                _sync(f"{self.path}/new")
            except FileExistsError:
                return there
            except OSError as error:
                return Outcome("deferred", f"{self.name} cannot be written: {error.strerror}")
        finally:
            with suppress(OSError):
                os.unlink(made)  # what became of the message is known by now; whoever reads a Maildir clears tmp
        return Outcome("sent", f"kept in {self.name} as new/{name}")

    def _has(self, name: str) -> bool:
        """Also where a mail program has looked at it, and moved it from ``new`` to ``cur``."""
        return any(each.partition(":")[0] == name for folder in ("new", "cur") for each in os.listdir(f"{self.path}/{folder}"))

    def _write(self, path: str, raw: bytes) -> None:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            rest = memoryview(raw)
            while rest:
                rest = rest[os.write(file, rest) :]
            os.fsync(file)
            if os.pread(file, len(raw) + 1, 0) != raw:
                raise OSError(errno.EIO, "the file system kept less than was written", path)
        except OSError:
            os.unlink(path)
            raise
        finally:
            os.close(file)

    def _unreachable(self, error: OSError) -> Unreachable:
        return Unreachable(f"{self.name} cannot be written: {error.strerror}", "look at the folder and the disk")


def _sync(folder: str) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
