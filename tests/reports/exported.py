"""A ledger's files as CSV, read with a plain YAML reader: what an accountant would hand to somebody who trusts nothing of ``bill``."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor


class _Texts(SafeConstructor):
    """Every scalar as its text, so that amounts keep their digits."""


_Texts.add_constructor(None, SafeConstructor.construct_undefined)
for _tag in ("int", "float", "timestamp", "bool", "null"):
    _Texts.add_constructor(f"tag:yaml.org,2002:{_tag}", SafeConstructor.construct_yaml_str)

PLACES = {"JPY": 0, "KRW": 0, "KWD": 3}

TABLES = {
    "customers": "id name region segment country",
    "invoices": "number customer type issued_on tax_on currency net gross due_on last_due parts void_on discount_until",
    "instalments": "invoice n due_on amount",
    "credit_notes": "number customer issued_on currency net gross void_on corrects",
    "taxes": "kind document currency code category rate base amount pos",
    "lines": "kind document code category amount pos",
    "settlements": "invoice kind amount booked_on value_on ended_on source_kind source pos bad relief",
    "payments": "id customer currency booked_on amount reversed_on",
    "draws": "source amount booked_on ended_on",
    "holds": "id kind customer invoice booked_on until released_on currency amount",
    "plan_parts": "invoice due_on amount booked_on released_on n",
    "words": "document dimension word",
    "bands": "name currency starts",
    "deliveries": "reminder state went_on",
    "reminders": "id booked_on",
    "reminder_items": "reminder invoice level asked",
    "bank_lines": "account id booked_on amount currency",
    "decisions": "account line decision booked_on undone_on who pos",
}


def export(root: Path, out: Path) -> None:
    """A CSV file for each of ``TABLES``; days ISO 8601, amounts whole minor units, nothing for what is not there."""
    out.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for file in sorted(root.rglob("*.yaml")):
        if ".bill" in file.parts or "templates" in file.parts:
            continue
        for said in _documents(file):
            kind = str(said.get("schema", "")).partition("/")[0]
            for table, row in _ROWS.get(kind, lambda _: iter(()))(said):
                rows[table].append(row)
    for name, columns in TABLES.items():
        with open(out / f"{name}.csv", "w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, columns.split())
            writer.writeheader()
            writer.writerows(rows[name])


def _documents(file: Path) -> Iterator[dict[str, Any]]:
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = _Texts
    yield from (each for each in reader.load_all(file.read_text(encoding="utf-8")) if isinstance(each, dict))


def minor(amount: str, currency: str) -> int:
    return int(Decimal(amount).scaleb(PLACES.get(currency, 2)))


def _customer(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    groups = said.get("groups") or {}
    country = (said.get("address") or {}).get("country")
    yield "customers", {
        "id": said["id"], "name": said["name"], "region": groups.get("region"), "segment": groups.get("segment"), "country": country,
    }  # fmt: skip
    yield from _words(f"@{said['id']}", said)


def _words(document: str, said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is said of a document, or of a customer, in dimensions where several words can stand."""
    by_rules = said.get("classification") or {}
    categories = [by_rules.get("category"), *(each.get("category") for each in said.get("lines") or ())]
    for dimension, words in (
        ("tag", [*(said.get("tags") or ()), *(by_rules.get("tags") or ())]),
        ("category", categories),
        ("classified", categories[:1]),
    ):
        for word in dict.fromkeys(filter(None, words or ())):
            yield "words", {"document": document, "dimension": dimension, "word": word}


def _categories(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in said.get("bands") or ():
        yield "bands", {"name": each["name"], "currency": each["currency"], "starts": minor(each["from"], each["currency"])}


def _delivery(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """By what happened to it last."""
    for reminder in said["documents"] if said["kind"] == "reminder" else ():
        last = str((said.get("states") or ["- planned"])[-1]).split()
        yield "deliveries", {"reminder": reminder, "state": last[1], "went_on": last[0][:10] if last[0] != "-" else None}


def _shares(kind: str, name: str, said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    currency = said["currency"]
    for at, each in enumerate(said.get("taxes") or ()):
        yield "taxes", {
            "kind": kind, "document": name, "currency": currency, "code": each["code"], "category": each["category"],
            "rate": format(Decimal(each["rate"]).normalize(), "f"), "base": minor(each["base"], currency),
            "amount": minor(each["amount"], currency), "pos": at,
        }  # fmt: skip
    for at, each in enumerate(said["lines"]):
        places = PLACES.get(currency, 2)
        exact = Decimal(each["quantity"]) * Decimal(each["unit_price"])
        amount = int((exact.scaleb(places) + Decimal("0.5")) // 1) + _adjusted(each, exact, places)
        yield "lines", {
            "kind": kind, "document": name, "code": each.get("tax", "none"), "category": each.get("category"), "amount": amount, "pos": at,
        }  # fmt: skip


def _adjusted(line: dict[str, Any], listed: Decimal, places: int) -> int:
    """Discounts and charges of a line, minor units; a percentage is of what the line comes to without them."""
    found = 0
    for each in line.get("adjustments") or ():
        amount = Decimal(each["amount"]) if "amount" in each else listed * Decimal(each["percent"]) / 100
        minor_units = int((abs(amount).scaleb(places) + Decimal("0.5")) // 1)
        found += -minor_units if each["kind"] == "discount" else minor_units
    return found


def _invoice(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    number, currency, void = said["number"], said["currency"], said.get("void")
    net, gross = (minor(said["totals"][name], currency) for name in ("net", "gross"))
    due = [each["due_on"] for each in said["instalments"]]
    period = said.get("service_period")
    yield "invoices", {
        "number": number, "customer": said["customer"], "type": said["type"], "issued_on": said["issued_on"],
        "tax_on": said.get("delivered_on") or (period["ends_on"] if period else said["issued_on"]), "currency": currency, "net": net,
        "gross": gross, "due_on": due[0], "last_due": max(due), "parts": len(due), "void_on": void["on"] if void else None,
        "discount_until": (said.get("discount") or {}).get("until"),
    }  # fmt: skip
    for at, each in enumerate(said["instalments"]):
        yield "instalments", {"invoice": number, "n": at, "due_on": each["due_on"], "amount": minor(each["amount"], currency)}
    yield from _words(number, said)
    yield from _shares("invoice", number, said)
    if void:
        yield "settlements", _settled(number, "void", gross, void["on"], void["on"], None, "invoice", number, 0)
    before = (said.get("imported") or {}).get("settled_before")
    if before and minor(before, currency):
        day = max(said["imported"].get("cut_over") or said["issued_on"], said["issued_on"])
        yield "settlements", _settled(number, "opening", minor(before, currency), day, day, None, "invoice", number, 0)


def _settled(
    invoice: str, kind: str, amount: int, on: str, value: str, ended: str | None, source_kind: str, source: str, at: int, bad: int = 0,
    relief: int = 0,
) -> dict[str, Any]:  # fmt: skip
    return {
        "invoice": invoice, "kind": kind, "amount": amount, "booked_on": on, "value_on": value, "ended_on": ended,
        "source_kind": source_kind, "source": source, "pos": at, "bad": bad, "relief": relief,
    }  # fmt: skip


def _credit_note(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    number, currency, void = said["number"], said["currency"], said.get("void")
    net, gross = (minor(said["totals"][name], currency) for name in ("net", "gross"))
    yield "credit_notes", {
        "number": number, "customer": said["customer"], "issued_on": said["issued_on"], "currency": currency, "net": net, "gross": gross,
        "void_on": void["on"] if void else None, "corrects": said.get("corrects"),
    }  # fmt: skip
    yield from _words(number, said)
    yield from _shares("credit-note", number, said)
    for at, each in enumerate(said.get("applied") or ()):
        amount = minor(each["amount"], currency)
        yield (
            "settlements",
            _settled(each["invoice"], "credit", amount, each["on"], said["issued_on"], each.get("ended_on"), "credit-note", number, at),
        )


def _payment(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    currency, back = said["currency"], said.get("reversed")
    yield "payments", {
        "id": said["id"], "customer": said["customer"], "currency": currency, "booked_on": said["on"],
        "amount": minor(said["amount"], currency), "reversed_on": back["on"] if back else None,
    }  # fmt: skip
    for at, each in enumerate(said.get("allocations") or ()):
        yield "settlements", _settled(
            each["invoice"], each.get("kind", "payment"), minor(each["amount"], currency), each["on"], said["received_on"],
            each.get("ended_on"), "payment", said["id"], at,
        )  # fmt: skip


def _refund(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in said.get("draws") or ():
        source = each.get("payment") or each.get("credit_note")
        amount = minor(each["amount"], said["currency"])
        yield "draws", {"source": source, "amount": amount, "booked_on": each["on"], "ended_on": each.get("ended_on")}


def _write_off(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    bad, relief = int(said["kind"] == "bad-debt"), int(said.get("tax_relief") == "adjust")
    for at, each in enumerate(said["allocations"]):
        amount = minor(each["amount"], said["currency"])
        yield (
            "settlements",
            _settled(
                each["invoice"], "write_off", amount, each["on"], each["on"], each.get("ended_on"), "write-off", said["id"], at, bad, relief
            ),
        )


def _hold(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    released = (said.get("released") or {}).get("on")
    currency = said.get("currency")
    yield "holds", {
        "id": said["id"], "currency": currency, "amount": minor(said["amount"], currency) if currency and "amount" in said else None,
        "kind": said["kind"], "customer": said["customer"], "invoice": said.get("invoice"), "booked_on": said["on"],
        "until": said.get("until"), "released_on": released,
    }  # fmt: skip
    for at, each in enumerate(said.get("instalments") or ()):
        yield "plan_parts", {
            "invoice": said["invoice"], "due_on": each["due_on"], "amount": minor(each["amount"], said["currency"]),
            "booked_on": said["on"], "released_on": released, "n": at,
        }  # fmt: skip


def _reminder(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "reminders", {"id": said["id"], "booked_on": said["on"]}
    for each in said["items"]:
        asked = minor(each["asked"], said["currency"])
        yield "reminder_items", {"reminder": said["id"], "invoice": each["invoice"], "level": each["level"], "asked": asked}


def _statement(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    currency = said["currency"]
    for each in said.get("lines") or ():
        amount = minor(each["amount"], currency)
        yield "bank_lines", {
            "account": said["account"], "id": each["id"], "booked_on": each["booked_on"], "amount": amount, "currency": currency,
        }  # fmt: skip


def _reconciliation(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for at, each in enumerate(said["decisions"]):
        undone = (each.get("undone") or {}).get("on")
        yield "decisions", {
            "account": said["account"], "line": each["line"], "decision": each["decision"], "booked_on": said["on"], "undone_on": undone,
            "who": each["by"], "pos": at,
        }  # fmt: skip


_ROWS: dict[str, Any] = {
    "categories": _categories, "delivery": _delivery,
    "customer": _customer, "invoice": _invoice, "credit-note": _credit_note, "payment": _payment, "refund": _refund,
    "write-off": _write_off, "hold": _hold, "reminder": _reminder, "bank-statement": _statement, "reconciliation": _reconciliation,
}  # fmt: skip
