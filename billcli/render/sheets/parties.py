"""Who stands on a document: names and addresses as an envelope has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billcli.render.sheets.figures import Figures
from billcli.render.sheets.strings import Words

_CITY_FIRST = frozenset(("US", "CA", "AU", "NZ", "GB", "IE", "IN", "SG", "HK", "ZA", "CN", "TW", "KR", "JP"))
_EAST = frozenset(("CN", "TW", "JP", "KR", "HK", "MO"))


def address_lines(party: Mapping[str, Any], home: str | None, figures: Figures) -> list[str]:
    """The lines below the name; the country, in the document's language, where it is not ``home``."""
    address = party.get("address") or {}
    code = address.get("country")
    street = [address[key] for key in ("street", "street2") if address.get(key)]
    city, postal, region = (address.get(key) or "" for key in ("city", "postal_code", "region"))
    if code in _EAST and _is_east(city + region + "".join(street)):
        place = [
            " ".join(part for part in (postal, region if region not in city else "") if part) + (" " if postal or region else "") + city
        ]
        lines = [*place, *street]
    elif code in ("GB", "IE"):
        lines = [*street, city, region, postal]
    elif code in _CITY_FIRST:
        lines = [*street, ", ".join(part for part in (city, f"{region} {postal}".strip()) if part)]
    else:
        lines = [*street, f"{postal} {city}".strip(), region]
    shown = [line.strip() for line in lines if line.strip()]
    return [*shown, figures.country(code)] if code and code != home else shown


def _is_east(text: str) -> bool:
    return any("\u3040" <= each <= "\u9fff" or "\uac00" <= each <= "\ud7a3" for each in text)


def home_of(party: Mapping[str, Any]) -> str | None:
    return (party.get("address") or {}).get("country")


def sender(party: Mapping[str, Any], words: Words, figures: Figures) -> dict[str, Any]:
    """The company: for the window, the head and the foot of the pages."""
    lines = address_lines(party, home_of(party), figures)
    label = words.section("page")
    contact = [f"{label['phone']} {party['phone']}"] if party.get("phone") else []
    contact += [party["email"]] if party.get("email") else []
    legal = [f"{label['tax_id']} {party['tax_id']}"] if party.get("tax_id") else []
    legal += [party["registration"]] if party.get("registration") else []
    bank = [f"IBAN {grouped(party['iban'])}"] if party.get("iban") else []
    bank += [f"BIC {party['bic']}"] if party.get("bic") else []
    return {
        "name": party["name"],
        "lines": lines,
        "line": " · ".join([party["name"], *lines]),
        "columns": [each for each in ([party["name"], *lines], contact, legal, bank) if each],
    }


def grouped(text: str) -> str:
    """An IBAN or a reference in groups of four, kept on one line."""
    return "\u00a0".join(text[at : at + 4] for at in range(0, len(text), 4))
