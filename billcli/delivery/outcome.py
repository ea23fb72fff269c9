"""What became of one try to hand a message over."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from billcli.delivery.address import Mailbox


class Outcome(NamedTuple):
    """``word`` is sent, deferred, refused or in-doubt; ``said`` what the other side said, or what happened instead."""

    word: str
    said: str


class Transport(Protocol):
    """Where messages go during one run. ``name`` is written down with each message."""

    name: str

    def open(self) -> None:
        """Makes ready to hand over. Raises ``Unreachable``; nothing has been handed over then."""

    def hand_over(self, name: str, sender: Mailbox, to: Mailbox, raw: bytes, before: Callable[[], None]) -> Outcome:
        """One message to one recipient. ``before`` is called before its first byte goes; where it raises, none goes."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
