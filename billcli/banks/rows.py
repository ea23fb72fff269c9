"""Which rows of a table are movements: the others are set aside with the reason, or are faults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from billcli.banks import days, figures
from billcli.banks.faults import Fault
from billcli.banks.profiles import MORE, Match
from billcli.banks.table import Rows, normal
from billcli.banks.texts import clean, present
from billcli.banks.words import balance_row, no_movement
from billcli.core.bank import Skipped
from billcli.model.bank_profile import Skip
from billcli.model.values import quoted

_SAID = 160


class Row(NamedTuple):
    """A movement: the line on which it begins, its cells, and 1 where a status says that it came in, whatever the sign column says."""

    line: int
    cells: Sequence[str]
    came_in: bool = False


class Sorted(NamedTuple):
    """The rows of a file, told apart."""

    rows: list[Row]
    skipped: list[Skipped]
    faults: list[Fault]


class _Rule(NamedTuple):
    columns: tuple[int, ...]
    words: dict[str, str]
    booked: frozenset[str]
    plus: frozenset[str]
    unless_refunded: frozenset[str]


def first_of(cells: Sequence[str], columns: Iterable[int]) -> str:
    """The first of these cells that holds anything, stripped."""
    for at in columns:
        if at < len(cells) and (cell := cells[at].strip()):
            return cell
    return ""


def sort_rows(match: Match, table: Rows) -> Sorted:
    """Movements, rows that are none, and rows that cannot be told."""
    found = Sorted([], [], [])
    dates, width = match.at.get("date", ()), len(match.header) or len(match.profile.shape)
    open_ended = match.line < 0 and match.profile.shape[-1:] == (MORE,)
    names = [normal(cell) for cell in match.header]
    amounts = [at for role in ("amount", "income", "expense") for at in match.at.get(role, ())]
    rules = [_rule(match, each) for each in match.profile.skip]
    rules = [each for each in rules if each.columns]
    refunded = _refunded(match, table, rules)
    signs, neither = match.at.get("sign", ()), frozenset(word.casefold() for word in match.profile.sign.neither)
    ended = False
    known_days: dict[str, bool] = {}
    for line, row in zip(table.starts, table.cells, strict=True):
        cells: Sequence[str] = row
        if len(cells) != width and not open_ended:
            cells = _squared(cells, width, match)
        date = first_of(cells, dates)
        is_day = known_days.get(date)
        if is_day is None:
            is_day = known_days[date] = days.parsed(date) is not None
        if not is_day:
            if not any(cell.strip() for cell in cells):
                continue
            reason = no_movement(cells, date) or _repeated(cells, names) or ("below the table" if ended and not date else None)
            if reason is None and not first_of(cells, amounts):
                reason = balance_row(cells)
            if reason is None:
                found.faults.append(_no_day(match, line, cells, date, width))
                continue
            ended = ended or reason in ("a totals row", "a ruling")
            found.skipped.append(Skipped(line, reason, said(cells)))
            continue
        if len(cells) < width - open_ended or (len(cells) > width and not open_ended):
            found.faults.append(_cells_fault(line, len(cells), width))
            continue
        came_in = False
        reason = None
        for rule in rules:
            word = first_of(cells, rule.columns).casefold()
            if rule.plus and word in rule.plus:
                came_in = True
            elif word in rule.words:
                if word in rule.unless_refunded and _id(match, cells) in refunded:
                    continue
                reason = rule.words[word]
                break
            elif rule.booked and word not in rule.booked:
                shown = quoted(first_of(cells, rule.columns))
                hint = "say in a profile of your own whether money moved: booked: or words:"
                found.faults.append(Fault("E631", f"{shown} is not known as a status", hint, line, rule.columns[0]))
                reason = ""
                break
        if reason is None and neither and not came_in and first_of(cells, signs).casefold() in neither:
            reason = f"neither income nor expense ({clean(first_of(cells, signs))})"
        if reason is None and not any(_holds(cells, at) for at in amounts):
            reason = balance_row(cells)
            if reason is None:
                hint = "complete it from the bank's own list, or take the row out"
                found.faults.append(Fault("E628", "the amount is empty", hint, line, amounts[0]))
                continue
        elif reason is None and _only_balance(match, cells):
            reason = balance_row(cells, alone=True)
        if reason:
            found.skipped.append(Skipped(line, reason, said(cells)))
        elif reason is None:
            found.rows.append(Row(line, cells, came_in))
    return found


def said(cells: Sequence[str]) -> str:
    """What a row says, for a list of rows that are set aside."""
    text = " · ".join(shown for cell in cells if (shown := " ".join(present(cell).split())))
    return text if len(text) <= _SAID else text[: _SAID - 1] + "…"


def _rule(match: Match, rule: Skip) -> _Rule:
    return _Rule(
        match.of(rule.column),
        {word.casefold(): reason for word, reason in (rule.words or {}).items()},
        frozenset(word.casefold() for word in (*rule.booked, *rule.plus) if rule.booked),
        frozenset(word.casefold() for word in rule.plus),
        frozenset(word.casefold() for word in rule.unless_refunded),
    )


def _refunded(match: Match, table: Rows, rules: Sequence[_Rule]) -> frozenset[str]:
    """Ids of movements that a later row gives back: its own id is theirs and more behind an underscore."""
    found = set()
    for rule in rules:
        if rule.unless_refunded and rule.plus:
            for cells in table.cells:
                if first_of(cells, rule.columns).casefold() in rule.plus and "_" in (bank_id := _id(match, cells)):
                    found.add(bank_id.split("_", 1)[0])
    return frozenset(found)


def _id(match: Match, cells: Sequence[str]) -> str:
    return clean(first_of(cells, match.at.get("bank_id", ())))


def _holds(cells: Sequence[str], at: int) -> bool:
    """Whether a cell of an amount has one; a dash stands for none."""
    return at < len(cells) and cells[at].strip() not in ("", "-", "—", "–")


def _only_balance(match: Match, cells: Sequence[str]) -> bool:
    """Whether the amount is nothing but the balance that the row tells."""
    balance, amount = first_of(cells, match.at.get("balance", ())), first_of(cells, match.at.get("amount", ()))
    return bool(amount) and (amount == balance or not match.at.get("balance"))


def _squared(cells: Sequence[str], width: int, match: Match) -> Sequence[str]:
    """A row with as many cells as the header where nothing but empty ones, or a text with the delimiter in it, makes the difference."""
    more = len(cells) - width
    if more > 0:
        if not any(cell.strip() for cell in cells[width:]):
            return cells[:width]
        texts = match.at.get("text", ())
        if match.profile.spill and texts:
            at = texts[0]
            return [*cells[:at], match.delimiter.join(cells[at : at + more + 1]), *cells[at + more + 1 :]]
    return cells


def _repeated(cells: Sequence[str], names: Sequence[str]) -> str | None:
    same = names and [normal(cell) for cell in cells if cell.strip()] == [name for name in names if name]
    return "the header once more" if same else None


def _no_day(match: Match, line: int, cells: Sequence[str], date: str, width: int) -> Fault:
    if len(cells) != width and not date:
        return _cells_fault(line, len(cells), width)
    column = match.at["date"][0]
    if not date:
        return Fault("E627", "the date is empty", "complete it, or take the row out", line, column)
    hint = "such as 2026-03-14, 14.03.2026, 03/14/2026 or 14 Mar 2026"
    return Fault("E627", f"{quoted(date)} is not a date", hint, line, column)


def _cells_fault(line: int, count: int, width: int) -> Fault:
    hint = "the file may be cut off: download it again" if count < width else "a text with the delimiter in it goes in double quotes"
    return Fault("E630", f"the row has {count} cell{'s' if count != 1 else ''}; {width} belong here", hint, line)


def decided_days(match: Match, rows: Sequence[Row], chosen: str | None) -> tuple[str, list[Fault]]:
    """The order of day and month in this file: a number above 12, else the layout, else days in one direction, else a fault."""
    columns = [*match.at["date"], *match.at.get("value_date", ())]
    texts = dict.fromkeys(row.cells[at].strip() for at in columns for row in rows if at < len(row.cells))
    if chosen:
        return chosen, []
    proof = days.evidence(texts)
    if isinstance(proof, days.Mixed):
        other = _where(rows, columns, proof.day_first)[0]
        message = f"{quoted(proof.month_first)} has the month first, {quoted(proof.day_first)} on line {other} the day"
        at = _where(rows, columns, proof.month_first)[0]
        return "dmy", [Fault("E627", message, "one file has one order: mend the rows that were put in", at, columns[0])]
    if proof:
        return proof, []
    own = match.profile.dates
    if own == "ymd" or not any(isinstance(days.parsed(text), days.Parts) for text in texts):
        return own or "ymd", []
    way = days.monotonic([first_of(row.cells, match.at["date"]) for row in rows])
    if own and way in (None, own):
        return own, []
    if way and not own:
        return way, []
    unsure = next(row for row in rows if isinstance(days.parsed(first_of(row.cells, columns)), days.Parts))
    shown = quoted(first_of(unsure.cells, columns))
    why = f"the layout has it otherwise than the days run here ({way})" if way else "nothing in the file says which"
    return "dmy", [Fault("E627", f"{shown} is one of two days: {why}", "say it: --date-order dmy or mdy", unsure.line, columns[0])]


def _where(rows: Sequence[Row], columns: Sequence[int], text: str) -> tuple[int, int]:
    """Line and column of a cell with this text."""
    return next((row.line, at) for row in rows for at in columns if at < len(row.cells) and row.cells[at].strip() == text)


def decided_mark(match: Match, rows: Sequence[Row], chosen: str | None) -> tuple[tuple[str, ...], list[Fault]]:
    """The decimal mark of this file, or both where only its balances can tell; a fault where two figures prove the contrary."""
    columns = [at for role in ("amount", "income", "expense", "fee", "balance") for at in match.at.get(role, ())]
    if chosen:
        return (chosen,), []
    found = figures.evidence(text.strip() for at in columns for text in dict.fromkeys(row.cells[at] for row in rows if at < len(row.cells)))
    if found.point and found.comma:
        (line, column), (other, _) = _where(rows, columns, found.comma), _where(rows, columns, found.point)
        message = f"{quoted(found.comma)} has a decimal comma, {quoted(found.point)} on line {other} a decimal point"
        return (".",), [Fault("E628", message, "one file has one decimal mark: mend the rows that were put in", line, column)]
    if found.point or found.comma:
        return ("." if found.point else ",",), []
    if match.profile.decimal:
        return (match.profile.decimal,), []
    return (".", ",") if found.either else (".",), []
