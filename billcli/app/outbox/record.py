"""States on their way into the audit trail and into git: work of the outbox, told from what a person changed by hand."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial

from billcli.app.context import Context
from billcli.app.refresh import bring_along, fresh_index
from billcli.app.write import commits_to_git
from billcli.core.plan import Plan
from billcli.index import queries
from billcli.store import audit, fs, git, journal, outbox
from billcli.store.append import is_only_appended
from billcli.store.apply import apply
from billcli.store.lock import wait_seconds, writer_lock

Edited = tuple[str, str | None, str | None]


def records(root: str, edited: Iterable[Edited]) -> list[audit.FileRecord]:
    """What changed since the trail last saw it, and by whom."""
    noted = outbox.noted(root)
    return [audit.FileRecord(*each, "bill" if each[0] in noted and _is_ours(root, each) else "hand") for each in edited]


def _is_ours(root: str, edited: Edited) -> bool:
    path, old, new = edited
    if old is None or new is None:
        return False
    try:
        raw = fs.read(root, path)
    except OSError:
        return False
    return fs.sha256(raw) == new and is_only_appended(raw, old)


def record(context: Context, summary: str, *, commit: bool) -> tuple[tuple[str, ...], str]:
    """An entry of the trail for the states that were added since; the files it names, and why git made no commit.

    Raises ``OSError`` or ``BillError`` where it cannot be written: the next run, or the next writing command, makes up for it.
    """
    with writer_lock(context.root, context.command, wait_seconds(os.environ.get("BILL_WAIT"))):
        journal.recover(context.root)
        with fresh_index(context.root) as index:
            ours = [each for each in records(context.root, queries.edited_by_hand(index)) if each.by == "bill"]
            commits = commits_to_git(index, context.root)
        problem = ""
        paths: tuple[str, ...] = ()
        note = partial(git.note, context.root) if commits else None
        if note:
            note(sorted(outbox.noted(context.root)))  # also what another command has recorded since
        if ours:
            plan = Plan("outbox send", (), (summary,))
            paths = apply(context.root, plan, {}, ours, context.now, note=note).paths
            bring_along(context.root, [*paths, *(each.path for each in ours)])
            paths = (*paths, *(each.path for each in ours))
        if commits and commit:
            problem = _commit(context.root, summary)
        outbox.forget_noted(context.root)
    return paths, problem


def _commit(root: str, summary: str) -> str:
    try:
        git.commit(root, summary)
    except git.GitProblem as problem:
        return str(problem)
    return ""
