"""Numbers are given at issue: the next one of the sequence's period, in the order of dates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcli.core.days import check_day
from billcli.core.facts import Standing
from billcli.errors import BillError, UsageError
from billcli.model.sequence import number_for
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.model.settings import Sequence, Settings


class Given(NamedTuple):
    """The next number, the seal it is chained to, and what is odd about its date."""

    number: str
    previous_seal: str
    warnings: tuple[str, ...]


def find_sequence(settings: Settings, kind: str, name: str | None) -> Sequence:
    """The sequence a document of this kind takes its number from; ``name`` is ``--series``."""
    wanted = name or kind
    fitting = [each for each in settings.sequences if each.kind == kind]
    for each in fitting:
        if each.name == wanted:
            return each
    raise UsageError(f"no sequence {quoted(wanted)} for the kind {kind}", "known: " + ", ".join(each.name for each in fitting))


def next_number(sequence: Sequence, issued_on: date, standing: Standing, settings: Settings, today: date) -> Given:
    """Raises ``BillError`` for a day in the future, in a closed period, or before the last document of the sequence."""
    check_day(issued_on, settings, today)
    warnings: tuple[str, ...] = ()
    if standing.issued_on and issued_on < standing.issued_on:
        message = f"{standing.number} of this sequence is already dated {standing.issued_on}"
        if settings.order == "strict":
            raise BillError(f"{message}; {issued_on} would be out of order", f"the earliest possible day is {standing.issued_on}")
        warnings = (f"{message}; the new document is dated before it",)
    return Given(number_for(sequence.pattern, issued_on, standing.highest + 1), standing.seal, warnings)
