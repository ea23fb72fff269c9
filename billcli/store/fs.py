"""Every call that touches files of a ledger. Nothing else in bill opens one for writing.

Folders are opened one by one without following links, so no path leaves the ledger; nothing is swallowed.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

_AT_EXCHANGE = 2
_AT_NOREPLACE = 1


class Stamp(NamedTuple):
    """What a look at a file's metadata tells; equal stamps mean an unchanged file, outside the racy moments."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def sha256(data: bytes) -> str:
    from hashlib import sha256 as begin  # OpenSSL takes a while to load, and a report on a fresh index hashes nothing

    return begin(data).hexdigest()


@contextmanager
def folder(root: str, path: str, *, create: bool = False, mode: int = 0o777) -> Iterator[int]:
    """A descriptor of the folder ``path`` below ``root``; every step must be a real folder."""
    fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in [each for each in path.split("/") if each]:
            if part == "..":
                raise OSError(errno.EINVAL, "a path that leaves the ledger", path)
            if create:
                _make(part, fd, mode)
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=fd)
            above, fd = fd, inner
            os.close(above)  # where that fails, it is closed all the same
        yield fd
    finally:
        os.close(fd)


def _make(name: str, fd: int, mode: int) -> None:
    """Makes the folder where it is missing, and has it on the disk either way: whoever made it may have been killed before that."""
    try:
        os.mkdir(name, mode, dir_fd=fd)
    except FileExistsError:
        pass
    os.fsync(fd)


def make_folder(root: str, path: str, mode: int) -> None:
    """A folder, and those above it that are missing, without having it on the disk: for what may be lost."""
    above, name = split(path)
    if above and not os.path.isdir(f"{root}/{above}"):
        make_folder(root, above, mode)
    with folder(root, above) as fd:
        os.mkdir(name, mode, dir_fd=fd)


def split(path: str) -> tuple[str, str]:
    head, _, name = path.rpartition("/")
    return head, name


def read(root: str, path: str, limit: int = 0) -> bytes:
    """The bytes of a regular file that is no link; at most ``limit + 1`` of them where a limit is given."""
    with reading(root) as each:
        return each(path, limit)


@contextmanager
def reading(root: str) -> Iterator[Callable[[str, int], bytes]]:
    """``read`` for many files in a row: the folder of the last one stays open for the next."""
    at: str | None = None
    fd = -1
    with ExitStack() as opened:

        def each(path: str, limit: int) -> bytes:
            nonlocal at, fd
            head, name = split(path)
            if head != at:
                opened.close()
                at = None
                fd = opened.enter_context(folder(root, head))
                at = head
            return _read(fd, name, path, limit)

        yield each


def _read(fd: int, name: str, path: str, limit: int) -> bytes:
    file, size = _opened(fd, name, path)
    try:
        parts = []
        left = limit + 1 if limit else -1
        some = min(size + 1, 1 << 20)
        while left and (part := os.read(file, min(left, some) if left > 0 else some)):
            parts.append(part)
            left = left - len(part) if left > 0 else left
            if len(part) == size < some:
                break  # all there is, in one go: more was asked for
        return b"".join(parts)
    finally:
        os.close(file)


def read_part(root: str, path: str, offset: int, length: int) -> bytes:
    """Some bytes of a regular file that is no link; fewer where it ends before."""
    head, name = split(path)
    with folder(root, head) as fd:
        file, _ = _opened(fd, name, path)
    try:
        return os.pread(file, length, offset)
    finally:
        os.close(file)


def _opened(fd: int, name: str, path: str) -> tuple[int, int]:
    """A regular file that is no link, open for reading, and its size."""
    file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=fd)
    try:
        info = os.fstat(file)
        if not stat.S_ISREG(info.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
    except OSError:
        os.close(file)
        raise
    return file, info.st_size


def read_if_there(root: str, path: str) -> bytes | None:
    try:
        return read(root, path)
    except FileNotFoundError:
        return None


def write_new(root: str, path: str, data: bytes, mode: int = 0o600) -> None:
    """A new file, whole and on the disk, or an error; read back, since a disk can lie about a short write.

    The umask takes from ``mode`` as from every new file's.
    """
    head, name = split(path)
    with folder(root, head) as fd:
        file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode, dir_fd=fd)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(file, rest) :]
            os.fsync(file)
            if os.pread(file, len(data) + 1, 0) != data:
                raise OSError(errno.EIO, "the file system kept less than was written", path)
        except OSError as error:
            os.unlink(name, dir_fd=fd)
            raise OSError(error.errno, error.strerror, path) from error
        finally:
            os.close(file)


def write_over(root: str, path: str, data: bytes) -> None:
    """A file of bill's own, new or in the place of the old one: after a crash it is whole, one or the other. Durable on return."""
    new = f"{path}.new"
    try:
        remove(root, new)
    except FileNotFoundError:
        pass
    write_new(root, new, data)
    rename(root, new, path)
    sync_folder(root, split(path)[0])


def sync_folder(root: str, path: str) -> None:
    with folder(root, path) as fd:
        os.fsync(fd)


def remove(root: str, path: str) -> None:
    head, name = split(path)
    with folder(root, head) as fd:
        os.unlink(name, dir_fd=fd)


def remove_empty(root: str, path: str) -> None:
    """Takes a folder away where nothing stands in it; git keeps none either."""
    head, name = split(path)
    try:
        with folder(root, head) as fd:
            os.rmdir(name, dir_fd=fd)
    except OSError:
        pass  # it is not empty, or gone, or somebody works in it: nothing depends on it


def names(root: str, path: str) -> list[str]:
    with folder(root, path) as fd:
        return sorted(os.listdir(fd))


def rename(root: str, old: str, new: str, *, exchange: bool = False, replace: bool = True) -> None:
    """One rename inside the ledger; ``exchange`` swaps the two, ``replace=False`` fails where the new name is taken."""
    (old_head, old_name), (new_head, new_name) = split(old), split(new)
    with folder(root, old_head) as old_fd, folder(root, new_head) as new_fd:
        if exchange:
            _renameat2(old_fd, old_name, new_fd, new_name, _AT_EXCHANGE)
        elif replace:
            os.rename(old_name, new_name, src_dir_fd=old_fd, dst_dir_fd=new_fd)
        else:
            _no_replace(old_fd, old_name, new_fd, new_name)


def _no_replace(old_fd: int, old_name: str, new_fd: int, new_name: str) -> None:
    try:
        _renameat2(old_fd, old_name, new_fd, new_name, _AT_NOREPLACE)
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
            raise
        os.link(old_name, new_name, src_dir_fd=old_fd, dst_dir_fd=new_fd, follow_symlinks=False)
        os.unlink(old_name, dir_fd=old_fd)


def _renameat2(old_fd: int, old_name: str, new_fd: int, new_name: str, flags: int) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    call = getattr(libc, "renameat2", None)
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if call(old_fd, os.fsencode(old_name), new_fd, os.fsencode(new_name), flags) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), new_name)


def keep_mode_and_owner(root: str, like: str, path: str) -> None:
    """Give ``path`` the mode and owner of the file it is about to replace."""
    (like_head, like_name), (head, name) = split(like), split(path)
    with folder(root, like_head) as like_fd, folder(root, head) as fd:
        wanted = os.stat(like_name, dir_fd=like_fd, follow_symlinks=False)
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=fd)
        try:
            have = os.fstat(file)
            if (have.st_uid, have.st_gid) != (wanted.st_uid, wanted.st_gid):
                try:
                    os.fchown(file, wanted.st_uid, wanted.st_gid)
                except PermissionError:
                    pass  # only the owner's superuser may give files away; the content matters more than the name on it
            os.fchmod(file, stat.S_IMODE(wanted.st_mode))
            os.fsync(file)
        finally:
            os.close(file)


def device(root: str, path: str) -> int:
    """The device of a folder, or of the nearest one above it where it is not there yet; a rename never leaves a device."""
    while True:
        try:
            with folder(root, path) as fd:
                return os.fstat(fd).st_dev
        except FileNotFoundError:
            path, _ = split(path)


def stamp(info: os.stat_result) -> Stamp:
    return Stamp(info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)
