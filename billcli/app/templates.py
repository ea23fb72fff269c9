"""Use cases on templates: which there are, copying one into the ledger, and trying the ledger's own out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from billcli.app.books import Books
from billcli.core.plan import CreateText, Plan
from billcli.core.report import Column, Report
from billcli.diagnostics import Diagnostic, Span, did_you_mean
from billcli.errors import BillError
from billcli.model.values import quoted
from billcli.resources import shared

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.render.results import Fault

FOLDER = "templates"
_KINDS = ("mail", "paper", "strings")
_SUFFIXES = (".j2", ".typ", ".toml")


def shipped() -> list[str]:
    """Templates that come with bill, as they would stand in a ledger."""
    return _files(shared(FOLDER))


def _own(root: str) -> list[str]:
    folder = Path(root, FOLDER)
    return [] if folder.is_symlink() else _files(folder)


def _files(folder: Path) -> list[str]:
    """Links are not followed; ``check`` is what tells of them."""
    found = []
    for kind in _KINDS:
        for at, _, names in os.walk(folder / kind):
            found += [f"{FOLDER}/{Path(at, name).relative_to(folder)}" for name in names if name.endswith(_SUFFIXES)]
    return sorted(found)


def template_list(books: Books, day: date) -> Report:
    """Every template, and whose counts."""
    known, own = shipped(), frozenset(_own(books.root))
    rows = [(path.removeprefix(f"{FOLDER}/"), "ledger" if path in own else "bill") for path in sorted({*known, *own})]
    return Report("templates", day, (Column("template", "Template"), Column("source", "From")), rows)


def plan_copy(names: Sequence[str], language: str | None) -> Planner:
    """Puts templates of bill into the ledger, to be changed there."""

    def planner(books: Books) -> Plan:
        known, own = shipped(), _own(books.root)
        paths = list(dict.fromkeys(path for name in names for path in _named(name, language, known)))
        if there := [path for path in paths if path in own]:
            raise BillError(f"{there[0]} is there already", "it counts instead of bill's; change it, or delete it to go back to bill's")
        texts = {path: shared(*path.split("/")).read_text(encoding="utf-8") for path in paths}
        summary = tuple(f"{path} is copied; it counts instead of bill's from now on" for path in paths)
        return Plan("template copy", tuple(CreateText(path, text) for path, text in texts.items()), summary, {"templates": paths})

    return planner


def _named(name: str, language: str | None, known: Sequence[str]) -> list[str]:
    """A file, or all files of a letter or document. Raises ``BillError``."""
    path = f"{FOLDER}/{name.removeprefix(f'{FOLDER}/')}"
    if path in known:
        return [path]
    stems = {each: each.rpartition("/")[2].partition(".")[0] for each in known}
    found = [each for each, stem in stems.items() if stem == name and (language is None or f"/{language}/" in each)]
    if not found and name in stems.values():
        languages = sorted({each.split("/")[2] for each, stem in stems.items() if stem == name and each.count("/") == 3})
        raise BillError(f"bill has no {name} in {quoted(language or '')}", f"it has one in {', '.join(languages)}")
    if not found:
        words = [*dict.fromkeys(stems.values()), *(each.removeprefix(f"{FOLDER}/") for each in known)]
        raise BillError(f"bill has no template {quoted(name)}", did_you_mean(name, words) or '"bill template list" shows them')
    return found


def template_check(books: Books) -> list[Diagnostic]:
    """The letters of the ledger and of bill made of invented documents, and the logo; each fault once."""
    from billcli.app.samples import letter_jobs
    from billcli.render import sources
    from billcli.render.faults import TemplateFault
    from billcli.render.studio import Fault, Studio
    from billcli.store.read import locate_all

    settings = books.settings()
    faults: dict[tuple[str, int | None], Fault] = {}
    for made in Studio(books.root).made(letter_jobs(settings, [*shipped(), *_own(books.root)])):
        if isinstance(made, Fault):
            faults.setdefault((made.file, made.line), made)
    found = [_diagnostic(books.root, each) for each in faults.values()]
    if settings.printing.logo:
        try:
            sources.logo(books.root, settings.printing.logo)
        except TemplateFault as failed:
            message = failed.message.removeprefix("printing.logo: ")
            hint = "put the picture into the ledger, or take the key out"
            logo = Diagnostic("E641", f"the logo {message}", "ledger.yaml", ("printing", "logo"), hint=hint)
            found += locate_all(books.raw("ledger.yaml"), [logo])
    return sorted(found, key=Diagnostic.sort_key)


def _diagnostic(root: str, fault: Fault) -> Diagnostic:
    span = next(_line(root, fault), None)
    hint = 'mend it, or delete the file: without it bill\'s own counts; "bill explain E640" says what a template may do'
    return Diagnostic("E640", f"the template fails: {fault.message}", fault.file, (), span, hint=hint)


def _line(root: str, fault: Fault) -> Iterator[Span]:
    from billcli.store import fs

    if fault.line is None:
        return
    try:
        lines = fs.read(root, fault.file).decode("utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return
    if fault.line <= len(lines):
        text = lines[fault.line - 1]
        yield Span(fault.line, 1, max(1, len(text)), text)
