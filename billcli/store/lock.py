"""One writer at a time: a kernel lock on a file that is never unlinked, so a killed holder leaves nothing behind."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from billcli.errors import BillError, ChangedMeanwhile, UsageError
from billcli.store.locate import PRIVATE, private_folder

NAME = "lock"
MAIL_NAME = "mail-lock"
DEFAULT_WAIT = 10.0
_PAUSE = 0.05


def wait_seconds(setting: str | None) -> float:
    """How long to wait for another writer: ``BILL_WAIT`` in seconds, 0 to 600."""
    if setting is None:
        return DEFAULT_WAIT
    if not (setting.isascii() and setting.isdigit()) or int(setting) > 600:
        raise UsageError(f'BILL_WAIT is "{setting}"', "give whole seconds from 0 to 600")
    return int(setting)


@contextmanager
def writer_lock(root: str, command: str, wait: float) -> Iterator[None]:
    """Holds the ledger for one writing command. Raises ``ChangedMeanwhile`` naming the holder when the wait is over."""
    fd = _opened(root, NAME, "nothing was changed", "bill keeps its lock and journal there")
    try:
        _acquire(fd, time.monotonic() + wait)
        holder = json.dumps({"pid": os.getpid(), "command": command}).encode()
        try:
            os.ftruncate(fd, 0)
            os.pwrite(fd, holder, 0)
        except OSError:
            pass  # who holds it is only told to others; a full disk is met again, and said, where it matters
        yield
    finally:
        try:
            os.close(fd)
        except OSError:
            pass  # it is closed and free all the same, and nothing of worth was written to it


def _opened(root: str, name: str, so_far: str, hint: str) -> int:
    try:
        return os.open(os.path.join(private_folder(root), name), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BillError(f"{os.path.join(root, PRIVATE)} cannot be written: {error.strerror}; {so_far}", hint) from error


def _acquire(fd: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise ChangedMeanwhile(
                    f"another command holds the ledger: {_holder(fd)}; nothing was changed", "try again when it is done"
                ) from None
            time.sleep(_PAUSE)
        else:
            return


def _holder(fd: int) -> str:
    try:
        known = json.loads(os.pread(fd, 4096, 0))
        return f'"bill {known["command"]}", process {known["pid"]}'
    except (ValueError, KeyError, TypeError):
        return "an unnamed one"


@contextmanager
def mail_lock(root: str) -> Iterator[None]:
    """Held by the one run that hands mail over. Raises ``ChangedMeanwhile`` at once where another does: it sends what there is."""
    fd = _opened(root, MAIL_NAME, "nothing was handed over", "bill keeps its mail lock there, and what it remembers")
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MailBusy(
                "another run hands mail over; this one changed nothing", "it sends what waits; try again when it is done"
            ) from None
        yield
    finally:
        os.close(fd)


class MailBusy(ChangedMeanwhile):
    """Another run hands mail over; for cron that is as good as doing it."""
