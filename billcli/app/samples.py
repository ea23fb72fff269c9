"""Invented documents to try templates on: one of each kind with all that it can have, and one with nothing that may be left out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from billcli.app.papers import sender_of
from billcli.render.studio import Job

if TYPE_CHECKING:
    from billcli.model.settings import Settings


def letter_jobs(settings: Settings, files: Sequence[str]) -> list[Job]:
    """Two jobs for each letter in each language of the files; a letter of another name is taken for a notice of the ledger."""
    names = dict.fromkeys(tuple(parts[2:]) for each in files if len(parts := each.split("/")) == 4 and parts[1] == "mail")
    letters = dict.fromkeys((language, name.partition(".")[0]) for language, name in names if name.endswith((".subject.j2", ".prose.j2")))
    samples = [_data(settings, bare=bare) for bare in (False, True)]
    return [Job("letter", name, language, data.get(name, data["reminder-2"])) for language, name in letters for data in samples]


def _data(settings: Settings, *, bare: bool) -> dict[str, dict[str, Any]]:
    from billcli.model.credit_note import CreditNote
    from billcli.model.invoice import Invoice, Line
    from billcli.model.party import Address, Party
    from billcli.model.reminder import Reminder, ReminderItem, Segment

    _all = partial(_document, bare=bare)
    currency = settings.currency
    by = settings.company.model_dump(mode="json", exclude_none=True)
    address = _all(Address, street="Hafenstraße 1", postal_code="20457", city="Hamburg", country="DE")
    to = _all(Party, name="Sample & Söhne <GmbH>", address=address, email="billing@sample.example", language="de")
    line = _all(Line, description="Sample", quantity="2", unit="hour", unit_price="50.00", tax="none", adjustments=[])
    tax = [{"code": "none", "category": "O", "rate": "0", "base": "100.00", "amount": "0.00", "exempt_reason": "sample"}]
    totals = {"net": "100.00", "tax": "0.00", "gross": "100.00"}
    common: dict[str, Any] = {
        "issued_on": "2026-03-14",
        "currency": currency,
        "issued_by": by,
        "issued_to": to,
        "taxes": tax,
        "totals": totals,
    }
    more: dict[str, Any] = {
        "type": "service", "customer": "sample", "prices": "net", "rounding": "document", "adjustments": [], "terms": "net 30",
        "instalments": [{"due_on": "2026-04-13", "amount": "100.00"}], "discount": {"until": "2026-03-24", "percent": "2"},
        "service_period": {"begins_on": "2026-03-01", "ends_on": "2026-03-31"},
    }  # fmt: skip
    invoice = _all(Invoice, number="SAMPLE-0001", lines=[line], reference="RF18539007547034", **common, **more)
    note = _all(CreditNote, number="SAMPLE-0002", lines=[line], corrects="SAMPLE-0001", reason="returned", kind="return", **common)
    segment = _all(Segment, from_on="2026-04-14", until="2026-04-30", principal="80.00", rate="10.27")
    item = _all(
        ReminderItem, invoice="SAMPLE-0001", level=2, issued_on="2026-03-14", due_on="2026-04-13", gross="100.00", open="80.00",
        asked="80.00", fee="5.00", fixed_sum="40.00", interest="0.38", interest_computed="0.38", segments=[segment],
        reference="RF18539007547034",
    )  # fmt: skip
    second = {
        **{key: item[key] for key in item if key not in ("fee", "fixed_sum", "interest", "reference")},
        "invoice": "SAMPLE-0003",
        "level": 1,
    }
    reminder = _all(
        Reminder, id="sample", customer="sample", currency=currency, on="2026-04-30", level=2, policy="sample", template="reminder-2",
        channel="mail", language="en", deadline="2026-05-10", issued_by=by, issued_to=to, items=[item, second],
        charges=[{"payment": "sample", "amount": "7.00"}], credit="10.00", total="212.38",
    )  # fmt: skip
    statement = {
        "kind": "activity", "customer": "sample", "since": "2026-01-01", "until": "2026-04-30", "issued_by": by, "issued_to": to,
        "accounts": [{"currency": currency, "closing": "160.00", "overdue": "160.00"}],
    }  # fmt: skip
    around: dict[str, Any] = {
        "printing": settings.printing.model_dump(mode="json", exclude_none=True),
        "sender": sender_of(settings),
    }
    if not bare:
        around["contact_name"] = "Ms Sample"
    return {
        "invoice": {"document": invoice, **around},
        "credit-note": {"document": note, **around},
        "statement": {"statement": statement, **around},
        "confirmation": {"statement": statement, **around},
        **{f"reminder-{level}": {"reminder": {**reminder, "level": level}, **around} for level in range(5)},
    }


def _document(kind: Any, /, *, bare: bool, **values: Any) -> dict[str, Any]:
    """As in a file: what there is not has no key. A ``bare`` one has nothing that may be left out."""
    fields = kind.model_fields
    return {key: value for key, value in values.items() if not bare or fields[key].is_required() or fields[key].default is not None}
