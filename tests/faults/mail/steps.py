"""A command in a child of its own whose steps on the disk and the wire are counted, and which one of them can end.

A step is a call of ``os`` that changes something, or one of a socket. What the child calls is seen from below, whoever in it calls.
A power cut takes with it what was written to a file and not yet brought to the disk by ``fsync``.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from billcli.store import fs
from tests.faults.rig import DIED

FILES = ("write", "pwrite", "ftruncate", "fsync", "fdatasync", "rename", "replace", "link", "unlink", "mkdir", "open")
WIRE = ("connect", "send", "sendall", "recv", "recv_into")
KINDS = ("die", "torn", "cut", "EIO", "ENOSPC")
"""Torn: half is written, then death. Cut: the power goes."""

CANARIES = ("no fsync", "state too late")
"""Faults of the product that the judge must find, made from outside: what it remembers of deliveries is not brought to the disk, or is
written a step too late."""


class Blow(NamedTuple):
    """What befalls the ``at``-th step."""

    kind: str
    at: int

    def __str__(self) -> str:
        return f"{self.kind} at step {self.at}"


class Steps:
    """To be made and taken up in a forked child only: it changes ``os`` and ``socket`` for good."""

    def __init__(self, blow: Blow | None = None, canary: str | None = None) -> None:
        self.blow = blow
        self.canary = canary
        self.made: list[str] = []
        self._files: dict[str, Callable[..., Any]] = {name: getattr(os, name) for name in FILES}
        self._renameat2 = fs._renameat2
        self._unsafe: dict[tuple[int, int], tuple[int, bytes]] = {}
        """By device and inode: a descriptor of a file, and its bytes as the disk has them for certain."""
        self._late: dict[tuple[int, int], bytes] = {}

    def take_up(self) -> None:
        for name in FILES:
            setattr(os, name, self._file(name))
        fs._renameat2 = lambda *args: self._step("renameat2", args, lambda: self._renameat2(*args))
        for name in WIRE:
            setattr(socket.socket, name, self._wire(name, getattr(socket.socket, name)))

    def _file(self, name: str) -> Callable[..., Any]:
        call = self._files[name]

        def made(*args: Any, **options: Any) -> Any:
            if name == "open" and not (len(args) > 1 and args[1] & os.O_CREAT):
                return call(*args, **options)
            if name in ("write", "pwrite", "ftruncate") and not _regular(args[0]):
                return call(*args, **options)
            return self._step(name, args, lambda: self._kept(name, args, lambda: call(*args, **options)))

        return made

    def _wire(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def made(link: socket.socket, *args: Any) -> Any:
            if link.family not in (socket.AF_INET, socket.AF_INET6):
                return call(link, *args)
            return self._step(name, args, lambda: call(link, *args))

        return made

    def _step(self, name: str, args: tuple[Any, ...], call: Callable[[], Any]) -> Any:
        self.made.append(name)
        if self.blow is None or len(self.made) != self.blow.at:
            return call()
        match self.blow.kind:
            case "torn" if name == "write":
                self._files["write"](args[0], args[1][: max(1, len(args[1]) // 2)])
            case "torn" | "die":
                pass
            case "cut":
                self._cut()
            case code if name in WIRE:
                raise ConnectionResetError(errno.ECONNRESET, f"{os.strerror(errno.ECONNRESET)} ({code})")
            case code:
                raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)))
        sys.stdout.flush()
        os._exit(DIED)

    def _kept(self, name: str, args: tuple[Any, ...], call: Callable[[], Any]) -> Any:
        """The call, and what the disk has for certain before and after it."""
        if name in ("write", "pwrite", "ftruncate"):
            fd = args[0]
            key = _key(fd)
            if key not in self._unsafe:
                own = self._files["open"](f"/proc/self/fd/{fd}", os.O_RDWR | os.O_CLOEXEC)
                self._unsafe[key] = (own, os.pread(own, os.fstat(own).st_size, 0))
            if name == "write" and self.canary == "state too late" and _is_memory(fd):
                return self._write_late(key, fd, args[1])
        elif name in ("fsync", "fdatasync"):
            key = _key(args[0])
            if key in self._unsafe and not (self.canary == "no fsync" and _is_memory(args[0])):
                os.close(self._unsafe.pop(key)[0])
        return call()

    def _write_late(self, key: tuple[int, int], fd: int, data: bytes) -> int:
        if b"Z data" in bytes(data) or "/deliveries/" not in _path(fd):
            self._late[key] = self._late.get(key, b"") + bytes(data)
            return len(data)
        self._files["write"](fd, self._late.pop(key, b"") + bytes(data))
        return len(data)

    def _cut(self) -> None:
        for fd, safe in self._unsafe.values():
            self._files["ftruncate"](fd, 0)
            self._files["pwrite"](fd, safe, 0)


def _is_memory(fd: int) -> bool:
    """Where the product keeps what was handed over."""
    return "/deliveries/" in _path(fd) or _path(fd).endswith("/.bill/outbox/handed")


def _regular(fd: int) -> bool:
    return stat.S_ISREG(os.fstat(fd).st_mode)


def _key(fd: int) -> tuple[int, int]:
    info = os.fstat(fd)
    return info.st_dev, info.st_ino


def _path(fd: int) -> str:
    return os.readlink(f"/proc/self/fd/{fd}")
