"""Invoices and credit notes. Every figure stands in the document; what a line comes to is ``core.totals``, as the document was added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from billcli.core.money import rounded_ratio
from billcli.core.totals import HUNDRED, adjustment_amount, line_amount
from billcli.model.money import Money
from billcli.render.languages import locale_of
from billcli.render.sheets.figures import Figures
from billcli.render.sheets.frame import paragraphs
from billcli.render.sheets.parties import address_lines, grouped, home_of, sender
from billcli.render.sheets.qr import epc_code, outline
from billcli.render.sheets.strings import Words

_UNTAXED = frozenset(("E", "AE", "K", "G", "O"))

Shown = Mapping[str, Any]
Pairs = list[list[str]]


def invoice(data: Shown, words: Words, language: str | None) -> dict[str, Any]:
    document = data["document"]
    figures = _figures(document, words, language)
    return {
        **_common(document, words, figures, "invoice"),
        "meta": _invoice_meta(document, words, figures),
        "totals": _totals(document, words, figures, "gross"),
        "payment": None if document.get("void") else _payment(document, words, figures),
        "remark": paragraphs(document.get("remark")),
        "notes": _notes(document, words),
    }


def credit_note(data: Shown, words: Words, language: str | None) -> dict[str, Any]:
    document = data["document"]
    figures = _figures(document, words, language)
    said = [words.get("credit-note.reason", reason=document["reason"])]
    return {
        **_common(document, words, figures, "credit-note"),
        "meta": _credit_meta(document, words, figures),
        "totals": _totals(document, words, figures, "credit"),
        "payment": None,
        "remark": paragraphs(document.get("remark")),
        "notes": [*said, *_notes(document, words), *([] if document.get("void") else [words.get("credit-note.note")])],
    }


def _figures(document: Shown, words: Words, language: str | None) -> Figures:
    return Figures(locale_of(language, words.language, home_of(document["issued_by"])), document["currency"])


def _common(document: Shown, words: Words, figures: Figures, kind: str) -> dict[str, Any]:
    by, to = document["issued_by"], document["issued_to"]
    title = words.get(f"{kind}.title")
    void = document.get("void")
    return {
        "title": title,
        "number": document["number"],
        "date": document["issued_on"],
        "author": by["name"],
        "sender": sender(by, words, figures),
        "recipient": [to["name"], *address_lines(to, home_of(by), figures)],
        "void": words.get("page.void", day=figures.day(void["on"]), reason=void["reason"]) if void else None,
        "head": _head(document, words),
        "lines": _lines(document, words, figures),
    }


def _head(document: Shown, words: Words) -> list[str]:
    label = words.section("lines")
    amount = words.get("lines.amount", currency=document["currency"])
    return [label["position"], label["description"], label["quantity"], label["unit_price"], label["tax"], amount]


def _pairs(*given: tuple[str, str | None]) -> Pairs:
    return [[label, value] for label, value in given if value]


def _invoice_meta(document: Shown, words: Words, figures: Figures) -> Pairs:
    label, parts = words.section("meta"), document["instalments"]
    return _pairs(
        (label["invoice"], document["number"]),
        (label["date"], figures.day(document["issued_on"])),
        (label["due"], figures.day(parts[0]["due_on"]) if len(parts) == 1 and Decimal(document["totals"]["gross"]) else None),
        *_service(document, label, figures),
        (label["customer"], document["customer"]),
        (label["your_tax_id"], document["issued_to"].get("tax_id")),
        (label["buyer_reference"], document.get("buyer_reference")),
        (label["contact"], document.get("contact")),
    )


def _service(document: Shown, label: Mapping[str, str], figures: Figures) -> list[tuple[str, str | None]]:
    period = document.get("service_period")
    span = f"{figures.day(period['begins_on'])} – {figures.day(period['ends_on'])}" if period else None
    return [(label["delivered_on"], figures.day(document.get("delivered_on"))), (label["service_period"], span)]


def _credit_meta(document: Shown, words: Words, figures: Figures) -> Pairs:
    label = words.section("meta")
    return _pairs(
        (label["credit-note"], document["number"]),
        (label["date"], figures.day(document["issued_on"])),
        (label["corrects"], document.get("corrects")),
        (label["customer"], document["customer"]),
        (label["your_tax_id"], document["issued_to"].get("tax_id")),
        (label["reference"], document.get("reference")),
    )


def _counted(document: Shown) -> list[Any]:
    """The lines in the form in which ``core.totals`` counts them."""
    return [
        SimpleNamespace(
            quantity=Decimal(line["quantity"]), unit_price=Decimal(line["unit_price"]), tax=line.get("tax", "none"),
            adjustments=[_counted_adjustment(each) for each in line.get("adjustments") or ()],
        )
        for line in document["lines"]
    ]  # fmt: skip


def _counted_adjustment(each: Shown) -> Any:
    percent, amount = (Decimal(each[key]) if each.get(key) is not None else None for key in ("percent", "amount"))
    return SimpleNamespace(kind=each["kind"], percent=percent, amount=amount, tax=each.get("tax"))


def _lines(document: Shown, words: Words, figures: Figures) -> list[dict[str, Any]]:
    currency = document["currency"]
    groups = {each["code"]: each for each in document.get("taxes") or ()}
    found = []
    for at, (line, counted) in enumerate(zip(document["lines"], _counted(document), strict=True), 1):
        below = [_adjustment_text(each, words, figures) for each in line.get("adjustments") or ()]
        if line.get("invoice_line"):
            below.append(words.get("lines.invoice_line", line=str(line["invoice_line"])))
        unit = line.get("unit")
        found.append({
            "position": str(at),
            "description": line["description"],
            "below": below,
            "quantity": figures.number(line["quantity"]),
            "unit": words.either("units", unit) if unit else "",
            "price": figures.price(line["unit_price"]),
            "tax": _tax_text(groups.get(line.get("tax", "none")), figures),
            "amount": figures.plain(Money(line_amount(counted, currency), currency).amount),
        })  # fmt: skip
    return found


def _tax_text(group: Shown | None, figures: Figures) -> str:
    return "–" if group is None or group["category"] == "O" else figures.percent(group["rate"])


def _adjustment_text(each: Shown, words: Words, figures: Figures) -> str:
    """``Discount 10 %, Loyalty: −28.33``."""
    what = words.get(f"lines.{each['kind']}")
    if each.get("percent") is not None:
        what = words.get("lines.percent_of", what=what, percent=figures.percent(each["percent"]))
    if each.get("description"):
        what = f"{what}, {each['description']}"
    amount = abs(Decimal(each["amount"])) if each.get("amount") is not None else None
    return what if amount is None else f"{what}: {figures.plain(-amount if each['kind'] == 'discount' else amount)}"


def _totals(document: Shown, words: Words, figures: Figures, last: str) -> dict[str, Any]:
    currency, totals = document["currency"], document["totals"]
    rows: Pairs = []
    if adjustments := document.get("adjustments") or ():
        amounts = [line_amount(each, currency) for each in _counted(document)]
        rows.append([words.get("totals.sum"), figures.plain(Money(sum(amounts), currency).amount)])
        for each in adjustments:
            amount = Money(adjustment_amount(_counted_adjustment(each), sum(amounts), currency), currency).amount
            rows.append([_adjustment_text({**each, "amount": None}, words, figures), figures.plain(amount)])
    rows.append([words.get("totals.net"), figures.plain(totals["net"])])
    rows += [_tax_row(each, words, figures) for each in document.get("taxes") or ()]
    return {"rows": rows, "last": [words.get(f"totals.{last}"), figures.money(totals["gross"])]}


def _tax_row(group: Shown, words: Words, figures: Figures) -> list[str]:
    base = figures.plain(group["base"])
    if group["category"] == "O":
        return [words.get("totals.no_tax", base=base), figures.plain(group["amount"])]
    return [words.get("totals.tax", percent=figures.percent(group["rate"]), base=base), figures.plain(group["amount"])]


def _notes(document: Shown, words: Words) -> list[str]:
    """Why there is no tax (EN 16931: BT-120), each reason once, and whether prices have it in them."""
    reasons = [each["exempt_reason"] for each in document.get("taxes") or () if each.get("exempt_reason")]
    return [*([words.get("totals.prices_gross")] if document.get("prices") == "gross" else []), *dict.fromkeys(reasons)]


def _payment(document: Shown, words: Words, figures: Figures) -> dict[str, Any] | None:
    gross, parts = document["totals"]["gross"], document["instalments"]
    if not Decimal(gross):
        return None
    by, first = document["issued_by"], parts[0]
    one = len(parts) == 1
    said = [words.get("payment.due", amount=figures.money(gross), day=figures.day(first["due_on"]))] if one else []
    if (discount := document.get("discount")) is not None:
        said.append(_discount(discount, Money.of(Decimal(gross), document["currency"]), words, figures))
    reference = document.get("reference") or document["number"]
    code = epc_code(by, gross if one else first["amount"], document["currency"], document.get("reference"), document["number"])
    scan = words.get("payment.scan" if one else "payment.scan_part", amount=figures.money(gross if one else first["amount"]))
    label = words.section("payment")
    return {
        "heading": label["heading"],
        "said": said,
        "parts_heading": "" if one else words.get("payment.instalments", count=str(len(parts))),
        "parts": [] if one else [_part(at, each, words, figures) for at, each in enumerate(parts, 1)],
        "account": _pairs(
            (label["beneficiary"], by["name"]),
            (label["iban"], grouped(by["iban"].replace(" ", "")) if by.get("iban") else None),
            (label["bic"], by.get("bic") if by.get("iban") else None),
            (label["reference"], grouped(reference) if reference.startswith("RF") else reference),
        ),
        "qr": outline(code) if code else None,
        "scan": scan if code else "",
    }  # fmt: skip


def _discount(discount: Shown, gross: Money, words: Words, figures: Figures) -> str:
    """What is to be paid early, as ``core.early_payment`` grants it: a percentage of the gross, rounded once."""
    saved = Money(rounded_ratio(gross.minor, Decimal(discount["percent"]), HUNDRED), gross.currency)
    return words.get(
        "payment.discount", percent=figures.percent(discount["percent"]), day=figures.day(discount["until"]),
        pay=figures.money(Money(gross.minor - saved.minor, gross.currency).amount), saved=figures.money(saved.amount),
    )  # fmt: skip


def _part(at: int, part: Shown, words: Words, figures: Figures) -> list[str]:
    return [words.get("payment.instalment", number=str(at)), figures.day(part["due_on"]), figures.money(part["amount"])]


def sums(amounts: Sequence[str | None]) -> Decimal:
    """Of amounts of one currency; what is left out is nothing."""
    return sum((Decimal(each) for each in amounts if each is not None), Decimal(0))
