"""What a draft would come to."""

from __future__ import annotations

from datetime import date

from billcli.core.active import ensure_active
from billcli.core.invoice import Master, invoice_document, request_from_draft
from billcli.core.numbering import Given
from billcli.model.invoice import Draft, Invoice


def as_issued(draft: Draft, master: Master, today: date) -> Invoice:
    """The draft as the invoice it would become on its day, else today. Raises ``BillError`` where it could not be issued as it stands.

    Its number is the draft's id; whether the day fits the sequence is seen when it is issued.
    """
    day = draft.issued_on or today
    ensure_active(master.customer, day)
    return invoice_document(request_from_draft(draft), master, Given(draft.id, "", ()), day)
