"""Adding, changing, deactivating and merging customers."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.active import is_active
from billcli.core.document import document_data, path_of
from billcli.core.plan import Append, Change, Create, Drop, Edit, Plan, Set
from billcli.diagnostics import did_you_mean
from billcli.errors import BillError, UsageError
from billcli.model.customer import Contact, Customer
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
        steps=(Create(path_of("customers", customer.id), "customer", document_data(customer)),),
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
        steps, before = tuple(name.split(".")), field_of(customer, name)
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


def plan_deactivate(
    customer: Customer, path: str, on: date | None, today: date, reason: str, drafts: Sequence[str], templates: Sequence[str] = ()
) -> Plan:
    """No new invoices from ``on`` (today where left out). Twice without a day is once.

    ``drafts`` are its open ones, ``templates`` those of its recurring invoices that have not ended.
    """
    if customer.deactivated_on is not None and on in (None, customer.deactivated_on):
        return _already_so(customer)
    day = on or today
    return Plan(
        "customer deactivate",
        (Change(path, "customer", (Set(("deactivated_on",), day),)),),
        (f"{customer.id} gets no new invoices from {day} on",),
        {"id": customer.id},
        relies_on=(path,),
        warnings=(
            *(f"draft {each} is still open" for each in drafts),
            *(f'nothing more comes of the recurring template {each}; end it: "bill recurring end {each}"' for each in templates),
        ),
        reason=reason,
    )


def plan_activate(customer: Customer, path: str, reason: str) -> Plan:
    """Takes a deactivation back. Raises ``BillError`` for a customer that another has taken the place of."""
    if customer.merged_into is not None:
        raise BillError(f"{customer.id} was merged into {customer.merged_into}", f"invoices go to {customer.merged_into} now")
    if customer.deactivated_on is None:
        return _already_so(customer)
    edits = (Change(path, "customer", (Drop(("deactivated_on",)),)),)
    summary = (f"{customer.id} gets invoices again",)
    return Plan("customer activate", edits, summary, {"id": customer.id}, relies_on=(path,), reason=reason)


class Moves(NamedTuple):
    """What a merge takes along, as (name, path): drafts of the old customer, its recurring templates, customers right below it."""

    drafts: Sequence[tuple[str, str]]
    children: Sequence[tuple[str, str]]
    templates: Sequence[tuple[str, str]] = ()


def plan_merge(old: Customer, new: Customer, moves: Moves, today: date, reason: str) -> Plan:
    """``new`` takes the place of ``old`` from today on; documents stay with whom they were issued to.

    Raises ``BillError`` where one of the two cannot: so no circle comes about.
    """
    if old.id == new.id:
        raise UsageError(f"{old.id} is both the old and the new customer", "name another one with --into")
    if old.merged_into == new.id:
        return _already_so(old)
    if old.merged_into is not None:
        raise BillError(f"{old.id} was merged into {old.merged_into} already", f"merge {old.merged_into} into {new.id}, if that is meant")
    if not is_active(new, today):
        why = f"was merged into {new.merged_into}" if new.merged_into else f"gets no new invoices since {new.deactivated_on}"
        raise BillError(f"{new.id} {why}", "merge into a customer that gets invoices")
    taken = _taken(old, new)
    above = [Set(("parent",), old.parent) if old.parent not in (None, new.id) else Drop(("parent",))] if new.parent == old.id else []
    ends = (Set(("merged_into",), new.id), *([Set(("deactivated_on",), today)] if is_active(old, today) else []))
    steps = [Change(path_of("customers", old.id), "customer", ends)]
    if edits := (*above, *(Append((field,), value) for field, value, _ in taken)):
        steps.append(Change(path_of("customers", new.id), "customer", edits))
    below = [(name, path) for name, path in moves.children if name != new.id]
    steps += [Change(path, "draft", (Set(("customer",), new.id),)) for _, path in moves.drafts]
    steps += [Change(path, "recurring", (Set(("customer",), new.id),)) for _, path in moves.templates]
    steps += [Change(path, "customer", (Set(("parent",), new.id),)) for _, path in below]
    summary = [f"{old.id} is merged into {new.id}: {old.name} → {new.name}", f"  documents stay with {old.id}; new ones go to {new.id}"]
    summary += [f"  {new.id} takes over the {word}: {', '.join(found)}" for word, found in _by_word(taken).items()]
    summary += [f"  draft {name} goes to {new.id}" for name, _ in moves.drafts]
    summary += [f"  recurring invoices of {name} go to {new.id}" for name, _ in moves.templates]
    summary += [f"  {name} stands below {new.id} now" for name, _ in below]
    summary += [f"  {new.id} stands below {old.parent or 'nobody'} now"] if above else []
    relies_on = tuple(step.path for step in steps)
    if path_of("customers", new.id) not in relies_on:
        relies_on += (path_of("customers", new.id),)
    return Plan("customer merge", tuple(steps), tuple(summary), {"id": new.id, "merged": old.id}, relies_on=relies_on, reason=reason)


def _taken(old: Customer, new: Customer) -> list[tuple[str, Any, str]]:
    """What the new customer lacks of the old one's names, accounts, contacts and tags: field, value, and how to say it."""
    names = [name for name in dict.fromkeys((old.name, *old.aliases)) if name != new.name and name not in new.aliases]
    have = {_who(each) for each in new.contacts}
    contacts = [each for each in old.contacts if _who(each) not in have]
    return [
        *(("aliases", name, name) for name in names),
        *(("ibans", iban, iban) for iban in old.ibans if iban not in new.ibans),
        *(("contacts", document_data(each), f"{each.role} {each.email or each.name or each.phone or ''}".strip()) for each in contacts),
        *(("tags", tag, tag) for tag in old.tags if tag not in new.tags),
    ]


def _who(contact: Contact) -> tuple[str, str]:
    return contact.role, contact.email or contact.name or ""


def _by_word(taken: Sequence[tuple[str, Any, str]]) -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    for field, _, said in taken:
        words.setdefault({"aliases": "names", "ibans": "IBANs"}.get(field, field), []).append(said)
    return words


def _already_so(customer: Customer) -> Plan:
    return Plan("nothing", (), (f"{customer.id} is as asked already; nothing to do",), {"id": customer.id})


def field_of(entity: Any, name: str) -> Any:
    """The value of a field by its dotted name, None where there is none."""
    for step in name.split("."):
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
