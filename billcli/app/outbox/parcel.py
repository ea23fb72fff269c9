"""What is to leave the house, before and after it is packed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.core.plan import Create
from billcli.errors import BillError
from billcli.model.delivery import Delivery

if TYPE_CHECKING:
    from billcli.render.studio import Job


class Parcel(NamedTuple):
    """``roles`` are contacts tried in this order: all of the first role that has an address get it, each in a message of its own.

    ``threads`` are invoices whose mail it answers. ``to`` takes the place of the contacts. With the channel ``hand`` there is one
    delivery, of ``paper``, that waits until a person says that it went; ``by_hand`` says so at once, and how.
    """

    kind: str
    documents: tuple[str, ...]
    about: str | None
    customer: str
    roles: tuple[str, ...]
    language: str
    paper: Job | None
    file_name: str
    letter: Job
    threads: tuple[str, ...] = ()
    channel: str = "mail"
    to: tuple[str, ...] = ()
    by_hand: str | None = None


class Left(NamedTuple):
    """A parcel, or one of its recipients, that gets no new delivery, and why. ``there``: it has one, so nobody need do anything."""

    parcel: Parcel
    reason: str
    there: bool = False

    @property
    def data(self) -> dict[str, Any]:
        """For a program."""
        return {"documents": [*self.parcel.documents], "customer": self.parcel.customer, "reason": self.reason, "there": self.there}


class Packed(NamedTuple):
    """``steps`` create ``deliveries``; ``there`` are the ids of deliveries that were planned before."""

    steps: tuple[Create, ...]
    deliveries: tuple[Delivery, ...]
    left: tuple[Left, ...]
    there: tuple[str, ...] = ()


class Handed(NamedTuple):
    """What a run came to. ``in_doubt`` are all that stand so now; the others count what this run did; ``left`` wait for a later one.

    ``lines`` tell it to a person; ``paths`` are the files whose states changed. ``stopped`` is why the run ended early.
    """

    sent: int = 0
    deferred: int = 0
    refused: int = 0
    in_doubt: int = 0
    dropped: int = 0
    left: int = 0
    lines: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    stopped: BillError | None = None
    git_problem: str = ""
    person: int = 0
    """How many besides cannot go until somebody has looked."""

    @property
    def exit_code(self) -> int:
        """0 where nobody need look: what was deferred is tried again by itself."""
        if self.stopped is not None:
            return self.stopped.exit_code
        return 3 if self.refused or self.in_doubt or self.person or self.git_problem else 0
