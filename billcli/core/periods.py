"""Calendar periods as typed: a year, a quarter, a month."""

from __future__ import annotations

import re
from datetime import date, timedelta

from billcli.model.values import BadValue, quoted

_PERIOD = re.compile(r"([0-9]{4})(?:-(?:Q([1-4])|([0-9]{2})))?\Z", re.ASCII)


def period_days(text: str) -> tuple[date, date]:
    """First and last day of ``2026``, ``2026-Q1`` or ``2026-03``. Raises ``BadValue`` E206."""
    match = _PERIOD.match(text)
    if not match or not 1900 <= int(match[1]) <= 2999 or (match[3] and not 1 <= int(match[3]) <= 12):
        raise BadValue("E206", f"{quoted(text)} is not a period", "write 2026, 2026-Q1 or 2026-03")
    year = int(match[1])
    first = int(match[3]) if match[3] else int(match[2]) * 3 - 2 if match[2] else 1
    months = 1 if match[3] else 3 if match[2] else 12
    after = date(year + (first + months > 12), (first + months - 1) % 12 + 1, 1)
    return date(year, first, 1), after - timedelta(days=1)
