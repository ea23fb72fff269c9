"""``bill audit verify``: the chain of every trail, every seal, every file against the trail, and the past as git has it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app import check
from billcli.app.books import Books
from billcli.app.lost import lost
from billcli.app.trail import entries
from billcli.core.addresses import alone, is_folded
from billcli.core.audit.chain import Link, faults
from billcli.core.audit.problems import ByHand, Problem, proof
from billcli.core.report import View
from billcli.diagnostics import Diagnostic
from billcli.errors import BillError, UsageError
from billcli.index import audit_queries, check_queries, queries
from billcli.index.folded import in_files
from billcli.model.values import quoted
from billcli.store import fs, git
from billcli.store.audit import FileRecord
from billcli.store.layout import kind_for

if TYPE_CHECKING:
    from billcli.app.audit.past import Looked, Told

_NOTED = re.compile(r"([0-9a-f]{8}):([0-9a-f]{16,64})\Z", re.ASCII)
_SEALS = {"E401": "document", "E402": "document", "E403": "seal", "E408": "document"}
_ISSUED = ("invoices/", "credit-notes/")


class Wanted(NamedTuple):
    """``expect`` are heads that somebody noted, as typed; ``since`` a revision from which git is asked."""

    git: bool = False
    since: str | None = None
    expect: tuple[str, ...] = ()


class Said(NamedTuple):
    """What the trail says last of a file, and when bill itself wrote it last."""

    hashes: dict[str, str | None]
    by_hand: dict[str, str]
    at: str = ""
    command: str = ""


def verify(books: Books, wanted: Wanted) -> View:
    """The proof; ``data["problems"]`` is empty where all is well. Raises ``UsageError``, and ``BillError`` where git cannot be asked."""
    noted = [_noted(each) for each in wanted.expect]
    if wanted.since is not None and not wanted.git:
        raise UsageError("--since is about git", "add --git")
    links = [*check_queries.trail(books.index)]
    trail = [entry for *_, entry in entries(books.root, audit_queries.trail_files(books.index), loose=True)]
    hands = _by_hand(books, _said(trail))
    looked = _past(books, wanted, hands, trail) if wanted.git else None
    problems = [*(looked.problems if looked else ()), *_chain(books, links), *_expected(links, noted), *_seals(books)]
    if looked is None:
        return proof(books.today, links, audit_queries.sealed(books.index), problems, hands, None)
    hands = [each._replace(git=looked.hands.get(each.file, "")) for each in hands]
    return proof(books.today, links, audit_queries.sealed(books.index), problems, hands, looked.reach)


def _noted(text: str) -> tuple[str, str]:
    found = _NOTED.match(text.lower())
    if not found:
        raise UsageError(f"--expect: {quoted(text)} is no head", 'write CLONE:HASH as "bill audit verify" showed it')
    return found[1], found[2]


def _chain(books: Books, links: Sequence[Link]) -> list[Problem]:
    """Lines that are no entry or not as they were written, entries out of their order, and documents that no entry tells of."""
    inside = [each for each in queries.problems(books.index) if each.file.startswith("audit/") and each.severity == "error"]
    broken = {each.file.rpartition("/")[0] for each in inside}
    found = [_of_diagnostic("chain", each, seq=_seq_before(links, each)) for each in inside]
    linked = faults(each for each in links if each.file.rpartition("/")[0] not in broken)
    found += [Problem("chain", each.file, each.line, each.seq, "", each.message, "E601") for each in linked]
    found.sort(key=lambda each: (each.file, each.line or 0))
    return [*found, *([] if broken else audit_queries.unaudited(books.index))]


def _seq_before(links: Sequence[Link], problem: Diagnostic) -> int | None:
    """Of a line that is broken the entry that should stand there."""
    line = problem.span.line if problem.span else 0
    return next((each.seq + 1 for each in links if each.file == problem.file and each.line == line - 1), None)


def _seals(books: Books) -> list[Problem]:
    """What "bill check" says of numbers and seals, and documents that cannot be read, so that nothing proves theirs."""
    own = [*queries.problems(books.index)]
    without = lost(own, queries.unreadable(books.index), check_queries.kept_out(books.index), check_queries.gone(books.index))
    rules = [check.CHECKS[name] for name in ("twice", "sequences", "trail")]
    across = [each for rule in rules for each in rule(books, without) if each.code in _SEALS and each.file.startswith(_ISSUED)]
    unread = {path for path in queries.unreadable(books.index) if path.startswith(_ISSUED)}
    mute = [each for each in own if each.file in unread and each.severity == "error"]
    found = sorted(in_files(books.index, [*across, *mute]), key=Diagnostic.sort_key)
    return [_of_diagnostic(_SEALS.get(each.code, "document"), each) for each in found]


def _of_diagnostic(kind: str, each: Diagnostic, seq: int | None = None) -> Problem:
    return Problem(kind, each.file, each.span.line if each.span else None, seq, "", each.message, each.code)


def _expected(links: Sequence[Link], noted: Iterable[tuple[str, str]]) -> list[Problem]:
    """Heads that were written down elsewhere are entries of the trail still."""
    found = []
    for clone, start in noted:
        if not any(each.clone == clone and each.hash.startswith(start) for each in links):
            message = f"no entry of clone {clone} has the hash {start[:16]}… that was noted: its trail was cut off or written anew"
            found.append(Problem("head", f"audit/{clone}", None, None, "", message))
    return found


def _said(trail: Iterable[dict[str, Any]]) -> dict[str, Said]:
    """By path, documents by the place where they stand alone."""
    found: dict[str, Said] = {}
    for entry in trail:
        for each in entry["files"]:
            path = each["path"] if is_folded(each["path"]) else alone(each["path"])
            said = found.setdefault(path, Said({}, {}))
            said.hashes[entry["clone"]] = each["new"]
            if each.get("by") == "hand":
                said.by_hand[each["new"] or ""] = entry["at"]
            elif entry["at"] >= said.at:
                found[path] = said._replace(at=entry["at"], command=entry["command"])
    return found


def _by_hand(books: Books, said: Mapping[str, Said]) -> list[ByHand]:
    """Files that are not as bill wrote them last, or that it wrote upon what a person had changed; that is legitimate, and told."""
    gone = {each.file for each in check_queries.gone(books.index)}
    edited = {each.path: each.new for each in _edited(books) if each.path not in gone}
    now = {path: hash_ for path, hash_ in audit_queries.files(books.index).items() if path not in edited}
    rows = [_hand(path, new, said, "") for path, new in edited.items()]
    for path, hash_ in now.items():
        known = said.get(path if is_folded(path) else alone(path))
        if known and known.by_hand:
            row = _hand(path, hash_, said, known.by_hand.get(hash_) or max(known.by_hand.values()))
            rows.append(row if hash_ in known.by_hand else row._replace(state="built upon"))
    rows += _settings(books, said)
    return sorted(rows)


def _edited(books: Books) -> list[FileRecord]:
    """What is not as the trail saw it last, without the states of deliveries that bill itself has added since."""
    from billcli.app.outbox.record import records

    return [each for each in records(books.root, queries.edited_by_hand(books.index)) if each.by == "hand"]


def _hand(path: str, now: str | None, said: Mapping[str, Said], noted: str) -> ByHand:
    known = said.get(path if is_folded(path) else alone(path), Said({}, {}))
    state = "gone" if now is None else "changed" if known.at else "new"
    return ByHand(path, state, known.at, known.command, noted)


def _settings(books: Books, said: Mapping[str, Said]) -> list[ByHand]:
    """Files that are no documents: settings of git and of editors, templates, evidence, what a bank sent."""
    found = []
    for path, known in said.items():
        if kind_for(path):
            continue
        try:
            raw = fs.read(books.root, path)
        except OSError:
            raw = None
        now = fs.sha256(raw) if raw is not None else None
        if now not in known.hashes.values():
            found.append(_hand(path, now, said, ""))
        elif now is not None and (noted := known.by_hand.get(now)):
            found.append(_hand(path, now, said, noted))
    return found


def _past(books: Books, wanted: Wanted, hands: Sequence[ByHand], trail: Iterable[dict[str, Any]]) -> Looked:
    from billcli.app.audit.past import look
    from billcli.app.trail import trail_bytes

    def read(path: str) -> bytes | None:
        try:
            return trail_bytes(books.root, path)
        except OSError:
            return None

    try:
        return look(books.root, wanted.since, {each.file for each in hands}, _told(trail), read)
    except git.GitProblem as problem:
        hint = "without --git the chain, the seals and the files are proved all the same"
        raise BillError(f"git cannot be asked: {problem}", hint) from None


def _told(trail: Iterable[dict[str, Any]]) -> Told:
    """Numbers that bill gave anew, and imports that it took back: where git has lost documents by a command, not by a hand."""
    from billcli.app.audit.past import Told

    renumbered, taken_back = set(), set()
    for entry in trail:
        for each in entry["files"]:
            if each.get("by", "bill") != "bill":
                continue
            if entry["command"] == "renumber":
                renumbered.add(alone(each["path"]))
            elif entry["command"].startswith("undo ") and each["new"] is None:
                taken_back.add((alone(each["path"]), each["old"]))
    return Told(frozenset(renumbered), frozenset(taken_back))
