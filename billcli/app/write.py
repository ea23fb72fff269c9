"""The write path: plan, show, and, under the lock, plan again and apply."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from billcli.app.books import Books, ensure_readable
from billcli.app.context import Context
from billcli.app.refresh import Progress, bring_along, fresh_index, no_progress
from billcli.core.addresses import file_of
from billcli.core.payee import changed
from billcli.core.plan import Create, Plan, Revert
from billcli.errors import ChangedMeanwhile
from billcli.index import payee_queries, queries
from billcli.index.connection import Connection
from billcli.store import audit, git, journal
from billcli.store.apply import apply
from billcli.store.lock import wait_seconds, writer_lock
from billcli.store.payee import is_payee

Planner = Callable[[Books], Plan]
"""Computes what a command would do; called once for the preview and once more under the lock."""


class Done(NamedTuple):
    """What was carried out; ``by_hand`` are files people changed since the last command, ``git_problem`` why git made no commit."""

    plan: Plan
    created: tuple[str, ...]
    changed: tuple[str, ...]
    by_hand: tuple[str, ...] = ()
    git_problem: str = ""
    payees: tuple[str, ...] = ()
    """Files in which an IBAN or a mail address is another one now."""


def preview(context: Context, planner: Planner, progress: Progress = no_progress, *, merging: bool = False) -> Plan:
    """What the command would do now; writes nothing. ``merging``: files that cannot be read are the planner's business."""
    with fresh_index(context.root, progress) as index:
        if not merging:
            ensure_readable(index)
        return _by_the_clock(context, index, planner(Books(context, index)))


def carry_out(
    context: Context, planner: Planner, shown: Plan | None, progress: Progress = no_progress, *, commit: bool = True, merging: bool = False
) -> Done:  # fmt: skip
    """Plans again under the lock and applies. ``shown`` is what somebody agreed to: if more than a number differs, nothing is written.

    Without ``commit`` what was written is only noted for git: a command that writes several times makes one commit at its end.
    ``merging``: files that cannot be read are the planner's business, and a merge's own commit takes in what is written.

    Raises ``ChangedMeanwhile`` then, and where the lock cannot be had in time.
    """
    with writer_lock(context.root, context.command, wait_seconds(os.environ.get("BILL_WAIT"))):
        journal.recover(context.root)
        with fresh_index(context.root, progress) as index:
            if not merging:
                ensure_readable(index)
            plan = _by_the_clock(context, index, planner(Books(context, index)))
            if shown is not None and plan.comparable() != shown.comparable():
                raise ChangedMeanwhile(
                    "the ledger changed since the preview; nothing was written",
                    "run the command again and look at the new preview",
                )
            commits = commits_to_git(index, context.root)
            commit = commit and not (merging and commits and git.is_merging(context.root))
            if not plan.steps:
                return Done(plan, (), (), (), _commit(context.root, plan) if commit and commits else "")
            hashes = queries.hashes(index, [*(step.path for step in plan.steps), *plan.relies_on])
            hands = _found(context.root, [each for each in queries.edited_by_hand(index) if _recordable(each[0], each[2])])
            known = payee_queries.last(index, [path for path in {*hashes, *(each.path for each in hands)} if is_payee(path)])
        paths = list(dict.fromkeys(file_of(step.path) for step in plan.steps))
        note = partial(git.note, context.root) if commits else None
        applied = apply(context.root, plan, hashes, hands, context.now, progress(2 * len(paths), "Writing"), note)
        bring_along(context.root, applied.paths)
        _keep_messages(context.root, plan)
        problem = _commit(context.root, plan) if commit and commits else ""
    existed = {*map(file_of, hashes), *(step.path for step in plan.steps if isinstance(step, Revert) and step.was)}
    created = tuple(path for path in paths if path not in existed)
    written = frozenset(paths)
    by_hand = tuple(dict.fromkeys(file for each in hands if each.by == "hand" and (file := file_of(each.path)) not in written))
    payees = tuple(path for path, mark in applied.payees.items() if changed(known.get(path, ""), mark))
    return Done(plan, created, tuple(path for path in paths if path in existed), by_hand, problem, payees)


def _by_the_clock(context: Context, index: Connection, plan: Plan) -> Plan:
    from billcli.app.clock import clock_warnings

    warnings = clock_warnings(context, index, plan)
    return replace(plan, warnings=(*plan.warnings, *warnings)) if warnings else plan


def commits_to_git(index: Connection, root: str) -> bool:
    """Whether what is written becomes git commits."""
    return queries.settings(index).get("commit", "yes") == "yes" and git.is_available(root)


def _recordable(path: str, new: str | None) -> bool:
    """A numbered document that vanished is an error for good, not an edit to be noted."""
    return new is not None or not path.startswith(("invoices/", "credit-notes/"))


def _found(root: str, edited: list[tuple[str, str | None, str | None]]) -> list[audit.FileRecord]:
    """What changed since the last command, and whose work it was: states of deliveries are added outside a plan."""
    if any(path.startswith("deliveries/") for path, *_ in edited):
        from billcli.app.outbox.record import records

        return records(root, edited)
    return [audit.FileRecord(*each, "hand") for each in edited]


def _keep_messages(root: str, plan: Plan) -> None:
    if planned := [str(step.data["id"]) for step in plan.steps if isinstance(step, Create) and step.kind == "delivery"]:
        from billcli.app.outbox.kept import keep_planned

        keep_planned(root, planned)


def _commit(root: str, plan: Plan) -> str:
    first, *rest = plan.summary or (plan.command,)
    try:
        git.commit(root, f"{first}\n\n" + "\n".join(rest) if rest else first)
    except git.GitProblem as problem:
        return str(problem)
    return ""
