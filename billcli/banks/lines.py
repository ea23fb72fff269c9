"""Rows of a table to lines of a statement, once it is known how this file writes days and amounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import pairwise

from billcli.banks import days, figures
from billcli.banks.faults import Fault
from billcli.banks.profiles import Match, currency_of
from billcli.banks.rows import Row, first_of
from billcli.banks.texts import account, clean, name_and_account, present, purpose
from billcli.banks.words import MINUS, PLUS
from billcli.core.bank import BankLine
from billcli.model.money import digits
from billcli.model.values import quoted

Group = tuple[str, str]
"""Account (or product of it) and currency: what becomes one statement."""

_NO_CURRENCY = "the file does not say in which currency it is"
_DASHES = frozenset(("", "-", "—", "–"))
_NONE_GIVEN = frozenset(("notprovided", "not provided", "n/a", "none", "null"))


class Builder:
    """Builds the lines of one file. ``faults`` are all that was found; lines of rows with a fault are left out."""

    def __init__(self, match: Match, order: str, mark: str, currency: str) -> None:
        self.match = match
        self.faults: list[Fault] = []
        self._order, self._mark = order, mark
        self._at = match.at
        self._currency = match.currency or match.profile.currency or currency
        self._days: dict[str, date | None] = {}
        self._numbers: dict[str, figures.Number | None] = {}
        self._minors: dict[tuple[str, str], int] = {}
        self._accounts: dict[tuple[str, str], str] = {}
        self._currencies: dict[str, str] = {}
        profile = match.profile
        self._plus = frozenset(word.casefold() for word in profile.sign.plus) or PLUS
        self._minus = frozenset(word.casefold() for word in profile.sign.minus) or MINUS
        self._kinds = tuple((kind, tuple(word.casefold() for word in words)) for kind, words in (profile.kinds or {}).items())
        self._turned = False
        self._no_balance = False

    def build(self, rows: Sequence[Row]) -> dict[Group, list[BankLine]]:
        """Lines by statement, in the order of the file."""
        self._look_at_columns(rows)
        found: dict[Group, list[BankLine]] = {}
        for row in rows:
            before = len(self.faults)
            made = self._line(row)
            if made and len(self.faults) == before:
                found.setdefault(made[0], []).append(made[1])
        return found

    def _look_at_columns(self, rows: Sequence[Row]) -> None:
        """Whether expenses stand with a minus, and whether the balances are figures at all."""
        if columns := self._at.get("expense"):
            texts = {first_of(row.cells, columns) for row in rows} - _DASHES
            signs = {number.whole > 0 for text in texts if (number := self._number(text)) and number.whole}
            if len(signs) == 2 and not self._at.get("amount"):
                odd = next(row for row in rows if (number := self._number(first_of(row.cells, columns))) and number.whole < 0)
                shown = quoted(first_of(odd.cells, columns))
                message = f"{shown} is below zero, other expenses of this file are above"
                self.faults.append(Fault("E629", message, "look at what the bank means by it", odd.line, columns[0]))
            self._turned = False not in signs
        if columns := self._at.get("balance"):
            texts = {first_of(row.cells, columns) for row in rows} - _DASHES
            self._no_balance = bool(texts) and all(figures.figure(text) is None for text in texts)  # made unreadable: xx,yyyy.zz

    def _line(self, row: Row) -> tuple[Group, BankLine] | None:
        cells, at = row.cells, self._at
        booked_on = self._day(row, "date")
        currency = self._currency_of(row)
        if booked_on is None or not currency:
            return None
        amount = self._amount(row, currency)
        if amount is None:
            return None
        fee = (self._money(row, "fee", currency) or 0) if "fee" in at else 0
        if self.match.profile.opposite:
            amount = -amount
        if self.match.profile.fee == "apart":
            amount -= fee
        side = "in" if amount >= 0 else "out"
        payer = self._text(cells, f"payer_{side}") or self._text(cells, "payer")
        iban = account(first_of(cells, at.get(f"iban_{side}", ())) or first_of(cells, at.get("iban", ())))
        if self.match.profile.split_account and payer:
            payer, glued = name_and_account(payer)
            iban = iban or glued
        text, marked = self._joined(cells, at.get("text", ())), None
        if self.match.profile.sepa_marks:
            marked = purpose(text)
            text = marked.text
        end_to_end = self._text(cells, "end_to_end") or (marked.end_to_end if marked else "")
        kind = self._kind(cells)
        line = BankLine(
            id=clean(first_of(cells, at["id"])) if "id" in at else "",
            row=row.line,
            booked_on=booked_on,
            amount=amount,
            currency=currency,
            value_on=self._day(row, "value_date"),
            payer=payer,
            iban=iban,
            ultimate=self._text(cells, "ultimate") or (marked.ultimate if marked else ""),
            text=text,
            references=self._references(cells) if "references" in at else (),
            end_to_end="" if end_to_end.casefold() in _NONE_GIVEN else end_to_end,
            bank_id=clean(first_of(cells, at.get("bank_id", ()) or at.get("id", ()))),
            kind=kind,
            returned=(self._text(cells, "related") or end_to_end) if kind in ("return", "chargeback") else "",
            fee=abs(fee),
            original=self._original(row, currency) if "original_currency" in at else None,
            balance=None if self._no_balance else self._money(row, "balance", currency),
        )
        return (self._account(cells), currency), line

    def _account(self, cells: Sequence[str]) -> str:
        own, product = first_of(cells, self._at.get("account", ())), first_of(cells, self._at.get("product", ()))
        if (own, product) not in self._accounts:
            self._accounts[own, product] = " ".join(part for part in (account(own), clean(product)) if part)
        return self._accounts[own, product]

    # days and amounts

    def _day(self, row: Row, role: str) -> date | None:
        columns = self._at.get(role, ())
        text = first_of(row.cells, columns)
        if not text or (role == "value_date" and text in _DASHES):
            return None
        if text not in self._days:
            found = days.parsed(text, self._order)
            self._days[text] = days.in_order(found, self._order) if isinstance(found, days.Parts) else found
        day = self._days[text]
        if day is None:
            hint = "such as 2026-03-14, 14.03.2026, 03/14/2026 or 14 Mar 2026; --date-order says what comes first"
            self.faults.append(Fault("E627", f"{quoted(text)} is not a day of the calendar", hint, row.line, columns[0]))
        return day

    def _number(self, text: str) -> figures.Number | None:
        if text not in self._numbers:
            found = figures.figure(text)
            self._numbers[text] = figures.number(found, self._mark) if found else None
        return self._numbers[text]

    def _money(self, row: Row, role: str, currency: str) -> int | None:
        """Minor units of the first of the role's cells that holds something; None for none, and for what is none, with its fault."""
        for at in self._at.get(role, ()):
            text = row.cells[at].strip() if at < len(row.cells) else ""
            if text not in _DASHES:
                return self._minor(row, at, text, currency)
        return None

    def _minor(self, row: Row, at: int, text: str, currency: str) -> int | None:
        if (known := self._minors.get((text, currency))) is not None:
            return known
        value = self._number(text)
        if value is None:
            shown = "comma" if self._mark == "," else "point"
            message = f"{quoted(text)} is not an amount with a decimal {shown}, as this file has them"
            self.faults.append(Fault("E628", message, "look at the row: nothing is guessed of an amount", row.line, at))
            return None
        found = figures.minor(value, digits(currency))
        if found is None:
            message = f"{quoted(text)} has {value.places} decimals; {currency} has {digits(currency)}"
            hint = 'where the sign parts thousands, say so: --decimal "." or --decimal ","'
            self.faults.append(Fault("E628", message, hint, row.line, at))
        else:
            self._minors[text, currency] = found
        return found

    def _amount(self, row: Row, currency: str) -> int | None:
        before = len(self.faults)
        amount = self._money(row, "amount", currency)
        if self._at.get("income") or self._at.get("expense"):
            apart = self._in_and_out(row, currency)
            if len(self.faults) > before:
                return None
            if amount is None:
                return apart
            if apart is not None and amount != apart:
                message = "the amount is not what stands as income or expense"
                self.faults.append(Fault("E629", message, "look at the row in the bank's own list", row.line, self._at["amount"][0]))
            return amount
        if amount is None:
            if len(self.faults) == before:
                self.faults.append(
                    Fault("E628", "the amount is empty", "complete it, or take the row out", row.line, self._at["amount"][0])
                )
            return None
        return self._signed(row, amount)

    def _in_and_out(self, row: Row, currency: str) -> int | None:
        income, expense = self._money(row, "income", currency), self._money(row, "expense", currency)
        if income and expense:
            message = "one row has income and expense"
            self.faults.append(Fault("E629", message, "a movement is one of the two", row.line, self._at["expense"][0]))
        if expense:
            return -expense if self._turned else expense
        return income if income is not None else expense

    def _signed(self, row: Row, amount: int) -> int | None:
        """With the sign that the row's word of direction gives it; the word wins over no sign, and must not contradict one."""
        columns = self._at.get("sign", ())
        if not columns:
            return amount
        text = first_of(row.cells, columns)
        word = text.casefold()
        if row.came_in or word in self._plus:
            sign = 1
        elif word in self._minus:
            sign = -1
        else:
            hint = "say it in a profile of your own: sign:, with plus:, minus: and neither:"
            self.faults.append(Fault("E631", f"{quoted(text)} says neither in nor out", hint, row.line, columns[0]))
            return None
        if amount < 0 < sign:
            message = f"{quoted(text)} means money in, and the amount is below zero"
            self.faults.append(Fault("E629", message, "look at the row in the bank's own list", row.line, columns[0]))
        return abs(amount) * sign

    def _currency_of(self, row: Row) -> str:
        columns = self._at.get("currency", ())
        text = first_of(row.cells, columns)
        if text in self._currencies:
            return self._currencies[text]
        if found := currency_of(text) or ("" if text else self._currency or self._symbol(row)):
            if text or self._currency:
                self._currencies[text] = found
            return found
        if text:
            hint = "the ISO 4217 code, such as EUR"
            self.faults.append(Fault("E631", f"{quoted(text)} is not a currency", hint, row.line, columns[0]))
        elif not (self.faults and self.faults[0].message == _NO_CURRENCY):  # once: it is so of every row
            hint = "say it: --currency EUR, or currency: in a profile of your own"
            self.faults.insert(0, Fault("E631", _NO_CURRENCY, hint, row.line))
        return ""

    def _symbol(self, row: Row) -> str:
        for role in ("amount", "income", "expense", "balance"):
            found = figures.figure(first_of(row.cells, self._at.get(role, ())))
            if found and (code := currency_of(found.symbol)):
                return code
        return ""

    def _original(self, row: Row, currency: str) -> tuple[int, str] | None:
        code = currency_of(first_of(row.cells, self._at.get("original_currency", ())))
        if not code or code == currency:
            return None
        found = self._money(row, "original_amount", code)
        return (abs(found), code) if found is not None else None

    # texts

    def _text(self, cells: Sequence[str], role: str) -> str:
        for at in self._at.get(role, ()):
            if at < len(cells) and (text := present(cells[at])):
                return text
        return ""

    def _joined(self, cells: Sequence[str], columns: Iterable[int]) -> str:
        found = [text for at in columns if at < len(cells) and (text := present(cells[at]))]
        return " ".join(dict.fromkeys(found)) if len(found) > 1 else "".join(found)

    def _references(self, cells: Sequence[str]) -> tuple[str, ...]:
        found = (present(cells[at]) for at in self._at.get("references", ()) if at < len(cells))
        return tuple(dict.fromkeys(text for text in found if text.strip("0") and text.casefold() not in _NONE_GIVEN))

    def _kind(self, cells: Sequence[str]) -> str:
        if not self._kinds:
            return ""
        text = " ".join(cells[at] for at in self._at.get("kind", ()) if at < len(cells)).casefold()
        return next((kind for kind, words in self._kinds if text and any(word in text for word in words)), "") if text else ""


def paired(groups: dict[Group, list[BankLine]], related: Callable[[BankLine], str]) -> None:
    """Of the two rows of a currency conversion, what came in says what it was before."""
    legs: dict[str, list[tuple[Group, int]]] = {}
    for group, lines in groups.items():
        for at, line in enumerate(lines):
            if line.kind == "conversion" and (key := related(line)):
                legs.setdefault(key, []).append((group, at))
    for places in legs.values():
        for one, two in pairwise(places):
            first, second = groups[one[0]][one[1]], groups[two[0]][two[1]]
            if first.currency != second.currency and (first.amount > 0) != (second.amount > 0):
                (group, at), other = (one, second) if first.amount > 0 else (two, first)
                groups[group][at] = groups[group][at]._replace(original=(abs(other.amount), other.currency))
