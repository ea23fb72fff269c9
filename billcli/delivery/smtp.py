"""Handing over to a mail server: verified TLS, one transaction per recipient, and no doubt but where there is one.

A server has taken a message when it says so after the final dot, and cannot have taken it before that dot was sent (RFC 5321, 4.1.1.4).
So only a connection that ends between the two leaves a doubt.
"""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from billcli.delivery.address import Mailbox
from billcli.delivery.outcome import Outcome
from billcli.delivery.url import PASSWORD, PASSWORD_FILE, Target, Timeouts
from billcli.errors import Unreachable

_LOGIN = frozenset((530, 534, 535, 538))
"""The server wants a login, or another one: no fault of any message (RFC 4954, 6)."""

_MOST = 65_536
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\Z", re.ASCII)
_DOT = b".\r\n"


class _Lines:
    """Lines of a reply, all of which must be there in time: a server that sends a byte now and then keeps nobody waiting."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.rest = b""
        self.until = 0.0
        self.read = 0

    def begin(self, seconds: float) -> None:
        self.until, self.read = time.monotonic() + seconds, 0

    def readline(self, limit: int) -> bytes:
        while (end := self.rest.find(b"\n")) < 0 and len(self.rest) < limit:
            left = self.until - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self.sock.settimeout(left)
            some = self.sock.recv(4096)
            self.read += len(some)
            if self.read > _MOST:
                raise smtplib.SMTPServerDisconnected("the reply has no end")
            if not some:
                break
            self.rest += some
        end = self.rest.find(b"\n")
        line, self.rest = (self.rest[: end + 1], self.rest[end + 1 :]) if end >= 0 else (self.rest[:limit], self.rest[limit:])
        return line

    def close(self) -> None:
        self.rest = b""


class _Dialogue(smtplib.SMTP):
    """The library's, with a time by which each reply must be whole."""

    wait = 60.0

    def getreply(self) -> tuple[int, bytes]:
        here: Any = self
        if self.file is None and self.sock is not None:
            here.file = _Lines(self.sock)
        if isinstance(self.file, _Lines):
            self.file.begin(self.wait)
        try:
            return super().getreply()
        finally:
            if self.sock is not None:
                self.sock.settimeout(self.wait)


class _TlsDialogue(_Dialogue, smtplib.SMTP_SSL):
    """The same in TLS from the first byte."""


class Smtp:
    """A server during one run. One connection serves all messages; after trouble the next message gets a new one."""

    def __init__(self, target: Target, password: str | None, timeouts: Timeouts) -> None:
        self.target = target
        self.name = target.name
        self._password = password
        self._timeouts = timeouts
        self._dialogue: _Dialogue | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._dialogue is not None and error is None:
            try:
                self._dialogue.quit()
            except (OSError, smtplib.SMTPException):
                pass  # every message has its answer already
        self._close()

    def open(self) -> None:
        """Connects and logs in where that is not done. Raises ``Unreachable``."""
        if self._dialogue is not None and self._is_alive():
            return
        self._close()
        try:
            self._dialogue = self._connected()
            self._secure(self._dialogue)
            self._log_in(self._dialogue)
        except BaseException:
            self._close()
            raise

    def hand_over(self, name: str, sender: Mailbox, to: Mailbox, raw: bytes, before: Callable[[], None]) -> Outcome:
        """Raises ``Unreachable`` where the server wants a login first; no message is to blame then, and this one was not taken."""
        if self._dialogue is None:
            self.open()
        dialogue = self._dialogue
        assert dialogue is not None
        try:
            outcome = self._envelope(dialogue, sender, to, raw)
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            return Outcome("deferred", f"before the message: {self._reason(error)}")
        if outcome is None:
            try:
                before()
            except BaseException:
                self._close()  # not a byte of the message has gone, and without its dot none counts
                raise
            outcome = self._message(dialogue, raw)
        self._settle(outcome)
        return outcome

    # the connection

    def _connected(self) -> _Dialogue:
        step, name = self._timeouts.step, _own_name()
        dialogue = (
            _TlsDialogue(timeout=step, local_hostname=name, context=_context())
            if self.target.security == "tls"
            else _Dialogue(timeout=step, local_hostname=name)
        )
        dialogue.wait = step
        try:
            held: Any = dialogue
            held._host = self.target.host  # the certificate is held against it; the library knows it from its constructor alone
            code, said = dialogue.connect(self.target.host, self.target.port)
            if code != 220:
                raise self._unreachable(f"it answers {code} {self._text(said)}")
            held.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the final dot goes by itself, and is not to wait
            dialogue.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            dialogue.close()
            raise self._unreachable(self._reason(error)) from None
        except BaseException:
            dialogue.close()
            raise
        return dialogue

    def _secure(self, dialogue: _Dialogue) -> None:
        if self.target.security != "starttls":
            return
        if not dialogue.has_extn("starttls"):
            raise self._unreachable("it does not offer STARTTLS, and nothing is sent in the clear")
        try:
            code, said = dialogue.starttls(context=_context())
            if code != 220:
                raise self._unreachable(f"it refuses STARTTLS: {code} {self._text(said)}")
            dialogue.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            raise self._unreachable(self._reason(error)) from None

    def _log_in(self, dialogue: _Dialogue) -> None:
        if not self.target.user:
            return
        hint = f"look at the user in BILL_SMTP_URL and at {PASSWORD} or {PASSWORD_FILE}; nothing was marked as refused"
        if self._password is None:
            raise Unreachable(f"{self.name}: there is no password for the login", f"give it in {PASSWORD} or {PASSWORD_FILE}")
        assert self.target.security in ("tls", "starttls")
        try:
            dialogue.login(self.target.user, self._password)
        except smtplib.SMTPAuthenticationError as error:
            raise Unreachable(f"{self.name} refuses the login: {error.smtp_code} {self._text(error.smtp_error)}", hint) from None
        except smtplib.SMTPNotSupportedError:
            raise Unreachable(f"{self.name} offers no login", hint) from None
        except UnicodeError:
            raise Unreachable(f"{self.name}: the password is not ASCII, and no way of logging in takes it", hint) from None
        except (OSError, smtplib.SMTPException) as error:
            raise self._unreachable(self._reason(error)) from None

    def _is_alive(self) -> bool:
        """Asked before a message is begun: a server may have closed meanwhile, and that is no fault of the message."""
        assert self._dialogue is not None
        try:
            return self._dialogue.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def _close(self) -> None:
        if self._dialogue is not None:
            self._dialogue.close()
            self._dialogue = None

    # one message

    def _envelope(self, dialogue: _Dialogue, sender: Mailbox, to: Mailbox, raw: bytes) -> Outcome | None:
        """What ends it before the message itself; None where the server waits for the message."""
        limit = dialogue.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(raw):
            return Outcome("refused", f"the message has {len(raw)} bytes; the server takes {int(limit)} at most")
        options = [f"SIZE={len(raw)}"] if dialogue.has_extn("size") else []
        if sender.needs_utf8 or to.needs_utf8:
            if not dialogue.has_extn("smtputf8"):
                return Outcome("refused", "the server does not take addresses with letters beyond ASCII (SMTPUTF8)")
            options += ["SMTPUTF8"]
            dialogue.command_encoding = "utf-8"
        else:
            dialogue.command_encoding = "ascii"
        for code, said in self._asked(dialogue, sender, to, options):
            if code in _LOGIN:
                self._close()
                raise Unreachable(f"{self.name} wants another login: {code} {self._text(said)}", "look at BILL_SMTP_URL and the password")
            wanted = 3 if code == 354 else 2
            if code // 100 != wanted:
                return self._judged(code, said)
        return None

    def _asked(self, dialogue: _Dialogue, sender: Mailbox, to: Mailbox, options: list[str]) -> Any:
        """The replies to MAIL, RCPT and DATA, each asked for when the one before was good."""
        yield dialogue.mail(sender.address, options)
        yield dialogue.rcpt(to.address)
        code, said = dialogue.docmd("DATA")
        yield (code, said) if code == 354 or code // 100 != 2 else (-1, said)

    def _message(self, dialogue: _Dialogue, raw: bytes) -> Outcome:
        assert dialogue.sock is not None
        body = re.sub(rb"(?m)^\.", b"..", raw if raw.endswith(b"\r\n") else raw + b"\r\n")
        try:
            dialogue.sock.settimeout(self._timeouts.step + len(raw) / 20_000)
            dialogue.sock.sendall(body)
        except OSError as error:
            self._close()
            return Outcome("deferred", f"before the end of the message: {self._reason(error)}")
        try:
            dialogue.sock.sendall(_DOT)
            dialogue.wait = self._timeouts.final
            code, said = dialogue.getreply()
            dialogue.wait = self._timeouts.step
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            return Outcome("in-doubt", f"the server may have it: {self._reason(error)}")
        return self._judged(code, said, whole=True)

    def _judged(self, code: int, said: bytes, *, whole: bool = False) -> Outcome:
        text = f"{code} {self._text(said)}"
        match code // 100:
            case 2 if whole:
                return Outcome("sent", text)
            case 4:
                return Outcome("deferred", text)
            case 5:
                return Outcome("refused", text)
        if whole:
            return Outcome("in-doubt", f"the server may have it: it answers {text}")
        return Outcome("deferred", f"before the message: it answers {text}")

    def _settle(self, outcome: Outcome) -> None:
        """Leaves the connection fit for the next message, or none."""
        if self._dialogue is None or outcome.word == "sent":
            return
        try:
            if outcome.word == "in-doubt" or outcome.said.startswith("421") or self._dialogue.rset()[0] != 250:
                self._close()
        except (OSError, smtplib.SMTPException):
            self._close()

    # words

    def _unreachable(self, reason: str) -> Unreachable:
        return Unreachable(f"{self.name} cannot be used: {reason}", "nothing was handed over; look at BILL_SMTP_URL, or try again later")

    def _reason(self, error: BaseException) -> str:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate does not hold: {error.verify_message}"
        if isinstance(error, TimeoutError):
            return "it does not answer in time"
        if isinstance(error, smtplib.SMTPResponseException):
            return f"it answers {error.smtp_code} {self._text(error.smtp_error)}"
        if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
            if isinstance(error, ConnectionRefusedError):
                return "nobody listens there"
            return "it does not answer in time" if "timed out" in str(error) else "the connection was closed"
        if isinstance(error, OSError) and error.strerror:
            return self._text(error.strerror.encode())
        return self._text(str(error).encode()) or type(error).__name__

    def _text(self, said: bytes | str) -> str:
        """What a server said on one line, without our password, which a strange one may send back."""
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        for secret in self._secrets():
            text = text.replace(secret, "***")
        return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:400]

    def _secrets(self) -> list[str]:
        if not self._password:
            return []
        plain = f"\0{self.target.user}\0{self._password}"
        return [self._password, *(base64.b64encode(each.encode()).decode() for each in (self._password, plain))]


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _own_name() -> str:
    name = socket.gethostname()
    return name if _HOST.match(name) else "localhost"
