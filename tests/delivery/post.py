"""A real mail server on loopback that misbehaves as it is told, and what it has taken."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

DROP = "drop"
SILENT = "silent"
DRIP = "drip"


class Post:
    """``script`` maps a stage (HELO, MAIL, RCPT, DATA, END) to replies, one a time; an empty list means that all is well.

    ``END`` is the answer after the final dot. Words: ``drop`` closes, ``silent`` never answers, ``drip`` sends a byte now and then,
    ``taken, drop`` keeps the message first.
    """

    def __init__(self, script: dict[str, list[str]] | None = None) -> None:
        self.script = {stage: [*replies] for stage, replies in (script or {}).items()}
        self.taken: list[Any] = []
        self.stages: list[str] = []
        self.connections = 0
        self.port = 0

    async def _say(self, server: SMTP, stage: str, well: str) -> str:
        self.stages.append(stage)
        replies = self.script.get(stage)
        reply = replies.pop(0) if replies else well
        if reply == DROP:
            server.transport.abort()  # type: ignore[union-attr]  # it is a socket's
            return "451 nobody hears this"
        if reply == SILENT:
            await asyncio.sleep(3600)
        if reply == DRIP:
            for each in "250-" + "x" * 10_000:
                server._writer.write(each.encode())
                await asyncio.sleep(0.02)
        return reply

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        reply = await self._say(server, "HELO", "")
        return [reply] if reply else responses

    async def handle_HELO(self, server: SMTP, session: Any, envelope: Any, hostname: str) -> str:
        session.host_name = hostname
        return await self._say(server, "HELO", "250 here")

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        reply = await self._say(server, "MAIL", "250 OK")
        if reply.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        reply = await self._say(server, "RCPT", "250 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        replies = self.script.get("END")
        if replies and replies[0].startswith("taken"):
            replies[0] = replies[0].partition(", ")[2]
            self.taken.append(envelope)
        reply = await self._say(server, "END", "250 2.0.0 queued as ABC123")
        if reply.startswith("2"):
            self.taken.append(envelope)
        return reply


class _Server(SMTP):
    """Also lets the reply to DATA itself be scripted; the library sends 354 without asking."""

    async def smtp_DATA(self, arg: str) -> None:
        post = self.event_handler
        if post.script.get("DATA"):
            reply = await post._say(self, "DATA", "")
            await self.push(reply)
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def _trigger_server(self) -> Any:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # a server of ours, on a port that the system chose
        return super()._trigger_server()  # type: ignore[no-untyped-call]  # the library's

    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


@contextmanager
def listening(post: Post, host: str = "127.0.0.1", **settings: Any) -> Iterator[Post]:
    controller = _Controller(post, hostname=host, port=0, ready_timeout=20, **settings)
    controller.start()
    try:
        post.port = controller.port
        yield post
    finally:
        _cancel(controller)
        controller.stop()


def _cancel(controller: Controller) -> None:
    """What sleeps in a handler would be reported as left behind."""

    def all_of_them() -> None:
        for task in asyncio.all_tasks(controller.loop):
            if "_handle_client" in repr(task.get_coro()):
                task.cancel()

    controller.loop.call_soon_threadsafe(all_of_them)


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for 127.0.0.1 that it signed itself, and the certificate."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    words += ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(words, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context, cert


def login(user: str, word: str) -> Any:
    def authenticator(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = getattr(data, "login", b"") == user.encode() and getattr(data, "password", b"") == word.encode()
        return AuthResult(success=good, handled=good)

    return authenticator
