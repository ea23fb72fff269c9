"""``bill run``, the one line for cron: what comes back is issued, what is new mailed, who is late reminded, what was deferred tried again.

Each step is planned and carried out by itself, so what keeps one from being done does not keep the others; git gets one commit at the end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app.books import Books, open_books
from billcli.app.context import Context
from billcli.app.refresh import Progress, no_progress
from billcli.app.write import Done, Planner, carry_out, commits_to_git, preview
from billcli.core.plan import Plan
from billcli.errors import BillError, ChangedMeanwhile
from billcli.store import git
from billcli.store.lock import MailBusy, wait_seconds, writer_lock

if TYPE_CHECKING:
    from billcli.app.outbox import Handed
    from billcli.app.outbox.parcel import Packed
    from billcli.model.settings import Settings
    from billcli.render.studio import Studio

MAILED_AT_ONCE = 500
"""How many mails of invoices one run plans at the most, about; the other invoices wait for the next one."""


class Step(NamedTuple):
    """One step as planned; ``problem`` is why it could not be."""

    name: str
    plan: Plan | None
    problem: BillError | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """What it does, for a person; what stays back is said by ``waits``."""
        if self.plan is None or not self.plan.steps:
            return ()
        mail = self.plan.result.get("mail", ()) if self.name == "recurring" else ()
        done = [line for line in self.plan.summary if not line.startswith(("not sent: ", "not reminded: "))]
        return (*done, *((f"to be mailed once issued: {', '.join(mail)}",) if mail else ()))

    @property
    def waits(self) -> tuple[str, ...]:
        """What a person has to do something about before it goes on."""
        left = self.plan.result.get("left", ()) if self.plan else ()
        return tuple(line for each in left if (line := _waits(each)))


class Ran(NamedTuple):
    """What a run came to. ``handed`` is None where nothing goes by mail."""

    steps: tuple[Step, ...]
    handed: Handed | None
    problems: tuple[BillError, ...]
    git_problem: str = ""
    by_hand: tuple[str, ...] = ()

    @property
    def waits(self) -> tuple[str, ...]:
        return tuple(line for step in self.steps for line in step.waits)


def _waits(left: Mapping[str, Any]) -> str:
    what = ", ".join(left.get("documents") or ()) or left.get("template") or left.get("customer")
    return "" if left.get("there") else f"{what}: {left['reason']}"


class Runner:
    """The steps of one run, in their order; the templates are made once for the preview and the plan under the lock."""

    def __init__(self, context: Context) -> None:
        from billcli.render.studio import Studio

        self.context = context
        self.studio: Studio = Studio(context.root)

    def planners(self) -> Iterator[tuple[str, Planner]]:
        """What the ledger has set up; raises ``BillError`` where it has set up nothing, or another working copy does it."""
        from billcli.app.recurring import RunOptions
        from billcli.app.recurring import plan_run as recurring
        from billcli.app.remind import Wanted
        from billcli.app.remind import plan_run as reminders
        from billcli.app.sender import ensure_sender
        from billcli.index import find

        with open_books(self.context) as books:
            ensure_sender(books)
            settings, templates = books.settings(), bool(find.keys(books.index, "recurring"))
        if not templates and settings.mail is None and settings.dunning is None:
            raise BillError("there is nothing to run: no recurring invoices, no mail:, no dunning:", '"bill explain dunning" shows how')
        if templates:
            yield "recurring", recurring(RunOptions())
        if settings.mail is not None:
            yield "invoices", self._invoices(settings)
        if settings.dunning is not None:
            yield "reminders", reminders(Wanted(), self.studio, self.context.now)

    def _invoices(self, settings: Settings) -> Planner:
        def planner(books: Books) -> Plan:
            from billcli.app.outbox.plan import delivery_plan
            from billcli.app.recurring import mail_lapsed

            plan = delivery_plan(books, "invoice send", self._packed(books, to_be_mailed(books, settings)))
            return replace(plan, result={**plan.result, "left": [*plan.result["left"], *mail_lapsed(books)]})

        return planner

    def _packed(self, books: Books, numbers: Sequence[str]) -> Packed:
        """Only what can go takes one of the places: what has no address, or a template that fails, must not keep the others from going."""
        from billcli.app.outbox.pack import pack
        from billcli.app.outbox.parcel import Packed
        from billcli.app.outbox.parcels import Sending, parcels_of

        packed, rest = Packed((), (), ()), list(numbers)
        while rest and (places := MAILED_AT_ONCE - len(packed.deliveries)) > 0:
            some, rest = rest[:places], rest[places:]
            more = pack(books, parcels_of(books, "invoice", some, Sending()), self.studio, self.context.now)
            packed = Packed(
                packed.steps + more.steps, packed.deliveries + more.deliveries, packed.left + more.left, packed.there + more.there
            )  # fmt: skip
        return packed


def to_be_mailed(books: Books, settings: Settings) -> list[str]:
    """Invoices that nobody has planned to send: those of templates that say ``mail: true``, and all since ``mail.send_since``."""
    from billcli.app.recurring import mail_wanted
    from billcli.index import delivery_queries

    since = settings.mail.send_since if settings.mail else None
    fresh = delivery_queries.invoices_without(books.index, since, books.today) if since else []
    return list(dict.fromkeys([*mail_wanted(books), *fresh]))


def previewed(context: Context, progress: Progress = no_progress) -> list[Step]:
    """What a run would plan now; invoices that it would issue first are not yet among those to be mailed. Writes nothing."""
    steps = []
    for name, planner in Runner(context).planners():
        try:
            steps.append(Step(name, preview(context, planner, progress)))
        except BillError as error:
            steps.append(Step(name, None, error))
    return steps


def run(context: Context, progress: Progress = no_progress) -> Ran:
    """Raises ``BillError`` where this working copy does not send, or another command holds the ledger before anything was done."""
    steps: list[Step] = []
    dones: list[Done] = []
    problems: list[BillError] = []
    mails = False
    for name, planner in Runner(context).planners():
        mails = mails or name != "recurring"
        try:
            made = preview(context, planner, progress)  # whatever takes long is made before the lock is taken
            done = carry_out(context, planner, None, progress, commit=False) if made.steps else None
            steps.append(Step(name, done.plan if done else made))
            dones += [done] if done else []
        except BillError as error:
            if isinstance(error, ChangedMeanwhile) and not steps:
                raise  # somebody else is at the ledger: nothing is done yet, so the next run does it all
            problems.append(error)
            steps.append(Step(name, None, error))
    handed = None
    if mails:
        try:
            handed = _handed(context, progress)
        except BillError as error:
            problems.append(error)
    by_hand = tuple(dict.fromkeys(path for done in dones for path in done.by_hand))
    return Ran(tuple(steps), handed, tuple(problems), _commit(context, dones, handed), by_hand)


def _handed(context: Context, progress: Progress) -> Handed:
    from billcli.app.outbox import left_to_another, send_waiting

    try:
        return send_waiting(context, progress=progress, commit=False)
    except MailBusy:
        return left_to_another(context)  # what the other run does not see yet waits for the next one


def _commit(context: Context, dones: Sequence[Done], handed: Handed | None) -> str:
    """One commit of all that this run, or an interrupted one, wrote."""
    with open_books(context, whole=False) as books:
        commits = commits_to_git(books.index, context.root)
    if not commits:
        return ""
    lines = [line for done in dones for line in done.plan.summary] + [*(handed.lines if handed else ())]
    head = "bill run" + (f": {', '.join(_counted(dones, handed))}" if lines else "")
    try:
        with writer_lock(context.root, context.command, wait_seconds(os.environ.get("BILL_WAIT"))):
            git.commit(context.root, f"{head}\n\n" + "\n".join(lines) if lines else head)
    except git.GitProblem as problem:
        return str(problem)
    return ""


def _counted(dones: Sequence[Done], handed: Handed | None) -> list[str]:
    from billcli.core.report import counted

    said = [done.plan.summary[0] for done in dones if done.plan.steps]
    if handed and handed.sent:
        said.append(counted(handed.sent, "mail") + " sent")
    return said or ["states of deliveries"]
