"""Rows 6, 9 and 18: a message goes over verified TLS to exactly the one it is for, and what a server says is only shown."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from billcli.delivery import smtp
from billcli.delivery.address import mailbox
from billcli.delivery.message import Content, Person, message_bytes
from billcli.delivery.smtp import Smtp
from billcli.delivery.url import Target, Timeouts
from billcli.errors import BillError, Unreachable
from billcli.model.values import BadValue
from tests.delivery.post import Post, certificate, listening
from tests.security.test_terminal import CONTROLS, TEXT, obeyed

WAITING = Timeouts(20, 20)
SENDER, TO = mailbox("billing@fjord.example"), mailbox("ap@nordwind.example")
SECRET = "s3cr3t-w0rd"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


@contextmanager
def server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """One that does with its one connection what it likes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            talk, _ = listener.accept()
            with talk:
                talk.settimeout(20)
                try:
                    serve(talk)
                except OSError:
                    pass  # the client has left, as it should

        thread = threading.Thread(target=run)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(20)
        assert not thread.is_alive()


def opened(port: int, security: str = "starttls") -> str:
    """Why nothing was handed over."""
    with pytest.raises(Unreachable) as raised:
        Smtp(Target(security, "127.0.0.1", port, "bill"), SECRET, WAITING).open()
    return raised.value.message


def test_what_stands_behind_the_go_ahead_for_tls_is_not_taken_for_an_answer_within_it(
    tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CVE-2011-0411 and its like: somebody in between adds answers before the encryption begins."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    heard: list[bytes] = []

    def serve(talk: socket.socket) -> None:
        talk.sendall(b"220 here\r\n")
        heard.append(talk.recv(4096))
        talk.sendall(b"250-here\r\n250 STARTTLS\r\n")
        heard.append(talk.recv(4096))
        talk.sendall(b"220 go on\r\n250-injected\r\n250 AUTH PLAIN LOGIN\r\n235 welcome\r\n")
        with tls[0].wrap_socket(talk, server_side=True) as within:
            heard.append(within.recv(4096))
            within.sendall(b"250-here\r\n250 SIZE 1000\r\n")
            heard.append(within.recv(4096))

    with server(serve) as port:
        said = opened(port)
    assert "injected" not in said
    assert SECRET.encode() not in b"".join(heard)
    assert b"AUTH" not in b"".join(heard)


@pytest.mark.parametrize("offer", [b"250 AUTH PLAIN LOGIN\r\n", b"250-AUTH PLAIN LOGIN\r\n250 SIZE 1000\r\n"])
def test_nothing_is_said_in_the_clear_where_starttls_was_taken_out(offer: bytes) -> None:
    heard: list[bytes] = []

    def serve(talk: socket.socket) -> None:
        talk.sendall(b"220 here\r\n")
        heard.append(talk.recv(4096))
        talk.sendall(b"250-here\r\n" + offer)
        while piece := talk.recv(4096):
            heard.append(piece)

    with server(serve) as port:
        assert "does not offer STARTTLS, and nothing is sent in the clear" in opened(port)
    assert re.fullmatch(rb"(?i)EHLO [^\r]+\r\n", b"".join(heard))


@pytest.mark.parametrize("answer", [b"454 not now\r\n", b"501 what\r\n", b"250 fine\r\n", b"220 go on\r\n220 no TLS here\r\n"])
def test_a_server_that_refuses_tls_gets_nothing_more(answer: bytes) -> None:
    heard: list[bytes] = []

    def serve(talk: socket.socket) -> None:
        talk.sendall(b"220 here\r\n")
        heard.append(talk.recv(4096))
        talk.sendall(b"250 STARTTLS\r\n")
        heard.append(talk.recv(4096))
        talk.sendall(answer)
        while piece := talk.recv(4096):
            heard.append(piece)

    with server(serve) as port:
        opened(port)
    assert not any(word in b"".join(heard).upper() for word in (b"AUTH", b"MAIL FROM", b"QUIT\r\nAUTH", SECRET.upper().encode()))


@pytest.mark.parametrize("most", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_refused(tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch, most: ssl.TLSVersion) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.load_cert_chain(tls[1], tls[1].with_name("key.pem"))
    old.set_ciphers("DEFAULT@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, most
    done: list[str | None] = []

    def serve(talk: socket.socket) -> None:
        with old.wrap_socket(talk, server_side=True) as within:
            done.append(within.version())

    with server(serve) as port:
        assert "cannot be used" in opened(port, "tls")
    assert done == []


def test_the_context_asks_for_certificate_host_and_tls_1_2() -> None:
    context = smtp._context()
    assert (context.verify_mode, context.check_hostname, context.minimum_version) == (ssl.CERT_REQUIRED, True, ssl.TLSVersion.TLSv1_2)


def test_no_dialogue_is_ever_printed() -> None:
    assert smtp._Dialogue.debuglevel == smtplib.SMTP.debuglevel == 0


def test_what_a_server_says_is_shown_on_one_line_and_obeyed_by_nobody() -> None:
    answer = f"550 no {TEXT} \x1b]8;;x\x07\x9b31m" + "y" * 200
    with listening(Post({"RCPT": [answer]})) as post, Smtp(Target("none", "127.0.0.1", post.port), None, WAITING) as client:
        outcome = client.hand_over("x", SENDER, TO, b"Subject: x\r\n\r\nx\r\n", lambda: None)
    assert outcome.word == "refused"
    assert not {c for c in obeyed(outcome.said) if not c.isprintable()}
    assert len(outcome.said) < 500


# headers and recipients


def content(**changes: object) -> Content:
    known = {
        "key": "k", "message_id": "<a@b.example>", "at": datetime(2026, 6, 20, tzinfo=UTC),
        "sender": Person("Fjord", "billing@fjord.example"),
        "to": Person("Nordwind", "ap@nordwind.example"), "subject": "Invoice", "text": "Hello\n", "html": "<p>Hello</p>",
    }  # fmt: skip
    return Content(**{**known, **changes})  # type: ignore[arg-type]  # a test's own


NASTY = [
    "x\r\nBcc: evil@evil.example", "x\nBcc: evil@evil.example", "x\rBcc: evil@evil.example", "x\x00Bcc: e@evil.example",
    "x\u2028Bcc: e@evil.example",
    "x\x85Bcc: e@evil.example", "x\x0bBcc: e@evil.example", "evil@evil.example, x",
    '"evil@evil.example" <evil@evil.example>,', "x <evil@evil.example>",
    "=?utf-8?q?x=0d=0aBcc:_evil@evil.example?=", "=?utf-8?b?eA0KQmNjOiBldmlsQGV2aWwuZXhhbXBsZQ==?=", "=?utf-7?q?x?=",
    "x" * 5000, "é" * 3000,
    "\u202egpj.exe", "x;evil@evil.example", "group: evil@evil.example;", "(evil@evil.example)", "\\", '"', '\\"', "<",
    "ａ＠evil.example，", TEXT, CONTROLS,
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_no_name_subject_or_key_adds_a_header_or_a_recipient(text: str) -> None:
    for changes in (
        {"to": Person(text, "ap@nordwind.example")}, {"sender": Person(text, "billing@fjord.example")}, {"subject": text}, {"key": text},
        {"attachments": [(text, b"%PDF-1.7")]}, {"text": text, "html": text},
    ):  # fmt: skip
        try:
            raw = message_bytes(content(**changes))
        except BillError as refused:
            assert "would not be" in refused.message
            continue
        head = raw.partition(b"\r\n\r\n")[0]
        read = BytesParser(policy=policy.default).parsebytes(raw)
        assert {name.lower() for name in read} <= {
            "message-id", "from", "to", "subject", "date", "auto-submitted", "x-auto-response-suppress", "x-bill-key", "mime-version",
            "content-type",
        }  # fmt: skip
        assert [each.addr_spec for each in read["To"].addresses] == ["ap@nordwind.example"]
        assert [each.addr_spec for each in read["From"].addresses] == ["billing@fjord.example"]
        assert read["Bcc"] is None and read["Cc"] is None
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert not re.search(rb"[^\r]\n|\r[^\n]|\0", raw)
        assert head.count(b"\r\nTo:") == 1
        for part in read.iter_attachments():
            name = part.get_filename() or ""
            assert "/" not in name and "\\" not in name and name.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "a@x.example, b@y.example", "a@x.example b@y.example", "a@x.example;b@y.example", "<a@x.example>", "A <a@x.example>",
        "a@x.example\r\nRCPT TO:<b@y>",
        "a@x.example\x00", "a@x.example\u2028", "a@@x.example", "a@x..example", "a@[127.0.0.1]", "a@127.0.0.1", "a@localhost",
        '"a b"@x.example', "@x.example",
        "a@x.example>", "a@x.example NOTIFY=NEVER", "-a@-x.example", "a@x.example\t", "a\u200b@x.example", "a@x\u202e.example",
        "a" * 65 + "@x.example",
        "a@" + "x" * 64 + ".example", "a@" + "x." * 130 + "example", "a@x.example\u3000b", "=?utf-8?q?a?=@x.example@y.example",
    ],
)  # fmt: skip
def test_what_is_not_one_address_never_reaches_an_envelope(text: str) -> None:
    with pytest.raises(BadValue):
        mailbox(text)


def test_a_domain_that_looks_like_another_goes_out_as_what_it_is() -> None:
    """The Cyrillic а in nordwind: the envelope, the header and the record show the form that no eye confuses."""
    assert mailbox("ap@nordwind.exаmple").address == "ap@nordwind.xn--exmple-4nf"
    raw = message_bytes(content(to=Person("Nordwind", "ap@nordwind.exаmple")))
    assert b"ap@nordwind.xn--exmple-4nf" in raw
