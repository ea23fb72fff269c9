"""Bytes of a file to bank statements: the format is told by its content, a CSV layout by its header."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import NamedTuple

from billcli.banks import figures, identity, verify
from billcli.banks.encoding import Text, decoded
from billcli.banks.faults import Fault, Unreadable, refused, unreadable
from billcli.banks.lines import Builder, Group, paired
from billcli.banks.preamble import Above, above
from billcli.banks.profiles import Match, find, known, without_header
from billcli.banks.propose import by_header
from billcli.banks.rows import Sorted, decided_days, decided_mark, first_of, sort_rows
from billcli.banks.sheets import as_table, is_workbook
from billcli.banks.table import ABOVE, DELIMITERS, plain_cells, read_rows, split_lines
from billcli.core.bank import BankLine, BankStatement, Skipped
from billcli.diagnostics import did_you_mean
from billcli.errors import UsageError
from billcli.model.bank_profile import BankProfile
from billcli.model.money import Money, digits
from billcli.model.values import quoted

LIMIT = 100 * 1024 * 1024
"""More bytes are no statement in any format; a table may have fewer."""

READERS = {
    "camt": "billcli.banks.camt:read_camt",
    "mt940": "billcli.banks.mt940:read_mt940",
    "ofx": "billcli.banks.ofx:read_ofx",
}
"""Formats that say themselves what they are; everything else is a table."""


class Options(NamedTuple):
    """What a person says of a file where it does not say so itself."""

    profile: str | None = None
    encoding: str | None = None
    date_order: str | None = None
    decimal: str | None = None
    currency: str | None = None


def read(raw: bytes, name: str, profiles: Mapping[str, BankProfile], options: Options = Options()) -> list[BankStatement]:  # noqa: B008  # a tuple
    """The statements of a file. ``profiles`` are those of the user before those that bill brings. Raises ``BillError``."""
    if raw.startswith(b"%PDF-"):
        raise unreadable(name, Unreadable("the file is a PDF", "download it as CAMT, MT940, OFX or CSV: a PDF is for reading", 1), ())
    if len(raw) > LIMIT:
        why = Unreadable(f"the file has more than {LIMIT // 1024 // 1024} MB; no statement needs as many", "download a shorter period")
        raise unreadable(name, why)
    if options.profile is None and (reader := format_of(raw)):
        return _reader(reader)(raw, name)
    try:
        match = matched(as_table(raw, name) if is_workbook(raw) else raw, profiles, options)
    except Unreadable as why:
        raise unreadable(name, why, split_lines(raw.decode("utf-8", "replace")) if why.line else ()) from None
    if is_workbook(raw):
        match = match._replace(encoding="spreadsheet")
    return _statements(match, name, options)


def format_of(raw: bytes) -> str | None:
    """The format that the first bytes are, or None for a table."""
    head = raw[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    upper = head[:2048].upper()
    if upper.startswith(b"OFXHEADER") or b"<OFX>" in upper or b"<?OFX" in upper:
        return "ofx"
    if head.startswith(b"<") or head.startswith((b"\xff\xfe<\0", b"\xfe\xff\0<")):
        return "camt"
    if b":20:" in head and (b":25:" in head or b":60" in head or b":61:" in head) and (head[:1] in b":{" or b"\n:20:" in head):
        return "mt940"
    return None


def _reader(name: str) -> Callable[[bytes, str], list[BankStatement]]:
    module, _, function = READERS[name].partition(":")
    found: Callable[[bytes, str], list[BankStatement]] = getattr(import_module(module), function)
    return found


def matched(raw: bytes, profiles: Mapping[str, BankProfile], options: Options) -> Match:
    """The layout of a table. Raises ``Unreadable``, and ``BillError`` where no layout fits (E626)."""
    if options.profile is not None and options.profile not in profiles:
        hint = did_you_mean(options.profile, tuple(profiles)) or "there are " + ", ".join(sorted(profiles))
        raise UsageError(f"there is no profile {quoted(options.profile)}", hint)
    chosen = {options.profile: profiles[options.profile]} if options.profile is not None else profiles
    every = known(chosen)
    hints = tuple(dict.fromkeys(each.encoding for each in chosen.values() if each.encoding and each.encoding.startswith("cp125")))
    texts = list(decoded(raw, hints, options.encoding))
    for text in texts:
        if match := find(text.text, text.encoding, every):
            return match
    last = texts[-1]
    if options.profile is not None:
        if (profile := chosen[options.profile]).shape:
            return _laid_by_number(options.profile, profile, texts[0])
        raise Unlike(last, options.profile)
    if match := by_header(last.text, last.encoding):
        return match
    raise Unlike(last)


class Unlike(Unreadable):
    """No layout fits the file (E626)."""

    code = "E626"

    def __init__(self, text: Text, profile: str | None = None) -> None:
        lines = split_lines(text.text)
        line = next((at for at, each in enumerate(lines[:ABOVE], 1) if sum(each.count(sign) for sign in DELIMITERS) > 1), 1)
        if profile is not None:
            message, hint = f"the header is not that of the profile {quoted(profile)}", "leave --profile out, or mend header: in it"
        else:
            message, hint = (
                "no layout that bill knows fits this file",
                '"bill bank profile FILE" proposes one, to check and keep with --save',
            )
        super().__init__(message, hint, line)
        self.lines = lines


def _laid_by_number(name: str, profile: BankProfile, text: Text) -> Match:
    lines = split_lines(text.text)
    first = next((line for line in lines if line.strip()), "")
    delimiter = {None: "", "tab": "\t"}.get(profile.delimiter, profile.delimiter)
    delimiter = delimiter or min(DELIMITERS, key=lambda sign: abs(len(plain_cells(first.rstrip("\r\n"), sign)) - len(profile.shape)))
    return without_header(name, profile, lines, text.encoding, delimiter)


def _statements(match: Match, name: str, options: Options) -> list[BankStatement]:
    try:
        first = next((at for at, line in enumerate(match.lines) if line.strip()), 0) if match.line < 0 else match.line + 1
        table = read_rows(match.lines, first, match.delimiter) if first < len(match.lines) else None
    except Unreadable as why:
        raise unreadable(name, why, match.lines) from None
    if table is None or not table.cells:
        if match.line >= 0:
            return [_empty(match, options)]
        raise unreadable(name, Unreadable("the file has no rows", "download it again"))
    if missing := _missing(match):
        hint = 'mend columns: in it: names as the header has them, or "#3" for the third'
        raise unreadable(
            name, Unreadable(f"the profile {quoted(match.name)} takes the {missing} from a column that the file has not", hint)
        )
    found = sort_rows(match, table)
    if not found.rows and not found.faults:
        return [_empty(match, options)._replace(skipped=tuple(found.skipped))]
    groups, faults = _understood(match, found, options) if not found.faults else ({}, found.faults)
    said = above(match)
    made: list[BankStatement] = []
    if not faults:
        made, faults = _verified(match, groups, said, found.skipped)
    if faults:
        raise refused(name, faults, match.lines, match.delimiter, match.header)
    return made


def _missing(match: Match) -> str:
    """What no row can do without and the layout finds nowhere."""
    if not match.at.get("date"):
        return "day"
    return "" if any(match.at.get(role) for role in ("amount", "income", "expense")) else "amount"


def _understood(match: Match, found: Sorted, options: Options) -> tuple[dict[Group, list[BankLine]], list[Fault]]:
    """The lines, with the decimal mark that the figures prove; where only the balances can tell, with the one that adds up."""
    order, odd_days = decided_days(match, found.rows, options.date_order)
    marks, odd_marks = decided_mark(match, found.rows, options.decimal)
    if odd_days or odd_marks:
        return {}, [*odd_days, *odd_marks]
    said = above(match)
    tries = []
    for mark in marks:
        builder = Builder(match, order, mark, options.currency or said.currency)
        groups = builder.build(found.rows)
        tries.append((groups, builder.faults))
    if len(tries) > 1:
        sound = [each for each in tries if not each[1] and all(_proves_mark(lines) for lines in each[0].values())]
        if len(sound) != 1:
            return {}, [_either_mark(match, found)]
        tries = sound
    groups, faults = tries[0]
    if not faults:
        rows = {row.line: row.cells for row in found.rows}
        paired(groups, lambda line: first_of(rows[line.row], match.at.get("related", ())))
    return groups, faults


def _proves_mark(lines: Sequence[BankLine]) -> bool:
    """Whether these amounts cannot have been meant otherwise: their balances follow, or the currency has no decimals at all."""
    return digits(lines[0].currency) == 0 or verify.chain(lines).verified


def _either_mark(match: Match, found: Sorted) -> Fault:
    columns = [at for role in ("amount", "income", "expense") for at in match.at.get(role, ())]
    for row in found.rows:
        for at in columns:
            each = figures.figure(row.cells[at].strip()) if at < len(row.cells) else None
            if each and figures.undecided(each.digits):
                shown = quoted(row.cells[at].strip())
                message = f"{shown} has thousands or three decimals: nothing in the file says which"
                return Fault("E628", message, 'say what parts the decimals: --decimal "." or --decimal ","', row.line, at)
    message = "nothing in the file says what parts the decimals"
    return Fault("E628", message, 'say it: --decimal "." or --decimal ","', found.rows[0].line)


def _verified(
    match: Match, groups: Mapping[Group, Sequence[BankLine]], said: Above, skipped: Sequence[Skipped]
) -> tuple[list[BankStatement], list[Fault]]:
    made: list[BankStatement] = []
    faults: list[Fault] = []
    for (account, currency), lines in groups.items():
        lines, repeated, twice = _without_repetitions(match, lines)
        faults += twice
        chain = verify.chain(lines)
        if chain.broken and chain.should is not None:
            faults.append(_broken(match, chain, currency))
            continue
        opening, closing = said.balances(currency)
        verified = "running balance" if chain.verified else ""
        if opening is not None and closing is not None and len(groups) == 1:
            total = opening + sum(line.amount for line in lines)
            if total != closing:
                faults.append(_unequal(said, opening, total, closing, currency))
            verified = "balances"
        elif chain.opening is not None:
            opening, closing = chain.opening, chain.closing  # what is told alone may be of another day
        number = account or said.account
        made.append(
            BankStatement(
                account=number,
                currency=currency,
                lines=tuple(identity.with_ids(number, chain.lines)),
                skipped=tuple(sorted((*(skipped if not made else ()), *repeated))),
                opening=opening,
                closing=closing,
                from_on=min(line.booked_on for line in lines),
                until_on=max(line.booked_on for line in lines),
                format=f"csv:{match.name}",
                encoding=match.encoding,
                verified=verified,
            )
        )
    return made, faults


def _without_repetitions(match: Match, lines: Sequence[BankLine]) -> tuple[list[BankLine], list[Skipped], list[Fault]]:
    """One line per id where the file has ids of its own: the same row again is set aside, another one with its id is a fault."""
    if "id" not in match.at:
        return list(lines), [], []
    seen: dict[str, BankLine] = {}
    kept, repeated, faults = [], [], []
    for line in lines:
        first = seen.setdefault(line.id, line) if line.id else line
        if first is line:
            kept.append(line)
        elif first._replace(row=0) == line._replace(row=0):
            repeated.append(Skipped(line.row, f"the same as line {first.row}", line.text or line.payer))
        else:
            message = f"the id {quoted(line.id)} stands on line {first.row} too, with something else"
            faults.append(Fault("E629", message, "an id is that of one movement; look at both rows", line.row, match.at["id"][0]))
    return kept, repeated, faults


def _broken(match: Match, chain: verify.Chain, currency: str) -> Fault:
    assert chain.broken and chain.should is not None and chain.broken.balance is not None
    told, should = Money(chain.broken.balance, currency), Money(chain.should, currency)
    message = f"{told} stands here; the balance before and this amount give {should}"
    hint = "a row is missing, doubled or changed, or the list was filtered: download the whole period again"
    return Fault("E629", message, hint, chain.broken.row, match.at["balance"][0])


def _unequal(said: Above, opening: int, total: int, closing: int, currency: str) -> Fault:
    message = (
        f"opening balance {Money(opening, currency)} and all rows give {Money(total, currency)}; the file says {Money(closing, currency)}"
    )
    return Fault("E629", message, "rows are missing or changed: download the whole period again", said.line)


def _empty(match: Match, options: Options) -> BankStatement:
    said = above(match)
    currency = match.currency or match.profile.currency or options.currency or said.currency
    return BankStatement(said.account, currency, (), format=f"csv:{match.name}", encoding=match.encoding)
