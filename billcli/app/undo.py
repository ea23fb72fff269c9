"""The use case of taking a command back: the files it made go, those it took away or changed are as they were, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from billcli.app.books import Books
from billcli.app.outbox.show import delivered
from billcli.app.reading import understand
from billcli.core import addresses
from billcli.core import edit as rules
from billcli.core import undo as core
from billcli.core.plan import Plan
from billcli.core.undo import Entry, Turn
from billcli.errors import BillError, UsageError
from billcli.index import queries, undo_queries
from billcli.model.money import Money
from billcli.model.values import quoted
from billcli.store import audit, commits, folded, former, fs, git, journal, outbox
from billcli.store.layout import kind_for
from billcli.store.read import read

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.facts import PaymentFact, RefundFact

_ISSUED = {"invoices": "invoice", "credit-notes": "credit-note"}
_SENT = {**_ISSUED, "reminders": "reminder"}


def plan_undo(named: str | None, reason: str) -> Planner:
    """``named`` is a number of this working copy's trail, or ``CLONE:NUMBER``; None for its last command."""

    def planner(books: Books) -> Plan:
        own = audit.clone_id(books.root)
        noted = _noted(books, named, own)
        body = audit.entry_in(books.root, noted.file, noted.hash)
        entry = Entry(noted.clone, noted.seq, noted.at, body["actor"], noted.command, noted.clone == own)
        core.check_command(entry)
        core.check_not_undone(entry, undo_queries.undos(books.index), own)
        return _Undo(books, entry, body, own).plan(reason)

    return planner


def _noted(books: Books, named: str | None, own: str) -> undo_queries.Noted:
    clone, _, number = (named or "").rpartition(":")
    if named is None:
        seq = undo_queries.last_of(books.index, own)
        if not seq:
            others = undo_queries.clones_with(books.index, 1)
            hint = "there is nothing to take back"
            if others:
                theirs = f"{others[0]}:{undo_queries.last_of(books.index, others[0])}"
                hint = f'name an entry of another one: the last of {others[0]} is "bill undo {theirs}"'
            raise BillError("this working copy has written nothing yet", hint)
    elif not (number.isascii() and number.isdigit() and len(number) < 16):
        raise UsageError(
            f"{quoted(named)} names no entry of the audit trail", "give its number, or CLONE:NUMBER; without one the last command"
        )
    else:
        seq = int(number)
    found = undo_queries.entries(books.index, clone or own, seq)
    if not found:
        others = [] if clone else undo_queries.clones_with(books.index, seq)
        hint = f"another working copy has one: {', '.join(f'{each}:{seq}' for each in others)}" if others else ""
        where = f"of {quoted(clone)}" if clone else "here"
        last = undo_queries.last_of(books.index, clone or own)
        raise BillError(
            f"the audit trail has no entry {quoted(named or '')}",
            hint or (f"the last one {where} is {last}" if last else f'there is none {where}; "bill audit log" shows them all'),
        )
    if len(found) > 1:
        what = " and ".join(quoted(each.command) for each in found)
        message = f"{len(found)} entries are called {clone or own}:{seq}: {what}"
        raise BillError(message, "two branches of one working copy were merged; correct it with a command of its own")
    return found[0]


def _turns(books: Books, body: dict[str, Any]) -> list[Turn]:
    """What bill did to files in that entry, and where their documents stand now."""
    files = [(each["path"], each["old"], each["new"]) for each in body["files"] if each.get("by", "bill") == "bill"]
    alone = {addresses.alone(path): addresses.when_folded(addresses.alone(path)) for path, _, _ in files}
    known = queries.hashes(books.index, [each for each in alone.values() if each])
    return core.turns(files, {path: address for path, address in alone.items() if address in known and address})


class _Undo:
    """One entry, and what speaks against taking it back; ``body`` is all that the trail tells of it."""

    def __init__(self, books: Books, entry: Entry, body: dict[str, Any], own: str) -> None:
        self.books = books
        self.entry = entry
        self.body = body
        self.files = _turns(books, body)
        self.own = own
        self.waiting = journal.waiting(books.root)

    def plan(self, reason: str) -> Plan:
        """Raises ``BillError`` where it cannot be taken back."""
        if not self.files:
            raise BillError(f'entry {self.entry.name} ("{self.entry.command}") changed no document', "there is nothing to take back")
        goes = [each for each in self.files if each.old is None]
        self._ensure_kept(goes)
        self._ensure_not_issued(goes)
        self._ensure_not_sent(goes)
        self._ensure_unchanged()
        then = self._bytes_before()
        self._ensure_past_stays(then, reason)
        return core.plan(self.entry, self.files, then, reason, self._checked(then))

    def _ensure_kept(self, goes: Sequence[Turn]) -> None:
        if any(each.path == "ledger.yaml" for each in goes):
            raise BillError(
                f"entry {self.entry.name} wrote ledger.yaml, without which there is no ledger", '"bill edit ledger.yaml" changes it'
            )
        if found := next((each for each in goes if addresses.is_address(each.place)), None):
            message = f"{addresses.name_of(found.path)} stands in {addresses.file_of(found.place)}"
            raise BillError(message, f'"bill unfold {addresses.month_of(found.place)}" gives it a file of its own')

    def _ensure_not_issued(self, goes: Sequence[Turn]) -> None:
        for folder, kind in _ISSUED.items():
            numbers = [addresses.name_of(each.path) for each in goes if each.path.startswith(f"{folder}/")]
            if numbers and (issued := undo_queries.issued_here(self.books.index, kind, numbers)):
                number = issued[0]
                raise BillError(f"{number} was issued by entry {self.entry.name}; a number is never taken back", self._ending(kind, number))

    def _ending(self, kind: str, number: str) -> str:
        """How an issued document is ended now."""
        if kind == "credit-note":
            used = any(row.ended_on is None for row in queries.settlements_from(self.books.index, "credit-note", number))
            first = f'"bill credit-note apply {number} --undo --reason …" first, then ' if used else ""
            return f'{first}"bill credit-note void {number} --reason …" ends it'
        rows = queries.settlements_of(self.books.index, [number]).get(number, [])
        free = not any(row.ended_on is None for row in rows) and delivered(self.books, kind, number) is None
        if free and not queries.credit_notes_for(self.books.index, number):
            return f'"bill invoice void {number} --reason …" ends it; nobody has it yet'
        return core.correcting(f"invoices/{number}.yaml")

    def _ensure_not_sent(self, goes: Sequence[Turn]) -> None:
        """Neither a document that somebody has or may have goes, nor what is known of a delivery."""
        handed = outbox.handed(self.books.root)
        for each in self.files:
            if not each.path.startswith("deliveries/"):
                continue
            name = addresses.name_of(each.path)
            text = self._now(each.place) or b""
            changed = each.old is not None and each.new is not None
            if changed or name in handed or b"\nstates:" in text:
                message = f"{name} has left the house, or may have; what became of it stays told"
                raise BillError(message, core.instead(self.entry.command, each.path))
        for each in goes:
            kind = _SENT.get(each.path.split("/", 1)[0])
            name = addresses.name_of(each.path)
            if kind and (found := delivered(self.books, kind, name)):
                message = f"{name} went out on {found.state_at[:10]}, or may have; it stays in the books"
                raise BillError(message, core.instead(self.entry.command, each.path))

    def _ensure_unchanged(self) -> None:
        known = queries.hashes(self.books.index, [each.place for each in self.files])
        for each in self.files:
            now = known.get(each.place) if kind_for(each.path) else self._hash_on_disk(each.place)
            if now != each.new:
                by = undo_queries.written_by(self.books.index, each.path, now)
                later = f"{by.clone}:{by.seq}".removeprefix(f"{self.own}:") if by else ""
                raise core.changed_since(self.entry, each.path, later, by.command if by else "")

    def _bytes_before(self) -> dict[str, bytes | None]:
        """Kept in the private folder, or found in git. Raises ``BillError`` where they are nowhere to be had."""
        wanted = {each.old: each.path for each in self.files if each.old is not None}
        found = former.find(self.books.root, wanted)
        if missing := {digest: path for digest, path in wanted.items() if digest not in found}:
            found |= self._from_elsewhere(missing)
        lost = next((path for digest, path in wanted.items() if digest not in found), None)
        if lost is not None:
            message = f"{lost} as it was before entry {self.entry.name} is neither kept in {former.FOLDER} nor in git"
            raise BillError(message, core.instead(self.entry.command, lost))
        return {each.path: found[each.old] if each.old is not None else None for each in self.files}

    def _from_elsewhere(self, wanted: dict[str, str]) -> dict[str, bytes]:
        """From folded files as they were, and from git."""
        whole = {each["old"]: each["path"] for each in self.body["files"] if each["old"] and addresses.is_folded(each["path"])}
        kept = former.find(self.books.root, whole)
        if git.is_available(self.books.root):
            kept |= commits.former(self.books.root, {digest: path for digest, path in {**wanted, **whole}.items() if digest not in kept})
        parts = [part.of(raw) for digest, raw in kept.items() if digest in whole for part in folded.documents(raw, whole[digest])]
        return {digest: raw for raw in (*kept.values(), *parts) if (digest := fs.sha256(raw)) in wanted}

    def _ensure_past_stays(self, then: dict[str, bytes | None], reason: str) -> None:
        closed = self.books.closed_through()
        for each in self.files:
            if kind_for(each.path) is None:
                continue
            before, after = self._now(each.place), then[each.path]
            if each.path == "ledger.yaml" and before and after:
                rules.check_closing(read(before, each.path).entity, read(after, each.path).entity, reason)
            if closed is None:
                continue
            old, new = (understand(raw, each.place)[1] if raw is not None else [] for raw in (before, after))
            try:
                rules.check_past(old, new, closed)
            except BillError as error:
                raise BillError(f"entry {self.entry.name}: {error.message}", core.instead(self.entry.command, each.path)) from None

    def _checked(self, then: dict[str, bytes | None]) -> list[str]:
        """What is worth a warning. Raises ``BillError`` where the books would not be as right as they are."""
        from billcli.app.edit import in_words
        from billcli.app.trial import new_findings

        found = new_findings(self.books, {each.place: then[each.path] for each in self.files})
        if errors := [each for each in found if each.severity == "error"]:
            outside = [each for each in errors if addresses.alone(each.file) not in {turn.path for turn in self.files}]
            if not outside:
                message = f"without entry {self.entry.name} the books would not be right; nothing was written"
                raise BillError(message, core.instead(self.entry.command, self.files[0].path), tuple(errors))
            on = addresses.alone(outside[0].file)
            message = f"entry {self.entry.name} was built upon: {addresses.name_of(on)} would not be right without it"
            raise BillError(message, f"{core.correcting(on)}; then try again", tuple(errors))
        return [*self._twins(then), *(in_words(each) for each in found)]

    def _twins(self, then: dict[str, bytes | None]) -> list[str]:
        """Money that comes back and was entered anew meanwhile: it would count twice, and nothing else of the books says so."""
        found = []
        for turn in self.files:
            folder, raw = turn.path.split("/", 1)[0], then[turn.path]
            if turn.new is not None or raw is None or folder not in ("payments", "refunds"):
                continue
            entity: Any = read(raw, turn.path).entity
            like: Sequence[PaymentFact | RefundFact]
            if folder == "payments":
                like = queries.like_payments(self.books.index, entity.customer, entity.received_on)
            else:
                like = queries.like_refunds(self.books.index, entity.customer, entity.paid_on)
            amount = Money.of(entity.amount, entity.currency)
            found += [
                f"{entity.id} comes back, and {each.id} has its customer, day and amount; if the money moved once, take one of them back"
                for each in like
                if (each.amount, each.currency) == (amount.minor, amount.currency)
            ]
        return found

    def _now(self, place: str) -> bytes | None:
        """The bytes of a file, or of a document in a folded one, as the last commit left them."""
        if addresses.is_address(place):
            return self.books.raw(place)
        if place in self.waiting:
            return self.waiting[place]
        return fs.read_if_there(self.books.root, place)

    def _hash_on_disk(self, place: str) -> str | None:
        try:
            raw = self._now(place)
        except NotADirectoryError:
            return None
        return fs.sha256(raw) if raw is not None else None
