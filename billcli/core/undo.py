"""Taking a command back: what can be, what cannot, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from billcli.core import addresses
from billcli.core.plan import Plan, Revert
from billcli.core.report import counted
from billcli.errors import BillError

_SHOWN = 20


class Entry(NamedTuple):
    """A command as the audit trail tells it; ``mine``: this working copy's own."""

    clone: str
    seq: int
    at: str
    actor: str
    command: str
    mine: bool

    @property
    def id(self) -> str:
        return f"{self.clone}:{self.seq}"

    @property
    def name(self) -> str:
        """As a person types it here."""
        return str(self.seq) if self.mine else self.id


class Turn(NamedTuple):
    """One file of an entry. ``path`` is where the document stands alone, ``place`` where it stands now, in a folded file maybe.

    ``old`` and ``new`` are the SHA-256 before and after the entry, None for no file.
    """

    path: str
    place: str
    old: str | None
    new: str | None


def turns(files: Sequence[tuple[str, str | None, str | None]], place: Mapping[str, str]) -> list[Turn]:
    """Of a folded file its documents count; what bill does not change, such as a file with the same bytes, is left out."""
    found = []
    for path, old, new in files:
        if old != new and not addresses.is_folded(path):
            alone = addresses.alone(path)
            found.append(Turn(alone, place.get(alone, alone), old, new))
    return found


_FOLDER = {
    "invoices": '"bill credit-note new --invoice {name} --rest --reason …" credits it',
    "credit-notes": '"bill credit-note void {name} --reason …" ends it',
    "payments": '"bill payment reverse {name} --reason …" ends it',
    "refunds": '"bill refund reverse {name} --reason …" ends it',
    "write-offs": '"bill write-off reverse {name} --reason …" ends it',
    "holds": '"bill hold release {name}" ends it',
    "findings": '"bill finding close {name} --accept --reason …" closes it',
    "drafts": '"bill draft delete {name}" throws it away',
    "customers": '"bill customer edit {name}" changes it',
    "recurring": '"bill recurring end {name}" ends it',
    "bank": '"bill reconcile undo {name}" takes back what was decided on its lines',
    "reconciliations": '"bill reconcile undo LINE" takes a decision back; "bill reconcile status" shows the lines',
    "reminders": '"bill remind list" shows it; the next level follows, or "bill hold new" stops it',
    "approvals": '"bill remind list" shows what was approved',
    "deliveries": '"bill outbox show {name}" says what became of it',
    "ledger.yaml": '"bill edit ledger.yaml" changes it',
}
_COMMAND = {
    "payment allocate": '"bill payment allocate {name} --undo --reason …" takes the allocation back',
    "payment allocate --undo": '"bill payment allocate {name}" settles with it again',
    "payment reverse": '"bill payment add" records money that is there after all',
    "credit-note apply": '"bill credit-note apply {name} --undo --reason …" takes it back',
    "credit-note apply --undo": '"bill credit-note apply {name}" applies it again',
    "credit-note void": '"bill credit-note new" credits anew',
    "invoice void": '"bill invoice duplicate {name}" invoices it anew',
    "refund reverse": '"bill refund new" records what was paid back after all',
    "write-off reverse": '"bill write-off new" writes off anew',
    "finding close": '"bill finding new" keeps it anew',
    "hold release": '"bill hold new" holds it anew',
    "reconcile": _FOLDER["reconciliations"],
    "reconcile apply": _FOLDER["reconciliations"],
    "reconcile undo": '"bill reconcile review" decides anew',
}
"""What to do instead, by the command that is to be taken back, else by what it made. ``…`` stands for words of the user's own."""


def instead(command: str, path: str) -> str:
    """What corrects a document that a command left behind, where it cannot be taken back."""
    words = _COMMAND.get(command) or _FOLDER.get(path.split("/", 1)[0], "correct it with a document or a change of its own")
    return words.replace("{name}", addresses.name_of(path))


def correcting(path: str) -> str:
    """What takes a document away that stands in the way."""
    return instead("", path)


def check_command(entry: Entry) -> None:
    """Raises ``BillError`` for a command that has one of its own to turn it round."""
    verb, _, rest = entry.command.partition(" ")
    if verb in ("fold", "unfold"):
        other = "unfold" if verb == "fold" else "fold"
        raise BillError(f'entry {entry.name} is "{entry.command}", which changed no document', f'"bill {other} {rest}" turns it round')
    if verb == "init":
        raise BillError(f"entry {entry.name} began this ledger", "there is nothing before it; delete the folder if you do not want it")


def check_not_undone(entry: Entry, undos: Mapping[str, Sequence[str]], own: str) -> None:
    """Raises ``BillError`` where an entry that counts took it back already. One that was itself taken back counts no more."""
    by = standing_undo(entry.id, undos)
    if by:
        name = by.removeprefix(f"{own}:")
        raise BillError(f"entry {entry.name} is undone already by entry {name}", f'"bill undo {name}" brings back what it did')


def standing_undo(entry: str, undos: Mapping[str, Sequence[str]]) -> str | None:
    return next((each for each in undos.get(entry, ()) if standing_undo(each, undos) is None), None)


def changed_since(entry: Entry, path: str, later: str, by: str) -> BillError:
    """``later`` names the entry that changed the file after this one; empty where a person did, or nobody knows."""
    if later:
        message = f"entry {entry.name} was built upon: entry {later} ({by}) changed {path} since"
        return BillError(message, f'"bill undo {later}" first, or {instead(entry.command, path)}')
    message = f"{path} was changed by hand since entry {entry.name}; nobody's bytes are overwritten"
    return BillError(message, f'"git diff" or your backup shows the change; {instead(entry.command, path)}')


def plan(entry: Entry, files: Sequence[Turn], then: Mapping[str, bytes | None], reason: str, warnings: Sequence[str]) -> Plan:
    """``then`` are the bytes before the entry, by path."""
    steps = tuple(Revert(each.place, each.new, then[each.path]) for each in files)
    lines = [f"  {each.place} {_what(each)}" for each in files]
    more = [f"  and {counted(len(lines) - _SHOWN, 'more file')}"] if len(lines) > _SHOWN else []
    summary = (f'entry {entry.name} is taken back: "{entry.command}" of {entry.actor}, {entry.at[:10]}', *lines[:_SHOWN], *more)
    return Plan(f"undo {entry.id}", steps, summary, {"undone": entry.id}, warnings=tuple(warnings), reason=reason)


def _what(turn: Turn) -> str:
    if turn.old is None:
        return "goes"
    return "comes back" if turn.new is None else "is as it was"
