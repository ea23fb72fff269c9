"""Messages handed over to a real server that drops, delays and refuses at every stage."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from billcli.delivery.address import mailbox
from billcli.delivery.outcome import Outcome
from billcli.delivery.smtp import Smtp
from billcli.delivery.url import Target, Timeouts
from billcli.errors import Unreachable
from tests.delivery.post import DRIP, DROP, SILENT, Post, certificate, listening, login

SENDER, TO = mailbox("billing@fjord.example"), mailbox("ap@nordwind.example")
RAW = b"Subject: x\r\n\r\n.dots\r\n..two\r\nend\r\n"
SHORT = Timeouts(0.4, 0.4)
WAITING = Timeouts(20, 20)


def handed(post: Post, times: int = 1, wait: Timeouts = WAITING, raw: bytes = RAW) -> tuple[list[Outcome], list[int]]:
    """The outcomes, and how many messages the server had each time the state was to be written."""
    at: list[int] = []
    with Smtp(Target("none", "127.0.0.1", post.port), None, wait) as smtp:
        found = []
        for _ in range(times):
            smtp.open()
            found.append(smtp.hand_over("x", SENDER, TO, raw, lambda: at.append(len(post.taken))))
    return found, at


def test_one_message_goes_to_one_recipient_with_its_bytes_kept() -> None:
    with listening(Post()) as post:
        found, at = handed(post)
    assert found == [Outcome("sent", "250 2.0.0 queued as ABC123")]
    assert at == [0]
    assert [(each.mail_from, each.rcpt_tos, each.content) for each in post.taken] == [(SENDER.address, [TO.address], RAW)]


def test_messages_of_a_run_share_a_connection_and_each_has_its_own_transaction() -> None:
    with listening(Post()) as post:
        handed(post, 3)
    assert (post.connections, len(post.taken), post.stages.count("MAIL")) == (1, 3, 3)


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize(
    ("reply", "word"),
    [("450 4.2.0 greylisted", "deferred"), ("550 5.1.1 no such user", "refused"), ("421 4.3.2 shutting down", "deferred")],
)
def test_a_refusal_at_any_stage_is_told_from_a_delay_and_the_next_message_goes(stage: str, reply: str, word: str) -> None:
    with listening(Post({stage: [reply]})) as post:
        found, _ = handed(post, 2)
    assert found[0] == Outcome(word, reply)
    assert found[1].word == "sent"
    assert len(post.taken) == 1


def test_a_delay_and_then_a_refusal() -> None:
    with listening(Post({"RCPT": ["451 4.7.1 try later", "550 5.7.1 never"]})) as post:
        found, at = handed(post, 2)
    assert [each.word for each in found] == ["deferred", "refused"]
    assert (at, post.taken) == ([], [])


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", [DROP, SILENT, DRIP])
def test_before_the_message_no_silence_leaves_a_doubt(stage: str, how: str) -> None:
    with listening(Post({stage: [how]})) as post:
        found, at = handed(post, 2, SHORT)
    assert [each.word for each in found] == ["deferred", "sent"]
    assert at == [0]  # the state was written for the second one alone


@pytest.mark.parametrize("how", [DROP, SILENT, DRIP, f"taken, {DROP}", f"taken, {SILENT}"])
def test_after_the_final_dot_silence_is_a_doubt(how: str) -> None:
    with listening(Post({"END": [how]})) as post:
        found, at = handed(post, 2, SHORT)
    assert [each.word for each in found] == ["in-doubt", "sent"]
    assert len(at) == 2
    assert len(post.taken) == (2 if how.startswith("taken") else 1)


def test_nonsense_after_the_final_dot_is_a_doubt() -> None:
    with listening(Post({"END": ["999 what"]})) as post:
        assert handed(post)[0][0].word == "in-doubt"


@pytest.mark.parametrize("how", [DROP, SILENT, "421 4.3.2 too many"])
def test_a_server_that_does_not_begin_is_unreachable(how: str) -> None:
    with listening(Post({"HELO": [how] * 3})) as post, pytest.raises(Unreachable, match="cannot be used"):
        handed(post, 1, SHORT)


def test_nobody_listening_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="nobody listens"), Smtp(Target("none", "127.0.0.1", 1), None, SHORT) as smtp:
        smtp.open()


def test_no_byte_goes_where_the_state_cannot_be_written() -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    with listening(Post()) as post, Smtp(Target("none", "127.0.0.1", post.port), None, WAITING) as smtp:
        with pytest.raises(OSError, match="No space"):
            smtp.hand_over("x", SENDER, TO, RAW, full)
        assert smtp.hand_over("x", SENDER, TO, RAW, lambda: None).word == "sent"
    assert len(post.taken) == 1


def test_a_message_too_large_for_the_server_is_refused_before_it_is_begun() -> None:
    with listening(Post(), data_size_limit=1000) as post:
        found, at = handed(post, raw=b"x" * 2000)
    assert found[0].word == "refused"
    assert "1000 at most" in found[0].said
    assert at == []


def test_letters_beyond_ascii_go_only_where_the_server_takes_them() -> None:
    to = mailbox("jörg@müller.example")
    assert to.address == "jörg@xn--mller-kva.example"
    words = []
    for offered in (False, True):
        with listening(Post(), enable_SMTPUTF8=offered) as post, Smtp(Target("none", "127.0.0.1", post.port), None, WAITING) as smtp:
            words.append(smtp.hand_over("x", SENDER, to, RAW, lambda: None).word)
    assert words == ["refused", "sent"]
    assert post.taken[0].rcpt_tos == [to.address]


# TLS and logging in


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


def test_a_certificate_that_nobody_vouches_for_is_refused(tls: tuple[ssl.SSLContext, Path]) -> None:
    every: list[tuple[Post, str, dict[str, Any]]] = [
        (Post(), "starttls", {"tls_context": tls[0]}),
        (Post(), "tls", {"ssl_context": tls[0]}),
    ]
    for post, security, more in every:
        with listening(post, **more), pytest.raises(Unreachable, match="certificate does not hold"):
            Smtp(Target(security, "127.0.0.1", post.port), None, WAITING).open()
        assert post.taken == []


def test_a_certificate_for_another_host_is_refused(tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    every = Smtp(Target("starttls", "127.0.0.2", 0), None, WAITING)
    with listening(Post(), tls_context=tls[0], host="127.0.0.2") as post, pytest.raises(Unreachable, match="certificate does not hold"):
        Smtp(every.target._replace(port=post.port), None, WAITING).open()


def test_starttls_that_is_not_offered_ends_it() -> None:
    with listening(Post()) as post, pytest.raises(Unreachable, match="does not offer STARTTLS"):
        Smtp(Target("starttls", "127.0.0.1", post.port, "bill"), "secret", WAITING).open()


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # the server cannot know that it is in TLS from the first byte
def test_login_over_verified_tls(tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    settings: dict[str, Any] = {"authenticator": login("bill", "s3cret"), "auth_required": True}
    for security, more in (("starttls", {"tls_context": tls[0]}), ("tls", {"ssl_context": tls[0], "auth_require_tls": False})):
        with (
            listening(Post(), **settings, **more) as post,
            Smtp(Target(security, "127.0.0.1", post.port, "bill"), "s3cret", WAITING) as smtp,
        ):
            assert smtp.hand_over("x", SENDER, TO, RAW, lambda: None).word == "sent"
        assert len(post.taken) == 1


def test_a_wrong_login_stops_everything_and_no_word_of_it_shows_the_password(
    tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    with (
        listening(Post(), authenticator=login("bill", "right"), auth_required=True, tls_context=tls[0]) as post,
        pytest.raises(Unreachable, match="refuses the login: 535") as raised,
    ):
        Smtp(Target("starttls", "127.0.0.1", post.port, "bill"), "wr0ng-word", WAITING).open()
    assert "wr0ng-word" not in f"{raised.value.message}{raised.value.hint}{raised.value.__cause__}"
    assert raised.value.__suppress_context__


def test_a_server_that_wants_a_login_first_is_no_refusal() -> None:
    with listening(Post({"MAIL": ["530 5.7.0 Authentication required"]})) as post, pytest.raises(Unreachable, match="wants another login"):
        handed(post)
