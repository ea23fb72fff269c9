"""Notices: everything shown stands in the ``Reminder``; only sums of its own figures are made here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from billcli.render.languages import locale_of
from billcli.render.sheets.document import sums
from billcli.render.sheets.figures import Figures
from billcli.render.sheets.parties import address_lines, grouped, home_of, sender
from billcli.render.sheets.qr import epc_code, outline
from billcli.render.sheets.strings import Words

_HIGHEST = 4

Shown = Mapping[str, Any]


def reminder(data: Shown, words: Words, language: str | None) -> dict[str, Any]:
    found = data["reminder"]
    by, to = found["issued_by"], found["issued_to"]
    figures = Figures(locale_of(language, words.language, home_of(by)), found["currency"])
    level = f"reminder.{min(int(found['level']), _HIGHEST)}"
    deadline = figures.day(found.get("deadline") or found["on"])
    amount = figures.money(found["total"])
    label = words.section("meta")
    return {
        "title": words.get(f"{level}.title"),
        "number": found["id"],
        "date": found["on"],
        "author": by["name"],
        "sender": sender(by, words, figures),
        "recipient": [to["name"], *address_lines(to, home_of(by), figures)],
        "void": None,
        "meta": [
            [label["date"], figures.day(found["on"])],
            [label["customer"], found["customer"]],
            *([[label["deadline"], deadline]] if found.get("deadline") else []),
        ],
        "salutation": words.get("letter.salutation"),
        "intro": words.get(f"{level}.text", total=amount, deadline=deadline),
        **_items(found, words, figures),
        "totals": _totals(found, words, figures, amount, deadline),
        "segments": _segments(found, words, figures),
        "said": _said(found, words, figures),
        "payment": _payment(found, words, figures),
        "closing": [words.get(f"{level}.closing"), words.get("letter.regards"), by["name"]],
        "questions": _questions(by, words),
    }


def _items(found: Shown, words: Words, figures: Figures) -> dict[str, Any]:
    label, items = words.section("reminder"), found["items"]
    on = date.fromisoformat(found["on"])
    partly = any(Decimal(each["asked"]) != Decimal(each["open"]) for each in items)
    columns = ["invoice", "date", "due_on", *(["days"] if found["level"] else []), "gross", "open", *(["asked"] if partly else [])]
    columns += [key for key in ("fee", "fixed_sum", "interest") if any(each.get(key) is not None for each in items)]
    rows = []
    for each in items:
        late = max((on - date.fromisoformat(each["due_on"])).days, 0)
        shown = {
            "invoice": each["invoice"], "date": figures.day(each["issued_on"]), "due_on": figures.day(each["due_on"]),
            "days": str(late) if late else "–", "gross": figures.plain(each["gross"]), "open": figures.plain(each["open"]),
            "asked": figures.plain(each["asked"]), "fee": figures.plain(each.get("fee")),
            "fixed_sum": figures.plain(each.get("fixed_sum")), "interest": figures.plain(each.get("interest")),
        }  # fmt: skip
        rows.append([shown[key] for key in columns])
    return {"columns": [label[key] for key in columns], "left": 3, "rows": rows, "unit": found["currency"]}


def _totals(found: Shown, words: Words, figures: Figures, amount: str, deadline: str) -> dict[str, Any]:
    parts = {
        "sum_asked": sums([each["asked"] for each in found["items"]]),
        "sum_fee": sums([each.get("fee") for each in found["items"]]),
        "sum_fixed": sums([each.get("fixed_sum") for each in found["items"]]),
        "sum_interest": sums([each.get("interest") for each in found["items"]]),
        "sum_returned": sums([each["amount"] for each in found.get("charges") or ()]),
    }
    rows = [[words.get(f"reminder.{key}"), figures.plain(value)] for key, value in parts.items() if value]
    last = words.get("reminder.total_by", day=deadline) if found.get("deadline") else words.get("reminder.total")
    return {"rows": rows if len(rows) > 1 else [], "last": [last, amount]}


def _segments(found: Shown, words: Words, figures: Figures) -> dict[str, Any] | None:
    lines = [
        words.get(
            "reminder.segment", invoice=item["invoice"], principal=figures.money(each["principal"]), rate=figures.percent(each["rate"]),
            days=str((date.fromisoformat(each["until"]) - date.fromisoformat(each["from_on"])).days + 1),
            **{"from": figures.day(each["from_on"]), "until": figures.day(each["until"])},
        )
        for item in found["items"]
        for each in item.get("segments") or ()
    ]  # fmt: skip
    return {"heading": words.get("reminder.segments"), "lines": lines} if lines else None


def _said(found: Shown, words: Words, figures: Figures) -> list[str]:
    items = found["items"]
    said = []
    if not any(each.get("interest") is not None for each in items) and (
        computed := sums([each.get("interest_computed") for each in items])
    ):
        said.append(words.get("reminder.shown_interest", amount=figures.money(computed)))
    if found["level"] and any(Decimal(each["asked"]) < Decimal(each["open"]) for each in items):
        said.append(words.get("reminder.disputed"))
    if found.get("credit") is not None and Decimal(found["credit"]):
        said.append(words.get("reminder.credit", amount=figures.money(found["credit"])))
    if found["level"] > 2:
        said.append(words.get("reminder.claimed_before"))
    if 0 < found["level"] <= 2:
        said.append(words.get("reminder.already_paid"))
    return said


def _questions(by: Shown, words: Words) -> str:
    contact = " · ".join(by[key] for key in ("email", "phone") if by.get(key))
    return words.get("reminder.questions", contact=contact) if contact else ""


def _payment(found: Shown, words: Words, figures: Figures) -> dict[str, Any]:
    """For one invoice its own reference; for several their numbers, as many as a bank's field takes, else the customer's id too."""
    by, label = found["issued_by"], words.section("payment")
    numbers = [each["invoice"] for each in found["items"]]
    own = found["items"][0].get("reference") if len(numbers) == 1 else None
    reference = ", ".join(numbers)
    reference = reference if len(reference) <= 100 else f"{numbers[0]} … {numbers[-1]}, {found['customer']}"
    code = epc_code(by, found["total"], found["currency"], own, reference)
    shown = (grouped(own) if own.startswith("RF") else own) if own else reference
    account = [[label["beneficiary"], by["name"]]]
    account += [[label["iban"], grouped(by["iban"].replace(" ", ""))]] if by.get("iban") else []
    account += [[label["bic"], by["bic"]] if by.get("iban") and by.get("bic") else []]
    return {
        "heading": label["heading"],
        "said": [],
        "parts_heading": "",
        "parts": [],
        "account": [each for each in [*account, [label["reference"], shown]] if each],
        "qr": outline(code) if code else None,
        "scan": words.get("payment.scan", amount=figures.money(found["total"])) if code else "",
    }
