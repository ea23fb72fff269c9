"""Text to plain data, the authority: libyaml's events, where anchors, tags and directives still show.

Every scalar stays text; the field's type parses it later, so ``95.10`` keeps its digits and ``NO`` stays Norway.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from _ruamel_yaml import (
    AliasEvent,
    CParser,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)  # fmt: skip
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from billcli.diagnostics import Diagnostic, Path, Span
from billcli.model.values import quoted
from billcli.store.text import MAX_PROBLEMS, span_at

MAX_DEPTH = 20
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_CORE_TAG = "tag:yaml.org,2002:"
_PROPERTY = re.compile(r"\s*([&!][^\s,\[\]{}]*)")
_ENDS = ("found unexpected end of stream", "found unexpected document indicator")
_QUOTED = "while parsing a quoted scalar"
_OPENED = {
    "while parsing a flow sequence": (
        "a [ is opened here and not closed where it should be",
        "close it with ], part its entries with commas, or put the text in double quotes",
    ),
    "while parsing a flow mapping": (
        "a { is opened here and not closed where it should be",
        "close it with }, part its entries with commas, or put the text in double quotes",
    ),
    "while scanning a quoted scalar": (
        "a quote is opened here and never closed",
        'close it; a quote within a text is written twice, or as \\"',
    ),
    _QUOTED: ("a quote is opened here and never closed", "close it"),
}
"""What libyaml was at where a text ended too early, and what is said of it."""

_ESCAPED_TAG = re.compile(r"!\S*%")


class Place(NamedTuple):
    """Where a value stands: character offsets of the value, and of its key where it has one."""

    start: int
    end: int
    key_start: int = -1
    key_end: int = -1
    style: str | None = None


class Parsed(NamedTuple):
    """``data`` is None where the text is no single mapping; ``places`` knows every value by its path."""

    data: dict[str, Any] | None
    places: dict[Path, Place]
    problems: list[Diagnostic]


def parse(text: str, file: str) -> Parsed:
    """All that is wrong with the YAML of one file at once, as far as libyaml gets (E104-E108, E110, E112, E116, E117)."""
    composer = _Composer(text, file)
    try:
        data = composer.document()
    except MarkedYAMLError as error:
        composer.syntax(error)
        data = None
    except YAMLError as error:
        composer.problem("E104", f"the text is not YAML: {error}", 0)
        data = None
    except UnicodeDecodeError:
        found = _ESCAPED_TAG.search(text)
        composer.problem("E107", "a tag whose escapes are not UTF-8", found.start() if found else 0, "delete it")
        data = None
    except _TooDeep as deep:
        composer.problem(
            "E112", f"the document is nested more than {MAX_DEPTH} levels deep", deep.index, "bring it up, or keep it in a file of your own"
        )
        data = None
    return Parsed(data if not composer.problems else None, composer.places, composer.problems)


def span_of(text: str, place: Place, *, key: bool = False) -> Span:
    """The span of a value, or of its key, cut at the end of its line."""
    start, end = (place.key_start, place.key_end) if key and place.key_start >= 0 else (place.start, place.end)
    return span_at(text, start, end - start)


class _TooDeep(Exception):
    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index


class _Composer:
    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.parser = CParser(text)
        self.places: dict[Path, Place] = {}
        self.problems: list[Diagnostic] = []

    def problem(self, code: str, message: str, index: int, hint: str = "", length: int = 1) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Diagnostic(code, message, self.file, span=span_at(self.text, index, length), hint=hint))

    def empty(self) -> None:
        self.problem("E116", "the file is empty", 0, "delete it, or write the document")

    def syntax(self, error: MarkedYAMLError) -> None:
        opened = _OPENED.get(error.context or "") if error.context_mark else None
        endless = error.problem in _ENDS or (opened and error.problem_mark.line > error.context_mark.line)
        mark = (endless and error.context_mark) or error.problem_mark or error.context_mark
        colon = error.problem == "could not find expected ':'" and error.context_mark
        mark = colon or mark
        context = f"{error.context}: " if error.context else ""
        what = 'no ": " after the key' if colon else f"{context}{error.problem}"
        index = min(mark.index, max(len(self.text) - 1, 0)) if mark else 0
        hint = 'a key and its value are written as "terms: net 30"' if colon else self.syntax_hint(index)
        if opened and endless:
            what, hint = opened
        elif opened and error.context == _QUOTED:
            hint = "between double quotes a backslash begins a sign of YAML's: double it, or use single quotes"
        self.problem("E104", f"the text is not YAML: {what}", index, hint)

    def syntax_hint(self, index: int) -> str:
        line = self.text[self.text.rfind("\n", 0, index) + 1 :].split("\n", 1)[0]
        empty = re.search(r"^ *(\S+): \[\](?: *#.*)?\n(?: *(?:#.*)?\n)*\Z", self.text[: self.text.rfind("\n", 0, index) + 1], re.MULTILINE)
        if empty and line.lstrip().startswith("- "):
            return f'take the [] off "{empty[1]}: []"; its entries stand below it'
        return "look at the indent first; texts with ': ', ' #' or special signs at the start go in double quotes"

    def document(self) -> dict[str, Any] | None:
        self.parser.get_event()
        event = self.parser.get_event()
        if not isinstance(event, DocumentStartEvent):
            self.empty()
            return None
        first = self.parser.get_event()
        data = self.value(first, ())
        self.parser.get_event()
        if isinstance(second := self.parser.get_event(), DocumentStartEvent):
            self.problem("E110", "a second document begins here", second.start_mark.index, "one file holds one document", 3)
        if isinstance(data, dict):
            return data
        if isinstance(first, ScalarEvent) and not first.value:
            self.empty()
        elif not self.problems:
            hint = 'write "key: value" lines; the first says schema:'
            self.problem("E203", "the document is not a mapping of keys to values", first.start_mark.index, hint)
        return None

    def value(self, event: Any, path: Path) -> Any:
        start = event.start_mark.index
        if isinstance(event, AliasEvent):
            self.problem("E106", f"the alias *{_shown(event.anchor)}", start, "write the value out", len(event.anchor) + 1)
            return ""
        self.properties(event, "delete it; quotes make a text a text")
        if isinstance(event, ScalarEvent):
            if (
                event.value in _NULLS
                and not event.style
                and event.tag is None
                and event.anchor is None
                and path
                and (path[0] != "x" or len(path) == 1)
            ):
                self.no_value(path, start)
            self.place(path, event)
            return event.value
        if len(path) >= MAX_DEPTH:
            raise _TooDeep(start)
        return self.mapping(event, path) if isinstance(event, MappingStartEvent) else self.sequence(event, path)

    def no_value(self, path: Path, start: int) -> None:
        name = _name(path)
        place = self.places.get(path)
        if place is None or place.key_start < 0:
            self.problem("E117", f"an entry of {quoted(name)} has no value", start, "give it one, or delete it")
            return
        digits = name.replace(".", "").isdigit() and len(path) > 1
        hint = "a comma ends a value between braces; a decimal point is a point" if digits else "give it one, or delete the line"
        self.problem("E117", f"{quoted(name)} has no value", place.key_start, hint, place.key_end - place.key_start)

    def properties(self, event: Any, hint: str) -> None:
        """Refuses the anchor and the tag that an event of either kind may carry."""
        start = event.start_mark.index
        if event.anchor is not None:
            at, length = self.property(start, "&")
            self.problem("E106", f"the anchor &{_shown(event.anchor)}", at, "delete it", length)
        if event.tag is not None:
            at, length = self.property(start, "!")
            tag = f"!!{event.tag.removeprefix(_CORE_TAG)}" if event.tag.startswith(_CORE_TAG) else event.tag
            self.problem("E107", f"the tag {_shown(tag)}", at, hint, length)

    def property(self, start: int, sign: str) -> tuple[int, int]:
        """Where the anchor or tag stands before a value, in whichever order the two are."""
        at = start
        while found := _PROPERTY.match(self.text, at):
            if found[1].startswith(sign):
                return found.start(1), len(found[1])
            at = found.end()
        return start, 1

    def place(self, path: Path, event: Any, end: int | None = None) -> None:
        known = self.places.get(path, Place(0, 0))
        stop = event.end_mark.index if end is None else end
        self.places[path] = known._replace(start=event.start_mark.index, end=stop, style=getattr(event, "style", None))

    def sequence(self, event: Any, path: Path) -> list[Any]:
        items: list[Any] = []
        flow = bool(event.flow_style)
        while not isinstance(item := self.parser.get_event(), SequenceEndEvent):
            items.append(self.value(item, (*path, len(items))))
        self.place(path, event, item.end_mark.index)
        self.places[path] = self.places[path]._replace(style="flow" if flow else "block")
        return items

    def mapping(self, event: Any, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        lines: dict[str, int] = {}
        flow = bool(event.flow_style)
        while not isinstance(key := self.parser.get_event(), MappingEndEvent):
            name = self.key(key, path)
            here = (*path, name)
            value_event = self.parser.get_event()
            if name in lines:
                message = f"the key {quoted(name)} stands twice; it is already on line {lines[name]}"
                self.problem("E105", message, key.start_mark.index, "keep one of them", key.end_mark.index - key.start_mark.index)
                self.value(value_event, (*here, "\0twice"))
                continue
            lines[name] = key.start_mark.line + 1
            self.places[here] = Place(0, 0, key.start_mark.index, key.end_mark.index)
            found[name] = self.value(value_event, here)
        self.place(path, event, key.end_mark.index)
        self.places[path] = self.places[path]._replace(style="flow" if flow else "block")
        return found

    def key(self, event: Any, path: Path) -> str:
        start = event.start_mark.index
        if not isinstance(event, ScalarEvent):
            self.value(event, (*path, "\0key"))
            self.problem("E203", "a key that is not a plain word", start, "write the key as a word")
            return f"\0key{start}"
        self.properties(event, "delete it")
        if event.value == "<<":
            self.problem("E108", "the merge key <<", start, "write the keys out", 2)
        return str(event.value)


def _name(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str) and not step.startswith("\0")), "the document")


def _shown(text: str) -> str:
    return quoted(text)[1:-1]
