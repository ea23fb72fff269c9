"""The server itself: it does what it was told to, when it was told to, and knows what it took."""

from __future__ import annotations

import os
import smtplib
import socket
import time
from collections.abc import Iterator

import pytest

from tests.faults.mail.server import DEEDS, HARMLESS, STAGES, TOO_LATE, Fault, Server
from tests.faults.rig import DIED, started

TEXT = b"Message-ID: <1@example.com>\r\nSubject: Numbers\r\n\r\n.hidden dot\r\n" + (b"x" * 70 + b"\r\n") * 50
QUICK = tuple(deed for deed in DEEDS["banner"] if deed not in ("silent", "endless", "kill"))


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.forget()
    return running


def hand_over(server: Server, recipient: str = "a@example.com", timeout: float = 5) -> str:
    """As a client does that trusts nothing: what came of it, in one word and a code."""
    try:
        with smtplib.SMTP("127.0.0.1", server.port, local_hostname="test", timeout=timeout) as client:
            client.sendmail("us@example.com", [recipient], TEXT)
    except smtplib.SMTPRecipientsRefused as error:
        return f"refused {next(iter(error.recipients.values()))[0]}"
    except smtplib.SMTPResponseException as error:
        return f"refused {error.smtp_code}"
    except (smtplib.SMTPServerDisconnected, OSError, ValueError, smtplib.SMTPException) as error:
        return f"lost {type(error).__name__}"
    finally:
        server.settle()
    return "sent"


def test_message_is_remembered_as_it_came(server: Server) -> None:
    server.run = 7
    assert hand_over(server) == "sent"
    (found,) = server.transactions
    assert (found.run, found.sender, found.recipients) == (7, "us@example.com", ["a@example.com"])
    assert (found.reached, found.complete, found.answer, found.kept) == ("after", True, "250 2.0.0 taken", True)
    assert found.raw == TEXT
    assert found.message_id == "<1@example.com>"


@pytest.mark.parametrize(("stage", "deed"), [(stage, deed) for stage in STAGES for deed in DEEDS[stage] if deed in QUICK])
def test_fault_strikes_once_at_its_stage_and_the_message_is_kept_or_not_as_it_should(server: Server, stage: str, deed: str) -> None:
    fault = Fault(stage, deed)
    server.arm(fault)
    came = hand_over(server)
    assert [each.fault for each in server.struck] == [fault]
    kept = [each for each in server.transactions if each.kept]
    if deed in HARMLESS or stage == "after":
        assert (came, len(kept)) == ("refused 421" if deed == "421" else "sent", 1)  # 421 is what QUIT hears
    else:
        assert came != "sent"
        assert len(kept) == (stage == "dot" and deed in ("drop", "reset", "garbage"))
    if deed in ("4xx", "5xx") and stage != "banner":
        assert came.startswith(f"refused {deed[0]}")
    before = len(kept)
    assert hand_over(server) == "sent"
    assert len([each for each in server.transactions if each.kept]) == before + 1


def test_fault_waits_for_its_turn_and_its_recipient_and_goes_on_as_long_as_it_was_told_to(server: Server) -> None:
    server.arm(Fault("rcpt", "4xx", nth=2, times=2, recipient="b@example.com"))
    to = ["b", "a", "b", "b", "b"]
    came = [hand_over(server, f"{name}@example.com") for name in to]
    assert came == ["sent", "sent", "refused 450", "refused 450", "sent"]


def test_faults_that_last_for_ever_end_when_it_is_calm_again(server: Server) -> None:
    server.arm(Fault("banner", "drop", times=-1))
    assert [hand_over(server)[:4] for _ in range(3)] == ["lost"] * 3
    server.calm()
    assert hand_over(server) == "sent"


@pytest.mark.parametrize("stage", ["banner", "data", "go", "dot"])
def test_silence_ends_when_the_client_has_waited_long_enough(server: Server, stage: str) -> None:
    server.arm(Fault(stage, "silent"))
    assert hand_over(server, timeout=0.2).startswith("lost")
    assert [each.kept for each in server.transactions] == ([] if stage == "banner" else [stage == "dot"])
    assert server.outlasted == 0


def test_answer_without_an_end_ends_with_the_client(server: Server) -> None:
    server.arm(Fault("dot", "endless"))
    with socket.create_connection(("127.0.0.1", server.port)) as link, link.makefile("rb") as answers:
        for line in (b"EHLO x", b"MAIL FROM:<a@b>", b"RCPT TO:<c@d>", b"DATA", b"Subject: x\r\n\r\n."):
            answers.readline()
            link.sendall(line + b"\r\n")
        answers.readline()
        assert [answers.readline() for _ in range(3)] == [b"250-and\r\n"] * 3
    server.settle()
    assert [each.kept for each in server.transactions] == [True]


@pytest.mark.parametrize(("stage", "kept"), [("mail", False), ("go", False), ("dot", True), ("after", True)])
def test_client_is_killed_when_it_has_come_to_the_stage(server: Server, stage: str, kept: bool) -> None:
    def work() -> str:
        server.leave()
        with smtplib.SMTP("127.0.0.1", server.port, local_hostname="test", timeout=5) as client:
            client.sendmail("us@example.com", ["a@example.com"], TEXT)
        time.sleep(5)
        return "lived"

    server.arm(Fault(stage, "kill"))
    child = started(work)
    server.victim = lambda: child.pid
    assert child() is None
    server.settle()
    assert [each.kept for each in server.transactions] == [kept]


def test_what_a_dead_client_had_sent_is_read_to_the_end(server: Server) -> None:
    def work() -> None:
        server.leave()
        link = socket.create_connection(("127.0.0.1", server.port))
        answers = link.makefile("rb")
        for line in (b"HELO x", b"MAIL FROM:<a@b>", b"RCPT TO:<c@d>", b"DATA"):
            answers.readline()
            link.sendall(line + b"\r\n")
        answers.readline()
        link.sendall(TEXT.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        os._exit(DIED)

    assert started(work)() is None
    server.settle()
    assert [(each.complete, each.recipients, each.raw) for each in server.transactions] == [(True, ["c@d"], TEXT)]


def test_every_stage_from_the_go_ahead_on_leaves_a_client_in_doubt() -> None:
    assert STAGES[TOO_LATE:] == ("go", "body", "dot", "after")
