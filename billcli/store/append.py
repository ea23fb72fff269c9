"""State lines of deliveries: the one thing that is written outside a plan, since it must be on the disk before the next step is taken.

Only whoever holds the mail lock does so. The line is added at the end of the file, whole or not at all, and is durable on return.
"""

from __future__ import annotations

import os

from billcli.store import fs
from billcli.store.write import scalar

_KEY = b"states:\n"


def append_state(root: str, path: str, line: str) -> None:
    """Adds a line to the ``states`` of a delivery that stands in a file of its own. Raises ``OSError``, the file as it was before."""
    head, name = fs.split(path)
    with fs.folder(root, head) as fd:
        file = os.open(name, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=fd)
        try:
            raw = _bytes(file)
            whole = raw[: raw.rfind(b"\n") + 1]  # what a crash left of a line was never a state
            if len(whole) != len(raw):
                os.ftruncate(file, len(whole))
            has_key = whole.startswith(_KEY) or b"\n" + _KEY in whole
            added = (b"" if has_key else _KEY) + f"  - {scalar(line)}\n".encode()
            try:
                if os.write(file, added) != len(added):
                    raise OSError(28, "the disk is full", path)
                os.fsync(file)
            except OSError:
                os.ftruncate(file, len(whole))
                os.fsync(file)
                raise
        finally:
            os.close(file)


def _bytes(file: int) -> bytes:
    size = os.fstat(file).st_size
    return os.pread(file, size + 1, 0)
