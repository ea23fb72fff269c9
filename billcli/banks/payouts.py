"""Reports of payment providers: of which payments a payout is made, for ``--payouts REPORT.csv``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from billcli.banks import days, figures
from billcli.banks.encoding import decoded
from billcli.banks.faults import Fault, Unreadable, refused, unreadable
from billcli.banks.profiles import Match, currency_of, laid_over
from billcli.banks.rows import Row, decided_days, decided_mark, first_of
from billcli.banks.table import ABOVE, DELIMITERS, normal, plain_cells, read_rows, split_lines
from billcli.banks.texts import present
from billcli.core.matching.facts import PayoutItem
from billcli.model.bank_profile import BankProfile, Columns
from billcli.model.money import Money, digits
from billcli.model.values import quoted

_ROLES: Mapping[str, tuple[str, ...]] = {
    "payout": ("payout", "payout id", "payout_id", "automatic_payout_id"),
    "date": ("date", "payout date", "payout_date", "automatic_payout_effective_at_utc", "automatic_payout_effective_at"),
    "made": ("available_on_utc", "available_on", "created_utc", "created"),
    "net": ("net", "net amount"),
    "document": ("invoice", "invoice number", "invoice_number", "document", "number", "payment_metadata[invoice]"),
    "text": ("description", "customer_facing_description"),
    "gross": ("gross", "amount", "gross amount"),
    "fee": ("fee", "fees"),
    "currency": ("currency",),
    "category": ("reporting_category", "type"),
}
_NEEDED = ("payout", "net", "gross", "fee")
_PAYOUTS = frozenset(("payout", "payouts", "transfer"))


class _Item(NamedTuple):
    row: Row
    item: PayoutItem


def read_payouts(raw: bytes, name: str, currency: str) -> list[PayoutItem]:
    """The items of all payouts; ``currency`` is that of a report without such a column. ``net`` of an item is its gross less its fee.

    A report in the form ``payout,date,net,invoice,gross,fee``, where ``net`` may also be that of the whole payout, or Stripe's balance
    report, of which rows without a payout are left out. Raises ``BillError`` for what does not add up.
    """
    try:
        match = _matched(raw)
        table = read_rows(match.lines, match.line + 1, match.delimiter) if match.line + 1 < len(match.lines) else None
    except Unreadable as why:
        raise unreadable(name, why, split_lines(raw.decode("utf-8", "replace")) if why.line else ()) from None
    rows = [Row(line, cells) for line, cells in zip(table.starts, table.cells, strict=True) if any(map(str.strip, cells))] if table else []
    width = len(match.header)
    faults = [_odd(row, width) for row in rows if len(row.cells) < width or any(cell.strip() for cell in row.cells[width:])]
    items: list[_Item] = []
    if not faults:
        items, faults = _items(match, rows, currency)
    if not faults:
        items, faults = _held_to_nets(match, items)
    if faults:
        raise refused(name, faults, match.lines, match.delimiter, match.header)
    return [each.item for each in items]


def _matched(raw: bytes) -> Match:
    for text in decoded(raw):
        lines = split_lines(text.text)
        for at, line in enumerate(lines[:ABOVE]):
            for delimiter in DELIMITERS:
                header = [cell.strip() for cell in plain_cells(line.rstrip("\r\n"), delimiter)]
                names = [normal(cell) for cell in header]
                places = {role: tuple(names.index(each) for each in words if each in names) for role, words in _ROLES.items()}
                if all(places[role] for role in _NEEDED) and (places["date"] or places["made"]):
                    day, amount = places["date"] or places["made"], places["net"]
                    columns = Columns.model_construct(date=(header[day[0]],), amount=(header[amount[0]],))
                    profile = BankProfile.model_construct(title="payouts", header=tuple(header), columns=columns)
                    found = laid_over("payouts", profile, lines, text.encoding, delimiter, at, header)
                    return found._replace(at={**places, "date": day, "amount": (*amount, *places["gross"]), "fee": places["fee"]})
    message = "the header is not that of a report of payouts"
    raise Unreadable(message, "it has the columns payout, date, net, invoice, gross and fee, or is Stripe's balance report", 1)


def _items(match: Match, rows: Sequence[Row], currency: str) -> tuple[list[_Item], list[Fault]]:
    order, faults = decided_days(match, rows, None)
    marks, odd = decided_mark(match, rows, None)
    faults = [*faults, *odd]
    if faults:
        return [], faults
    mark = marks[0] if len(marks) == 1 else "."
    found: list[_Item] = []
    left: dict[str, date] = {}
    for row in rows:
        payout = present(first_of(row.cells, match.at["payout"]))
        if not payout and match.at["category"]:
            continue  # not paid out yet
        made = _item(match, row, payout, order, mark, currency)
        if isinstance(made, Fault):
            faults.append(made)
        elif first_of(row.cells, match.at["category"]).casefold() in _PAYOUTS:
            left[payout] = made.date  # the payout itself, which the bank tells
        else:
            found.append(_Item(row, made))
    return [each._replace(item=each.item._replace(date=left.get(each.item.payout, each.item.date))) for each in found], faults


def _item(match: Match, row: Row, payout: str, order: str, mark: str, currency: str) -> PayoutItem | Fault:
    if not payout:
        return Fault("E628", "the payout is empty", "each row belongs to a payout", row.line, match.at["payout"][0])
    text = first_of(row.cells, match.at["date"])
    day = days.parsed(text, order)
    day = days.in_order(day, order) if isinstance(day, days.Parts) else day
    if day is None:
        return Fault("E627", f"{quoted(text)} is not a date", "such as 2026-03-14", row.line, match.at["date"][0])
    code = first_of(row.cells, match.at["currency"])
    own = currency_of(code) if code else currency
    if not own:
        return Fault("E631", f"{quoted(code)} is not a currency", "the ISO 4217 code, such as EUR", row.line, match.at["currency"][0])
    amounts: dict[str, int] = {}
    for role in ("net", "gross", "fee"):
        at = match.at[role][0]
        cell = row.cells[at].strip()
        figure = figures.figure(cell)
        value = figures.number(figure, mark) if figure else None
        minor = figures.minor(value, digits(own)) if value else None
        if minor is None:
            return Fault("E628", f"{quoted(cell)} is not an amount in {own}", "such as 119.00", row.line, at)
        amounts[role] = minor
    document = present(first_of(row.cells, match.at["document"])) or present(first_of(row.cells, match.at["text"]))
    return PayoutItem(payout, day, amounts["net"], document, amounts["gross"], amounts["fee"], own)


def _held_to_nets(match: Match, items: list[_Item]) -> tuple[list[_Item], list[Fault]]:
    """Each item's net is its gross less its fee; where the report has the payout's net on each row, all items must come to it."""
    groups: dict[tuple[str, str], list[_Item]] = {}
    for each in items:
        groups.setdefault((each.item.payout, each.item.currency), []).append(each)
    found, faults = [], []
    for (payout, currency), mine in groups.items():
        nets = [_net(each.item) for each in mine]
        whole = len({each.item.net for each in mine}) == 1 and sum(nets) == mine[0].item.net
        for each, net in zip(mine, nets, strict=True):
            if whole or each.item.net == net:
                found.append(each._replace(item=each.item._replace(net=net, fee=each.item.gross - net)))
            else:
                total = Money(sum(nets), currency)
                message = f"{Money(each.item.net, currency)} is neither gross less fee nor what payout {payout} comes to, {total}"
                faults.append(Fault("E629", message, "rows of the payout are missing or changed", each.row.line, match.at["net"][0]))
    order = {id(each.row): at for at, each in enumerate(items)}
    return sorted(found, key=lambda each: order[id(each.row)]), faults


def _net(item: PayoutItem) -> int:
    """Gross less fee, whichever sign the report gives a fee."""
    return item.gross - item.fee if item.gross - item.fee == item.net or item.fee >= 0 else item.gross + item.fee


def _odd(row: Row, width: int) -> Fault:
    message = f"the row has {len(row.cells)} cells; {width} belong here"
    return Fault("E630", message, "the file may be cut off: download it again", row.line)
