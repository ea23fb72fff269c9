"""Whoever has a name is greeted by it, in a letter of its own; made with the real templates and papers."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

from tests.support import LEDGER, done, make_ledger

CLONE = "c10ec10e"
SENDER = f"""\
sender: {CLONE}
mail:
  address: billing@fjord.example
"""
BOOKS = f"""
--- ledger.yaml
{LEDGER}{SENDER}
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
language: de
contacts:
  - role: billing
    name: Frau Petra Müller
    email: mueller@nordwind.example
  - role: billing
    email: ap@nordwind.example
"""


def test_each_contact_with_a_name_is_greeted_by_it(tmp_path: Path) -> None:
    ledger, box = make_ledger(tmp_path / "books", BOOKS), tmp_path / "box"
    env = {"BILL_LEDGER": str(ledger), "BILL_CLONE": CLONE, "BILL_SMTP_URL": f"maildir:{box}"}
    done("invoice", "new", "--customer", "nordwind", "--line", "Consulting;1;100;vat-20", "--yes", at="2026-03-14", env=env)
    done("invoice", "send", "INV-2026-0001", "--yes", at="2026-03-14", env=env)
    mails = [message_from_bytes(each.read_bytes(), policy=policy.default) for each in (box / "new").iterdir()]
    said = {str(mail["To"]): str(mail.get_body(("plain",)).get_content()).splitlines()[0] for mail in mails}  # type: ignore[union-attr]
    assert said == {
        "Frau Petra Müller <mueller@nordwind.example>": "Guten Tag Frau Petra Müller,",
        "Nordwind Handels GmbH <ap@nordwind.example>": "Sehr geehrte Damen und Herren,",
    }
    [first, second] = [[part.get_content() for part in mail.iter_attachments()] for mail in mails]
    assert first == second
