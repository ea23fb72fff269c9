"""What an entry of CAMT and its transactions say of a line, in the words of the norm.

``CdtrRefInf/Ref`` are references; ``RltdPties`` the other side, ``Ultmt…`` for whom it acted; ``RtrInf`` makes a return; ``Chrgs`` a fee.
"""

from __future__ import annotations

from billcli.banks.structured import account, clean, minor, one_line, reference
from billcli.banks.xml_tree import Value, child, children, currency_of, text_at
from billcli.core.bank import BankLine
from billcli.model.money import CURRENCIES

_RETURNS = frozenset({"RRTN", "RPCR", "UPDD", "PRDD", "RCDD", "ARET", "UPCQ", "PRRV"})
_FEES = frozenset({"CHRG", "COMM", "FEES", "COME", "COMI", "COMT"})
_SYMBOLS = frozenset({"VS"})

MAX_TEXTS = 100
"""So many transactions give their texts to an entry that stays one line."""


def detailed(own: str, line: BankLine, entry: Value, details: list[Value], *, alone: bool) -> BankLine:
    """``line`` has amount and days; what its transactions say goes into it. ``alone``: it is the whole entry."""
    first = details[0] if details else ""
    returned = any(child(each, "RtrInf") for each in details) or text_at(entry, "RvslInd").strip() in {"true", "1"}
    codes = {text_at(each, "BkTxCd", "Domn", "Fmly", "SubFmlyCd").strip() for each in (entry, *details)}
    returned = returned or bool(codes & _RETURNS)
    kind = "return" if returned else "fee" if codes & _FEES else ""
    parties = {_parties(own, line.amount >= 0, returned, each) for each in details}
    payer, iban, ultimate = parties.pop() if len(parties) == 1 else ("", "", "")
    references: dict[str, None] = {}
    for each in details:
        for strd in children(each, "RmtInf", "Strd"):
            references |= {found: None for ref in children(strd, "CdtrRefInf", "Ref") if (found := reference(text_at(ref)))}
        for other in children(each, "Refs", "Prtry"):
            if text_at(other, "Tp").strip().upper() in _SYMBOLS and (found := reference(text_at(other, "Ref"))):
                references[found] = None
    text = "\n".join(each for each in map(purpose, details[:MAX_TEXTS]) if each)
    text = text or clean(text_at(first, "AddtlTxInf")) or clean(text_at(entry, "AddtlNtryInf"))
    one = details[0] if len(details) == 1 else ""
    end_to_end = reference(text_at(one, "Refs", "EndToEndId"))
    bank_id = reference(text_at(one, "Refs", "AcctSvcrRef")) or line.bank_id
    returns = ""
    if returned:
        returns = end_to_end or next(iter(references), "")
        returns = returns or reference(text_at(one, "Refs", "InstrId")) or reference(text_at(one, "Refs", "TxId"))
        why = [one_line(text_at(each)) for each in children(one, "RtrInf", "AddtlInf")] or [one_line(text_at(one, "RtrInf", "Rsn", "Cd"))]
        text = "\n".join(each for each in (text, *why) if each)
    original, fee = _before(line, [one, entry] if alone else [one])
    return line._replace(
        id=reference(text_at(one, "Refs", "AcctSvcrRef")) or line.id,
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
    parties = child(transaction, "RltdPties")
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
    return account(text_at(parties, side, "Id", "IBAN") or text_at(parties, side, "Id", "Othr", "Id"))


def _party(parties: Value, side: str) -> str:
    party = child(parties, side)
    if not party:
        return ""
    found = one_line(text_at(party, "Nm") or text_at(party, "Pty", "Nm") or text_at(party, "Agt", "FinInstnId", "Nm"))
    return "" if found.upper() in {"NOTPROVIDED", "NOT PROVIDED"} else found


def purpose(transaction: Value) -> str:
    """What the payer wrote: unstructured pieces, document numbers, additions, each on a line of its own since pieces are cut at 140."""
    pieces = [text_at(each) for each in children(transaction, "RmtInf", "Ustrd")]
    for strd in children(transaction, "RmtInf", "Strd"):
        pieces += [text_at(each, "Nb") for each in children(strd, "RfrdDocInf")]
        pieces += [text_at(each) for each in children(strd, "AddtlRmtInf")]
    return "\n".join(each for each in map(clean, pieces) if each)


def _before(line: BankLine, places: list[Value]) -> tuple[tuple[int, str] | None, int]:
    """Amount and currency before an exchange, and what was kept on the way: said so, or the difference to what was instructed."""
    sign = 1 if line.amount >= 0 else -1
    instructed = [value for each in places if (value := child(each, "AmtDtls", "InstdAmt", "Amt"))]
    original = None
    for value in [*instructed, *(child(each, "AmtDtls", "TxAmt", "Amt") for each in places), child(places[0], "Amt")]:
        unit = currency_of(value)
        if unit in CURRENCIES and unit != line.currency and (found := minor(text_at(value), unit)):
            original = (sign * found, unit)
            break
    if line.amount <= 0:
        return original, 0
    same = [minor(text_at(value), line.currency) for value in instructed if currency_of(value) == line.currency]
    if same:
        return original, max(0, same[0] - line.amount)
    charges = next((value for each in places if (value := child(each, "Chrgs"))), "")
    return original, _charged(charges, line.currency)


def _charged(charges: Value, unit: str) -> int:
    """``ChrgInclInd`` false is a charge beside the amount, not out of it. Version 2 has the amount where later ones have ``Rcrd``."""
    found = 0
    for record in children(charges, "Rcrd") or ([charges] if child(charges, "Amt") else []):
        value = child(record, "Amt")
        if (
            currency_of(value) == unit
            and text_at(record, "CdtDbtInd") != "CRDT"
            and text_at(record, "ChrgInclInd").strip() not in {"false", "0"}
        ):
            found += minor(text_at(value), unit)
    total = child(charges, "TtlChrgsAndTaxAmt")
    return minor(text_at(total), unit) if not children(charges, "Rcrd") and currency_of(total) == unit else found
