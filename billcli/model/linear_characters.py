"""Which characters may stand at a place of a regular expression, without regard to case, as ``re`` sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Test = Callable[[str], bool]


def is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def test_of(op: str, argument: Any) -> Test:
    """Whether a character is one that may stand here."""
    match op:
        case "ANY":
            return lambda char: char != "\n"
        case "LITERAL":
            wanted = _folds(chr(argument))
            return lambda char: not wanted.isdisjoint(_folds(char))
        case "NOT_LITERAL":
            unwanted = _folds(chr(argument))
            return lambda char: unwanted.isdisjoint(_folds(char))
        case "RANGE":
            first, last = argument
            return lambda char: any(first <= ord(each) <= last for each in _folds(char))
        case "CATEGORY":
            return _CATEGORIES[str(argument)]
        case _:
            negated = bool(argument) and str(argument[0][0]) == "NEGATE"
            tests = [test_of(str(each), of) for each, of in argument[negated:]]
            if negated:
                return lambda char: not any(test(char) for test in tests)
            return lambda char: any(test(char) for test in tests)


def _folds(char: str) -> frozenset[str]:
    """The character in its cases, of one character each: the dotless i and the one with a dot above are one with i, as in ``re``."""
    lower, upper = char.lower()[:1], char.upper() if len(char.upper()) == 1 else char
    return frozenset(each for each in (char, lower, upper, lower.upper(), upper.lower()[:1]) if len(each) == 1)


_CATEGORIES: dict[str, Test] = {
    "CATEGORY_DIGIT": str.isdecimal, "CATEGORY_NOT_DIGIT": lambda char: not char.isdecimal(),
    "CATEGORY_SPACE": str.isspace, "CATEGORY_NOT_SPACE": lambda char: not char.isspace(),
    "CATEGORY_WORD": is_word, "CATEGORY_NOT_WORD": lambda char: not is_word(char),
}  # fmt: skip
