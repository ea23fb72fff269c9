"""What is to become of each line: seen before, decided by the matcher, or left to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from billcli.app.books import Books
from billcli.core.bank import BankLine
from billcli.core.matching.facts import Candidate, Decision, PayoutItem
from billcli.index import bank_queries

if TYPE_CHECKING:
    from billcli.model.settings import Settings


class Spot(NamedTuple):
    """A line with the account and the statement that it belongs to."""

    account: str
    statement: str
    line: BankLine


_PAST = {"book": "booked", "return": "a payment came back", "refund": "a refund", "ignore": "no receivable", "refused": "refused"}


def decide_all(books: Books, settings: Settings, spots: Sequence[Spot], payouts: Sequence[PayoutItem] = ()) -> list[Decision]:
    """A decision for each line, in their order: those decided before are seen, and the others are solved together."""
    from billcli.app.reconcile.knowledge import knowledge
    from billcli.core.matching.solve import decide

    ids = [each.line.id for each in spots]
    known = bank_queries.decisions(books.index, ids)
    taken_back = bank_queries.taken_back(books.index, ids)
    found: dict[int, Decision] = {}
    met: set[tuple[str, str]] = set()
    fresh: list[int] = []
    for at, each in enumerate(spots):
        key = (each.account, each.line.id)
        if live := known.get(key):
            words = f"already decided on {live.booked_on}: {_PAST[live.decision]}"
            found[at] = Decision(each.line, "seen", 1.0, (words,), live.customer or "")
        elif key in met:
            found[at] = Decision(each.line, "seen", 1.0, ("it stands twice in the file",))
        else:
            fresh.append(at)
        met.add(key)
    if fresh:
        known_of = knowledge(books, settings, payouts)
        for group in _apart(spots, fresh):
            told = decide([spots[at].line for at in group], known_of)
            for at, decision in zip(group, told, strict=True):
                back = (spots[at].account, spots[at].line.id) in taken_back
                found[at] = left_to_a_person(decision) if back else decision
    return [found[at] for at in range(len(spots))]


def _apart(spots: Sequence[Spot], which: Sequence[int]) -> list[Sequence[int]]:
    """All in one; account by account only where two of them have a line of the same id, which a matcher would take for one."""
    accounts: dict[str, str] = {}
    if all(accounts.setdefault(spots[at].line.id, spots[at].account) == spots[at].account for at in which):
        return [which]
    groups: dict[str, list[int]] = {}
    for at in which:
        groups.setdefault(spots[at].account, []).append(at)
    return list(groups.values())


def left_to_a_person(decision: Decision, why: str = "a decision on it was taken back; a person decides") -> Decision:
    """What a person took back, or what may stand in the books already, is not booked by itself."""
    if decision.outcome not in ("book", "ignore", "return", "refund"):
        return decision
    return suggested(decision, why)


def suggested(decision: Decision, why: str) -> Decision:
    """The same as a proposal that nobody has agreed to."""
    own = (Candidate(decision.customer, decision.allocations, decision.confidence, decision.because),) if decision.allocations else ()
    candidates = (*own, *decision.candidates)[:3]
    return decision._replace(
        outcome="suggest" if candidates else "open", because=(*decision.because, why), allocations=(), candidates=candidates, payment=""
    )
