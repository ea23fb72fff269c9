"""What of an invoice is taken into another one like it."""

from __future__ import annotations

from datetime import date
from typing import Any

from billcli.core.document import document_data
from billcli.model.invoice import Invoice

_KEPT = ("type", "currency", "terms", "prices")
_PERSONAL = ("buyer_reference", "contact")
"""What is said to one customer and means nothing to another."""


def duplicate(invoice: Invoice, customer: str | None, issued_on: date | None, buyer_reference: str | None) -> dict[str, Any]:
    """The fields of a draft like the invoice. What belongs to its own day stays behind: number, reference, notes, tags, delivery.

    Percentages are kept and amounts that followed from them are not; tax is looked up anew.
    """
    data = document_data(invoice)
    same = customer in (None, invoice.customer)
    kept = {name: data[name] for name in (*_KEPT, *(_PERSONAL if same else ())) if name in data}
    if buyer_reference is not None:
        kept["buyer_reference"] = buyer_reference
    if issued_on is not None:
        kept["issued_on"] = issued_on
    if data.get("adjustments"):
        kept["adjustments"] = _unfrozen(data["adjustments"])
    lines = [{**line, "adjustments": _unfrozen(line["adjustments"])} if line.get("adjustments") else line for line in data["lines"]]
    return {"id": "duplicate", "customer": customer or invoice.customer, "lines": lines, **kept}


def _unfrozen(adjustments: Any) -> list[dict[str, Any]]:
    return [{name: value for name, value in each.items() if name != "amount" or "percent" not in each} for each in adjustments]
