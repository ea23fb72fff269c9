"""Statements of account and balance confirmations, from what ``bill statement`` computed: one section for each currency."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billcli.render.languages import locale_of
from billcli.render.sheets.figures import Figures
from billcli.render.sheets.parties import address_lines, home_of, sender
from billcli.render.sheets.strings import Words

Shown = Mapping[str, Any]

_BUCKETS = ("not due", "1-30", "31-60", "61-90", "over 90")


def statement(given: Shown, words: Words, language: str | None) -> dict[str, Any]:
    data = given["statement"]
    frame = _frame(data, words, language, "statement")
    label, day = words.section("meta"), _figures(data, "EUR", words, language).day
    frame["meta"].insert(0, [label["date"], day(data["until"])])
    if data["kind"] == "activity":
        frame["meta"].insert(1, [label["period"], f"{day(data['since'])} – {day(data['until'])}"])
    return {
        **frame,
        "intro": words.get("statement.intro"),
        "sections": [_section(each, data, words, language) for each in data["accounts"]],
    }


def confirmation(given: Shown, words: Words, language: str | None) -> dict[str, Any]:
    data = given["statement"]
    frame = _frame(data, words, language, "confirmation")
    day = _figures(data, "EUR", words, language).day
    frame["meta"].insert(0, [words.get("meta.as_of"), day(data["until"])])
    sections = [_confirmed(each, data, words, language) for each in data["accounts"]]
    reply: dict[str, Any] = {key: words.get(f"confirmation.{key}") for key in ("agrees", "differs", "reason", "place", "signature")}
    reply["heading"] = words.get("confirmation.reply", name=data["issued_by"]["name"])
    reply["from"] = data["issued_to"]["name"]
    reply["blanks"] = [each["currency"] for each in data["accounts"]]
    reply["restated"] = [[each["label"], each["balance"]] for each in sections]
    return {**frame, "intro": words.get("confirmation.intro", day=day(data["until"])), "sections": sections, "reply": reply}


def _frame(data: Shown, words: Words, language: str | None, kind: str) -> dict[str, Any]:
    by, to = data["issued_by"], data["issued_to"]
    figures = _figures(data, data["accounts"][0]["currency"], words, language)
    return {
        "title": words.get(f"{kind}.title"),
        "number": to["name"],
        "date": data["until"],
        "author": by["name"],
        "sender": sender(by, words, figures),
        "recipient": [to["name"], *address_lines(to, home_of(by), figures)],
        "void": None,
        "meta": [[words.get("meta.customer"), data["customer"]]],
        "salutation": words.get("letter.salutation"),
        "regards": [words.get("letter.regards"), by["name"]],
    }


def _figures(data: Shown, currency: str, words: Words, language: str | None) -> Figures:
    return Figures(locale_of(language, words.language, home_of(data["issued_by"])), currency)


def _section(account: Shown, data: Shown, words: Words, language: str | None) -> dict[str, Any]:
    figures = _figures(data, account["currency"], words, language)
    activity = data["kind"] == "activity"
    closing = Decimal(account["closing"])
    said = "statement.in_favour" if closing < 0 else "statement.balance_due"
    claims = sum((Decimal(each["amount"]) for each in account.get("claims") or ()), Decimal(0))
    return {
        "activity": _activity(account, words, figures) if activity else None,
        "open": _open(account, words, figures, "statement.open"),
        "aging": _aging(account, words, figures),
        "closing": words.get(said, day=figures.day(data["until"]), amount=figures.money(abs(closing))),
        "said": [words.get("statement.claims", amount=figures.money(claims))] if claims else [],
    }


def _activity(account: Shown, words: Words, figures: Figures) -> dict[str, Any]:
    label = words.section("statement")
    rows = [["", label["opening"], "", "", "", figures.plain(account["opening"])]]
    for each in account["movements"]:
        document = " → ".join(part for part in (each["document"], each.get("invoice")) if part)
        rows.append([
            figures.day(each["date"]), words.either("kinds", each["kind"]), document, figures.plain(each.get("debit")),
            figures.plain(each.get("credit")), figures.plain(each["balance"]),
        ])  # fmt: skip
    rows.append(["", label["closing"], "", "", "", figures.plain(account["closing"])])
    columns = [label[key] for key in ("date", "kind", "document", "debit", "credit", "balance")]
    return {
        "heading": words.get("statement.activity", currency=account["currency"]),
        "columns": columns,
        "left": 3,
        "wide": 2,
        "rows": rows,
    }


def _open(account: Shown, words: Words, figures: Figures, heading: str) -> dict[str, Any]:
    label = words.section("statement")
    rows = [
        [
            words.either("kinds", each["kind"]), each["document"], figures.day(each["date"]), figures.day(each.get("due_on")),
            str(each["days_overdue"]) if each.get("days_overdue") else "–", figures.plain(each.get("amount")), figures.plain(each["open"]),
        ]
        for each in account["items"]
    ]  # fmt: skip
    columns = [label[key] for key in ("kind", "document", "date", "due_on", "days", "amount", "left")]
    shown = {"heading": words.get(heading, currency=account["currency"]), "columns": columns, "left": 4, "wide": 1, "rows": rows}
    return {**shown, "nothing": label["nothing"], "sum": [label["closing"], figures.money(account["closing"])]}


def _aging(account: Shown, words: Words, figures: Figures) -> dict[str, Any] | None:
    """Open items by how late they are, what is unused beside them; None where nothing is open."""
    if not account["items"]:
        return None
    sums = dict.fromkeys(_BUCKETS, Decimal(0))
    unused = Decimal(0)
    for each in account["items"]:
        if Decimal(each["open"]) < 0:
            unused += Decimal(each["open"])
        else:
            sums[_bucket(int(each.get("days_overdue") or 0))] += Decimal(each["open"])
    shown = {**sums, **({"unapplied": unused} if unused else {}), "total": Decimal(account["closing"])}
    return {"columns": [words.get(f"aging.{key}") for key in shown], "row": [figures.plain(value) for value in shown.values()]}


def _bucket(late: int) -> str:
    return _BUCKETS[0] if late <= 0 else _BUCKETS[min((late - 1) // 30 + 1, 4)]


def _confirmed(account: Shown, data: Shown, words: Words, language: str | None) -> dict[str, Any]:
    figures = _figures(data, account["currency"], words, language)
    closing = Decimal(account["closing"])
    creditor = data["issued_to" if closing < 0 else "issued_by"]["name"]
    return {
        "label": words.get("confirmation.balance", day=figures.day(data["until"])),
        "balance": figures.money(abs(closing)),
        "favour": words.get("confirmation.in_favour_of", name=creditor) if closing else "",
        "open": _open(account, words, figures, "confirmation.items"),
    }
