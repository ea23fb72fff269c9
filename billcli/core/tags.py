"""Whether a tag may be given: it is declared, it has not expired on the day, and its ``use:`` names the kind of document."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from billcli.core.facts import TagFact
from billcli.diagnostics import did_you_mean
from billcli.errors import BillError, UsageError
from billcli.model.values import quoted

BECOME_INVOICES = frozenset(("draft", "recurring"))
"""What becomes an invoice may have the tags of invoices."""


def may_stand(uses: str, kind: str) -> bool:
    """``uses`` are kinds parted by spaces; none named, all may have it."""
    allowed = uses.split()
    return not allowed or kind in allowed or (kind in BECOME_INVOICES and "invoice" in allowed)


def on_a(kind: str) -> str:
    """``an invoice``, ``a credit note``, ``a recurring template``."""
    name = {"recurring": "recurring template"}.get(kind, kind.replace("-", " "))
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def refusal(tag: TagFact, kind: str, day: date) -> tuple[str, str] | None:
    """Why a document of that kind and day may not be given the tag, and what to do."""
    if not may_stand(tag.uses, kind):
        hint = f"only on: {', '.join(tag.uses.split())}; add {kind} under use: in categories.yaml, or use another tag"
        return f"the tag {quoted(tag.name)} may not stand on {on_a(kind)}", hint
    if tag.expires_on is not None and tag.expires_on < day:
        whose = f"ask {tag.owner}, its owner, or " if tag.owner else ""
        return f"the tag {quoted(tag.name)} expired on {tag.expires_on}", f"{whose}give it a later expires: in categories.yaml"
    return None


def check_tags(tags: Iterable[str], declared: Iterable[TagFact], kind: str, day: date) -> None:
    """Raises ``UsageError`` for a tag that nobody declared, ``BillError`` for one that may not be given."""
    known = {each.name: each for each in declared}
    for tag in tags:
        if tag not in known:
            raise UsageError(f"unknown tag {quoted(tag)}", did_you_mean(tag, list(known)) or "declare it under tags: in categories.yaml")
        if why := refusal(known[tag], kind, day):
            raise BillError(*why)
