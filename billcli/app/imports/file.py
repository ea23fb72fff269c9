"""What every import does: read the mapping and the table once, plan the good rows, list or keep the bad ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

from billcli.app.amounts import value_of
from billcli.app.books import Books
from billcli.app.refresh import Progress, no_progress
from billcli.core.imports import cells
from billcli.core.imports.customers import CREATED
from billcli.core.plan import Plan, Step
from billcli.diagnostics import Diagnostic, did_you_mean
from billcli.errors import BillError, UsageError
from billcli.model.mapping import ImportMapping
from billcli.model.values import parse_text, quoted
from billcli.resources import shared
from billcli.store import table as tables
from billcli.store.read import locate_all, read_loose

D = TypeVar("D")
_SHOWN = 5


class ImportOptions(NamedTuple):
    """As typed. ``source`` is what imported documents say they come from; the file's base name where left out."""

    file: str
    mapping: str | None = None
    rejects: str | None = None
    source: str | None = None
    cut_over: date | None = None


class Outcome(NamedTuple):
    """What an import comes to. ``rows_of`` gives each row's document by its line: with one bad row, all its rows are rejected."""

    steps: Sequence[Step]
    summary: Sequence[str]
    counts: Mapping[str, int]
    totals: Mapping[str, Mapping[str, str]]
    relies_on: Sequence[str]
    warnings: Sequence[str]
    faults: Sequence[cells.Fault]
    rows_of: Mapping[int, Any]


Make = Callable[[Books, "Import"], Outcome]


@dataclass
class Import:
    """One file that is imported. Planning fills ``rejected``, the rows that are not taken with their reasons, and ``problems``."""

    options: ImportOptions
    mapping: ImportMapping
    table: tables.Table
    layout: cells.Layout
    formats: cells.Formats
    source: str
    make: Make
    command: str
    progress: Progress = no_progress
    rejected: list[tuple[cells.Row, str]] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    parsed: Any = None

    def plan(self, books: Books) -> Plan:
        """What goes in. Raises ``BillError`` with every bad row, unless there is a file for them."""
        outcome = self.make(books, self)
        faults = outcome.faults
        self.problems = tables.diagnostics(self.table, faults)
        self.rejected = _with_their_documents(faults, self.problems, outcome.rows_of)
        if faults and self.options.rejects is None:
            raise BillError(
                f"{counted(len({fault.row.line for fault in faults}), 'row', 'rows')} of {self.table.file} cannot be imported",
                "nothing was written; mend the file, or add --rejects FILE: bad rows go there, and the rest is imported",
                tuple(self.problems),
            )
        counts = {"rows": len(self.table.rows) + len(self.table.odd), **outcome.counts, "rejected_rows": len(self.rejected)}
        left_out = [f"{counted(len(self.rejected), 'row is', 'rows are')} not imported"] if self.rejected else []
        return Plan(
            command=self.command if outcome.steps else "nothing",
            steps=tuple(outcome.steps),
            summary=tuple(outcome.summary) or ("nothing to import",),
            result={"counts": counts, "totals": dict(outcome.totals)},
            relies_on=tuple(outcome.relies_on),
            warnings=(*self.layout.warnings, *outcome.warnings, *left_out),
        )

    def plan_and_keep(self, books: Books) -> Plan:
        """As ``plan``, and the rejected rows are in their file before anything else is written."""
        plan = self.plan(books)
        self.keep()
        return plan

    def watched(self) -> Iterator[cells.Row]:
        """The rows, with a progress bar over them."""
        step = self.progress(len(self.table.rows))
        for row in self.table.rows:
            yield row
            step()

    def without(self, documents: Iterable[D], faults: Iterable[cells.Fault], rows_of: Mapping[int, Any]) -> list[D]:
        """The documents none of whose rows has a fault."""
        bad = {id(rows_of[fault.row.line]) for fault in faults if fault.row.line in rows_of}
        return [each for each in documents if id(each) not in bad]

    def keep(self) -> None:
        if self.rejected and self.options.rejects:
            tables.write_file(self.options.rejects, tables.rejected(self.table, self.rejected, self._old_reason()))

    def _old_reason(self) -> int | None:
        return self.layout.positions.get(cells.REASON) if cells.REASON not in self.layout.fields else None


def prepare(noun: cells.Noun, options: ImportOptions, command: str, make: Make) -> Import:
    """Reads mapping and table. Raises ``BillError`` with everything that is wrong with either, before a row is looked at."""
    mapping = read_mapping(noun, options.mapping) if options.mapping is not None else ImportMapping()
    source = value_of(parse_text, options.source if options.source is not None else os.path.basename(options.file), "--source")
    if options.rejects is not None and os.path.isdir(options.rejects):
        raise UsageError(f"{options.rejects} is a folder", "name a file for the rejected rows")
    table = tables.read_table(tables.read_file(options.file), options.file, mapping.encoding, mapping.delimiter_sign)
    layout, faults = cells.layout(noun, table.header, mapping)
    if faults:
        hint = "" if mapping.fields else "a mapping file says which column is which field: --mapping FILE.yaml"
        raise BillError(f"the header of {options.file} does not fit", hint, tuple(tables.diagnostics(table, faults)))
    return Import(options, mapping, table, layout, cells.Formats(mapping), source, make, command)


def read_mapping(noun: cells.Noun, name: str) -> ImportMapping:
    """The mapping of a path, or a shipped one by its name."""
    path = _mapping_path(name)
    raw = tables.read_file(path)
    entity, problems = read_loose(raw, path, ImportMapping, {})
    if isinstance(entity, ImportMapping):
        wrong = cells.unknown_fields(noun, CREATED, entity)
        found = [Diagnostic("E201", f"{quoted(place[1])} is no field of {noun.name}", path, place, hint=hint) for place, hint in wrong]
        if not found:
            return entity
        problems = locate_all(raw, found)
    raise BillError(f"{path} cannot be used as a mapping", "", tuple(problems))


def _mapping_path(name: str) -> str:
    if os.path.lexists(name) or os.sep in name:
        return name
    folder = shared("ledgers", "mappings")
    shipped = {each.stem: each for each in sorted(folder.glob("*.yaml"))}
    found = shipped.get(name.removesuffix(".yaml"))
    if found is None:
        hint = did_you_mean(name, tuple(shipped)) or "bill brings " + ", ".join(shipped)
        raise UsageError(f"there is no mapping {quoted(name)}", hint)
    return str(found)


def _with_their_documents(
    faults: Sequence[cells.Fault], problems: Sequence[Diagnostic], rows_of: Mapping[int, Any]
) -> list[tuple[cells.Row, str]]:
    """All rows that are not taken, in the order of the file, each with its reason. ``problems`` are the faults in words, sorted."""
    reasons: dict[int, list[str]] = {}
    rows: dict[int, cells.Row] = {}
    for fault, problem in zip(sorted(faults, key=tables.order), problems, strict=True):
        reasons.setdefault(fault.row.line, []).append(problem.message)
        rows[fault.row.line] = fault.row
    for line in list(rows):
        for row in rows_of[line].rows if line in rows_of else ():
            if row.line not in rows:
                rows[row.line] = row
                reasons[row.line] = [f"line {line} of the same document cannot be taken"]
    return [(rows[line], "; ".join(reasons[line])) for line in sorted(rows)]


def counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def first_lines(lines: Sequence[str]) -> list[str]:
    """The first few of many, and how many more there are."""
    more = [f"  and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return [f"  {each}" for each in lines[:_SHOWN]] + more
