"""Rows of a table as customers: from a file of customers, or made on the way from a file of documents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from billcli.core.checks.documents import check_tax_id
from billcli.core.customer import customer_id
from billcli.core.facts import CustomerFact
from billcli.core.imports.cells import Fault, Field, Formats, Noun, Row
from billcli.diagnostics import did_you_mean
from billcli.model import values
from billcli.model.category_names import DIMENSIONS
from billcli.model.customer import Customer
from billcli.model.money import decimals, digits
from billcli.model.terms import terms_text
from billcli.model.values import BadValue, quoted

NOUN = Noun(
    "customers",
    ("id", "name", "email", "language", "country", "tax_id", "terms", "credit_limit", "parent", "aliases", "ibans", "tags", *DIMENSIONS,
     "street", "postal_code", "city", "currency"),
    ("name",),
    {"customer": "id"},
    ("balance_currency", "open", "unapplied", "inactive_since", "merged_into"),
)  # fmt: skip
CREATED = tuple(name for name in NOUN.fields if name != "id")
"""What ``create_customers`` of a mapping may hold; the id comes with the document."""

_LISTS: dict[str, Callable[[str], Any]] = {"aliases": values.parse_text, "ibans": values.parse_iban, "tags": values.parse_label}
_PARSERS: dict[str, Callable[[str], Any]] = {
    "id": values.parse_id, "name": values.parse_text, "email": values.parse_email, "language": values.parse_language,
    "country": values.parse_country, "tax_id": values.parse_text, "terms": terms_text, "credit_limit": values.parse_amount,
    "parent": values.parse_id, "street": values.parse_text, "postal_code": values.parse_text, "city": values.parse_text,
    "currency": values.parse_currency, **dict.fromkeys(DIMENSIONS, values.parse_label),
}  # fmt: skip
_ADDRESS = ("street", "postal_code", "city", "country")


class SaidCustomer(NamedTuple):
    """What one row says of a customer; ``values`` holds only what it does say."""

    row: Row
    values: Mapping[str, Any]
    columns: Mapping[str, int | None]

    @property
    def id(self) -> str:
        return str(self.values["id"])


class SaysCustomer(Protocol):
    """A document of a table that names its customer."""

    @property
    def head(self) -> Mapping[str, Any]: ...


class Words(NamedTuple):
    """What a customer may refer to, and the currency of a limit where it has none of its own."""

    declared: Mapping[str, Sequence[str]]
    currency: str
    refused: Mapping[str, tuple[str, str]] = MappingProxyType({})
    """Declared tags that no customer may be given now, with the reason and what to do."""


def said_customer(
    row: Row, fields: Mapping[str, Field], formats: Formats, lists: str, words: Words, named: str | None = None
) -> tuple[SaidCustomer, list[Fault]]:
    """One row as a customer. ``named`` is the id that a document gives; else a row without one gets its id from the name."""
    said: dict[str, Any] = {}
    faults = []
    for name, field in fields.items():
        if not (text := field.text(row.cells)):
            continue
        try:
            if name in _LISTS:
                said[name] = tuple(formats.read(_LISTS[name], part.strip()) for part in text.split(lists) if part.strip())
            else:
                said[name] = formats.read(_PARSERS[name], text)
        except BadValue as bad:
            faults.append(Fault(row, field.column, bad.code, bad.message, bad.hint))
    columns = {name: field.column for name, field in fields.items()}
    if named is not None:
        said["id"] = named
        said.setdefault("name", named)
    elif not faults and "name" not in said:
        faults.append(Fault(row, columns.get("name"), "E202", '"name" is missing', "each customer has a name, as it is printed"))
    elif not faults and "id" not in said:
        said["id"] = customer_id(said["name"])
    return SaidCustomer(row, said, columns), faults + _checks(row, said, columns, words)


def _checks(row: Row, said: dict[str, Any], columns: Mapping[str, int | None], words: Words) -> list[Fault]:
    faults = []
    for kind, name in [*((each, said.get(each)) for each in DIMENSIONS), *(("tag", tag) for tag in said.get("tags", ()))]:
        if name is not None and name not in words.declared.get(kind, ()):
            known = list(words.declared.get(kind, ()))
            where = "tags:" if kind == "tag" else f"groups.{kind}:"
            hint = did_you_mean(name, known) or f"declare it under {where} in categories.yaml"
            column = columns.get("tags" if kind == "tag" else kind)
            faults.append(Fault(row, column, "E303" if kind == "tag" else "E304", f"unknown {kind} {quoted(name)}", hint))
        elif kind == "tag" and (refused := words.refused.get(str(name))):
            faults.append(Fault(row, columns.get("tags"), "E726", *refused))
    limit, currency = said.get("credit_limit"), said.get("currency", words.currency)
    if limit is not None and (limit < 0 or decimals(limit) > digits(currency)):
        why = "is below zero" if limit < 0 else f"has {decimals(limit)} decimals; {currency} has {digits(currency)}"
        faults.append(Fault(row, columns.get("credit_limit"), "E211", f"{quoted(format(limit, 'f'))} {why}", "round it where it came from"))
    for found in check_tax_id(said.get("tax_id"), said.get("country"), ("tax_id",)):
        faults.append(Fault(row, columns.get("tax_id"), found.code, found.message.removeprefix("tax_id: "), found.hint))
    return faults


def customer_entity(said: Mapping[str, Any], currency: str) -> Customer:
    """The customer as it will stand in its file."""
    email, limit = said.get("email"), said.get("credit_limit")
    address = {name: said[name] for name in _ADDRESS if name in said}
    groups = {name: said[name] for name in DIMENSIONS if name in said}
    fields = {
        "id": said["id"], "name": said["name"], "aliases": said.get("aliases") or None, "language": said.get("language"),
        "currency": said.get("currency"), "address": address or None, "tax_id": said.get("tax_id"), "ibans": said.get("ibans") or None,
        "contacts": [{"role": "billing", "email": email}] if email else None, "terms": said.get("terms"),
        "credit_limit": limit.quantize(Decimal(1).scaleb(-digits(said.get("currency", currency)))) if limit is not None else None,
        "parent": said.get("parent"), "groups": groups or None, "tags": said.get("tags") or None,
    }  # fmt: skip
    return Customer.model_validate({key: value for key, value in fields.items() if value is not None})


def differences(there: Customer, said: Mapping[str, Any]) -> list[str]:
    """The fields of a customer that is there already which its file gives other values than the row."""
    have: dict[str, Any] = {
        **{name: getattr(there, name) for name in ("id", "language", "currency", "tax_id", "terms", "credit_limit", "parent")},
        **{name: getattr(there.address, name, None) for name in _ADDRESS},
        **{name: getattr(there.groups, name, None) for name in DIMENSIONS},
    }
    different = [name for name in have if name in said and said[name] != have[name]]
    if "email" in said and said["email"] not in [each.email for each in there.contacts]:
        different.append("email")
    return different + [name for name in _LISTS if not set(said.get(name, ())) <= set(getattr(there, name))]


def same_name(there: Customer, name: str) -> bool:
    """Whether the customer has, or once had, this name."""
    return name.casefold() in [each.casefold() for each in (there.name, *there.aliases)]


def check_customers(
    said: Sequence[SaidCustomer], there: Mapping[str, Customer], parents: Mapping[str, str | None]
) -> tuple[list[SaidCustomer], list[SaidCustomer], list[Fault], list[str]]:
    """New ones, those already there, faults and warnings. ``there`` is by id without case; ``parents`` are of all customers there."""
    new: dict[str, SaidCustomer] = {}
    known: list[SaidCustomer] = []
    faults: list[Fault] = []
    warnings: list[str] = []
    for each in said:
        key = each.id.casefold()
        column = each.columns.get("id", each.columns.get("name"))
        if key in new and new[key].values == each.values:
            continue  # an export has a row for each currency that is owed
        if key in new:
            message = f"the id {quoted(each.id)} stands on line {new[key].row.line} too"
            faults.append(Fault(each.row, column, "E402", message, "give each customer an id of its own"))
        elif key in there:
            if there[key].id != each.id:
                message = f"{quoted(each.id)} is there already as {quoted(there[key].id)}"
                faults.append(Fault(each.row, column, "E402", message, "ids that differ only by case are one file on some machines"))
                continue
            if not same_name(there[key], each.values["name"]):
                message = f"{quoted(there[key].id)} is there already, with the name {quoted(there[key].name)}"
                faults.append(Fault(each.row, column, "E705", message, "give it another id, or add the name to its aliases"))
                continue
            known.append(each)
            if different := differences(there[key], each.values):
                warnings.append(f"{each.id} is there already and stays as it is, though its {', '.join(different)} differ")
        else:
            new[key] = each
    _without_parent(new, parents, faults)
    return list(new.values()), known, faults, warnings


def _without_parent(new: dict[str, SaidCustomer], parents: Mapping[str, str | None], faults: list[Fault]) -> None:
    """Takes out whoever stands below nobody or below itself, and then whoever stood below those."""
    while True:
        above = {**parents, **{each.id: each.values.get("parent") for each in new.values()}}
        wrong = []
        for key, each in new.items():
            parent = each.values.get("parent")
            if parent is not None and parent not in above:
                message = f"the customer {quoted(parent)} does not exist"
                hint = did_you_mean(parent, list(above)) or "a parent stands in the ledger or on another row of the file"
                wrong.append((key, Fault(each.row, each.columns.get("parent"), "E204", message, hint)))
            elif parent is not None and _circle(each.id, above):
                message = f"{quoted(each.id)} is its own parent"
                wrong.append((key, Fault(each.row, each.columns.get("parent"), "E306", message, "leave the parent out in one of them")))
        if not wrong:
            return
        for key, fault in wrong:
            del new[key]
            faults.append(fault)


def _circle(start: str, above: Mapping[str, str | None]) -> bool:
    seen = set()
    at: str | None = start
    while at is not None and at not in seen:
        seen.add(at)
        at = above.get(at)
    return at is not None


def families(above: Mapping[str, Collection[str | None]]) -> dict[str, frozenset[str]]:
    """For each customer itself and everyone above it: two are related where they share one.

    ``above`` are its parent and whoever took its place. Going round in a circle, which ``check`` names, ends.
    """
    found: dict[str, frozenset[str]] = {}
    for customer in above:
        line = {customer}
        waiting = [customer]
        while waiting:
            waiting = [over for each in waiting for over in above.get(each, ()) if over and over not in line]
            line.update(waiting)
        found[customer] = frozenset(line)
    return found


# customers made on the way


class Making(NamedTuple):
    """How a table of documents tells of customers. ``by_name`` says that ids are made from names, so that one name must mean one id.

    ``unnamed`` is the field of the customer without what stands in where a row has none.
    """

    fields: Mapping[str, Field]
    unnamed: Field
    by_name: bool
    formats: Formats
    lists: str
    words: Words


class Made(NamedTuple):
    """The customers that are not in the books yet by id, what speaks against rows, and what rows contradict each other in."""

    customers: dict[str, SaidCustomer]
    faults: list[Fault]
    warnings: list[str]


def made_customers(documents: Iterable[SaysCustomer], making: Making, there: Mapping[str, Customer | CustomerFact]) -> Made:
    """One customer for each id that no file has. ``there`` is by id without case."""
    made: dict[str, SaidCustomer] = {}
    faults: list[Fault] = []
    contradictions: dict[tuple[str, str], str] = {}
    for document in documents:
        said = document.head["customer"]
        known = there.get(said.value.casefold())
        if known is not None and known.id != said.value:
            message = f"{quoted(said.value)} is there already as {quoted(known.id)}"
            faults.append(Fault(said.row, said.column, "E402", message, "ids that differ only by case are one file on some machines"))
        elif known is None or making.by_name:
            row: Row = said.row if making.unnamed.text(said.row.cells) else said.row._replace(cells=[""] * len(said.row.cells))
            each, found = said_customer(row, making.fields, making.formats, making.lists, making.words, said.value)
            if making.by_name and (name := _other_name(each, known, made)):
                message = f"{quoted(each.values['name'])} would have the id {quoted(each.id)}, which {quoted(name)} has"
                hint = "add the customer with an id of its own, and name it in the file"
                faults.append(Fault(said.row, said.column, "E705", message, hint))
            elif known is None and found:
                faults += [fault._replace(row=said.row) for fault in found]
            elif known is None:
                first = made.setdefault(each.id, each)
                for name, value in each.values.items():
                    if value != first.values.get(name, value):
                        kept = f"{each.id}: {name} is {first.values[name]} and {value} in the file; {first.values[name]} is kept"
                        contradictions.setdefault((each.id, name), kept)
    return Made(made, faults, list(contradictions.values()))


def _other_name(each: SaidCustomer, known: Customer | CustomerFact | None, made: Mapping[str, SaidCustomer]) -> str:
    """The name of whoever has the id already, if it is another one."""
    name = str(each.values["name"])
    if known is not None:
        also = known.also.split("\n") if isinstance(known, CustomerFact) else known.aliases
        return "" if name.casefold() in [other.casefold() for other in (known.name, *also)] else known.name
    first = str(made[each.id].values["name"]) if each.id in made else name
    return "" if first.casefold() == name.casefold() else first
