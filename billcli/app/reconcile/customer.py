"""``bill reconcile customer ID THEIR.csv``: our open items beside the customer's own list."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from billcli.app.books import Books
from billcli.core.compare import Closed, Compared, Ours, Theirs, compared
from billcli.core.imports.cells import Fault, Row
from billcli.core.report import Column, Report
from billcli.errors import BillError
from billcli.index import balances, queries
from billcli.model.money import Money, digits
from billcli.store import table as tables

_WORDS = {
    "document": (
        "invoice", "invoice number", "invoice no", "number", "document", "document number", "doc", "reference", "ref", "no", "rechnung",
        "rechnungsnummer", "rechnungs-nr", "beleg", "belegnummer", "belegnr", "facture", "factura", "fattura", "发票", "发票号",
    ),
    "amount": ("amount", "open", "open amount", "balance", "total", "betrag", "offen", "saldo", "montant", "importe", "importo", "金额"),
    "date": ("date", "invoice date", "document date", "datum", "rechnungsdatum", "belegdatum", "fecha", "data", "日期"),
    "currency": ("currency", "cur", "währung", "waehrung", "devise", "moneda", "valuta", "币种"),
}  # fmt: skip
_COLUMNS = (
    Column("document", "Document"),
    Column("state", "State"),
    Column("date", "Date", "day", minor=True),
    Column("currency", "Cur"),
    Column("ours", "Here", "money"),
    Column("theirs", "There", "money"),
    Column("difference", "Difference", "money"),
    Column("why", "Why", "prose"),
)


def customer_report(books: Books, customer: str, path: str, as_of: date, currency: str | None) -> Report:
    """One row for each document. Raises ``BillError`` where the list cannot be read whole."""
    from billcli.core.defaults import defaults

    master = books.customer(customer)
    currency = currency or str(defaults(books.settings(), books.categories(), master)["currency"].value)
    theirs = _theirs(path, currency)
    mine = queries.merged_into(books.index, customer)
    rows = compared(_ours(books, mine, currency, as_of), theirs, _closed(books, mine, currency, as_of), as_of)
    cells = [_cells(each, currency) for each in rows]
    ours, other = (sum(each or 0 for each in amounts) for amounts in ([row.ours for row in rows], [row.theirs for row in rows]))
    total = ("total", None, None, currency, Money(ours, currency), Money(other, currency), Money(ours - other, currency), None)
    return Report("customer reconciliation", as_of, _COLUMNS, cells, [total] if cells else [])


def _cells(each: Compared, currency: str) -> tuple[object, ...]:
    ours, theirs = (Money(amount, currency) if amount is not None else None for amount in (each.ours, each.theirs))
    state = "amount differs" if each.state == "amount" else each.state
    difference = Money((each.ours or 0) - (each.theirs or 0), currency)
    return each.document, state, each.day, currency, ours, theirs, difference, each.why


def _ours(books: Books, customers: Sequence[str], currency: str, as_of: date) -> list[Ours]:
    invoices = [each for each in balances.open_invoices(books.index, as_of) if each.customer in customers and each.currency == currency]
    free = [each for each in balances.free_sources(books.index, as_of) if each.customer in customers and each.currency == currency]
    found = [Ours(each.number, each.open, each.issued_on, each.gross) for each in invoices]
    found += [Ours(each.name, -each.amount, each.booked_on, -each.whole) for each in free if each.amount]
    return sorted(found, key=lambda each: (each.day, each.document))


def _closed(books: Books, customers: Sequence[str], currency: str, as_of: date) -> dict[str, Closed]:
    found = {}
    for customer in customers:
        facts = [each for each in queries.invoices_of(books.index, customer, as_of) if each.currency == currency]
        rows = queries.settlements_of(books.index, [each.number for each in facts])
        for each in facts:
            days = [row.booked_on for row in rows[each.number] if row.booked_on <= as_of]
            found[each.number] = Closed(each.number, each.gross, max(days, default=each.issued_on))
    return found


def _theirs(path: str, currency: str) -> list[Theirs]:
    raw = tables.read_file(path)
    first = raw.split(b"\n", 1)[0]
    delimiter = max((b";", b",", b"\t"), key=first.count).decode()
    name = os.path.basename(path)
    encoding = "utf-8" if _is_utf8(raw) else "cp1252"
    table = tables.read_table(raw, name, encoding, delimiter)
    at = _positions(table.header.cells)
    if missing := [field for field in ("document", "amount") if field not in at]:
        hint = f'name a column "{_WORDS[missing[0]][0]}"; the header has: {", ".join(cell.strip() for cell in table.header.cells)[:200]}'
        raise BillError(f"{name} has no column that looks like the {missing[0]}", hint)
    faults: list[Fault] = list(table.odd)
    comma = _has_comma(row.cells[at["amount"]] for row in table.rows)
    found = []
    for row in table.rows:
        if not any(cell.strip() for cell in row.cells) or not row.cells[at["document"]].strip():
            continue  # a total, or nothing
        if "currency" in at and (code := row.cells[at["currency"]].strip()) and code != currency:
            continue
        amount = _amount(row, at["amount"], currency, faults, comma=comma)
        day = _day(row.cells[at["date"]].strip()) if "date" in at else None
        if amount is not None:
            found.append(Theirs(row.line, row.cells[at["document"]].strip(), amount, day))
    if faults:
        raise BillError(f"{name} cannot be read whole", "every row counts in a comparison", tuple(tables.diagnostics(table, faults)))
    return found


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _positions(header: Sequence[str]) -> dict[str, int]:
    """Columns by what they mean: the first word of each list that a column is called."""
    names = [" ".join(cell.lower().replace("_", " ").replace(".", "").split()) for cell in header]
    return {field: names.index(word) for field, words in _WORDS.items() for word in reversed(words) if word in names}


def _has_comma(texts: object) -> bool:
    """Whether the comma is the decimal mark: it stands last, with one, two or no other than two digits behind it, in some amount."""
    found = [str(text).strip() for text in texts]  # type: ignore[attr-defined]
    return any(re.search(r",[0-9]{1,2}\D*\Z", text) for text in found) and not any(re.search(r"\.[0-9]{1,2}\D*\Z", text) for text in found)


def _amount(row: Row, column: int, currency: str, faults: list[Fault], *, comma: bool) -> int | None:
    text = row.cells[column].strip()
    plain = re.sub(r"[\s'’€$£¥]|[A-Z]{3}", "", text)
    plain = plain.replace(".", "").replace(",", ".") if comma else plain.replace(",", "")
    match = re.fullmatch(r"(\()?([+-]?)([0-9]+(?:\.[0-9]+)?)(-?)(\))?", plain)
    if match is None or bool(match[1]) != bool(match[5]):
        faults.append(Fault(row, column, "E205", f'"{text}" is not an amount', "write digits with a point, such as 1250.00"))
        return None
    scaled = Decimal(match[3]).scaleb(digits(currency))
    if scaled != int(scaled):
        faults.append(Fault(row, column, "E211", f'"{text}" has more decimals than {currency}', "round it where it came from"))
        return None
    return -int(scaled) if match[1] or match[2] == "-" or match[4] else int(scaled)


def _day(text: str) -> date | None:
    """A date as it may help; one that is not plain is left out, since nothing is decided by it."""
    for pattern, order in ((r"(\d{4})-(\d\d)-(\d\d)", (0, 1, 2)), (r"(\d{1,2})\.(\d{1,2})\.(\d{4})", (2, 1, 0))):
        if match := re.fullmatch(pattern, text):
            try:
                return date(*(int(match[at + 1]) for at in order))
            except ValueError:
                return None
    return None


_LETTER = {
    "agreed": "We agree on these:",
    "amount differs": "On these we have another amount:",
    "missing there": "These are open here and not in your list:",
    "missing here": "These are in your list and not in our books:",
    "timing": "These may only be on their way:",
}


def letter(report: Report, name: str, company: str) -> str:
    """The same as text to send to the customer."""
    lines = [f"Balance confirmation as of {report.as_of}", "", f"{company} to {name}", ""]
    for state, head in _LETTER.items():
        mine = [row for row in report.rows if row[1] == state]
        if not mine:
            continue
        lines.append(head)
        for document, _, _, _, ours, theirs, _, why in mine:
            amounts = f"{ours}" if state == "agreed" else ", ".join(
                text for text in (f"here {ours}" if ours is not None else "", f"there {theirs}" if theirs is not None else "") if text
            )  # fmt: skip
            lines.append(f"  {document}  {amounts}" + (f"  ({why})" if why else ""))
        lines.append("")
    for total in report.totals:
        lines += [f"Our balance: {total[4]}", f"Your balance: {total[5]}", f"Difference: {total[6]}"]
    return "\n".join([*lines, ""])
