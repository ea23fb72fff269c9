"""What git remembers of the trail and of issued documents, held against what came after it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from billcli.core import addresses, seal
from billcli.core.audit import history as core
from billcli.core.audit.problems import Problem, Reach
from billcli.store import commits, fs
from billcli.store.commits import Change, Commit, Edge, Past

_DOCUMENTS = ("invoices/", "credit-notes/")
_LEDGER = "ledger.yaml"


class Looked(NamedTuple):
    """What was found, in the order of commits, and how far back; ``hands`` is what git knows of files that people changed."""

    problems: list[Problem]
    reach: Reach
    hands: dict[str, str]


class Issued(NamedTuple):
    """A numbered document as some version of a file has it; ``content`` is what it is about, whatever number it got."""

    number: str
    digest: str
    content: str
    seal: str | None
    path: str
    hash: str

    def same(self, other: Issued) -> bool:
        return (self.digest, self.seal) == (other.digest, other.seal)


class Told(NamedTuple):
    """What the trail says of documents that git has otherwise: ``renumbered`` are the places of those that were given another number,
    or another seal for it; ``taken_back`` place and SHA-256 of those that an undo took away.
    """

    renumbered: frozenset[str]
    taken_back: frozenset[tuple[str, str]]


def look(root: str, since: str | None, hands: Collection[str], told: Told, read: Callable[[str], bytes | None]) -> Looked:
    """Every commit since then against each of its parents, and the working tree against the last.

    ``hands`` are files that people changed; ``read`` gives a file of the working tree. Raises ``GitProblem``.
    """
    files = {path: addresses.file_of(path) for path in hands}
    asked = frozenset(files.values())
    past = commits.past(root, lambda path: _is_trail(path) or _is_issued(path) or path == _LEDGER or path in asked, since)
    problems = [*_trail(root, past), *_documents(root, past, told), *_working_tree(root, past, told, read)]
    order = {commit.id: at for at, commit in enumerate(past.commits)}
    problems.sort(key=lambda each: (order.get(each[0].id, len(order)) if each[0] else len(order), each[1].file, each[1].line or 0))
    known = {path: _known(past, file, read(file)) for path, file in files.items()}
    return Looked([each for _, each in problems], _reach(root, past, since), known)


def _reach(root: str, past: Past, since: str | None) -> Reach:
    """From the commit in which the books came into this folder: of the folder where they were before, git was asked nothing."""
    came = 0
    for commit, group in groupby(past.edges, key=lambda each: each.commit):
        edges = list(group)
        if all(any(each.path == _LEDGER and each.old is None and each.new for each in edge.changes) for edge in edges):
            came = past.commits.index(commit)
    if not past.commits:
        return Reach(0, "", "", past.shallow, 0)
    first = past.commits[came]
    stood = 0
    if came or since is None:
        blobs = commits.files(root, _is_trail, first.id).values()
        stood = sum(
            raw.count(b"\n") for found in commits.contents(root, [list(blobs)], commits.sizes(root, blobs)) for raw in found.values()
        )
    return Reach(len(past.commits) - came, first.id, first.said(), past.shallow, stood)


def _is_trail(path: str) -> bool:
    return path.startswith("audit/") and path.endswith(".jsonl")


def _is_issued(path: str) -> bool:
    return path.startswith(_DOCUMENTS) and path.endswith(".yaml")


Found = tuple[Commit | None, Problem]


def _problem(commit: Commit | None, file: str, bad: core.Bad) -> Found:
    where = commit.said() if commit else "the working tree"
    return commit, Problem("history", file, bad.line, bad.seq, where, f"{bad.what}; the trail is only ever added to")


def _trail(root: str, past: Past) -> Iterator[Found]:
    """Of a commit with one parent each file goes on where the parent's ended; a merge has all lines of all its parents in their order."""
    blobs = [blob for edge in past.edges for each in edge.changes if _is_trail(each.path) for blob in (each.old, each.new) if blob]
    size = commits.sizes(root, [*blobs, *(blob for path, blob in past.head.items() if _is_trail(path))])
    ahead = _Ahead(root, past, size)
    doubtful: list[tuple[Commit, str, list[str], str]] = []
    for commit, group in groupby(past.edges, key=lambda each: each.commit):
        for path, changes in _by_file(group).items():
            before, new = [each.old for each in changes if each.old], changes[0].new
            if new is None:
                yield _problem(commit, path, core.Bad(1, None, "the whole file was taken away"))
            elif before and not (ahead.begins(path, new) and all(ahead.goes_on(path, old, new) for old in before)):
                same = [new] if len(changes) < len(commit.parents) else []
                doubtful.append((commit, path, [*before, *same], new))
    groups = [[*olds, new] for _, _, olds, new in doubtful]
    for (commit, path, olds, new), found in zip(doubtful, commits.contents(root, groups, size), strict=True):
        if missing := [blob for blob in (*olds, new) if blob not in found]:
            yield commit, Problem("history", path, None, None, commit.said(), f"git has no readable object {missing[0][:10]} any more")
        elif bad := _compared(commit, [found[old] for old in olds], found[new]):
            yield _problem(commit, path, bad)


def _by_file(edges: Iterable[Edge]) -> dict[str, list[Change]]:
    """What a commit did to each file of the trail, against each parent that has another version of it."""
    found: dict[str, list[Change]] = {}
    for edge in edges:
        for each in edge.changes:
            if _is_trail(each.path):
                found.setdefault(each.path, []).append(each)
    return found


def _compared(commit: Commit, before: Sequence[bytes], after: bytes) -> core.Bad | None:
    return core.first_change(before[0], after) if len(commit.parents) == 1 else core.first_lost(before, after)


class _Ahead:
    """The trail's files as they are in the last commit: nearly every version before is a beginning of them, which its name alone proves."""

    def __init__(self, root: str, past: Past, size: Mapping[str, int]) -> None:
        tips = {path: blob for path, blob in past.head.items() if _is_trail(path)}
        found = commits.contents(root, [[blob] for blob in tips.values()], dict(size))
        self._tips = {path: content.get(blob, b"") for (path, blob), content in zip(tips.items(), found, strict=True)}
        self._size = size
        self._known: dict[tuple[str, str], bool] = {}

    def goes_on(self, path: str, old: str, new: str) -> bool:
        return self.begins(path, old) and self._size[old] <= self._size[new]

    def begins(self, path: str, blob: str) -> bool:
        key = (path, blob)
        if key not in self._known:
            tip, size = self._tips.get(path, b""), self._size.get(blob)
            whole = size is not None and size <= len(tip) and (size == 0 or tip[size - 1 : size] == b"\n")
            self._known[key] = whole and size is not None and commits.blob_id(tip[:size], blob) == blob
        return self._known[key]


def _documents(root: str, past: Past, told: Told) -> Iterator[Found]:
    """What an issued document says under its seal stays, whichever file it stands in; it never vanishes."""
    edges = [edge for edge in past.edges if any(each.old and _is_issued(each.path) for each in edge.changes)]
    groups = [_blobs(edge) for edge in edges]
    size = commits.sizes(root, (blob for group in groups for blob in group))
    for edge, found in zip(edges, commits.contents(root, groups, size), strict=True):
        if missing := next((each for each in edge.changes if _is_issued(each.path) and each.old and each.old not in found), None):
            message = f"git has no readable object {(missing.old or '')[:10]} any more"
            yield edge.commit, Problem("document", missing.path, None, None, edge.commit.said(), message)
        before, after = _versions(edge, found)
        for problem in _differing(before, after, edge.commit.said(), told):
            yield edge.commit, problem


def _blobs(edge: Edge) -> list[str]:
    return [blob for each in edge.changes if _is_issued(each.path) for blob in (each.old, each.new) if blob]


def _versions(edge: Edge, found: Mapping[str, bytes]) -> tuple[list[Issued], list[Issued]]:
    changes = [each for each in edge.changes if _is_issued(each.path)]
    before = [issued for each in changes if each.old for issued in documents_in(found.get(each.old, b""), each.path)]
    after = [issued for each in changes if each.new for issued in documents_in(found.get(each.new, b""), each.path)]
    return before, after


def _differing(before: Iterable[Issued], after: Iterable[Issued], where: str, told: Told) -> Iterator[Problem]:
    every = [*after]
    for each in before:
        found = [one for one in every if one.number == each.number]
        if any(each.same(one) for one in found) or (each.seal is None and found):
            continue
        if addresses.alone(each.path) in told.renumbered and any(_goes_on(each, one) for one in every):
            continue
        if each.seal is None and (addresses.alone(each.path), each.hash) in told.taken_back:
            continue
        what = "was changed under its seal" if found else "is gone, or cannot be read any more"
        yield Problem("document", addresses.file_of(each.path), None, None, where, f"{each.number} {what}; it was issued before")


def _goes_on(before: Issued, after: Issued) -> bool:
    """Whether it is the same document under another number, or under a seal for what stands before it now."""
    return before.digest == after.digest if before.number == after.number else before.content == after.content


def documents_in(raw: bytes, path: str) -> list[Issued]:
    """The numbered documents of a file, folded or not, that can be read."""
    from billcli.store.folded import documents

    if not addresses.is_folded(path):
        return _issued(raw, path)
    return [issued for each in documents(raw, path) for issued in _issued(each.of(raw), addresses.address(path, each.name))]


def _issued(raw: bytes, path: str) -> list[Issued]:
    from billcli.store.read import read

    entity: Any = read(raw, path).entity
    if entity is None:
        return []
    return [Issued(entity.number, *seal.hashes(entity), entity.seal, path, fs.sha256(raw))]


def _working_tree(root: str, past: Past, told: Told, read: Callable[[str], bytes | None]) -> Iterator[Found]:
    """What lies in the folder goes on where the last commit ended."""
    differing: list[tuple[str, str, bytes | None]] = []
    for path, blob in past.head.items():
        raw = read(path)
        if raw is None or commits.blob_id(raw, blob) != blob:
            differing.append((path, blob, raw))
    size = commits.sizes(root, (blob for _, blob, _ in differing))
    old = {}
    for (path, blob, _), found in zip(differing, commits.contents(root, [[blob] for _, blob, _ in differing], size), strict=True):
        old[path] = found.get(blob, b"")
    for path, _, raw in differing:
        if _is_trail(path) and (bad := core.first_change(old[path], raw or b"")):
            yield _problem(None, path, bad)
    before = [issued for path, *_ in differing if _is_issued(path) for issued in documents_in(old[path], path)]
    if before:
        committed = {path for path in past.head if _is_issued(path)}
        after = [issued for path, _, raw in differing if _is_issued(path) and raw for issued in documents_in(raw, path)]
        after += [issued for path in _new_files(root, committed) if (raw := read(path)) for issued in documents_in(raw, path)]
        yield from ((None, each) for each in _differing(before, after, "the working tree", told))


def _new_files(root: str, committed: set[str]) -> list[str]:
    from billcli.store.scan import scan

    return [path for path in scan(root).files if _is_issued(path) and path not in committed]


def _known(past: Past, path: str, now: bytes | None) -> str:
    """What git knows of a file as it is now."""
    blob = past.head.get(path)
    if (now is None and blob is not None) or (now is not None and (blob is None or commits.blob_id(now, blob) != blob)):
        return "not committed"
    last = next((edge.commit for edge in reversed(past.edges) if any(each.path == path for each in edge.changes)), None)
    return last.said() if last else "committed before that"
