"""From what a reader saw in a file to the document that is kept of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from billcli.core.bank import BankLine, BankStatement
from billcli.core.document import made
from billcli.errors import BillError
from billcli.model.bank_statement import Statement
from billcli.model.money import LIMIT, Money
from billcli.model.values import quoted

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_WORD = re.compile(r"\w{3,}")
_CORRECTED = timedelta(days=5)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Origin(NamedTuple):
    """The file: its name without folders, its SHA-256, and where its bytes will stand in the ledger."""

    name: str
    sha256: str
    path: str


def origin(name: str, sha256: str, account: str) -> Origin:
    plain = _UNSAFE.sub("-", name).strip("-.")[-48:].strip("-.") or "statement"
    return Origin(text_of(name, 200) or "statement", sha256, f"bank/{account}/originals/{sha256[:8]}-{plain}")


def text_of(text: str, most: int = 1000) -> str | None:
    """One line of text as files take it, or None where nothing is left."""
    return " ".join(_CONTROL.sub("", text).split())[:most].strip() or None


def _lines_of(text: str) -> str | None:
    """Text with its breaks, as files take it."""
    kept = "\n".join(line.strip() for line in _CONTROL.sub("", text.replace("\r\n", "\n").replace("\t", " ")).split("\n"))
    return kept.strip("\n")[:20_000].strip() or None


def statement_document(said: BankStatement, account: str, source: Origin, nth: int) -> Statement:
    """The document of what a file says of one account; ``nth`` counts the file's statements of that account from 0.

    Raises ``BillError`` where its lines do not come to its balances, or one id stands for two different lines.
    """
    currency = said.currency
    _ensure_whole(said, source.name)
    days = [each.booked_on for each in said.lines]
    until = said.until_on or max(days, default=None) or said.from_on
    if until is None:
        raise BillError(f"{source.name} holds no line and no day", "there is nothing to keep of it")
    mark = hashlib.sha256("\n".join((source.sha256, source.path, account, currency, str(nth))).encode()).hexdigest()[:8]
    fields: dict[str, Any] = {
        "id": f"{until}-{mark}", "account": account, "number": text_of(said.account, 64), "currency": currency,
        "statement_number": text_of(said.number, 64),
        "source": {
            key: value
            for key, value in (
                ("name", source.name), ("original", source.path), ("sha256", source.sha256), ("format", text_of(said.format, 64)),
                ("encoding", text_of(said.encoding, 64)), ("verified", text_of(said.verified, 64)),
            )
            if value is not None
        },
        "from_on": said.from_on or min(days, default=None), "until_on": until, "opening": _amount(said.opening, currency),
        "closing": _amount(said.closing, currency), "lines": [_line(each) for each in unique(said.lines, source.name)],
        "skipped": [
            {"row": each.row, "reason": text_of(each.reason) or "no movement", **({"text": kept} if (kept := text_of(each.text)) else {})}
            for each in said.skipped
        ] or None,
    }  # fmt: skip
    try:
        return made(Statement, fields)
    except ValueError as error:  # a reader let through what no file may hold
        raise BillError(f"{source.name} holds what cannot be kept: {text_of(str(error), 200)}", "nothing was written") from None


def _amount(minor: int | None, currency: str) -> Any:
    return None if minor is None else Money(minor, currency).amount


def with_plain_ids(said: BankStatement) -> BankStatement:
    """The same with ids as files take them: one line without control characters."""
    if all(text_of(each.id) == each.id for each in said.lines):
        return said
    return said._replace(lines=tuple(each._replace(id=text_of(each.id) or f"row-{each.row}") for each in said.lines))


def _ensure_whole(said: BankStatement, name: str) -> None:
    if large := next((each for each in said.lines if abs(Money(each.amount, each.currency).amount) >= LIMIT), None):
        raise BillError(f"{name}, line {large.row}: {Money(large.amount, large.currency)} is too large", f"amounts stay below {LIMIT}")
    if foreign := next((each for each in said.lines if each.currency != said.currency), None):
        message = f"{name}, line {foreign.row}: {Money(foreign.amount, foreign.currency)} in a statement of {said.currency}"
        raise BillError(message, "currencies never mix")
    if said.opening is not None and said.closing is not None:
        total = said.opening + sum(each.amount for each in said.lines)
        if total != said.closing:
            opening, closing, come = (Money(amount, said.currency) for amount in (said.opening, said.closing, total))
            message = f"{name} does not add up: {opening} and its lines come to {come}, and it says {closing}"
            raise BillError(message, "nothing was written; a part of the file may be missing: download it again")


def unique(lines: Iterable[BankLine], name: str) -> list[BankLine]:
    """Each line once. Raises ``BillError`` where two different lines have one id."""
    found: dict[str, BankLine] = {}
    for each in lines:
        first = found.setdefault(each.id, each)
        if (first.amount, first.booked_on, first.text) != (each.amount, each.booked_on, each.text):
            message = f"{name}: lines {first.row} and {each.row} have the id {quoted(each.id)} and say something else"
            raise BillError(message, "an id stands for one movement; nothing was written")
    return list(found.values())


def _line(each: BankLine) -> dict[str, Any]:
    original = {"amount": Money(each.original[0], each.original[1]).amount, "currency": each.original[1]} if each.original else None
    fields = {
        "id": each.id, "booked_on": each.booked_on, "amount": Money(each.amount, each.currency).amount, "row": each.row or None,
        "value_on": each.value_on if each.value_on != each.booked_on else None, "payer": _lines_of(each.payer),
        "iban": text_of(each.iban, 64),
        "ultimate": _lines_of(each.ultimate), "text": _lines_of(each.text),
        "references": [kept for text in each.references if (kept := text_of(text))] or None, "end_to_end": text_of(each.end_to_end),
        "bank_id": text_of(each.bank_id), "kind": each.kind or None, "returned": text_of(each.returned),
        "fee": Money(each.fee, each.currency).amount if each.fee else None, "original": original,
        "balance": _amount(each.balance, each.currency),
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value is not None}


def contradictions(new: Sequence[BankLine], known: dict[str, BankLine]) -> list[tuple[BankLine, BankLine]]:
    """Lines whose id the account has for another movement: the bank gives ids again, or the file is of another account."""
    return [(each, known[each.id]) for each in new if each.id in known and _another(each, known[each.id])]


def _another(new: BankLine, old: BankLine) -> bool:
    """Another amount, or a day that no bank corrects a booking to. Downloads may tell the text of one movement in other words."""
    return (
        new.amount != old.amount
        or abs(new.booked_on - old.booked_on) > _CORRECTED
        or not (_alike(new.text, old.text) or _alike(new.payer, old.payer))
    )


def _alike(one: str, other: str) -> bool:
    """Whether two texts may be of one movement: one of them is empty, or they share a word."""
    words, others = ({*_WORD.findall(text.casefold())} for text in (one, other))
    return not words or not others or bool(words & others)


def day_of(said: BankStatement) -> date | None:
    return said.until_on or max((each.booked_on for each in said.lines), default=None)
