"""Whether a delivery is the one that was planned: its file may have been changed by others since."""

from __future__ import annotations

from collections.abc import Sequence

from billcli.core.delivery import delivery_key, folded, key_mark
from billcli.core.facts import DeliveryFact


def unlike(delivery: DeliveryFact, documents: Sequence[str], raw: bytes) -> str:
    """Why its message does not go to whom it names; empty where all is well."""
    key = delivery_key(delivery.kind, documents, delivery.about, delivery.channel, delivery.recipient)
    if not delivery.id.endswith(f"-{key_mark(key)}"):
        return f'its id is not that of what it sends to whom: somebody changed its file; "bill outbox resolve {delivery.id} --drop"'
    named = _named(raw)
    if named != folded(delivery.recipient or ""):
        return f"its message is for {named or 'nobody'}: somebody changed its file"
    return ""


def _named(raw: bytes) -> str:
    """The address in the header."""
    from email import policy
    from email.parser import HeaderParser

    head = raw.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    named = [str(each.addr_spec) for each in getattr(HeaderParser(policy=policy.default).parsestr(head)["To"], "addresses", ())]
    return folded(named[0]) if len(named) == 1 else ""
