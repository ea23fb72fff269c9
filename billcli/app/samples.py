"""Invented documents to try templates on: every key that a real one can have, most of them with something in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from billcli.render.studio import Job

if TYPE_CHECKING:
    from billcli.model.settings import Settings


def letter_jobs(settings: Settings, files: Sequence[str]) -> list[Job]:
    """A job for each letter in each language of the files; a letter of another name is taken for a notice of the ledger."""
    data = _data(settings)
    names = dict.fromkeys(tuple(parts[2:]) for each in files if len(parts := each.split("/")) == 4 and parts[1] == "mail")
    letters = dict.fromkeys((language, name.partition(".")[0]) for language, name in names if name.endswith((".subject.j2", ".prose.j2")))
    return [Job("letter", name, language, data.get(name, data["reminder-2"])) for language, name in letters]


def _data(settings: Settings) -> dict[str, dict[str, Any]]:
    from billcli.model.credit_note import CreditNote
    from billcli.model.invoice import Invoice, Line
    from billcli.model.party import Address, Party
    from billcli.model.reminder import Reminder, ReminderItem, Segment

    currency = settings.currency
    by = settings.company.model_dump(mode="json")
    address = _all(Address, street="Hafenstraße 1", postal_code="20457", city="Hamburg", country="DE")
    to = _all(Party, name="Sample & Söhne <GmbH>", address=address, email="billing@sample.example", language="de")
    line = _all(Line, description="Sample", quantity="2", unit="hour", unit_price="50.00", tax="none", adjustments=[])
    tax = [{"code": "none", "category": "O", "rate": "0", "base": "100.00", "amount": "0.00", "exempt_reason": None}]
    totals = {"net": "100.00", "tax": "0.00", "gross": "100.00"}
    common = {"issued_on": "2026-03-14", "currency": currency, "issued_by": by, "issued_to": to, "taxes": tax, "totals": totals}
    more = {
        "type": "service", "customer": "sample", "prices": "net", "rounding": "document", "adjustments": [], "terms": "net 30",
        "instalments": [{"due_on": "2026-04-13", "amount": "100.00"}], "discount": {"until": "2026-03-24", "percent": "2"},
        "service_period": {"begins_on": "2026-03-01", "ends_on": "2026-03-31"},
    }  # fmt: skip
    invoice = _all(Invoice, number="SAMPLE-0001", lines=[line], reference="RF18539007547034", **common, **more)
    note = _all(CreditNote, number="SAMPLE-0002", lines=[line], corrects="SAMPLE-0001", reason="returned", kind="return", **common)
    segment = _all(Segment, from_on="2026-04-14", until="2026-04-30", principal="80.00", rate="10.27")
    item = _all(
        ReminderItem, invoice="SAMPLE-0001", level=2, issued_on="2026-03-14", due_on="2026-04-13", gross="100.00", open="80.00",
        asked="80.00", fee="5.00", interest="0.38", interest_computed="0.38", segments=[segment],
    )  # fmt: skip
    second = {**item, "invoice": "SAMPLE-0003", "level": 1, "fee": None, "interest": None}
    reminder = _all(
        Reminder, id="sample", customer="sample", currency=currency, on="2026-04-30", level=2, policy="sample", template="reminder-2",
        channel="mail", language="en", deadline="2026-05-10", issued_by=by, issued_to=to, items=[item, second],
        charges=[{"payment": "sample", "amount": "7.00"}], credit="10.00", total="172.38",
    )  # fmt: skip
    statement = {
        "kind": "activity", "customer": "sample", "since": "2026-01-01", "until": "2026-04-30", "issued_by": by, "issued_to": to,
        "accounts": [{"currency": currency, "closing": "160.00", "overdue": "160.00"}],
    }  # fmt: skip
    mail = settings.mail
    around = {
        "printing": settings.printing.model_dump(mode="json"),
        "sender": {"name": mail.name if mail else None, "address": mail.address if mail else settings.company.email},
        "contact_name": "Ms Sample",
    }
    return {
        "invoice": {"document": invoice, **around},
        "credit-note": {"document": note, **around},
        "statement": {"statement": statement, **around},
        "confirmation": {"statement": statement, **around},
        **{f"reminder-{level}": {"reminder": {**reminder, "level": level}, **around} for level in range(5)},
    }


def _all(kind: Any, /, **values: Any) -> dict[str, Any]:
    """Every field of a kind of document; what is not given is null, as in one that does not have it."""
    return {**dict.fromkeys(kind.model_fields), **values}
