"""The bytes of messages between the moment they are planned and the moment they are sent."""

from __future__ import annotations

from collections.abc import Iterable

from billcli.store import outbox

_planned: dict[str, bytes] = {}
"""Of deliveries that were planned in this process and may be on their way to the disk."""


def remember(delivery: str, raw: bytes) -> None:
    """While it is planned nothing is written: the plan may be a preview."""
    _planned[delivery] = raw


def keep_planned(root: str, deliveries: Iterable[str]) -> None:
    """Once they are in the books. What cannot be kept is built anew when it is to be sent."""
    for each in deliveries:
        raw = _planned.pop(each, None)
        if raw is not None:
            try:
                outbox.keep(root, each, raw)
            except OSError:
                pass  # the same bytes can be made again


def known(root: str, delivery: str) -> bytes | None:
    return outbox.kept(root, delivery)
