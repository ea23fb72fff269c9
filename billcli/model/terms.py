"""Payment terms as text: ``net 30``, ``on receipt``."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from billcli.model.values import BadValue, quoted

_NET = re.compile(r"net ([0-9]{1,3})\Z", re.ASCII)


class Terms(NamedTuple):
    """Due ``days`` after the day of issue; the day of issue itself is day 0."""

    days: int

    def due_on(self, issued_on: date) -> date:
        return issued_on + timedelta(days=self.days)


def parse_terms(text: str) -> Terms:
    """Raises ``BadValue`` E214."""
    if text == "on receipt":
        return Terms(0)
    if match := _NET.match(text):
        return Terms(int(match[1]))
    message = f"{quoted(text)} are not payment terms that bill understands"
    raise BadValue("E214", message, 'write "net 30" (days after issue) or "on receipt"')


def terms_text(text: str) -> str:
    """The same text, once it is understood."""
    parse_terms(text)
    return text
