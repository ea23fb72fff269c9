"""A copy of one file for a person's editor. It stands in ``.bill`` under the file's own name, so that editors know what it is."""

from __future__ import annotations

import os
import shutil
from itertools import count

from billcli.errors import BillError
from billcli.store import fs
from billcli.store.locate import PRIVATE, private_folder
from billcli.store.text import MAX_BYTES

_FOLDER = f"{PRIVATE}/edits"


def begin(root: str, path: str, raw: bytes) -> str:
    """Makes the copy and gives its path below the ledger; each has a folder of its own, for editors leave files beside it."""
    private_folder(root)
    with fs.folder(root, _FOLDER, create=True, mode=0o700) as fd:
        for number in count(1):
            try:
                os.mkdir(str(number), 0o700, dir_fd=fd)
            except FileExistsError:
                continue
            break
    copy = f"{_FOLDER}/{number}/{fs.split(path)[1]}"
    fs.write_new(root, copy, raw)
    return copy


def content(root: str, copy: str) -> bytes:
    """What the editor left. Raises ``BillError`` where it took the file away."""
    try:
        return fs.read(root, copy, MAX_BYTES)
    except FileNotFoundError:
        raise BillError("the editor left no file", "save it under the name it was opened with") from None


def end(root: str, copy: str) -> None:
    """Throws the copy away with whatever the editor put beside it."""
    shutil.rmtree(os.path.join(root, fs.split(copy)[0]), ignore_errors=True)
