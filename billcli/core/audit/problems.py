"""What a proof of the books found, as one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.audit.chain import Link, forks, heads
from billcli.core.report import Column, Report, View, counted, table_data


class Problem(NamedTuple):
    """``kind`` is chain, seal, document, history or head; line, entry and commit where they are known."""

    kind: str
    file: str
    line: int | None
    seq: int | None
    commit: str
    message: str
    code: str = ""

    def place(self) -> str:
        """Where to look, in one line."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return where + (f", in {self.commit}" if self.commit else "")


class ByHand(NamedTuple):
    """A file that a person changed: ``state`` is changed, new or gone; built upon where bill has written it since.

    ``noted`` is when bill met it; ``git`` what git knows of the file as it is.
    """

    file: str
    state: str
    last_at: str
    last_command: str
    noted: str
    git: str = ""


class Reach(NamedTuple):
    """How far back git was asked: how many commits, and the first of them as id and in words, empty for none.

    ``stood`` are the entries that the trail had in that commit already, where git has nothing older of this folder.
    """

    commits: int
    first: str
    said: str
    shallow: bool
    stood: int = 0


_PROBLEMS = (
    Column("kind", "Kind"), Column("file", "File"), Column("line", "Line", "count"), Column("seq", "Entry", "count"),
    Column("commit", "Commit"), Column("code", "Code"), Column("message", "What", "prose"),
)  # fmt: skip
_HEADS = (Column("clone", "Clone"), Column("seq", "Entry", "count"), Column("at", "At"), Column("hash", "Hash"))
_HANDS = (
    Column("file", "File"), Column("state", "State"), Column("last_at", "Last by bill"), Column("last_command", "Command"),
    Column("noted", "Noted"), Column("git", "Git"),
)  # fmt: skip
_FORKS = (Column("clone", "Clone"), Column("seq", "After entry", "count"), Column("arms", "Arms", "count"))
_TITLES = {
    "problems": "Problems",
    "by_hand": "Changed by hand, which is no error",
    "forks": "Entries that several follow: branches of one clone, or an entry that was put in",
    "heads": "Heads, to be written down elsewhere: a trail cannot show that its end was cut off",
}


def proof(
    as_of: date, links: Sequence[Link], sealed: int, problems: Sequence[Problem], hands: Sequence[ByHand], reach: Reach | None
) -> View:  # fmt: skip
    """``data["problems"]`` is empty where all is well; the first of them is the first bad place."""
    tables = {
        "problems": Report("problems", as_of, _PROBLEMS, [(*each[:5], each.code, each.message) for each in problems]),
        "heads": Report("heads", as_of, _HEADS, [(each.clone, each.seq, each.at, each.hash) for each in heads(links)]),
        "by_hand": Report("by_hand", as_of, _HANDS, hands),
        "forks": Report("forks", as_of, _FORKS, forks(links)),
    }
    found = {key: table_data(table) for key, table in tables.items()}
    data: dict[str, Any] = {
        "verdict": "problems" if problems else "clean", "first": found["problems"][0] if problems else None, "entries": len(links),
        "clones": sorted({each.clone for each in links}), "sealed": sealed, "git": reach and reach._asdict(), **found,
    }  # fmt: skip
    return View(
        "audit verify", "", as_of, _fields(links, sealed, problems, hands, reach), [(_TITLES[key], tables[key]) for key in _TITLES], data
    )


def _fields(
    links: Sequence[Link], sealed: int, problems: Sequence[Problem], hands: Sequence[ByHand], reach: Reach | None
) -> list[tuple[str, Any]]:
    now = [each.kind for each in problems if not each.commit]
    entries = f"{len(links)} {'entry' if len(links) == 1 else 'entries'}"
    clones, files = len({each.clone for each in links}), len({each.file for each in links})
    trail = _well(now, "as it was written", "chain", "head")
    fields: list[tuple[str, Any]] = [
        ("Trail", f"{entries} of {counted(clones, 'clone')} in {counted(files, 'file')}: {trail}"),
        ("Seals", f"{counted(sealed, 'sealed document')}: {_well(now, 'each as it was sealed, none missing', 'seal', 'document')}"),
        ("Files", f"{counted(len(hands), 'file')} changed by hand" if hands else "every one as bill wrote it last"),
    ]
    if reach:
        wrong = sum(bool(each.commit) for each in problems)
        fields.append(("Git", _far(reach) + (f": {counted(wrong, 'problem')}" if wrong else ": the trail was only ever added to")))
    verdict = "nothing is wrong"
    if problems:
        verdict = f"{counted(len(problems), 'problem')}; the first: {problems[0].place()}: {problems[0].message}"
    return [*fields, ("Verdict", verdict)]


def _well(kinds: Sequence[str], well: str, *mine: str) -> str:
    wrong = sum(kinds.count(each) for each in mine)
    return counted(wrong, "problem") if wrong else well


def _far(reach: Reach) -> str:
    back = f", back to {reach.said}" if reach.said else ""
    shallow = "; this clone is shallow, so nothing is known of what was before" if reach.shallow else ""
    stood = f"; {reach.stood} entries stood in the trail by then, of which git proves nothing here" if reach.stood > 1 else ""
    return f"{counted(reach.commits, 'commit')}{back}{shallow}{stood}"
