"""What is wrong with a statement, until its place in the file is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from billcli.core.quoting import cell_place
from billcli.diagnostics import Diagnostic, Span
from billcli.errors import BillError

MAX_TOLD = 20
_SHOWN = 2000


class Unreadable(Exception):
    """The file as a whole cannot be read; ``line`` from 1, or 0 for none in particular."""

    code = "E625"

    def __init__(self, message: str, hint: str, line: int = 0, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line
        self.column = column


class Fault(NamedTuple):
    """Why a row cannot be taken; ``line`` from 1, ``column`` from 0, None for the row as a whole."""

    code: str
    message: str
    hint: str
    line: int
    column: int | None = None


def refused(name: str, faults: Iterable[Fault], lines: Sequence[str], delimiter: str, header: Sequence[str] = ()) -> BillError:
    """All faults with their places in the user's own text, the first of many told."""
    every = sorted(faults, key=lambda fault: (fault.line, -1 if fault.column is None else fault.column))
    told = tuple(_diagnostic(name, each, lines, delimiter, header) for each in every[:MAX_TOLD])
    more = f"; the first {MAX_TOLD} of {len(every)} problems are shown" if len(every) > MAX_TOLD else ""
    return BillError(f"{name} cannot be read as a bank statement{more}", "nothing of it was taken", told)


def unreadable(name: str, why: Unreadable, lines: Sequence[str] = ()) -> BillError:
    """The same for a file that is no table at all."""
    span = Span(why.line, why.column, 1, _shown(lines, why.line)) if why.line else None
    problem = Diagnostic(why.code, why.message, name, span=span, hint=why.hint)
    return BillError(f"{name} cannot be read as a bank statement", "nothing of it was taken", (problem,))


def _diagnostic(name: str, fault: Fault, lines: Sequence[str], delimiter: str, header: Sequence[str]) -> Diagnostic:
    line = lines[fault.line - 1].rstrip("\r\n") if 0 < fault.line <= len(lines) else ""
    start, length = cell_place(line, fault.column, delimiter) if fault.column is not None else (0, len(line))
    column = header[fault.column].strip() if fault.column is not None and fault.column < len(header) else ""
    message = f"{column}: {fault.message}" if column else fault.message
    return Diagnostic(
        fault.code, message, name, span=Span(fault.line, start + 1, max(1, length), _shown(lines, fault.line)), hint=fault.hint
    )


def _shown(lines: Sequence[str], line: int) -> str:
    text = lines[line - 1].rstrip("\r\n") if 0 < line <= len(lines) else ""
    return text if len(text) <= _SHOWN else ""
