"""What is wrong with a ledger, as values: a code, a message, a place in the user's own text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import normalize

Path = tuple[str | int, ...]
"""A place inside a document: ``("lines", 2, "tax")``."""


class Span(NamedTuple):
    """A stretch of one line; line and column count from 1, columns in characters."""

    line: int
    column: int
    length: int = 1
    text: str = ""


class Diagnostic(NamedTuple):
    """One finding. ``file`` is relative to the ledger with ``/``; a code starting with W is a warning."""

    code: str
    message: str
    file: str = ""
    path: Path = ()
    span: Span | None = None
    label: str = ""
    hint: str = ""

    @property
    def severity(self) -> str:
        return "warning" if self.code.startswith("W") else "error"

    def sort_key(self) -> tuple[str, int, int, str, str]:
        span = self.span or Span(0, 0)
        return (self.file, span.line, span.column, self.code, self.message)


def dotted(path: Path) -> str:
    """``lines[2].tax``, the form that messages and JSON use; list positions count from 0 as in JSON."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def undotted(place: str) -> Path:
    """The path that ``dotted`` made a text of."""
    return tuple(int(step[1:-1]) if step.startswith("[") else step for step in re.findall(r"\[\d+\]|[^.\[\]]+", place))


def folded(word: str) -> str:
    """The same for words that a reader takes for one: in either case, in either form of Unicode."""
    return (word if word.isascii() else normalize("NFC", word)).casefold()


_LONGEST_MEANT = 200
"""Nobody means a longer word, and a hint does not pour it out."""


def did_you_mean(word: str, known: list[str] | tuple[str, ...]) -> str:
    """A hint with the nearest known word, or an empty text."""
    from difflib import get_close_matches

    known = [each for each in known if len(each) <= _LONGEST_MEANT]
    if alike := next((each for each in known if each != word and normalize("NFC", each) == normalize("NFC", word)), ""):
        return f'it only looks like "{alike}", with its letters put together in another way (Unicode): copy it from where it is declared'
    spelt = {each.casefold(): each for each in reversed(known)}
    typed = word.casefold()
    near = get_close_matches(typed, spelt, n=1, cutoff=0.6) or [each for each in spelt if len(typed) > 2 and typed in each]
    return f'did you mean "{spelt[near[0]]}"?' if near else ""


def same_spelling(number: str, known: Iterable[str]) -> str:
    """A hint with the same number in another case: one that only looks alike belongs to another document."""
    return next((f'did you mean "{each}"?' for each in known if each.casefold() == number.casefold()), "")
