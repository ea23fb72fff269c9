"""Where customers and documents stand in the dimensions that a list or report asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from billcli.app.books import Books
from billcli.core.dimensions import (
    DIMENSIONS_OF_CUSTOMERS,
    DIMENSIONS_OF_DOCUMENTS,
    PERIODS,
    RANKED,
    Bands,
    bands_of,
    period,
)  # fmt: skip
from billcli.core.where import FIELDS, Where, parse_where
from billcli.diagnostics import did_you_mean, same_spelling
from billcli.errors import UsageError
from billcli.index import dimension_queries, find, queries
from billcli.model.category_names import NONE
from billcli.model.values import quoted

Said = Mapping[str, tuple[str, ...]]
"""By customer or document what is said in one dimension."""

_NO_WORDS: Mapping[str, Callable[[], Collection[str]] | None] = {}
_MOST, _SEARCHED = 12, 5000
"""So many words are all shown; among so many the nearest is looked for, for of more it would take longer than the list itself."""

_NOTHING = ("",)
_DATED = dict.fromkeys(("payment", "refund", "hold", "write-off", "reminder", "delivery"), "booked_on")
_WHOLE = {"payment": "amount", "refund": "amount", "hold": "amount", "write-off": "amount"}
_DOCUMENTS = ("invoice", "credit-note")


class Facets(Protocol):
    """What a report needs to know of customers and documents. Something that stands nowhere gives ``("",)``, shown as "(none)"."""

    def of_customer(self, customer: str, dimension: str) -> tuple[str, ...]: ...

    def of_document(self, number: str, dimension: str) -> tuple[str, ...]: ...

    def of(self, customer: str, number: str, dimension: str) -> tuple[str, ...]:
        """Of a document, whichever of the two the dimension belongs to; it has its customer's tags besides its own."""
        ...


class _Loaded:
    def __init__(self, customers: Mapping[str, Said], documents: Mapping[str, Said]) -> None:
        self._customers = customers
        self._documents = documents

    def of_customer(self, customer: str, dimension: str) -> tuple[str, ...]:
        if dimension == "customer":
            return (customer,)
        return self._customers[dimension].get(customer, _NOTHING)

    def of_document(self, number: str, dimension: str) -> tuple[str, ...]:
        return self._documents[dimension].get(number, _NOTHING)

    def of(self, customer: str, number: str, dimension: str) -> tuple[str, ...]:
        if dimension == "tag":
            both = (*self.of_document(number, "tag"), *self.of_customer(customer, "tag"))
            return tuple(dict.fromkeys(each for each in both if each)) or _NOTHING
        if dimension in DIMENSIONS_OF_CUSTOMERS:
            return self.of_customer(customer, dimension)
        return self.of_document(number, dimension)


def facets(books: Books, dimensions: Iterable[str], as_of: date, kinds: Sequence[str] = _DOCUMENTS) -> Facets:
    """Only the dimensions asked for are read, by SQL, of all customers and of the documents of these kinds.

    ``state`` is that on ``as_of``, and of invoices alone. A credit note is of the type of the invoice it corrects.
    """
    wanted = dict.fromkeys(dimensions)
    customers = {name: _of_customers(books, name, as_of) for name in wanted if name in (*DIMENSIONS_OF_CUSTOMERS[1:], "tag")}
    documents: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in wanted if name in DIMENSIONS_OF_DOCUMENTS}
    bands = bands_of(dimension_queries.bands(books.index)) if "band" in wanted else bands_of(())
    for kind in kinds:
        for name, found in documents.items():
            found.update(_of_documents(books, kind, name, bands, as_of))
    return _Loaded(customers, documents)


def _of_customers(books: Books, dimension: str, as_of: date) -> Said:
    if dimension == "grade":
        return _grades(books, as_of)
    if dimension == "tag":
        said = dimension_queries.words(books.index, "customer", "tag")
    else:
        said = {customer: (word,) for customer, word in queries.customers_by(books.index, dimension) if word}
    return _with_rules(books, said, dimension, "customer", as_of)


def _grades(books: Books, as_of: date) -> Said:
    """The history is gone through once for a command, and only where somebody asks for grades."""
    from billcli.app.credit import grades

    return books.once(("grades", as_of), lambda: {customer: (grade,) for customer, grade in grades(books, as_of).items()})


def _with_rules(books: Books, said: dict[str, tuple[str, ...]], dimension: str, of: str, as_of: date) -> dict[str, tuple[str, ...]]:
    """What is said, and what the rules of ``rules.yaml`` add to it."""
    if not has_rules(books):
        return said
    from billcli.app.classified import derived

    for key, words in derived(books, as_of, dimension, of).items():
        said[key] = (*said.get(key, ()), *words)
    return said


def has_rules(books: Books) -> bool:
    """Whether there are rules that classify."""
    return "classify" in queries.settings(books.index)


def _of_documents(books: Books, kind: str, dimension: str, bands: Bands, as_of: date) -> Said:
    index = books.index
    if dimension in ("tag", "category"):
        said = dimension_queries.words(index, kind, dimension)
        return _with_rules(books, said, dimension, kind, as_of) if kind in _DOCUMENTS else said
    if dimension == "state":
        return _states(books, as_of) if kind == "invoice" else {}
    if dimension == "type":
        if kind == "credit-note":
            return {number: (type_,) for number, type_ in dimension_queries.corrected_types(index)}
        return {number: (type_,) for number, type_ in dimension_queries.columns(index, kind, ["type"])} if kind == "invoice" else {}
    if kind in ("draft", "customer"):
        return {}
    if dimension in PERIODS:
        rows = dimension_queries.columns(index, kind, [_DATED.get(kind, "issued_on")])
        days = {day: (period(dimension, date.fromisoformat(day)),) for day in {day for _, day in rows}}
        return {number: days[day] for number, day in rows}
    if dimension == "currency":
        return {number: (currency,) for number, currency in dimension_queries.columns(index, kind, ["currency"]) if currency}
    rows = dimension_queries.columns(index, kind, [_WHOLE.get(kind, "gross"), "currency"])
    return {number: (bands.of(gross, currency),) for number, gross, currency in rows if gross is not None}


def _states(books: Books, as_of: date) -> Said:
    """As ``invoice list`` has them; of a hundred thousand invoices it is the state alone that is looked for."""
    from billcli.app.hold_state import live_plans
    from billcli.core.instalments import agreed_parts, due_parts, oldest_due
    from billcli.core.states import STATES, invoice_state
    from billcli.index import balances

    every, plans = balances.invoice_standings(books.index, as_of), live_plans(books, as_of)
    parts = queries.instalments_of(books.index, [each.number for each in every if each.parts > 1])
    words = {state: (state,) for state in STATES}
    found = {}
    for number, count, due_on, gross, voided_on, open_, credited, lost in every:
        if (count > 1 or number in plans) and open_ > 0:
            due_on = oldest_due(due_parts(agreed_parts(due_on, gross, parts.get(number), plans.get(number)), open_))
        found[number] = words[invoice_state(gross, open_, credited, due_on, voided_on, as_of, lost)]
    return found


def where_of(
    books: Books, text: str, fields: Mapping[str, str] = FIELDS, words: Mapping[str, Callable[[], Collection[str]] | None] = _NO_WORDS
) -> Where:
    """``--where`` with every word that is asked for known: a mistyped one is an error, not an empty list. Raises ``UsageError``.

    ``words`` are those of names that mean something else here than elsewhere; None takes any.
    """
    where = parse_where(text, fields)
    for each in where.conditions:
        if isinstance(each.values, tuple) and each.sign != "~":
            known = words[each.name] if each.name in words else _known(books, each.name)
            if known is not None and (asked := [value for value in each.values if value]):
                _ensure_known(each.name, asked, known())
    return where


def _known(books: Books, name: str) -> Callable[[], Collection[str]] | None:
    known = _KNOWN.get(name)
    return None if known is None else lambda: known(books)


def _ensure_known(name: str, asked: Iterable[str], words: Collection[str]) -> None:
    for value in asked:
        if value not in words:
            raise UsageError(f"--where: there is no {name.replace('_', ' ')} {quoted(value)}", _hint(name, value, list(words)))


def _hint(name: str, value: str, words: list[str]) -> str:
    """The nearest word; of what is numbered none is near, for it is another document."""
    numbered = any(char.isdigit() for char in value)
    if near := same_spelling(value, words) if numbered else did_you_mean(value, words[:_SEARCHED]):
        return near
    none = f"{quoted(NONE)} asks for what has none"
    if len(words) <= _MOST:
        return f"{none}; known are " + (", ".join(words) or "no words yet")
    return f"{none}, {name}~{value} for what has a piece of it"


def _declared(kind: str) -> Callable[[Books], list[str]]:
    return lambda books: queries.names(books.index, kind)


def _states_known(books: Books) -> list[str]:
    from billcli.core.states import STATES

    return list(STATES)


def _currencies(books: Books) -> list[str]:
    from billcli.model.money import CURRENCIES

    return sorted(CURRENCIES)


def _countries(books: Books) -> list[str]:
    from billcli.model.values import COUNTRIES

    return sorted(COUNTRIES)


_KNOWN: Mapping[str, Callable[[Books], list[str]]] = {
    **{kind: _declared(kind) for kind in ("industry", "region", "size", "segment", "tag", "category", "band")},
    "grade": lambda books: list(RANKED["grade"]),
    "customer": lambda books: find.keys(books.index, "customer"),
    "number": lambda books: [*find.keys(books.index, "invoice"), *find.keys(books.index, "credit-note")],
    "type": lambda books: ["sales", "service"],
    "state": _states_known,
    "currency": _currencies,
    "country": _countries,
}
