"""CAMT.052, 053 and 054 (ISO 20022 account report, statement, notification) of every version, by the elements' local names.

An entry is one line, or one for each of its transactions where their amounts add up to the entry's. What stands in it, in the words of the
norm: ``CdtrRefInf/Ref`` are references; ``RltdPties`` the other side, ``Ultmt…`` for whom it acted; ``RtrInf`` makes a return; ``Chrgs`` a
fee; only ``Sts`` BOOK counts. OPBD or PRCD and CLBD are the balances that the lines must join.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from billcli.banks.structured import (
    Faults,
    NotRead,
    account,
    balance_fault,
    check_size,
    clean,
    currency,
    identified,
    iso_day,
    minor,
    oldest_first,
    one_line,
    reference,
    refusal,
)
from billcli.banks.xml_tree import Value, declared_encoding, shown_line, stream
from billcli.core.bank import BankLine, BankStatement, Skipped
from billcli.model.money import CURRENCIES, digits, minor_text
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
_RETURNS = frozenset({"RRTN", "RPCR", "UPDD", "PRDD", "RCDD", "ARET", "UPCQ", "PRRV"})
_FEES = frozenset({"CHRG", "COMM", "FEES", "COME", "COMI", "COMT"})
_SYMBOLS = frozenset({"VS"})
_AGAIN = "download the file again, or ask the bank"
_BOOKED = frozenset({"OPBD", "PRCD", "CLBD", "ITBD"})
_STATUS = {"PDNG": "pending: not booked yet", "INFO": "for information, not booked", "FUTR": "of a day to come, not booked yet"}
_WHERE = {"Ntry": "entry", "Bal": "balance", "Acct": "account", "FrToDt": "period", "ElctrncSeqNb": "number", "LglSeqNb": "number"}

_Balance: TypeAlias = tuple[str, int, str, date | None, int]

MAX_TEXTS = 100
"""So many transactions give their texts to an entry that stays one line."""


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
                statement.account = account(_text(value, "Id", "IBAN") or _text(value, "Id", "Othr", "Id"))
                statement.unit = currency(_text(value, "Ccy")) if _text(value, "Ccy") else ""
            elif word == "FrToDt":
                statement.from_on = _maybe_day(_text(value, "FrDtTm") or _text(value, "FrDt"))
                statement.until_on = _maybe_day(_text(value, "ToDtTm") or _text(value, "ToDt"))
            elif not statement.number:
                statement.number = one_line(_text(value))
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
    code = _text(value, "Tp", "CdOrPrtry", "Cd") or _text(value, "Tp", "CdOrPrtry", "Prtry")
    if code not in _BOOKED:  # available, forward, a credit line: nothing that the lines add up to
        return code, 0, "", None, line
    amount, unit = _amount(_first(value, "Amt"))
    return code, _sign(_text(value, "CdtDbtInd")) * amount, unit, _maybe_day(_text(value, "Dt", "Dt") or _text(value, "Dt", "DtTm")), line


def _entry(statement: _Statement, entry: Value, line: int) -> None:
    told = _first(entry, "Sts")  # a text up to version 6, then a code
    status = (told if isinstance(told, str) else _text(told, "Cd") or _text(told, "Prtry")).strip()
    details = [each for part in _all(entry, "NtryDtls") for each in _all(part, "TxDtls")]
    if status not in {"BOOK", ""}:
        figures = f"{_text(entry, 'Amt')} {_currency_of(_first(entry, 'Amt'))} {_text(entry, 'CdtDbtInd')}"
        said = one_line(" ".join([figures, *(_purpose(each) for each in details[:1]), _text(entry, "AddtlNtryInf")]))
        statement.skipped.append(Skipped(line, _STATUS.get(status, f"not booked: status {quoted(status)}"), said))
        return
    amount, unit = _amount(_first(entry, "Amt"))
    total = _sign(_text(entry, "CdtDbtInd")) * amount
    booked = _text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm")
    value = _text(entry, "ValDt", "Dt") or _text(entry, "ValDt", "DtTm")
    if not booked and not value:
        raise NotRead("there is neither a booking date nor a value date", _AGAIN)
    own = reference(_text(entry, "AcctSvcrRef"))
    common = BankLine("", line, iso_day(booked or value), total, unit, iso_day(value) if value else None, bank_id=own)
    shares = _shares(details, total, unit)
    if shares is None:
        statement.lines.append(_line(statement.account, common._replace(id=own), entry, details, alone=True))
        return
    for place, (share, each) in enumerate(zip(shares, details, strict=True), 1):
        name = f"{own}-{place}" if own else ""
        statement.lines.append(_line(statement.account, common._replace(id=name, amount=share), entry, [each], alone=False))


def _shares(details: list[Value], total: int, unit: str) -> list[int] | None:
    """Each transaction's amount where together they are the entry's; else None, and the entry stays one line."""
    if len(details) < 2:
        return None
    plain, signed = [], []
    for each in details:
        found = next((value for value in _tx_amounts(each) if _currency_of(value) == unit), None)
        if found is None:
            return None
        amount = minor(_text(found), unit)
        plain.append(amount if total >= 0 else -amount)
        signed.append(_sign(_text(each, "CdtDbtInd")) * amount if _text(each, "CdtDbtInd") else plain[-1])
    return signed if sum(signed) == total else plain if sum(plain) == total else None


def _tx_amounts(transaction: Value) -> Iterator[Value]:
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "CntrValAmt", "Amt")):
        if value := _first(transaction, *path):
            yield value


def _line(own: str, line: BankLine, entry: Value, details: list[Value], *, alone: bool) -> BankLine:
    """``line`` has amount and days; what its transactions say goes into it. ``alone``: it is the whole entry."""
    first = details[0] if details else ""
    returned = any(_first(each, "RtrInf") for each in details) or _text(entry, "RvslInd").strip() in {"true", "1"}
    codes = {_text(each, "BkTxCd", "Domn", "Fmly", "SubFmlyCd").strip() for each in (entry, *details)}
    returned = returned or bool(codes & _RETURNS)
    kind = "return" if returned else "fee" if codes & _FEES else ""
    parties = {_parties(own, line.amount >= 0, returned, each) for each in details}
    payer, iban, ultimate = parties.pop() if len(parties) == 1 else ("", "", "")
    references: dict[str, None] = {}
    for each in details:
        for strd in _all(each, "RmtInf", "Strd"):
            references |= {found: None for ref in _all(strd, "CdtrRefInf", "Ref") if (found := reference(_text(ref)))}
        for other in _all(each, "Refs", "Prtry"):
            if _text(other, "Tp").strip().upper() in _SYMBOLS and (found := reference(_text(other, "Ref"))):
                references[found] = None
    text = "\n".join(each for each in map(_purpose, details[:MAX_TEXTS]) if each)
    text = text or clean(_text(first, "AddtlTxInf")) or clean(_text(entry, "AddtlNtryInf"))
    one = details[0] if len(details) == 1 else ""
    end_to_end = reference(_text(one, "Refs", "EndToEndId"))
    bank_id = reference(_text(one, "Refs", "AcctSvcrRef")) or line.bank_id
    returns = ""
    if returned:
        returns = (
            end_to_end or next(iter(references), "") or reference(_text(one, "Refs", "InstrId")) or reference(_text(one, "Refs", "TxId"))
        )
        why = [one_line(_text(each)) for each in _all(one, "RtrInf", "AddtlInf")] or [one_line(_text(one, "RtrInf", "Rsn", "Cd"))]
        text = "\n".join(each for each in (text, *why) if each)
    original, fee = _before(line, [one, entry] if alone else [one])
    return line._replace(
        id=reference(_text(one, "Refs", "AcctSvcrRef")) or line.id,
        payer=payer,
        iban=iban,
        ultimate=ultimate,
        text=text,
        references=tuple(references),
        end_to_end=end_to_end,
        bank_id=bank_id,
        kind=kind,
        returned=returns,
        fee=fee,
        original=original,
    )


def _parties(own: str, comes_in: bool, returned: bool, transaction: Value) -> tuple[str, str, str]:
    """The other side, its account, and for whom it acted.

    The debtor of money that came in; of a return, the debtor of what came in once. Where the bank names our own account, the other one.
    """
    parties = _first(transaction, "RltdPties")
    if not parties:
        return "", "", ""
    debtor, creditor = _account(parties, "DbtrAcct"), _account(parties, "CdtrAcct")
    from_debtor = comes_in != returned
    if own and (debtor == own) != (creditor == own):
        from_debtor = creditor == own
    elif returned and not (_party(parties, "Dbtr") or debtor if from_debtor else _party(parties, "Cdtr") or creditor):
        from_debtor = not from_debtor
    if from_debtor:
        return _party(parties, "Dbtr"), debtor, _party(parties, "UltmtDbtr")
    return _party(parties, "Cdtr"), creditor, _party(parties, "UltmtCdtr")


def _account(parties: Value, side: str) -> str:
    return account(_text(parties, side, "Id", "IBAN") or _text(parties, side, "Id", "Othr", "Id"))


def _party(parties: Value, side: str) -> str:
    party = _first(parties, side)
    if not party:
        return ""
    found = one_line(_text(party, "Nm") or _text(party, "Pty", "Nm") or _text(party, "Agt", "FinInstnId", "Nm"))
    return "" if found.upper() in {"NOTPROVIDED", "NOT PROVIDED"} else found


def _purpose(transaction: Value) -> str:
    """What the payer wrote: unstructured pieces, document numbers, additions, each on a line of its own since pieces are cut at 140."""
    pieces = [_text(each) for each in _all(transaction, "RmtInf", "Ustrd")]
    for strd in _all(transaction, "RmtInf", "Strd"):
        pieces += [_text(each, "Nb") for each in _all(strd, "RfrdDocInf")]
        pieces += [_text(each) for each in _all(strd, "AddtlRmtInf")]
    return "\n".join(each for each in map(clean, pieces) if each)


def _before(line: BankLine, places: list[Value]) -> tuple[tuple[int, str] | None, int]:
    """Amount and currency before an exchange, and what was kept on the way: said so, or the difference to what was instructed."""
    sign = 1 if line.amount >= 0 else -1
    instructed = [value for each in places if (value := _first(each, "AmtDtls", "InstdAmt", "Amt"))]
    original = None
    for value in [*instructed, *(_first(each, "AmtDtls", "TxAmt", "Amt") for each in places), _first(places[0], "Amt")]:
        unit = _currency_of(value)
        if unit in CURRENCIES and unit != line.currency and (found := minor(_text(value), unit)):
            original = (sign * found, unit)
            break
    if line.amount <= 0:
        return original, 0
    same = [minor(_text(value), line.currency) for value in instructed if _currency_of(value) == line.currency]
    if same:
        return original, max(0, same[0] - line.amount)
    charges = next((value for each in places if (value := _first(each, "Chrgs"))), "")
    return original, _charged(charges, line.currency)


def _charged(charges: Value, unit: str) -> int:
    """``ChrgInclInd`` false is a charge beside the amount, not out of it. Version 2 has the amount where later ones have ``Rcrd``."""
    found = 0
    for record in _all(charges, "Rcrd") or ([charges] if _first(charges, "Amt") else []):
        value = _first(record, "Amt")
        if (
            _currency_of(value) == unit
            and _text(record, "CdtDbtInd") != "CRDT"
            and _text(record, "ChrgInclInd").strip() not in {"false", "0"}
        ):
            found += minor(_text(value), unit)
    total = _first(charges, "TtlChrgsAndTaxAmt")
    return minor(_text(total), unit) if not _all(charges, "Rcrd") and _currency_of(total) == unit else found


def _amount(value: Value) -> tuple[int, str]:
    if not isinstance(value, tuple):
        raise NotRead("there is no amount with a currency", _AGAIN)
    unit = currency(value[1])
    return minor(value[0], unit), unit


def _currency_of(value: Value) -> str:
    return value[1].strip().upper() if isinstance(value, tuple) else ""


def _sign(text: str) -> int:
    match text.strip():
        case "CRDT":
            return 1
        case "DBIT":
            return -1
    raise NotRead(f"{quoted(text)} is neither CRDT nor DBIT", _AGAIN)


def _maybe_day(text: str) -> date | None:
    return iso_day(text) if text.strip() else None


def _first(value: Value, *path: str) -> Value:
    """The first element at the end of the path; an empty text where there is none."""
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step][0]
        else:
            return ""
    return value


def _text(value: Value, *path: str) -> str:
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step][0]
        else:
            return ""
    return value if isinstance(value, str) else value[0] if isinstance(value, tuple) else ""


def _all(value: Value, *path: str) -> list[Value]:
    for step in path[:-1]:
        if isinstance(value, dict) and step in value:
            value = value[step][0]
        else:
            return []
    return value.get(path[-1], []) if isinstance(value, dict) else []
