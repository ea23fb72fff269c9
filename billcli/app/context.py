"""Where a command works and when: the ledger's root, and today, read once."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import NamedTuple

from billcli.app.amounts import value_of
from billcli.errors import UsageError
from billcli.index import queries
from billcli.index.connection import Connection
from billcli.model.values import parse_day


class Context(NamedTuple):
    """What a use case is given. ``as_of_text`` is ``--as-of``, ``now`` is in UTC, ``command`` is told to whoever has to wait for it."""

    root: str
    as_of_text: str | None
    now: datetime
    command: str = ""
    known_at: str | None = None
    """``--known-at``: the books as they were known then, not as they are."""

    def today(self, index: Connection) -> date:
        """``--as-of``, else today in the ledger's time zone."""
        return day(self.as_of_text, "--as-of") if self.as_of_text else self.clock_day(index)

    def clock_day(self, index: Connection) -> date:
        """Today in the ledger's time zone, whatever day is looked from."""
        from zoneinfo import ZoneInfo

        zone = queries.settings(index).get("timezone", "UTC")
        return self.now.astimezone(ZoneInfo(zone)).date()


def now() -> datetime:
    """This instant in UTC; ``BILL_NOW`` (seconds) stands in for the clock where a run must be repeatable."""
    fixed = os.environ.get("BILL_NOW")
    if not fixed:
        return datetime.now(UTC)
    if not (fixed.isascii() and fixed.isdigit() and len(fixed) <= 11):
        raise UsageError(f'BILL_NOW is "{fixed}"', "give whole seconds since 1970, UTC, or leave it unset")
    return datetime.fromtimestamp(int(fixed), UTC)


def day(text: str, option: str) -> date:
    """A date given on the command line."""
    return value_of(parse_day, text, option)
