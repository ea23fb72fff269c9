"""A profile for a layout that bill does not know, from the words of its header in several languages and the shape of its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from billcli.banks import days, figures
from billcli.banks.profiles import Match, currency_of, laid_over
from billcli.banks.table import ABOVE, DELIMITERS, normal, plain_cells, split_lines
from billcli.banks.texts import clean
from billcli.banks.words import BOOKED, HEADER, MINUS, NOT_BOOKED, PENDING, PLUS, STATUS
from billcli.model.bank_profile import BankProfile, Columns, Skip

_SAMPLE = 50_000
_SEVERAL = ("text", "references")
_EXACT = {role: [normal(word.replace("_", " ")) for word in words.split("|")] for role, words in HEADER.items()}


class Proposal(NamedTuple):
    """A profile as it would stand in its file; ``doubts`` are what a person has to look at."""

    data: dict[str, Any]
    doubts: tuple[str, ...]


class _Seen(NamedTuple):
    line: int
    delimiter: str
    header: list[str]
    rows: list[list[str]]


def by_header(text: str, encoding: str) -> Match | None:
    """The layout that the words of the header alone make plain: a day, an amount with its sign, no two columns for one of them."""
    lines = split_lines(text)
    seen = _with_header(lines)
    if seen is None:
        return None
    columns, doubts = _columns(seen)
    doubts += _fee_doubts(seen, columns)
    if doubts or _pending_elsewhere(seen, columns):
        return None
    if "date" not in columns or not ("amount" in columns or {"income", "expense"} <= columns.keys()):
        return None
    named = Columns.model_construct(None, **{role: _names(cells) for role, cells in columns.items()})
    status = tuple(Skip.model_construct(column=(cell,), words=NOT_BOOKED, booked=BOOKED) for cell in _status(seen))
    profile = BankProfile.model_construct(title="by its header", header=_names(seen.header), columns=named, skip=status)
    return laid_over("header", profile, lines, encoding, seen.delimiter, seen.line, seen.header)


def propose(text: str, encoding: str, title: str) -> Proposal | None:
    """A profile to look at, or None where no line looks like a statement's."""
    lines = split_lines(text)
    seen = _with_header(lines, loosely=True) or _header_over_cells(lines)
    if seen is not None:
        columns, doubts = _columns(seen, loosely=True)
        _add_by_cells(seen, columns, doubts)
        data: dict[str, Any] = {"title": title, "header": list(_names(seen.header))}
    else:
        seen = _without_header(lines)
        if seen is None:
            return None
        columns, shape, doubts = _by_cells(seen)
        data = {"title": title, "shape": shape}
    if not encoding.startswith(("utf", "gb")) and encoding != "cp1252":
        data["encoding"] = encoding
    data["delimiter"] = "tab" if seen.delimiter == "\t" else seen.delimiter
    data |= _written(seen, columns, doubts)
    doubts += _fee_doubts(seen, columns) if seen.header else []
    named = {role: _names(cells) for role, cells in columns.items()}
    data["columns"] = {role: list(names) if len(names) > 1 else names[0] for role, names in named.items()}
    if skips := _skips(seen, doubts) if seen.header else []:
        data["skip"] = skips
    return Proposal(data, tuple(doubts))


def _pending_elsewhere(seen: _Seen, columns: Mapping[str, Sequence[str]]) -> bool:
    """Whether a column that nobody knows says that some row is not booked yet: what else it says cannot be told then."""
    known = {cell for cells in columns.values() for cell in cells} | set(_status(seen))
    unknown = [at for at, cell in enumerate(seen.header) if cell not in known]
    return any(PENDING & set(row[at].casefold().split()) for row in seen.rows for at in unknown if at < len(row))


def _status(seen: _Seen) -> list[str]:
    """Columns that say whether money moved."""
    return [cell for cell in seen.header if _without_currency(normal(cell)).replace("_", " ") in STATUS]


def _skips(seen: _Seen, doubts: list[str]) -> list[dict[str, Any]]:
    """What the words of a status that stand in the file mean, as far as they are known."""
    found = []
    for column in _status(seen):
        at = seen.header.index(column)
        words = dict.fromkeys(row[at] for row in seen.rows if at < len(row) and row[at])
        known = {word: NOT_BOOKED[word.casefold()] for word in words if word.casefold() in NOT_BOOKED}
        booked = [word for word in words if word.casefold() in BOOKED]
        unknown = [word for word in words if word not in known and word not in booked]
        if unknown:
            doubts.append(
                f'"{column}": whether money moved with {", ".join(unknown[:5])}: put each under words: with a reason, or under booked:'
            )
        found.append({"column": column, "words": known or None, "booked": booked or None})
    return [each for each in found if each["words"] or each["booked"]]


def _fee_doubts(seen: _Seen, columns: Mapping[str, Sequence[str]]) -> list[str]:
    """A fee beside an amount is taken off already or not; a column called net, or balances, tell."""
    if "fee" not in columns or "balance" in columns or "amount" not in columns or normal(columns["amount"][0]) in ("net", "netto"):
        return []
    fees = _cells_of(seen, columns, ("fee",))
    return ["fee: is included in the amount, or apart"] if any(cell.strip("-0., ") for cell in fees) else []


def _names(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(_as_named(cell) for cell in cells if cell)


def _with_header(lines: Sequence[str], *, loosely: bool = False) -> _Seen | None:
    """The first line of which two cells or more are names of columns, a day among them, and no cell is a day or an amount."""
    for at, line in enumerate(lines[:ABOVE]):
        best: tuple[int, str, list[str]] | None = None
        for delimiter in DELIMITERS:
            if delimiter not in line:
                continue
            header = [cell.strip() for cell in plain_cells(line.rstrip("\r\n"), delimiter)]
            roles = [_role(normal(cell), loosely=loosely) for cell in header]
            hits = len(roles) - roles.count(None)
            if hits >= 2 and "date" in roles and (best is None or hits > best[0]):
                best = hits, delimiter, header
        if best and not any(figures.figure(cell) or days.parsed(cell) for cell in best[2] if cell):
            return _Seen(at, best[1], best[2], _rows(lines[at + 1 :], best[1]))
    return None


def _header_over_cells(lines: Sequence[str]) -> _Seen | None:
    """The first line of words, none of them known, below which a column holds nothing but days and another nothing but amounts."""
    for at, line in enumerate(lines[:ABOVE]):
        for delimiter in DELIMITERS:
            header = [cell.strip() for cell in plain_cells(line.rstrip("\r\n"), delimiter)]
            if len(header) > 2 and not any(figures.figure(cell) or days.parsed(cell) for cell in header):
                rows = _rows(lines[at + 1 : at + 200], delimiter)
                if rows and all(len(row) == len(header) for row in rows) and _has_day_and_amount(rows):
                    return _Seen(at, delimiter, header, rows)
    return None


def _has_day_and_amount(rows: Sequence[Sequence[str]]) -> bool:
    places = range(len(rows[0]))
    return any(_all(rows, at, _is_day) for at in places) and any(_all(rows, at, _is_amount) for at in places)


def _add_by_cells(seen: _Seen, columns: dict[str, tuple[str, ...]], doubts: list[str]) -> None:
    """What the header does not say: the columns of days, amounts, directions and texts by what stands in them."""
    rows = [row for row in seen.rows if len(row) == len(seen.header)]
    if not rows or ("date" in columns and ("amount" in columns or {"income", "expense"} <= columns.keys())):
        return
    taken = {name for names in columns.values() for name in names}
    for role, (place,) in _by_cells(seen._replace(rows=rows))[0].items():
        name = seen.header[int(place[1:]) - 1]
        if role not in columns and name and name not in taken:
            columns[role] = (name,)
            doubts.append(f'"{name}" is taken for {role}: by what stands in it')


def _without_header(lines: Sequence[str]) -> _Seen | None:
    """Rows from the first line on that have a day and an amount each, and as many cells."""
    full = [line for line in lines if line.strip()]
    for delimiter in DELIMITERS:
        rows = _rows(full, delimiter)
        if rows and len({len(row) for row in rows}) == 1 and len(rows[0]) > 2 and _has_day_and_amount(rows):
            return _Seen(-1, delimiter, [], rows)
    return None


def _rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    found = [plain_cells(line.rstrip("\r\n"), delimiter) for line in lines[:_SAMPLE] if line.strip()]
    return [[cell.strip() for cell in row] for row in found]


def _role(name: str, *, loosely: bool = False) -> str | None:
    """What a column of this name holds; ``loosely`` also where a known word is only a part of it."""
    bare = _without_currency(name).replace("_", " ").strip()
    role = next((role for role, words in _EXACT.items() if bare in words), None)
    if role is None and loosely and len(bare) > 3:
        role = next((role for role, words in _EXACT.items() if any(len(word) > 3 and word in bare for word in words)), None)
    return role


def _without_currency(name: str) -> str:
    """``amount (eur)`` is an amount; the brackets say in which currency."""
    before, bracket, inside = name.rpartition("(")
    return before if bracket and name.endswith(")") and currency_of(inside[:-1]) else name


def _as_named(cell: str) -> str:
    """The name for a profile, that of a column with another currency too."""
    cell = " ".join(clean(cell).split())
    before = _without_currency(cell)
    return cell if before == cell else f"{before}({{currency}})"


def _columns(seen: _Seen, *, loosely: bool = False) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The names of columns by role, and where two of them want one role."""
    found: dict[str, list[str]] = {}
    doubts = []
    for cell in seen.header:
        name = normal(cell)
        role = _role(name) if name else None
        if role is None and loosely and (role := _role(name, loosely=True)):
            doubts.append(f'"{cell}" is taken for {role}:')
        if role:
            found.setdefault(role, []).append(cell)
    for role, cells in list(found.items()):
        if len(cells) > 1 and role not in _SEVERAL:
            words = _EXACT[role]
            cells.sort(key=lambda cell: words.index(normal(cell)) if normal(cell) in words else len(words))
            if role in ("amount", "income", "expense", "sign"):
                doubts.append(f"{role}: is one of {', '.join(cells)}")
            found[role] = cells if role in ("payer", "iban") else cells[:1]
    if "id" in found and not _unique(seen, found["id"][0], found.get("account", ())):
        found["bank_id"] = found.pop("id")
    if "sign" not in found and "amount" in found and (column := _direction(seen, found)):
        found["sign"] = [column]
    if {"amount", "income", "expense"} <= found.keys() and loosely:
        doubts.append("amount: stands beside income: and expense:, and must be the same")
    if ("income" in found) != ("expense" in found):  # a word such as credit that means something else here
        found.pop("income", found.pop("expense", []))
        found.pop("expense", [])
    return {role: tuple(cells) for role, cells in found.items()}, doubts


def _unique(seen: _Seen, column: str, account: Sequence[str]) -> bool:
    """Whether no two different rows of an account have the same in this column."""
    at, own = seen.header.index(column), [seen.header.index(each) for each in account]
    first: dict[tuple[str, ...], list[str]] = {}
    rows = (row for row in seen.rows if at < len(row) and row[at])
    return all(first.setdefault((row[at], *(row[each] for each in own if each < len(row))), row) == row for row in rows)


def _direction(seen: _Seen, found: Mapping[str, Sequence[str]]) -> str | None:
    """A column of nothing but words of direction, where no amount has a sign."""
    at = seen.header.index(found["amount"][0])
    if any((figure := figures.figure(row[at])) and figure.negative for row in seen.rows if at < len(row)):
        return None
    for place, cell in enumerate(seen.header):
        words = {row[place].casefold() for row in seen.rows if place < len(row)}
        if words and words <= PLUS | MINUS and words & MINUS:
            return cell
    return None


def _all(rows: Sequence[Sequence[str]], at: int, test: Any) -> bool:
    return all(test(row[at]) for row in rows)


def _is_day(cell: str) -> bool:
    return days.parsed(cell) is not None


def _is_amount(cell: str) -> bool:
    return (found := figures.figure(cell)) is not None and (not found.digits.isdigit() or found.negative or len(found.digits) < 7)


def _by_cells(seen: _Seen) -> tuple[dict[str, tuple[str, ...]], list[str], list[str]]:
    """Columns by what stands in them: the first day, the amount, words of direction, the longest text."""
    rows = seen.rows
    columns: dict[str, tuple[str, ...]] = {}
    shape = []
    texts: list[tuple[float, int]] = []
    for at in range(len(rows[0])):
        cells = [row[at] for row in rows]
        words = {cell.casefold() for cell in cells}
        if not any(cells):
            shape.append("empty")
        elif _all(rows, at, _is_day):
            shape.append("date")
            columns.setdefault("date" if "date" not in columns else "value_date", (f"#{at + 1}",))
        elif _all(rows, at, _is_amount) and any(not cell.isdigit() for cell in cells):
            shape.append("amount")
            columns.setdefault("amount" if "amount" not in columns else "balance", (f"#{at + 1}",))
        elif words <= PLUS | MINUS and len(words) > 1:
            shape.append("|".join(sorted(set(cells))))
            columns.setdefault("sign", (f"#{at + 1}",))
        elif all(cell.isdigit() for cell in cells):
            shape.append("number")
        else:
            shape.append("text")
            texts.append((sum(map(len, cells)) / len(cells), at))
    if texts:
        columns["text"] = (f"#{max(texts)[1] + 1}",)
    return columns, shape, ["no header: every column is told from its cells alone"]


def _written(seen: _Seen, columns: Mapping[str, Sequence[str]], doubts: list[str]) -> dict[str, Any]:
    """How days and amounts are written, as far as the rows prove it."""
    dates, amounts = _cells_of(seen, columns, ("date", "value_date")), _cells_of(seen, columns, ("amount", "income", "expense", "balance"))
    found: dict[str, Any] = {}
    order = days.evidence(dates) or days.monotonic(dates)
    if isinstance(order, str):
        found["dates"] = order
    elif any(isinstance(days.parsed(cell), days.Parts) for cell in dates):
        doubts.append("dates: is dmy or mdy; nothing in the file says which")
    mark = figures.evidence(amounts)
    if mark.point or mark.comma:
        found["decimal"] = "." if mark.point else ","
    if not columns.get("amount") and not columns.get("income"):
        doubts.append("amount: is not found")
    if "currency" not in columns and not any(currency_of(cell.rpartition("(")[2].rstrip(")")) for cell in seen.header if "(" in cell):
        doubts.append("no column says the currency: add currency: EUR, or whichever it is")
    return found


def _cells_of(seen: _Seen, columns: Mapping[str, Sequence[str]], roles: Sequence[str]) -> list[str]:
    names = [name for role in roles for name in columns.get(role, ())]
    places = [int(name[1:]) - 1 if not seen.header else seen.header.index(name) for name in names]
    return [row[at] for row in seen.rows for at in places if at < len(row) and row[at]]
