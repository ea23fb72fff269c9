"""What bill writes outside a ledger: a page, a PDF, the rows that were rejected, the demo. Whole and on the disk, or not at all."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress

from billcli.store import fs

_ENDS = ".part"


def put(path: str, data: bytes, *, replace: bool = True, private: bool = False) -> None:
    """Makes the folder where it is missing. Raises ``FileExistsError`` where something is there that is not to be replaced.

    What is ``private`` nobody else is to read, whatever the umask; whom its owner lets read a file that is replaced may go on.
    """
    folder, name = os.path.split(os.path.abspath(path))
    try:
        make_folder(folder)
        forget_left(folder, name)
        fs.write_new(folder, left_name(name), data, 0o600 if private else 0o666)
        try:
            if private and os.path.isfile(path):
                os.chmod(os.path.join(folder, left_name(name)), stat.S_IMODE(os.stat(path).st_mode))
            fs.rename(folder, left_name(name), name, replace=replace)
        except BaseException:
            _remove(os.path.join(folder, left_name(name)))
            raise
        fs.sync_folder(folder, "")
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error


def put_tree(source: str, folder: str, *, leave_out: str) -> None:
    """Copies the files below ``source`` into a new folder, or one that is empty."""
    above, name = os.path.split(folder)
    make_folder(above)
    forget_left(above, name)
    beside = os.path.join(above, left_name(name))
    try:
        for place, folders, names in os.walk(source):
            folders[:] = sorted(set(folders) - {leave_out})
            make_folder(target := os.path.normpath(os.path.join(beside, os.path.relpath(place, source))))
            for each in sorted(names):
                with open(os.path.join(place, each), "rb") as file:
                    fs.write_new(target, each, file.read(), 0o666)
            fs.sync_folder(target, "")
        os.rename(beside, folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    fs.sync_folder(above, "")


def make_folder(path: str) -> None:
    """With those above it, on the disk; links to folders are followed, as far as there are any."""
    there = path
    while not os.path.isdir(there) and not os.path.lexists(there):
        there = os.path.dirname(there)
    with fs.folder(there, os.path.relpath(path, there) if path != there else "", create=True):
        pass


def left_name(name: str) -> str:
    """What it is called until it is whole: hidden, and with the number of the process that writes it."""
    return f".{name}.{os.getpid()}{_ENDS}"


def forget_left(folder: str, name: str) -> None:
    """Removes what a killed command left of a file of that name."""
    for each in os.listdir(folder):
        if each.startswith(f".{name}.") and each.endswith(_ENDS):
            pid = each[len(name) + 2 : -len(_ENDS)]
            if pid.isascii() and pid.isdigit() and not _is_another(int(pid)):
                _remove(os.path.join(folder, each))


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
        return
    with suppress(OSError):
        os.unlink(path)


def _is_another(pid: int) -> bool:
    """Whether another process lives that may be writing. One of our own number does not: numbers come again after a power cut."""
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # somebody else's, or no number of a process at all: left alone
    return True
