"""State lines of deliveries: the one thing that is written outside a plan, since it must be on the disk before the next step is taken.

Only whoever holds the mail lock does so. The line is added at the end of the file, whole or not at all, and is durable on return.
"""

from __future__ import annotations

import errno
import os
import stat

from billcli.errors import BillError
from billcli.store import fs
from billcli.store.write import scalar

_FOLDER = "deliveries/"
_KEY = b"states:\n"
_ITEM = b"  - "


class UnfitFile(BillError):
    """A delivery that takes no state; others are not concerned."""


def append_state(root: str, path: str, line: str) -> None:
    """Adds a line to the ``states`` of a delivery that stands in a file of its own. Raises ``OSError``, the file as it was before.

    Raises ``UnfitFile`` where ``states`` is not the last key, or not written as bill writes it: a person has to look.
    """
    head, name = fs.split(path)
    with fs.folder(root, head) as fd:
        file = os.open(name, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=fd)
        try:
            info = os.fstat(file)
            if not stat.S_ISREG(info.st_mode) or info.st_nlink > 1:
                raise UnfitFile(f"{path} has a second name elsewhere (a hard link), which would change with it", "put a copy in its place")
            raw = _bytes(file)
            whole = raw[: raw.rfind(b"\n") + 1]  # what a crash left of a line was never a state
            has_key = _has_key(whole, path)
            if len(whole) != len(raw):
                os.ftruncate(file, len(whole))
            added = (b"" if has_key else _KEY) + f"  - {scalar(line)}\n".encode()
            try:
                if os.write(file, added) != len(added):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
                os.fsync(file)
            except OSError:
                os.ftruncate(file, len(whole))
                os.fsync(file)
                raise
        finally:
            os.close(file)


def settled(raw: bytes, path: str) -> bytes:
    """A delivery without what a crash left of its last line, or of a list that was begun: neither was ever a state."""
    if not path.startswith(_FOLDER) or not raw:
        return raw
    if not raw.endswith(b"\n"):
        cut = raw.rfind(b"\n") + 1
        torn = raw[cut:].rstrip(b"\0")  # a power cut may leave the length of a line and none of its bytes
        if not (_KEY.startswith(torn) or torn.startswith(_ITEM) or _ITEM.startswith(torn)):
            return raw  # a person's editor left the line end out
        raw = raw[:cut]
    return raw.removesuffix(_KEY) if raw.endswith(b"\n" + _KEY) else raw


def is_only_appended(raw: bytes, known: str) -> bool:
    """Whether the file is one with this SHA-256 and nothing but state lines added at its end."""
    rest = settled(raw, _FOLDER)
    while rest:
        cut = rest.rfind(b"\n", 0, len(rest) - 1) + 1
        if not rest[cut:].startswith(_ITEM):
            return False
        rest = rest[:cut]
        if fs.sha256(rest) == known or (rest.endswith(b"\n" + _KEY) and fs.sha256(rest.removesuffix(_KEY)) == known):
            return True
    return False


def _has_key(whole: bytes, path: str) -> bool:
    at = whole.find(b"\nstates:")
    if at < 0 and b"\r" not in whole:
        return False
    if at >= 0 and whole[at + 1 :].startswith(_KEY) and all(line.startswith(_ITEM) for line in whole[at + 9 :].splitlines()):
        return True
    raise UnfitFile(f"{path}: states: does not stand last, as bill writes it", 'look at it: "bill edit" opens it')


def _bytes(file: int) -> bytes:
    size = os.fstat(file).st_size
    return os.pread(file, size + 1, 0)
