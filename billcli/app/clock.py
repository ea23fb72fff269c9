"""Whether the clock can be right: by it, the audit trail must not have been written in the future."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from billcli.app.context import Context
from billcli.core.plan import Create, Plan
from billcli.errors import BillError, UsageError
from billcli.index import queries
from billcli.index.connection import Connection
from billcli.store import audit

_BEHIND = timedelta(hours=1)
"""A clock that is more behind the audit trail than this is wrong now, or was then."""


def clock_problem(context: Context, index: Connection) -> str:
    """What is wrong with the clock, empty where nothing is, or where ``BILL_CLOCK`` says that it is right and was ahead before."""
    if _is_vouched():
        return ""
    clone = audit.known_clone_id(context.root)
    last = queries.latest_command(index, clone) if clone else None
    if last is None or context.now >= last - _BEHIND:
        return ""
    return f"the clock stands at {_text(context.now)}, the last command was at {_text(last)}"


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_vouched() -> bool:
    said = os.environ.get("BILL_CLOCK", "")
    if said not in ("", "right"):
        raise UsageError(f'BILL_CLOCK is "{said}"', 'say "right" where the clock is right now and was ahead before, or leave it unset')
    return bool(said)


HINT = "set the clock; if it is right and was ahead then, say BILL_CLOCK=right"


def clock_warnings(context: Context, index: Connection, plan: Plan) -> tuple[str, ...]:
    """What to tell of the clock. Raises ``BillError`` for a plan that gives numbers by it: documents are dated and counted in its order."""
    problem = clock_problem(context, index) if plan.steps else ""
    if problem and context.as_of_text is None and any(map(_numbers, plan.steps)):
        raise BillError(f"{problem}; no number was given", f"{HINT}; or say which day it is: --as-of {context.clock_day(index)}")
    return (f"{problem}; {HINT}",) if problem else ()


def _numbers(step: object) -> bool:
    return isinstance(step, Create) and step.kind in ("invoice", "credit-note") and not step.data.get("imported")
