"""A bank's text as groups of letters and digits, with what stands between them, and the places that are dates, amounts or accounts."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple


class Group(NamedTuple):
    """A run of letters or of digits; ``gap`` is what stands between the group before and this one."""

    text: str
    digit: bool
    start: int
    end: int
    gap: str
    taken: bool
    """Part of a date, an amount, an account number: not to be read as a document's number by itself."""


_GROUPS = re.compile(r"[A-Z]+|[0-9]+|[^\W\d_A-Z]+")
_DATE = (
    r"(?<![0-9A-Z])(?<![A-Z0-9][-/])(?:"
    r"(?:0?[1-9]|[12][0-9]|3[01])(?P<s>[./-])(?:0?[1-9]|1[0-2])(?P=s)(?:(?:19|20)[0-9]{2}|[0-9]{2})|"
    r"(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12][0-9]|3[01])/(?:19|20)[0-9]{2}|"
    r"(?:19|20)[0-9]{2}(?P<t>[./-])(?:0[1-9]|1[0-2])(?P=t)(?:0[1-9]|[12][0-9]|3[01]))(?![0-9])(?![-/.][0-9])"
)
_AMOUNT = r"(?<![0-9A-Z.,/-])(?:[0-9]{1,3}(?:[.,' ][0-9]{3})*|[0-9]+)[.,][0-9]{2}(?![0-9])(?![-/.,][0-9])"
_ACCOUNT = r"(?<![0-9A-Z])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?![0-9A-Z])"
_TAKEN = re.compile(f"{_DATE}|{_AMOUNT}")
_IBAN = re.compile(_ACCOUNT)
_TAGS = re.compile(r"(?<![A-Z0-9])(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|COAM|OAMT)\+")
_DASHES = dict.fromkeys(map(ord, "‐‑‒−﹣－"), "-")


def clean(text: str) -> str:
    """One width and one case; long dashes stay, since they mean a range; a bank's tags part words."""
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES).upper()
    return _TAGS.sub(" ", folded) if "+" in folded else folded


def groups(cleaned: str) -> list[Group]:
    """The letters and digits of a cleaned text."""
    taken = [match.span() for match in _TAKEN.finditer(cleaned)]
    taken += [match.span() for match in _IBAN.finditer(cleaned) if _is_iban(match.group())]
    found = []
    last = 0
    for match in _GROUPS.finditer(cleaned):
        start, end = match.span()
        inside = any(a <= start and end <= b for a, b in taken)
        word = match.group()
        found.append(Group(word, word[0] in "0123456789", start, end, cleaned[last:start], inside))
        last = end
    return found


def _is_iban(text: str) -> bool:
    flat = text.replace(" ", "")
    turned = flat[4:] + flat[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def flat(text: str) -> str:
    """Letters and digits alone."""
    return "".join(char for char in clean(text) if char.isalnum())


_SAYS_AMOUNT = re.compile(r"(?<![0-9A-Z])([0-9]{1,3}(?:[.,' ][0-9]{3})+|[0-9]+)([.,]([0-9]{1,3}))?(?![0-9])")


def amounts(cleaned: str, places: int) -> list[int]:
    """Sums that stand in a text, in minor units."""
    found = []
    for match in _SAYS_AMOUNT.finditer(cleaned):
        whole, part = re.sub(r"[^0-9]", "", match[1]), match[3] or ""
        if len(whole) > 12 or len(part) > places:
            continue
        found.append(int(whole) * 10**places + int((part + "0" * places)[:places] or "0"))
    return found
