"""OFX and QFX, version 1 (SGML, closing tags left out) and 2 (XML): bank and card statements, several of them in one file.

A short reader of its own rather than ofxparse: of the format only flat blocks of tag and value matter here, and the package brings
beautifulsoup4 and lxml, has had no release in years and gives no lines to point at. Entities are replaced once and never declared: a
DOCTYPE is refused.
"""

from __future__ import annotations

import codecs
import html
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from billcli.banks.structured import (
    Faults,
    NotRead,
    account,
    check_size,
    clean,
    currency,
    day,
    identified,
    minor,
    oldest_first,
    one_line,
    reference,
    refusal,
)
from billcli.core.bank import BankLine, BankStatement, Skipped
from billcli.model.values import quoted

_TOKEN = re.compile(r"<(?:!\[CDATA\[(?P<cdata>.*?)\]\]>|(?P<close>/?)(?P<tag>[A-Za-z][A-Za-z0-9._]{0,31})\s*(?P<empty>/?)>)", re.DOTALL)
_STATEMENTS = frozenset({"STMTRS", "CCSTMTRS", "INVSTMTRS"})
_ACCOUNTS = frozenset({"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"})
_BLOCKS = frozenset({"STMTTRN", "STMTTRNP", "LEDGERBAL", "PAYEE", "CURRENCY", "ORIGCURRENCY", "BANKACCTTO", "CCACCTTO"}) | _ACCOUNTS
_FEES = frozenset({"FEE", "SRVCHG"})
_HEADER = re.compile(
    rb"^\s*(ENCODING|CHARSET)\s*:\s*([A-Za-z0-9._-]{1,20})\s*$|<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})", re.M
)
_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{2,6})?(?:\.[0-9]{1,6})?\s*(?:\[[^\]]{0,20}\])?\Z", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?P<group>[,.])[0-9]{3})(?:(?P=group)[0-9]{3})*(?!(?P=group))[,.][0-9]{1,4}\Z", re.ASCII)
_AGAIN = "download the file again, or ask the bank"


@dataclass
class _Block:
    """One transaction or balance: its values by tag, those of a block within it as ``PAYEE.NAME``."""

    row: int
    values: dict[str, str] = field(default_factory=dict)


@dataclass
class _Statement:
    row: int
    card: bool
    values: dict[str, str] = field(default_factory=dict)
    transactions: list[_Block] = field(default_factory=list)
    pending: list[_Block] = field(default_factory=list)
    balance: _Block | None = None


def read_ofx(raw: bytes, name: str) -> list[BankStatement]:
    """One statement for each account of the file. Raises ``Refused`` with all faults and their lines."""
    check_size(raw, name)
    text, encoding = _decoded(raw, name)
    starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def row_of(place: int) -> int:
        return bisect_right(starts, place)

    def shown(row: int) -> str:
        return text[starts[row - 1] : starts[row] if row < len(starts) else len(text)]

    if found := re.search(r"<!(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        message, hint = (
            "the file declares a document type (DOCTYPE)",
            "no bank writes one; it can make a reader open other files: do not use it",
        )
        raise refusal(name, "E651", message, hint, row_of(found.start()), shown(row_of(found.start())))
    begin = re.search(r"<OFX\s*>", text, re.IGNORECASE)
    if not begin:
        raise refusal(name, "E650", "there is no <OFX> in it", "download the statement as OFX or QFX")
    if not re.search(r"</OFX\s*>", text[begin.end() :], re.IGNORECASE):
        raise refusal(name, "E650", "the file ends before </OFX>", "it was cut off: download it again", len(starts), shown(len(starts)))
    if text.rfind("<![CDATA[") > text.rfind("]]>"):
        place = row_of(text.rfind("<![CDATA["))
        raise refusal(name, "E650", "a CDATA section is not closed", "the file is damaged: download it again", place, shown(place))
    faults = Faults(name)
    statements = _statements(text, begin.end(), row_of)
    if not statements:
        raise refusal(
            name, "E650", "there is no bank or card statement in it", "download the statement as OFX or QFX", row_of(begin.start())
        )
    version = "ofx" if "<?" not in text[: begin.start()] else "ofx2"
    read = []
    for each in statements:
        try:
            read.append(_finished(each, version, encoding, faults, shown))
        except NotRead as wrong:
            faults.add(wrong.code, wrong.message, wrong.hint, each.row, shown(each.row))
    if faults.found:
        raise faults.refuse(read)
    return identified(read)


def _decoded(raw: bytes, name: str) -> tuple[str, str]:
    """UTF-8 where it is that, whatever the header says; else what it declares; else Windows-1252."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        if b"\0" in raw:
            line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
            raise refusal(name, "E650", "the control character U+0000", "the file is damaged: download it again", line)
        declared = [found[2] or found[3] for found in _HEADER.finditer(raw[:2000]) if found[1] != b"ENCODING"]
        candidates = ["utf-8-sig", *(_codec(each.decode("ascii")) for each in declared), "cp1252", "latin-1"]
    for encoding in candidates:
        try:
            return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n"), encoding.removesuffix("-sig")
        except (UnicodeDecodeError, LookupError):
            continue
    raise refusal(name, "E650", "the file is not UTF-16, though its first bytes say so", "download it again", 1)


def _codec(declared: str) -> str:
    """``1252`` and ``ISO-8859-1`` are one to those who write them; ``NONE`` and what is not known is Windows-1252."""
    wanted = f"cp{declared}" if declared.isdigit() else declared
    try:
        found = codecs.lookup(wanted)
    except LookupError:
        return "cp1252"
    return "cp1252" if found.name in {"iso8859-1", "ascii", "utf-8"} or not found._is_text_encoding else found.name


def _statements(text: str, begin: int, row_of: Callable[[int], int]) -> list[_Statement]:
    """Only the blocks that matter, wherever they stand; a tag's value goes as far as the next tag."""
    found: list[_Statement] = []
    statement: _Statement | None = None
    blocks: list[tuple[str, _Block]] = []
    at, last = "", begin
    for token in _TOKEN.finditer(text, begin):
        if at and blocks:
            _keep(blocks, at, text[last : token.start()])
        elif at and statement is not None:
            _put(statement.values, at, text[last : token.start()])
        if token["cdata"] is not None:
            if at and blocks:
                _keep(blocks, at, token["cdata"], literal=True)
            last = token.end()
            continue
        tag = token["tag"].upper()
        last, at = token.end(), ""
        if token["close"]:
            if tag in _STATEMENTS:
                statement = None
                blocks.clear()
            elif blocks and tag in _BLOCKS:
                while blocks and blocks.pop()[0] != tag:
                    pass
        elif tag in _STATEMENTS:
            statement = _Statement(row_of(token.start()), tag == "CCSTMTRS")
            found.append(statement)
            blocks.clear()
        elif statement is not None and tag in _BLOCKS and not token["empty"]:
            if tag in {"STMTTRN", "STMTTRNP", "LEDGERBAL"}:
                blocks.clear()
            blocks.append((tag, block := _Block(row_of(token.start())) if not blocks else blocks[0][1]))
            if tag == "STMTTRN":
                statement.transactions.append(block)
            elif tag == "STMTTRNP":
                statement.pending.append(block)
            elif tag == "LEDGERBAL":
                statement.balance = block
            elif tag in _ACCOUNTS:
                block.values = statement.values
        elif not token["empty"]:
            at = tag
    return found


def _keep(blocks: list[tuple[str, _Block]], tag: str, value: str, *, literal: bool = False) -> None:
    prefix = f"{blocks[-1][0]}." if len(blocks) > 1 else ""
    _put(blocks[0][1].values, prefix + tag, value, literal=literal)


def _put(values: dict[str, str], tag: str, value: str, *, literal: bool = False) -> None:
    value = value.strip() if literal else html.unescape(value.strip())
    if value:
        values[tag] = f"{values[tag]} {value}" if tag in values and literal else values.get(tag, value)


def _finished(read: _Statement, version: str, encoding: str, faults: Faults, shown: Callable[[int], str]) -> BankStatement:
    own = account(read.values.get("ACCTID", ""))
    unit = currency(read.values.get("CURDEF", ""))
    lines, skipped = [], []
    for each in read.transactions:
        try:
            line = _line(each, own, unit)
        except NotRead as wrong:
            faults.add(wrong.code, f"transaction: {wrong.message}", wrong.hint, each.row, shown(each.row))
            continue
        if action := each.values.get("CORRECTACTION", ""):
            what = one_line(f"{action} {each.values.get('CORRECTFITID', '')}")
            skipped.append(Skipped(each.row, f"corrects a line of an earlier file ({what}): look at that one", _said(each)))
        else:
            lines.append(line)
    skipped += [Skipped(each.row, "pending: not booked yet", _said(each)) for each in read.pending]
    closing = None
    if read.balance and read.balance.values.get("BALAMT"):
        try:
            closing = _amount(read.balance.values["BALAMT"], unit)
        except NotRead as wrong:
            faults.add(wrong.code, f"balance: {wrong.message}", wrong.hint, read.balance.row, shown(read.balance.row))
    return BankStatement(
        account=own,
        currency=unit,
        lines=tuple(oldest_first(lines)),
        skipped=tuple(sorted(skipped)),
        closing=closing,
        from_on=_day(read.values["DTSTART"]) if read.values.get("DTSTART", "").strip("0") else None,
        until_on=_day(read.values["DTEND"]) if read.values.get("DTEND", "").strip("0") else None,
        format=version,
        encoding=encoding,
    )


def _said(block: _Block) -> str:
    return one_line(" ".join(block.values.get(tag, "") for tag in ("TRNAMT", "NAME", "MEMO")))


def _line(block: _Block, own: str, unit: str) -> BankLine:
    values = block.values
    other = values.get("CURRENCY.CURSYM", "").strip().upper()
    if other and other != unit:
        raise NotRead(f"it is in {currency(other)}, the account in {unit}", "currencies never mix: download a statement for each", "E654")
    if "TRNAMT" not in values or "DTPOSTED" not in values:
        missing = "TRNAMT" if "TRNAMT" not in values else "DTPOSTED"
        raise NotRead(f"it has no {missing}", _AGAIN)
    payer = one_line(values.get("NAME") or values.get("PAYEE.NAME") or values.get("EXTDNAME") or "")
    memo = clean(values.get("MEMO", ""))
    # banks without a memo, or with a short one, put the purpose where the name belongs
    apart = memo and not memo.startswith(payer) and any(c.isdigit() for c in payer)
    bank_id = reference(values.get("FITID", ""))
    return BankLine(
        id=f"{own}-{bank_id}" if bank_id and own else bank_id,  # the bank's id is its own only within the account
        row=block.row,
        booked_on=_day(values["DTPOSTED"]),
        amount=_amount(values["TRNAMT"], unit),
        currency=unit,
        value_on=_day(values["DTAVAIL"]) if values.get("DTAVAIL", "").strip("0") else None,
        payer=payer,
        iban=account(values.get("BANKACCTTO.ACCTID") or values.get("CCACCTTO.ACCTID") or ""),
        text=f"{payer}\n{memo}" if apart else memo or payer,
        bank_id=bank_id,
        kind="fee" if values.get("TRNTYPE", "").strip().upper() in _FEES else "",
    )


def _day(text: str) -> date:
    if not (found := _DAY.match(text.strip())):
        raise NotRead(f"{quoted(text)} is not a day such as 20260314", _AGAIN)
    return day(found[1], found[2], found[3], text)


def _amount(text: str, unit: str) -> int:
    """A point or a comma before the decimals; a second mark only in groups of three before it."""
    written = text.strip()
    sign = -1 if written.startswith("-") else 1
    digits = written[1:] if written[:1] in {"+", "-"} else written
    if _GROUPED.match(digits):
        mark = max(digits.rfind(","), digits.rfind("."))
        digits = digits[:mark].replace(",", "").replace(".", "") + "." + digits[mark + 1 :]
    return sign * minor("0" + digits if digits[:1] in {".", ","} else digits, unit, comma=True)
