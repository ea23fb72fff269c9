"""A mail server on loopback that does what it is told to do wrong, and remembers every message that was handed to it.

It talks plain SMTP (RFC 5321) over real sockets, in threads of its own, so it outlives whatever becomes of the client.
"""

from __future__ import annotations

import email
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import Message
from functools import cached_property
from typing import NamedTuple

STAGES = ("banner", "ehlo", "mail", "rcpt", "data", "go", "body", "dot", "after")
"""``go``: 354 was said, nothing of the message has come. ``body``: some of it. ``dot``: all of it. ``after``: the answer was given."""

TOO_LATE = STAGES.index("go")
"""From this stage on a client cannot know by itself whether the message was taken."""

FAILS = ("drop", "reset", "4xx", "5xx", "421", "garbage", "silent", "endless", "kill")
HARMLESS = ("late", "lines", "drip")
"""What must not keep a message from arriving: an answer that comes late, in many lines, or byte by byte."""

DEEDS = {stage: FAILS + HARMLESS for stage in STAGES if stage not in ("go", "body", "after")} | {
    "go": ("drop", "reset", "421", "silent", "kill"),
    "body": ("drop", "reset", "421", "silent", "kill"),
    "after": ("drop", "reset", "421", "silent", "kill"),
}
"""What can be done at each stage."""

_ANSWERS = {
    "banner": "220 loopback ready",
    "ehlo": "250 SIZE 50000000",
    "mail": "250 2.1.0 sender fine",
    "rcpt": "250 2.1.5 recipient fine",
    "data": "354 go on",
    "dot": "250 2.0.0 taken",
}
_REFUSALS = {
    "4xx": {
        "banner": "450 not now",
        "ehlo": "451 4.3.0 busy",
        "mail": "452 4.3.1 no room",
        "rcpt": "450 4.2.0 greylisted",
        "data": "451 4.3.0 try later",
        "dot": "451 4.7.1 try later",
    },
    "5xx": {
        "banner": "554 no service",
        "ehlo": "550 5.7.1 not you",
        "mail": "550 5.7.1 not from you",
        "rcpt": "550 5.1.1 nobody of that name",
        "data": "554 5.5.1 no",
        "dot": "554 5.6.0 not such a thing",
    },
}
GARBAGE = (b"\x00\xff\xfe nonsense\r\n", b"\r\n", b"25\r\n", b"999 what\r\n", b"2x0 fine\r\n")
PATIENCE = 12.0
"""Seconds after which a client that neither speaks nor leaves is thought to wait for ever."""

_PAUSE = 0.02
_BYTES_OF_BODY = 400


class Fault(NamedTuple):
    """At the ``nth`` time that the stage comes up the deed is done, and ``times`` times in all (-1: for ever)."""

    stage: str
    deed: str
    nth: int = 1
    times: int = 1
    recipient: str | None = None
    """Only from the recipient's command on: where it is this one."""

    def __str__(self) -> str:
        return f"{self.deed} at {self.stage}"


class Struck(NamedTuple):
    """A fault that came to pass, and in which run."""

    run: int
    fault: Fault


class Transaction:
    """From a sender's command to the answer after the final dot, or as far as it came."""

    def __init__(self, run: int, sender: str) -> None:
        self.run = run
        self.sender = sender
        self.recipients: list[str] = []
        self.reached = "mail"
        self.fault: Fault | None = None
        self.answer = ""
        """What was said after the final dot; nothing where nothing was."""
        self.complete = False
        """The final dot was seen."""
        self.raw = b""

    @property
    def kept(self) -> bool:
        """The server has the message: all of it came, and it did not say otherwise. The client may not know."""
        return self.complete and self.answer[:1] not in ("4", "5")

    @cached_property
    def message(self) -> Message:
        """To be asked for only when the server is done with it."""
        return email.message_from_bytes(self.raw)

    @cached_property
    def message_id(self) -> str:
        return str(self.message["Message-ID"] or "").strip()

    @cached_property
    def text(self) -> str:
        body = next((part for part in self.message.walk() if part.get_content_type() == "text/plain"), None)
        raw = body.get_payload(decode=True) if body else b""
        return raw.decode() if isinstance(raw, bytes) else ""

    def __repr__(self) -> str:
        return f"<{self.reached} to {','.join(self.recipients)} in run {self.run}, fault {self.fault}, answer {self.answer!r}>"


class _GoneError(Exception):
    """The connection is over, by either side."""


class Server:
    """Listens on a free port of 127.0.0.1; a context manager. ``run`` is written into what is recorded from then on."""

    def __init__(self) -> None:
        self.run = 0
        self.transactions: list[Transaction] = []
        self.struck: list[Struck] = []
        self.connections = 0
        self.outlasted = 0
        """How often a client would still wait when the server had enough."""
        self.victim: Callable[[], int | None] = lambda: None
        """Which process ``kill`` kills."""
        self._armed: list[Fault] = []
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._closing = False
        self._held: set[socket.socket] = set()
        self._knocks: set[int] = set()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listening.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Server:
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._hang_up()
        socket.create_connection(("127.0.0.1", self.port)).close()  # wakes the thread that takes connections
        self._accepting.join()
        for thread in list(self._threads):
            thread.join()
        self._listening.close()

    def arm(self, *faults: Fault) -> None:
        with self._lock:
            self._armed += faults

    def calm(self) -> None:
        """Nothing more goes wrong."""
        with self._lock:
            self._armed.clear()

    def forget(self) -> None:
        """As new: no faults, no memory."""
        self.settle()
        self.calm()
        self.run = 0
        self.transactions, self.struck, self.connections, self.outlasted = [], [], 0, 0

    def settle(self, patience: float = 2 * PATIENCE) -> None:
        """Waits until everything that clients have sent so far was read, those that died included."""
        with socket.socket() as knock:
            knock.bind(("127.0.0.1", 0))
            self._knocks.add(knock.getsockname()[1])
            knock.settimeout(patience)
            knock.connect(("127.0.0.1", self.port))
            while knock.recv(4096):
                pass  # connections are taken in their order, so all before this one have been
        for thread in list(self._threads):
            thread.join(patience)
            if thread.is_alive():
                self._hang_up()
                thread.join()
        with self._lock:
            self._threads = {thread for thread in self._threads if thread.is_alive()}

    def leave(self) -> None:
        """In a forked child: the parent's sockets are none of its business, and would keep connections open that the parent closes."""
        for each in [*self._held, self._listening]:
            with suppress(OSError):
                os.close(each.detach())

    def _hang_up(self) -> None:
        for each in list(self._held):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            link, (_, port) = self._listening.accept()
            if self._closing:
                link.close()
                return
            if port in self._knocks:
                self._knocks.discard(port)
                link.close()
                continue
            link.settimeout(PATIENCE)
            with self._lock:
                self.connections += 1
                self._held.add(link)
                thread = threading.Thread(target=self._serve, args=(link,), daemon=True)
                self._threads.add(thread)
            thread.start()

    def _serve(self, link: socket.socket) -> None:
        try:
            _Session(self, link).talk()
        except TimeoutError:
            self.outlasted += 1
        except (_GoneError, OSError):
            pass
        finally:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)  # a process forked meanwhile may still hold it
            link.close()
            self._held.discard(link)

    def due(self, stage: str, recipient: str | None) -> Fault | None:
        """The fault that strikes now, where one does."""
        with self._lock:
            for place, fault in enumerate(self._armed):
                if fault.stage != stage or (fault.recipient and fault.recipient != recipient):
                    continue
                if fault.nth > 1:
                    self._armed[place] = fault._replace(nth=fault.nth - 1)
                    return None
                if fault.times == 1:
                    del self._armed[place]
                elif fault.times > 1:
                    self._armed[place] = fault._replace(times=fault.times - 1)
                self.struck.append(Struck(self.run, fault))
                return fault
        return None

    def begun(self, sender: str) -> Transaction:
        with self._lock:
            self.transactions.append(Transaction(self.run, sender))
            return self.transactions[-1]


class _Session:
    """One connection."""

    def __init__(self, server: Server, link: socket.socket) -> None:
        self.server = server
        self.link = link
        self.file = link.makefile("rb")
        self.transaction: Transaction | None = None
        self.refused_greeting: Fault | None = None

    def talk(self) -> None:
        try:
            self._answer("banner")
            while True:
                self._command(self._line().rstrip(b"\r\n").decode("utf-8", "replace"))
        finally:
            self.file.close()

    def _line(self) -> bytes:
        line = self.file.readline()
        if not line.endswith(b"\n"):
            raise _GoneError
        return line

    def _command(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        match verb.upper():
            case "EHLO" | "HELO":
                self._greet()
            case "MAIL":
                self.transaction = self.server.begun(_address(rest))
                self._answer("mail")
            case "RCPT" if self.transaction:
                self.transaction.recipients.append(_address(rest))
                self._answer("rcpt")
            case "DATA" if self.transaction:
                if self._answer("data"):
                    self._message(self.transaction)
            case "RSET":
                self.transaction = None
                self._say(b"250 2.0.0 forgotten\r\n")
            case "NOOP":
                self._say(b"250 2.0.0 fine\r\n")
            case "QUIT":
                self._say(b"221 2.0.0 bye\r\n")
                raise _GoneError
            case _:
                self._say(b"503 5.5.1 not now\r\n")

    def _greet(self) -> None:
        if self.refused_greeting:  # HELO after an EHLO that was refused finds the same mood
            self._say(f"{_REFUSALS[self.refused_greeting.deed]['ehlo']}\r\n".encode())
        else:
            self._answer("ehlo")

    def _message(self, transaction: Transaction) -> None:
        self._reach("go")
        if fault := self._fault("go"):
            self._do(fault, "go")
        cut = self.server.due("body", self._recipient())
        if cut:
            transaction.fault = cut
        lines: list[bytes] = []
        size = 0
        while True:
            line = self._line()
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b".") else line)
            size += len(line)
            if size > 1:
                transaction.reached = "body"
            if cut and size >= _BYTES_OF_BODY:
                transaction.raw = b"".join(lines)
                self._do(cut, "body")
                cut = None
        transaction.raw = b"".join(lines)
        transaction.complete = True
        self._answer("dot")
        self._reach("after")
        self.transaction = None
        if fault := self.server.due("after", transaction.recipients[-1] if transaction.recipients else None):
            transaction.fault = transaction.fault or fault
            self._do(fault, "after")

    def _answer(self, stage: str) -> bool:
        """What belongs to the stage, or what the fault makes of it; whether it was the answer that lets the client go on."""
        self._reach(stage)
        fault = self._fault(stage)
        if fault:
            return self._do(fault, stage)
        self._reply(stage, _ANSWERS[stage])
        return True

    def _reply(self, stage: str, text: str) -> None:
        if stage == "dot" and self.transaction:
            self.transaction.answer = text  # before it goes out: the client may be quicker than this thread
        self._say(f"{text}\r\n".encode())

    def _reach(self, stage: str) -> None:
        if self.transaction:
            self.transaction.reached = stage

    def _recipient(self) -> str | None:
        return self.transaction.recipients[-1] if self.transaction and self.transaction.recipients else None

    def _fault(self, stage: str) -> Fault | None:
        fault = self.server.due(stage, self._recipient())
        if fault and self.transaction:
            self.transaction.fault = fault
        return fault

    def _do(self, fault: Fault, stage: str) -> bool:
        usual = _ANSWERS.get(stage, "")
        match fault.deed:
            case "drop":
                raise _GoneError
            case "reset":
                self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.file.close()
                self.link.close()
                raise _GoneError
            case "4xx" | "5xx":
                self._reply(stage, _REFUSALS[fault.deed][stage])
                if stage == "banner":
                    raise _GoneError
                if stage == "ehlo":
                    self.refused_greeting = fault
                return False
            case "421":
                self._reply(stage, "421 4.3.2 closing")
                raise _GoneError
            case "garbage":
                self._say(GARBAGE[len(self.server.struck) % len(GARBAGE)])
                return False
            case "silent":
                self._wait_for_the_end()
            case "endless":
                until = time.monotonic() + PATIENCE
                while time.monotonic() < until:
                    self._say(f"{usual[:3]}-and\r\n".encode())
                    self._pause(_PAUSE)
                raise TimeoutError
            case "kill":
                if victim := self.server.victim():
                    with suppress(ProcessLookupError):
                        os.kill(victim, signal.SIGKILL)
                self._wait_for_the_end()
            case "late":
                self._pause(_PAUSE * 5)
            case "lines":
                usual = f"{usual[:3]}-first of three\r\n{usual[:3]}-second\r\n{usual}"
            case "drip":
                if usual:
                    if stage == "dot" and self.transaction:
                        self.transaction.answer = usual
                    for byte in f"{usual}\r\n".encode():
                        self._say(bytes([byte]))
                        self._pause(_PAUSE / 10)
                    return True
            case deed:
                raise AssertionError(deed)
        if usual:
            self._reply(stage, usual)
        return True

    def _wait_for_the_end(self) -> None:
        while self.link.recv(1 << 16):
            pass
        raise _GoneError

    def _pause(self, seconds: float) -> None:
        threading.Event().wait(seconds)

    def _say(self, data: bytes) -> None:
        self.link.sendall(data)


def _address(rest: str) -> str:
    """``FROM:<a@b> SIZE=3`` names ``a@b``."""
    return rest.partition("<")[2].partition(">")[0] if "<" in rest else rest.partition(":")[2].split(" ")[0]
