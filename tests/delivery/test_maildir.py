"""A Maildir whose disk fails: what was handed over counts as handed over, and no half message is ever there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from billcli.delivery.address import Mailbox
from billcli.delivery.maildir import Maildir
from billcli.delivery.outcome import Outcome
from billcli.errors import Unreachable
from tests.faults.rig import Fault, disk
from tests.support import tree

ADA = Mailbox("ada@example.org", False)
RAW = b"Subject: Invoice\r\n\r\nPay.\r\n" * 10


def handed_over(folder: Path, fault: Fault) -> Outcome:
    with Maildir(str(folder)) as transport:
        transport.open()
        with disk(fault, within=folder):
            return transport.hand_over("key", ADA, ADA, RAW, lambda: None)


def test_message_that_stays_in_tmp_too_was_sent_all_the_same(tmp_path: Path) -> None:
    calls = ("create", "write", "fsync", "link", "fsync", "unlink")
    assert handed_over(tmp_path, Fault("EIO", calls.index("unlink") + 1)).word == "sent"
    assert (tmp_path / "new/key").read_bytes() == RAW


@pytest.mark.parametrize("kind", ["lie", "ENOSPC"])
def test_disk_that_keeps_half_a_message_is_found_out_before_it_is_handed_over(tmp_path: Path, kind: str) -> None:
    with pytest.raises(Unreachable, match=os.strerror(errno.ENOSPC) if kind == "ENOSPC" else "kept less than was written"):
        handed_over(tmp_path, Fault(kind, 2))
    assert tree(tmp_path) == {}
