"""Where mail is handed over, from the user's own environment: never from the ledger, which others may have written."""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from billcli.errors import UsageError
from billcli.model.values import quoted

VARIABLE = "BILL_SMTP_URL"
PASSWORD = "BILL_SMTP_PASSWORD"  # noqa: S105  # the name of a variable
PASSWORD_FILE = "BILL_SMTP_PASSWORD_FILE"  # noqa: S105  # as above
TIMEOUT = "BILL_SMTP_TIMEOUT"

_FORMS = "smtps://user@host:465, smtp+starttls://user@host:587, smtp://127.0.0.1:8025 on this machine alone, or maildir:/folder"
_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
_FINAL = 600.0


class Target(NamedTuple):
    """``security`` is tls, starttls, none (loopback alone) or maildir; ``path`` is the Maildir's."""

    security: str
    host: str = ""
    port: int = 0
    user: str = ""
    path: str = ""

    @property
    def name(self) -> str:
        """As it may be shown and written down; without the user."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"maildir:{self.path}" if self.security == "maildir" else f"{host}:{self.port}"


class Timeouts(NamedTuple):
    """Seconds for a step of the dialogue, and for the reply after the message (RFC 5321, 4.5.3.2.6: ten minutes)."""

    step: float = 60.0
    final: float = _FINAL


def target(environment: Mapping[str, str]) -> Target:
    """What ``BILL_SMTP_URL`` says. Raises ``UsageError``, which never shows a password."""
    text = environment.get(VARIABLE, "")
    if not text:
        raise UsageError(f"{VARIABLE} is not set: bill does not know where to hand mail over", f"set it to {_FORMS}")
    if text.startswith("maildir:"):
        path = text.removeprefix("maildir:")
        if not path.startswith("/") or not path.isprintable() or ".." in path.split("/"):
            raise UsageError(f"{VARIABLE}: a Maildir is named by its whole path", "such as maildir:/var/spool/bill")
        return Target("maildir", path="/" + path.strip("/"))
    return _server(text)


def _server(text: str) -> Target:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError(f"{VARIABLE} is not understood", f"write it as {_FORMS}") from None
    if parts.password is not None or "@" in unquote(parts.username or "").replace("@", "", 1):
        raise UsageError(f"{VARIABLE} holds a password", f"a URL is shown and logged; give it in {PASSWORD} or {PASSWORD_FILE}")
    if parts.scheme not in _PORTS or not host or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise UsageError(f"{VARIABLE} is not understood", f"write it as {_FORMS}")
    if not text.isprintable() or not text.isascii() or " " in text or port == 0:
        raise UsageError(f"{VARIABLE} is not understood", f"write it as {_FORMS}")
    user = unquote(parts.username or "")
    if not user.isprintable() or not user.isascii():
        raise UsageError(f"{VARIABLE}: the user is not plain text", "use printable ASCII characters")
    if parts.scheme == "smtp":
        if not _is_loopback(host):
            message = f"{VARIABLE}: smtp:// goes in the clear, which is for this machine alone, not for {quoted(host)}"
            raise UsageError(message, "use smtps://, or smtp+starttls://")
        if user:
            raise UsageError(f"{VARIABLE}: no login goes in the clear", "use smtps://, or smtp+starttls://, or leave the user out")
    security = {"smtps": "tls", "smtp+starttls": "starttls", "smtp": "none"}[parts.scheme]
    return Target(security, host, port or _PORTS[parts.scheme], user)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def hushed(text: str, environment: Mapping[str, str]) -> str:
    """The text without the password, in case that somebody is to read it who does not know it."""
    try:
        secret = password(environment)
    except UsageError:
        secret = None
    return text.replace(secret, "***") if secret else text


def timeouts(environment: Mapping[str, str]) -> Timeouts:
    """``BILL_SMTP_TIMEOUT`` in seconds stands for both. Raises ``UsageError``."""
    text = environment.get(TIMEOUT, "")
    if not text:
        return Timeouts()
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0.01 <= seconds <= 3600:
        raise UsageError(f"{TIMEOUT} is {quoted(text)}", "give seconds from 0.01 to 3600, or leave it unset")
    return Timeouts(seconds, seconds)


def password(environment: Mapping[str, str]) -> str | None:
    """From the environment, or a file that nobody else may read. Raises ``UsageError``; what it holds is never in a message."""
    if given := environment.get(PASSWORD):
        return given
    path = environment.get(PASSWORD_FILE)
    if not path:
        return None
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            info = os.fstat(file)
            if not stat.S_ISREG(info.st_mode):
                raise UsageError(f"{PASSWORD_FILE}: {path} is no file", "name a file that holds the password alone")
            if info.st_mode & 0o077:
                raise UsageError(f"{PASSWORD_FILE}: others may read {path}", f"chmod 600 {path}")
            raw = os.read(file, 4097)
        finally:
            os.close(file)
    except OSError as error:
        raise UsageError(f"{PASSWORD_FILE}: {path} cannot be read: {error.strerror}", "look at who may read it") from None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = ""
    found = text.removesuffix("\n").removesuffix("\r")
    if not found or len(raw) > 4096 or "\n" in found:
        raise UsageError(f"{PASSWORD_FILE}: {path} does not hold one line of text", "the password alone stands in it")
    return found
