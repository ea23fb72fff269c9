"""Adding and changing customers."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from billcli.core.invoice import document_data
from billcli.core.plan import Append, Change, Create, Drop, Edit, Plan, Set
from billcli.diagnostics import did_you_mean
from billcli.errors import BillError, UsageError
from billcli.model.customer import Customer
from billcli.model.values import quoted

_FOLD = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "å": "a", "ł": "l", "đ": "d", "þ": "th", "œ": "oe", "ð": "d", "ı": "i"})


def customer_id(name: str) -> str:
    """The default id: the name folded to ASCII; where fewer than three letters are left, ``c-`` and 8 hex of its SHA-256."""
    folded = unicodedata.normalize("NFKD", name.lower().translate(_FOLD)).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:48].strip("-")
    if sum(c.isalpha() for c in plain) < 3:
        return "c-" + hashlib.sha256(name.encode()).hexdigest()[:8]
    return plain


def check_vocabulary(words: Sequence[tuple[str, str]], declared: Mapping[str, Sequence[str]]) -> None:
    """Raises ``UsageError`` for a group or tag that ``categories.yaml`` does not declare; words are (kind, name)."""
    for kind, name in words:
        if name not in declared.get(kind, ()):
            where = "tags:" if kind == "tag" else f"groups.{kind}:"
            hint = did_you_mean(name, list(declared.get(kind, ()))) or f"declare it under {where} in categories.yaml"
            raise UsageError(f"unknown {kind} {quoted(name)}", hint)


def plan_add(customer: Customer, taken: Mapping[str, str]) -> Plan:
    """``taken`` are the ids in use, by their form without case."""
    if (other := taken.get(customer.id.casefold())) is not None:
        raise BillError(f"there is already a customer {quoted(other)}", "choose another one with --id")
    return Plan(
        command="customer add",
        steps=(Create(f"customers/{customer.id}.yaml", "customer", document_data(customer)),),
        summary=(f"customer {customer.id}: {customer.name}",),
        result={"id": customer.id},
    )


def plan_edit(customer: Customer, path: str, changes: Mapping[str, Any]) -> Plan:
    """Sets fields by dotted name (``terms``, ``address.city``); an empty value takes the field away.

    Renaming keeps the old name as an alias.
    """
    edits: list[Edit] = []
    summary = []
    for name, value in changes.items():
        steps = tuple(name.split("."))
        before = _get(customer, steps)
        if value is None:
            if before is not None:
                edits.append(Drop(steps))
        elif value != before:
            edits.append(Set(steps, value))
            if name == "name" and customer.name not in customer.aliases:
                edits.append(Append(("aliases",), customer.name))
        summary.append(f"{customer.id}: {name} {_shown(before)} → {_shown(value)}")
    if not edits:
        return _already_so(customer)
    return Plan(
        "customer edit",
        (Change(path, "customer", tuple(edits)),),
        tuple(summary),
        {"id": customer.id},
        relies_on=(path,),
    )


def plan_tag(customer: Customer, path: str, add: Sequence[str], remove: Sequence[str]) -> Plan:
    """Adds and removes tags; what is already so stays."""
    edits: list[Edit] = []
    tags = list(customer.tags)
    for tag in remove:
        if tag in tags:
            edits.append(Drop(("tags", tags.index(tag))))
            tags.remove(tag)
    for tag in add:
        if tag not in tags:
            edits.append(Append(("tags",), tag))
            tags.append(tag)
    if not edits:
        return _already_so(customer)
    summary = f"{customer.id}: tags {', '.join(customer.tags) or 'none'} → {', '.join(tags) or 'none'}"
    return Plan("customer tag", (Change(path, "customer", tuple(edits)),), (summary,), {"id": customer.id}, relies_on=(path,))


def _already_so(customer: Customer) -> Plan:
    return Plan("nothing", (), (f"{customer.id} is already so; nothing to do",), {"id": customer.id})


def _get(entity: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        entity = entity.get(step) if isinstance(entity, dict) else getattr(entity, step, None)
        if entity is None:
            return None
    return entity


def _shown(value: Any) -> str:
    match value:
        case None | ():
            return "nothing"
        case list() | tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)
