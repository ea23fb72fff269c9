"""What ``show`` says about one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from billcli.core.defaults import Default
from billcli.core.facts import Settlement
from billcli.core.report import Column, Report, counted
from billcli.core.settlement import ended
from billcli.core.totals import adjustment_amount, line_amount
from billcli.model.money import Money


def invoice_fields(invoice: Any, derived: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Head and figures of an invoice."""
    due = ", ".join(f"{each.due_on}: {format(each.amount, 'f')}" for each in invoice.instalments)
    return _present(
        ("Invoice", invoice.number), ("Customer", f"{invoice.issued_to.name} ({invoice.customer})"), ("Type", invoice.type),
        ("Issued", invoice.issued_on), ("Terms", invoice.terms), ("Due", due),
        ("Discount", invoice.discount and f"{_plain(invoice.discount.percent)} % until {invoice.discount.until}"),
        ("Reference", invoice.reference), ("Your reference", invoice.buyer_reference), ("Contact", invoice.contact),
        ("Delivered", invoice.delivered_on), ("Service", period(invoice.service_period)), ("Remark", invoice.remark),
        *_figures(invoice), ("Open", derived["open"]), ("State", _state(derived)),
        ("Tags", ", ".join(invoice.tags)), ("Notes", invoice.notes), ("Imported from", invoice.imported and invoice.imported.source),
    )  # fmt: skip


def credit_note_fields(note: Any, derived: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Head and figures of a credit note."""
    return _present(
        ("Credit note", note.number), ("Customer", f"{note.issued_to.name} ({note.customer})"), ("Issued", note.issued_on),
        ("Corrects", note.corrects), ("Kind", note.kind), ("Reason", note.reason), ("Remark", note.remark),
        *_figures(note), ("Unapplied", derived["unapplied"]),
        ("Tags", ", ".join(note.tags)), ("Notes", note.notes), ("Imported from", note.imported and note.imported.source),
    )  # fmt: skip


def payment_fields(payment: Any, payer: str, derived: Mapping[str, Any], as_of: date) -> list[tuple[str, Any]]:
    """Head of a payment as it was known on a day; ``payer`` is the customer's name."""
    reversal = _known(payment.reversed, as_of)
    customer = f"{payer} ({payment.customer})" if payer else payment.customer
    return _present(
        ("Payment", payment.id), ("Customer", customer), ("Received", payment.received_on), ("Booked", payment.on),
        ("Amount", f"{format(payment.amount, 'f')} {payment.currency}"), ("Unapplied", derived["unapplied"]), ("Method", payment.method),
        ("Payer", payment.payer_name), ("Payer IBAN", payment.payer_iban), ("Reference", payment.reference),
        ("Came in", payment.received and f"{payment.received.amount} {payment.received.currency}"),
        ("Fee", payment.fee and f"{payment.fee} {payment.currency}"), ("Policy", payment.policy),
        ("Reversed", reversal and _reversal(reversal)),
        ("Claim", reversal and reversal.bank_charge and f"bank charge {reversal.bank_charge} {payment.currency}"),
        ("Notes", payment.notes),
    )  # fmt: skip


def write_off_fields(document: Any, still: Money, taxes: Sequence[tuple[str, Money]]) -> list[tuple[str, Any]]:
    """Head of a write-off; ``taxes`` are what it takes back of each tax code."""
    return _present(
        ("Write-off", document.id), ("Customer", document.customer), ("Kind", document.kind), ("On", document.on),
        ("Amount", f"{format(document.amount, 'f')} {document.currency}"), ("Still written off", still), ("Reason", document.reason),
        ("Approved by", document.approved_by), *((f"Tax taken back, {code}", tax) for code, tax in taxes), ("Notes", document.notes),
    )  # fmt: skip


def refund_fields(document: Any, as_of: date) -> list[tuple[str, Any]]:
    """Head of a refund as it was known on a day."""
    reversal = _known(document.reversed, as_of)
    return _present(
        ("Refund", document.id), ("Customer", document.customer), ("Paid", document.paid_on), ("Booked", document.on),
        ("Amount", f"{format(document.amount, 'f')} {document.currency}"), ("Method", document.method), ("Reference", document.reference),
        ("Reason", document.reason), ("Came back", reversal and _reversal(reversal)),
        ("Notes", document.notes),
    )  # fmt: skip


def hold_fields(hold: Any, name: str, derived: Mapping[str, Any], as_of: date) -> list[tuple[str, Any]]:
    """Head of a hold; ``name`` is the customer's."""
    released = _known(hold.released, as_of)
    how = ", ".join(str(each) for each in (released.on, released.outcome, released.reason) if each) if released else None
    fields = (
        ("Hold", hold.id), ("Kind", hold.kind), ("Customer", f"{name} ({hold.customer})" if name else hold.customer),
        ("Invoice", hold.invoice), ("From", hold.on), ("Until", hold.until),
        ("Amount", hold.amount is not None and f"{format(hold.amount, 'f')} {hold.currency}"), ("Lines", ", ".join(map(str, hold.lines))),
        ("Reason", hold.reason), ("Released", how), ("State", derived["state"]), ("Tags", ", ".join(hold.tags)), ("Notes", hold.notes),
    )  # fmt: skip
    return [(title, value) for title, value in fields if value]


def void_fields(document: Any, as_of: date) -> list[tuple[str, Any]]:
    """Since when and why an invoice or a credit note is void, where it is on that day."""
    void = _known(document.void, as_of)
    return [("Void", f"from {void.on}: {void.reason}")] if void else []


def _known(reversal: Any, as_of: date) -> Any:
    return reversal if reversal and reversal.on <= as_of else None


def _reversal(reversal: Any) -> str:
    bank = f" (at the bank {reversal.value_on})" if reversal.value_on else ""
    return f"{reversal.on}{bank}: {reversal.reason}"


def customer_fields(customer: Any, chosen: Mapping[str, Default], balances: Sequence[Money]) -> list[tuple[str, Any]]:
    """Master data, and for each default the level that gave it."""
    groups = customer.groups.model_dump(exclude_none=True) if customer.groups else {}
    contacts = [(f"Contact, {each.role}", " ".join(str(x) for x in (each.name, each.email, each.phone) if x)) for each in customer.contacts]
    return _present(
        ("Customer", customer.id), ("Name", customer.name), ("Aliases", ", ".join(customer.aliases)), ("Address", _place(customer.address)),
        ("Tax id", customer.tax_id), ("IBANs", ", ".join(customer.ibans)), *contacts,
        *((name.replace("_", " ").capitalize(), f"{_plain(each.value)}{_unit(name, chosen)} (from {each.level})")
          for name, each in chosen.items() if each.level),
        ("Parent", customer.parent), ("Merged into", customer.merged_into), ("Inactive since", customer.deactivated_on),
        ("Groups", ", ".join(f"{key}: {value}" for key, value in groups.items())),
        ("Tags", ", ".join(customer.tags)), ("Notes", customer.notes), ("Open", ", ".join(map(str, balances))),
    )  # fmt: skip


def _place(address: Any) -> str:
    """As on an envelope, in one line: postal code and city belong together."""
    if address is None:
        return ""
    city = " ".join(each for each in (address.postal_code, address.city) if each)
    return ", ".join(each for each in (address.street, address.street2, city, address.region, address.country) if each)


def _unit(name: str, chosen: Mapping[str, Default]) -> str:
    return f" {chosen['currency'].value}" if name == "credit_limit" else ""


def line_table(document: Any, as_of: date) -> Report:
    """The lines of an invoice or credit note with their amounts."""
    currency = document.currency
    columns = (
        Column("line", "#", "count"),
        Column("description", "Description", "prose"),
        Column("quantity", "Quantity", "number"),
        Column("unit", "Unit", minor=True),
        Column("unit_price", "Price", "number"),
        Column("adjustments", "Adjusted", minor=True),
        Column("tax", "Tax"),
        Column("category", "Category", minor=True),
        Column("amount", "Amount", "money"),
    )
    rows = [
        (
            at,
            line.description,
            _plain(line.quantity),
            line.unit,
            _plain(line.unit_price),
            ", ".join(_adjusted_of_line(each, currency) for each in line.adjustments) or None,
            line.tax,
            line.category,
            Money(line_amount(line, currency), currency),
        )
        for at, line in enumerate(document.lines, 1)
    ]
    return Report("lines", as_of, columns, rows)


def settlement_table(rows: Sequence[Settlement], currency: str, as_of: date, other: str) -> Report:
    """Settlement rows that begin on or before the day, and whether they have ended by then; ``other`` is ``source`` or ``invoice``."""
    columns = (
        Column("kind", "Kind"),
        Column(other, other.capitalize()),
        Column("booked_on", "Booked", "day"),
        Column("value_on", "Value", "day"),
        Column("amount", "Amount", "money"),
        Column("ended_on", "Ended", "day"),
    )
    shown = [
        (row.kind, getattr(row, other), row.booked_on, row.value_on, Money(row.amount, currency), ended(row.ended_on, as_of))
        for row in rows
        if row.booked_on <= as_of
    ]
    return Report("settlements", as_of, columns, shown)


def settlement_data(rows: Sequence[Settlement], currency: str, as_of: date, other: str) -> list[dict[str, Any]]:
    """The same rows for a program."""
    table = settlement_table(rows, currency, as_of, other)
    return [dict(zip((column.key for column in table.columns), row, strict=True)) for row in table.rows]


def _figures(document: Any) -> list[tuple[str, Any]]:
    taxes = [(f"Tax {each.code} {_plain(each.rate)} %", _tax(each)) for each in document.taxes]
    totals, currency = document.totals, document.currency
    rows = [
        (f"{each.kind.capitalize()}{', ' if each.description else ' on the whole'}{each.description or ''}", adjusted(each, currency))
        for each in getattr(document, "adjustments", ())
    ]
    prices = [("Prices", "with tax")] if document.prices == "gross" else []
    return [*prices, *rows, ("Net", f"{totals.net} {document.currency}"), *taxes, ("Gross", f"{totals.gross} {document.currency}")]


def adjusted(adjustment: Any, currency: str) -> str:
    """``-9.99 (10 %)``, ``+12.00 (vat-20)``, in a draft ``-10 %``; the description stands beside it."""
    sign = "-" if adjustment.kind == "discount" else "+"
    percent = f"{_plain(adjustment.percent)} %" if adjustment.percent is not None else ""
    if adjustment.amount is None:
        return f"{sign}{percent}" + (f" ({adjustment.tax})" if adjustment.tax else "")
    why = ", ".join(each for each in (percent, adjustment.tax) if each)
    amount = Money(abs(adjustment_amount(adjustment, 0, currency)), currency).text()
    return f"{sign}{amount}" + (f" ({why})" if why else "")


def _adjusted_of_line(adjustment: Any, currency: str) -> str:
    """``-9.99 (10 %)``, ``-9.99 (10 %) Loyalty``, ``-9.99 (Loyalty)``."""
    amount, description = adjusted(adjustment, currency), adjustment.description
    if not description:
        return amount
    return f"{amount} {description}" if amount.endswith(")") else f"{amount} ({description})"


def period(days: Any) -> str | None:
    """``2026-03-01 to 2026-03-31``."""
    return f"{days.begins_on} to {days.ends_on}" if days else None


def _tax(group: Any) -> str:
    why = f" ({group.exempt_reason})" if group.exempt_reason else ""
    return f"{group.amount} on {group.base}{why}"


def _state(derived: Mapping[str, Any]) -> str:
    days = derived["days_overdue"]
    return f"{derived['state']}, {counted(days, 'day')}" if days else str(derived["state"])


def _present(*fields: tuple[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in fields if value not in (None, "")]


def _plain(value: Any) -> str:
    return format(value, "f") if hasattr(value, "as_tuple") else str(value)
