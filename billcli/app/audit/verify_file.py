"""``bill verify FILE``: the seals of documents in files that lie anywhere, without a ledger."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import date

from billcli.core import seal
from billcli.core.audit.sealed import FITS, MISFITS, UNKNOWN, Sealed, verdicts
from billcli.core.report import Column, Report
from billcli.diagnostics import Diagnostic
from billcli.errors import BillError, UsageError
from billcli.model.credit_note import CreditNote
from billcli.model.invoice import Invoice
from billcli.model.sequence import split_number
from billcli.model.values import quoted
from billcli.store.folded import MAX_FOLDED, documents, unfit
from billcli.store.read import read_anywhere

_SEAL = re.compile(r"v1:[0-9a-f]{64}\Z", re.ASCII)
_ANY_MONTH = "invoices/0000/01.yaml"
"""Of a folded file only its folder matters: invoices and credit notes go by their numbers alike."""

_COLUMNS = (
    Column("number", "Number"), Column("verdict", "Its seal"), Column("because", "Because", "prose"), Column("file", "File", minor=True),
    Column("seal", "Seal", minor=True),
)  # fmt: skip
_PROVES = {
    FITS: "fits: nothing under the seal was changed since it was made. That proves neither who made it nor when: compare it with a seal "
    "you know from elsewhere, such as the issuer's books or a note of yours.",
    MISFITS: "does not fit: what stands there is not what was sealed, or the seal before it is another one.",
    UNKNOWN: "cannot be told: nothing is proven either way.",
}
_OUTSIDE = f"Outside every seal, and so never proven: {', '.join(sorted(seal.UNSEALED - {'seal'}))}."


def verify_files(paths: Sequence[str], previous: str | None, today: date) -> Report:
    """A row for each document. Raises ``UsageError`` for what is no file or no seal, ``BillError`` for what is no issued document."""
    if previous is not None and not _SEAL.match(previous):
        raise UsageError(f"--previous: {quoted(previous)} is no seal", "it begins with v1: and has 64 hex digits behind it")
    found = [(path, each) for path in paths for each in _sealed(_raw(path), path)]
    made = verdicts([each for _, each in found], previous)
    rows = [(each.number, each.verdict, each.because, path, each.seal) for (path, _), each in zip(found, made, strict=True)]
    said = dict.fromkeys(each.verdict for each in made)
    return Report("verify", today, _COLUMNS, rows, notes=(*(_PROVES[each] for each in _PROVES if each in said), _OUTSIDE))


def exit_code(report: Report) -> int:
    """0 where every seal fits, 1 where one does not, 3 where a person has to give the seal before."""
    said = {row[1] for row in report.rows}
    return 1 if MISFITS in said else 3 if UNKNOWN in said else 0


def _raw(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read(MAX_FOLDED + 1) if hasattr(sys.stdin, "buffer") else sys.stdin.read(MAX_FOLDED + 1).encode()
    try:
        with open(path, "rb") as file:
            return file.read(MAX_FOLDED + 1)
    except OSError as error:
        raise UsageError(
            f"{quoted(path)} cannot be read: {error.strerror}", "name the file of an invoice or credit note, or - for standard input"
        ) from None


def _sealed(raw: bytes, path: str) -> list[Sealed]:
    if problem := unfit(raw, path):
        raise BillError(f"{path}: {problem.message}", problem.hint, (problem,))
    return [_one(each.of(raw), path, each.line) for each in documents(raw, _ANY_MONTH)]


def _one(raw: bytes, path: str, line: int) -> Sealed:
    kind, entity, problems = read_anywhere(raw, path)
    if not isinstance(entity, Invoice | CreditNote):
        first = next((each for each in problems if each.severity == "error"), None)
        what = first.message if first else f"a document of the kind {kind.name if kind else '?'} has no seal"
        at = f":{line - 1 + (first.span.line if first and first.span else 1)}"
        raise BillError(f"{path}{at}: {what}", "bill seals invoices and credit notes", tuple(_moved(each, line) for each in problems))
    split = split_number(entity.number)
    return Sealed(entity.number, split.head, split.n, seal.digest(entity), entity.seal, entity.imported is not None)


def _moved(each: Diagnostic, line: int) -> Diagnostic:
    return each._replace(span=each.span._replace(line=each.span.line + line - 1)) if each.span else each
