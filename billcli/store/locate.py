"""Which folder is the ledger, and what stands in its private ``.bill`` folder."""

from __future__ import annotations

import os
import stat

from billcli.errors import BillError, UsageError
from billcli.store import fs
from billcli.store import root as roots

PRIVATE = roots.PRIVATE
MARK = roots.MARK


def find_ledger(chosen: str | None, start: str) -> str:
    """The ledger's root: ``--ledger`` or ``BILL_LEDGER`` as they stand, else the nearest folder upwards with a ``ledger.yaml``."""
    if chosen:
        root = os.path.abspath(chosen)
        if not _is_ledger(root):
            raise UsageError(f'"{chosen}" is no ledger: it holds no {MARK}', '"bill init --help" shows how to begin one')
        return os.path.realpath(root)
    found = roots.nearest(os.path.realpath(start))
    if found is None:
        raise UsageError(
            f"no {MARK} here or in any folder above",
            'go to a ledger, name one with --ledger DIR, or begin one: "bill init --help" shows how',
        )
    return found


def _is_ledger(root: str) -> bool:
    """As ``root.is_ledger``; raises ``BillError`` where the disk or the rights do not let anybody say."""
    for name in roots.MARKS:
        try:
            if stat.S_ISREG(os.stat(os.path.join(root, name)).st_mode):
                return True
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            raise BillError(f"{os.path.join(root, name)} cannot be looked at: {error.strerror}", "look at who may read it") from error
    return False


def private_folder(root: str) -> str:
    """Makes ``.bill`` where it is missing, ignored by git whatever the ledger's own ``.gitignore`` says."""
    path = os.path.join(root, PRIVATE)
    if os.path.islink(path):
        raise BillError(f"{PRIVATE} is a symbolic link", "bill keeps its journal only in a real folder; remove the link")
    if not os.path.isdir(path):
        os.makedirs(path, mode=0o700, exist_ok=True)
    if not os.path.lexists(os.path.join(path, ".gitignore")):
        try:
            fs.write_new(root, f"{PRIVATE}/.gitignore", b"*\n", 0o644)
        except FileExistsError:
            pass  # another command was quicker
    return path


_PLACE = f"{PRIVATE}/place"


def is_at_home(root: str) -> bool:
    """Whether ``.bill`` was made where it is. One that came with a copied or cloned folder knows nothing of this one's files."""
    return fs.read_if_there(root, _PLACE) == _place(root)


def settle(root: str) -> None:
    """Makes this the place where ``.bill`` is at home."""
    if fs.read_if_there(root, _PLACE) is not None:
        fs.remove(root, _PLACE)
    try:
        fs.write_new(root, _PLACE, _place(root))
    except FileExistsError:
        pass  # another command was quicker


def _place(root: str) -> bytes:
    return f"{os.stat(os.path.join(root, PRIVATE)).st_ino}\n".encode()
