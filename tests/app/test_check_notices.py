"""What check says of a notice, where the books came to know more about its invoices after it went."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.outbox.office import MAIL, Office, Plain, plain_studio
from tests.support import Ran

DUNNING = """\
dunning:
  unsent: remind
  policies:
    - name: usual
      levels:
        - level: 1
          days: 5
"""
WRITE_OFF = ("write-off", "new", "-i", "INV-2026-0001:40", "--reason", "Gone", "--approved-by", "Ada", "--on", "2026-04-10")
CREDIT_NOTE = ("credit-note", "new", "-i", "INV-2026-0001", "--amount", "40", "--reason", "Returned", "--issued-on", "2026-04-10")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An invoice over 100.00 that is due on 2026-03-31, and its reminder of 2026-04-20 once ``reminded``."""
    made = Office(tmp_path / "books", f"maildir:{tmp_path}/mail", settings=MAIL + DUNNING)
    made.done("invoice", "new", "-c", "nordwind", "-l", "Work;1;100", "--terms", "net 30", "--yes", at="2026-03-01")
    return made


def reminded(office: Office) -> Path:
    with plain_studio() as _:
        Plain.wording = "Please pay"
        office.done("remind", "run", "--yes", at="2026-04-20")
    return next(office.root.glob("reminders/*/*/*.yaml"))


def codes(office: Office) -> list[str]:
    ran: Ran = office.bill("check", "--strict", "--format", "json", at="2026-04-30")
    return sorted(each["code"] for each in ran.json["diagnostics"])


@pytest.mark.parametrize("words", [WRITE_OFF, CREDIT_NOTE], ids=["write-off", "credit note"])
def test_what_lowers_an_invoice_before_its_notice_and_is_written_after_it_is_no_error(office: Office, words: tuple[str, ...]) -> None:
    reminded(office)
    office.done(*words, "--yes", at="2026-04-30")
    assert codes(office) == ["W689"]


@pytest.mark.parametrize("words", [WRITE_OFF, CREDIT_NOTE], ids=["write-off", "credit note"])
def test_notice_that_asks_for_what_was_known_to_be_lowered_is_an_error(office: Office, words: tuple[str, ...]) -> None:
    office.done(*words, "--yes", at="2026-04-15")
    notice = reminded(office)
    notice.write_text(notice.read_text().replace("60.00", "100.00"))
    assert "E684" in codes(office)
