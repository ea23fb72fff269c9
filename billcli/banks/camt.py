"""CAMT.052, 053 and 054 (ISO 20022 account report, statement, notification) of every version, by the elements' local names.

An entry is one line, or one for each of its transactions where their amounts add up to the entry's. Only ``Sts`` BOOK counts. OPBD or PRCD
and CLBD are the balances that the lines must join.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from billcli.banks.camt_details import detailed, purpose
from billcli.banks.structured import (
    Faults,
    NotRead,
    account,
    balance_fault,
    check_size,
    currency,
    identified,
    iso_day,
    minor,
    oldest_first,
    one_line,
    reference,
    refusal,
)
from billcli.banks.xml_tree import Value, child, children, currency_of, declared_encoding, shown_line, stream, text_at
from billcli.core.bank import BankLine, BankStatement, Skipped
from billcli.model.money import digits, minor_text
from billcli.model.values import quoted

_MESSAGES = {"BkToCstmrAcctRpt": "camt.052", "BkToCstmrStmt": "camt.053", "BkToCstmrDbtCdtNtfctn": "camt.054"}
_STATEMENTS = frozenset({"Rpt", "Stmt", "Ntfctn"})
_EACH = frozenset({"Ntry", "Bal", "Acct", "FrToDt", "ElctrncSeqNb", "LglSeqNb"})
_SKIP = frozenset(
    {
        "AddtlStmtInf",
        "Avlbty",
        "Btch",
        "CardTx",
        "CdtLine",
        "CorpActn",
        "CshDpst",
        "CtctDtls",
        "CtryOfRes",
        "FinInstrmId",
        "GarnshmtRmt",
        "GrpHdr",
        "Intrst",
        "Ownr",
        "PstlAdr",
        "Purp",
        "RltdAcct",
        "RltdAgts",
        "RltdPric",
        "RltdQties",
        "RltdRmtInf",
        "SfkpgAcct",
        "SplmtryData",
        "Svcr",
        "Tax",
        "TxsSummry",
    }
)
"""Elements that say nothing of what a line is."""

_NAMESPACE = re.compile(r"\Aurn:(?:swift:xsd:\$?|iso:std:iso:20022:tech:xsd:)camt\.05[234]\b")
_AGAIN = "download the file again, or ask the bank"
_BOOKED = frozenset({"OPBD", "PRCD", "CLBD", "ITBD"})
_STATUS = {"PDNG": "pending: not booked yet", "INFO": "for information, not booked", "FUTR": "of a day to come, not booked yet"}
_WHERE = {"Ntry": "entry", "Bal": "balance", "Acct": "account", "FrToDt": "period", "ElctrncSeqNb": "number", "LglSeqNb": "number"}

_Balance: TypeAlias = tuple[str, int, str, date | None, int]


def read_camt(raw: bytes, name: str) -> list[BankStatement]:
    """One statement for each ``Stmt``, ``Rpt`` or ``Ntfctn`` of the file. Raises ``Refused`` with all faults and their lines."""
    check_size(raw, name)
    file = _File(raw, name)
    stream(raw, name, each=_EACH, skip=_SKIP, opened=file.opened, take=file.take)
    return file.finished()


@dataclass
class _Statement:
    """What was read of one statement so far."""

    message: str
    account: str = ""
    unit: str = ""
    number: str = ""
    from_on: date | None = None
    until_on: date | None = None
    balances: list[tuple[str, int, str, date | None, int]] = field(default_factory=list)
    lines: list[BankLine] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


class _File:
    """Takes the elements of one file as they come."""

    def __init__(self, raw: bytes, name: str) -> None:
        self.raw = raw
        self.name = name
        self.faults = Faults(name)
        self.statements: list[_Statement] = []
        self.message = ""
        self.outermost = ""

    def opened(self, word: str, namespace: str) -> str:
        self.outermost = self.outermost or word
        if word in _MESSAGES:
            self.message = _MESSAGES[word]
            if namespace and not _NAMESPACE.match(namespace):
                return f"{word} stands in the namespace {quoted(namespace)}, which is not that of {self.message}"
        elif word in _STATEMENTS and self.message:
            self.statements.append(_Statement(self.message))
        return ""

    def take(self, word: str, value: Value, line: int) -> None:
        if not self.statements:
            return
        statement = self.statements[-1]
        try:
            if word == "Ntry":
                _entry(statement, value, line)
            elif word == "Bal":
                statement.balances.append(_balance(value, line))
            elif word == "Acct":
                statement.account = account(text_at(value, "Id", "IBAN") or text_at(value, "Id", "Othr", "Id"))
                statement.unit = currency(text_at(value, "Ccy")) if text_at(value, "Ccy") else ""
            elif word == "FrToDt":
                statement.from_on = _maybe_day(text_at(value, "FrDtTm") or text_at(value, "FrDt"))
                statement.until_on = _maybe_day(text_at(value, "ToDtTm") or text_at(value, "ToDt"))
            elif not statement.number:
                statement.number = one_line(text_at(value))
        except NotRead as wrong:
            self.faults.add(wrong.code, f"{_WHERE[word]}: {wrong.message}", wrong.hint, line, shown_line(self.raw, line))

    def finished(self) -> list[BankStatement]:
        if not self.statements:
            what = f"the {self.message} message holds no statement" if self.message else f"there is no bank statement in <{self.outermost}>"
            raise refusal(self.name, "E650", what, "download the statement as camt.052, camt.053 or camt.054")
        found = []
        for each in self.statements:
            statement, at = self._statement(each)
            if why := balance_fault(statement):
                self.faults.add("E653", why, "an entry is missing or was changed: download it again", at, shown_line(self.raw, at))
            found.append(statement)
        if self.faults.found:
            raise self.faults.refuse(found)
        return identified(found)

    def _statement(self, read: _Statement) -> tuple[BankStatement, int]:
        unit = read.unit or next((each[2] for each in read.balances if each[0] in _BOOKED), "")
        unit = unit or (read.lines[0].currency if read.lines else "")
        for line in read.lines:
            if line.currency != unit:
                message = f"an entry of the account in {unit} is in {line.currency}"
                self.faults.add(
                    "E654", message, "currencies never mix: download a statement for each", line.row, shown_line(self.raw, line.row)
                )
        for code, amount, other, _, at in read.balances:
            if code in _BOOKED and other != unit:
                shown = f"{minor_text(amount, digits(other))} {other}"
                read.skipped.append(Skipped(at, f"a balance in {other} on an account in {unit} proves nothing", f"{code} {shown}"))
        opening, closing = _ends([each for each in read.balances if each[2] == unit])
        statement = BankStatement(
            account=read.account,
            currency=unit,
            lines=tuple(oldest_first(read.lines)),
            skipped=tuple(sorted(read.skipped)),
            number=read.number,
            opening=opening[1] if opening else None,
            closing=closing[1] if closing else None,
            from_on=read.from_on or (opening[3] if opening else None),
            until_on=read.until_on or (closing[3] if closing else None),
            format=read.message,
            encoding=declared_encoding(self.raw),
        )
        proven = statement.opening is not None and statement.closing is not None
        if proven and balance_fault(statement) and (read.message == "camt.052" or not opening or opening[0] == "ITBD"):
            # what is reported within a day need not begin where its balance does
            return statement._replace(opening=None, closing=None), 0
        return statement._replace(verified="balances" if proven else ""), closing[4] if closing else 0


def _ends(balances: list[_Balance]) -> tuple[_Balance | None, _Balance | None]:
    """Opening and closing: booked ones, or the interim balances between the pages of a long statement."""
    interim = [each for each in balances if each[0] == "ITBD"]
    opening = next((each for code in ("OPBD", "PRCD") for each in balances if each[0] == code), None)
    closing = next((each for each in reversed(balances) if each[0] == "CLBD"), None)
    if not opening and interim and (closing or len(interim) > 1):
        opening = interim.pop(0)
    if not closing and interim:
        closing = interim[-1]
    return opening, closing


def _balance(value: Value, line: int) -> _Balance:
    code = text_at(value, "Tp", "CdOrPrtry", "Cd") or text_at(value, "Tp", "CdOrPrtry", "Prtry")
    if code not in _BOOKED:  # available, forward, a credit line: nothing that the lines add up to
        return code, 0, "", None, line
    amount, unit = _amount(child(value, "Amt"))
    day = _maybe_day(text_at(value, "Dt", "Dt") or text_at(value, "Dt", "DtTm"))
    return code, _sign(text_at(value, "CdtDbtInd")) * amount, unit, day, line


def _entry(statement: _Statement, entry: Value, line: int) -> None:
    told = child(entry, "Sts")  # a text up to version 6, then a code
    status = (told if isinstance(told, str) else text_at(told, "Cd") or text_at(told, "Prtry")).strip()
    details = [each for part in children(entry, "NtryDtls") for each in children(part, "TxDtls")]
    if status not in {"BOOK", ""}:
        figures = f"{text_at(entry, 'Amt')} {currency_of(child(entry, 'Amt'))} {text_at(entry, 'CdtDbtInd')}"
        said = one_line(" ".join([figures, *(purpose(each) for each in details[:1]), text_at(entry, "AddtlNtryInf")]))
        statement.skipped.append(Skipped(line, _STATUS.get(status, f"not booked: status {quoted(status)}"), said))
        return
    amount, unit = _amount(child(entry, "Amt"))
    total = _sign(text_at(entry, "CdtDbtInd")) * amount
    booked = text_at(entry, "BookgDt", "Dt") or text_at(entry, "BookgDt", "DtTm")
    value = text_at(entry, "ValDt", "Dt") or text_at(entry, "ValDt", "DtTm")
    if not booked and not value:
        raise NotRead("there is neither a booking date nor a value date", _AGAIN)
    own = reference(text_at(entry, "AcctSvcrRef"))
    common = BankLine("", line, iso_day(booked or value), total, unit, iso_day(value) if value else None, bank_id=own)
    shares = _shares(details, total, unit)
    if shares is None:
        statement.lines.append(detailed(statement.account, common._replace(id=own), entry, details, alone=True))
        return
    for place, (share, each) in enumerate(zip(shares, details, strict=True), 1):
        name = f"{own}-{place}" if own else ""
        statement.lines.append(detailed(statement.account, common._replace(id=name, amount=share), entry, [each], alone=False))


def _shares(details: list[Value], total: int, unit: str) -> list[int] | None:
    """Each transaction's amount where together they are the entry's; else None, and the entry stays one line."""
    if len(details) < 2:
        return None
    plain, signed = [], []
    for each in details:
        found = next((value for value in _tx_amounts(each) if currency_of(value) == unit), None)
        if found is None:
            return None
        amount = minor(text_at(found), unit)
        plain.append(amount if total >= 0 else -amount)
        signed.append(_sign(text_at(each, "CdtDbtInd")) * amount if text_at(each, "CdtDbtInd") else plain[-1])
    return signed if sum(signed) == total else plain if sum(plain) == total else None


def _tx_amounts(transaction: Value) -> Iterator[Value]:
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "CntrValAmt", "Amt")):
        if value := child(transaction, *path):
            yield value


def _amount(value: Value) -> tuple[int, str]:
    if not isinstance(value, tuple):
        raise NotRead("there is no amount with a currency", _AGAIN)
    unit = currency(value[1])
    return minor(value[0], unit), unit


def _sign(text: str) -> int:
    match text.strip():
        case "CRDT":
            return 1
        case "DBIT":
            return -1
    raise NotRead(f"{quoted(text)} is neither CRDT nor DBIT", _AGAIN)


def _maybe_day(text: str) -> date | None:
    return iso_day(text) if text.strip() else None
